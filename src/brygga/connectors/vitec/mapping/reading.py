"""An `Intake` that knows Vitec's habits, and the parts that several records share."""

from __future__ import annotations

import functools
import re
import typing
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import fields

from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.schema import SHAPES
from brygga.model import Finding, Invalid, unknown_members
from brygga.model.intake import Intake
from brygga.model.parts import Address, Document, Image, Link, Position, Surroundings

_ID = re.compile(r"(?!\.+$)[^\s/\\?#%&<>\"'|:]{1,100}")
_INDEX = re.compile(r"\[[0-9]+\]")
_MOST_UNKNOWN = 200


def is_id(value: Any) -> bool:
    """Whether a value may be one of Vitec's ids: opaque, but short and without odd characters."""
    return type(value) is str and value.isprintable() and _ID.fullmatch(value) is not None


class Reading(Intake):
    """The reading of one record: findings, and in `extra` what has no home in the model.

    `swedish_money` is false for a record whose amounts are in another currency.
    """

    __slots__ = ("connection", "extra", "swedish_money")

    def __init__(
        self,
        connection: str,
        findings: list[Finding] | None = None,
        extra: dict[str, Any] | None = None,
        at: str = "",
    ) -> None:
        super().__init__(findings, at)
        self.connection = connection
        self.extra: dict[str, Any] = {} if extra is None else extra
        self.swedish_money = True

    def inside(self, name: str, number: int | None = None) -> Reading:
        """A reader for a part that shares findings and `extra`."""
        inner = Reading(self.connection, self.findings, self.extra, self.path_inside(name, number))
        inner.swedish_money = self.swedish_money
        return inner

    def answer(self, body: bytes, kind: str, source_id: str) -> dict[str, Any]:
        """The record in an answer. Raises Invalid when it is none, another one, or a torn-off half.

        Vitec gives every member, null or not; an object without most of them would empty a good
        record, so it is refused (decision 1: a failure never deletes).
        """
        raw = self.document(body)
        if raw.get("id") != source_id or not is_id(source_id):
            code = "other_record" if raw.get("id") else "no_id"
            raise Invalid(
                f"The answer is not the {kind} that was asked for.",
                code=code,
                sv="Svaret gäller inte det vi frågade efter. Vi behåller det vi hade.",
                connection=self.connection,
            )
        known = SHAPES[kind].__struct_encode_fields__
        if kind in {"estate", "project"} and sum(name in raw for name in known) * 2 < len(known):
            raise Invalid(
                f"The answer holds less than half of what an {kind} has.",
                code="half_answer",
                sv="Svaret var inte helt. Vi behåller det vi hade.",
                connection=self.connection,
            )
        return raw

    def currency(self, value: Any, path: str) -> str:
        """The currency of all amounts in the record; without one they are kronor."""
        text = self.text(value, path, most=20)
        self.swedish_money = text.upper() in {"", "SEK"}
        return text

    def keep(self, value: Any, path: str) -> None:
        """Put a value without a home into `extra`, under its path in the raw record."""
        if value is not None and value not in ("", [], {}):
            self.extra[self.path_inside(path)[:-1]] = self.kept(value, path)

    def unknown(self, raw: dict[str, Any], shape: type[msgspec.Struct]) -> None:
        """Carry members that the shape does not name, and note each kind of them once."""
        if _only_known(raw, _tree(shape)):
            return
        found = unknown_members(raw, shape)
        noted = set()
        for path, value in list(found.items())[:_MOST_UNKNOWN]:
            key = self.text(path, "", most=300)
            self.extra[key] = self.kept(value, key)
            if (plain := _INDEX.sub("[]", key)) not in noted:
                noted.add(plain)
                self.note("unknown_member", plain)

    def ref(self, value: Any, path: str) -> str:
        """The canonical id of another record; `""` when there is none."""
        if is_id(value):
            return f"{self.connection}:{value}"
        if value not in (None, ""):
            self.note("bad_reference", path)
        return ""

    def kr(self, value: Any, path: str, *, least: int = 0) -> int | None:
        """Whole kronor; an amount in another currency goes to `extra`."""
        if value is None or self.swedish_money:
            return self.money(value, path, least=least)
        self.note("other_currency", path)
        self.keep(value, path)
        return None

    def word(self, value: Any, path: str, table: Mapping[str, str], names: Mapping[str, str]) -> str:
        """The hub's word for `{id, name}`; a name that is not ours for it goes to `extra`."""
        if type(value) is not dict:
            return self.choice(value, path, table)
        found = self.choice(value.get("id"), f"{path}.id", table)
        name = value.get("name")
        if name is not None and (type(name) is not str or name.lower() != names.get(found)):
            self.keep(name, f"{path}.name")
        return found

    def pair(self, value: Any, path: str) -> tuple[str, str]:
        """Id and name of `{id, name}` where both have a home."""
        part = self.section(value, path)
        return self.text(part.get("id"), f"{path}.id"), self.text(part.get("name"), f"{path}.name")


_Tree = tuple[frozenset[str], list[tuple[str, Any]]]
"""Member names of a shape, and those that hold shapes themselves."""


@functools.cache
def _tree(shape: type[msgspec.Struct]) -> _Tree:
    parts = [(f.encode_name, inner) for f in fields(shape) for inner in _shapes_in(f.type)]
    return frozenset(shape.__struct_encode_fields__), [(name, _tree(inner)) for name, inner in parts]


def _shapes_in(hint: Any) -> list[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [hint]
    return [found for arg in typing.get_args(hint) for found in _shapes_in(arg)]


def _only_known(raw: dict[str, Any], tree: _Tree) -> bool:
    """The short way past `unknown_members`: most answers hold nothing new."""
    names, parts = tree
    if not raw.keys() <= names:
        return False
    for name, inner in parts:
        value = raw.get(name)
        if not value:
            continue
        for row in value if type(value) is list else (value,):
            if type(row) is dict and not _only_known(row, inner):
                return False
    return True


def position(value: Any, path: str, r: Reading) -> Position | None:
    """A point; both spellings of Vitec's; 0, 0 is "not set"."""
    point = r.section(value, path)
    longitude = r.number(
        point.get("longitude", point.get("longitud")), f"{path}.longitude", least=-180, most=180
    )
    latitude = r.number(point.get("latitude", point.get("latitud")), f"{path}.latitude", least=-90, most=90)
    if longitude is None or latitude is None:
        return None
    if longitude == 0 == latitude:
        r.note("no_position", path)
        return None
    return Position(latitude=latitude, longitude=longitude)


def postcode(value: Any, path: str, r: Reading, *, swedish: bool) -> str:
    """A postcode from `{numerical, value}` or a text; a number that says something else is kept."""
    if type(value) is not dict:
        return r.postcode(value, path, swedish=swedish)
    read = r.postcode(value.get("value"), f"{path}.value", swedish=swedish)
    numerical = value.get("numerical")
    if numerical is not None and read.replace(" ", "") != str(numerical):
        r.keep(numerical, f"{path}.numerical")
    return read


def address(value: Any, path: str, r: Reading) -> Address:
    """Address of a home or project."""
    a = r.section(value, path)
    country = r.text(a.get("countryCode"), f"{path}.countryCode")
    area = r.section(a.get("area"), f"{path}.area")
    return Address(
        street=r.text(a.get("streetAddress"), f"{path}.streetAddress"),
        postcode=postcode(a.get("zipCode"), f"{path}.zipCode", r, swedish=country in {"", "SE"}),
        town=r.text(a.get("postalTown"), f"{path}.postalTown"),
        area=r.text(area.get("name"), f"{path}.area.name"),
        area_id=r.ref(area.get("id"), f"{path}.area.id"),
        municipality=r.text(a.get("municipality"), f"{path}.municipality"),
        municipality_code=r.text(a.get("countyMunicipalityCode"), f"{path}.countyMunicipalityCode"),
        country_code=country,
        directions=r.html(a.get("directions"), f"{path}.directions"),
        position=position(a.get("wgs84Coordinate"), f"{path}.wgs84Coordinate", r),
    )


def surroundings(value: Any, r: Reading) -> Surroundings | None:
    """The neighbourhood in words; None when nothing is said."""
    s = r.section(value, "surroundings")
    read = Surroundings(
        service=r.html(s.get("service"), "surroundings.service"),
        communication=r.html(s.get("communication"), "surroundings.communication"),
        area=r.html(s.get("area"), "surroundings.area"),
        parking=r.html(s.get("parking"), "surroundings.parking"),
        other=r.html(s.get("other"), "surroundings.other"),
    )
    return None if read == Surroundings() else read


def images(value: Any, r: Reading) -> list[Image]:
    """The pictures, in the source's order; those without an id are left out."""
    read = [image(row, r.inside("images", number)) for number, row in enumerate(r.rows(value, "images"))]
    return [one for one in read if one is not None]


def image(row: dict[str, Any], r: Reading) -> Image | None:
    """One picture; None when it has no id to fetch it by."""
    image_id = r.text(row.get("id"), "id")
    if not image_id:
        r.note("bad_row", "")
        return None
    kind = r.section(row.get("category"), "category")
    category_name = r.text(kind.get("name"), "category.name")
    cdn = r.rows(row.get("cdnReferences"), "cdnReferences") if row.get("cdnReferences") else []
    r.keep(cdn, "cdnReferences")
    return Image(
        id=image_id,
        category=_category(r.choice(kind.get("id"), "category.id", words.IMAGE_CATEGORIES), category_name),
        category_name=category_name,
        name=r.text(row.get("name"), "name"),
        description=r.html(row.get("description"), "description"),
        extension=r.text(row.get("extension"), "extension", most=20),
        url=r.url(cdn[0].get("url"), "cdnReferences[0].url") if cdn else "",
        changed_at=r.moment(row.get("dataChangedAt"), "dataChangedAt"),
    )


def _category(word: str, name: str) -> str:
    if word == "other" and any(plan in name.lower() for plan in words.FLOOR_PLAN_NAMES):
        return "layout"
    return word


def documents(value: Any, path: str, r: Reading) -> list[Document]:
    """Files of a home, or documents of an association; those without an id are left out."""
    return [
        Document(
            id=r.text(row.get("id"), f"{path}.id"),
            name=r.text(row.get("name"), f"{path}.name"),
            category=r.text(row.get("category"), f"{path}.category"),
            extension=r.text(row.get("extension"), f"{path}.extension", most=20),
            url=r.url(row.get("url"), f"{path}.url"),
            changed_at=r.moment(
                row.get("dataChangedAt", row.get("dateChangedData")), f"{path}.dataChangedAt"
            ),
        )
        for row in r.rows(value, path)
        if _has_id(row, path, r)
    ]


def _has_id(row: dict[str, Any], path: str, r: Reading) -> bool:
    if type(row.get("id")) is str and row["id"].strip():
        return True
    r.note("bad_row", path)
    return False


def links(value: Any, r: Reading) -> list[Link]:
    """Links beside the home; those that are no web address are left out, with a finding."""
    read = [_link(row, r.inside("links", number)) for number, row in enumerate(r.rows(value, "links"))]
    return [link for link in read if link.url]


def _link(row: dict[str, Any], r: Reading) -> Link:
    r.keep(r.section(row.get("category"), "category").get("name"), "category.name")
    return Link(
        url=r.url(row.get("url"), "url"),
        name=r.text(row.get("name"), "name"),
        category=r.text(r.section(row.get("category"), "category").get("id"), "category.id"),
    )
