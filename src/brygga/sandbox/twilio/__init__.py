"""An imitation of Twilio's messages: create, list, fetch, cancel, delete, signed callbacks.

imitation  the server; form  what a message to be created may hold
"""

from __future__ import annotations

from brygga.sandbox.twilio.imitation import Twilio, make

__all__ = ["Twilio", "make"]
