"""Booli's connector over a real line to the imitation, a steered clock, and leaves of JSON."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from brygga.connectors import manifest
from brygga.connectors.booli.api import BooliConnector
from brygga.model import Mapped
from brygga.sandbox.booli import CALLER_ID, KEY, Booli
from brygga.sandbox.server import Sandbox
from brygga.wire import Kit, Profile, Wire
from brygga.wire.call import Limits

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
EVERYWHERE = ",".join(str(100 + 20 * n) for n in range(11))


async def key(_: str) -> str:
    """The imitation's own key."""
    return KEY


async def at_once(_: float) -> None:
    """Retries need not wait in tests."""


@pytest.fixture
def make_booli() -> Callable[..., Booli]:
    """An imitation whose homes count from a fixed day and whose clock agrees with the connector's."""
    return lambda **more: Booli(**{"seed": 7, "now": lambda: NOW, "wall_s": NOW.timestamp, **more})


@pytest.fixture
async def join() -> AsyncIterator[Callable[..., Awaitable[BooliConnector]]]:
    """Starts an imitation and gives a connector that is joined to it."""
    async with AsyncExitStack() as open_things:

        async def begin(imitation: Booli, **settings: Any) -> BooliConnector:
            sandbox = await open_things.enter_async_context(Sandbox(imitation))
            rules = manifest.load("booli")
            given = {"caller_id": CALLER_ID, "areas": EVERYWHERE, **settings}
            profile = Profile(
                connection="booli",
                sign=BooliConnector.sign(given, key, clock=NOW.timestamp, rng=random.Random(3)),
                base_url=sandbox.url("booli"),
                errors=rules.errors,
                limits=Limits(calls=1000, per_s=1.0, at_once=20, first_wait_s=0.001, breaker_failures=1000),
                allow_private=True,
            )
            wire = await open_things.enter_async_context(Wire(profile, Kit(sleep=at_once)))
            return BooliConnector(
                wire,
                connection="booli",
                settings=given,
                secrets=key,
                clock=NOW.timestamp,
            )

        yield begin


@pytest.fixture
def leaves() -> Callable[[Any], Iterator[Any]]:
    """Every leaf's value of a JSON document; of what is empty, nothing."""
    return _leaves


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None:
        yield value


@pytest.fixture
def holds() -> Callable[[Mapped, Any], bool]:
    """Whether a raw leaf is found in what was mapped, in one of the forms it may take there."""

    def look(mapped: Mapped, leaf: Any) -> bool:
        held = list(_leaves(msgspec.to_builtins(mapped.records)))
        if isinstance(leaf, bool) or not isinstance(leaf, int | float):
            return leaf in held or _otherwise(leaf, held)
        numbers = [one for one in held if isinstance(one, int | float)]
        return leaf in numbers or str(leaf) in held or any(str(one).endswith(f":{leaf}") for one in held)

    return look


KNOWN_WORDS = {
    "Lägenhet": "apartment",
    "Villa": "house",
    "Tomt/Mark": "plot",
    "bid": "last_bid",
    "Slutpris": "final",
    "Äganderätt": "freehold",
    "SoldProperty": "sold",
}


def _otherwise(leaf: Any, held: list[Any]) -> bool:
    if not isinstance(leaf, str):
        return False
    if KNOWN_WORDS.get(leaf) in held:
        return True
    if any(isinstance(one, str) and (one.endswith(leaf) or one == leaf.strip()) for one in held):
        return True
    try:
        moment = datetime.fromisoformat(leaf)
    except ValueError:
        return False
    from brygga.swedish.dates import wall_clock

    return (
        msgspec.to_builtins(wall_clock(moment).astimezone(UTC)) in held
        or date.fromisoformat(leaf[:10]).isoformat() in held
    )
