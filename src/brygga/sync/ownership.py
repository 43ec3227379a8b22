"""Field ownership (*vem som bestämmer*): per field, which side decides when two systems differ.

The house's rules stand in `ownership.toml`, each with its reason in Swedish; a connection's own
settings go before them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from enum import StrEnum
from importlib import resources
from typing import Any, Final, TypeVar

import msgspec

from brygga.model import RECORD_TYPES, Invalid


class Owner(StrEnum):
    """Who decides. LEFT is the leading side, RIGHT the following one."""

    LEFT = "left"
    RIGHT = "right"
    NEWEST = "newest"
    ASK = "ask"


class OnRemove(StrEnum):
    """What becomes of a record when its twin was removed."""

    ASK = "ask"
    REMOVE = "remove"
    KEEP = "keep"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. `kind` `*` is any; `path` is a field or all below it, empty for the whole record."""

    kind: str
    path: str
    owner: Owner
    sv: str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The file of rules."""

    rule: tuple[Rule, ...]
    on_remove: dict[str, OnRemove]


OWN: Final = "Byråns egen regel för anslutningen."


@functools.cache
def house_rules() -> Table:
    """The rules of the house."""
    text = resources.files("brygga.sync").joinpath("ownership.toml").read_bytes()
    return msgspec.toml.decode(text, type=Table)


class Rules:
    """The house's rules with a connection's own before them."""

    def __init__(self, own: tuple[Rule, ...] = (), on_remove: Mapping[str, OnRemove] | None = None) -> None:
        self._rules = (*own, *house_rules().rule)
        self._own = frozenset(own)
        self._on_remove = {**house_rules().on_remove, **(on_remove or {})}
        self._known: dict[tuple[str, str], Rule] = {}

    def owner(self, kind: str, path: str) -> Owner:
        """Who decides about a field."""
        return self.rule(kind, path).owner

    def rule(self, kind: str, path: str) -> Rule:
        """The rule that decides: one's own before the house's, then the longest path, then the kind."""
        known = self._known.get((kind, path))
        if known is None:
            fitting = [r for r in self._rules if r.kind in (kind, "*") and _covers(r.path, path)]
            known = max(fitting, key=lambda r: (r in self._own, len(r.path), r.kind != "*"))
            self._known[kind, path] = known
        return known

    def on_remove(self, kind: str) -> OnRemove:
        """What becomes of a record of that kind when its twin was removed."""
        return self._on_remove.get(kind, OnRemove.ASK)


def _covers(rule: str, path: str) -> bool:
    return not rule or path == rule or path.startswith((f"{rule}.", f"{rule}["))


def rules_from(ownership: Mapping[str, Any], on_remove: Mapping[str, Any]) -> Rules:
    """A connection's own rules: `{"contact.email": "left", "price": "ask"}`, `{"estate": "keep"}`.

    A name that begins with a kind of record is of that kind only; a trailing `*` says nothing more.
    Raises Invalid naming the first rule that is not one.
    """
    own = tuple(_own_rule(name, value) for name, value in ownership.items())
    removals = {str(kind): _word(OnRemove, f"on_remove.{kind}", value) for kind, value in on_remove.items()}
    unknown = [kind for kind in removals if kind not in RECORD_TYPES]
    if unknown:
        raise Invalid(f"There is no kind of record called {unknown[0]!r} (on_remove).")
    return Rules(own, removals)


def _own_rule(name: str, value: Any) -> Rule:
    head, _, rest = name.partition(".")
    kind, path = (head, rest) if head in RECORD_TYPES else ("*", name)
    path = path.rstrip("*").rstrip(".")
    return Rule(kind=kind, path=path, owner=_word(Owner, f"ownership.{name}", value), sv=OWN)


W = TypeVar("W", Owner, OnRemove)


def _word(words: type[W], name: str, value: Any) -> W:
    try:
        return words(str(value))
    except ValueError as error:
        allowed = ", ".join(words)
        raise Invalid(
            f"The rule {name} is one of {allowed}, not {value!r}.",
            sv=f"Regeln {name} ska vara en av {allowed}.",
        ) from error
