"""Sinch's signature over the raw body, a nonce and a time.

Base64 of HMAC-SHA256(secret, body "." nonce "." timestamp); the secret is set per service plan
(contract notes; offered since 2025-02-13). Sinch Numbers signs otherwise: not read here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Sequence

from brygga.connectors.abilities import WebhookRequest
from brygga.model import Fault, Rejected

HEADER = "x-sinch-webhook-signature"
_NONCE = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""No full stop: it parts what is signed, and a body must not be cut at one."""
_TIME = re.compile("[0-9]{1,13}")
IN_SECONDS_BELOW = 100_000_000_000
"""A number below this is Unix seconds, above it milliseconds (1973 against 5138)."""


class Nonces:
    """The nonces of callbacks that have been let in, in memory, as long as their time stamp holds."""

    MOST = 100_000

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()

    def is_new(self, nonce: str, *, now_s: float, kept_s: float) -> bool:
        """Whether it has not come before; it is remembered then."""
        while self._seen and next(iter(self._seen.values())) < now_s - kept_s:
            self._seen.popitem(last=False)
        if nonce in self._seen:
            return False
        self._seen[nonce] = now_s
        if len(self._seen) > self.MOST:
            self._seen.popitem(last=False)
        return True


def sign(body: bytes, *, secret: str, nonce: str, timestamp: str) -> str:
    """The signature of one callback."""
    signed = b".".join((body, nonce.encode(), timestamp.encode()))
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode("ascii")


def verify(
    request: WebhookRequest,
    *,
    secrets: Sequence[str],
    window_s: float,
    nonces: Nonces | None,
    connection: str,
) -> None:
    """Raises Rejected: `bad_signature`, `stale`, or `replayed` when its nonce has come before.

    While the secret is changed there are two: either will do. All are tried, so that the time it
    takes says nothing.
    """
    given = request.headers.get(HEADER, "")
    nonce = request.headers.get(f"{HEADER}-nonce", "")
    timestamp = request.headers.get(f"{HEADER}-timestamp", "")
    if not given or not _NONCE.fullmatch(nonce) or not _TIME.fullmatch(timestamp):
        raise _refused("bad_signature", "En rapport från Sinch saknar underskrift.", connection)
    made = [sign(request.body, secret=secret, nonce=nonce, timestamp=timestamp) for secret in secrets]
    matches = [hmac.compare_digest(given.encode("utf-8", "replace"), one.encode()) for one in made]
    if not any(matches):
        raise _refused("bad_signature", "Underskriften på en rapport från Sinch stämmer inte.", connection)
    signed_s = int(timestamp) if int(timestamp) < IN_SECONDS_BELOW else int(timestamp) / 1000
    now_s = request.received_at.timestamp()
    if abs(now_s - signed_s) > window_s:
        raise _refused("stale", "En rapport från Sinch är för gammal.", connection)
    if nonces is not None and not nonces.is_new(nonce, now_s=now_s, kept_s=2 * window_s):
        raise _refused("replayed", "En rapport från Sinch kom en gång till.", connection)


def _refused(code: str, sv: str, connection: str) -> Rejected:
    return Rejected(
        f"a webhook was refused: {code}",
        code=code,
        sv=sv,
        connection=connection,
        operation="webhook",
        fault=Fault.PROVIDER,
    )
