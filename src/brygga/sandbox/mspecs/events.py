"""Mspecs' webhooks: the body, and the signature over time stamp and body."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

import msgspec

from brygga.sandbox.hooks import Event
from brygga.sandbox.mspecs.idents import Json

SECRET = "sandbox-mspecs-webhook-secret"  # noqa: S105 - signs nothing but this imitation's events


def event(facts: Json, *, secret: str, at: datetime) -> Event:
    """One signed event; without a secret it goes out unsigned, as before one was made."""
    body = msgspec.json.encode(facts)
    if not secret:
        return Event(body=body)
    stamp = str(int(at.timestamp()))
    message = f"{stamp}.".encode() + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return Event(body=body, headers={"x-mspecs-signature": f"t={stamp},s={digest}"})
