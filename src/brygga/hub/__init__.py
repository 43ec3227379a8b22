"""What the program does, as durable flows, and the wiring of everything below."""

import gc

_collecting = gc.isenabled()
gc.disable()  # loading makes 200,000 objects and no garbage: a tenth of the time to start

from brygga.hub.connections import Connection  # noqa: E402 – the collector rests first
from brygga.hub.hub import Hub  # noqa: E402 – the same
from brygga.hub.settings import Settings  # noqa: E402 – the same

if _collecting:
    gc.enable()

__all__ = ["Connection", "Hub", "Settings"]
