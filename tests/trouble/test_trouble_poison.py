"""One poisonous record among a thousand: 999 are stored, the one is set aside with its reason."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from brygga.connectors import manifest
from brygga.connectors.abilities import RawRecord
from brygga.hub.connections import Connection, Live
from brygga.hub.flows.fetching import take_in
from brygga.model import Estate, Invalid, Mapped
from brygga.model.parts import Address, Areas, Marketing, Price, Texts
from brygga.store import Store

NOW = datetime(2026, 5, 2, 8, tzinfo=UTC)
MANY = 1_000


class PlainSeal:
    """Seals nothing: what is sealed is another test's business."""

    def seal(self, plain: bytes, *, aad: bytes) -> bytes:
        return plain

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        return sealed


def good(raw: RawRecord) -> Estate:
    """The record as it should be."""
    facts = json.loads(raw.body)
    return Estate(
        id=f"pond:{raw.source_id}",
        status="for_sale",
        address=Address(street=facts["street"], town="Lund"),
        price=Price(asking_kr=facts["price"]),
        changed_at=NOW,
    )


def _raise(error: type[BaseException]) -> Callable[[Estate], Any]:
    def poison(_: Estate) -> Any:
        raise error("poison")

    return poison


def _with(**changes: Any) -> Callable[[Estate], Any]:
    def poison(estate: Estate) -> Any:
        for name, value in changes.items():
            setattr(estate, name, value)
        return estate

    return poison


POISON: dict[str, Callable[[Estate], Any]] = {
    "refused by the mapping": _raise(Invalid),
    "a bug in the mapping": _raise(ZeroDivisionError),
    "too deep": _raise(RecursionError),
    "too large": _raise(MemoryError),
    "no record at all": lambda _: None,
    "another connection's id": _with(id="vitec:1"),
    "no id": _with(id=""),
    "a NUL in the id": _with(id="pond:\x00"),
    "half a character": _with(status="\ud83d"),
    "a price that is a word": _with(price=Price(asking_kr="much")),  # type: ignore[arg-type]  # poison
    "an area that is a list": _with(areas=Areas(living_m2=[50])),  # type: ignore[arg-type]  # poison
    "a text that is a number": _with(texts=Texts(long=5)),  # type: ignore[arg-type]  # poison
    "a street that is a number": _with(address=Address(street=5)),  # type: ignore[arg-type]  # poison
    "an address that is none": _with(address=None),
    "bytes in an unknown member": _with(extra={"odd": object()}),
    "a time without a zone": _with(changed_at=datetime(2026, 5, 2)),  # noqa: DTZ001 – poison
    "a time that is text": _with(changed_at="yesterday"),
}


def pond(poison: Callable[[Estate], Any], at: int) -> Live:
    """A connection whose mapping has one poisoned record; it borrows another connector's manifest."""

    def mapping(raw: RawRecord) -> Mapped:
        record = good(raw)
        if raw.source_id == f"P{at}":
            record = poison(record)
        return Mapped(records=[record])

    connector = SimpleNamespace(map=mapping, follow=lambda _: [], streams=("estate",))
    connection = Connection(name="pond", connector="smtp")
    return Live(connection=connection, manifest=manifest.load("smtp"), connector=connector, wire=None)


def raws(count: int) -> list[RawRecord]:
    """That many answers."""
    return [
        RawRecord(
            kind="estate",
            source_id=f"P{n}",
            body=json.dumps({"street": f"Storgatan {n}", "price": 1_000_000 + n}).encode(),
            fetched_at=NOW,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("what", POISON)
def test_a_poison_record_is_set_aside_and_the_others_are_stored(what: str, migrated_url: str) -> None:
    at = random.randrange(40)
    with Store.open(migrated_url, keys=PlainSeal()) as store:
        take_in(store, pond(POISON[what], at), raws(40), now=NOW)
        assert store.ids("estate", "pond") == {f"P{n}" for n in range(40) if n != at}
        (parked,) = store.parked("pond", with_raw=True)
        assert (parked.kind, parked.source_id) == ("estate", f"P{at}")
        assert parked.reason_code
        assert parked.sv
        assert parked.raw == raws(40)[at].body


def test_of_a_thousand_nine_hundred_and_ninety_nine_are_stored_and_the_last_is_mended(
    migrated_url: str,
) -> None:
    with Store.open(migrated_url, keys=PlainSeal()) as store:
        take_in(store, pond(POISON["a price that is a word"], 500), raws(MANY), now=NOW)
        assert len(store.ids("estate", "pond")) == MANY - 1
        assert [p.source_id for p in store.parked("pond")] == ["P500"]
        take_in(store, pond(lambda estate: estate, 500), raws(MANY)[500:501], now=NOW)
        assert len(store.ids("estate", "pond")) == MANY
        assert store.parked("pond") == []
        stored = store.get("estate", "pond:P500")
        assert isinstance(stored, Estate)
        assert stored.price.asking_kr == 1_000_500


def test_a_poison_version_leaves_the_stored_record_as_it_was(migrated_url: str) -> None:
    with Store.open(migrated_url, keys=PlainSeal()) as store:
        take_in(store, pond(lambda estate: estate, 3), raws(10), now=NOW)
        before = store.row("estate", "pond:P3")
        take_in(store, pond(_with(address=None, marketing=Marketing(published=False)), 3), raws(10), now=NOW)
        after = store.row("estate", "pond:P3")
        assert before is not None
        assert after is not None
        assert after.record == before.record
        assert after.version == before.version
        assert after.deleted_at is None, "what cannot be kept cannot take anything away either"
        assert [p.source_id for p in store.parked("pond")] == ["P3"]
