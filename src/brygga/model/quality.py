"""What is odd about a record as a whole: facts that are missing, or that contradict each other.

`Intake` looks at one value at a time; this looks at a finished record, whatever its source.
A remark changes nothing: the record is stored as it is, and the finding says what to look at.
"""

from __future__ import annotations

import re
from typing import Final

from brygga.model.findings import Finding, Severity
from brygga.model.records import Estate, Record
from brygga.model.vocabulary import ON_SALE, SOLD
from brygga.swedish import price
from brygga.swedish.outcome import NotUnderstood

PER_M2_TOLERANCE_KR: Final = 1.0
"""A stated price per square metre is rounded; more than this apart is another price or another area."""
LOW_FEE_KR, HIGH_FEE_KR = 100, 60_000
_PER_M2: Final = re.compile(r"kr\s*/\s*(?:m²|m2|kvm)", re.IGNORECASE)
_DWELLINGS: Final = frozenset({"apartment", "house", "cottage", "condominium"})


def remarks(record: Record) -> list[Finding]:
    """Findings about the record as a whole; empty for kinds that nothing is known of."""
    return _estate(record) if isinstance(record, Estate) else []


def _estate(estate: Estate) -> list[Finding]:
    found: list[Finding] = []
    price_kr = _price(estate, found)
    if estate.areas.living_m2 is None and estate.type in _DWELLINGS:
        found.append(_noted("areas.living_m2", "living_area_missing", "Boarea saknas."))
    _per_m2(estate, price_kr, found)
    _fee(estate, found)
    return found


def _price(estate: Estate, found: list[Finding]) -> int | None:
    """The price that counts for the home's status."""
    if estate.status in SOLD:
        if estate.price.final_kr is None:
            found.append(_noted("price.final_kr", "final_price_missing", "Slutpris saknas."))
        return estate.price.final_kr
    if estate.status in ON_SALE and estate.price.asking_kr is None:
        found.append(_noted("price.asking_kr", "asking_price_missing", "Utgångspris saknas."))
    return estate.price.asking_kr


def _per_m2(estate: Estate, price_kr: int | None, found: list[Finding]) -> None:
    """A price per square metre stated in words is held against price and living area."""
    if not _PER_M2.search(estate.price.text):
        return
    try:
        stated = price.parse(estate.price.text).kr
    except NotUnderstood:
        found.append(_noted("price.text", "per_m2_unreadable", "Priset per kvadratmeter går inte att läsa."))
        return
    living = estate.areas.living_m2
    if not price_kr or not living:
        sv = "Priset per kvadratmeter kan inte kontrolleras: pris eller boarea saknas."
        found.append(_noted("price.text", "per_m2_unchecked", sv))
    elif abs(price_kr / living - stated) > PER_M2_TOLERANCE_KR:
        sv = "Pris delat med boarea stämmer inte med det angivna priset per kvadratmeter."
        found.append(_noted("price.text", "per_m2_differs", sv))


def _fee(estate: Estate, found: list[Finding]) -> None:
    fee = estate.fee.amount_kr if estate.fee else None
    if fee is not None and estate.type == "apartment" and fee and not LOW_FEE_KR <= fee <= HIGH_FEE_KR:
        found.append(_noted("fee.amount_kr", "fee_odd", "Månadsavgiften ser orimlig ut."))


def _noted(path: str, code: str, sv: str) -> Finding:
    return Finding(path=path, code=code, severity=Severity.NOTED, sv=sv)
