"""Whether a column of this type can hold that field, and by which transformation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from brygga.connectors.agencydb.inspecting import evidence, vocabulary
from brygga.connectors.agencydb.inspecting.choosing import Fitted, choice
from brygga.connectors.agencydb.inspecting.naming import says_utc, squashes, unit_of
from brygga.connectors.agencydb.inspecting.samples import number_style
from brygga.connectors.agencydb.inspecting.wordlists import WORDS
from brygga.connectors.agencydb.mapping.folding import squashed
from brygga.connectors.agencydb.schema import Column

if TYPE_CHECKING:
    from brygga.connectors.agencydb.inspecting.columns import Table_

_NUMBERS: Final = frozenset({"int", "numeric", "float"})
_TEXTS: Final = frozenset({"text", "enum", "uuid"})
_LONG: Final = frozenset(
    {"texts.long", "texts.short", "texts.other", "rights_text", "plan_text", "note", "description", "comment"}
)
_PLAIN: Final = {
    "email": "email", "mobile": "phone", "phone": "phone", "phone_work": "phone", "homepage": "url",
    "address.postcode": "postcode", "personnummer": "personnummer", "orgnr": "orgnr",
}  # fmt: skip
_FLAGS: Final = frozenset(
    {
        "inspected",
        "deceased",
        "protected",
        "wants_advertising",
        "self_registration",
        "hidden",
        "buildings[0].elevator",
    }
)
_MEASURED: Final = frozenset(
    {
        "kr",
        "tkr",
        "mkr",
        "ore",
        "number",
        "rooms",
        "year",
        "integer",
        "position",
        "moment",
        "date",
        "day",
        "clock",
    }
)
"""Transformations of what is no text by nature."""
_NAMES: Final = frozenset({"name", "name.first", "name.last", "full_name"})
_WHOLE: Final = frozenset({"buildings[0].bedrooms", "buildings[0].bathrooms", "apartments"})


def fit(at: Table_, column: Column, field: str, taken: set[str]) -> Fitted | None:
    """The transformation by which `column` holds `field`; None when it cannot, or its rows say no."""
    made = _by_type(at, column, field, taken)
    if made is None or column.base != "text" or made.how == "choice":
        return made
    return _held_against_rows(at, column, made)


def _held_against_rows(at: Table_, column: Column, made: Fitted) -> Fitted | None:
    """A text column's guess after a look at its texts."""
    texts = at.samples.texts(at.table.name, column.name)
    if evidence.against(made.how, texts):
        return None
    if made.how in _MEASURED:
        return _measured(made, texts)
    if squashed(column.name) in vocabulary.AMBIGUOUS and not evidence.speaks_for(made.how, texts):
        made.sure, made.why = False, "namnet kan betyda flera saker, och raderna avgör det inte"
    return made


def _measured(made: Fitted, texts: list[str]) -> Fitted:
    """Numbers and times kept as text: never sure but where what we would write is how it is written."""
    seen = evidence.readable(made.how, texts)
    if seen.odd:
        made.sure, made.write = False, False
        made.why = (
            f"text som inte alltid går att läsa ({seen.seen - seen.read} av {seen.seen}, såsom {seen.odd}):"
            " läses där det går, skrivs inte"
        )
    elif made.how != "year" or not texts:
        made.sure = False
        what = "går alla att läsa" if texts else "syns inte, kolumnen är tom"
        made.why = f"{made.why + '; ' if made.why else ''}text: värdena {what}; vi skriver i eget format"
    return made


def _by_type(at: Table_, column: Column, field: str, taken: set[str]) -> Fitted | None:
    base = column.base
    if field in WORDS:
        return choice(at, column, field)
    if field in {"starts_at", "ends_at", "placed_at", "day"} or field.endswith("_at"):
        return _time(at, column, field)
    if field.endswith("_kr"):
        return _money(at, column, field) if base in _NUMBERS or base == "text" else None
    if field == "rooms":
        return _sized(column, field, "rooms_whole" if base == "int" else "rooms")
    if field == "buildings[0].year_built":
        return Fitted(field=field, how="year") if base in {"int", "text", "numeric"} else None
    if field.endswith(("_m2", "_percent", "floor", "floors_total")):
        return _sized(column, field, "whole" if base == "int" else "number")
    if field in _WHOLE:
        return _sized(column, field, "integer")
    if field.startswith("address.position"):
        return Fitted(field=field, how="position") if base in {"numeric", "float"} else None
    if field in _FLAGS:
        return Fitted(field=field, how="flag") if base in {"bool", "int"} else None
    return _text(at, column, field, taken) if base in _TEXTS or (base == "int" and _digits(field)) else None


def _digits(field: str) -> bool:
    """Fields of digits, which some keep in a number column."""
    return field in {"reference", "address.postcode", "address.municipality_code", "share.apartment_number"}


def _sized(column: Column, field: str, how: str) -> Fitted | None:
    if column.base not in _NUMBERS and column.base != "text":
        return None
    return Fitted(field=field, how=how, sure=column.base != "text")


def _money(at: Table_, column: Column, field: str) -> Fitted:
    """Kronor, unless name or size of the numbers says thousands, millions or öre."""
    how = unit_of(column.name)
    if how:
        return Fitted(field=field, how=how, why=f"namnet säger {_UNIT_NAMES[how]}")
    seen = (
        at.samples.numbers(at.table.name, column.name)
        if field.startswith("price.") or field == "amount_kr"
        else None
    )
    how, why = ("", "") if seen is None else _by_size(seen.middle, seen.decimals)
    if how:
        return Fitted(field=field, how=how, sure=False, why=why)
    at.samples.scale = at.samples.scale or _scale(at)
    if seen is None and at.samples.scale and (field.startswith("price.") or field == "amount_kr"):
        why = f"inga rader visar det, men ett annat pris verkar stå i {_UNIT_NAMES[at.samples.scale]}"
        return Fitted(field=field, how=at.samples.scale, sure=False, why=why)
    return Fitted(field=field, how="kr")


_UNIT_NAMES: Final = {"tkr": "tusental kronor", "mkr": "miljoner kronor", "ore": "öre"}


def _scale(at: Table_) -> str:
    """The unit that the rows of some price in the table give away; empty for kronor."""
    for column in at.table.columns:
        if column.base not in _NUMBERS or unit_of(column.name):
            continue
        forms = squashes(column.name, at.table.name)
        if any(f.startswith("price.") for one in forms for f in vocabulary.fields_of(at.kind, one)):
            seen = at.samples.numbers(at.table.name, column.name)
            if seen is not None and (how := _by_size(seen.middle, seen.decimals)[0]):
                return how
    return ""


def _by_size(middle: float, decimals: bool) -> tuple[str, str]:
    """What the size of homes' prices says of their unit; nothing when they are plain kronor."""
    if middle < 200 and decimals:
        return "mkr", "står det i miljoner? Talen är så små"
    if 200 <= middle < 60_000:
        return "tkr", "står det i tusental? Talen är så små"
    return ("ore", "står det i öre? Talen är så stora") if middle > 60_000_000 else ("", "")


def _time(at: Table_, column: Column, field: str) -> Fitted | None:
    base = column.base
    starts = "placed_at" if at.kind == "bid" else "starts_at"
    if field == "day":
        if base == "date" or base == "text":
            how = "day" if _clocks(at) else "date"
            return Fitted(field=starts, how=how, day="", also=() if how == "day" else (starts,))
        return Fitted(field=starts, how="moment", also=(starts,)) if base in {"moment", "moment_tz"} else None
    if base in {"moment", "moment_tz"}:
        by_database = at.catalog.time_zone.upper() in {"UTC", "GMT", "ETC/UTC"} and _by_now(column)
        own = by_database or says_utc(column.name)
        if field in {"starts_at", "placed_at"} and _clocks(at):
            return None
        return Fitted(
            field=field,
            how="moment",
            zone="UTC" if base == "moment" and own else "",
        )
    if base == "date":
        return Fitted(field=field, how="date")
    if (day := _day(at)) and (base == "time" or (base == "text" and column.name in _clocks(at))):
        return Fitted(field=field, how="clock", day=day)
    if base == "text":
        return Fitted(field=field, how="moment", sure=False, why="tid i en textkolumn")
    return None


def _by_now(column: Column) -> bool:
    return any(one in column.default.lower() for one in ("now", "current_timestamp", "strftime"))


def _clocks(at: Table_) -> list[str]:
    """The table's columns that hold a wall clock alone."""
    clocks = [c.name for c in at.table.columns if c.base == "time"]
    if clocks:
        return clocks
    wanted = ("starts_at", "ends_at", "placed_at")
    texts = [c for c in at.table.columns if c.base == "text"]
    named = [
        c.name
        for c in texts
        if any(f in wanted for s in squashes(c.name, at.table.name) for f in vocabulary.fields_of(at.kind, s))
    ]
    return named if _day(at, texts=True) not in {"", *named} else []


def _day(at: Table_, *, texts: bool = True) -> str:
    """The table's column that holds the date alone."""
    fits = {"date", "text"} if texts else {"date"}
    for column in at.table.columns:
        if column.base in fits and "day" in {
            f for s in squashes(column.name, at.table.name) for f in vocabulary.fields_of(at.kind, s)
        }:
            return column.name
    return next((c.name for c in at.table.columns if c.base == "date"), "")


def _name(at: Table_, field: str, taken: set[str]) -> Fitted | None:
    """A name in one column or two; the whole name is left out beside its parts."""
    if field in {"name.first", "name.last"}:
        return Fitted(field="name", how="name_part", style=field.partition(".")[2])
    if field == "full_name":
        apart = bool(taken & {"first_name", "last_name"}) or _has(at, "first_name")
        return None if apart else Fitted(field="full_name", how="full_name")
    apart = at.kind == "agent" and _has(at, "name.first") and _has(at, "name.last")
    return None if apart else Fitted(field=field, how="text")


def _text(at: Table_, column: Column, field: str, taken: set[str]) -> Fitted | None:
    name, base = at.table.name, column.base
    if field == "address.county":
        return Fitted(field=field, how="county", why="länet följer av kommunens kod")
    if field == "id_number":
        return Fitted(field="personnummer", how="id_number", style=_style(at, column), also=("orgnr",))
    if field in _NAMES:
        return _name(at, field, taken)
    how = _PLAIN.get(field, "long_text" if field in _LONG else "text")
    style = ""
    if how in {"personnummer", "orgnr"}:
        style = _style(at, column)
    elif how == "postcode":
        five = base == "int" or column.length == 5 or _all(at.samples.texts(name, column.name), str.isdigit)
        style = "NNNNN" if five else ""
    elif how == "phone" and _all(at.samples.texts(name, column.name), lambda one: one.startswith("0")):
        style = "national"
    if base == "enum":
        words = {one: one for one in column.words}
        return Fitted(field=field, how="choice", words=words, back=words, write=field != "category")
    return Fitted(field=field, how=how, style=style)


def _all(texts: list[str], test: Any) -> bool:
    return len(texts) > 2 and all(test(one.strip()) for one in texts)


def _has(at: Table_, field: str) -> bool:
    return any(
        field in vocabulary.fields_of(at.kind, s)
        for c in at.table.columns
        for s in squashes(c.name, at.table.name)[:2]
    )


def _style(at: Table_, column: Column) -> str:
    seen = number_style(at.samples.texts(at.table.name, column.name))
    if seen:
        return seen
    length = column.length or 99
    dash = "YYYYMMDD-NNNN" if length >= 13 else "YYMMDD-NNNN"
    return dash if length >= 13 or length == 11 else "YYYYMMDDNNNN" if length == 12 else "YYMMDDNNNN"
