from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.vault import KeyRing, LinkExpired, LinkForged, LinkSigner

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
RING = KeyRing({1: bytes(32)})
SIGNER = LinkSigner(RING, clock=NOW.timestamp)


def _signed(path: str = "/bilder/7?w=1920", *, minutes: int = 10) -> str:
    return SIGNER.sign(path, expires_at=NOW + timedelta(minutes=minutes), purpose="image")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_signed_link_gives_its_path_back(path: str) -> None:
    assert SIGNER.verify(_signed(path), purpose="image") == path


def test_a_link_is_over_at_its_second() -> None:
    link = _signed(minutes=0)
    with pytest.raises(LinkExpired):
        SIGNER.verify(link, purpose="image")
    a_second_before = LinkSigner(RING, clock=lambda: NOW.timestamp() - 1)
    assert a_second_before.verify(link, purpose="image") == "/bilder/7?w=1920"


def test_any_changed_character_is_noticed() -> None:
    link = _signed()
    for place, character in enumerate(link):
        changed = link[:place] + ("1" if character != "1" else "2") + link[place + 1 :]
        with pytest.raises(LinkForged):
            SIGNER.verify(changed, purpose="image")


@pytest.mark.parametrize(
    "link",
    [
        "",
        "/bilder/7",
        "/bilder/7?expires=9999999999&key=1&signature=" + "A" * 43,
        "\ud800" + _signed(),
        _signed() + "&x=1",
    ],
)
def test_what_we_did_not_sign_is_refused(link: str) -> None:
    with pytest.raises(LinkForged):
        SIGNER.verify(link, purpose="image")


def test_a_link_serves_one_purpose_only() -> None:
    with pytest.raises(LinkForged):
        SIGNER.verify(_signed(), purpose="sign-in")


def test_a_link_holds_over_a_key_change_and_falls_with_its_key() -> None:
    link = _signed()
    both = LinkSigner(KeyRing({1: bytes(32), 2: bytes([2]) * 32}), clock=NOW.timestamp)
    assert both.verify(link, purpose="image") == "/bilder/7?w=1920"
    only_new = LinkSigner(KeyRing({2: bytes([2]) * 32}), clock=NOW.timestamp)
    with pytest.raises(LinkForged):
        only_new.verify(link, purpose="image")


def test_an_expiry_without_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        SIGNER.sign("/x", expires_at=datetime(2026, 11, 23), purpose="image")  # noqa: DTZ001  # the mistake itself
