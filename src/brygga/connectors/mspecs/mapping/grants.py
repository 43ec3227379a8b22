"""Personal data by grant: what has not been granted is cut away before anything is kept.

Sellers and buyers come with deals, member by member, as far as the vendor has granted our service.
A member that comes without a grant of ours is a mistake there: it is counted and thrown away.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, cast

from brygga.connectors.mspecs.mapping import words

SENSITIVE: Final = "READ_SENSITIVE"
_ALWAYS: Final = frozenset({"type"})
_NEVER: Final = "participants"
"""Who comes to a viewing: nothing of ours holds it, so it is never kept."""


@functools.cache
def parse(text: str) -> frozenset[str]:
    """The grants in a setting: names with commas or spaces between, upper case."""
    return frozenset(text.replace(",", " ").upper().split())


def may_read_restricted(grants: frozenset[str]) -> bool:
    """Whether some grant opens the most sensitive part (`READ_SELLER.READ_SENSITIVE` and so on)."""
    return any(name.rpartition(".")[2] == SENSITIVE for name in grants)


@functools.cache
def _table() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    found = words.read("grants.toml")
    return {
        role: {member: tuple(cast("list[str]", names)) for member, names in rows.items()}
        for role, rows in found.items()
    }


def opens(grants: frozenset[str], role: str, member: str) -> bool:
    """Whether a member of a seller or buyer (`role`: sellers · buyers) may be kept."""
    return any(name in grants for name in _table()[role].get(member, ()))


def cut(deal: dict[str, Any], grants: frozenset[str]) -> tuple[dict[str, Any], Counter[str]]:
    """The deal without what is not granted, and a count of what was cut by member (`sellers.email`).

    Gives the same object when nothing was cut. Pure.
    """
    gone: Counter[str] = Counter()
    changed: dict[str, Any] = {}
    for role in _table():
        if deal.get(role) is None:
            continue
        kept = _parties(deal[role], role, grants, gone)
        if kept != deal[role]:
            changed[role] = kept
    viewings = _without_visitors(deal.get("viewings"), gone)
    if viewings is not None:
        changed["viewings"] = viewings
    made = {name: changed.get(name, value) for name, value in deal.items()}
    return (
        ({name: value for name, value in made.items() if value is not _GONE}, gone)
        if changed
        else (deal, gone)
    )


_GONE: Final = object()


def _parties(value: Any, role: str, grants: frozenset[str], gone: Counter[str]) -> Any:
    if type(value) is not list:
        gone[role] += 1
        return _GONE
    rows = [_party(row, role, grants, gone) for row in value if type(row) is dict]
    rows = [row for row in rows if row.keys() - _ALWAYS]
    return rows or _GONE


def _party(row: dict[str, Any], role: str, grants: frozenset[str], gone: Counter[str]) -> dict[str, Any]:
    """Only plain values: a group of members inside one that is granted has been granted by nobody."""
    kept = {}
    for member, value in row.items():
        plain = type(value) not in {dict, list}
        if plain and (member in _ALWAYS or opens(grants, role, member)):
            kept[member] = value
        elif value is not None:
            gone[f"{role}.{member if member in _table()[role] else '?'}"] += 1
    return kept


def _without_visitors(viewings: Any, gone: Counter[str]) -> list[Any] | None:
    """The viewings without those who come to them; None when nobody was named."""
    if type(viewings) is not list:
        return None
    found = 0
    made = []
    for row in viewings:
        one = row
        if type(row) is dict and type(row.get("slots")) is list:
            slots = [_slot(slot) for slot in row["slots"]]
            found += sum(a is not b for a, b in zip(slots, row["slots"], strict=True))
            one = {**row, "slots": slots}
        if type(one) is dict and _NEVER in one:
            one = {name: value for name, value in one.items() if name != _NEVER}
            found += 1
        made.append(one)
    if not found:
        return None
    gone[f"viewings.{_NEVER}"] += found
    return made


def _slot(slot: Any) -> Any:
    if type(slot) is not dict or _NEVER not in slot:
        return slot
    return {name: value for name, value in slot.items() if name != _NEVER}
