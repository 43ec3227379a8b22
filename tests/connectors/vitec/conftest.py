"""Fixtures for Vitec's tests: answers with every member filled, and what became of each leaf."""

from __future__ import annotations

import itertools
import json
import typing
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import fields

from brygga.connectors.abilities import RawRecord
from brygga.connectors.vitec.mapping import to_model
from brygga.connectors.vitec.schema import SHAPES
from brygga.model import Mapped
from brygga.swedish.dates import wall_clock

FETCHED = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
PERSONAL_NUMBER = "19121212-1212"  # from the published test series
Path = tuple[str | int, ...]


@pytest.fixture
def to_records() -> Callable[..., Mapped]:
    """Map an answer given as a dict (or bytes)."""

    def run(kind: str, answer: dict[str, Any] | bytes, source_id: str = "") -> Mapped:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        wanted = source_id or (answer["id"] if isinstance(answer, dict) else "")
        raw = RawRecord(kind=kind, source_id=wanted, body=body, fetched_at=FETCHED)
        return to_model(raw, "v")

    return run


@pytest.fixture
def filled() -> Callable[[str], dict[str, Any]]:
    """An answer of a kind in which every member of its shape has a value of its own."""

    def make(kind: str) -> dict[str, Any]:
        answer = _filled(SHAPES[kind], itertools.count(1), "")
        if "currency" in answer:
            answer["currency"] = "SEK"
        if kind == "contact":
            answer["isForeignSocialSecurityNumber"] = answer["isForeignIdSocialSecurityNumber"] = False
        if kind == "area":
            answer["coordinates"] = [[[[18.01, 59.01], [18.02, 59.02], [18.03, 59.03]]]]
        return typing.cast("dict[str, Any]", answer)

    return make


def _filled(hint: Any, numbers: Iterator[int], name: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return {f.encode_name: _filled(f.type, numbers, f.encode_name) for f in fields(hint)}
    if typing.get_origin(hint) is list:
        return [_filled(typing.get_args(hint)[0], numbers, name)]
    plain = [arg for arg in typing.get_args(hint) if arg is not type(None)]
    if plain:
        return _filled(plain[0], numbers, name)
    return _value(hint, next(numbers), name)


def _value(hint: Any, number: int, name: str) -> Any:
    if hint is bool:
        return name != "isProjectViewing"  # such a viewing gets an id of its own
    if hint in {int, float}:
        year = name in {"numeric", "year", "startingYear"}
        return 1900 + number if year else hint(10 + number)
    return _text(number, name)


def _text(number: int, name: str) -> str:
    low = name.lower()
    if low.endswith(("at", "changeddata")) or "date" in low:
        return f"2026-05-0{number % 9 + 1}T{number // 60 % 24:02}:{number % 60:02}:00.{number:03}"
    if low in {"url", "homepage"}:
        return f"https://example.com/{number}"
    if "email" in low:
        return f"t{number}@example.com"
    if low in {"home", "work", "cell", "other", "switch", "cellphone", "msisdn"} and number % 100 < 95:
        return f"070-17406{number % 95 + 5:02}"
    if low == "socialsecuritynumber":
        return PERSONAL_NUMBER
    return f"T{number}"


@pytest.fixture
def leaves() -> Callable[[Any], dict[Path, Any]]:
    """Path → value for every leaf of a JSON value."""
    return lambda value: dict(_leaves(value, ()))


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield path, value


@pytest.fixture
def found_in() -> Callable[[Any, Mapped], bool]:
    """Whether a raw leaf is somewhere in what was mapped, in one of the forms it may take."""

    def look(value: Any, mapped: Mapped) -> bool:
        held = [one for _, one in _leaves(msgspec.to_builtins(mapped.records), ())]
        if isinstance(value, int | float):
            exact = str(int(value)) if value == int(value) else str(value)  # a Decimal is written as text
            return exact in held or any(type(one) in {int, float} and one == value for one in held)
        return not {one for one in held if isinstance(one, str)}.isdisjoint(_forms(value))

    return look


def _forms(text: str) -> set[str]:
    clean = text.strip()
    digits = "".join(c for c in clean if c.isdigit())
    forms = {clean, f"v:{clean}", f"+46{digits[1:]}", digits}
    try:
        forms.add(msgspec.to_builtins(wall_clock(clean).astimezone(UTC)))
    except ValueError:
        return forms
    return forms
