"""An imitation of SendGrid's v3 interface: sending, signed events, inbound mail, suppressions.

imitation  the server: the key, sending, lists, activity
checking   which requests the real one refuses, and in what words
telling    events and inbound mail, signed
"""

from __future__ import annotations

from brygga.sandbox.sendgrid.imitation import API_KEY, SendGrid, make

__all__ = ["API_KEY", "SendGrid", "make"]
"""`API_KEY`: the key that the imitation takes."""
