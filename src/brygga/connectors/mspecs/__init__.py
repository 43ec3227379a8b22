"""Mspecs: a broker system that tells its providers by signed webhooks what to fetch."""
