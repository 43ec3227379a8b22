"""An `Intake` that knows Mspecs' habits, and parts that remember what was read of them.

Much of the vendor's shapes has no home in the model, and more may come. So a part notes which of
its members were read; what is left at the end is carried in `extra` under its path.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from brygga.connectors.mspecs import schema
from brygga.connectors.mspecs.mapping.words import Tables
from brygga.model import Finding, Invalid
from brygga.model.intake import Intake
from brygga.model.parts import Position

_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._|=+@-]{1,200}")
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,17})?")
_INDEX = re.compile(r"\[[0-9]+\]")
_MOST_UNKNOWN = 300
_WORD = {"constant", "translation"}


def is_id(value: Any) -> bool:
    """Whether a value may be one of Mspecs' ids: opaque, often ending in dots, never dots alone."""
    return type(value) is str and _ID.fullmatch(value) is not None


def file_key(url: str) -> str:
    """What a file without an id is known by: its address without query, which a time to live may change."""
    parts = urlsplit(url)
    return "u" + hashlib.blake2b(f"{parts.netloc}{parts.path}".encode(), digest_size=10).hexdigest()


def constant(value: Any) -> Any:
    """The constant of an enumerated value; older answers give it plain."""
    return value.get("constant") if type(value) is dict else value


def plain(value: Any) -> Any:
    """A JSON value in which every enumerated value is its constant alone: translations are never kept."""
    if type(value) is dict:
        if "constant" in value and value.keys() <= _WORD:
            return plain(value["constant"])
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if type(value) is list else value


class Part:
    """An object inside an answer. `read` takes a member; `left` gives those nobody took."""

    __slots__ = ("_inner", "_raw", "_taken", "path")

    def __init__(self, raw: dict[str, Any], path: str = "") -> None:
        self._raw = raw
        self._taken: set[str] = set()
        self._inner: list[Part] = []
        self.path = path

    def __bool__(self) -> bool:
        return bool(self._raw)

    def read(self, name: str) -> Any:
        """The member's value, or None."""
        self._taken.add(name)
        return self._raw.get(name)

    def look(self, name: str) -> Any:
        """The member's value without taking it: it is carried in `extra` as well."""
        return self._raw.get(name)

    def at(self, name: str) -> str:
        """The member's path from the record's root."""
        return f"{self.path}.{name}" if self.path else name

    def adopt(self, part: Part) -> Part:
        """Count a part of this one: what is left of it is left of this."""
        self._inner.append(part)
        return part

    def left(self) -> Iterator[tuple[str, Any]]:
        """Path and value of every member that nobody took."""
        for name, value in self._raw.items():
            if name not in self._taken and value not in (None, "", [], {}):
                yield self.at(name), value
        for part in self._inner:
            yield from part.left()


class Reading(Intake):
    """The reading of one record: findings, the connection's words, and what goes to `extra`."""

    __slots__ = ("connection", "swedish_money", "tables")

    def __init__(self, connection: str, tables: Tables, findings: list[Finding] | None = None) -> None:
        super().__init__(findings)
        self.connection = connection
        self.tables = tables
        self.swedish_money = True

    def answer(self, body: bytes, source_id: str) -> dict[str, Any]:
        """The record in an answer. Raises Invalid when it is none, or another one than asked for."""
        raw = self.document(body)
        if raw.get("id") != source_id or not is_id(source_id):
            raise Invalid(
                "The answer is not the record that was asked for.",
                code="other_record" if raw.get("id") else "no_id",
                sv="Svaret gäller inte det vi frågade efter. Vi behåller det vi hade.",
                connection=self.connection,
            )
        return raw

    def part(self, parent: Part, name: str) -> Part:
        """An object inside another; an empty one when it is missing."""
        value = self.section(parent.read(name), parent.at(name))
        return parent.adopt(Part(value, parent.at(name)))

    def parts(self, parent: Part, name: str) -> list[Part]:
        """The objects of a list inside a part."""
        found = self.rows(parent.read(name), parent.at(name))
        return [parent.adopt(Part(row, f"{parent.at(name)}[{n}]")) for n, row in enumerate(found)]

    def left_over(self, root: Part) -> dict[str, Any]:
        """What was not read, for `extra`; members that are new to us are noted, each kind once."""
        extra: dict[str, Any] = {}
        noted: set[str] = set()
        for number, (path, value) in enumerate(root.left()):
            key = self.text(path, "", most=300)
            if number >= _MOST_UNKNOWN:
                self.note("too_many_rows", "")
                break
            extra[key] = self.kept(plain(value), key)
            kind = _INDEX.sub("[]", key)
            if kind.rpartition(".")[2].removesuffix("[]") not in schema.names() and kind not in noted:
                noted.add(kind)
                self.note("unknown_member", kind)
        return extra

    # ------------------------------------------------------------------ values

    def line(self, part: Part, name: str, *, most: int = 500) -> str:
        """A one-line text."""
        return self.text(part.read(name), part.at(name), most=most)

    def prose(self, part: Part, name: str) -> str:
        """A description."""
        return self.html(part.read(name), part.at(name))

    def amount(self, part: Part, name: str, *, least: float = 0, most: float = 1e9) -> float | None:
        """A number."""
        return self.number(part.read(name), part.at(name), least=least, most=most)

    def count(self, part: Part, name: str, *, most: int = 1_000_000) -> int | None:
        """A whole number."""
        return self.integer(part.read(name), part.at(name), most=most)

    def kr(self, part: Part, name: str) -> int | None:
        """Whole kronor; an amount of a deal in another currency is left where it is, for `extra`."""
        if not self.swedish_money and part.look(name) is not None:
            self.note("other_currency", part.at(name))
            return None
        return self.money(part.read(name), part.at(name))

    def when(self, part: Part, name: str) -> Any:
        """A time in UTC; without offset it is Swedish wall clock, a date alone is its midnight."""
        return self.moment(part.read(name), part.at(name))

    def yes(self, part: Part, name: str) -> bool | None:
        """Yes or no, as a JSON boolean or as a constant."""
        value = constant(part.read(name))
        word = self.tables["yes_no"].get(value) if type(value) is str else None
        return word == "yes" if word else self.flag(value, part.at(name))

    def word(self, part: Part, name: str, table: str) -> str:
        """The hub's word for an enumerated value; an unknown constant as it came, and noted."""
        return self.choice(constant(part.read(name)), part.at(name), self.tables[table])

    def ref(self, value: Any, path: str) -> str:
        """The canonical id of another record; `""` when there is none."""
        if is_id(value):
            return f"{self.connection}:{value}"
        if value not in (None, ""):
            self.note("bad_reference", path)
        return ""

    def position(self, part: Part) -> Position | None:
        """A point from two texts of decimal degrees; 0, 0 is "not set"."""
        latitude = self._degrees(part, "latitude", 90)
        longitude = self._degrees(part, "longitude", 180)
        if latitude is None or longitude is None:
            return None
        if latitude == 0 == longitude:
            self.note("no_position", part.path)
            return None
        return Position(latitude=latitude, longitude=longitude)

    def _degrees(self, part: Part, name: str, most: float) -> float | None:
        """Text is this interface's own form of a coordinate, so it is no finding."""
        value = part.read(name)
        if type(value) is str and not value.strip():
            return None
        read = float(value) if type(value) is str and _NUMBER.fullmatch(value.strip()) else value
        return self.number(read, part.at(name), least=-most, most=most)
