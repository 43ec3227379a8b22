"""One draft made ready: its table, its key, its values, and what stops it before anything is sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from brygga.connectors.abilities import Draft, RawRecord, Written
from brygga.connectors.agencydb.mapping import Mapper, TableMap, types
from brygga.connectors.agencydb.mapping.choices import NOTHING
from brygga.connectors.agencydb.mapping.made import Elsewhere, Now
from brygga.model import BryggaError, Fault, Rejected, Relation, Unsupported

_SPACE: Final = uuid.UUID("6f1a3b0e-52a5-5d0c-9c57-2d0b4e8f7a11")
"""Name space of the keys that we make (RFC 9562, version 5)."""


class Item(msgspec.Struct, kw_only=True):
    """A draft on its way. `values`: column → plain value; `key` empty where the database makes it."""

    draft: Draft
    table: TableMap | None = None
    key: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    outcome: Written | BryggaError | None = None
    raw: RawRecord | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing has been settled for it yet."""
        return self.outcome is None


class Refusals:
    """Makes the errors of one connection for one row."""

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def rejected(
        self, code: str, sv: str, message: str, *, kind: type[BryggaError] = Rejected
    ) -> BryggaError:
        """An error of one draft."""
        return kind(
            f"{self._connection}: {message}",
            code=code,
            sv=sv,
            connection=self._connection,
            operation="write",
            fault=Fault.OFFICE,
        )

    def unsupported(self, what: str) -> BryggaError:
        """What this mapping cannot do."""
        return self.rejected(
            "unsupported", f"Mappningen till databasen kan inte {what}.", f"cannot {what}", kind=Unsupported
        )


def made_key(table: TableMap, draft: Draft, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The key of a new row: the same for the same wish, or a field of the record; empty if not ours."""
    how = table.plan.key_made
    if len(table.plan.key) != 1 or how == "given":
        parts = tuple(values.get(one) for one in table.plan.key)
        return () if any(one in (None, "") for one in parts) else tuple(str(one) for one in parts)
    made = uuid.uuid5(_SPACE, f"{table.name}:{draft.key}")
    if how == "uuid":
        return (str(made),)
    if how == "text":
        length = types.parse(table.plan.key_type).length or 36
        return (str(made) if length >= 36 else made.hex[:length],)
    return ()


def prepared(draft: Draft, mapper: Mapper, refusals: Refusals, *, now: datetime) -> Item:
    """A draft made ready, or settled with why it cannot be sent. `now`: the time of writing."""
    item = Item(draft=draft)
    try:
        if isinstance(draft.record, Relation) and not mapper.of_kind("relation"):
            _relation(item, mapper, refusals)
        else:
            _plain(item, mapper, refusals)
        _timed(item, now)
    except BryggaError as error:
        item.outcome = error
    return item


def _timed(item: Item, now: datetime) -> None:
    """The time of writing where nobody else notes it: in new rows, and in what tells of changes."""
    table = item.table
    if table is None or item.draft.op == "remove":
        return
    changed = table.columns.get(table.plan.changed)
    in_a_column = isinstance(item.draft.record, Relation) and table.kind != "relation"
    noted = changed is not None and changed.plan.how == "now" and changed.write is not None
    if (item.draft.op == "update" or in_a_column) and item.values and noted:
        item.values[table.plan.changed] = table.values(item.draft.record)[table.plan.changed]
    for name, value in item.values.items():
        if isinstance(value, Now):
            item.values[name] = value.write(now)


def _plain(item: Item, mapper: Mapper, refusals: Refusals) -> None:
    draft = item.draft
    table = mapper.table_of(draft.kind, draft.source_id) if draft.source_id else _first(mapper, draft.kind)
    if table is None or table.plan.read_only or draft.op not in {"create", "update", "remove"}:
        raise refusals.unsupported(f"{_SV.get(draft.op, draft.op)} {draft.kind}")
    if (draft.op == "create" and not table.plan.create) or (draft.op == "remove" and not table.plan.remove):
        raise refusals.unsupported(f"{_SV[draft.op]} {draft.kind} i {table.name}")
    item.table = table
    if draft.op == "remove":
        item.key = table.key_of(draft.source_id)
        return
    create = draft.op == "create"
    fields = None if create else (draft.fields or tuple(table.fields))
    values = table.values(draft.record, fields)
    item.values = checked(table, values, create=create, refusals=refusals)
    item.key = made_key(table, draft, item.values) if create else table.key_of(draft.source_id)
    if create and item.key:
        item.values |= dict(zip(table.plan.key, item.key, strict=True))
    elif create and table.plan.key_made != "serial":
        raise refusals.rejected(
            "value_missing",
            f"Raden i {table.name} saknar nyckel ({', '.join(table.plan.key)}).",
            f"{table.name}: no key",
        )


_SV: Final = {"create": "lägga till", "update": "ändra", "remove": "ta bort"}


def _first(mapper: Mapper, kind: str) -> TableMap | None:
    able = [one for one in mapper.of_kind(kind) if not one.plan.read_only]
    return next((one for one in able if one.plan.create), able[0] if able else None)


def checked(
    table: TableMap, values: Mapping[str, Any], *, create: bool, refusals: Refusals
) -> dict[str, Any]:
    """The values that may be sent. Raises Rejected naming the first column that cannot take its value."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        column = table.columns[name]
        where = f"{table.name}.{name}"
        if value is NOTHING:
            raise refusals.rejected(
                "no_counterpart",
                f"Kolumnen {where} har inget värde som motsvarar vårt.",
                f"{where}: no counterpart",
            )
        if isinstance(value, Elsewhere):
            raise refusals.rejected(
                "reference_missing",
                f"Det som {where} ska hänvisa till finns inte i databasen ännu.",
                f"{where} refers to {column.plan.to}, which lacks it",
            )
        if value is None and column.plan.required:
            raise refusals.rejected(
                "value_missing", f"Kolumnen {where} måste ha ett värde.", f"{where}: a value is required"
            )
        if why := types.too_large(value, column.type):
            raise refusals.rejected(
                "too_long", f"Kolumnen {where} {why}. Inget kortades.", f"{where}: too long"
            )
        left_to_database = value is None and create and column.plan.filled
        if not left_to_database and (create or column.fields):
            made[name] = value
    return made


def _relation(item: Item, mapper: Mapper, refusals: Refusals) -> None:
    """A part in a home that stands in a column of the home's own row."""
    draft, table = item.draft, mapper.carrier
    relation = draft.record
    if table is None or not isinstance(relation, Relation):
        raise refusals.unsupported(f"{_SV.get(draft.op, draft.op)} relation")
    column = table.relations.get(relation.role)
    if column is None or not table.plan.columns[column].write:
        raise refusals.unsupported(f"skriva relationen {relation.role or 'utan roll'}")
    estate = mapper.own(relation.estate_id)
    to = mapper.plan.tables.get(table.plan.columns[column].to)
    prefix = f"{table.plan.columns[column].to}:" if to and mapper.tables_of(to.kind) > 1 else ""
    contact = mapper.own(relation.contact_id)
    if estate == relation.estate_id or contact == relation.contact_id:
        raise refusals.rejected(
            "reference_missing",
            "Objektet eller kontakten i relationen finns inte i databasen ännu.",
            "relation: home or contact is not in the database",
        )
    item.table, item.key = table, table.key_of(estate)
    key: Any = contact.removeprefix(prefix)
    whole = table.columns[column].type.base == "int" and key.lstrip("-").isdigit()
    item.values = {column: None if draft.op == "remove" else int(key) if whole else key}


def by_columns(items: Iterable[Item]) -> dict[tuple[str, ...], list[Item]]:
    """Items grouped by the columns that they write."""
    groups: dict[tuple[str, ...], list[Item]] = {}
    for one in items:
        groups.setdefault(tuple(one.values), []).append(one)
    return groups


def act(item: Item) -> str:
    """What happens to the row: a part in a home is always a change of the home's row."""
    draft = item.draft
    in_a_column = (
        isinstance(draft.record, Relation) and item.table is not None and item.table.kind != "relation"
    )
    return "update" if in_a_column else draft.op


def runs(items: Sequence[Item]) -> list[list[Item]]:
    """Items in their order, cut where act or table changes, or a row comes a second time."""
    runs: list[list[Item]] = []
    keys: set[Any] = set()
    for one in items:
        last = runs[-1][-1] if runs else None
        same = last is not None and last.table is one.table and act(last) == act(one)
        if not same or (one.key and one.key in keys):
            runs.append([])
            keys.clear()
        runs[-1].append(one)
        keys.add(one.key)
    return runs
