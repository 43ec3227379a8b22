"""The label and value pairs of a detail page → `Comparable` (CONTRACT.md §2).

Labels that are known say price, rooms, areas, fee, tenure, type, year and number; every other pair
is carried as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from brygga.connectors.fastighetsbyran.mapping import search
from brygga.model import Comparable, Invalid
from brygga.model.intake import Intake
from brygga.swedish import NotUnderstood, clean, price, rooms

KNOWN_LABELS: Final = frozenset(
    {
        "Pris", "Antal rum", "Boarea/Biarea", "Boarea", "Avgift", "Upplåtelseform", "Typ", "Byggår",
        "Byggnadstyp", "Lägenhetsnummer", "Andel i föreningen", "Andel av årsavgift", "Elförbrukning",
        "Försäkring", "Förening", "Webbnr",
    }
)  # fmt: skip  # one list
NUMBER: Final = "Webbnr"
TENURES: Final = {
    "Bostadsrätt": "tenant_ownership",
    "Äganderätt": "freehold",
    "Tomträtt": "leasehold",
    "Hyresrätt": "tenancy",
    "Andel": "share",
}
_PRICE_WORDS: Final = (" utgångspris", " accepterat pris", " slutpris", " fast pris")


def are_labels(document: dict[str, Any]) -> bool:
    """Whether a JSON object is such pairs: its number and two labels more."""
    return NUMBER in document and len(KNOWN_LABELS & document.keys()) >= 3


def comparable(pairs: dict[str, Any], intake: Intake, connection: str) -> Comparable:
    """A detail page's facts. Its own number is the id. Raises Invalid when that is missing."""
    number = intake.text(pairs.get(NUMBER), NUMBER, most=60)
    if not number:
        raise Invalid("The page has no number.", code="no_id", sv="Sidan saknar webbnummer.")
    made = Comparable(
        id=f"{connection}:{number}",
        state="for_sale",
        firm=search.GATHERED_BY,
        gathered_by=search.GATHERED_BY,
    )
    left = {name: value for name, value in pairs.items() if name != NUMBER}
    for label, put in _PUTTING.items():
        value = left.get(label)
        if isinstance(value, str) and _put(put, made, clean(value), label, intake):
            del left[label]
    for label, value in left.items():
        made.extra[intake.text(label, "", most=200)] = intake.kept(value, label)
    return made


def _put(put: Callable[[Comparable, str], None], made: Comparable, text: str, label: str, to: Intake) -> bool:
    """Whether a value was read; one that cannot be is carried, with a remark."""
    try:
        put(made, text)
    except (NotUnderstood, ValueError):
        to.note("other", label)
        return False
    return True


def _price(made: Comparable, text: str) -> None:
    amount = text
    for words in _PRICE_WORDS:
        amount = amount.removesuffix(words)
    made.asking_kr = price.parse(amount).kr


def _rooms(made: Comparable, text: str) -> None:
    made.rooms = rooms.parse(text).rooms


def _areas(made: Comparable, text: str) -> None:
    found = search.said(text)
    made.areas.living_m2, made.areas.other_m2 = found["living_m2"], found.get("other_m2")


def _fee(made: Comparable, text: str) -> None:
    found = price.parse(text)
    if found.per != "month":
        raise NotUnderstood("price", "unknown_unit")
    made.fee_kr = found.kr


def _tenure(made: Comparable, text: str) -> None:
    made.tenure = TENURES.get(text, text)


def _type(made: Comparable, text: str) -> None:
    if text not in search.EXACT_TYPES:
        raise ValueError(text)
    made.type = search.EXACT_TYPES[text]


def _year(made: Comparable, text: str) -> None:
    year = int(text)
    if not 1000 <= year <= 2200:
        raise NotUnderstood("date", "out_of_range")
    made.year_built = year


def _apartment(made: Comparable, text: str) -> None:
    made.apartment_number = text


_PUTTING: Final[dict[str, Callable[[Comparable, str], None]]] = {
    "Pris": _price,
    "Antal rum": _rooms,
    "Boarea/Biarea": _areas,
    "Boarea": _areas,
    "Avgift": _fee,
    "Upplåtelseform": _tenure,
    "Typ": _type,
    "Byggår": _year,
    "Lägenhetsnummer": _apartment,
}
