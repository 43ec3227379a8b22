"""Applies a mapping table: our values in, the receiver's JSON object out. Pure.

The table is data (`body.toml`): member there → where it is found here and how it is written.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import resources
from typing import Any, Final

import msgspec

from brygga.model import Invalid
from brygga.model.parts import Fee
from brygga.swedish.dates import STOCKHOLM

Rows = Mapping[str, "Row"]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One member: where its value is found (the first path that has one) and how it is written."""

    paths: str | list[str] = msgspec.field(name="from")
    style: str = msgspec.field(name="as", default="text")


class Tables(msgspec.Struct, frozen=True):
    """All tables by name, and the words of each enumeration."""

    rows: Mapping[str, Rows]
    words: Mapping[str, Mapping[str, str]]

    def apply(self, table: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Every member of the table, `None` where we have no value, dots made into nested objects."""
        made: dict[str, Any] = {}
        for member, row in self.rows[table].items():
            _put(made, member, self._value(row, values))
        return made

    def word(self, enum: str, ours: str) -> str | None:
        """Their word for ours: exact, else the table's `*`, else None."""
        words = self.words[enum]
        return words.get(ours, words.get("*")) if ours else None

    def has_word(self, enum: str, ours: str) -> bool:
        """Whether our word has one of its own there, not only the general one."""
        return not ours or ours in self.words[enum]

    def member_of(self, table: str, path: str) -> str:
        """The member that a path of ours is sent as, or an empty text."""
        found = (m for m, row in self.rows[table].items() if path in _paths(row))
        return next(found, "")

    def _value(self, row: Row, values: Mapping[str, Any]) -> Any:
        found = next((v for p in _paths(row) if (v := look(values, p)) not in (None, "")), None)
        if found is None:
            return None
        how, _, name = row.style.partition(".")
        if how == "enum":
            return self.word(name, str(found))
        if how == "list":
            return [self.apply(name, {"it": one}) for one in found]
        return STYLES[how](found)


def _paths(row: Row) -> list[str]:
    return [row.paths] if isinstance(row.paths, str) else row.paths


def look(values: Any, path: str) -> Any:
    """The value at a dotted path through mappings, structs and lists (by number); None if it ends."""
    for step in path.split("."):
        if isinstance(values, Mapping):
            values = values.get(step)
        elif isinstance(values, list | tuple):
            values = values[int(step)] if step.isdigit() and int(step) < len(values) else None
        else:
            values = getattr(values, step, None)
        if values is None:
            return None
    return values


def _put(made: dict[str, Any], member: str, value: Any) -> None:
    *outer, last = member.split(".")
    for step in outer:
        made = made.setdefault(step, {})
    made[last] = value


def without_nothing(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without members that have no value, nested objects included."""
    cleaned = {k: without_nothing(v) if isinstance(v, dict) else v for k, v in body.items()}
    return {k: v for k, v in cleaned.items() if v is not None and v != {}}


def _text(value: Any) -> str | None:
    return str(value).strip() or None


def _whole(value: float) -> int:
    return round(value)


def _number(value: Any) -> int | float:
    """Whole values without a decimal point: 3, not 3.0."""
    return int(value) if float(value).is_integer() else float(value)


def _day(value: datetime) -> str:
    """The Swedish calendar day: a contract signed at 00:30 in Stockholm is not yesterday's."""
    return value.astimezone(STOCKHOLM).date().isoformat()


def _time(value: datetime) -> str:
    return value.astimezone(STOCKHOLM).isoformat()


_MONTHS: Final = {"monthly": 1, "quarterly": 3, "halfyearly": 6, "yearly": 12, "annually": 12}


def monthly_kr(fee: Fee) -> int | None:
    """Kronor per month. A fee without a stated period is taken as monthly, as *månadsavgift* is."""
    months = _MONTHS.get(fee.frequency.lower().replace("-", "").replace("_", ""), 1)
    return None if fee.amount_kr is None else round(fee.amount_kr / months)


STYLES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": _text,
    "whole": _whole,
    "number": _number,
    "flag": bool,
    "day": _day,
    "time": _time,
    "monthly": monthly_kr,
}
"""How a value may be written, beside `enum.…` and `list.…`."""


@functools.cache
def _shipped() -> dict[str, Any]:
    data = resources.files("brygga.connectors.hemnet.mapping").joinpath("body.toml").read_bytes()
    return dict(msgspec.toml.decode(data))


def tables(changes: Mapping[str, Any] | None = None) -> Tables:
    """The shipped tables with `changes` laid over them, row by row; `false` takes a row away.

    Raises Invalid (`mapping_unusable`) for a row, a style or an enumeration that is none.
    """
    merged = _laid_over(_shipped(), changes or {})
    words = merged.pop("enum", {})
    try:
        made = msgspec.convert({"rows": merged, "words": words}, Tables)
    except msgspec.ValidationError as error:
        raise _unusable(str(error)) from error
    for table, rows in made.rows.items():
        for member, row in rows.items():
            _demand_style(made, f"{table}.{member}", row.style)
    return made


def _laid_over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged; a row (it has `from`) or a word is replaced whole."""
    result = dict(base)
    for key, value in changes.items():
        old = result.get(key)
        if value is False:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(old, Mapping) and "from" not in value:
            result[key] = _laid_over(old, value)
        else:
            result[key] = value
    return result


def _demand_style(made: Tables, where: str, style: str) -> None:
    how, _, name = style.partition(".")
    known = {"enum": name in made.words, "list": name in made.rows}.get(how, how in STYLES and not name)
    if not known:
        raise _unusable(f"{where} is written as {style!r}, which is none of the ways there are")


def _unusable(why: str) -> Invalid:
    return Invalid(
        f"the mapping table cannot be used: {why}",
        code="mapping_unusable",
        sv=f"Tabellen över vad vi skickar till Hemnet går inte att använda: {why}",
    )
