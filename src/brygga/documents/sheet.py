"""The whole description as plain data for the template: every text cleaned, every number written out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from brygga.documents.facts import Group, groups, key_facts, square
from brygga.documents.pictures import Picture, arranged
from brygga.documents.wording import MISSING, Block, blocks, line, lines
from brygga.model import Agent, Association, Estate, Office, Viewing
from brygga.model.parts import Building, Costs, Described, Surroundings
from brygga.model.vocabulary import GONE, SOLD
from brygga.swedish import NotUnderstood, phone
from brygga.swedish import format as sv
from brygga.swedish.dates import STOCKHOLM

_LONGEST_ON_COVER = 120  # characters; more would push the facts off the cover
_LONGEST_HEADING = 300  # characters
_SHORT_TEXT = 1_400  # characters of running text that leave room for the facts on the same page
_TABLE_HEAD = 3  # a table's title and the space after it, in rows
_LABEL_CHARACTERS, _VALUE_CHARACTERS = 20, 28  # on one line of a half page
_COUNTED = ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")


def sheet(
    estate: Estate,
    *,
    agent: Agent | None,
    office: Office | None,
    association: Association | None,
    viewings: Iterable[Viewing],
    pictures: list[Picture],
    made_at: datetime,
    source: str,
) -> dict[str, Any]:
    """Data for `templates/description.typ`."""
    address = (line(estate.address.street) or "Objekt utan adress")[:_LONGEST_ON_COVER]
    sections = _sections(estate, association)
    return {
        "title": f"Objektsbeskrivning, {address}",
        "author": line(office.name) if office else "",
        "address": address,
        "place": _place(estate)[:_LONGEST_ON_COVER],
        "phrase": line(estate.texts.phrase)[:_LONGEST_ON_COVER],
        "heading": line(estate.texts.heading)[:_LONGEST_HEADING] or address,
        "keys": [list(row) for row in key_facts(estate)],
        "short": [{**block, "kind": "p"} for block in blocks(estate.texts.short)],
        "sections": sections,
        "facts_apart": bool(pictures) or _length(sections) > _SHORT_TEXT,
        "groups": _columns(groups(estate, association)),
        "costs": _costs(estate.costs),
        "viewings": _viewings(viewings, made_at),
        "viewings_over": estate.status in SOLD | GONE,
        "agent": _agent(agent),
        "office": _office(office),
        "made": sv.day(made_at),
        "source": line(source),
        **arranged(pictures, address),
    }


def _length(sections: list[dict[str, Any]]) -> int:
    """Characters of running text."""
    return sum(len(run["text"]) for part in sections for block in part["blocks"] for run in block["runs"])


def _columns(tables: list[Group]) -> list[list[Group]]:
    """The tables in two columns of about the same height, in their order."""
    heights = [_TABLE_HEAD + sum(_height(label, value) for label, value in t["rows"]) for t in tables]
    cut = min(range(len(tables) + 1), key=lambda n: abs(sum(heights[:n]) - sum(heights[n:])))
    return [tables[:cut], tables[cut:]]


def _height(label: str, value: str) -> int:
    """Lines that a row takes: about so many characters fit in the two halves of a column."""
    needed = sum(1 + len(part) // _VALUE_CHARACTERS for part in value.split("\n"))
    return max(needed, 1 + len(label) // _LABEL_CHARACTERS)


def _place(estate: Estate) -> str:
    a = estate.address
    parts = [line(a.area), f"{line(a.postcode)} {line(a.town)}".strip(), line(a.municipality)]
    seen: list[str] = []
    for part in parts:
        if part and not any(part.casefold() in other.casefold() for other in seen):
            seen.append(part)
    return ", ".join(seen)


def _sections(estate: Estate, association: Association | None) -> list[dict[str, Any]]:
    building = estate.buildings[0] if estate.buildings else Building()
    found = [
        ("Om bostaden", blocks(estate.texts.long)),
        ("Rum för rum", [*_named(building.room_list), *blocks(building.rooms_text)]),
        ("Byggnaden", _building(building)),
        ("Föreningen", _named(association.texts) if association else []),
        ("Omgivningen", _surroundings(estate.surroundings)),
        ("Övrigt", blocks(estate.texts.other)),
    ]
    return [{"title": title, "blocks": body} for title, body in found if body]


def _headed(heading: str, text: str) -> list[Block]:
    body = blocks(text)
    if not body or not heading:
        return body
    return [{"kind": "h", "runs": [{"text": heading, "b": False, "i": False}]}, *body]


def _named(things: list[Described]) -> list[Block]:
    """Rooms and the like. Without a text, a name alone says nothing and is left out."""
    found: list[Block] = []
    for thing in things:
        size = f", {square(thing.size_m2)}" if thing.size_m2 is not None else ""
        found += _headed(f"{line(thing.name)}{size}" if line(thing.name) else "", thing.text)
    return found


def _building(building: Building) -> list[Block]:
    return [
        *blocks(building.description),
        *_headed("Interiör", building.interior),
        *_headed("Renoveringar", building.renovation),
        *_headed("Övrigt om byggnaden", building.other),
    ]


def _surroundings(around: Surroundings | None) -> list[Block]:
    if around is None:
        return []
    return [
        *blocks(around.area),
        *_headed("Service", around.service),
        *_headed("Kommunikationer", around.communication),
        *_headed("Parkering", around.parking),
        *_headed("Övrigt om omgivningen", around.other),
    ]


def _costs(costs: Costs | None) -> dict[str, Any]:
    """Running costs per year; the sum is the source's own, or that of the rows when all are stated."""
    known = costs or Costs()
    stated = [(line(row.name) or line(row.kind), row.year_kr) for row in known.rows]
    rows = [[name, sv.kr(year_kr)] for name, year_kr in stated if year_kr is not None]
    total = known.sum_year_kr
    if total is None and rows and len(rows) == len(stated):
        total = sum(year_kr or 0 for _, year_kr in stated)
    return {
        "rows": rows,
        "sum": sv.kr(total) if total is not None else ("" if rows else MISSING),
        "household": _household(known.household),
        "note": lines(known.description),
    }


def _household(people: int | None) -> str:
    if not people or people < 0:
        return ""
    count = _COUNTED[people] if people < len(_COUNTED) else str(people)
    return f"Räknat på ett hushåll med {count} {'person' if people == 1 else 'personer'}."


def _viewings(viewings: Iterable[Viewing], made_at: datetime) -> list[dict[str, str]]:
    """Those not yet over when the description is made, in order."""
    found = [(v.starts_at, v) for v in viewings if v.starts_at is not None]
    coming = [(start, v) for start, v in found if (v.ends_at or start) >= made_at]
    return [_viewing(start, v) for start, v in sorted(coming, key=lambda pair: pair[0])]


def _viewing(start: datetime, viewing: Viewing) -> dict[str, str]:
    end = viewing.ends_at
    notes = ("Digital visning" if viewing.digital else "", line(viewing.comment))
    return {
        "day": f"{_weekday(start)} {sv.day(start)}",
        "clock": sv.span(start, end) if end is not None and end > start else sv.clock(start),
        "note": ". ".join(note for note in notes if note),
    }


def _weekday(moment: datetime) -> str:
    return sv.WEEKDAYS[moment.astimezone(STOCKHOLM).weekday()].capitalize()


def _agent(agent: Agent | None) -> dict[str, Any]:
    if agent is None:
        return {"name": "", "title": "", "lines": []}
    reach = (_dial(agent.mobile), _dial(agent.phone), line(agent.email))
    return {"name": line(agent.name), "title": line(agent.title), "lines": [part for part in reach if part]}


def _office(office: Office | None) -> dict[str, Any]:
    if office is None:
        return {"name": "", "lines": []}
    a = office.address
    town = f"{line(a.postcode)} {line(a.town)}".strip()
    found = (line(a.street), town, _dial(office.phone), line(office.email))
    return {"name": line(office.name), "lines": [part for part in found if part]}


def _dial(number: str) -> str:
    """`070-174 06 05` as people write it; a number we do not understand as it came."""
    try:
        e164 = phone.parse(number).e164
    except NotUnderstood:
        return line(number)
    import phonenumbers

    parsed = phonenumbers.parse(e164)
    local = parsed.country_code == phonenumbers.country_code_for_region("SE")
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if local else form.INTERNATIONAL)
