"""Writing to an outside system: what may be written, one wanted record, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from brygga.connectors.reading import RawRecord
from brygga.model import BryggaError, Record
from brygga.wire.call import Repeat


class Writable(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection can do with one kind of record.

    `fields`: the model paths (`price.asking_kr`) that a write can carry; a path ending in `*`
    means all below it. `repeat`: how a repeated create is made safe (decision 2). `losses`:
    path → Swedish sentence on what is lost there (2,5 rooms in a whole-number column).
    """

    create: bool = False
    update: bool = False
    remove: bool = False
    fields: frozenset[str] = frozenset()
    repeat: Repeat = Repeat.READBACK
    losses: Mapping[str, str] = {}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One wanted change. `record` is the whole wanted state, its references those of the receiver.

    `op`: create · update · remove. `source_id` is the receiver's id, empty for a create. `fields`
    are the model paths that differ. `key` is ours, the same on each repeat of the same wish.
    `before` is the record as the receiver last showed it: a receiver that can tell refuses an
    update of anything else (Rejected, code `changed_meanwhile`).
    """

    op: str
    kind: str
    record: Record
    key: str
    source_id: str = ""
    fields: tuple[str, ...] = ()
    before: Record | None = None


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a write gave: the receiver's id, and its record as it stands there now if it told.

    `matched_by`: the rule by which an existing record was found instead of made (`personnummer`,
    `email`, `phone`, `key`); empty when it was made anew.
    """

    source_id: str
    raw: RawRecord | None = None
    matched_by: str = ""


@runtime_checkable
class WriteRecords(Protocol):
    """Ability `write`: create, update, remove, as far as `writable` says.

    What the system cannot do raises Unsupported before anything is sent.
    """

    def writable(self) -> Mapping[str, Writable]:
        """Pure: kind → what can be done with it. A kind that is not named cannot be written."""
        ...

    def as_seen(self, record: Record) -> Record:
        """Pure: the record as it would come back if it were written: what cannot be held is gone."""
        ...

    async def write(self, drafts: Sequence[Draft]) -> list[Written | BryggaError]:
        """Write drafts of one kind; one outcome per draft, in order. Raises when all of it is down.

        OutcomeUnknown as an outcome: the answer was lost after the draft had left.
        """
        ...

    async def read_back(self, draft: Draft) -> Written | None:
        """After a doubtful outcome: the record if the receiver has it, None if it certainly has not.

        Raises OutcomeUnknown when even that cannot be told; a person is then asked.
        """
        ...
