"""Prices and fees in Swedish text (*pris*, *avgift*): whole kronor, once or per month, year or m².

Forms are those seen on listing pages and in registers: `3 995 000:-`, `4,2 Mkr`, `450 tkr`,
`slutpris 6 450 000 kr`, `2 391 kr/mån`, `153 571 kr/m²`. A form that is not known is an error,
never a guess: a price that is wrong by a factor is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from brygga.swedish import number
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

Per = Literal["month", "quarter", "year", "m2"]

HIGHEST_KR = 10**12

_LABEL = (
    r"(?:utgångspris(?:et)?|accept(?:erat )?pris(?:et)?|begärt pris|slutpris(?:et)?|startpris|"
    r"(?:sista|högsta) bud(?:et)?|bud|såld för|köpeskilling(?:en)?|pris(?:et)?|insats|"
    r"(?:månads|års)?avgift(?:en)?|hyra|driftk?s?kostnad(?:er)?|taxeringsvärde)"
)
_HEAD = rf"(?:{_LABEL}(?: |: ?))?(?:(?P<ca>ca|ca\.|c:a|cirka|omkring) )?(?:(?:sek|kr) ?)?"
_AMOUNT = re.compile(rf"{_HEAD}(?P<number>{number.NUMBER}) ?")
_REST = re.compile(
    r"(?P<unit>[:,.] ?-|kronor|kr\.?|sek|mkr|mnkr|msek|m kr|milj(?:oner|\.)?(?: kr(?:onor)?)?|tkr|ksek|t kr|"
    r"tusen kr(?:onor)?)?"
    r"(?:(?: ?/ ?| per | i )(?P<per>mån(?:aden|ad|\.)?|kvartal(?:et)?|år(?:et)?|m²|m2|kvm))?"
)
_RANGE = re.compile(rf"(?P<low>.*?[0-9][^0-9]*?) ?(?:-| till ) ?(?P<high>{number.NUMBER}.*)")
_ONE_SIDED = re.compile(rf"(?:{_LABEL}:? )?(?P<side>från|fr\.?|upp till|max) (?P<amount>.*)")
_ON_REQUEST = re.compile(
    r"(?:på|vid|efter) (?:förfrågan|begäran|överenskommelse)|enl(?:igt|\.)? (?:överenskommelse|ök|ö\.?k\.?)|"
    r"(?:ring|kontakta|fråga) .*(?:pris|mäklare)|prisförfrågan"
)

_FACTORS = {"m": 1_000_000, "t": 1_000}
_PERS: dict[str, Per] = {
    "mån": "month",
    "kva": "quarter",
    "år": "year",
    "åre": "year",
    "m²": "m2",
    "m2": "m2",
    "kvm": "m2",
}


@dataclass(frozen=True, slots=True)
class Price:
    """An amount (*belopp*) in whole kronor. `per` None is once, else each month, quarter, year or m²."""

    kr: int
    per: Per | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class PriceRange:
    """From and to in whole kronor; None is an open end (*från*, *upp till*). Equal when it is one price."""

    from_kr: int | None
    to_kr: int | None
    per: Per | None = None


@dataclass(frozen=True, slots=True)
class _Amount:
    token: str
    unit: str
    per: Per | None
    approximate: bool

    def kr(self, unit: str = "") -> int:
        """Whole kronor, öre rounded half up. `unit` stands in when the amount has none."""
        unit = self.unit or unit
        factor = 1_000 if unit in {"ksek", "t kr"} else _FACTORS.get(unit[:1], 1)
        value = number.read(self.token, point_groups=factor != 1_000_000) * Decimal(factor)
        if abs(value) > HIGHEST_KR:
            raise NotUnderstood("price", "out_of_range")
        return int(value.to_integral_value(ROUND_HALF_UP))


def parse(text: str) -> Price:
    """One price. Öre are rounded half up to kronor (2 072,50 → 2 073).

    Raises NotUnderstood: `empty`, `too_long`, `on_request` (*pris på förfrågan*),
    `not_an_amount` (also a range: see `parse_range`), `unknown_unit`, `out_of_range`.
    """
    amount = _amount(field(text, kind="price").lower(), start=0)
    return Price(amount.kr(), amount.per, amount.approximate)


def parse_range(text: str) -> PriceRange:
    """A price or a range: `3 195 000 – 6 752 500 kr`, `3,2–4,1 Mkr`, `från 3 195 000 kr`.

    Raises NotUnderstood as `parse`, and `reversed` when from is above to.
    """
    lowered = field(text, kind="price").lower()
    if found := _ONE_SIDED.fullmatch(lowered):
        return _one_sided(found)
    if not (found := _RANGE.fullmatch(lowered)):
        amount = _amount(lowered, start=0)
        return PriceRange(amount.kr(), amount.kr(), amount.per)
    low = _amount(found["low"], start=0)
    high = _amount(found["high"], start=found.start("high"))
    from_kr, to_kr = low.kr(high.unit), high.kr()
    if from_kr > to_kr:
        raise NotUnderstood("price", "reversed", position=found.start("high"))
    return PriceRange(from_kr, to_kr, high.per or low.per)


def _one_sided(found: re.Match[str]) -> PriceRange:
    amount = _amount(found["amount"], start=found.start("amount"))
    if found["side"].startswith("fr"):
        return PriceRange(amount.kr(), None, amount.per)
    return PriceRange(None, amount.kr(), amount.per)


def _amount(text: str, *, start: int) -> _Amount:
    """Take a lowered text apart. `start` is where it stands in the cleaned field."""
    found = _AMOUNT.match(text)
    rest = _REST.fullmatch(text, found.end()) if found else None
    if not found or not rest:
        raise _refusal(text, found.end() if found else None, start=start)
    return _Amount(found["number"], rest["unit"] or "", _per(rest["per"]), found["ca"] is not None)


def _refusal(text: str, stopped: int | None, *, start: int) -> NotUnderstood:
    """Why a text is not one amount; `stopped` is where its first number and the space after it ended."""
    if _ON_REQUEST.search(text):
        return NotUnderstood("price", "on_request")
    if stopped is None:
        return NotUnderstood("price", "not_an_amount", position=start)
    code = "not_an_amount" if text[stopped] in "0123456789-,.+" else "unknown_unit"
    return NotUnderstood("price", code, position=start + stopped)


def _per(word: str | None) -> Per | None:
    return None if word is None else _PERS[word[:3]]
