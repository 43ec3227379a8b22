"""The end of a round: plans and what became of their drafts, as twins, conflicts, counts and repairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from brygga.connectors.writing import Written
from brygga.hub.clean import clean
from brygga.hub.mirror_pairs import Pair, Wanted
from brygga.hub.mirror_wish import DOUBT, PAIR, REMOVED, SAME_AS, Plan, raised_for
from brygga.hub.mirror_writing import CHANGED_MEANWHILE, Sent
from brygga.hub.mirroring import FLOW, Sides
from brygga.hub.services import Services
from brygga.model import BryggaError, Invalid, OutcomeUnknown, Rejected, Unsupported
from brygga.store import Event, Raised, Round, Twin, canonical_id
from brygga.store.twins import Seen
from brygga.sync.merge import NO_WAY, agreed
from brygga.sync.mirror_fields import print_of, values_of
from brygga.sync.mirror_refs import REFERENCES


class Outcome(msgspec.Struct, kw_only=True):
    """What a round gave. `found`: ids that have a twin now; `again`: what wants another look at once,
    `forced` even where nothing seems to have changed; `down`: the side that could not be written to.
    """

    counts: Counter[str]
    found: list[str] = []
    again: list[Wanted] = []
    down: tuple[str, BryggaError] | None = None


class Ending:
    """Turns plans and outcomes into what is kept: twins with their bases, conflicts, counts, repairs."""

    def __init__(
        self, services: Services, sides: Sides, shown: Mapping[str, Any], done: Round, outcome: Outcome
    ) -> None:
        self._s, self._sides, self._shown, self._done, self._outcome = services, sides, shown, done, outcome
        self._right = sides.mirror.right
        self._taken: dict[str, Twin] = {}
        self._repairs: list[tuple[str, str, str, dict[str, Any]]] = []
        self._mended: list[tuple[str, str]] = []

    def look_for_taken(self, plans: list[Plan], sents: Mapping[tuple[int, str], Sent]) -> None:
        """Which of the records that were found have a row of their own already."""
        by_kind: dict[str, set[str]] = {}
        for plan in plans:
            if plan.pair.match.twin and plan.pair.right is not None:
                by_kind.setdefault(plan.pair.kind, set()).add(plan.pair.match.twin)
        for (place, side), sent in sents.items():
            if plans[place].make and isinstance(sent.outcome, Written):
                by_kind.setdefault(sent.draft.kind, set()).add(canonical_id(side, sent.outcome.source_id))
        for kind, ids in by_kind.items():
            for twin in self._s.store.twins_of(kind, self._right, ids, ids):
                self._taken.update({i: twin for i in (twin.left_id, twin.right_id) if i in ids})

    def one(self, plan: Plan, sents: Mapping[str, Sent]) -> None:
        """One plan's end."""
        raised = list(plan.raised)
        alone = self._taken.get(plan.pair.match.twin)
        if alone is not None and alone.n != plan.twin.n:
            self._done.dropped.append(alone.n)
        if plan.pair.match.twin or plan.act == "alone":
            self._outcome.found += [plan.twin.left_id, plan.twin.right_id]
        for side, sent in sents.items():
            raised += self._ended(plan, side, sent)
            if isinstance(sent.outcome, BryggaError):
                raised += _not_carried_out(plan, side == self._right, {r.path for r in raised})
        if plan.merged is not None:
            plan.twin.seen = agreed(plan.merged, *self._show_after(plan, sents))
        if plan.act in ("waits", "alone", "nothing"):
            self._outcome.counts["unchanged" if plan.act == "nothing" else plan.act] += 1
        self._outcome.counts["conflict"] += bool(raised)
        if plan.twin.n or plan.twin.left_id or plan.twin.right_id:
            self._done.raised[len(self._done.twins)] = raised
            self._done.twins.append(plan.twin)
        self._done.events += plan.events

    def _ended(self, plan: Plan, side: str, sent: Sent) -> list[Raised]:
        error = sent.outcome
        place = "right" if side == self._right else "left"
        if isinstance(error, BryggaError):
            return self._failed(plan, side, sent, error)
        op = sent.draft.op
        if op == "remove":
            plan.twin.state, plan.twin.seen = "gone", {}
            setattr(plan.twin, f"{place}_gone", True)
        else:
            record_id = canonical_id(side, sent.outcome.source_id)
            raised = self._made(plan, place, record_id, sent) if plan.make else []
            if raised:
                return raised
            shown = self._shown.get(record_id)
            setattr(plan.twin, f"{place}_hash", shown.hash if shown is not None else b"")
        self._outcome.counts[f"{place}.{op}"] += 1
        if plan.pair.twin.state in ("refused", "doubtful"):
            self._mended.append((side, _subject(plan.pair)))
        return []

    def _made(self, plan: Plan, place: str, record_id: str, sent: Sent) -> list[Raised]:
        """A new half. One that was found instead of made meets its twin for the first time next round."""
        pair, twin = plan.pair, plan.twin
        taken = self._taken.get(record_id)
        if taken is not None and taken.n != twin.n:
            if taken.left_id and taken.right_id:
                twin.state = "ambiguous"
                other = taken.left_id if place == "left" else taken.right_id
                values = pair.left_values or pair.right_values
                return [raised_for(pair, PAIR, SAME_AS, values, [other])]
            self._done.dropped.append(taken.n)
        setattr(twin, f"{place}_id", record_id)
        setattr(twin, f"{place}_gone", False)
        twin.state, twin.waits_for = "joined", ""
        self._outcome.found += [twin.left_id, twin.right_id]
        if sent.outcome.matched_by or sent.looked_up:
            twin.state = "again"
            self._outcome.again.append(Wanted(kind=pair.kind, left_ids={twin.left_id}, forced=True))
            facts = {"rule": sent.outcome.matched_by or "read_back"}
            plan.events.append(self._event(twin, "mirror.paired", facts))
        else:
            twin.seen = self._first_base(pair, place, record_id)
        return []

    def _first_base(self, pair: Pair, place: str, record_id: str) -> Seen:
        """What both show after one of them was made."""
        shown = self._shown.get(record_id)
        made = values_of(shown.doc) if shown is not None else {}
        base: Seen = {}
        mine = pair.left_values if place == "right" else pair.right_values
        pointing = REFERENCES.get(pair.kind, {}) if place == "left" else {}
        sides = (self._sides.mirror.lefts[0] if place == "left" else pair.left_name, self._right)
        one_scope, other_scope = (self._sides.holds(side, pair.kind) for side in sides)
        for path in mine.keys() | made.keys():
            if path in pair.skip or not (path in one_scope or path in other_scope):
                continue
            one, other = mine.get(path), (mine if path in pointing else made).get(path)
            print_one = print_of(one)
            print_other = print_one if one == other else print_of(other)
            base[path] = (print_one, print_other) if place == "right" else (print_other, print_one)
        return base

    def _show_after(
        self, plan: Plan, sents: Mapping[str, Sent]
    ) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
        """What each side shows of what it was written; None where the write did not succeed."""
        merged, twin = plan.merged, plan.twin
        left = right = None
        for side, sent in sents.items():
            if isinstance(sent.outcome, BryggaError) or merged is None:
                continue
            shown = self._shown.get(twin.right_id if side == self._right else twin.left_id)
            if shown is None:
                continue
            values = values_of(shown.doc)
            if side == self._right:
                right = values
            else:
                pointing = REFERENCES.get(plan.pair.kind, {})
                left = values | {p: v for p, v in merged.to_left.items() if p in pointing}
        return left, right

    # -- what did not go well -------------------------------------------------------------------

    def _failed(self, plan: Plan, side: str, sent: Sent, error: BryggaError) -> list[Raised]:
        pair, twin = plan.pair, plan.twin
        place = "right" if side == self._right else "left"
        if error.code == CHANGED_MEANWHILE:
            twin.state = "again"
            ids = {f"{place}_ids": {getattr(twin, f"{place}_id")}}
            self._outcome.again.append(Wanted(kind=pair.kind, forced=True, **ids))  # type: ignore[arg-type]  # ids by their side
        elif isinstance(error, OutcomeUnknown):
            twin.state = "doubtful" if plan.make else "again"
            self._outcome.counts["doubtful"] += 1
            self._repairs.append(("outcome_unknown", side, _subject(pair), _shown(error)))
            if plan.make:
                return [raised_for(pair, DOUBT, "doubt", pair.left_values or None, pair.right_values or None)]
        elif not isinstance(error, Rejected | Unsupported | Invalid):
            twin.state = "again"
            self._outcome.counts["later"] += 1
        elif sent.draft.op == "remove":
            return [
                raised_for(
                    pair, REMOVED, "cannot_remove", pair.left_values or None, pair.right_values or None
                )
            ]
        elif place == "left" and plan.merged is not None:
            return [self._kept(pair, path) for path in plan.merged.to_left]
        else:
            twin.state = "refused"
            self._outcome.counts["refused"] += 1
            self._repairs.append(("rejected_item", side, _subject(pair), _shown(error)))
        return []

    def _kept(self, pair: Pair, path: str) -> Raised:
        """An edit that the leading side would not take: both values are kept for a person."""
        return raised_for(pair, path, NO_WAY, pair.left_values.get(path), pair.right_values.get(path))

    def tell(self) -> None:
        """Repairs, after everything has been kept."""
        store, now = self._s.store, self._s.now()
        for code, side, subject, facts in self._repairs:
            store.repair_open(code, side, subject, facts, now)
        for side, subject in self._mended:
            for code in ("rejected_item", "outcome_unknown"):
                store.repair_close(code, side, subject, now, "hub")

    def _event(self, twin: Twin, what: str, facts: dict[str, Any]) -> Event:
        return Event(
            at=self._s.now(), connection=self._right, kind=twin.kind, id=twin.left_id, what=what, facts=facts
        )


def _not_carried_out(plan: Plan, on_the_right: bool, known: set[str]) -> list[Raised]:
    """Answers that could not be written stay as they are, to be tried again."""
    if plan.merged is None:
        return []
    pair, sent = plan.pair, plan.merged.to_right if on_the_right else plan.merged.to_left
    return [
        raised_for(pair, path, answer.code, answer.left, answer.right)
        for path, answer in pair.answered.items()
        if path in sent and path not in known
    ]


def _subject(pair: Pair) -> str:
    return f"{pair.kind}|{pair.twin.left_id or pair.twin.right_id}"


def _shown(error: BryggaError) -> dict[str, Any]:
    return {"code": error.code, "sv": clean(error.sv), "by": FLOW}
