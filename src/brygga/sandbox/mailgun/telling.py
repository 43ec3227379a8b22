"""What the imitated Mailgun tells: one webhook an event, and replies as forms, signed with HMAC.

What becomes of a mail is decided by the recipient: `bounce…@`, `block…@`, `defer…@`, `spam…@`,
`unsub…@`, `drop…@`, `open…@`, `click…@`; all others get it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from brygga.sandbox.hooks import Event

Json = dict[str, Any]
_GOT_IT: Final[Json] = {"event": "delivered", "delivery-status": {"code": 250, "message": "OK"}}
FATES: Final[dict[str, tuple[Json, ...]]] = {
    "bounce": (
        {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": "5.1.1 unknown user"},
        },
    ),
    "block": (
        {
            "event": "failed",
            "severity": "permanent",
            "reason": "generic",
            "delivery-status": {"code": 451, "message": "blocked"},
        },
    ),
    "defer": (
        {
            "event": "failed",
            "severity": "temporary",
            "reason": "generic",
            "delivery-status": {"code": 451, "message": "try again later"},
        },
    ),
    "drop": (
        {
            "event": "failed",
            "severity": "permanent",
            "reason": "suppress-bounce",
            "delivery-status": {"code": 605, "message": "Not delivering to previously bounced address"},
        },
    ),
    "spam": (_GOT_IT, {"event": "complained"}),
    "unsub": (_GOT_IT, {"event": "unsubscribed"}),
    "open": (_GOT_IT, {"event": "opened", "client-info": {"client-name": "Mail"}}),
    "click": (_GOT_IT, {"event": "clicked", "url": "https://example.com/"}),
}


class Teller:
    """Makes events and webhooks. The signing key is made of the seed: it guards nothing."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"{seed}:mailgun")  # noqa: S311 - imitation, not secrecy
        self.key = self.hex(16)

    def hex(self, size_bytes: int) -> str:
        """A made-up id."""
        return f"{self._rng.getrandbits(size_bytes * 8):0{size_bytes * 2}x}"

    def events(self, copy: Json, *, now: datetime) -> list[Json]:
        """All that happens to one recipient's copy."""
        name = next((name for name in FATES if copy["recipient"].lower().startswith(name)), "")
        base: Json = {
            "recipient": copy["recipient"],
            "tags": copy["tags"],
            "user-variables": copy["variables"],
            "message": {"headers": {"message-id": copy["id"].strip("<>"), "subject": copy["subject"]}},
            "flags": {"is-test-mode": False},
        }
        fates = ({"event": "accepted", "delivery-status": None}, *FATES.get(name, (_GOT_IT,)))
        return [
            {**base, **fate, "id": self.hex(11), "timestamp": now.timestamp() + 0.001 * n}
            for n, fate in enumerate(fates)
        ]

    def hook(self, event: Json, *, now: datetime) -> Event:
        """One webhook. Only time stamp and token are signed, as at the real one."""
        body = json.dumps({"signature": self.signature(now=now), "event-data": event}).encode()
        return Event(body=body, headers={"Content-Type": "application/json"})

    def reply(self, fields: dict[str, str], *, now: datetime) -> Event:
        """An incoming mail as a route forwards it: a URL-encoded form when it has no files."""
        body = urlencode({**fields, **self.signature(now=now)}).encode()
        return Event(body=body, headers={"Content-Type": "application/x-www-form-urlencoded"})

    def signature(self, *, now: datetime) -> dict[str, str]:
        """Time stamp, token of 50 characters, and HMAC-SHA256 over the two."""
        stamp, token = str(int(now.timestamp())), self.hex(25)
        made = hmac.new(self.key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
        return {"timestamp": stamp, "token": token, "signature": made}
