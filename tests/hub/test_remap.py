"""Mapping what is kept raw again: no provider is called, nothing is removed or brought back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer import Typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent / "toys"))

from mirror_office import Between, between, home, person, toys
from toyside.api import ToySide

from brygga.cli import working
from brygga.hub.remapping import remap
from brygga.model import Mapped

__all__ = ["between", "toys"]


def corrected(plain: Callable[..., Mapped]) -> Callable[..., Mapped]:
    """Tomorrow's mapping: it understands that rooms were halves."""

    def better(self: Any, raw: Any) -> Mapped:
        mapped = plain(self, raw)
        for record in mapped.records:
            if hasattr(record, "rooms"):
                record.rooms = 3.0
        return mapped

    return better


@pytest.fixture
def stored(between: Between, monkeypatch: pytest.MonkeyPatch) -> Between:
    """A home and a contact, read by the mapping of yesterday; the mapping of today says more."""
    between.left.put(home("O1"))
    between.left.put(home("O2"))
    between.left.put(person("K1"))
    between.pull("left")
    between.left.calls.clear()
    monkeypatch.setattr(ToySide, "map", corrected(ToySide.map))
    return between


async def test_a_dry_run_says_what_would_change_and_calls_and_writes_nothing(stored: Between) -> None:
    before = stored.hub.store.feed_last()
    done = (await remap(stored.hub, ["left"], dry_run=True))["connections"]["left"]
    assert (done["raw"], done["updated"], done["unchanged"], done["created"]) == (3, 2, 1, 0)
    assert done["fields"] == {"estate.rooms": 2}
    assert stored.left.calls == {}
    assert stored.hub.store.feed_last() == before


async def test_a_corrected_mapping_is_run_over_what_is_kept(stored: Between) -> None:
    done = (await remap(stored.hub, ["left"], dry_run=False))["connections"]["left"]
    assert done["updated"] == 2
    assert stored.hub.store.get("estate", "left:O1").rooms == 3.0  # type: ignore[union-attr]  # it is there
    assert [r.path for r in stored.hub.store.history("estate", "left:O1")] == ["rooms"]
    assert stored.left.calls == {}
    again = (await remap(stored.hub, ["left"], dry_run=False))["connections"]["left"]
    assert (again["updated"], again["unchanged"]) == (0, 3)


async def test_what_was_removed_stays_removed_and_what_has_no_raw_is_counted(stored: Between) -> None:
    stored.left.drop("estate", "O2")
    live = stored.hub.connections.live("left")
    from brygga.hub.flows.fetching import take_in

    take_in(stored.hub.store, live, [], now=stored.clock(), removed=[("estate", "left:O2")])
    stored.hub.store.database.write(lambda tx: tx.run("DELETE FROM raw WHERE source_id = ?", ("K1",)))
    done = (await remap(stored.hub, ["left"], dry_run=False))["connections"]["left"]
    assert stored.hub.store.get("estate", "left:O2") is None
    assert (done["updated"], done["without_raw"]) == (1, 1)


def test_the_command_says_so_too(stored: Between) -> None:
    app = Typer()
    working.add_to(app)
    done = CliRunner().invoke(
        app, ["sync", "left", "--remap", "--dry-run", "--json", "--home", str(stored.folder)]
    )
    assert done.exit_code == 0, done.output
    found = msgspec.json.decode(done.stdout)
    assert found["connections"]["left"]["updated"] == 2
    assert found["dry_run"] is True
