"""An item of a search answer → `Comparable` (CONTRACT.md §1).

Numbers stand only as display texts, told apart by their unit and never by their place. `xKoordinat`
is the latitude. The municipality stands only in the address of the ad.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from brygga.connectors.fastighetsbyran.schema import KNOWN
from brygga.model import Comparable, Invalid
from brygga.model.intake import Intake
from brygga.model.parts import Address, Areas, Position
from brygga.swedish import NotUnderstood, area, clean, dates, price, rooms

GATHERED_BY: Final = "Fastighetsbyrån"
EXACT_TYPES: Final = {
    "Villa": "house",
    "Bostadsrätt": "apartment",
    "Lägenhet": "apartment",
    "Fritidshus": "cottage",
    "Tomt": "plot",
    "Gård": "farm",
    "Ägarlägenhet": "condominium",
}
WIDER_TYPES: Final = {"Radhus": "house", "Kedjehus": "house", "Parhus": "house", "Gård/Skog": "farm"}
"""Types for which our word says less than theirs, which is then kept beside it."""
_TWO_AREAS = re.compile(
    r"(?P<living>[0-9][0-9 ]*(?:[.,][0-9]+)?) ?/ ?(?P<other>[0-9][0-9 ]*(?:[.,][0-9]+)?) ?(?:kvm|m²|m2)"
)
_AREA_UNIT = re.compile(r"(?:kvm|m²|m2)\b|m²", re.IGNORECASE)
_SLUGS = re.compile(r"/till-salu/([a-z0-9-]+)/([a-z0-9-]+)/")
_USED: Final = frozenset(
    {
        "maeklarObjektId", "bildUrlLista", "litenRubrik", "storRubrik", "xKoordinat", "yKoordinat",
        "budgivningPagaar", "aerNyproduktion", "avtalsdag", "senasteTidObjektetBlevTillSalu", "url",
    }
)  # fmt: skip  # one list


def source_id_of(item: dict[str, Any]) -> str:
    """An item's own number as text; `""` when it has none."""
    found = item.get("maeklarObjektId")
    return str(found) if type(found) is int and found > 0 else ""


def comparable(item: dict[str, Any], intake: Intake, connection: str) -> Comparable:
    """A home of the market. Raises Invalid when it has no number."""
    source_id = source_id_of(item)
    if not source_id:
        raise Invalid(
            "The item has no maeklarObjektId.",
            code="no_id",
            sv="Raden saknar objektnummer och kan inte skiljas från andra. Den är sparad och kan läsas om.",
            connection=connection,
        )
    made = Comparable(
        id=f"{connection}:{source_id}",
        state=_state(item, intake),
        address=_address(item, intake),
        area_names=_names(intake.text(item.get("litenRubrik"), "litenRubrik")),
        new_home=intake.flag(item.get("aerNyproduktion"), "aerNyproduktion"),
        bidding_active=intake.flag(item.get("budgivningPagaar"), "budgivningPagaar"),
        sold_on=_day(item.get("avtalsdag"), intake),
        published_at=intake.moment(
            item.get("senasteTidObjektetBlevTillSalu"), "senasteTidObjektetBlevTillSalu"
        ),
        url=intake.url(item.get("url"), "url"),
        firm=GATHERED_BY,
        gathered_by=GATHERED_BY,
    )
    left = {name: value for name, value in item.items() if name not in _USED}
    if made.state != "sold":
        left.pop("paaGang", None)
    _type(made, left, intake)
    _texts(made, left, intake)
    _pictures(made, item, left, intake)
    _carry(made, left, intake)
    return made


def _state(item: dict[str, Any], intake: Intake) -> str:
    if item.get("avtalsdag") is not None:
        return "sold"
    return "upcoming" if intake.flag(item.get("paaGang"), "paaGang") else "for_sale"


def _address(item: dict[str, Any], intake: Intake) -> Address:
    slugs = _SLUGS.search(urlsplit_path(item.get("url")))
    names = _names(intake.text(item.get("litenRubrik"), "litenRubrik"))
    return Address(
        street=intake.text(item.get("storRubrik"), "storRubrik"),
        area=names[0] if len(names) == 1 else "",
        municipality=slugs[2].replace("-", " ") if slugs else "",
        position=_position(item, intake),
    )


def urlsplit_path(value: Any) -> str:
    """The path of an address, `""` when it is none."""
    try:
        return urlsplit(value).path if isinstance(value, str) else ""
    except ValueError:
        return ""


def _names(text: str) -> list[str]:
    """`X - Y` names two areas."""
    return [name for name in (part.strip() for part in text.split(" - ")) if name]


def _position(item: dict[str, Any], intake: Intake) -> Position | None:
    """x is the latitude and y the longitude, against the usual habit."""
    north = intake.number(item.get("xKoordinat"), "xKoordinat", least=-90, most=90)
    east = intake.number(item.get("yKoordinat"), "yKoordinat", least=-180, most=180)
    if north is None or east is None:
        return None
    if north == 0 and east == 0:
        intake.note("no_position", "xKoordinat")
        return None
    return Position(latitude=north, longitude=east)


def _day(value: Any, intake: Intake) -> Any:
    text = intake.text(value, "avtalsdag", most=40)
    if not text:
        return None
    try:
        return dates.wall_clock(text).date() if "T" in text else dates.parse(text)
    except NotUnderstood as error:
        intake.note("not_a_time", "avtalsdag", sv=error.sv)
        return None


def _type(made: Comparable, left: dict[str, Any], intake: Intake) -> None:
    word = left.get("bostadsTyp")
    if isinstance(word, str) and word in WIDER_TYPES:
        made.type = WIDER_TYPES[word]
        return
    left.pop("bostadsTyp", None)
    made.type = intake.choice(word, "bostadsTyp", EXACT_TYPES)


def _texts(made: Comparable, left: dict[str, Any], intake: Intake) -> None:
    """Price, rooms and areas by their unit. What is not understood stays, whole, in `extra`."""
    texts = left.get("metaData")
    if not isinstance(texts, list):
        return
    facts: dict[str, Any] = {}
    odd = [n for n, text in enumerate(texts) if not _understood(text, facts)]
    for n in odd:
        intake.note("unknown_value", f"metaData[{n}]")
    if not odd:
        del left["metaData"]
    made.asking_kr, made.rooms = facts.get("asking_kr"), facts.get("rooms")
    made.areas = Areas(
        living_m2=facts.get("living_m2"), other_m2=facts.get("other_m2"), plot_m2=facts.get("plot_m2")
    )


def _understood(text: Any, facts: dict[str, Any]) -> bool:
    """Whether a display text was read; an empty one is a price that is not shown."""
    if not isinstance(text, str):
        return False
    try:
        found = said(clean(text))
    except NotUnderstood:
        return False
    if not facts.keys().isdisjoint(found):
        return False
    facts.update(found)
    return True


def said(text: str) -> dict[str, Any]:
    """What a display text says, by its unit: `5 545 000 kr`, `5 rum`, `118/0 kvm`, `75,5 kvm`.

    Raises NotUnderstood when it says nothing that is known.
    """
    if not text:
        return {}
    if two := _TWO_AREAS.fullmatch(text):
        return {"living_m2": _metres(two["living"]), "other_m2": _metres(two["other"])}
    if _AREA_UNIT.search(text):
        found = area.parse(text)
        return {"plot_m2" if found.use == "plot" else "living_m2": found.m2}
    if "rum" in text.lower():
        return {"rooms": rooms.parse(text).rooms}
    amount = price.parse(text)
    if amount.per is not None or "kr" not in text.lower():
        raise NotUnderstood("price", "unknown_unit")
    return {"asking_kr": amount.kr}


def _metres(digits: str) -> float:
    """A side of `118/0`; nought is allowed here."""
    return float(digits.replace(" ", "").replace(",", "."))


def _pictures(made: Comparable, item: dict[str, Any], left: dict[str, Any], intake: Intake) -> None:
    """All picture addresses; the first picture is usually in the list, older answers have only it."""
    listed = item.get("bildUrlLista")
    rows = listed if isinstance(listed, list) else []
    if listed is not None and not isinstance(listed, list):
        intake.note("not_a_list", "bildUrlLista")
        left["bildUrlLista"] = listed
    found = [intake.url(one, f"bildUrlLista[{n}]") for n, one in enumerate(rows)]
    made.image_urls = [one for one in found if one]
    first = intake.url(left.pop("bildUrl", None), "bildUrl")
    if first and first not in made.image_urls:
        made.image_urls.insert(0, first)


def _carry(made: Comparable, left: dict[str, Any], intake: Intake) -> None:
    """What has no home in the model, and a remark on each member that is new."""
    for name, value in left.items():
        key = intake.text(name, "", most=200)
        made.extra[key] = intake.kept(value, key)
        if name not in KNOWN:
            intake.note("unknown_member", key)
