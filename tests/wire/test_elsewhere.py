"""Addresses that an answer named: called without our sign-in, and never on our own network."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from brygga.model.errors import Refused, Retryable
from brygga.wire import Call, Kit, Profile, Wire
from brygga.wire.transport import open_session


def elsewhere(url: str) -> Call:
    return Call(operation="file.read", path=url, elsewhere=True, deadline_s=2.0)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/1.jpg",
        "https://10.0.0.8/1.jpg",
        "https://169.254.169.254/latest",
        "https://name@pictures.example.com/1.jpg",
        "https://printer.local/1.jpg",
        "file:///etc/passwd",
        "//pictures.example.com/1.jpg",
        "",
    ],
)
async def test_nothing_but_public_https_is_called(provider: Any, wire_to: Any, url: str) -> None:
    with pytest.raises(Refused):
        await wire_to().call(elsewhere(url))
    assert provider.calls == 0


async def test_our_own_provider_is_not_reached_that_way(provider: Any, wire_to: Any) -> None:
    """The tests' connection may call loopback; an address out of an answer may not."""
    with pytest.raises(Refused):
        await wire_to().call(elsewhere(f"{provider.base_url}/1.jpg"))
    assert provider.calls == 0


async def test_no_credentials_are_asked_for_and_private_places_stay_closed() -> None:
    asked: list[str] = []
    opened: list[bool] = []

    async def authorise(call: Call) -> dict[str, str]:
        asked.append(call.operation)
        return {"Authorization": "Basic secret"}

    def sessions(profile: Profile, *, fresh: bool) -> aiohttp.ClientSession:
        opened.append(profile.allow_private)
        return open_session(profile, fresh=fresh)

    profile = Profile(
        connection="prov", base_url="http://127.0.0.1:9", authorise=authorise, allow_private=True
    )
    wire = Wire(profile, Kit(sessions=sessions))
    try:
        with pytest.raises((Refused, Retryable)):
            await wire.call(elsewhere("https://pictures.invalid/1.jpg"))
    finally:
        await wire.close()
    assert (asked, opened) == ([], [False])
