"""What the program does, as durable flows, and the wiring of everything below."""

from brygga.hub.connections import Connection
from brygga.hub.hub import Hub
from brygga.hub.settings import Settings

__all__ = ["Connection", "Hub", "Settings"]
