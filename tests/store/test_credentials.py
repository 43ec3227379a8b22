"""The vault's credentials in SQL: by compare-and-swap, and only ever sealed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from brygga.store import Store
from brygga.store.credentials import SqlCredentials
from brygga.vault.credentials import CredentialStore, StoredCredential


@pytest.fixture
def kept(store: Store, clock: Any) -> CredentialStore:
    return SqlCredentials(store.database, now=clock)


def row(version: int, blob: bytes = b"sealed", connection: str = "vitec") -> StoredCredential:
    return StoredCredential(tenant="default", connection=connection, version=version, blob=blob)


async def test_a_row_is_made_once_and_changed_only_from_the_version_one_has_seen(
    kept: CredentialStore,
) -> None:
    assert await kept.load("default", "vitec") is None
    assert await kept.save_if_version(row(1), expected=None)
    assert not await kept.save_if_version(row(1, b"other"), expected=None)
    assert not await kept.save_if_version(row(3, b"other"), expected=2)
    assert await kept.save_if_version(row(2, b"new"), expected=1)
    assert await kept.load("default", "vitec") == row(2, b"new")


async def test_of_many_who_change_at_once_one_wins_each_round(kept: CredentialStore) -> None:
    await kept.save_if_version(row(1), expected=None)
    wins = await asyncio.gather(
        *(kept.save_if_version(row(2, b"%d" % n), expected=1) for n in range(12)),
    )
    assert sum(wins) == 1


async def test_rows_are_listed_and_removed(kept: CredentialStore) -> None:
    await kept.save_if_version(row(1), expected=None)
    await kept.save_if_version(row(1, connection="hemnet"), expected=None)
    assert [r.connection for r in await kept.list()] == ["hemnet", "vitec"]
    assert await kept.delete("default", "hemnet")
    assert not await kept.delete("default", "hemnet")
    assert await kept.list() == [row(1)]
