"""Moments as the tables keep them: whole microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from brygga.model import Invalid

_START = datetime(1970, 1, 1, tzinfo=UTC)
_ONE = timedelta(microseconds=1)

DAY_US = 86_400_000_000
SECOND_US = 1_000_000


def to_us(moment: datetime) -> int:
    """Zone-aware moment → microseconds. Raises Invalid if it has no zone."""
    try:
        return (moment - _START) // _ONE
    except TypeError as error:
        raise Invalid("A moment without a time zone cannot be stored.", code="naive_time") from error


def from_us(us: int) -> datetime:
    """Microseconds → zone-aware moment in UTC."""
    return _START + us * _ONE


def maybe_us(moment: datetime | None) -> int | None:
    """As `to_us`; None stays None."""
    return None if moment is None else to_us(moment)


def maybe_from_us(us: int | None) -> datetime | None:
    """As `from_us`; None stays None."""
    return None if us is None else from_us(us)
