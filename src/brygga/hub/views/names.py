"""What things are called by people: homes by their street, connections by their title, words of the model."""

from __future__ import annotations

from collections.abc import Iterable

from brygga.hub.hub import Hub
from brygga.hub.views.tongue import Tongue
from brygga.hub.views.words import house_words
from brygga.model import Estate, marks_of
from brygga.model.vocabulary import ESTATE_STATUSES, ESTATE_TYPES


def address_of(estate: Estate) -> str:
    """The home's street; failing that its town, its number, its id."""
    return estate.address.street or estate.address.town or estate.reference or estate.id.split(":", 1)[-1]


def full_address(estate: Estate, tongue: Tongue) -> str:
    """The street, and the flat's number where it has one."""
    number = estate.share.apartment_number if estate.share else ""
    street = address_of(estate)
    return f"{street}, {tongue.say('fact.apartment', number=number)}" if number else street


def addresses(hub: Hub, ids: Iterable[str]) -> dict[str, str]:
    """Id → address of the homes that we hold, removed ones too."""
    wanted = sorted({one for one in ids if one})
    found = hub.store.get_many("estate", wanted, include_removed=True) if wanted else {}
    return {one: address_of(record) for one, record in found.items() if isinstance(record, Estate)}


def status_word(status: str, tongue: Tongue) -> str:
    """The status as brokers say it; an unknown one as it came."""
    return _word("status", status, ESTATE_STATUSES, tongue)


def type_word(kind: str, tongue: Tongue) -> str:
    """The type of home as brokers say it; an unknown one as it came."""
    return _word("type", kind, ESTATE_TYPES, tongue) or tongue.say("type.other")


def _word(group: str, code: str, swedish: dict[str, str], tongue: Tongue) -> str:
    key = f"{group}.{code}"
    if code and house_words().has(key):
        return tongue.say(key)
    return swedish.get(code, code) if tongue.lang == "sv" else code.replace("_", " ")


def kind_word(kind: str, tongue: Tongue) -> str:
    """What a kind of record is called."""
    key = f"kind.{kind}"
    return tongue.say(key if house_words().has(key) else "kind.other")


def plain_path(path: str) -> str:
    """A field's path without the ids of list parts: `images[MED1].name` → `images[].name`."""
    out, depth = [], 0
    for sign in path:
        if sign == "[":
            depth += 1
            out.append("[")
        elif sign == "]":
            depth -= 1
            out.append("]")
        elif depth == 0:
            out.append(sign)
    return "".join(out)


def field_word(path: str, tongue: Tongue) -> str:
    """A field's name: its Swedish term from the model, or in English its own name in plain words."""
    plain = plain_path(path)
    if tongue.lang == "sv":
        mark = marks_of(Estate).get(plain) or marks_of(Estate).get(plain.split(".", 1)[0].rstrip("[]"))
        return mark.sv if mark else plain
    return (
        plain.rsplit(".", 1)[-1].replace("[]", "").removesuffix("_kr").removesuffix("_m2").replace("_", " ")
    )


def is_personal(path: str) -> bool:
    """Whether a field of a home is marked as personal."""
    mark = marks_of(Estate).get(plain_path(path))
    return mark is None or mark.personal
