"""Which sales compare with a home: near it, of its type and size, sold lately; wider until enough.

Nearness is metres where both positions are known, and names elsewhere: the same street, then the
same area or postcode, then the same municipality. Each step is kept with what it gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from brygga.market import places
from brygga.market.sales import Sale
from brygga.model import Estate
from brygga.model.parts import Position
from brygga.swedish import format as sv

ENOUGH: Final = 12
"""Sales after which nothing is widened any more."""


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """The home that is compared. Names are folded; None and `""` are not known."""

    id: str = ""
    address: str = ""
    street: str = ""
    area: str = ""
    municipality: str = ""
    postcode: str = ""
    type: str = ""
    living_m2: float | None = None
    rooms: float | None = None
    position: Position | None = None
    asking_kr: int | None = None


class Width(msgspec.Struct, frozen=True, kw_only=True):
    """How wide one step looks. `names`: 0 street · 1 area or postcode · 2 municipality · 3 anywhere.

    `size_share` None: any size; `months` None: however old.
    """

    within_m: float
    names: int
    size_share: float | None
    months: int | None


WIDTHS: Final = (
    Width(within_m=300, names=0, size_share=0.20, months=12),
    Width(within_m=600, names=1, size_share=0.25, months=12),
    Width(within_m=1_000, names=1, size_share=0.30, months=18),
    Width(within_m=2_000, names=1, size_share=0.40, months=36),
    Width(within_m=2_000, names=1, size_share=0.40, months=None),
    Width(within_m=5_000, names=2, size_share=0.50, months=36),
    Width(within_m=5_000, names=2, size_share=0.50, months=None),
)
"""The steps, narrowest first."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step that was tried: what it asked for, in Swedish, and how many sales it gave."""

    sv: str
    n: int


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The sales that were chosen, the steps that led there, and whether they are enough."""

    sales: tuple[Sale, ...]
    steps: tuple[Step, ...]
    enough: bool


def home_of(estate: Estate) -> Home:
    """An object of the agency's own as the home to compare with."""
    address = estate.address
    return Home(
        id=estate.id,
        address=address.street,
        street=places.street(address.street),
        area=places.folded(address.area),
        municipality=places.municipality(address.municipality or address.town),
        postcode=address.postcode.replace(" ", ""),
        type=estate.type,
        living_m2=estate.areas.living_m2,
        rooms=estate.rooms,
        position=address.position,
        asking_kr=estate.price.asking_kr,
    )


def of_district(sales: Iterable[Sale], name: str) -> tuple[list[Sale], str]:
    """The sales of a named district, and in Swedish by what the name was found.

    The area that a sale is said to lie in goes first; only when no sale lies in one by that name
    are the other names of its surroundings looked at, then the municipality.
    """
    wanted, known = places.folded(name), list(sales)
    tries: tuple[tuple[str, Callable[[Sale], bool]], ...] = (
        ("område", lambda s: wanted == s.area or (not s.area and wanted in s.areas)),
        ("områdets andra namn", lambda s: wanted in s.areas),
        ("kommun", lambda s: places.municipality(name) == s.municipality),
    )
    for how, fits in tries:
        found = [sale for sale in known if fits(sale)]
        if found:
            return found, how
    return [], ""


def choose(
    home: Home,
    sales: Sequence[Sale],
    *,
    today: date,
    within_m: float | None = None,
    place_given: bool = False,
    time_given: bool = False,
    enough: int = ENOUGH,
) -> Chosen:
    """Widen step by step until `enough` sales are found; the last step's sales are the answer.

    The age of a sale is counted back from `today`, or from the newest sale of all where they end
    before: a list that somebody saved some years ago is judged as of its own day. `within_m` holds
    the distance still; `place_given` and `time_given` say that `sales` are already those of a
    district or a year, which then is neither narrowed nor widened here.
    """
    steps: list[Step] = []
    found: list[Sale] = []
    as_of = min([today, max((sale.day for sale in sales), default=today)])
    for width in WIDTHS:
        wide = msgspec.structs.replace(width, within_m=within_m) if within_m else width
        wide = msgspec.structs.replace(wide, months=None) if time_given else wide
        found = [s for s in sales if _fits(home, s, wide, as_of, place_given=place_given)]
        step = Step(sv=_told(home, wide, place_given=place_given, time_given=time_given), n=len(found))
        if not steps or step.sv != steps[-1].sv:
            steps.append(step)
        if len(found) >= enough:
            break
    ordered = tuple(sorted(found, key=lambda s: (s.day, s.id), reverse=True))
    return Chosen(sales=ordered, steps=tuple(steps), enough=len(found) >= enough)


def _fits(home: Home, sale: Sale, width: Width, as_of: date, *, place_given: bool) -> bool:
    return (
        (not home.type or not sale.type or home.type == sale.type)
        and _is_of_size(home, sale, width)
        and (width.months is None or _months_between(sale.day, as_of) <= width.months)
        and (place_given or _is_near(home, sale, width))
    )


def _is_of_size(home: Home, sale: Sale, width: Width) -> bool:
    if not home.living_m2 or width.size_share is None:
        return True
    return abs(sale.m2 - home.living_m2) <= width.size_share * home.living_m2


def _is_near(home: Home, sale: Sale, width: Width) -> bool:
    if home.position is not None and sale.position is not None:
        return places.distance_m(home.position, sale.position) <= width.within_m
    if _same_municipality(home, sale) is False:
        return False
    by_street = bool(home.street) and home.street == sale.street
    by_area = width.names >= 1 and (_same_area(home, sale) or _same_postcode(home, sale))
    return by_street or by_area or (width.names >= 2 and _same_municipality(home, sale) is True)


def _same_area(home: Home, sale: Sale) -> bool:
    return bool(home.area) and (home.area == sale.area or home.area in sale.areas)


def _same_postcode(home: Home, sale: Sale) -> bool:
    return bool(home.postcode) and home.postcode == sale.postcode


def _same_municipality(home: Home, sale: Sale) -> bool | None:
    """None when one of them does not say."""
    if not home.municipality or not sale.municipality:
        return None
    return home.municipality == sale.municipality


def _months_between(earlier: date, later: date) -> float:
    return (later - earlier).days / 30.4375


def _told(home: Home, width: Width, *, place_given: bool, time_given: bool) -> str:
    """One step in words."""
    parts = [] if place_given else [_where(home, width)]
    if home.living_m2 and width.size_share is not None:
        low, high = (home.living_m2 * (1 + sign * width.size_share) for sign in (-1, 1))
        parts.append(f"boarea {sv.number(low)}–{sv.number(high)}{sv.NBSP}m²")
    if not time_given:
        parts.append(
            "hur gamla som helst" if width.months is None else f"sålda senaste {width.months} månaderna"
        )
    text = ", ".join(parts) or "alla"
    return text[0].upper() + text[1:]


def _where(home: Home, width: Width) -> str:
    words = ("samma gata", "samma område eller postnummer", "samma kommun", "var som helst")[width.names]
    if home.position is None:
        return words
    metres = f"{sv.number(width.within_m)}{sv.NBSP}m"
    return f"inom {metres} ({words} där läget saknas)"
