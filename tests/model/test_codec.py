"""Records to bytes and back."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import msgspec
import pytest

from brygga.model import (
    RECORD_TYPES,
    Estate,
    changed_fields,
    content_hash,
    decode,
    encode,
    flat,
    kind_of,
    unknown_members,
)
from brygga.model.parts import Address, Image, Price


def home(**more: object) -> Estate:
    return Estate(
        id="vitec:OBJ1",
        changed_at=datetime(2026, 5, 4, 9, 46, 9, tzinfo=UTC),
        address=Address(street="Exempelgatan 12"),
        price=Price(asking_kr=3_995_000),
        images=[Image(id="MED1", name="Kök"), Image(id="MED2")],
        **more,  # type: ignore[arg-type]  # names of the model
    )


@pytest.mark.parametrize("kind", sorted(RECORD_TYPES))
def test_every_kind_survives_a_round_trip(kind: str) -> None:
    record = RECORD_TYPES[kind](id="x:1")
    again = decode(kind, encode(record))
    assert again == record
    assert kind_of(again) == kind


def test_equal_records_have_equal_bytes_and_hashes() -> None:
    assert encode(home()) == encode(home())
    assert content_hash(encode(home())) == content_hash(encode(home()))
    assert content_hash(encode(home(rooms=2))) != content_hash(encode(home()))


def test_a_member_of_a_newer_version_survives_a_round_trip() -> None:
    newer = encode(home())[:-1] + b',"solar_cells":{"kw":7}}'
    record = decode("estate", newer)
    assert record.extra == {"solar_cells": {"kw": 7}}
    assert decode("estate", encode(record)).extra == {"solar_cells": {"kw": 7}}


def test_changes_name_their_paths_and_list_parts_by_id() -> None:
    old, new = home(), home()
    new.price.asking_kr = 3_895_000
    new.images = [new.images[1], new.images[0]]
    new.images[1].name = "Köket"
    found = changed_fields(encode(old), encode(new))
    assert found == {
        "images[MED1].name": ("Kök", "Köket"),
        "price.asking_kr": (3_995_000, 3_895_000),
    }


def test_flat_tells_an_empty_list_from_a_missing_one() -> None:
    assert flat(b'{"tags":[]}') == {"tags": []}


class Inner(msgspec.Struct, rename="camel"):
    known_name: str = ""


class Outer(msgspec.Struct, rename="camel"):
    one: Inner | None = None
    many: list[Inner] = []


def test_unknown_members_are_found_at_any_depth() -> None:
    raw = {"one": {"knownName": "a", "x": 1}, "many": [{"y": [2]}, {"knownName": "b"}], "z": None}
    assert unknown_members(raw, Outer) == {"one.x": 1, "many[0].y": [2], "z": None}


MEETING = """
import sys, threading
sys.setswitchinterval(1e-6)
from brygga.model import RECORD_TYPES, decode
gate = threading.Barrier(4)
def read():
    gate.wait()
    for kind in RECORD_TYPES:
        try:
            decode(kind, b'{"id":"x:1"}')
        except Exception:
            pass
threads = [threading.Thread(target=read) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
"""


def test_threads_that_read_their_first_records_at_once_do_not_crash() -> None:
    """msgspec 0.22 builds a type on first use and can crash when two threads do; ours are built at import."""
    for _ in range(6):
        subprocess.run([sys.executable, "-c", MEETING], check=True, timeout=30)
