"""Is a webhook theirs: ECDSA over time stamp and raw bytes, fresh, and not seen before.

Source: the provider's page on the event webhook's security, and the contract notes. The key is
base64 of a SubjectPublicKeyInfo on P-256 (RFC 5480), without PEM lines.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from brygga.connectors.abilities import WebhookRequest
from brygga.model import Fault, Rejected

SIGNATURE = "x-twilio-email-event-webhook-signature"
STAMP = "x-twilio-email-event-webhook-timestamp"


@functools.lru_cache(maxsize=64)
def key_of(text: str) -> ec.EllipticCurvePublicKey | None:
    """The public key; None when the text is not one on P-256."""
    lines = [line.strip() for line in text.strip().splitlines() if not line.startswith("-----")]
    try:
        key = load_der_public_key(base64.b64decode("".join(lines), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return None
    return key


def verify(request: WebhookRequest, *, keys: Sequence[str], window_s: float) -> None:
    """Raises Rejected: `stale`, `bad_signature`. Any of the keys will do while they are changed."""
    stamp = request.headers.get(STAMP, "")
    _demand_fresh(request, stamp, window_s)
    given = _signature(request.headers.get(SIGNATURE, ""))
    signed = stamp.encode() + request.body
    if not any(key is not None and _holds(key, given, signed) for key in map(key_of, keys)):
        raise refused("bad_signature", "Underskriften på ett meddelande från SendGrid stämmer inte.")


def demand_secret(given: str, secret: str) -> None:
    """For inbound mail without a signature: the secret part of its address. Raises Rejected."""
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        raise refused("bad_signature", "Ett inkommet mejl kom inte till rätt adress.")


def _demand_fresh(request: WebhookRequest, stamp: str, window_s: float) -> None:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 13):
        raise refused("stale", "Ett meddelande från SendGrid saknar tid.")
    if abs(request.received_at.timestamp() - int(stamp)) > window_s:
        raise refused("stale", "Ett meddelande från SendGrid är för gammalt.")


def _signature(text: str) -> bytes:
    """Exactly the canonical base64 of it: nothing is skipped, so that no changed text is taken."""
    try:
        found = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""
    return found if base64.b64encode(found).decode() == text else b""


def _holds(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def refused(code: str, sv: str) -> Rejected:
    """A webhook that is not believed; what it said is left out."""
    return Rejected(f"a webhook was refused: {code}", code=code, sv=sv, fault=Fault.PROVIDER)


class Replays:
    """What came within the window, by what was signed (a signature has more than one valid form).

    At most `most` are remembered, the oldest goes first; events that come again after that are told
    as repeats by their own ids. One per process.
    """

    def __init__(self, *, most: int, window_s: float) -> None:
        self._most, self._window_s = most, window_s
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def admit(self, request: WebhookRequest) -> None:
        """Remember it. Raises Rejected (`replayed`) when it came before."""
        now_s, mark = request.received_at.timestamp(), _mark(request)
        while self._seen and next(iter(self._seen.values())) < now_s - 2 * self._window_s:
            self._seen.popitem(last=False)
        if mark in self._seen:
            raise refused("replayed", "Ett meddelande från SendGrid har kommit förut.")
        self._seen[mark] = now_s
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)

    def forget(self, request: WebhookRequest) -> None:
        """It could not be kept: let the provider's next try in."""
        self._seen.pop(_mark(request), None)


def _mark(request: WebhookRequest) -> bytes:
    return hashlib.blake2b(request.headers.get(STAMP, "").encode() + request.body, digest_size=16).digest()
