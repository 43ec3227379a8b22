"""How one value is made over, both ways: `as` in the mapping file → reader and writer.

A reader takes what the row's JSON holds and gives what the model takes; None or "" is not stated.
A writer takes the model's value and gives a plain value for the column. What needs more than one
column or field lies in `mapper` and `joined`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple

from brygga.model.intake import Intake
from brygga.swedish import orgnr, personnummer, rooms
from brygga.swedish.dates import STOCKHOLM
from brygga.swedish.outcome import NotUnderstood

Reader = Callable[[Any, str, Intake], Any]
Writer = Callable[[Any], Any]


class Transform(NamedTuple):
    """A pair. `loss`: what is lost on the way there and back, in Swedish; empty when nothing is."""

    read: Reader
    write: Writer
    loss: str = ""


def _same(value: Any) -> Any:
    return value


def _number(value: Any, path: str, intake: Intake) -> float | None:
    read = intake.number(_plain(value), path)
    return None if read is None else float(read)


def _plain(value: Any) -> Any:
    """Numbers that a driver gives as text are numbers all the same, and no finding."""
    if type(value) is str:
        try:
            number = float(value.strip().replace(",", ".").replace("\u00a0", "").replace(" ", ""))
        except ValueError:
            return value
        if not math.isfinite(number):
            return value
        return int(number) if number == int(number) else number
    if type(value) is bool:
        return int(value)
    return value


def _kr(factor: Decimal) -> Reader:
    def read(value: Any, path: str, intake: Intake) -> int | None:
        plain = _plain(value)
        if type(plain) in {int, float} and factor != 1:
            plain = float(Decimal(str(plain)) * factor)
        return intake.money(plain, path)

    return read


def _in(factor: Decimal) -> Writer:
    def write(value: Any) -> Any:
        made = Decimal(str(value)) / factor
        return int(made) if made == made.to_integral_value() else float(made)

    return write


def _rooms(value: Any, path: str, intake: Intake) -> float | None:
    plain = _plain(value)
    if type(plain) is str:
        try:
            return rooms.parse(plain).rooms
        except NotUnderstood:
            intake.note("not_a_number", path)
            return None
    return _number(plain, path, intake)


def _flag(value: Any, path: str, intake: Intake) -> bool | None:
    if type(value) is int and value in (0, 1):
        return bool(value)
    if type(value) is str and value.strip().lower() in {"j", "y", "yes", "t", "sant"}:
        return True
    if type(value) is str and value.strip().lower() in {"n", "no", "f", "falskt"}:
        return False
    return intake.flag(value, path)


def _moment(value: Any, path: str, intake: Intake) -> datetime | None:
    return intake.moment(value, path)


def moment_in(zone: str) -> Reader:
    """A reader of times without offset that are in another zone than the Swedish one."""

    def read(value: Any, path: str, intake: Intake) -> datetime | None:
        if type(value) is str and zone == "UTC" and "+" not in value and not value.endswith("Z"):
            return intake.moment(f"{value.strip()}+00:00", path)
        return intake.moment(value, path)

    return read


def written_moment(base: str, dialect: str, zone: str, declared: str) -> Writer:
    """A time as the column takes it. Without a zone of its own the column holds Swedish wall clock."""
    whole_seconds = dialect == "mysql" and "(" not in declared

    def write(value: datetime) -> str:
        at = value.astimezone(UTC if base == "moment_tz" or zone == "UTC" else STOCKHOLM)
        if whole_seconds:
            at = at.replace(microsecond=0)
        if base == "moment_tz" and dialect == "postgresql":
            return at.isoformat()
        return at.replace(tzinfo=None).isoformat(sep="T" if dialect == "postgresql" else " ")

    return write


def written_date(value: datetime) -> str:
    """The Swedish day of a time."""
    return value.astimezone(STOCKHOLM).date().isoformat()


def written_clock(value: datetime) -> str:
    """The Swedish wall clock of a time."""
    return value.astimezone(STOCKHOLM).time().isoformat(timespec="seconds")


def joined(day: Any, clock: Any) -> datetime | None:
    """A date and a wall clock as one time. In the doubled hour of October the first one is meant."""
    try:
        whole = date.fromisoformat(str(day)[:10])
        at = time.fromisoformat(_clock_text(clock)) if clock not in (None, "") else time(0)
    except ValueError:
        return None
    return datetime.combine(whole, at.replace(tzinfo=None), tzinfo=STOCKHOLM).astimezone(UTC)


def _clock_text(clock: Any) -> str:
    text = str(clock).strip().replace(".", ":", 1) if ":" not in str(clock) else str(clock).strip()
    return f"0{text}" if len(text.partition(":")[0]) == 1 else text


def _email(value: Any, path: str, intake: Intake) -> str:
    return intake.email(value, path)


def _personnummer(value: Any, path: str, intake: Intake) -> str:
    text = intake.text(value, path, most=40)
    if not text:
        return ""
    try:
        return personnummer.parse(text).digits
    except NotUnderstood as error:
        intake.note("not_a_personnummer", path, sv=error.sv)
        return ""


def _orgnr(value: Any, path: str, intake: Intake) -> str:
    text = intake.text(value, path, most=40)
    if not text:
        return ""
    try:
        return str(orgnr.parse(text))
    except NotUnderstood as error:
        intake.note("not_an_orgnr", path, sv=error.sv)
        return text


def id_written(style: str) -> Writer:
    """A personal or organisation number in the column's own style, such as `YYMMDD-NNNN`."""

    def write(value: str) -> str:
        digits = value.replace("-", "")
        if not digits.isdigit():
            return value
        if len(digits) == 12 and style.startswith("YYMMDD"):
            digits = digits[2:]
        return f"{digits[:-4]}-{digits[-4:]}" if "-" in style else digits

    return write


def phone_written(style: str) -> Writer:
    """A phone number as the column's other rows are written: `+46…`, or `0…` with style `national`."""

    def write(value: str) -> str:
        return f"0{value[3:]}" if style == "national" and value.startswith("+46") else value

    return write


def postcode_written(style: str) -> Writer:
    """A postcode without its space where the column's others have none."""

    def write(value: str) -> str:
        return value.replace(" ", "") if style == "NNNNN" else value

    return write


_ONE = Decimal(1)
TRANSFORMS: Final[dict[str, Transform]] = {
    "text": Transform(lambda v, p, i: i.text(v, p), _same),
    "long_text": Transform(lambda v, p, i: i.html(v, p), _same),
    "kr": Transform(_kr(_ONE), _same),
    "tkr": Transform(_kr(Decimal(1000)), _in(Decimal(1000)), "Beloppet står i tusental kronor."),
    "mkr": Transform(_kr(Decimal(1_000_000)), _in(Decimal(1_000_000)), "Beloppet står i miljoner kronor."),
    "ore": Transform(_kr(Decimal("0.01")), _in(Decimal("0.01"))),
    "number": Transform(_number, _same),
    "whole": Transform(_number, lambda v: round(v + 1e-9), "Decimaler avrundas."),
    "integer": Transform(lambda v, p, i: i.integer(_plain(v), p), _same),
    "year": Transform(lambda v, p, i: i.year(_plain(v), p), _same),
    "rooms": Transform(_rooms, _same),
    "rooms_whole": Transform(_rooms, math.floor, "Halva rum försvinner: 2,5 rum blir 2."),
    "position": Transform(lambda v, p, i: i.number(_plain(v), p, least=-180, most=180), _same),
    "flag": Transform(_flag, _same),
    "date": Transform(_moment, written_date, "Klockslag försvinner: kolumnen har bara datum."),
    "moment": Transform(_moment, _same),
    "phone": Transform(lambda v, p, i: i.phone(v, p), _same),
    "email": Transform(_email, _same),
    "postcode": Transform(lambda v, p, i: i.postcode(v, p), _same),
    "url": Transform(lambda v, p, i: i.url(v, p), _same),
    "personnummer": Transform(_personnummer, _same),
    "orgnr": Transform(_orgnr, _same),
}
"""The plain ones by name."""

SPECIAL: Final = frozenset(
    {
        "choice",
        "ref",
        "day",
        "clock",
        "full_name",
        "name_part",
        "street_name",
        "street_number",
        "county",
        "id_number",
    }
)
"""Those that need other columns, other fields or a table of words."""
