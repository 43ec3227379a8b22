"""Twilio's calls and webhooks."""

from brygga.connectors.twilio.api.connector import Twilio

__all__ = ["Twilio"]
