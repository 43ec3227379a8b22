"""Columns that take more than a value: words, references to other rows, dates with clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from brygga.connectors.agencydb.mapping import paths, transforms, types
from brygga.connectors.agencydb.mapping.choices import Choice
from brygga.connectors.agencydb.mapping.made import Elsewhere, Made, Row, Tree, missing, nothing
from brygga.connectors.agencydb.schema.plan import ColumnPlan
from brygga.model import Record
from brygga.model.intake import Intake
from brygga.model.vocabulary import ESTATE_STATUSES, ESTATE_TYPES, ROLES

if TYPE_CHECKING:
    from brygga.connectors.agencydb.mapping.mapper import Mapper


def choice_column(name: str, column: ColumnPlan) -> Made:
    choice = Choice(column)
    listed = column.field in {"categories", "types", "tags"}

    def reader(row: Row, tree: Tree, intake: Intake) -> None:
        word, sub = choice.read(row.get(name), name, intake)
        if word is None or word == "":
            return
        paths.put(tree, column.field, [word] if listed else word)
        if sub:
            tree["subtype_name"] = sub.capitalize()

    def writer(record: Record) -> Any:
        value = paths.get(record, column.field)
        subtype = ""
        if column.field == "type":
            subtype = f"{getattr(record, 'subtype', '')} {getattr(record, 'subtype_name', '')}".strip()
        return choice.write(value, subtype)

    return Made(
        name, column, fields=(column.field,), reader=reader, writer=writer, loss=_merged(choice, listed)
    )


def _merged(choice: Choice, listed: bool) -> str:
    """What several of our words becoming one costs, in words of the trade."""
    if listed:
        return "Bara ett av värdena ryms."
    names = ESTATE_TYPES | ESTATE_STATUSES | ROLES
    lines = [
        f"{', '.join(names.get(one, one) for one in ours)} blir {theirs}"
        for theirs, ours in choice.merged.items()
    ]
    return "; ".join(lines) + "." if lines else ""


def ref_column(name: str, column: ColumnPlan, mapper: Mapper) -> Made:
    whole = types.parse(column.type).base == "int"
    to = mapper.plan.tables.get(column.to)
    prefix = f"{column.to}:" if to is not None and mapper.tables_of(to.kind) > 1 else ""
    own = f"{mapper.connection}:{prefix}"

    def target(value: Any) -> str:
        return str(value) if isinstance(value, Elsewhere) else f"{own}{value}"

    def key(record_id: str) -> Any:
        if not record_id:
            return missing(column)
        if not record_id.startswith(own):
            return Elsewhere(record_id)
        text = record_id.removeprefix(own)
        return int(text) if whole and text.lstrip("-").isdigit() else text

    role = column.field.partition(".")[2] if column.field.startswith("relations.") else ""
    path = "seller_ids" if role == "seller" else column.field
    listed = path.endswith("_ids")

    def reader(row: Row, tree: Tree, _: Intake) -> None:
        value = row.get(name)
        if value not in (None, ""):
            paths.put(tree, path, [target(value)] if listed else target(value))

    def writer(record: Record) -> Any:
        value = paths.get(record, path)
        return key((value[0] if value else "") if listed else (value or ""))

    if role and role != "seller":
        return Made(name, column, fields=(), reader=nothing, writer=None, target=target)
    loss = "Bara den första ryms." if listed else ""
    return Made(name, column, fields=(path,), reader=reader, writer=writer, loss=loss, target=target)


def time_part(name: str, column: ColumnPlan) -> Made:  # a date and its clocks
    day = column.how == "day"
    write = transforms.written_date if day else transforms.written_clock

    def reader(row: Row, tree: Tree, intake: Intake) -> None:
        if row.get(column.day) in (None, ""):
            return
        if column.field.endswith("ends_at") and row.get(name) in (None, ""):
            return
        read = transforms.joined(row[column.day], row.get(name))
        if read is None:
            intake.note("not_a_time", name)
            return
        starts = tree.get("starts_at")
        if column.field == "ends_at" and isinstance(starts, datetime) and read < starts:
            read += timedelta(days=1)  # past midnight: the row has one date for both clocks
        paths.put(tree, column.field, read)

    def writer(record: Record) -> Any:
        value = paths.get(record, column.field)
        return missing(column) if value is None else write(value)

    loss = "" if day else "Den timme som dubbleras i oktober räknas som den första; bara hela sekunder."
    return Made(
        name,
        column,
        fields=(column.field,),
        reader=nothing if day else reader,
        writer=writer,
        loss=loss,
    )
