"""What is to be done about one pair: pure, from both halves, their base, the rules and the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from brygga.connectors.writing import Draft
from brygga.hub.clean import clean
from brygga.hub.mirror_pairs import Pair
from brygga.hub.mirror_wish import (
    DOUBT,
    PAIR,
    REMOVED,
    Plan,
    begin_anew,
    choice_of,
    looked_at,
    made_by,
    once,
    raised_for,
    still_asked,
)
from brygga.hub.mirroring import Sides
from brygga.model import Record, encode
from brygga.store import Conflict, Event, Half
from brygga.sync.merge import Merged, Side, agreed, merge
from brygga.sync.mirror_fields import print_of, values_of, with_values
from brygga.sync.mirror_refs import NEEDED, REFERENCES
from brygga.sync.ownership import OnRemove

Back = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Kind and values in the right side's ids → the same in the left side's."""


class Planning:
    """Plans pairs of one mirror."""

    def __init__(self, sides: Sides, back: Back, now: datetime, doubts: tuple[str, str] = ("", "")) -> None:
        """`doubts`: see `Loading.doubts`."""
        self._sides, self._back, self._now, self._doubts = sides, back, now, doubts
        self._right = sides.mirror.right

    def plan(self, pair: Pair) -> Plan:
        """The plan for one pair. Nothing is written; `pair.twin` is copied, not changed."""
        made = Plan(pair=pair, twin=looked_at(pair), drafts=[], raised=[], events=[])
        left, right = pair.left_there, pair.right_there
        if pair.match.twin:
            self._join(made)
        if left and right:
            self._both(made)
        elif left and (pair.right is None or made.twin.state == "gone"):
            self._only_left(made)
        elif right and (pair.left is None or made.twin.state == "gone"):
            self._only_right(made)
        elif left or right:
            self._one_gone(made)
        else:
            self._none(made)
        return made

    def _none(self, made: Plan) -> None:
        """Both are gone; unless the other half was perhaps made, unseen: that is still a question."""
        pair, twin = made.pair, made.twin
        if twin.state not in ("creating", "doubtful") or pair.answered.get(DOUBT):
            twin.state, twin.seen, made.act = "gone", {}, "alone"
        else:
            twin.state, made.act = "doubtful", "conflict"
            values = (pair.left_values or None, pair.right_values or None)
            made.raised.append(raised_for(pair, DOUBT, "doubt", *values))

    def _join(self, made: Plan) -> None:
        """A record that is there already turned out to be the other half."""
        pair, twin = made.pair, made.twin
        assert pair.left is not None  # noqa: S101 – a match has both halves
        assert pair.right is not None  # noqa: S101 – a match has both halves
        twin.left_id, twin.right_id, twin.seen = pair.left.id, pair.right.id, {}
        made.lonely = []
        made.events.append(self._event(pair, "mirror.paired", {"rule": pair.match.rule}))

    # -- both are there ---------------------------------------------------------------------

    def _both(self, made: Plan) -> None:
        pair, twin, kind = made.pair, made.twin, made.pair.kind
        twin.state, twin.waits_for = "joined", pair.lacks_right or pair.lacks_left
        merged = merge(
            self._left_side(pair),
            self._right_side(pair),
            pair.seen if not pair.match.twin else {},
            lambda path: self._sides.mirror.owner(kind, path),
            choices={p: choice_of(c) for p, c in pair.answered.items() if still_asked(pair, c)},
            skip=pair.skip,
        )
        made.merged, twin.seen = merged, agreed(merged, None, None)
        self._write(made, merged)
        made.raised += [raised_for(pair, c.path, c.code, c.left, c.right) for c in merged.clashes]
        if merged.overruled:
            made.events.append(self._event(pair, "mirror.overruled", {"fields": merged.overruled[:20]}))
        for answer in pair.answered.values():
            if answer.path in (PAIR, DOUBT) or still_asked(pair, answer):
                made.events.append(self._settled(pair, answer))
        made.act = "update" if made.drafts else "conflict" if made.raised else "nothing"

    def _write(self, made: Plan, merged: Merged) -> None:
        pair = made.pair
        if merged.to_right and pair.right is not None:
            made.drafts.append(self._update(self._right, pair.right, pair, merged.to_right))
        if merged.to_left and pair.left is not None:
            values = self._back(pair.kind, merged.to_left)
            made.drafts.append(self._update(pair.left_name, pair.left, pair, values))

    def _update(self, side: str, half: Half, pair: Pair, values: Mapping[str, Any]) -> tuple[str, Draft]:
        record = with_values(pair.kind, half.doc, values, record_id=half.id)
        wish = hashlib.blake2b(encode([half.id, half.version, sorted(values.items())]), digest_size=16)
        draft = Draft(
            op="update",
            kind=pair.kind,
            record=record,
            key=wish.hexdigest(),
            source_id=half.id.split(":", 1)[1],
            fields=tuple(values),
            before=with_values(pair.kind, half.doc, {}, record_id=half.id),
        )
        return side, draft

    def _left_side(self, pair: Pair) -> Side:
        assert pair.left is not None  # noqa: S101 – both are there
        live = self._sides.lefts.get(pair.left_name)
        scope = self._sides.scope(pair.left_name, pair.kind)

        def shows() -> Mapping[str, Any]:
            record = with_values(pair.kind, pair.right.doc, self._pointing_left(pair), record_id=pair.left.id)  # type: ignore[union-attr]  # both are there
            seen = values_of(encode(live.connector.as_seen(record)))  # type: ignore[union-attr]  # it can be written
            return {**seen, **{p: pair.right_values.get(p) for p in REFERENCES.get(pair.kind, {})}}

        return Side(
            values=pair.left_values,
            can=scope,
            changed_at=pair.left.changed_at,
            arrived_at=pair.left.arrived_at,
            shows=shows if scope else None,
        )

    def _pointing_left(self, pair: Pair) -> dict[str, Any]:
        paths = REFERENCES.get(pair.kind, {})
        return self._back(pair.kind, {p: pair.right_values[p] for p in paths if p in pair.right_values})

    def _right_side(self, pair: Pair) -> Side:
        assert pair.left is not None  # noqa: S101 – both are there
        assert pair.right is not None  # noqa: S101 – both are there
        left, right = pair.left, pair.right

        def shows() -> Mapping[str, Any]:
            record = self._as_right(pair, left, right.id)
            return values_of(encode(self._sides.right.connector.as_seen(record)))

        return Side(
            values=pair.right_values,
            can=self._sides.scope(self._right, pair.kind),
            changed_at=right.changed_at,
            arrived_at=right.arrived_at,
            shows=once(shows),
        )

    def _as_right(self, pair: Pair, left: Half, record_id: str) -> Record:
        """The left half as it is wanted on the right: its own numbers, nothing of the left side's extras."""
        pointing: dict[str, Any] = {p: pair.left_values.get(p) for p in REFERENCES.get(pair.kind, {})}
        return with_values(pair.kind, left.doc, {**pointing, "extra": None}, record_id=record_id)

    # -- one is not there yet -----------------------------------------------------------------

    def _only_left(self, made: Plan) -> None:
        pair, twin, kind = made.pair, made.twin, made.pair.kind
        begin_anew(twin, "right")
        answer = pair.answered.get(PAIR) or pair.answered.get(DOUBT)
        if answer is not None and answer.take == "right":
            twin.state, made.act = "alone", "alone"
        elif answer is not None and answer.take == "value":
            twin.waits_for, made.act = str(answer.choice), "waits"
            made.raised.append(raised_for(pair, answer.path, answer.code, pair.left_values, answer.right))
        elif pair.match.several and (answer is None or answer.take != "left"):
            twin.state, made.act = "ambiguous", "conflict"
            made.raised.append(
                raised_for(pair, PAIR, "ambiguous", pair.left_values, list(pair.match.several))
            )
        elif not self._sides.can(self._right, kind).create:
            twin.state, made.act = "alone", "alone"
        elif pair.lacks_right:
            twin.state, twin.waits_for, made.act = "waits", pair.lacks_right, "waits"
        elif pair.skip & NEEDED.get(kind, frozenset()):
            twin.state, made.act = "alone", "alone"
        elif self._doubts[1] and twin.state not in ("creating", "doubtful"):
            twin.state, twin.waits_for, made.act = "waits", self._doubts[1], "waits"
        elif twin.state == "doubtful" and answer is None:
            made.act = "conflict"
            made.raised.append(raised_for(pair, DOUBT, "doubt", pair.left_values, None))
        else:
            self._create_right(made)

    def _create_right(self, made: Plan) -> None:
        pair, twin = made.pair, made.twin
        assert pair.left is not None  # noqa: S101 – it is there
        scope = self._sides.holds(self._right, pair.kind)
        fields = tuple(path for path in pair.left_values if path in scope)
        twin.key = made_by(pair, twin, self._right, pair.left.id)
        record = self._as_right(pair, pair.left, f"{self._right}:")
        draft = Draft(op="create", kind=pair.kind, record=record, key=twin.key, fields=fields)
        made.drafts.append((self._right, draft))
        made.make, made.act = "right", "create"

    def _only_right(self, made: Plan) -> None:
        pair, twin, kind = made.pair, made.twin, made.pair.kind
        begin_anew(twin, "left")
        side = next((n for n in self._sides.lefts if self._sides.can(n, kind).create), "")
        answer = pair.answered.get(PAIR) or pair.answered.get(DOUBT)
        if not side or (answer is not None and answer.take == "right"):
            twin.state, made.act = "alone", "alone"
        elif answer is not None and answer.take == "value":
            twin.waits_for, made.act = str(answer.choice), "waits"
            made.raised.append(raised_for(pair, answer.path, answer.code, None, pair.right_values))
        elif pair.lacks_left:
            twin.state, twin.waits_for, made.act = "waits", pair.lacks_left, "waits"
        elif self._doubts[0] and twin.state not in ("creating", "doubtful"):
            twin.state, twin.waits_for, made.act = "waits", self._doubts[0], "waits"
        elif twin.state == "doubtful" and answer is None:
            made.act = "conflict"
            made.raised.append(raised_for(pair, DOUBT, "doubt", None, pair.right_values))
        else:
            self._create_left(made, side)

    def _create_left(self, made: Plan, side: str) -> None:
        pair, twin = made.pair, made.twin
        assert pair.right is not None  # noqa: S101 – it is there
        scope = self._sides.holds(side, pair.kind)
        twin.key = made_by(pair, twin, side, pair.right.id)
        pointing = dict.fromkeys(REFERENCES.get(pair.kind, {})) | self._pointing_left(pair)
        record = with_values(pair.kind, pair.right.doc, {**pointing, "extra": None}, record_id=f"{side}:")
        fields = tuple(path for path in pair.right_values if path in scope)
        draft = Draft(op="create", kind=pair.kind, record=record, key=twin.key, fields=fields)
        made.drafts.append((side, draft))
        made.make, made.act = "left", "create"

    # -- one is gone --------------------------------------------------------------------------

    def _one_gone(self, made: Plan) -> None:
        """The rule, or the answer, for a record whose twin was removed."""
        pair, twin = made.pair, made.twin
        gone, stays = ("left", "right") if pair.right_there else ("right", "left")
        answer = pair.answered.get(REMOVED)
        rule = self._sides.mirror.rules.on_remove(pair.kind)
        if twin.state == "kept" and answer is None:
            return
        twin.state = "joined"
        if answer is not None:
            self._settle_removal(made, gone, stays, answer.take)
        elif rule is OnRemove.KEEP:
            twin.state = "kept"
        elif self._edited(pair, stays):
            self._ask_removal(made, "removed_edited")
        elif rule is OnRemove.REMOVE:
            self._remove(made, stays)
        else:
            self._ask_removal(made, "merged" if pair.into else f"removed_{gone}")

    def _settle_removal(self, made: Plan, gone: str, stays: str, take: str) -> None:
        made.events.append(self._settled(made.pair, made.pair.answered[REMOVED]))
        if take == gone:
            self._remove(made, stays, asked=True)
        elif gone == "right" and take == "left":
            made.twin.state = "gone"
            self._only_left(made)
        else:
            made.twin.state = "kept"

    def _remove(self, made: Plan, stays: str, *, asked: bool = False) -> None:
        """Take away what stays; a bid is never taken away, it is cancelled."""
        pair = made.pair
        half, side = (pair.left, pair.left_name) if stays == "left" else (pair.right, self._right)
        assert half is not None  # noqa: S101 – it stays
        can = self._sides.can(side, pair.kind)
        if pair.kind == "bid" and "cancelled" in self._sides.scope(side, pair.kind):
            values = pair.left_values if stays == "left" else pair.right_values
            if not values.get("cancelled"):
                made.drafts.append(self._update(side, half, pair, {"cancelled": True}))
            made.twin.state, made.act = "kept", "remove"
        elif can.remove:
            record = with_values(pair.kind, half.doc, {}, record_id=half.id)
            key = hashlib.blake2b(f"remove|{half.id}|{half.version}".encode(), digest_size=16).hexdigest()
            source = half.id.split(":", 1)[1]
            draft = Draft(
                op="remove", kind=pair.kind, record=record, key=key, source_id=source, before=record
            )
            made.drafts.append((side, draft))
            made.act = "remove"
        elif asked:
            made.twin.state = "kept"
        else:
            self._ask_removal(made, "cannot_remove")

    def _edited(self, pair: Pair, stays: str) -> bool:
        """Whether what stays was edited since the two agreed, in a field that they share."""
        values, place = (pair.left_values, 0) if stays == "left" else (pair.right_values, 1)
        scope = self._sides.scope(self._right, pair.kind)
        return any(
            print_of(values.get(path)) != pair.seen.get(path, (b"", b""))[place]
            for path in values.keys() | pair.seen.keys()
            if path in scope and path not in pair.skip
        )

    def _ask_removal(self, made: Plan, code: str) -> None:
        pair = made.pair
        left = pair.left_values if pair.left_there else None
        right = pair.right_values if pair.right_there else None
        made.raised.append(raised_for(pair, REMOVED, code, left, right))
        made.act = "conflict"

    # -- telling --------------------------------------------------------------------------------

    def _settled(self, pair: Pair, answer: Conflict) -> Event:
        facts = {"field": answer.path, "take": answer.take, "who": answer.who, "why": clean(answer.why)}
        return self._event(pair, "mirror.settled", facts)

    def _event(self, pair: Pair, what: str, facts: dict[str, Any]) -> Event:
        record_id = pair.left.id if pair.left is not None else pair.twin.right_id
        return Event(
            at=self._now, connection=self._right, kind=pair.kind, id=record_id, what=what, facts=facts
        )
