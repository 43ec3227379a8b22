"""Which fields point at other records, and the order in which records must be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

ORDER: Final = (
    "brand", "area", "office", "agent", "association", "project", "contact",
    "estate", "relation", "viewing", "bid", "meeting", "searchprofile",
)  # fmt: skip
"""Kinds that can be carried from one system to another, what is pointed at first.

Left out on purpose: the journal (it is kept where it was written) and homes of the market.
"""

REFERENCES: Final[dict[str, dict[str, str]]] = {
    "area": {"office_id": "office"},
    "office": {"brand_id": "brand", "address.area_id": "area"},
    "agent": {"office_ids": "office"},
    "project": {
        "office_id": "office", "agent_id": "agent", "second_agent_id": "agent", "address.area_id": "area",
    },
    "contact": {"agent_id": "agent", "address.area_id": "area"},
    "estate": {
        "office_id": "office", "agent_id": "agent", "second_agent_id": "agent", "project_id": "project",
        "seller_ids": "contact", "address.area_id": "area", "share.association_id": "association",
    },
    "relation": {"estate_id": "estate", "contact_id": "contact", "viewing_id": "viewing"},
    "viewing": {"estate_id": "estate", "project_id": "project"},
    "bid": {"estate_id": "estate", "contact_id": "contact"},
    "meeting": {"estate_id": "estate", "contact_ids": "contact", "agent_id": "agent"},
    "searchprofile": {"contact_id": "contact"},
}  # fmt: skip
"""Kind → path → kind pointed at."""

NEEDED: Final[dict[str, frozenset[str]]] = {
    "relation": frozenset({"estate_id", "contact_id"}),
    "viewing": frozenset({"estate_id"}),
    "bid": frozenset({"estate_id"}),
    "searchprofile": frozenset({"contact_id"}),
}
"""Without these a record of that kind means nothing and is not made."""


def ids_in(value: Any) -> tuple[str, ...]:
    """The ids that a pointing field holds, be it one or many."""
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return (str(value),) if value else ()


def pointed_at(kind: str, many: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Kind pointed at → ids, over the values of many records."""
    found: dict[str, set[str]] = {}
    paths = REFERENCES.get(kind, {})
    for values in many if paths else ():
        for path in paths.keys() & values.keys():
            found.setdefault(paths[path], set()).update(ids_in(values[path]))
    return {target: ids for target, ids in found.items() if ids}


def translated(value: Any, names: Mapping[str, str]) -> Any | None:
    """The field in the other side's ids; None if one of them has no twin there."""
    if isinstance(value, list):
        found = [names.get(str(one)) for one in value]
        return None if None in found else list(dict.fromkeys(found))
    return names.get(str(value))
