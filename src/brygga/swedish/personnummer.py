"""Personal and coordination numbers (*personnummer*, *samordningsnummer*): twelve digits.

Birth date, three birth digits, Luhn check digit over the last ten; a coordination number has
60 added to the day (folkbokföringslag (1991:481) 18 and 18 a §§), and where the birth date is
not known its month may be 00 and its day 60, or one that the month does not have: the tax
agency's published test numbers hold such. Ten digits say the century only through `-` and `+`
and today's date, so twelve are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from time import time

from brygga.swedish import luhn
from brygga.swedish.dates import STOCKHOLM
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_FORM = re.compile(r"([0-9]{2})?([0-9]{2})-?([0-9]{2})-?([0-9]{2})([-+]?)([JKLMNRSTUWX][0-9]{3}|[0-9]{4})")
_PROTECTED = re.compile(r"SKYDDA[DT]|SEKRETESS")
_KIND = "personnummer"

EARLIEST_BIRTH_YEAR = 1890
"""Where the tax agency's published series begins. The check digit does not cover the century, so that
1840 for 1940 would pass."""


@dataclass(frozen=True, slots=True, repr=False)
class Personnummer:
    """A person's number, twelve digits. `str` and `repr` hide it; ask for `digits` on purpose."""

    digits: str

    def __repr__(self) -> str:
        """Never the number: values end up in logs."""
        return "Personnummer(***)"

    def __str__(self) -> str:
        """As logs may show it."""
        return "pnr:***"

    @property
    def written(self) -> str:
        """`YYYYMMDD-NNNN`, as registers print it. Personal."""
        return f"{self.digits[:8]}-{self.digits[8:]}"

    @property
    def masked(self) -> str:
        """`YYYYMMDD-****`, for the page until somebody asks to see it."""
        return f"{self.digits[:8]}-****"

    @property
    def is_coordination(self) -> bool:
        """True for a *samordningsnummer*."""
        return self.digits[6] > "5"

    @property
    def birth_date(self) -> date | None:
        """The date in the number; None when a coordination number holds no real one."""
        return _date(self.digits)


def parse(text: str, *, today: date | None = None) -> Personnummer:
    """`19900111-2383`, `900111-2383`, `9001112383`, `19 900111 2383`, with any dash or space.

    `today` settles the century of ten digits and what lies in the future; default is the date in
    Stockholm. Raises NotUnderstood: `empty`, `too_long`, `protected`, `format`,
    `placeholder_zeros`, `interim_number`, `not_a_person`, `birth_number_000`, `checksum`,
    `no_such_day`, `future`, `out_of_range` (born before 1890).
    """
    cleaned = field(text, kind=_KIND).upper()
    found = _FORM.fullmatch(cleaned.replace(" ", ""))
    if not found:
        raise NotUnderstood(_KIND, "protected" if _PROTECTED.search(cleaned) else "format")
    century, year, month, day, sign, tail = found.groups()
    _refuse_other_numbers(century, year + month + day, tail)
    today = today or _today()
    digits = (century or _century(year, sign, today)) + year + month + day + tail
    _refuse_invalid(digits)
    if not century and not sign and _is_ahead(digits, today):
        digits = f"{int(digits[:2]) - 1}{digits[2:]}"
        _refuse_invalid(digits)
    if _is_ahead(digits, today):
        raise NotUnderstood(_KIND, "future")
    if int(digits[:4]) < EARLIEST_BIRTH_YEAR:
        raise NotUnderstood(_KIND, "out_of_range")
    return Personnummer(digits)


def _refuse_other_numbers(century: str | None, six: str, tail: str) -> None:
    if not (six + tail).strip("0"):
        raise NotUnderstood(_KIND, "placeholder_zeros")
    if tail[0].isalpha():
        raise NotUnderstood(_KIND, "interim_number")
    if six[2:4] >= "20" or century == "16":
        raise NotUnderstood(_KIND, "not_a_person")
    if tail.startswith("000"):
        raise NotUnderstood(_KIND, "birth_number_000")


def _century(year: str, sign: str, today: date) -> str:
    """`+` is written from the year in which a person turns 100 (18 §)."""
    latest = today.year - (100 if sign == "+" else 0)
    return str((latest - (latest - int(year)) % 100) // 100)


def _refuse_invalid(digits: str) -> None:
    """The check digit, and a day that exists; a coordination number may have one that does not."""
    if not luhn.valid(digits[2:]):
        raise NotUnderstood(_KIND, "checksum")
    if not ("60" <= digits[6:8] <= "91" and digits[4:6] <= "12") and _date(digits) is None:
        raise NotUnderstood(_KIND, "no_such_day")


def _date(digits: str) -> date | None:
    day = int(digits[6:8])
    try:
        return date(int(digits[:4]), int(digits[4:6]), day - 60 if day > 60 else day)
    except ValueError:
        return None


def _is_ahead(digits: str, today: date) -> bool:
    born = _date(digits)
    return born > today if born else int(digits[:4]) > today.year


_QUARTER_S = 900
_known_today: tuple[int, date] = (-1, date.min)


def _today() -> date:
    """The date in Stockholm, asked for once a quarter of an hour: midnight falls on one in every zone."""
    global _known_today  # noqa: PLW0603  # asking each time costs as much as the rest of the reading
    quarter = int(time()) // _QUARTER_S
    known = _known_today
    if known[0] != quarter:
        known = _known_today = (quarter, datetime.now(STOCKHOLM).date())
    return known[1]
