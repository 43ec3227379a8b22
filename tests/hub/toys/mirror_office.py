"""Two toy systems and a hub between them, driven by hand: no engine, no network, no waiting."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from toyside.api import KINDS, WORLDS, World

from brygga.connectors import manifest
from brygga.hub import Connection, Hub, Settings
from brygga.hub.flows.fetching import take_in
from brygga.hub.flows.mirror import Mirror
from brygga.model import Contact, Estate
from brygga.model.parts import Address, Areas, Price

HERE = Path(__file__).resolve().parent
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


class ByHand:
    """A flow's context that runs each step at once and remembers nothing."""

    async def step(self, name: str, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """Run it."""
        kwargs.pop("attempts", None)
        return await fn(*args, **kwargs)


class Between:
    """`left` leads, `right` follows."""

    def __init__(self, folder: Path, database: str = "", **settings: Any) -> None:
        WORLDS.clear()
        self.clock = Clock()
        self.folder, self.database, self.settings = folder, database, settings
        self.left = WORLDS["left"] = World("left")
        self.right = WORLDS["right"] = World("right")
        for world in (self.left, self.right):
            world.clock = self.clock
        self.hub = self._opened()
        follows = {"follows": ["left"], **settings}
        self.hub.connections.save(Connection(name="left", connector="toyside"))
        self.hub.connections.save(Connection(name="right", connector="toyside", settings=follows))

    def _opened(self) -> Hub:
        return Hub(Settings(home=self.folder, database=self.database), now=self.clock)

    def restart(self) -> None:
        """The program ends and begins anew on the same files."""
        self.hub.store.close()
        self.hub = self._opened()

    def pull(self, name: str) -> None:
        """Read everything that one system has."""
        live, world = self.hub.connections.live(name), WORLDS[name]
        raws = [live.connector._raw(kind, sid) for kind in KINDS for sid in world.rows[kind]]
        held = {(k, f"{name}:{s}") for k in KINDS for s in self.hub.store.ids(k, name)}
        gone = held - {(raw.kind, f"{name}:{raw.source_id}") for raw in raws}
        take_in(self.hub.store, live, raws, now=self.clock(), removed=sorted(gone))
        world.touched.clear()

    async def mirror(self, mode: str = "") -> dict[str, int]:
        """One run of the flow."""
        key = f"right|{mode}" if mode else "right"
        return await Mirror(self.hub.services).run(ByHand(), key=key, wanted=0)  # type: ignore[arg-type]  # as much of a context as it needs

    async def sync(self, mode: str = "") -> dict[str, int]:
        """Read both, then carry over."""
        self.pull("left")
        self.pull("right")
        return await self.mirror(mode)

    def twin(self, kind: str, source_id: str) -> Any:
        """The right side's record for one of the left side's."""
        found = self.hub.store.names_across(kind, "right", [f"left:{source_id}"])
        return self.right.get(kind, found[f"left:{source_id}"].split(":", 1)[1])

    def close(self) -> None:
        """Close the files."""
        self.hub.store.close()


def written(counts: dict[str, int]) -> int:
    """How many rows a run wrote on either side."""
    return sum(n for name, n in counts.items() if name.startswith(("left.", "right.")))


def person(source_id: str, side: str = "left", **facts: Any) -> Contact:
    """Somebody invented."""
    return Contact(
        id=f"{side}:{source_id}", **{"first_name": "Anna", "last_name": f"Nr {source_id}", **facts}
    )


def home(source_id: str, side: str = "left", **facts: Any) -> Estate:
    """An invented home."""
    given: dict[str, Any] = {
        "type": "house",
        "status": "for_sale",
        "reference": source_id,
        "rooms": 2.5,
        "address": Address(street=f"Bryggvägen {source_id}", postcode="903 25", town="Umeå"),
        "price": Price(asking_kr=2_000_000),
        "areas": Areas(living_m2=70.5),
    }
    return Estate(id=f"{side}:{source_id}", **{**given, **facts})


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toy's folder among one's own connectors."""
    monkeypatch.setenv("BRYGGA_CONNECTORS", str(HERE))
    for cached in (manifest._places, manifest.load):
        cached.cache_clear()
    yield
    for cached in (manifest._places, manifest.load):
        cached.cache_clear()
    if str(HERE) in sys.path[:1]:
        sys.path.remove(str(HERE))


@pytest.fixture
def between(toys: None, tmp_path: Path) -> Iterator[Between]:
    """Two empty systems and a hub."""
    made = Between(tmp_path / "hub")
    yield made
    made.close()
