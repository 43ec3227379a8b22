"""What every connector for mail over HTTP needs: addresses read strictly, copies counted, a mail checked."""
