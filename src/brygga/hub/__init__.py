"""What the program does, as durable flows, and the wiring of everything below."""

import gc

_collecting = gc.isenabled()
gc.disable()  # loading makes 200,000 objects and no garbage; looking for some takes a fifth of the start

from brygga.hub.connections import Connection  # noqa: E402 – the collector rests first
from brygga.hub.hub import Hub  # noqa: E402 – the same
from brygga.hub.settings import Settings  # noqa: E402 – the same

gc.freeze()  # what is loaded stays; the collector need not walk through it ever again
if _collecting:
    gc.enable()

__all__ = ["Connection", "Hub", "Settings"]
