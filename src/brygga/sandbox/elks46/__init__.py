"""An imitation of 46elks: sending, dry runs, history, account, reports and incoming messages.

imitation  the server; posting  webhooks that each have an address of their own
"""

from __future__ import annotations

from brygga.sandbox.elks46.imitation import Elks46, make

__all__ = ["Elks46", "make"]
