"""What a provider said, short enough for an error text and with nobody's secrets or persons in it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from brygga.wire.log import HIDDEN, Mask, hide_secrets

_LOOK_AT, _SHOW = 2_000, 200  # characters of an answer to mask, and to show of them
_EDGE = 100  # characters at the cut that are not shown: half a number is not recognised
_SHORTEST_SECRET = 6


def excerpt(body: bytes, *, credentials: Mapping[str, str], mask: Mask) -> str:
    """The beginning of `body` as one line. Providers echo what they were sent: our own credentials are
    hidden by value, other secrets by their look, persons by `mask`."""
    seen = body[:_LOOK_AT].decode("utf-8", "replace")
    text = " ".join((seen if len(body) <= _LOOK_AT else seen[:-_EDGE]).split())
    for secret in _secrets_in(credentials):
        text = text.replace(secret, HIDDEN)
    return mask(hide_secrets(text))[:_SHOW]


def _secrets_in(credentials: Mapping[str, str]) -> list[str]:
    words = [word for value in credentials.values() for word in (value, *value.split())]
    for word in list(words):
        words += _password_in(word)
    return sorted({w for w in words if len(w) >= _SHORTEST_SECRET}, key=len, reverse=True)


def _password_in(word: str) -> list[str]:
    """User name and password of a Basic header (RFC 7617), if `word` is one."""
    try:
        return base64.b64decode(word, validate=True).decode().split(":", 1)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return []
