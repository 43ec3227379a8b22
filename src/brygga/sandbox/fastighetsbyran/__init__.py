"""An imitation of the public search that Fastighetsbyrån's site calls itself.

Invented homes in the form of the one answer that was seen (CONTRACT.md §1). It asks for no key, and
can be told to refuse or to answer with a page, as a site does that wants no programs.
"""

from __future__ import annotations

from brygga.sandbox.fastighetsbyran.imitation import Fastighetsbyran, make

__all__ = ["Fastighetsbyran", "make"]
