"""What a database says of itself, read from its catalogue in the way of its dialect."""

from __future__ import annotations

import re
from collections.abc import Iterable

from brygga.connectors.agencydb.schema import Catalog
from brygga.wire.database_session import Session

_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_IN_LIST = re.compile(
    r"[\"`\[(]*(?P<name>[\w åäöÅÄÖ]+?)[\"`\])]*(?:::[\w ]+)?\)?\s+"
    r"(?:=\s+ANY\s*\(\s*\(?ARRAY\[|IN\s*\()(?P<list>[^\])]*)",
    re.IGNORECASE,
)


def read_catalog(session: Session, schema: str = "") -> Catalog:
    """The schema of an open database; without `schema` the one that the user sees first."""
    from brygga.connectors.agencydb.inspecting import catalogue_mysql, catalogue_postgres, catalogue_sqlite

    if session.dialect == "postgresql":
        return catalogue_postgres.read(session, schema)
    return catalogue_sqlite.read(session) if session.dialect == "sqlite" else catalogue_mysql.read(session)


def listed_values(definitions: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Column → the values that a CHECK allows it: `typ IN ('a', 'b')`, `typ = ANY (ARRAY['a'::text])`."""
    found: dict[str, tuple[str, ...]] = {}
    for text in definitions:
        for match in _IN_LIST.finditer(text):
            words = tuple(one.replace("''", "'") for one in _QUOTED.findall(match["list"]))
            if words:
                found.setdefault(match["name"].strip(), words)
    return found


def base_of(declared: str) -> str:
    """A declared type as one of the catalogue's words."""
    name = declared.lower()
    plain = name.partition("(")[0].strip()
    if plain.endswith("[]"):
        return "array"
    for part, base in _BASES:
        if part in plain:
            return base
    return "other"


_BASES = (
    ("bool", "bool"),
    ("interval", "other"),
    ("uuid", "uuid"),
    ("timestamp with time zone", "moment_tz"),
    ("timestamptz", "moment_tz"),
    ("timestamp", "moment"),
    ("datetime", "moment"),
    ("date", "date"),
    ("time", "time"),
    ("json", "other"),
    ("point", "other"),
    ("serial", "int"),
    ("int", "int"),
    ("money", "numeric"),
    ("numeric", "numeric"),
    ("decimal", "numeric"),
    ("real", "float"),
    ("double", "float"),
    ("float", "float"),
    ("char", "text"),
    ("text", "text"),
    ("clob", "text"),
    ("citext", "text"),
    ("enum", "enum"),
    ("year", "int"),
)
"""The first part that occurs in the type's name decides; the order matters."""


def sizes(declared: str, base: str) -> tuple[int | None, int | None, int | None]:
    """Length of a text, precision and scale of a number."""
    found = re.search(r"\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)", declared)
    if not found:
        return None, None, None
    if base == "text":
        return int(found[1]), None, None
    return (None, int(found[1]), int(found[2] or 0)) if base == "numeric" else (None, None, None)
