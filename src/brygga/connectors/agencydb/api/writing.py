"""Drafts → rows: in bulk, in one transaction, with one outcome for each draft.

A bulk that the database refuses is taken back to its savepoint and halved until the row that is to
blame stands alone; the others go in. A refusal that concerns all (a read-only role, a lost line, a
database that is busy) ends the whole transaction.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from brygga.connectors.abilities import Draft, RawRecord, Written
from brygga.connectors.agencydb.api import changelog
from brygga.connectors.agencydb.api.blame import Blame
from brygga.connectors.agencydb.api.items import Item, Refusals, act, by_columns, prepared, runs
from brygga.connectors.agencydb.api.standing import Standing, fields_of
from brygga.connectors.agencydb.api.statements import Found, Statements
from brygga.connectors.agencydb.mapping import Mapper, TableMap
from brygga.model import BryggaError, Invalid, OutcomeUnknown, Rejected, Relation
from brygga.wire.database import DatabaseLine
from brygga.wire.database_session import Session

OPERATION = "write"


class Writer:
    """Writes what one connection's mapping can hold. `now`: zone-aware time."""

    def __init__(self, line: DatabaseLine, mapper: Mapper, *, now: Callable[[], datetime]) -> None:
        self._line, self._mapper, self._now = line, mapper, now
        self._refusals = Refusals(mapper.connection)
        self._standing = Standing(mapper, self._refusals)
        self._blame = Blame(mapper, self._refusals)

    async def write(self, drafts: Sequence[Draft]) -> list[Written | BryggaError]:
        """One outcome per draft, in order; doubt comes as an outcome. Raises when all of it is down."""
        items = [prepared(one, self._mapper, self._refusals, now=self._now()) for one in drafts]
        waiting = [one for one in items if one.waits]
        if waiting:
            try:
                await self._line.run(OPERATION, lambda s: self._transact(s, waiting), write=True)
            except OutcomeUnknown as error:
                for one in waiting:
                    one.outcome = error if not isinstance(one.outcome, BryggaError) else one.outcome
        return [one.outcome or self._lost(one) for one in items]

    async def read_back(self, draft: Draft) -> Written | None:
        """After a doubtful outcome: what stands there, None if it certainly is not. Raises OutcomeUnknown."""
        item = prepared(draft, self._mapper, self._refusals, now=self._now())
        if item.table is None:
            return None
        return await self._line.run("read_back", lambda s: self._looked(s, item))

    def _lost(self, item: Item) -> BryggaError:
        return self._refusals.rejected(
            "refused", "Databasen tog inte emot raden.", f"{item.draft.kind}: no row came back"
        )

    # ------------------------------------------------------------------ in the transaction

    def _transact(self, session: Session, items: Sequence[Item]) -> None:
        if session.dialect == "postgresql":
            session.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for run in runs(items):
            table = run[0].table
            if table is None:
                continue
            sql = self._sql(table, session)
            step = {"create": self._create, "update": self._update, "remove": self._remove}[act(run[0])]
            step(session, sql, run)

    def _sql(self, table: TableMap, session: Session) -> Statements:
        return Statements(table, dialect=session.dialect, schema=self._mapper.plan.schema)

    def _create(self, session: Session, sql: Statements, items: list[Item]) -> None:
        self._match(session, sql, items)
        keyed = [one for one in items if one.waits and one.key]
        made = [one for one in items if one.waits and not one.key]
        for columns, group in by_columns(keyed).items():
            self._tried(session, sql, group, functools.partial(self._insert, session, sql, columns))
        for one in made:
            self._tried(session, sql, [one], functools.partial(self._insert_one, session, sql))
        self._repeated(session, sql, [one for one in keyed if one.waits])

    def _repeated(self, session: Session, sql: Statements, items: list[Item]) -> None:
        """The same wish again: the row stands since last time, and what became of it there is left alone."""
        found = dict(sql.by_keys(session, [one.key for one in items]))
        for one in items:
            if (body := found.get(one.key)) is not None:
                self._written(sql, one, (one.key, body), matched_by="key")
            else:
                one.outcome = self._standing.hidden(sql)

    def _insert(self, session: Session, sql: Statements, columns: Sequence[str], items: list[Item]) -> None:
        if sql.pg:
            found = sql.insert_many(session, columns, [one.values for one in items])
        else:
            keys = [one.key for one in items]
            there = {key for key, _ in sql.by_keys(session, keys)}
            new = [one for one in items if one.key not in there]
            if new:
                rows = [[one.values[c] for c in columns] for one in new]
                session.many(sql.insert_plain(columns), rows)
            found = [one for one in sql.by_keys(session, keys) if one[0] not in there]
        self._settle(sql, items, found)

    def _insert_one(self, session: Session, sql: Statements, items: list[Item]) -> None:
        (item,) = items
        if sql.pg:
            key, body = sql.insert_one(session, item.values)
        else:
            number = session.insert(sql.insert_plain(list(item.values)), list(item.values.values()))
            ((key, body),) = sql.by_keys(session, [(str(number),)])
        item.key = key
        if self._mapper.plan.side_table:
            changelog.remember(
                session, self._mapper.plan.schema, item.draft.key, sql.table.name, "|".join(key)
            )
        self._settle(sql, items, [(key, body)])

    def _match(self, session: Session, sql: Statements, items: list[Item]) -> None:
        """Rows that are there already: by our own key in the side table, or by a unique column."""
        if self._mapper.plan.side_table:
            for one in items:
                self._recall(session, sql, one)
        if not sql.table.plan.natural:
            return
        keys = [one.key for one in items if one.waits and one.key]
        there = {key for key, _ in sql.by_keys(session, keys)}  # a repeat of ours, and no match
        for column in sql.table.plan.natural:
            asked = {str(one.values[column]): one for one in items if self._may_match(one, column, there)}
            for key, body in sql.by_values(session, column, list(asked)):
                value = str(self._mapper.row(body).get(column))
                if value in asked:
                    self._written(sql, asked[value], (key, body), matched_by=_rule(sql.table, column))

    @staticmethod
    def _may_match(item: Item, column: str, there: set[tuple[str, ...]]) -> bool:
        return item.waits and item.key not in there and item.values.get(column) not in (None, "")

    def _recall(self, session: Session, sql: Statements, item: Item) -> None:
        if item.key:
            return
        known = changelog.recalled(session, self._mapper.plan.schema, item.draft.key, sql.table.name)
        if known and (found := sql.by_keys(session, [tuple(known.split("|"))])):
            self._written(sql, item, found[0], matched_by="key")

    def _update(self, session: Session, sql: Statements, items: list[Item]) -> None:
        found = dict(sql.by_keys(session, [one.key for one in items], lock=True))
        for one in items:
            body = found.get(one.key)
            if body is None:
                one.outcome = self._standing.absent(session, sql, one)
            elif self._standing.stands(sql, one, body):
                self._written(sql, one, (one.key, body))
        for columns, group in by_columns([one for one in items if one.waits]).items():
            names = [name for name in columns if name not in sql.table.plan.key]
            if names:
                self._tried(session, sql, group, functools.partial(self._set, session, sql, names))
        for one in items:
            if one.waits:
                one.outcome = self._standing.hidden(sql)

    def _set(self, session: Session, sql: Statements, columns: list[str], items: list[Item]) -> None:
        if sql.pg:
            rows = [
                {c: one.values[c] for c in columns} | dict(zip(sql.table.plan.key, one.key, strict=True))
                for one in items
            ]
            self._settle(sql, items, sql.update_many(session, columns, rows))
            return
        session.many(
            sql.update_plain(columns),
            [[one.values[c] for c in columns] + sql.typed(one.key) for one in items],
        )
        self._settle(sql, items, sql.by_keys(session, [one.key for one in items]))

    def _remove(self, session: Session, sql: Statements, items: list[Item]) -> None:
        found = dict(sql.by_keys(session, [one.key for one in items], lock=True))
        for one in items:
            body = found.get(one.key)
            if body is None:
                one.outcome = Written(source_id=one.draft.source_id)  # gone already: the wish is fulfilled
            elif one.draft.before is not None:
                one.outcome = self._standing.moved(sql, one, body)
        self._tried(
            session, sql, [one for one in items if one.waits], functools.partial(self._delete, session, sql)
        )

    def _delete(self, session: Session, sql: Statements, items: list[Item]) -> None:
        keys = [one.key for one in items]
        sql.delete(session, keys)
        left = {key for key, _ in sql.by_keys(session, keys)}
        for one in items:
            one.outcome = (
                self._standing.hidden(sql) if one.key in left else Written(source_id=one.draft.source_id)
            )

    # ------------------------------------------------------------------ what stands there

    def _settle(self, sql: Statements, items: Sequence[Item], found: Sequence[Found]) -> None:
        bodies = dict(found)
        for one in items:
            if (body := bodies.get(one.key)) is not None:
                self._written(sql, one, (one.key, body))

    def _written(self, sql: Statements, item: Item, found: Found, *, matched_by: str = "") -> None:
        key, body = found
        source_id, kind = sql.table.prefix + "|".join(key), sql.table.kind
        record = item.draft.record
        if isinstance(record, Relation) and kind != "relation":
            contact = self._mapper.own(record.contact_id)
            source_id, kind = f"{source_id}|{record.role}|{contact}", "relation"
        raw = RawRecord(kind=kind, source_id=source_id, body=bytes(body), fetched_at=self._now())
        gone = item.draft.op == "remove"
        item.outcome = Written(source_id=source_id, raw=None if gone else raw, matched_by=matched_by)

    # ------------------------------------------------------------------ trying, halving, reading back

    def _tried(
        self, session: Session, sql: Statements, items: list[Item], act: Callable[[list[Item]], None]
    ) -> None:
        """Do it to all; when the database refuses, to each half, until the one to blame stands alone."""
        if not items:
            return
        before = [one.outcome for one in items]
        try:
            with session.savepoint():
                act(items)
        except BryggaError:
            raise
        except Exception as error:
            for one, outcome in zip(items, before, strict=True):
                one.outcome = outcome
            meant = self._line.errors.translated(error, OPERATION)
            if not isinstance(meant, Rejected | Invalid) or not session.alive:
                raise
            if len(items) == 1:
                items[0].outcome = self._blame.named(session, items[0], meant)
                return
            middle = len(items) // 2
            rest = items[:middle], items[middle:]
            if meant.code == "reference_missing":
                self._blame.weed(session, items)
                rest = [one for one in items if one.waits], []
                if len(rest[0]) == len(items):
                    rest = items[:middle], items[middle:]
            for part in rest:
                self._tried(session, sql, part, act)

    def _looked(self, session: Session, item: Item) -> Written | None:
        table = item.table
        if table is None:
            return None
        sql = self._sql(table, session)
        if act(item) == "create" and not item.key:
            self._match(session, sql, [item])
            if isinstance(item.outcome, Written):
                return item.outcome
            if not self._mapper.plan.side_table and not any(
                item.values.get(c) not in (None, "") for c in table.plan.natural
            ):
                raise self._line.errors.in_doubt("read_back")
            return None
        found = sql.by_keys(session, [item.key])
        if act(item) == "remove":
            return None if found else Written(source_id=item.draft.source_id)
        if not found:
            return None
        created = item.draft.op == "create" and not isinstance(item.draft.record, Relation)
        item.draft = _without_before(item.draft)
        if created or self._standing.stands(sql, item, found[0][1]):
            self._written(sql, item, found[0], matched_by="key" if created else "")
        return item.outcome if isinstance(item.outcome, Written) else None


def _without_before(draft: Draft) -> Draft:
    return msgspec.structs.replace(draft, before=None)


def _rule(table: TableMap, column: str) -> str:
    """The name of the rule by which a row was matched: the last part of the field."""
    fields = fields_of(table, column)
    return fields[0].rpartition(".")[2] if fields else column
