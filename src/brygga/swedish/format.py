"""Swedish writing for the page: amounts, dates, clocks, durations.

Always Europe/Stockholm. Groups of three and units take a no-break space (U+00A0), decimals a
comma, minus is U+2212, months are jan feb mars april maj juni juli aug sep okt nov dec.
Source for dates and clocks: Digg, *Vägledning för webbutveckling*, guidelines on understandable text.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from brygga.swedish.dates import STOCKHOLM

NBSP = "\u00a0"
MINUS = "\u2212"
MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")
WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")

_EVENING_HOUR = 18
_BYTE_STEPS = ("byte", "kB", "MB", "GB", "TB")


def number(value: float | Decimal, *, decimals: int = 0) -> str:
    """`4 050 000`, `−1,5`. At most `decimals` decimals, trailing zeros dropped."""
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(str(value)).quantize(step, ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):,f}".partition(".")
    fraction = fraction.rstrip("0")
    sign = MINUS if rounded < 0 else ""
    return sign + whole.replace(",", NBSP) + (f",{fraction}" if fraction else "")


def kr(amount_kr: int) -> str:
    """`4 050 000 kr`."""
    return f"{number(amount_kr)}{NBSP}kr"


def kr_per_month(amount_kr: int) -> str:
    """`2 391 kr/mån`."""
    return f"{kr(amount_kr)}/mån"


def m2(area_m2: float) -> str:
    """`76 m²`, `67,5 m²`."""
    return f"{number(area_m2, decimals=1)}{NBSP}m²"


def rooms(count: float) -> str:
    """`3 rum`, `2,5 rum`."""
    return f"{number(count, decimals=1)}{NBSP}rum"


def percent(value: float, *, decimals: int = 1) -> str:
    """`12,3 %`; 100 is the whole."""
    return f"{number(value, decimals=decimals)}{NBSP}%"


def percent_change(value: float, *, decimals: int = 1) -> str:
    """`+16 %`, `−4 %`, `±0 %`."""
    text = percent(value, decimals=decimals)
    if text == f"0{NBSP}%":
        return f"±{text}"
    return text if text.startswith(MINUS) else f"+{text}"


def size(bytes_: int) -> str:
    """`41 kB`, `1,9 MB`: decimal steps of 1 000."""
    value, step = float(bytes_), 0
    while value >= 999.5 and step < len(_BYTE_STEPS) - 1:
        value, step = value / 1000, step + 1
    decimals = 1 if step and value < 9.95 else 0
    return f"{number(value, decimals=decimals)}{NBSP}{_BYTE_STEPS[step]}"


def day(value: date) -> str:
    """`23 nov 2026`; a datetime is first taken to Stockholm."""
    if isinstance(value, datetime):
        value = _local(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def clock(value: datetime) -> str:
    """`kl. 14.05`, `kl. 9.15`; `kl. 2.30 (vintertid)` in the doubled hour of October."""
    local = _local(value)
    return f"kl.{NBSP}{local.hour}.{local.minute:02}{_season(local)}"


def clock_column(value: datetime) -> str:
    """`09.15`, for columns that are compared."""
    return f"{_local(value):%H.%M}"


def span(start: datetime, end: datetime) -> str:
    """`kl. 13.00–13.45`; both ends are named with their day when they fall on different days."""
    first, last = _local(start), _local(end)
    if first.date() != last.date():
        return f"{day_and_clock(first)} – {day_and_clock(last)}"
    return f"{clock(first)}–{last.hour}.{last.minute:02}{_season(last)}"


def day_and_clock(value: datetime) -> str:
    """`23 nov 2026 kl. 14.05`."""
    return f"{day(value)} {clock(value)}"


def iso_day(value: date) -> str:
    """`2026-11-23`, for tables meant for machines and file names."""
    return (_local(value).date() if isinstance(value, datetime) else value).isoformat()


def relative(value: datetime, *, now: datetime) -> str:
    """*nyss*, *för 12 minuter sedan*, *i går kl. 16.30*, *om 12 minuter*, *i morgon kl. 9*, *på torsdag*.

    Only where freshness is the point; what may be quoted later uses `day_and_clock`.
    """
    elapsed_s = (now.astimezone(UTC) - value.astimezone(UTC)).total_seconds()
    return _past(value, now, elapsed_s) if elapsed_s >= 0 else _ahead(value, now, -elapsed_s)


def _past(value: datetime, now: datetime, elapsed_s: float) -> str:
    if elapsed_s < 60:
        return "nyss"
    if elapsed_s < 3600:
        return f"för {_minutes(elapsed_s)} sedan"
    local = _local(value)
    days = (_local(now).date() - local.date()).days
    if days >= 7:
        return day(local)
    when = {0: "i dag", 1: "i går"}.get(days, f"i {WEEKDAYS[local.weekday()]}s")
    return f"{when} {clock(local)}"


def _ahead(value: datetime, now: datetime, remaining_s: float) -> str:
    if remaining_s < 60:
        return "strax"
    if remaining_s < 3600:
        return f"om {_minutes(remaining_s)}"
    local = _local(value)
    days = (local.date() - _local(now).date()).days
    if days >= 7:
        return day(local)
    if days >= 2:
        return f"på {WEEKDAYS[local.weekday()]}"
    today = "i kväll" if local.hour >= _EVENING_HOUR else "i dag"
    return f"{'i morgon' if days else today} {_short_clock(local)}"


def _minutes(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes}{NBSP}{'minut' if minutes == 1 else 'minuter'}"


def _short_clock(local: datetime) -> str:
    """A full hour ahead needs no minutes: `kl. 9`."""
    if local.minute:
        return clock(local)
    return f"kl.{NBSP}{local.hour}{_season(local)}"


def duration(seconds: float) -> str:
    """`0,2 s`, `41 s`, `3 min`, `2 h 10 min`, `6 dagar`."""
    if seconds < 9.95:
        text = number(seconds, decimals=1)
        return f"under 0,1{NBSP}s" if text == "0" and seconds > 0 else f"{text}{NBSP}s"
    if round(seconds) < 60:
        return f"{round(seconds)}{NBSP}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}{NBSP}h" + (f" {rest}{NBSP}min" if rest else "")
    days = round(hours / 24)
    return f"{days}{NBSP}{'dag' if days == 1 else 'dagar'}"


def _local(value: datetime) -> datetime:
    """The same moment in Stockholm. Naive times are a mistake of ours: ValueError."""
    if value.tzinfo is None:
        raise ValueError("a time without zone cannot be shown; give it one where it is read")
    return value.astimezone(STOCKHOLM)


def _season(local: datetime) -> str:
    """Which of the two it is, in the hour that comes twice."""
    if local.replace(fold=0).utcoffset() <= local.replace(fold=1).utcoffset():  # type: ignore[operator]  # aware: never None
        return ""
    return " (vintertid)" if local.fold else " (sommartid)"
