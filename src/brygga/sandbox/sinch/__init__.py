"""An imitation of Sinch SMS: batches, dry runs, lists, cancelling, signed callbacks."""

from __future__ import annotations

from brygga.sandbox.sinch.imitation import Sinch, make

__all__ = ["Sinch", "make"]
