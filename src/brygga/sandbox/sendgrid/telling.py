"""What the imitated SendGrid tells: batches of events and inbound mail, signed with ECDSA.

What becomes of a mail is decided by the recipient: `bounce…@`, `block…@`, `defer…@`, `spam…@`,
`unsub…@`, `drop…@`, `open…@`, `click…@`; all others get it.
"""

from __future__ import annotations

import base64
import json
import random
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from brygga.sandbox.hooks import Event

Json = dict[str, Any]
FATES: Final[dict[str, tuple[Json, ...]]] = {
    "bounce": ({"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown user"},),
    "block": ({"event": "bounce", "type": "blocked", "status": "4.7.1", "reason": "451 blocked"},),
    "defer": ({"event": "deferred", "response": "451 try again later", "attempt": "1"},),
    "spam": ({"event": "delivered", "response": "250 OK"}, {"event": "spamreport"}),
    "unsub": ({"event": "delivered", "response": "250 OK"}, {"event": "unsubscribe"}),
    "drop": ({"event": "dropped", "reason": "Bounced Address"},),
    "open": ({"event": "delivered", "response": "250 OK"}, {"event": "open", "useragent": "Mail"}),
    "click": ({"event": "delivered"}, {"event": "click", "url": "https://example.com/"}),
}
_GOT_IT: Final = ({"event": "delivered", "response": "250 OK"},)
SIGNATURE: Final = "X-Twilio-Email-Event-Webhook-Signature"
STAMP: Final = "X-Twilio-Email-Event-Webhook-Timestamp"


class Teller:
    """Makes webhooks. The private key is made of the seed: it guards nothing."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"{seed}:sendgrid")  # noqa: S311 - imitation, not secrecy
        self._key = ec.derive_private_key(self._rng.getrandbits(250) | 1, ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """Base64 of the SubjectPublicKeyInfo, as the provider shows it."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def hex(self, size_bytes: int) -> str:
        """A made-up id."""
        return f"{self._rng.getrandbits(size_bytes * 8):0{size_bytes * 2}x}"

    def fates(self, address: str) -> tuple[Json, ...]:
        """The events of one recipient, `processed` or `dropped` first."""
        name = next((name for name in FATES if address.lower().startswith(name)), "")
        rows = FATES.get(name, _GOT_IT)
        return rows if name == "drop" else ({"event": "processed"}, *rows)

    def events(self, rows: list[Json], *, now: datetime) -> Event:
        """A batch of events; the body ends with a line break, which is signed too."""
        body = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode() + b"\r\n"
        return Event(body=body, headers={"Content-Type": "application/json", **self.signed(body, now=now)})

    def inbound(self, fields: dict[str, str], *, now: datetime) -> Event:
        """An inbound mail as a form."""
        boundary = "xYzZY"
        lines = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        body = "".join([*lines, f"--{boundary}--\r\n"]).encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return Event(body=body, headers={**kind, **self.signed(body, now=now)})

    def signed(self, body: bytes, *, now: datetime) -> dict[str, str]:
        """The two headers over time stamp and raw body."""
        stamp = str(int(now.timestamp()))
        signature = self._key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
        return {SIGNATURE: base64.b64encode(signature).decode(), STAMP: stamp}
