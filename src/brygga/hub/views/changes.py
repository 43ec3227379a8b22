"""A home's changes as a broker would say them: which fields, from what, to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from brygga.hub.views.names import field_word, is_personal, plain_path, status_word
from brygga.hub.views.tongue import Tongue
from brygga.hub.views.words import Part, house_words
from brygga.store import HistoryRow

REMOVED: Final = "(removed)"
"""The path by which the store's history tells of a tombstone."""
SHORT_TEXTS: Final = frozenset(
    {
        "address.street",
        "address.postcode",
        "address.town",
        "address.area",
        "reference",
        "buildings[].energy.rating",
        "share.apartment_number",
    }
)
"""Texts that may be shown as they are: short, never about a person."""
SILENT: Final = ("changed_at", "created_at", "extra", "images[].content_hash", "images[].changed_at")
LONGEST_SHOWN = 60


class Change(msgspec.Struct, kw_only=True):
    """All that changed in one record at one moment: path → (old, new)."""

    seq: int
    at: datetime
    values: dict[str, tuple[Any, Any]]
    correlation_id: str = ""

    @property
    def said(self) -> dict[str, tuple[Any, Any]]:
        """The changes that mean something to a person."""
        return {
            path: pair
            for path, pair in self.values.items()
            if not plain_path(path).startswith(SILENT) and path != REMOVED
        }


def changes_of(rows: Iterable[HistoryRow]) -> list[Change]:
    """History rows gathered by the change that they belong to, oldest first."""
    found: dict[int, Change] = {}
    for row in rows:
        change = found.setdefault(
            row.seq, Change(seq=row.seq, at=row.at, values={}, correlation_id=row.correlation_id)
        )
        change.values[row.path] = (row.old, row.new)
    return [found[seq] for seq in sorted(found)]


def title(change: Change, tongue: Tongue) -> list[Part]:
    """The change in one line, its most important field first."""
    said = change.said
    for path, make in (("price.asking_kr", _price), ("status", _status)):
        if path in said:
            return make(*said[path], tongue)
    if pictures := _pictures(said, tongue):
        return [("", pictures)]
    if len(said) == 1:
        path, (old, new) = next(iter(said.items()))
        return _field(path, old, new, tongue)
    names = list(dict.fromkeys(field_word(path, tongue) for path in said))
    if len(names) <= 2:
        return [("", tongue.say("line.field_text", field=_and(names, tongue)))]
    return [("", _capital(tongue.say("line.several", n=tongue.words(len(names)))))]


def rest(change: Change, tongue: Tongue) -> list[str]:
    """The other fields of a change whose title names one, each with its values if they may be shown."""
    said = change.said
    main: str | None = next((path for path in ("price.asking_kr", "status") if path in said), None)
    if main is None and (len(said) == 1 or _pictures(said, tongue)):
        main = next(iter(said))
    lines = []
    for path, (old, new) in said.items():
        if path != main and not path.startswith("images["):
            lines.append("".join(text for _, text in _field(path, old, new, tongue)))
    return list(dict.fromkeys(lines))


def topic(change: Change) -> str:
    """What a change is about, for the choices above the timeline: price · pictures · other."""
    if any(path.startswith(("price.", "fee.")) for path in change.said):
        return "price"
    return "pictures" if any(path.startswith("images[") for path in change.said) else "other"


def _price(old: Any, new: Any, tongue: Tongue) -> list[Part]:
    words = house_words()
    if not isinstance(new, int):
        shown = tongue.kr(old) if isinstance(old, int) else ""
        return words.parts("line.price_gone", tongue.lang, old=("num", shown))
    if not isinstance(old, int):
        return words.parts("line.price_set", tongue.lang, new=("num", tongue.kr(new)))
    key = "line.price_down" if new < old else "line.price_up"
    return words.parts(key, tongue.lang, old=("from", tongue.number(old)), new=("num", tongue.kr(new)))


def _status(old: Any, new: Any, tongue: Tongue) -> list[Part]:
    words = house_words()
    after = status_word(str(new or ""), tongue)
    if not old:
        return words.parts("line.status_set", tongue.lang, new=("b", after))
    before = status_word(str(old), tongue)
    return words.parts("line.status", tongue.lang, old=("", before), new=("b", after))


def _pictures(said: Mapping[str, tuple[Any, Any]], tongue: Tongue) -> str:
    """`2 bilder tillagda, 1 bild borttagen`; nothing when no picture changed."""
    touched = [path for path in said if path.startswith("images[")]
    if not touched:
        return ""
    ids = {path for path in touched if path.endswith("].id")}
    added = sum(said[path][0] is None for path in ids)
    removed = sum(said[path][1] is None for path in ids)
    texts = [
        house_words().count(f"line.{key}", tongue.lang, count, n=tongue.number(count))
        for key, count in (("pictures_added", added), ("pictures_removed", removed))
        if count
    ]
    return ", ".join(texts) or tongue.say("line.pictures_changed")


def _field(path: str, old: Any, new: Any, tongue: Tongue) -> list[Part]:
    words, name = house_words(), _capital(field_word(path, tongue))
    if is_personal(path):
        return [("", tongue.say("line.field_text", field=_small(name)))]
    before, after = shown(path, old, tongue), shown(path, new, tongue)
    if (old not in (None, "") and not before) or (new not in (None, "") and not after):
        return [("", tongue.say("line.field_text", field=_small(name)))]
    if not after:
        return words.parts("line.field_gone", tongue.lang, field=name)
    if not before:
        return words.parts("line.field_set", tongue.lang, field=name, new=("num", after))
    return words.parts("line.field", tongue.lang, field=name, old=("from", before), new=("num", after))


def shown(path: str, value: Any, tongue: Tongue) -> str:
    """A value written out, or nothing when it is empty, long, or a text that may name someone."""
    plain = plain_path(path)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return {"sv": ("nej", "ja"), "en": ("no", "yes")}[tongue.lang][value]
    if isinstance(value, int | float):
        return _number(plain, value, tongue)
    if isinstance(value, str) and plain.endswith("_at"):
        return _moment(value, tongue)
    if isinstance(value, str) and plain in SHORT_TEXTS and len(value) <= LONGEST_SHOWN:
        return value
    return ""


def _number(path: str, value: float, tongue: Tongue) -> str:
    if path.endswith("_kr"):
        return tongue.kr(int(value))
    if path.endswith("_m2"):
        return tongue.m2(value)
    return tongue.rooms(value) if path == "rooms" else tongue.number(value, 2)


def _moment(value: str, tongue: Tongue) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return ""
    return tongue.day(at) if at.tzinfo is not None else ""


def _and(names: list[str], tongue: Tongue) -> str:
    return (" och " if tongue.lang == "sv" else " and ").join(names)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
