"""Neutral text messages → Sinch's requests, and its answers and callbacks back. Pure."""
