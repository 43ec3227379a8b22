"""An imitation of Booli's signed interface: listings, sold homes and areas of an invented market.

imitation  the server: signature, paging with its limit, the echo of the question
homes      the invented homes, the same for the same seed
asking     which homes a question means
"""

from __future__ import annotations

from brygga.sandbox.booli.imitation import CALLER_ID, KEY, Booli, make

__all__ = ["CALLER_ID", "KEY", "Booli", "make"]
