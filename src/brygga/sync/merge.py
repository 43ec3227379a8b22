"""Three-way merging of twins (*tvillingar*): what each side must be told, and what a person must settle.

Pure. Per field it is remembered what each side showed when the two last agreed (the base). A change
is a value that differs from that side's own base, so what a mapping cannot hold (2,5 rooms in a
whole-number column) is never taken for a change and never flows back.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from brygga.sync.mirror_fields import NOTHING, print_of
from brygga.sync.ownership import Owner

Base = dict[str, tuple[bytes, bytes]]
"""Path → prints of what left and right showed when they last agreed; absent: both showed nothing."""

AHEAD: Final = timedelta(minutes=5)
"""A change dated so far after it reached us was dated by a clock that is wrong: then nobody is newest."""

NO_RULE = "differs"
NO_WAY = "cannot_write"
ERASED = "erased"

_EMPTY: Final = (NOTHING, NOTHING)


class Side(msgspec.Struct, kw_only=True):
    """One of the twins. Pointing fields hold the right side's ids on both, so that they compare.

    `arrived_at`: when this state of it reached us. `can`: the paths that can be written there.
    `shows`: given the other side's values, what this side would show of them if they were written.
    """

    values: Mapping[str, Any]
    can: Container[str]
    changed_at: datetime | None = None
    arrived_at: datetime | None = None
    shows: Callable[[], Mapping[str, Any]] | None = None


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """A field that no rule decides. `code`: differs · cannot_write · erased."""

    path: str
    left: Any
    right: Any
    code: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A person's answer. `take`: left · right · value; `value` is for both sides then."""

    take: str
    value: Any = None


class Merged(msgspec.Struct, kw_only=True):
    """What came of a merge. None as a value takes the field away.

    `base`: for what is agreed as it now stands; for what is to be written or asked as it stood
    before (see `agreed`). `now`: prints of both sides for what is to be written.
    `overruled`: paths whose edit gives way to the side that decides.
    """

    to_left: dict[str, Any] = {}
    to_right: dict[str, Any] = {}
    clashes: list[Clash] = []
    overruled: list[str] = []
    base: Base = {}
    now: Base = {}

    @property
    def quiet(self) -> bool:
        """Nothing to write and nothing to ask."""
        return not (self.to_left or self.to_right or self.clashes)


class _Field(msgspec.Struct):
    """One field on both sides, with its prints now and when the sides last agreed."""

    path: str
    left: Any
    right: Any
    left_now: bytes
    right_now: bytes
    left_then: bytes
    right_then: bytes

    @property
    def left_changed(self) -> bool:
        return self.left_now != self.left_then

    @property
    def right_changed(self) -> bool:
        return self.right_now != self.right_then


def merge(
    left: Side,
    right: Side,
    base: Mapping[str, tuple[bytes, bytes]],
    owner: Callable[[str], Owner],
    *,
    choices: Mapping[str, Choice] | None = None,
    skip: Container[str] = frozenset(),
) -> Merged:
    """Merge two records that stand for the same thing.

    `choices`: path → a person's answer. `skip`: paths of which nothing can be said now (they
    point at something that has no twin yet); they keep their base.
    """
    merged = Merged(to_left={}, to_right={}, clashes=[], overruled=[], base={}, now={})
    newest = _newest(left, right)
    for path in sorted(left.values.keys() | right.values.keys() | base.keys()):
        then = base.get(path, _EMPTY)
        if path in skip or not (path in right.can or path in left.can):
            _keep(merged, path, then)
            continue
        field = _field(path, left, right, then)
        choice = (choices or {}).get(path)
        if choice is not None:
            _obey(field, choice, left, right, merged)
        else:
            _decide(field, left, right, owner(path), newest, merged)
    return merged


def agreed(merged: Merged, left: Mapping[str, Any] | None, right: Mapping[str, Any] | None) -> Base:
    """The base after writing. `left`, `right`: what each side shows now; None: it could not be written.

    Only what was written is read from there: another edit made meanwhile must still count as one.
    """
    base = dict(merged.base)
    for path, pair in merged.now.items():
        late = (path in merged.to_left and left is None) or (path in merged.to_right and right is None)
        if not late:
            mine = print_of((left or {}).get(path)) if path in merged.to_left else pair[0]
            theirs = print_of((right or {}).get(path)) if path in merged.to_right else pair[1]
            _keep_in(base, path, (mine, theirs))
    return base


def _field(path: str, left: Side, right: Side, then: tuple[bytes, bytes]) -> _Field:
    mine, theirs = left.values.get(path), right.values.get(path)
    return _Field(path, mine, theirs, print_of(mine), print_of(theirs), *then)


def _decide(field: _Field, left: Side, right: Side, owner: Owner, newest: Owner, merged: Merged) -> None:
    if not field.left_changed and not field.right_changed:
        _keep(merged, field.path, (field.left_then, field.right_then))
    elif _same(field, left, right):
        _agree(field, merged)
    else:
        winner, code = _winner(field, owner, newest)
        if winner is Owner.ASK:
            _ask(field, code, merged)
        elif winner is Owner.LEFT:
            _left_wins(field, right, merged)
        else:
            _right_wins(field, owner, left, merged)


def _same(field: _Field, left: Side, right: Side) -> bool:
    """Whether each side already shows what it would show of the other's value."""
    if field.left_now == field.right_now:
        return True
    shown = right.shows() if right.shows is not None and field.path in right.can else None
    if shown is not None and print_of(shown.get(field.path)) == field.right_now:
        return True
    if left.shows is not None and field.path in left.can:
        return print_of(left.shows().get(field.path)) == field.left_now
    return False


def _winner(field: _Field, owner: Owner, newest: Owner) -> tuple[Owner, str]:
    """Who wins by the rule; ASK with the reason when nobody does."""
    if field.left_changed and field.right_changed:
        if owner is Owner.NEWEST:
            return newest, NO_RULE
        return owner, NO_RULE
    changed = Owner.LEFT if field.left_changed else Owner.RIGHT
    if owner in (Owner.LEFT, Owner.RIGHT):
        return (changed if _never_had(field, owner) else owner), ""
    now = field.left_now if field.left_changed else field.right_now
    if owner is Owner.ASK and now == NOTHING:
        return Owner.ASK, ERASED
    if owner is Owner.ASK and not _fills_in(field):
        return Owner.ASK, NO_RULE
    return changed, ""


def _fills_in(field: _Field) -> bool:
    """A value where neither side had one: nothing is changed by it."""
    return field.left_then == NOTHING and field.right_then == NOTHING


def _never_had(field: _Field, owner: Owner) -> bool:
    """An owner that shows nothing, and showed nothing when the sides agreed, takes nothing away."""
    now, then = (
        (field.left_now, field.left_then) if owner is Owner.LEFT else (field.right_now, field.right_then)
    )
    return now == NOTHING and then == NOTHING


def _left_wins(field: _Field, right: Side, merged: Merged) -> None:
    """What the right side cannot hold is a loss that it has declared, not a difference."""
    if field.path not in right.can:
        _agree(field, merged)
        return
    if field.right_changed:
        merged.overruled.append(field.path)
    merged.to_right[field.path] = field.left
    _send(field, merged)


def _right_wins(field: _Field, owner: Owner, left: Side, merged: Merged) -> None:
    """What the left side cannot be told is kept as a question, unless it is the right side's own."""
    if field.path in left.can:
        if field.left_changed:
            merged.overruled.append(field.path)
        merged.to_left[field.path] = field.right
        _send(field, merged)
    elif owner is Owner.RIGHT or _never_had(field, Owner.LEFT):
        _agree(field, merged)
    else:
        _ask(field, NO_WAY, merged)


def _obey(field: _Field, choice: Choice, left: Side, right: Side, merged: Merged) -> None:
    """A person has said which value counts. A side that cannot be told stays as it is, by their word."""
    value = {"left": field.left, "right": field.right}.get(choice.take, choice.value)
    wanted = print_of(value)
    if wanted != field.left_now and field.path in left.can:
        merged.to_left[field.path] = value
    if wanted != field.right_now and field.path in right.can:
        merged.to_right[field.path] = value
    if field.path in merged.to_left or field.path in merged.to_right:
        _send(field, merged)
    else:
        _agree(field, merged)


def _send(field: _Field, merged: Merged) -> None:
    merged.now[field.path] = (field.left_now, field.right_now)
    _keep(merged, field.path, (field.left_then, field.right_then))


def _agree(field: _Field, merged: Merged) -> None:
    _keep(merged, field.path, (field.left_now, field.right_now))


def _ask(field: _Field, code: str, merged: Merged) -> None:
    merged.clashes.append(Clash(path=field.path, left=field.left, right=field.right, code=code))
    _keep(merged, field.path, (field.left_then, field.right_then))


def _keep(merged: Merged, path: str, pair: tuple[bytes, bytes]) -> None:
    _keep_in(merged.base, path, pair)


def _keep_in(base: Base, path: str, pair: tuple[bytes, bytes]) -> None:
    """Nothing on both sides needs no line."""
    if pair == _EMPTY:
        base.pop(path, None)
    else:
        base[path] = pair


def _newest(left: Side, right: Side) -> Owner:
    """Which record was changed last; ASK when that cannot be told: no time, the same, a clock ahead."""
    mine, theirs = left.changed_at, right.changed_at
    if mine is None or theirs is None or mine == theirs:
        return Owner.ASK
    if _ahead(left) or _ahead(right):
        return Owner.ASK
    return Owner.LEFT if mine > theirs else Owner.RIGHT


def _ahead(side: Side) -> bool:
    if side.changed_at is None or side.arrived_at is None:
        return False
    return side.changed_at > side.arrived_at + AHEAD
