"""Sinch's calls and webhooks."""

from brygga.connectors.sinch.api.connector import Sinch

__all__ = ["Sinch"]
