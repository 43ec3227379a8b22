"""Who is looking: sessions that begin with a one-time link and live in this process' memory only.

Until there are accounts, whoever has the link is who it was made for. Links and cookies are kept
as hashes, so that a memory dump of ours opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

import msgspec

ADMINISTRATOR: Final = "administrator"
AUDITOR: Final = "auditor"
LINK_S: Final = 24 * 3600.0
"""How long a link waits to be used."""
IDLE_S: Final = 12 * 3600.0
"""How long a session lives without being used."""
MOST: Final = 100
"""Sessions and links kept at once; the oldest go first."""


class Session(msgspec.Struct, kw_only=True):
    """One browser. `form` is the secret that its forms carry; `lang` is empty until one is chosen."""

    role: str
    form: str
    lang: str = ""
    seen_s: float = 0.0

    @property
    def may_change(self) -> bool:
        """Whether buttons that change something are offered and obeyed."""
        return self.role == ADMINISTRATOR

    @property
    def may_see_persons(self) -> bool:
        """Whether bids and names are shown."""
        return self.role == ADMINISTRATOR


class Door:
    """Lets people in. `clock`: seconds, monotonic; `token`: a new unguessable text."""

    def __init__(
        self, *, clock: Callable[[], float], token: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    ) -> None:
        self._clock = clock
        self._token = token
        self._links: dict[str, tuple[str, float]] = {}
        self._sessions: dict[str, Session] = {}

    def invite(self, role: str) -> str:
        """A new key for a one-time link."""
        key = self._token()
        _make_room(self._links)
        self._links[_hash(key)] = (role, self._clock() + LINK_S)
        return key

    def enter(self, key: str) -> str | None:
        """Use up a link; gives the cookie's value, or None if the key is not one or is used up."""
        role, until = self._links.pop(_hash(key), ("", 0.0))
        if not role or until < self._clock():
            return None
        cookie = self._token()
        _make_room(self._sessions)
        self._sessions[_hash(cookie)] = Session(role=role, form=self._token(), seen_s=self._clock())
        return cookie

    def session(self, cookie: str) -> Session | None:
        """Whose cookie it is; None for one that is not ours, or that was idle too long."""
        name = _hash(cookie)
        found = self._sessions.get(name)
        if found is None:
            return None
        if self._clock() - found.seen_s > IDLE_S:
            del self._sessions[name]
            return None
        found.seen_s = self._clock()
        return found

    def leave(self, cookie: str) -> None:
        """Sign out."""
        self._sessions.pop(_hash(cookie), None)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _make_room(kept: dict[str, object] | dict[str, Session] | dict[str, tuple[str, float]]) -> None:
    while len(kept) >= MOST:
        kept.pop(next(iter(kept)))
