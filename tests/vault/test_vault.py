from __future__ import annotations

import asyncio
import random
import traceback

import pytest

from brygga.vault import (
    CredentialMissing,
    Credentials,
    KeyRing,
    KeyUnknown,
    MemoryCredentialStore,
    Secret,
    StoredCredential,
    SwapConflict,
    Tampered,
    Vault,
    VersionConflict,
)

OLD, NEW = bytes([1]) * 32, bytes([2]) * 32


class YieldingStore(MemoryCredentialStore):
    """Lets others run between load and save, as a database does; may refuse the first saves."""

    def __init__(self, *, refuse: int = 0) -> None:
        super().__init__()
        self.refuse = refuse
        self.refused = 0

    async def load(self, tenant: str, connection: str) -> StoredCredential | None:
        row = await super().load(tenant, connection)
        await asyncio.sleep(0)
        return row

    async def save_if_version(self, row: StoredCredential, *, expected: int | None) -> bool:
        await asyncio.sleep(0)
        if self.refuse:
            self.refuse -= 1
            return False
        saved = await super().save_if_version(row, expected=expected)
        self.refused += not saved
        return saved


def _vault(store: MemoryCredentialStore | None = None, **keys: bytes) -> Vault:
    ring = KeyRing({int(name[1:]): key for name, key in (keys or {"v1": OLD}).items()})
    return Vault(store or MemoryCredentialStore(), ring)


def _revealed(credentials: Credentials) -> dict[str, str]:
    return {name: secret.reveal() for name, secret in credentials.items()}


async def test_what_is_put_comes_back_as_secrets() -> None:
    vault = _vault()
    version = await vault.put("office", "vitec", {"user": "anna", "password": Secret("pärla\ud800")})
    kept = await vault.get("office", "vitec")
    assert _revealed(kept) == {"user": "anna", "password": "pärla\ud800"}
    assert kept.version == version
    assert all(isinstance(secret, Secret) for secret in kept.values())


async def test_the_store_sees_no_secret_and_no_field_name() -> None:
    store = MemoryCredentialStore()
    await _vault(store).put("office", "vitec", {"password": "canary"})
    (row,) = await store.list()
    assert b"canary" not in row.blob
    assert b"password" not in row.blob


async def test_nothing_kept_is_said_so() -> None:
    vault = _vault()
    with pytest.raises(CredentialMissing, match="vitec"):
        await vault.get("office", "vitec")
    with pytest.raises(CredentialMissing):
        await vault.confirm_swap("office", "vitec", "key")


async def test_a_partial_update_leaves_the_rest() -> None:
    vault = _vault()
    await vault.put("office", "vitec", {"user": "anna", "password": "one", "customer": "M17"})
    await vault.update("office", "vitec", {"password": "two"})
    assert _revealed(await vault.get("office", "vitec")) == {
        "user": "anna", "password": "two", "customer": "M17",
    }  # fmt: skip  # one dictionary
    await vault.put("office", "vitec", {"user": "bo"})
    assert _revealed(await vault.get("office", "vitec")) == {"user": "bo"}


async def test_concurrent_updates_of_different_fields_all_stay() -> None:
    store = YieldingStore()
    await asyncio.gather(*(_vault(store).update("office", "vitec", {f"field{n}": str(n)}) for n in range(20)))
    assert _revealed(await _vault(store).get("office", "vitec")) == {f"field{n}": str(n) for n in range(20)}
    assert store.refused > 0


async def test_an_update_that_never_gets_through_says_so_and_shows_nothing() -> None:
    vault = _vault(YieldingStore(refuse=1000))
    with pytest.raises(VersionConflict) as caught:
        await vault.update("office", "vitec", {"password": "can" + "ary"})
    ours = caught.value.__traceback__.tb_next  # type: ignore[union-attr]  # this test's own frame is not ours to hide
    shown = traceback.TracebackException(VersionConflict, caught.value, ours, capture_locals=True)
    assert "Secret(***)" in "".join(shown.format())
    assert "can" + "ary" not in "".join(shown.format())


async def test_a_row_deleted_and_made_again_is_not_taken_for_the_old_one() -> None:
    store = MemoryCredentialStore()
    vault = _vault(store)
    await vault.put("office", "vitec", {"a": "1"})
    (stale,) = await store.list()
    assert await vault.delete("office", "vitec")
    assert not await vault.delete("office", "vitec")
    random_of = random.Random(5)
    for _ in range(20):
        other = Vault(store, KeyRing({1: OLD}), random_bytes=random_of.randbytes)
        await other.put("office", "vitec", {"b": "2"})
        assert not await store.save_if_version(stale, expected=stale.version)
        await vault.delete("office", "vitec")


@pytest.mark.parametrize(("tenant", "connection"), [("other", "vitec"), ("office", "hemnet")])
async def test_credentials_moved_to_another_place_do_not_open(tenant: str, connection: str) -> None:
    store = MemoryCredentialStore()
    vault = _vault(store)
    await vault.put("office", "vitec", {"password": "one"})
    (row,) = await store.list()
    await store.save_if_version(StoredCredential(tenant, connection, 1, row.blob), expected=None)
    with pytest.raises(Tampered):
        await vault.get(tenant, connection)


async def test_one_changed_byte_anywhere_does_not_open() -> None:
    store = MemoryCredentialStore()
    vault = _vault(store)
    await vault.put("office", "vitec", {"password": "one"})
    (row,) = await store.list()
    for place in range(len(row.blob)):
        changed = bytearray(row.blob)
        changed[place] ^= 1
        store._rows["office", "vitec"] = StoredCredential("office", "vitec", row.version, bytes(changed))
        with pytest.raises((Tampered, KeyUnknown)):
            await vault.get("office", "vitec")


async def test_a_key_renewal_keeps_the_old_key_until_it_is_confirmed() -> None:
    vault = _vault()
    await vault.put("office", "hemnet", {"key": "old", "agency": "7"})
    await vault.swap("office", "hemnet", "key", "new", keep_old_as="key_before")
    during = await vault.get("office", "hemnet")
    assert _revealed(during) == {"key": "new", "key_before": "old", "agency": "7"}
    assert during.swaps == {"key": "key_before"}
    await vault.confirm_swap("office", "hemnet", "key")
    after = await vault.get("office", "hemnet")
    assert (_revealed(after), after.swaps) == ({"key": "new", "agency": "7"}, {})


async def test_a_key_renewal_can_be_taken_back() -> None:
    vault = _vault()
    await vault.put("office", "hemnet", {"key": "old"})
    await vault.swap("office", "hemnet", "key", Secret("new"), keep_old_as="key_before")
    await vault.update("office", "hemnet", {"agency": "7"})
    await vault.revert_swap("office", "hemnet", "key")
    assert _revealed(await vault.get("office", "hemnet")) == {"key": "old", "agency": "7"}


async def test_a_renewal_that_would_lose_a_key_is_refused() -> None:
    vault = _vault()
    await vault.put("office", "hemnet", {"key": "old", "taken": "x"})
    with pytest.raises(SwapConflict, match="taken"):
        await vault.swap("office", "hemnet", "key", "new", keep_old_as="taken")
    with pytest.raises(SwapConflict, match="not set"):
        await vault.swap("office", "hemnet", "absent", "new", keep_old_as="before")
    with pytest.raises(SwapConflict, match="not being renewed"):
        await vault.revert_swap("office", "hemnet", "key")
    await vault.swap("office", "hemnet", "key", "new", keep_old_as="before")
    with pytest.raises(SwapConflict, match="already"):
        await vault.swap("office", "hemnet", "key", "newer", keep_old_as="before2")
    assert _revealed(await vault.get("office", "hemnet"))["before"] == "old"


async def test_rotation_wraps_anew_and_the_old_key_can_go() -> None:
    store = MemoryCredentialStore()
    await _vault(store, v1=OLD).put("office", "vitec", {"password": "one"})
    await _vault(store, v1=OLD, v2=NEW).put("office", "hemnet", {"key": "two"})
    before = {row.connection: row.blob for row in await store.list()}
    vault = _vault(store, v1=OLD, v2=NEW)
    assert await vault.versions_in_use() == {1, 2}
    result = await vault.rotate()
    assert (result.rewrapped, result.already_current, result.failed) == (1, 1, ())
    after = {row.connection: row.blob for row in await store.list()}
    assert after["vitec"][66:] == before["vitec"][66:]
    assert after["hemnet"] == before["hemnet"]
    assert await vault.versions_in_use() == {2}
    assert _revealed(await _vault(store, v2=NEW).get("office", "vitec")) == {"password": "one"}


async def test_without_the_key_that_sealed_it_nothing_opens() -> None:
    store = MemoryCredentialStore()
    await _vault(store, v1=OLD).put("office", "vitec", {"password": "one"})
    with pytest.raises(KeyUnknown, match="v1"):
        await _vault(store, v2=NEW).get("office", "vitec")
    with pytest.raises(Tampered):
        await _vault(store, v1=NEW).get("office", "vitec")


async def test_rotation_leaves_a_broken_row_alone_and_goes_on() -> None:
    store = MemoryCredentialStore()
    old = _vault(store, v1=OLD)
    await old.put("office", "vitec", {"password": "one"})
    await old.put("office", "hemnet", {"key": "two"})
    row = store._rows["office", "vitec"]
    broken = StoredCredential(row.tenant, row.connection, row.version, row.blob[:40] + b"x" + row.blob[41:])
    store._rows["office", "vitec"] = broken
    result = await _vault(store, v1=OLD, v2=NEW).rotate()
    assert result.failed == (("office", "vitec", "tampered"),)
    assert result.rewrapped == 1
    assert store._rows["office", "vitec"] is broken


async def test_reads_and_updates_go_on_while_keys_rotate() -> None:
    store = YieldingStore()
    old = _vault(store, v1=OLD)
    for n in range(10):
        await old.put("office", f"c{n}", {"fixed": "here", "count": "0"})
    vault = _vault(store, v1=OLD, v2=NEW)

    async def read() -> None:
        for _ in range(30):
            for n in range(10):
                assert (await vault.get("office", f"c{n}"))["fixed"].reveal() == "here"

    async def change() -> None:
        for count in range(1, 16):
            for n in range(10):
                await vault.update("office", f"c{n}", {"count": str(count)})

    await asyncio.gather(read(), change(), vault.rotate(), vault.rotate())
    await vault.rotate()
    assert await vault.versions_in_use() == {2}
    kept = [await _vault(store, v2=NEW).get("office", f"c{n}") for n in range(10)]
    assert [_revealed(each) for each in kept] == [{"fixed": "here", "count": "15"}] * 10


async def test_a_connection_removed_during_rotation_stays_removed() -> None:
    store = YieldingStore()
    await _vault(store, v1=OLD).put("office", "vitec", {"password": "one"})
    vault = _vault(store, v1=OLD, v2=NEW)
    result, _ = await asyncio.gather(vault.rotate(), vault.delete("office", "vitec"))
    assert (result.rewrapped, result.failed) == (0, ())
    assert await store.list() == []
