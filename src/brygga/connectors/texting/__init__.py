"""What every connector for text messages needs: a text made ready, doubt looked into, forms read."""
