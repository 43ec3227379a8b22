from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.vault import KeyRing, KeyUnknown, Sealer, Tampered, binding
from brygga.vault.sealing import key_version

RING = KeyRing({1: bytes(32)})
AAD = binding("payload", "office", "vitec", "OBJ1")
SEALER = Sealer(RING, purpose="payload")


@given(st.binary(max_size=3000), st.binary(max_size=50))
def test_what_is_sealed_opens_at_the_same_place(plain: bytes, aad: bytes) -> None:
    sealed = SEALER.seal_bytes(plain, aad=aad)
    assert SEALER.open_bytes(sealed, aad=aad) == plain
    assert len(sealed) == len(plain) + 33


def test_sealing_twice_gives_different_bytes_and_hides_the_text() -> None:
    first, second = (SEALER.seal_bytes(b"Storgatan 14 B", aad=AAD) for _ in range(2))
    assert first != second
    assert b"Storgatan" not in first


def test_one_changed_bit_anywhere_does_not_open() -> None:
    sealed = SEALER.seal_bytes(b"price", aad=AAD)
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises((Tampered, KeyUnknown)):
            SEALER.open_bytes(bytes(changed), aad=AAD)


def test_a_cut_or_foreign_value_does_not_open() -> None:
    sealed = SEALER.seal_bytes(b"price", aad=AAD)
    for part in [sealed[:length] for length in range(len(sealed))] + [sealed + b"x", b"\x00" * 60]:
        with pytest.raises(Tampered):
            SEALER.open_bytes(part, aad=AAD)


@pytest.mark.parametrize(
    "elsewhere",
    [
        binding("credential", "office", "vitec", "OBJ1"),
        binding("payload", "other", "vitec", "OBJ1"),
        binding("payload", "office", "hemnet", "OBJ1"),
        binding("payload", "office", "vitec", "OBJ2"),
        binding("payload", "officev", "itec", "OBJ1"),
        binding("payload", "office", "vitecOBJ1"),
        b"",
    ],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere: bytes) -> None:
    sealed = SEALER.seal_bytes(b"price", aad=AAD)
    with pytest.raises(Tampered):
        SEALER.open_bytes(sealed, aad=elsewhere)


def test_another_purpose_has_another_key() -> None:
    sealed = SEALER.seal_bytes(b"price", aad=AAD)
    with pytest.raises(Tampered):
        Sealer(RING, purpose="document").open_bytes(sealed, aad=AAD)


@given(
    st.lists(st.text(max_size=5), min_size=4, max_size=4),
    st.lists(st.text(max_size=5), min_size=4, max_size=4),
)
def test_two_places_never_share_their_binding(one: list[str], other: list[str]) -> None:
    assert (binding(*one) == binding(*other)) == (one == other)


def test_a_new_key_opens_what_the_old_one_sealed_until_it_is_removed() -> None:
    sealed = SEALER.seal_bytes(b"price", aad=AAD)
    both = Sealer(KeyRing({1: bytes(32), 2: bytes([2]) * 32}), purpose="payload")
    assert both.open_bytes(sealed, aad=AAD) == b"price"
    assert key_version(sealed) == 1
    assert key_version(both.seal_bytes(b"price", aad=AAD)) == 2
    only_new = Sealer(KeyRing({2: bytes([2]) * 32}), purpose="payload")
    with pytest.raises(KeyUnknown, match="v1"):
        only_new.open_bytes(sealed, aad=AAD)


def test_a_sealer_shows_no_key() -> None:
    assert repr(SEALER) == "Sealer(purpose='payload', KeyRing(versions=[1], current=1))"
