"""The mapping file made ready: for each table what reads its rows and what writes them. Pure.

A row's JSON becomes a tree of plain values and then a record; a record becomes a dict of column
values of the same shape, so that `as_seen` is one way and the other, and shows every loss.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from brygga.connectors.agencydb.mapping import columns as making
from brygga.connectors.agencydb.mapping.made import Made, Row
from brygga.connectors.agencydb.schema.plan import Plan, TablePlan
from brygga.model import RECORD_TYPES, Invalid, Mapped, Record, Relation
from brygga.model.intake import Intake
from brygga.model.quality import remarks

_row_reader = msgspec.json.Decoder(dict[str, Any])


class TableMap:
    """One table of the mapping, ready for use. `prefix` keeps ids apart where a kind has several tables."""

    def __init__(self, name: str, plan: TablePlan, mapper: Mapper) -> None:
        self.name, self.plan, self.kind = name, plan, plan.kind
        self._mapper = mapper
        self.prefix = f"{name}:" if mapper.tables_of(plan.kind) > 1 else ""
        self.columns: dict[str, Made] = making.made(plan, mapper)
        self.selected = tuple(
            dict.fromkeys((*plan.key, *making.read_columns(plan), *filter(None, [plan.changed])))
        )
        self.relations = {
            c.field.partition(".")[2]: n for n, c in plan.columns.items() if c.field.startswith("relations.")
        }
        self.fields = frozenset(f for one in self.columns.values() if one.write for f in one.fields)
        self._changed = making.changed_reader(plan)

    def source_id(self, row: Mapping[str, Any]) -> str:
        """The id of a row, as the hub knows it."""
        return self.prefix + "|".join(str(row[one]) for one in self.plan.key)

    def key_of(self, source_id: str) -> tuple[str, ...]:
        """The key's values as texts. Raises Invalid when the id is none of this table's."""
        parts = tuple(source_id.removeprefix(self.prefix).split("|"))
        if len(parts) != len(self.plan.key) or not all(parts):
            raise Invalid("That is not a key of this table.", code="bad_reference")
        return parts

    def home_of(self, relation_id: str) -> str:
        """The home's source id in a relation's: as many parts as the key of this table has."""
        return "|".join(relation_id.split("|")[: len(self.plan.key)])

    def record(self, row: Row, record_id: str, intake: Intake) -> Record:
        """A row as a record. Raises Invalid when the values fit no such record."""
        tree: dict[str, Any] = {"id": record_id, "changed_at": self._changed(row, intake)}
        for column in self.columns.values():
            column.read(row, tree, intake)
        making.finish(self.kind, tree, self.plan.fixed)
        try:
            return msgspec.convert(tree, RECORD_TYPES[self.kind])
        except msgspec.ValidationError as error:
            raise Invalid(f"The row of {self.name} does not fit: {error}.", code="bad_row") from error

    def values(self, record: Record, wanted: Iterable[str] | None = None) -> Row:
        """A record as column values; with `wanted` only for the columns that those fields touch.

        A value without counterpart is `choices.NOTHING`; None is written as NULL.
        """
        made: Row = {}
        for name in self.columns if wanted is None else self.touched(wanted):
            column = self.columns[name]
            if column.write is not None:
                made[name] = column.write(record)
        return made

    def touched(self, fields: Iterable[str]) -> list[str]:
        """The columns that hold one of these fields, in the order of the table."""
        wanted = tuple(fields)
        return [
            name
            for name, one in self.columns.items()
            if any(making.meet(a, b) for a in one.fields for b in wanted)
        ]


class Mapper:
    """The whole mapping of one connection."""

    def __init__(self, plan: Plan, connection: str) -> None:
        self.plan, self.connection = plan, connection
        self._counts: dict[str, int] = {}
        for table in plan.tables.values():
            self._counts[table.kind] = self._counts.get(table.kind, 0) + 1
        self.tables = {name: TableMap(name, one, self) for name, one in plan.tables.items()}

    def tables_of(self, kind: str) -> int:
        """How many tables hold this kind."""
        return self._counts.get(kind, 0)

    @functools.cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds there are, those that others refer to first."""
        order = list(making.ORDER)
        return tuple(sorted(self._counts, key=lambda k: order.index(k) if k in order else len(order)))

    def of_kind(self, kind: str) -> list[TableMap]:
        """The tables that hold a kind, in the order of the file."""
        return [one for one in self.tables.values() if one.kind == kind]

    def table_of(self, kind: str, source_id: str) -> TableMap | None:
        """The table in which a record of this id lies."""
        found = self.of_kind(kind)
        if len(found) > 1:
            found = [one for one in found if source_id.startswith(one.prefix)]
        return found[0] if found else None

    @functools.cached_property
    def carrier(self) -> TableMap | None:
        """The table of homes whose own columns name seller and buyer, if that is where relations stand."""
        return next((one for one in self.of_kind("estate") if one.relations), None)

    def to_model(self, kind: str, source_id: str, body: bytes) -> Mapped:
        """A row's JSON → its record, and for a home the relations that its columns name.

        Raises Invalid when nothing usable is left.
        """
        intake = Intake()
        row = self.row(body)
        if kind == "relation" and self.carrier is not None and not self.of_kind("relation"):
            return self._one_relation(source_id, row, intake)
        table = self.table_of(kind, source_id)
        if table is None:
            raise Invalid(f"The mapping has no table for {kind}.", code="no_table")
        record = table.record(row, self.canonical(source_id), intake)
        found: list[Record] = [record]
        if table is self.carrier:
            found += self.relations(table, row, source_id)
        intake.findings.extend(remarks(record))
        return Mapped(
            records=found,
            findings=intake.findings,
            owner_id=record.id,
            complete_kinds=("relation",) if table is self.carrier and not self.of_kind("relation") else (),
        )

    @staticmethod
    def row(body: bytes) -> Row:
        """A row's JSON as a dict. Raises Invalid when it is none."""
        try:
            return _row_reader.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid("The row is not a JSON object.", code="not_json") from error

    def relations(self, table: TableMap, row: Row, source_id: str) -> list[Relation]:
        """The parts that a home's own columns name."""
        found = []
        for role, column in table.relations.items():
            contact = table.columns[column].target(row.get(column))
            if contact:
                found.append(
                    Relation(
                        id=self.canonical(f"{source_id}|{role}|{contact.partition(':')[2]}"),
                        estate_id=self.canonical(source_id),
                        contact_id=contact,
                        role=role,
                    )
                )
        return found

    def _one_relation(self, source_id: str, row: Row, intake: Intake) -> Mapped:
        table = self.carrier
        found = [] if table is None else self.relations(table, row, table.home_of(source_id))
        wanted = [one for one in found if one.id == self.canonical(source_id)]
        if not wanted:
            raise Invalid("The row no longer names that part.", code="not_there")
        return Mapped(records=list(wanted), findings=intake.findings)

    def canonical(self, source_id: str) -> str:
        """`<connection>:<source id>`."""
        return f"{self.connection}:{source_id}"

    def own(self, record_id: str) -> str:
        """The source id in a canonical id of this connection; other ids as they are."""
        return record_id.removeprefix(f"{self.connection}:")

    def as_seen(self, record: Record) -> Record:
        """The record as it would come back if it were written: what cannot be held is gone."""
        kind = type(record).__name__.lower()
        tables = self.of_kind(kind)
        if isinstance(record, Relation) and not tables:
            return Relation(
                id=record.id, estate_id=record.estate_id, contact_id=record.contact_id, role=record.role
            )
        if not tables:
            return type(record)(id=record.id)
        table = self.table_of(kind, self.own(record.id)) or tables[0]
        row = {k: making.shown(v) for k, v in table.values(record).items()}
        seen = table.record(row, record.id, Intake())
        seen.changed_at = None
        return seen

    def losses(self, kind: str) -> dict[str, str]:
        """Model path → Swedish sentence on what is lost there."""
        found: dict[str, str] = {}
        for table in self.of_kind(kind):
            for name, column in table.columns.items():
                if column.loss and column.write is not None:
                    for field in column.fields:
                        found.setdefault(field, f"{name}: {column.loss}")
        return found
