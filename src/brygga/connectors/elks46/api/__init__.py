"""46elks's calls and webhooks."""

from brygga.connectors.elks46.api.connector import Elks46

__all__ = ["Elks46"]
