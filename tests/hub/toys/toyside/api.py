"""The toy's connector and the world behind it, one per connection name."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import Page, RawRecord, Ref
from brygga.connectors.writing import Draft, Writable, Written
from brygga.model import (
    BryggaError,
    Mapped,
    OutcomeUnknown,
    Record,
    Rejected,
    Retryable,
    Unsupported,
    decode,
    encode,
)
from brygga.wire.call import Repeat

KINDS = ("agent", "contact", "estate", "relation", "viewing", "bid")
ALL = frozenset({"*"})


class World:
    """What one toy system holds. `fault`: asked before each draft: lost · busy · reject, or nothing."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: dict[str, dict[str, bytes]] = {kind: {} for kind in KINDS}
        self.keys: dict[str, str] = {}
        self.can = {
            kind: Writable(create=True, update=True, remove=True, fields=ALL, repeat=Repeat.READBACK)
            for kind in KINDS
        }
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.hold: Callable[[Record], Record] = lambda record: record
        self.fault: Callable[[Draft], str] = lambda draft: ""
        self.knows_keys = True
        self.down: BryggaError | None = None
        self.calls: Counter[str] = Counter()
        self.made: Counter[str] = Counter()
        self.touched: list[tuple[str, str]] = []
        self.before_write: Callable[[Sequence[Draft]], None] = lambda drafts: None
        self._next = 0

    def put(self, record: Record, *, dated: bool = True) -> str:
        """Somebody in that office writes a record; gives its source id."""
        kind, sid = type(record).__name__.lower(), record.id.split(":", 1)[1]
        record = self.hold(record)
        if dated:
            record.changed_at = self.clock()
        self.rows[kind][sid] = encode(record)
        self.touched.append((kind, sid))
        return sid

    def drop(self, kind: str, sid: str) -> None:
        """Somebody in that office removes a record."""
        self.rows[kind].pop(sid, None)
        self.touched.append((kind, sid))

    def get(self, kind: str, sid: str) -> Any:
        """The record as it stands there."""
        return decode(kind, self.rows[kind][sid])

    def all(self, kind: str) -> list[Any]:
        """All records of a kind."""
        return [decode(kind, doc) for doc in self.rows[kind].values()]

    def new_id(self) -> str:
        """The next id of its own making."""
        self._next += 1
        return f"{self.name[:1].upper()}{self._next}"


WORLDS: dict[str, World] = {}


class ToySide:
    """Reads and writes one world."""

    streams = KINDS

    def __init__(self, wire: Any, *, connection: str, settings: Any, secrets: Any) -> None:
        self.world = WORLDS.setdefault(connection, World(connection))
        self.connection = connection

    async def pages(
        self, stream: str, *, since: datetime | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Everything, on one page."""
        self._call("pages")
        rows = [self._raw(stream, sid) for sid in sorted(self.world.rows[stream])]
        yield Page(records=rows, cursor="1", last=True, total=len(rows))

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One record."""
        self._call("fetch")
        return self._raw(ref.kind, ref.source_id) if ref.source_id in self.world.rows[ref.kind] else None

    def map(self, raw: RawRecord) -> Mapped:
        """Pure: bytes are a record already."""
        return Mapped(records=[decode(raw.kind, raw.body)])

    def covers(self, stream: str, source_id: str) -> bool:
        """Every listing is whole."""
        return True

    def follow(self, mapped: Mapped) -> list[Ref]:
        """Nothing hides."""
        return []

    def writable(self) -> dict[str, Writable]:
        """As the world says."""
        return {kind: can for kind, can in self.world.can.items() if can.create or can.update or can.remove}

    def as_seen(self, record: Record) -> Record:
        """What would be left of it."""
        return self.world.hold(msgspec.structs.replace(record))

    async def write(self, drafts: Sequence[Draft]) -> list[Written | BryggaError]:
        """One by one."""
        self._call("write")
        self.world.before_write(drafts)
        made: list[Written | BryggaError] = []
        for draft in drafts:
            try:
                made.append(self._write(draft))
            except BryggaError as error:
                made.append(error)
        return made

    async def read_back(self, draft: Draft) -> Written | None:
        """By our key, where the world knows keys."""
        self._call("read_back")
        if draft.op == "create":
            if not self.world.knows_keys:
                raise OutcomeUnknown("cannot look it up")
            sid = self.world.keys.get(draft.key)
            return Written(source_id=sid, raw=self._raw(draft.kind, sid)) if sid else None
        there = draft.source_id in self.world.rows[draft.kind]
        if draft.op == "remove":
            return None if there else Written(source_id=draft.source_id)
        return (
            Written(source_id=draft.source_id, raw=self._raw(draft.kind, draft.source_id)) if there else None
        )

    def _write(self, draft: Draft) -> Written:
        world = self.world
        can = world.can[draft.kind]
        if not getattr(can, draft.op):
            raise Unsupported(f"cannot {draft.op}")
        fault = world.fault(draft)
        if fault == "busy":
            raise Retryable("busy")
        if fault == "reject":
            raise Rejected("a trigger raised", code="refused", sv="Regeln i tabellen sa nej.")
        written = getattr(self, f"_{draft.op}")(draft)
        if fault == "lost":
            raise OutcomeUnknown("the answer was lost")
        return written  # type: ignore[no-any-return]  # one of the three below

    def _create(self, draft: Draft) -> Written:
        world = self.world
        if world.can[draft.kind].repeat is Repeat.KEY and draft.key in world.keys:
            sid = world.keys[draft.key]
            return Written(source_id=sid, raw=self._raw(draft.kind, sid))
        sid = world.new_id()
        world.keys[draft.key] = sid
        world.made[draft.kind] += 1
        self._store(draft, sid)
        return Written(source_id=sid, raw=self._raw(draft.kind, sid))

    def _update(self, draft: Draft) -> Written:
        if draft.source_id not in self.world.rows[draft.kind]:
            raise Rejected("it is gone", code="changed_meanwhile")
        if draft.before is not None and self._raw(draft.kind, draft.source_id).body != encode(draft.before):
            raise Rejected("it was changed meanwhile", code="changed_meanwhile")
        self._store(draft, draft.source_id)
        return Written(source_id=draft.source_id, raw=self._raw(draft.kind, draft.source_id))

    def _remove(self, draft: Draft) -> Written:
        self.world.rows[draft.kind].pop(draft.source_id, None)
        return Written(source_id=draft.source_id)

    def _store(self, draft: Draft, sid: str) -> None:
        record = msgspec.structs.replace(draft.record, id=f"{self.connection}:{sid}")
        record = self.world.hold(record)
        record.changed_at = self.world.clock()
        self.world.rows[draft.kind][sid] = encode(record)
        self.world.touched.append((draft.kind, sid))

    def _raw(self, kind: str, sid: str) -> RawRecord:
        return RawRecord(
            kind=kind, source_id=sid, body=self.world.rows[kind][sid], fetched_at=datetime.now(UTC)
        )

    def _call(self, what: str) -> None:
        self.world.calls[what] += 1
        if self.world.down is not None:
            raise self.world.down


__all__ = ["WORLDS", "ToySide", "World"]
