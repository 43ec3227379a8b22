"""Columns of words: an enum type, a CHECK, a lookup table, a flag, or few different texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from brygga.connectors.agencydb.inspecting.wordlists import LETTERS, Matched
from brygga.connectors.agencydb.schema import Column

if TYPE_CHECKING:
    from brygga.connectors.agencydb.inspecting.columns import Table_

_LABELS: Final = (
    "namn",
    "name",
    "kod",
    "code",
    "benamning",
    "label",
    "titel",
    "title",
    "text",
    "beskrivning",
)


class Fitted(msgspec.Struct, kw_only=True):
    """A transformation that fits. `also`: other fields that are taken with it."""

    field: str
    how: str
    to: str = ""
    day: str = ""
    zone: str = ""
    style: str = ""
    words: dict[str, Any] = {}
    back: dict[str, str] = {}
    missing: str | None = None
    write: bool = True
    sure: bool = True
    why: str = ""
    also: tuple[str, ...] = ()


def choice(at: Table_, column: Column, field: str) -> Fitted | None:
    """A column of words: an enum type, a CHECK, a lookup table, or few different texts."""
    theirs = _theirs(at, column, field)
    matched = Matched(field, theirs)
    if column.base == "int" and field in {"cancelled", "digital"}:
        return _zero_or_one(at, column, field)
    if column.base not in {"enum", "text", "bool"} and at.table.foreign_of(column.name) is None:
        return None
    if not matched.words and (letters := _letters(field, theirs)):
        return letters
    if not matched.words:
        return _unmatched(column, field, theirs) if field in {"type", "status", "tenure"} else None
    if len(matched.words) * 2 < len(theirs) and field in {"kind", "categories"}:
        return None
    seen = column.base == "text" and not column.words and at.table.foreign_of(column.name) is None
    why = "är det alla ord? De är de som syns i raderna" if seen else ""
    if matched.unknown:
        why = (
            f"vad betyder {_listed(theirs[one] for one in matched.unknown)}? Skriv vårt ord i words"
            if column.words or at.table.foreign_of(column.name) is not None
            else "några värden känns inte igen: skriv dem i words"
        )
    missing = matched.other
    if missing is None and field == "kind":
        missing = matched.back.get("person")
    if missing is None and field == "digital" and not (column.nullable or column.filled):
        missing = matched.back.get("false")
    return Fitted(
        field=field,
        how="choice",
        words=matched.words,
        back=matched.back,
        missing=missing,
        sure=not matched.unknown and not seen,
        why=why,
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"”{one}”" for one in words)


def _zero_or_one(at: Table_, column: Column, field: str) -> Fitted | None:
    """A flag kept as a number: only where nothing but 0 and 1 stands in it, or its default is one of them."""
    seen = set(at.samples.all_numbers(at.table.name, column.name))
    if not seen <= {0, 1} or not (seen or literal(column) in {"0", "1"}):
        return None
    back = {"false": "0", "true": "1"}
    return Fitted(field=field, how="choice", words={"0": False, "1": True}, back=back, missing="0")


def _letters(field: str, theirs: dict[str, str]) -> Fitted | None:
    """Types of homes as single letters: taken for the usual ones, and asked about."""
    meant = {value: LETTERS.get(text.strip().lower(), "") for value, text in theirs.items()}
    if field != "type" or len(meant) < 2 or not all(meant.values()):
        return None
    matched = Matched(field, meant)
    why = f"stämmer bokstäverna? {', '.join(f'{theirs[v]} = {word}' for v, word in meant.items())}"
    return Fitted(field=field, how="choice", words=matched.words, back=matched.back, sure=False, why=why)


def _unmatched(column: Column, field: str, theirs: dict[str, str]) -> Fitted | None:
    """None of their words is known, or there is nothing to learn words from: it is asked."""
    if theirs:
        why = f"vad betyder {_listed(theirs.values())}? Skriv våra ord i words och back"
        return Fitted(field=field, how="choice", sure=False, why=why)
    if column.base != "text":
        return None
    return Fitted(
        field=field,
        how="text",
        sure=False,
        why='vilka ord använder kolumnen? Inga rader visar det. Byt till as = "choice" med words och back',
    )


def _theirs(at: Table_, column: Column, field: str) -> dict[str, str]:
    key = at.table.foreign_of(column.name)
    if key is not None and key.table not in at.guesses:
        return _lookup(at, key.table, key.to[0] if key.to else "", field)
    if column.base == "bool":
        return {"true": "true", "false": "false"}
    default = literal(column) if column.base == "text" else None
    words = column.words or (at.samples.words(at.table.name, column.name) if column.base == "text" else ())
    return {one: one for one in words or filter(None, [default])}


def _lookup(at: Table_, name: str, key: str, field: str) -> dict[str, str]:
    """A lookup table: its key → the text by which the row is best understood."""
    table = at.catalog.tables.get(name)
    if table is None:
        return {}
    key = key or (table.key[0] if table.key else "")
    texts = [c.name for c in table.columns if c.base in {"text", "enum"} and c.name != key]
    ordered = sorted(
        texts, key=lambda c: next((n for n, label in enumerate(_LABELS) if label in c.lower()), 99)
    )
    best: dict[str, str] = {}
    for label in [*ordered, key]:
        rows = at.samples.lookup(name, key, label)
        if len(Matched(field, rows).words) > len(Matched(field, best).words):
            best = rows
    return best


def literal(column: Column) -> str | None:
    """A default that is a plain value: what a row says where nothing was given."""
    found = re.fullmatch(
        r"\(*'((?:[^']|'')*)'(?:::[\w \"åäöÅÄÖ().]+)?\)*|\(*(-?\d+(?:\.\d+)?|true|false)\)*", column.default
    )
    if found is None:
        return column.default if column.default in column.words else None
    text = found[1].replace("''", "'") if found[1] is not None else found[2]
    if column.base == "bool":
        return {"1": "true", "0": "false"}.get(text, text)
    return text if column.base in {"text", "enum", "int", "numeric", "float"} else None
