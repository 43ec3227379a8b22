"""The market view: what was asked, which sales answer it, their figures, sources and reservations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import msgspec

from brygga.market import choosing, figures, places
from brygga.market.choosing import Home, Step
from brygga.market.figures import Spread, Trend
from brygga.market.sales import LEFT_OUT, Sale, Usable, usable
from brygga.model import Comparable
from brygga.model.vocabulary import ESTATE_TYPES
from brygga.swedish import format as sv

KIND_WORDS: Final = {
    "final": "slutpris",
    "last_bid": "sista bud",
    "title": "lagfart",
    "": "pris utan uppgift om slag",
}
_FEW: Final = 5
_OLD_DAYS: Final = 183


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A home, a district, a year, a distance: any that are given narrow the sales."""

    home: Home | None = None
    district: str = ""
    year: int | None = None
    within_m: float | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where sales came from: the connection and who gathered them, the days of sale, the latest reading."""

    name: str
    connection: str
    n: int
    oldest: date
    newest: date
    read_on: date | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. Money per m² is kronor as a float; `sales` newest first. `remarks` are Swedish.

    `left_out`: reason → homes of the whole store that were no sales to compare; `price_kinds`: kind
    of price → sold homes of the whole store; `types`: type → the sales chosen.
    """

    title: str
    question: Question
    spread: Spread | None
    trend: Trend
    sales: tuple[Sale, ...]
    steps: tuple[Step, ...]
    sources: tuple[Source, ...]
    price_kinds: dict[str, int]
    left_out: dict[str, int]
    types: dict[str, int]
    remarks: tuple[str, ...]
    today: date


def market_view(
    homes: Iterable[Comparable],
    question: Question,
    *,
    today: date,
    read_on: Mapping[str, date] | None = None,
) -> View:
    """The market as the stored homes show it. `read_on`: connection → the day it was last read."""
    known = usable(homes)
    sales, how = _narrowed(known.sales, question)
    steps: tuple[Step, ...] = ()
    enough = True
    if question.home is not None:
        chosen = choosing.choose(
            question.home,
            sales,
            today=today,
            within_m=question.within_m,
            place_given=bool(question.district),
            time_given=question.year is not None,
        )
        sales, steps, enough = list(chosen.sales), chosen.steps, chosen.enough
    ordered = tuple(sorted(sales, key=lambda s: (s.day, s.id), reverse=True))
    return View(
        title=_title(question),
        question=question,
        spread=figures.spread(ordered),
        trend=figures.trend(ordered),
        sales=ordered,
        steps=steps,
        sources=_sources(ordered, read_on or {}),
        price_kinds=dict(sorted(known.kinds.items())),
        left_out=dict(sorted(known.left_out.items())),
        types=dict(sorted(Counter(sale.type for sale in ordered).items())),
        remarks=tuple(_remarks(known, question, ordered, how, today, enough=enough)),
        today=today,
    )


def _narrowed(sales: list[Sale], question: Question) -> tuple[list[Sale], str]:
    """The sales of the district and year that were asked for, and by what the district was found."""
    how = ""
    found = sales
    if question.district:
        found, how = choosing.of_district(found, question.district)
    if question.year is not None:
        found = [sale for sale in found if sale.day.year == question.year]
    return found, how


def _title(question: Question) -> str:
    where = question.district
    if not where and question.home is not None:
        where = question.home.address or question.home.id
    time = f" {question.year}" if question.year is not None else ""
    return f"Kvadratmeterpriser {_around(question)}{where}{time}" if where else f"Kvadratmeterpriser{time}"


def _around(question: Question) -> str:
    return "i " if question.district else "kring "


def _sources(sales: Iterable[Sale], read_on: Mapping[str, date]) -> tuple[Source, ...]:
    groups: dict[tuple[str, str], list[date]] = {}
    for sale in sales:
        groups.setdefault((sale.source, sale.connection), []).append(sale.day)
    return tuple(
        Source(
            name=name,
            connection=connection,
            n=len(days),
            oldest=min(days),
            newest=max(days),
            read_on=read_on.get(connection),
        )
        for (name, connection), days in sorted(groups.items())
    )


def _remarks(
    known: Usable, question: Question, sales: tuple[Sale, ...], how: str, today: date, *, enough: bool
) -> list[str]:
    """What the reader must know to judge the figures."""
    found: list[str] = []
    if not sales:
        found.append("Inga försäljningar svarar mot frågan.")
    elif len(sales) < _FEW:
        found.append(f"Bara {len(sales)} försäljningar: medianen säger lite.")
    elif not enough:
        found.append(f"Färre än {choosing.ENOUGH} försäljningar fanns, också i det vidaste steget.")
    if how and how != "område":
        found.append(f"»{question.district}« hittades som {how}, inte som område.")
    found += [
        f"{sv.number(n)} av de lagrade bostäderna {LEFT_OUT[reason]} och räknas inte med."
        for reason, n in sorted(known.left_out.items())
        if reason != "not_sold"
    ]
    found += _about_kinds(sales)
    found += _about_types(question, sales)
    if question.year is None:
        found += _about_age(sales, today)
    return found


def _about_age(sales: tuple[Sale, ...], today: date) -> list[str]:
    """Old sales say what the market was, not what it is."""
    newest = max((sale.day for sale in sales), default=today)
    if (today - newest).days < _OLD_DAYS:
        return []
    return [f"Den nyaste försäljningen är från {sv.day(newest)}: bilden visar marknaden då, inte nu."]


def _about_kinds(sales: tuple[Sale, ...]) -> list[str]:
    kinds = Counter(sale.kind for sale in sales)
    if not kinds or set(kinds) == {"final"}:
        return []
    told = ", ".join(f"{KIND_WORDS.get(kind, kind)} {n}" for kind, n in kinds.most_common())
    return [f"Priserna är av olika slag: {told}." if len(kinds) > 1 else f"Prisernas slag: {told}."]


def _about_types(question: Question, sales: tuple[Sale, ...]) -> list[str]:
    types = Counter(sale.type for sale in sales)
    unknown = types.pop("", 0)
    found = []
    if len(types) > 1:
        told = ", ".join(f"{ESTATE_TYPES.get(kind, kind)} {n}" for kind, n in types.most_common())
        found.append(f"Olika slags bostäder är med: {told}.")
    if unknown and question.home is not None and question.home.type:
        found.append(f"{sv.number(unknown)} av försäljningarna säger inte vilken typ av bostad det är.")
    return found


def asking_kr_m2(view: View) -> float | None:
    """What the home itself is asked for, kr/m²; None when price or area is not known."""
    home = view.question.home
    if home is None or not home.asking_kr or not home.living_m2:
        return None
    return home.asking_kr / home.living_m2


def plain(view: View, *, most_sales: int = 200) -> dict[str, object]:
    """The view as plain values for JSON; of the sales at most `most_sales`, the nearest if it can be told."""
    home = view.question.home
    asked = asking_kr_m2(view)
    values = msgspec.to_builtins(view)
    values["n"] = len(view.sales)
    values["median_kr_m2"] = round(view.spread.median) if view.spread else None
    values["home_kr_m2"] = round(asked) if asked is not None else None
    values["sales"] = [_plain_sale(sale, home) for sale in _nearest_first(view)[:most_sales]]
    values["question"] = {
        "object": home.id if home else "",
        "district": view.question.district,
        "year": view.question.year,
        "within_m": view.question.within_m,
    }
    return dict(values)


def _nearest_first(view: View) -> list[Sale]:
    home = view.question.home
    if home is None or home.position is None:
        return list(view.sales)
    return sorted(view.sales, key=lambda sale: _distance(sale, home) or 1e9)


def _distance(sale: Sale, home: Home | None) -> float | None:
    if home is None or home.position is None or sale.position is None:
        return None
    return places.distance_m(home.position, sale.position)


def _plain_sale(sale: Sale, home: Home | None) -> dict[str, object]:
    away = _distance(sale, home)
    return {
        "id": sale.id,
        "address": sale.address,
        "sold_on": sale.day.isoformat(),
        "price_kr": sale.kr,
        "living_m2": sale.m2,
        "kr_m2": round(sale.kr_m2),
        "rooms": sale.rooms,
        "price_kind": sale.kind,
        "type": sale.type,
        "distance_m": None if away is None else round(away),
        "source": sale.source,
    }
