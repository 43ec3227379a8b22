"""Renewal of the key before it expires: a new one is made, tried, and only then is the old let go.

In the vault: `token` and `key_id`; while a swap is not confirmed also `token_old` and `key_id_old`.
Source: developer guide (keys expire and can be made through the interface); what is unknown of
it are settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import msgspec

from brygga.connectors.hemnet.api.calls import MISSING, Calls, Row, row_id
from brygga.connectors.hemnet.schema import Settings
from brygga.model import BryggaError, Fault, Invalid, NeedsSignIn, Rejected
from brygga.swedish import format as written

IN_SECONDS_BELOW = 100_000_000_000
"""A number below this is Unix seconds, above it milliseconds (1973 against 5138)."""


@runtime_checkable
class RotatingSecrets(Protocol):
    """A connection's secrets that can be renewed: the vault's atomic swap of one field.

    After `swap` the new value is given at once, in every process, and the old one is kept under
    `<field>_old` until `confirm` (forget it) or `revert` (go back to it).
    """

    async def __call__(self, field: str) -> str:
        """The field's value. Raises NeedsSignIn when it is not set."""
        ...

    async def swap(self, field: str, value: str) -> None:
        """Take a new value into use."""
        ...

    async def confirm(self, field: str) -> None:
        """The new value works."""
        ...

    async def revert(self, field: str) -> None:
        """The new value does not work."""
        ...


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """What looking after the key gave. `expires_at` is None when Hemnet does not say."""

    renewed: bool
    sv: str
    expires_at: datetime | None = None


class KeyKeeper:
    """Looks after one connection's key."""

    def __init__(
        self, calls: Calls, *, secrets: RotatingSecrets, settings: Settings, now: Callable[[], datetime]
    ) -> None:
        self._calls = calls
        self._secrets = secrets
        self._settings = settings
        self._now = now

    async def renew(self, *, force: bool = False) -> Renewal:
        """Renew the key when it is near its end (or at once with `force`).

        A dead key cannot renew itself: NeedsSignIn comes through. When the new key does not
        answer, the old one is put back and the error raised; it was never given up.
        """
        if await self._field("token_old"):
            await self._settle()  # a swap that a crash left half-way
        old = await self._current()
        expires_at = self._expiry(old)
        if not force and not self._due(expires_at):
            return Renewal(renewed=False, sv=_still_good(expires_at), expires_at=expires_at)
        new = await self._calls.create_key(self._settings.key_name)
        token = str(new.get(self._settings.key_token_member) or "")
        if not token:
            raise self._no_token()
        await self._secrets.swap("token", token)
        if await self._field("key_id"):
            await self._secrets.swap("key_id", row_id(new))
        await self._settle(row_id(old))
        return Renewal(renewed=True, sv="Nyckeln till Hemnet är förnyad.", expires_at=self._expiry(new))

    async def _settle(self, old_id: str = "") -> None:
        """`GET /keys` with the new key. Well: the old one is let go. Not: it is put back."""
        swapped = [name for name in ("token", "key_id") if await self._field(f"{name}_old")]
        old_id = old_id or await self._field("key_id_old")
        try:
            await self._calls.keys()
        except BryggaError:
            for name in swapped:
                await self._secrets.revert(name)
            raise
        for name in swapped:
            await self._secrets.confirm(name)
        if self._settings.key_delete_old and old_id:
            await self._forget(old_id)

    async def _forget(self, key_id: str) -> None:
        """Remove the old key at Hemnet. If that fails it expires by itself: not worth stopping for."""
        try:
            await self._calls.delete_key(key_id)
        except BryggaError:
            return

    async def _current(self) -> Row:
        """The key in use: by its id; else the only one there is; else, of those with our name, the newest."""
        if key_id := await self._field("key_id"):
            try:
                return await self._calls.key(key_id)
            except Rejected as error:
                if error.status not in (MISSING, None):
                    raise
        keys = await self._calls.keys()
        named = [key for key in keys if key.get("name") == self._settings.key_name]
        if found := keys if len(keys) == 1 else named:
            return max(found, key=lambda key: str(key.get(self._settings.key_expiry_member, "")))
        raise Invalid(
            "several keys and none is known to be the one in use",
            code="key_unknown",
            sv="Vi vet inte vilken av nycklarna hos Hemnet som är kontorets. Fyll i nyckelns id.",
            fault=Fault.OFFICE,
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
            fault=Fault.OURS,
        )


def _still_good(expires_at: datetime | None) -> str:
    if expires_at is None:
        return "Hemnet säger inte när nyckeln går ut."
    return f"Nyckeln till Hemnet gäller till {written.day(expires_at)}."
