"""What is kept for a connection, and the store that keeps it sealed.

The store sees tenant, connection, version and bytes; it cannot read them. The one on the
database lives in the store room; `MemoryCredentialStore` is for tests and trials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, Protocol

from brygga.vault.secret import Secret


class Credentials(Mapping[str, Secret]):
    """A connection's secrets by field name, as they were at `version`. Shows names, never values."""

    __slots__ = ("_fields", "swaps", "version")

    def __init__(self, fields: Mapping[str, Secret], *, version: int, swaps: Mapping[str, str] | None = None):
        self._fields = dict(fields)
        self.version = version
        self.swaps = dict(swaps or {})
        """Key renewals under way: field → the field that keeps the old value."""

    def __getitem__(self, name: str) -> Secret:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        names = ", ".join(f"{name}=***" for name in sorted(self._fields))
        return f"Credentials({names}; version={self.version})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("Credentials cannot be pickled")


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A row: the sealed bytes and their version, which rises by one with each change."""

    tenant: str
    connection: str
    version: int
    blob: bytes


class CredentialStore(Protocol):
    """Keeps sealed credentials. Implementations need one compare-and-swap on `version`."""

    async def load(self, tenant: str, connection: str) -> StoredCredential | None:
        """The row, or None."""

    async def save_if_version(self, row: StoredCredential, *, expected: int | None) -> bool:
        """Write `row` if the kept version is `expected` (None: if there is no row). True if written."""

    async def list(self) -> list[StoredCredential]:
        """All rows of all tenants."""

    async def delete(self, tenant: str, connection: str) -> bool:
        """Remove the row. True if there was one."""


class MemoryCredentialStore:
    """A CredentialStore in a dictionary."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], StoredCredential] = {}

    async def load(self, tenant: str, connection: str) -> StoredCredential | None:
        """The row, or None."""
        return self._rows.get((tenant, connection))

    async def save_if_version(self, row: StoredCredential, *, expected: int | None) -> bool:
        """Write `row` if the kept version is `expected`. Nothing awaits in between, so it is atomic."""
        kept = self._rows.get((row.tenant, row.connection))
        if (kept.version if kept else None) != expected:
            return False
        self._rows[row.tenant, row.connection] = row
        return True

    async def list(self) -> list[StoredCredential]:
        """All rows, in the order they came."""
        return [*self._rows.values()]

    async def delete(self, tenant: str, connection: str) -> bool:
        """Remove the row. True if there was one."""
        return self._rows.pop((tenant, connection), None) is not None
