"""The vanish brake: a failure never deletes (decision 1 of docs/design.md).

Something that a listing lacks may be removed only when the listing was complete and healthy,
and only while the share that vanished is small. More than that is a question for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

MOST_SHARE = 0.20
"""How large a share of what we hold may vanish in one listing without a question."""


class Verdict(StrEnum):
    """What may be done about records that a listing lacks."""

    NOTHING = "nothing"
    LOOK = "look"
    ASK = "ask"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A full id comparison: what we hold against what the listing names."""

    known: int
    listed: int
    missing: tuple[str, ...]
    verdict: Verdict
    why: str


def compare(
    known: Iterable[str],
    listed: Iterable[str],
    *,
    complete: bool,
    total: int | None = None,
    most_share: float = MOST_SHARE,
    allowed: bool = False,
) -> Comparison:
    """Compare source ids. `total` is the source's own count; `allowed` is a person's yes for this time.

    LOOK: each missing one may be asked for by id and removed if the source says it is gone.
    ASK: too many are missing; nothing is removed and a person decides.
    NOTHING: nothing is missing, or the listing cannot be trusted.
    """
    held, seen = set(known), set(listed)
    return judge(
        len(held),
        len(seen),
        held - seen,
        complete=complete,
        total=total,
        most_share=most_share,
        allowed=allowed,
    )


def judge(
    known: int,
    listed: int,
    missing: Iterable[str],
    *,
    complete: bool,
    total: int | None = None,
    most_share: float = MOST_SHARE,
    allowed: bool = False,
) -> Comparison:
    """As `compare`, when the store has done the comparing: how many we hold, how many were listed."""
    lacking = tuple(sorted(missing))
    verdict, why = _judge(
        known, listed, lacking, complete=complete, total=total, share=most_share, allowed=allowed
    )
    return Comparison(known=known, listed=listed, missing=lacking, verdict=verdict, why=why)


def _judge(
    known: int,
    listed: int,
    missing: tuple[str, ...],
    *,
    complete: bool,
    total: int | None,
    share: float,
    allowed: bool,
) -> tuple[Verdict, str]:
    if not missing:
        return Verdict.NOTHING, "nothing is missing"
    if not complete:
        return Verdict.NOTHING, "the listing was not complete"
    if total is not None and listed < total:
        return Verdict.NOTHING, "the listing named fewer than its own count"
    if len(missing) > share * known and not allowed:
        return Verdict.ASK, "too large a share vanished at once"
    return Verdict.LOOK, "a small share is missing from a complete listing"
