"""Proof that a report came by an address of ours, where the provider signs nothing.

Each message has an address of its own for reports, with a secret made of its key; incoming
messages have one address with another secret. A holder of the one cannot make the other.
Source: contract notes (a per-message HMAC token in the query, compared in constant time).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from brygga.connectors.abilities import WebhookRequest
from brygga.connectors.texting.form import only
from brygga.model import Fault, Rejected

REPORT, INCOMING = "report", "incoming"
_HEX = 40


def token(secret: str, purpose: str, key: str = "") -> str:
    """The secret part of an address: HMAC-SHA256 in hex, 160 bits of it."""
    return hmac.new(secret.encode(), f"{purpose}\0{key}".encode(), hashlib.sha256).hexdigest()[:_HEX]


def derived(credential: str) -> str:
    """A secret for reports when none is set: made of the account's own credential, which it does not tell."""
    return hmac.new(credential.encode(), b"brygga delivery reports", hashlib.sha256).hexdigest()


def verify(request: WebhookRequest, *, secrets: Iterable[str], connection: str, title: str) -> None:
    """Raises Rejected (`bad_signature`). While a secret is changed there are two: either will do."""
    incoming = only(request.query, "k")
    key, given = ("", incoming) if incoming else (only(request.query, "m"), only(request.query, "t"))
    purpose = INCOMING if incoming else REPORT
    made = [token(secret, purpose, key) for secret in secrets if secret]
    matches = [hmac.compare_digest(given.encode("utf-8", "replace"), one.encode()) for one in made]
    if not (given and (incoming or key) and any(matches)):
        raise Rejected(
            "a webhook was refused: bad_signature",
            code="bad_signature",
            sv=f"Hemligheten i en rapport från {title} stämmer inte.",
            connection=connection,
            operation="webhook",
            fault=Fault.PROVIDER,
        )
