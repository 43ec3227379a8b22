"""Neutral text messages → Twilio's requests, and its answers and callbacks back. Pure."""
