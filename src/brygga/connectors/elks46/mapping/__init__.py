"""Neutral text messages → 46elks' requests, and its answers and reports back. Pure."""
