"""CalDAV's calls."""

from brygga.connectors.caldav.api.connector import CalDav

__all__ = ["CalDav"]
