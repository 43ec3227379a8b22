"""The vault: credentials of each tenant's connections, sealed, versioned, and hard to lose.

Every change is a compare-and-swap on the row's version: two processes that change different
fields at the same time both get their way, and a partial update never erases the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from brygga.vault import envelope
from brygga.vault.contents import Contents
from brygga.vault.credentials import Credentials, CredentialStore, StoredCredential
from brygga.vault.envelope import Envelope
from brygga.vault.errors import CredentialMissing, VaultError, VersionConflict
from brygga.vault.keys import KeyRing, RandomBytes
from brygga.vault.secret import Secret

MOST_ATTEMPTS = 50

Change = Callable[[Contents], Contents]


@dataclass(frozen=True, slots=True)
class Rotation:
    """What `rotate` did: rows wrapped anew, rows that needed nothing, rows that did not open."""

    rewrapped: int
    already_current: int
    failed: tuple[tuple[str, str, str], ...]
    """Tenant, connection and error code of each row that did not open; it is left as it was."""


class Vault:
    """Reads and changes credentials. Holds none itself: every read asks the store."""

    def __init__(
        self, store: CredentialStore, ring: KeyRing, *, random_bytes: RandomBytes = os.urandom
    ) -> None:
        self._store = store
        self._ring = ring
        self._random_bytes = random_bytes
        self._envelope = Envelope(ring, random_bytes=random_bytes)

    async def get(self, tenant: str, connection: str) -> Credentials:
        """All secrets of a connection. Raises CredentialMissing, Tampered, KeyUnknown."""
        row = await self._row(tenant, connection)
        contents = self._open(row)
        return Credentials(contents.fields, version=row.version, swaps=contents.swaps)

    async def put(self, tenant: str, connection: str, fields: Mapping[str, Secret | str]) -> int:
        """Keep exactly these fields, whatever was there. Returns the new version."""
        fields = _hidden(fields)
        return await self._change(tenant, connection, lambda _: Contents(fields), may_create=True)

    async def update(self, tenant: str, connection: str, fields: Mapping[str, Secret | str]) -> int:
        """Set these fields and leave all others. Creates the row if there is none. Returns the version."""
        fields = _hidden(fields)
        return await self._change(tenant, connection, lambda kept: kept.merged(fields), may_create=True)

    async def swap(
        self, tenant: str, connection: str, field: str, new: Secret | str, *, keep_old_as: str
    ) -> int:
        """Renew a key at one stroke: `field` takes the new value, `keep_old_as` keeps the old one.

        The old value stays until `confirm_swap` or `revert_swap`. Returns the version.
        Raises SwapConflict when a renewal of the field is under way, the field is not set, or
        `keep_old_as` is taken; CredentialMissing.
        """
        new = _hidden({field: new})[field]
        return await self._change(
            tenant, connection, lambda kept: kept.swapped(field, new, keep_old_as=keep_old_as)
        )

    async def confirm_swap(self, tenant: str, connection: str, field: str) -> int:
        """The new key works: forget the old one. Raises SwapConflict when no renewal is under way."""
        return await self._change(tenant, connection, lambda kept: kept.swap_confirmed(field))

    async def revert_swap(self, tenant: str, connection: str, field: str) -> int:
        """The new key does not work: take the old one back. Raises SwapConflict as `confirm_swap`."""
        return await self._change(tenant, connection, lambda kept: kept.swap_reverted(field))

    async def delete(self, tenant: str, connection: str) -> bool:
        """Forget everything about a connection. True if there was something."""
        return await self._store.delete(tenant, connection)

    async def rotate(self) -> Rotation:
        """Wrap all data keys under the current main key. Reads go on meanwhile.

        A row that does not open is left alone and named in the result.
        """
        rewrapped, current, failed = 0, 0, []
        for row in await self._store.list():
            try:
                done = await self._rewrap(row)
            except VaultError as error:
                failed.append((row.tenant, row.connection, error.code))
                continue
            rewrapped, current = rewrapped + done, current + (not done)
        return Rotation(rewrapped, current, tuple(failed))

    async def versions_in_use(self) -> frozenset[int]:
        """Main key versions that kept credentials still need. Payloads are not counted here."""
        return frozenset(envelope.key_version(row.blob) for row in await self._store.list())

    async def _rewrap(self, row: StoredCredential | None) -> bool:
        """True if it was needed and done. Whoever writes meanwhile writes under the current key."""
        for _ in range(MOST_ATTEMPTS):
            if row is None or envelope.key_version(row.blob) == self._ring.current:
                return False
            blob = self._envelope.rewrap(row.blob, tenant=row.tenant, connection=row.connection)
            anew = StoredCredential(row.tenant, row.connection, row.version + 1, blob)
            if await self._store.save_if_version(anew, expected=row.version):
                return True
            row = await self._store.load(row.tenant, row.connection)
        raise VersionConflict("credentials kept changing while they were wrapped anew")

    async def _row(self, tenant: str, connection: str) -> StoredCredential:
        row = await self._store.load(tenant, connection)
        if row is None:
            raise CredentialMissing(f"no credentials are kept for connection {connection!r} of {tenant!r}")
        return row

    async def _change(self, tenant: str, connection: str, change: Change, *, may_create: bool = False) -> int:
        """Load, change, save if nobody else did; else again."""
        for _ in range(MOST_ATTEMPTS):
            row = await self._store.load(tenant, connection)
            if row is None and not may_create:
                raise CredentialMissing(
                    f"no credentials are kept for connection {connection!r} of {tenant!r}"
                )
            contents = change(self._open(row) if row else Contents())
            blob = self._envelope.seal(contents.as_text(), tenant=tenant, connection=connection)
            version = row.version + 1 if row else self._first_version()
            anew = StoredCredential(tenant, connection, version, blob)
            if await self._store.save_if_version(anew, expected=row.version if row else None):
                return anew.version
        raise VersionConflict(f"credentials of connection {connection!r} kept changing under our hands")

    def _first_version(self) -> int:
        """Not always 1: a row deleted and made again must not pass for the one that was there."""
        return 1 + int.from_bytes(self._random_bytes(3), "big")

    def _open(self, row: StoredCredential) -> Contents:
        return Contents.from_text(self._envelope.open(row.blob, tenant=row.tenant, connection=row.connection))


def _hidden(fields: Mapping[str, Secret | str]) -> dict[str, Secret]:
    """Plain texts wrapped at the door, so that no frame of ours holds them when something fails."""
    return {name: value if isinstance(value, Secret) else Secret(value) for name, value in fields.items()}
