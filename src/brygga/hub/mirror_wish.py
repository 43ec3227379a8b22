"""What a look at one pair comes to, and the small words that planning and ending share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from brygga.connectors.writing import Draft
from brygga.hub.mirror_pairs import Pair
from brygga.store import Conflict, Event, Half, Raised, Twin
from brygga.sync.merge import Choice, Merged
from brygga.sync.mirror_fields import print_of

REMOVED: Final = "(removed)"
PAIR: Final = "(pair)"
DOUBT: Final = "(doubt)"
SAME_AS: Final = "same_as"
WHOLE: Final = frozenset({REMOVED, PAIR, DOUBT})
"""Conflicts about a record as a whole; they are named as no field can be."""


class Plan(msgspec.Struct, kw_only=True):
    """What one pair asks for. `act`: what it is counted as: create · update · remove · conflict · waits ·
    alone · nothing. `make`: which side the missing half is to be made on. `twin` is saved afterwards.
    """

    pair: Pair
    twin: Twin
    act: str = "nothing"
    drafts: list[tuple[str, Draft]] = []
    merged: Merged | None = None
    make: str = ""
    raised: list[Raised] = []
    events: list[Event] = []
    lonely: list[bytes] | None = None
    dropped: int = 0


def raised_for(pair: Pair, path: str, code: str, left: Any, right: Any) -> Raised:
    """A conflict of a pair, with both values and when their records were changed."""
    return Raised(
        path=path,
        code=code,
        left=left,
        right=right,
        left_print=print_of(left),
        right_print=print_of(right),
        left_at=pair.left.changed_at if pair.left is not None else None,
        right_at=pair.right.changed_at if pair.right is not None else None,
    )


def wish_of(side: str, kind: str, record_id: str) -> str:
    """The wish to make a record's twin on a side: the same however often it is wished."""
    return hashlib.blake2b(f"{side}|{kind}|{record_id}".encode(), digest_size=16).hexdigest()


def made_by(pair: Pair, twin: Twin, side: str, record_id: str) -> str:
    """The wish by which the missing half is made. An id that its source used before has had its wish
    fulfilled by a row that stands for another now; who is told to make it all the same wishes anew.
    """
    wish = wish_of(side, pair.kind, record_id)
    answer = pair.answered.get(PAIR)
    if answer is None or answer.code != SAME_AS or answer.take != "left":
        return twin.key or wish
    return hashlib.blake2b(f"{wish}|{answer.n}".encode(), digest_size=16).hexdigest()


def begin_anew(twin: Twin, missing: str) -> None:
    """A half that is gone for good is made anew under another wish."""
    if twin.state == "gone":
        twin.key = hashlib.blake2b(f"{twin.key}+".encode(), digest_size=16).hexdigest()
        twin.state, twin.seen = "", {}
        if missing == "right":
            twin.right_id, twin.right_hash, twin.right_gone = "", b"", False
        else:
            twin.left_id, twin.left_hash, twin.left_gone = "", b"", False


def looked_at(pair: Pair) -> Twin:
    """The twin with both halves marked as seen."""
    left_hash, left_gone = head_of(pair.left)
    right_hash, right_gone = head_of(pair.right)
    return msgspec.structs.replace(
        pair.twin,
        left_hash=left_hash,
        left_gone=left_gone,
        right_hash=right_hash,
        right_gone=right_gone,
        seen=pair.seen,
        waits_for="",
    )


def head_of(half: Half | None) -> tuple[bytes, bool]:
    return (half.hash, half.tombstone) if half is not None else (b"", False)


def still_asked(pair: Pair, answer: Conflict) -> bool:
    """Whether an answer is about the values as they are: one that was given to others does not count."""
    if answer.path in WHOLE:
        return False
    left, right = pair.left_values.get(answer.path), pair.right_values.get(answer.path)
    return (print_of(answer.left), print_of(answer.right)) == (print_of(left), print_of(right))


def choice_of(answer: Conflict) -> Choice:
    return Choice(take=answer.take, value=answer.choice)


def once(make: Callable[[], Mapping[str, Any]]) -> Callable[[], Mapping[str, Any]]:
    """Made at most once: many fields ask."""
    kept: list[Mapping[str, Any]] = []

    def give() -> Mapping[str, Any]:
        if not kept:
            kept.append(make())
        return kept[0]

    return give
