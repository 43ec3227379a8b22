"""Links that we sign and that expire: pictures for a portal, the first way into the page.

`path?expires=…&key=…&signature=…`, HMAC-SHA256 (RFC 2104) under a subkey of the ring, bound to
one purpose: a link to a picture opens nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime

from brygga.vault.errors import KeyUnknown, LinkExpired, LinkForged
from brygga.vault.keys import KeyRing
from brygga.vault.sealing import binding

_SUBKEY = "link"
_SIGNED = re.compile(
    r"(?P<path>.*)[?&]expires=(?P<expires>[0-9]{1,12})&key=(?P<version>[0-9]{1,10})"
    r"&signature=(?P<signature>[A-Za-z0-9_-]{43})",
    re.DOTALL,
)


class LinkSigner:
    """Signs and checks links. `clock` gives seconds since 1970."""

    def __init__(self, ring: KeyRing, *, clock: Callable[[], float]) -> None:
        self._ring = ring
        self._clock = clock

    def sign(self, path: str, *, expires_at: datetime, purpose: str) -> str:
        """`path` (may have a query) with expiry and signature. `expires_at` is zone-aware.

        Raises ValueError for a naive time.
        """
        if expires_at.tzinfo is None:
            raise ValueError("an expiry needs a zone")
        expires, version = int(expires_at.timestamp()), self._ring.current
        signature = self._signature(path, expires=expires, version=version, purpose=purpose)
        joint = "&" if "?" in path else "?"
        return f"{path}{joint}expires={expires}&key={version}&signature={signature}"

    def verify(self, link: str, *, purpose: str) -> str:
        """The path that was signed. Raises LinkForged, LinkExpired."""
        found = _SIGNED.fullmatch(link)
        if not found or not self._fits(found, purpose):
            raise LinkForged("the link is not one that we signed")
        if int(found["expires"]) <= self._clock():
            raise LinkExpired("the link's time is over")
        return found["path"]

    def _fits(self, found: re.Match[str], purpose: str) -> bool:
        try:
            right = self._signature(
                found["path"], expires=int(found["expires"]), version=int(found["version"]), purpose=purpose
            )
        except (KeyUnknown, UnicodeEncodeError):
            return False
        return hmac.compare_digest(right.encode(), found["signature"].encode())

    def _signature(self, path: str, *, expires: int, version: int, purpose: str) -> str:
        """URL-safe base64 of the HMAC; every part carries its length."""
        message = binding(purpose, str(version), str(expires), path)
        digest = hmac.digest(self._ring.subkey(_SUBKEY, version=version), message, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
