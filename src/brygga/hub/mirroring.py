"""Mirrors (*speglar*): which connections follow which, by whose rules, and what each side can take.

A following connection names those that lead it (`follows`). Whatever changes on either side is
planned and written by the `mirror` flow, whose key is the following connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from brygga.connectors.writing import Writable, WriteRecords
from brygga.hub.connections import FOLLOWING, Connection, Connections, Live
from brygga.model import RECORD_TYPES, Invalid, content_hash, encode
from brygga.store import Store
from brygga.sync.mirror_fields import Scope
from brygga.sync.mirror_refs import ORDER
from brygga.sync.ownership import Owner, Rules, rules_from

FLOW: Final = "mirror"


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """One following connection as it is set up. `kinds` are in the order in which they are made."""

    right: str
    lefts: tuple[str, ...]
    kinds: tuple[str, ...]
    both_ways: bool
    rules: Rules

    def owner(self, kind: str, path: str) -> Owner:
        """Who decides about a field; one way only, all but the right side's own is the left's."""
        owner = self.rules.owner(kind, path)
        return owner if self.both_ways or owner is Owner.RIGHT else Owner.LEFT


def mirror_of(connection: Connection) -> Mirror | None:
    """The mirror that a connection's settings describe; None when it follows nobody.

    Raises Invalid naming the setting that cannot be used.
    """
    given = connection.settings
    lefts = _names(given.get("follows"))
    if not lefts:
        return None
    if connection.name in lefts:
        raise Invalid(f"{connection.name} cannot follow itself.", connection=connection.name)
    kinds = _names(given.get("kinds"))
    unknown = [kind for kind in kinds if kind not in RECORD_TYPES]
    if unknown:
        raise Invalid(
            f"There is no kind of record called {unknown[0]!r} (kinds).", connection=connection.name
        )
    return Mirror(
        right=connection.name,
        lefts=lefts,
        kinds=tuple(kind for kind in ORDER if not kinds or kind in kinds),
        both_ways=_flag(given.get("both_ways", True)),
        rules=rules_from(_table(given.get("ownership")), _table(given.get("on_remove"))),
    )


def mirrors(connections: Connections) -> list[Mirror]:
    """Every mirror that is at work, by name."""
    able = set(connections.who_can("write"))
    found = [_or_none(c) for c in connections.all() if c.name in able]
    return [one for one in found if one is not None]


def _or_none(connection: Connection) -> Mirror | None:
    """One whose settings cannot be used must not stop the others; saving it said why."""
    try:
        return mirror_of(connection)
    except Invalid:
        return None


def to_wake(store: Store, changed: Iterable[str]) -> list[str]:
    """The following connections that a change of these connections concerns."""
    names = set(changed)
    woken = []
    for value in store.settings_like("connection:").values():
        settings: Mapping[str, Any] = value.get("settings") or {}
        lefts = _names(settings.get("follows"))
        if lefts and not value.get("paused_by") and names & {value["name"], *lefts}:
            woken.append(str(value["name"]))
    return sorted(woken)


class Sides:
    """Both sides of a mirror, opened, and what each can take."""

    def __init__(self, connections: Connections, mirror: Mirror) -> None:
        self.mirror = mirror
        self.right = connections.live(mirror.right)
        self.lefts = {name: connections.live(name) for name in mirror.lefts}
        self._right_can: Mapping[str, Writable] = self.right.connector.writable()
        self._left_can = {name: _writable(live) for name, live in self.lefts.items() if mirror.both_ways}
        self._scopes: dict[tuple[str, str], Scope] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that the right side can hold at all."""
        return tuple(kind for kind in self.mirror.kinds if kind in self._right_can)

    def live(self, name: str) -> Live:
        """One side by its name."""
        return self.right if name == self.mirror.right else self.lefts[name]

    def can(self, name: str, kind: str) -> Writable:
        """What can be done with a kind on a side."""
        table = self._right_can if name == self.mirror.right else self._left_can.get(name, {})
        return table.get(kind, _NOTHING)

    def scope(self, name: str, kind: str) -> Scope:
        """The paths that an update can carry to a side."""
        known = self._scopes.get((name, kind))
        if known is None:
            can = self.can(name, kind)
            known = self._scopes[name, kind] = Scope(can.fields if can.update else frozenset())
        return known

    def holds(self, name: str, kind: str) -> Scope:
        """The paths that a create can carry to a side."""
        can = self.can(name, kind)
        return self.scope(name, kind) if can.update else Scope(can.fields if can.create else frozenset())

    def mark(self) -> str:
        """Changes when the rules or what the sides can take change: then everything is looked at anew."""
        rules = {name: self.right.connection.settings.get(name) for name in FOLLOWING}
        tables = [
            [name, kind, _plain(self.can(name, kind), kind)]
            for name in (self.mirror.right, *self.lefts)
            for kind in ORDER
        ]
        return content_hash(encode([rules, tables])).hex()


_NOTHING: Final = Writable()


def _plain(can: Writable, kind: str) -> list[Any]:
    return [kind, can.create, can.update, can.remove, sorted(can.fields)]


def _writable(live: Live) -> Mapping[str, Writable]:
    if not live.can("write") or not isinstance(live.connector, WriteRecords):
        return {}
    return live.connector.writable()


def _names(value: Any) -> tuple[str, ...]:
    """A list of names, or a text of them with commas between (as the command line gives it)."""
    many = value.split(",") if isinstance(value, str) else (value or ())
    return tuple(name for one in many if (name := str(one).strip()))


def _flag(value: Any) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "ja"} if isinstance(value, str) else bool(value)


def _table(value: Any) -> Mapping[str, Any]:
    """A table, or a text `name=value, name=value`. Raises Invalid."""
    if isinstance(value, str):
        pairs = [one.partition("=") for one in value.split(",") if one.strip()]
        if any(not sign for _, sign, _ in pairs):
            raise Invalid(f"Rules are written name=value, name=value; not {value!r}.")
        return {name.strip(): word.strip() for name, _, word in pairs}
    return value or {}
