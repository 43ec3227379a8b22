"""Fixtures for Vitec's tests: answers with every member filled, and what became of each leaf."""

from __future__ import annotations

import itertools
import json
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import fields

from brygga.connectors.abilities import Draft, RawRecord, Written
from brygga.connectors.manifest import load
from brygga.connectors.vitec.api import VitecConnector
from brygga.connectors.vitec.mapping import to_model
from brygga.connectors.vitec.schema import SHAPES
from brygga.model import BryggaError, Contact, Mapped, Record
from brygga.sandbox.faults import OneShot
from brygga.sandbox.server import Sandbox
from brygga.sandbox.vitec import PASSWORD, USER, VitecImitation
from brygga.swedish.dates import wall_clock
from brygga.wire import Kit, Limits, Profile, Wire

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
    if low.endswith(("at", "changeddata", "validto")) or "date" in low:
        return f"2026-05-0{number % 9 + 1}T{number // 60 % 24:02}:{number % 60:02}:00.{number:03}"
    if low in {"url", "homepage"}:
        return f"https://example.com/{number}"
    if "email" in low:
        return f"t{number}@example.com"
    if low in {"home", "work", "cell", "other", "switch", "cellphone", "msisdn"} and number % 100 < 95:
        return f"070-17406{number % 95 + 5:02}"
    if low == "amount":
        return str(1_000_000 + number)
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
        if isinstance(value, str) and value.isdigit():
            value = int(value)
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


# ---------------------------------------------------------------------- the real line to the imitation

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
LIMITS = Limits(
    calls=5_000, at_once=16, attempts=4, first_wait_s=0.001, most_wait_s=0.01, breaker_failures=10_000
)


class Line:
    """A connector, the wire it goes through, and the imitation at the other end of a real socket."""

    def __init__(self, vitec: VitecImitation, connector: VitecConnector) -> None:
        self.vitec = vitec
        self.connector = connector

    async def write(self, op: str, record: Record, **more: Any) -> Written | BryggaError:
        """The outcome of one draft."""
        (outcome,) = await self.connector.write([draft(op, record, **more)])
        return outcome

    async def written(self, op: str, record: Record, **more: Any) -> Written:
        """The outcome of a draft that must succeed."""
        outcome = await self.write(op, record, **more)
        assert isinstance(outcome, Written), outcome
        return outcome

    def counts(self) -> dict[str, Any]:
        """What the imitation holds, and which writes it has carried out."""
        return self.vitec._desk.counts()

    def sent(self) -> list[str]:
        """Method and path of every request that changes something there."""
        asked = ("GetMeetings", "GetContactsSyncList")
        return [
            f"{one.method} {one.path}"
            for one in self.vitec.arrivals.recent
            if one.method != "GET" and not one.path.endswith(asked)
        ]

    def lose(self, route: str = "*", *, times: int = 1, fault: str = "lost-answer") -> None:
        """The next writes are carried out, and their answers are lost on the way."""
        for method in ("POST", "PUT", "DELETE"):
            self.vitec.next_faults(OneShot(fault=fault, route=route, method=method, times=times))

    def person(self, number: int) -> str:
        """The id of a seeded contact."""
        return self.vitec.world.contacts.identifier(number)

    def body(self, identifier: str) -> dict[str, Any]:
        """A contact as the imitation holds it."""
        found = self.vitec.world.contacts.body(identifier)
        assert found is not None
        return found

    def held(self, number: int) -> Contact:
        """A seeded person as the imitation holds it, with what an upsert needs."""
        body = self.body(self.person(number))
        digits = body["telephone"]["cell"].replace("-", "").replace(" ", "")
        return Contact(
            id="agency:K3",
            first_name=body["firstName"],
            last_name=body["lastName"],
            email=body["email"]["emailAddress"],
            mobile=f"+46{digits[1:]}",
        )

    def map(self, written: Written) -> Any:
        """The record that a write gave back."""
        assert written.raw is not None
        return self.connector.map(written.raw).records[0]


def draft(op: str, record: Record, **more: Any) -> Draft:
    """A wish, as the sync would make it."""
    kind = type(record).__name__.lower()
    return Draft(**{"op": op, "kind": kind, "record": record, "key": f"{op} {record.id}", **more})


def someone(**facts: Any) -> Contact:
    """A person who is not in the imitation."""
    told: dict[str, Any] = {
        "id": "agency:K1",
        "first_name": "Tolvan",
        "last_name": "Prövander",
        "email": "tolvan.provander@example.test",
        "mobile": "+46701740698",
    }
    return Contact(**(told | facts))


@pytest.fixture
async def line() -> AsyncIterator[Callable[..., Awaitable[Line]]]:
    """Starts an imitation on loopback and joins a connector to it through the real wire."""
    async with AsyncExitStack() as stack:

        async def begin(*, estates: int = 12, seed: int = 7, **settings: Any) -> Line:
            vitec = VitecImitation(estates=estates, seed=seed, now=lambda: NOW)
            sandbox = await stack.enter_async_context(Sandbox(vitec))
            held: Mapping[str, Any] = {
                "customer_id": "M90001", "username": USER, "write_kinds": "all", **settings
            }  # fmt: skip  # one set

            async def secret(_: str) -> str:
                return PASSWORD

            profile = Profile(
                connection="vitec",
                base_url=sandbox.url("vitec"),
                limits=LIMITS,
                errors=load("vitec").errors,
                authorise=VitecConnector.authorise(held, secret),
                allow_private=True,
            )
            wire = await stack.enter_async_context(Wire(profile, Kit()))
            connector = VitecConnector(
                wire, connection="vitec", settings=held, secrets=secret, now=lambda: NOW
            )
            return Line(vitec, connector)

        yield begin


@pytest.fixture
def anybody() -> Callable[..., Contact]:
    """Makes a person who is not in the imitation."""
    return someone


@pytest.fixture
def wish() -> Callable[..., Draft]:
    """Makes a draft."""
    return draft
