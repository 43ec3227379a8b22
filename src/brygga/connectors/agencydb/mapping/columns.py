"""One column of the mapping made ready: which fields it holds, how it is read and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from brygga.connectors.agencydb.mapping import joined, paths, transforms, types
from brygga.connectors.agencydb.mapping.choices import NOTHING
from brygga.connectors.agencydb.mapping.linking import choice_column, ref_column, time_part
from brygga.connectors.agencydb.mapping.made import (
    Made,
    Now,
    Row,
    Tree,
    constant,
    missing,
    nothing,
)
from brygga.connectors.agencydb.schema.plan import ColumnPlan, TablePlan
from brygga.model import Invalid, Record
from brygga.model.intake import Intake

if TYPE_CHECKING:
    from brygga.connectors.agencydb.mapping.mapper import Mapper

ORDER: Final = (
    "office", "agent", "association", "area", "brand", "project", "contact", "estate",
    "viewing", "bid", "relation", "meeting", "searchprofile", "journal",
)  # fmt: skip
"""Kinds in the order of who refers to whom."""


def made(table: TablePlan, mapper: Mapper) -> dict[str, Made]:
    """Every column of a table. Raises Invalid naming the first that says something impossible."""
    found = {}
    for name, column in table.columns.items():
        try:
            paths.steps(column.field) if column.field else None
            found[name] = _one(name, column, table, mapper)
        except (KeyError, ValueError) as error:
            raise Invalid(
                f"The mapping cannot be used: column {name}: {column.how} or {column.field} is not known.",
                code="bad_mapping",
                sv=f"Mappningen går inte att använda: kolumnen {name}.",
            ) from error
    return found


def _one(name: str, column: ColumnPlan, table: TablePlan, mapper: Mapper) -> Made:
    if not column.field:
        return Made(name, column, fields=(), reader=nothing, writer=_filling(column, mapper))
    if column.how == "choice":
        return choice_column(name, column)
    if column.how == "ref":
        return ref_column(name, column, mapper)
    if column.how in {"day", "clock"}:
        return time_part(name, column)
    if column.how in joined.READERS:
        return Made(
            name,
            column,
            fields=joined.fields_of(column, table.kind),
            reader=joined.reader(name, column),
            writer=joined.writer(column),
            loss=joined.LOSSES.get(column.how, ""),
        )
    return _plain(name, column, mapper)


_STYLED: Final = {
    "personnummer": transforms.id_written,
    "orgnr": transforms.id_written,
    "postcode": transforms.postcode_written,
    "phone": transforms.phone_written,
}
"""Transformations whose writing depends on how the column's others are written."""


def _transform(column: ColumnPlan, kind: types.ColumnType, mapper: Mapper) -> transforms.Transform:
    """The transformation, with what type, zone and style make of it."""
    plain = transforms.TRANSFORMS[column.how]
    if column.how == "moment":
        declared = column.type.partition(" ")[2]
        write = transforms.written_moment(kind.base, mapper.plan.dialect, column.zone, declared)
        return transforms.Transform(transforms.moment_in(column.zone) if column.zone else plain.read, write)
    if column.how in _STYLED:
        return plain._replace(write=_STYLED[column.how](column.style))
    if column.how in {"number", "rooms"} and (kind.base == "int" or kind.scale == 0):
        return plain._replace(loss="Decimaler avrundas.")
    return plain


_FEE: Final = "fee.amount_kr"
_MONTHS: Final = {"yearly": 12, "annually": 12, "halfyearly": 6, "quarterly": 3}
"""How many months a fee is for, where it is not a month's: the column holds a month's."""


def _plain(name: str, column: ColumnPlan, mapper: Mapper) -> Made:
    kind = types.parse(column.type)
    read, write, loss = _transform(column, kind, mapper)
    listed = paths.steps(column.field)[-1][0].endswith(("_ids", "languages", "designations"))
    blank = column.missing if column.required and kind.base == "text" else None
    loss = loss or (f"Tomt skrivs som ”{blank}”." if blank else "")

    def reader(row: Row, tree: Tree, intake: Intake) -> None:
        value = row.get(name)
        if value is None or value == blank:
            return
        read_value = read(str(value) if kind.base == "int" and column.how in _DIGITS else value, name, intake)
        if read_value is not None and read_value != "":
            paths.put(tree, column.field, [read_value] if listed else read_value)

    def writer(record: Record) -> Any:
        value = paths.get(record, column.field)
        if column.field == _FEE and value is not None:
            value = value / _MONTHS.get(str(paths.get(record, "fee.frequency")).lower(), 1)
            value = int(value) if value == int(value) else round(value)
        if listed:
            value = value[0] if value else None
        if value is None or value == "":
            return missing(column)
        made = write(value)
        if kind.base == "int" and isinstance(made, str):
            return int(made) if made.isdigit() else NOTHING
        return types.fitted(made, kind)

    return Made(name, column, fields=(column.field,), reader=reader, writer=writer, loss=loss)


_DIGITS: Final = frozenset({"text", "postcode", "phone", "personnummer", "orgnr"})
"""Texts of digits, which some keep in a number column."""


def _filling(column: ColumnPlan, mapper: Mapper) -> Callable[[Record], Any]:
    kind = types.parse(column.type)
    if column.how == "now":
        declared = column.type.partition(" ")[2]
        now = Now(transforms.written_moment(kind.base, mapper.plan.dialect, column.zone, declared))
        return lambda _: now
    return lambda _: constant(column, kind)


def read_columns(table: TablePlan) -> list[str]:
    """The columns that are fetched at all: those that hold something of the model's."""
    days = {one.day for one in table.columns.values()}
    return [name for name, one in table.columns.items() if one.field or name in days]


def changed_reader(table: TablePlan) -> Callable[[Mapping[str, Any], Intake], datetime | None]:
    """What reads the time of the row's last change."""
    if not table.changed:
        return lambda _row, _intake: None
    read = transforms.moment_in(table.changed_zone)
    return lambda row, intake: read(row.get(table.changed), table.changed, intake)


def meet(ours: str, wanted: str) -> bool:
    """Whether two paths touch: the same, or one below the other."""
    if ours == wanted or wanted == "*":
        return True
    wanted = wanted.removesuffix(".*")
    return ours.startswith((f"{wanted}.", f"{wanted}[")) or wanted.startswith((f"{ours}.", f"{ours}["))


def shown(value: Any) -> Any:
    """A written value as the row would show it; a word without counterpart shows nothing."""
    return None if value is NOTHING or isinstance(value, Now) else value


def finish(kind: str, tree: Tree, fixed: Mapping[str, str] | None = None) -> None:
    """What only the whole row can tell: whose name it is, whether a position is whole."""
    for path, value in (fixed or {}).items():
        paths.put(tree, path, value)
    joined.finish(kind, tree)
    position = tree.get("address", {}).get("position")
    if position is not None and not {"latitude", "longitude"} <= position.keys():
        del tree["address"]["position"]
    if "amount_kr" in tree.get("fee", {}):
        tree["fee"].setdefault("frequency", "Monthly")
