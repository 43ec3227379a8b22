"""An imitation of Lantmäteriet's register products: tokens with scopes, search, eight products, faults."""

from __future__ import annotations

from brygga.sandbox.lantmateriet.imitation import LantmaterietImitation, make

__all__ = ["LantmaterietImitation", "make"]
