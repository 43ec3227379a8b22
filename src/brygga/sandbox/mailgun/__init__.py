"""An imitation of Mailgun: sending, signed webhooks, replies, events, suppressions.

imitation  the server: the key, the domain, sending, events, lists
checking   which forms the real one refuses, and in what words
telling    webhooks and replies, signed
"""

from __future__ import annotations

from brygga.sandbox.mailgun.imitation import API_KEY, DOMAIN, Mailgun, make

__all__ = ["API_KEY", "DOMAIN", "Mailgun", "make"]
"""`API_KEY`, `DOMAIN`: the key and the sending domain that the imitation takes."""
