"""Renewal of the key before it expires: a new one is made, tried, and only then is the old let go.

Vault fields: `token`, `key_id`, and while a swap is not confirmed `previous_token` and
`previous_key_id`. Source: developer guide (keys expire and can be made through the interface);
what is unknown of it are settings.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from brygga.connectors.abilities import Secrets
from brygga.connectors.hemnet.calls import Calls, Row, row_id
from brygga.connectors.hemnet.settings import Settings
from brygga.model import BryggaError, Invalid, NeedsSignIn
from brygga.swedish import format as written

Rotate = Callable[[Mapping[str, str]], Awaitable[None]]
"""Writes these credential fields as one new version, or none of them: the vault's atomic swap.

Other fields stay as they are. Once it has returned, the connection's `secrets` and the headers
that `authorise` makes give the new values, in every process.
"""

IN_SECONDS_BELOW = 100_000_000_000
"""A number below this is Unix seconds, above it milliseconds (1973 against 5138)."""


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """What looking after the key gave. `expires_at` is None when Hemnet does not say."""

    renewed: bool
    sv: str
    expires_at: datetime | None = None


class KeyKeeper:
    """Looks after one connection's key."""

    def __init__(
        self, calls: Calls, *, secrets: Secrets, settings: Settings, now: Callable[[], datetime]
    ) -> None:
        self._calls = calls
        self._secrets = secrets
        self._settings = settings
        self._now = now

    async def renew(self, rotate: Rotate, *, force: bool = False) -> Renewal:
        """Renew the key when it is near its end (or at once with `force`).

        A dead key cannot renew itself: NeedsSignIn comes through. When the new key does not
        answer, the old one is put back and the error raised; it was never given up.
        """
        await self._settle_unconfirmed(rotate)
        old = await self._current()
        expires_at = self._expiry(old)
        if not force and not self._due(expires_at):
            return Renewal(renewed=False, sv=_still_good(expires_at), expires_at=expires_at)
        old_token = await self._secrets("token")
        new = await self._calls.create_key(self._settings.key_name)
        token = str(new.get(self._settings.key_token_member) or "")
        if not token:
            raise self._no_token()
        await rotate(
            {
                "token": token,
                "key_id": row_id(new),
                "previous_token": old_token,
                "previous_key_id": row_id(old),
            }
        )
        await self._confirm(rotate)
        return Renewal(renewed=True, sv="Nyckeln till Hemnet är förnyad.", expires_at=self._expiry(new))

    async def _settle_unconfirmed(self, rotate: Rotate) -> None:
        """A swap that a crash left half-way: try the key in use, keep it or go back."""
        if await self._field("previous_token"):
            await self._confirm(rotate)

    async def _confirm(self, rotate: Rotate) -> None:
        """`GET /keys` with the new key. Well: the old is removed. Not: the old is put back."""
        previous, previous_id = await self._field("previous_token"), await self._field("previous_key_id")
        try:
            await self._calls.keys()
        except BryggaError:
            await rotate(
                {"token": previous, "key_id": previous_id, "previous_token": "", "previous_key_id": ""}
            )
            raise
        if self._settings.key_delete_old and previous_id:
            await self._forget(previous_id)
        await rotate({"previous_token": "", "previous_key_id": ""})

    async def _forget(self, key_id: str) -> None:
        """Remove the old key at Hemnet. If that fails it expires by itself: not worth stopping for."""
        try:
            await self._calls.delete_key(key_id)
        except BryggaError:
            return

    async def _current(self) -> Row:
        """The key in use: by its id, else the only one there is, else the only one with our name."""
        if key_id := await self._field("key_id"):
            return await self._calls.key(key_id)
        keys = await self._calls.keys()
        named = [key for key in keys if key.get("name") == self._settings.key_name]
        for candidates in (keys, named):
            if len(candidates) == 1:
                return candidates[0]
        raise Invalid(
            "several keys and none is known to be the one in use",
            code="key_unknown",
            sv="Vi vet inte vilken av nycklarna hos Hemnet som är kontorets. Fyll i nyckelns id.",
        )

    def _due(self, expires_at: datetime | None) -> bool:
        left = timedelta(days=self._settings.key_renew_days)
        return expires_at is not None and expires_at - self._now() <= left

    def _expiry(self, key: Mapping[str, Any]) -> datetime | None:
        """The key's end: ISO text or Unix time; None when it is not said or not readable."""
        value = key.get(self._settings.key_expiry_member)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value if value < IN_SECONDS_BELOW else value / 1000, UTC)
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    async def _field(self, name: str) -> str:
        """A vault field that may be unset."""
        try:
            return await self._secrets(name)
        except NeedsSignIn:
            return ""

    def _no_token(self) -> Invalid:
        return Invalid(
            f"a new key came without the member {self._settings.key_token_member!r}",
            code="key_without_token",
            sv="Hemnet gjorde en ny nyckel men visade den inte där vi väntade oss. Den gamla används.",
        )


def _still_good(expires_at: datetime | None) -> str:
    if expires_at is None:
        return "Hemnet säger inte när nyckeln går ut."
    return f"Nyckeln till Hemnet gäller till {written.day(expires_at)}."
