"""Columns that share a field with others, or split one: names, streets, numbers of persons and companies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from brygga.connectors.agencydb.mapping import names, paths, transforms, types
from brygga.connectors.agencydb.mapping.folding import squashed
from brygga.connectors.agencydb.schema.plan import ColumnPlan
from brygga.model import Contact, Record
from brygga.model.intake import Intake

Row = dict[str, Any]
Tree = dict[str, Any]

READERS: Final = frozenset({"full_name", "name_part", "street_name", "street_number", "county", "id_number"})
LOSSES: Final = {
    "full_name": "Förnamn och efternamn står i samma kolumn och delas när de läses.",
    "name_part": "Namnet delas i förnamn och efternamn.",
    "street_name": "",
    "street_number": "",
    "county": "Länet skrivs efter kommunens kod och läses inte tillbaka.",
    "id_number": "Personnummer och organisationsnummer delar kolumn: bara ett av dem ryms.",
}
_CODES: Final = {squashed(name).removesuffix("lan"): code for code, name in names.COUNTIES.items()}


def fields_of(column: ColumnPlan, kind: str) -> tuple[str, ...]:
    """The fields of the model that the column holds (a part of)."""
    if column.how == "full_name":
        return ("first_name", "last_name", "company_name") if kind == "contact" else (column.field,)
    if column.how == "id_number":
        return ("personnummer", "orgnr")
    return () if column.how == "county" else (column.field,)


def reader(name: str, column: ColumnPlan) -> Callable[[Row, Tree, Intake], None]:
    """What reads the column into the tree; parts wait under `_` until `finish`."""

    def read(row: Row, tree: Tree, intake: Intake) -> None:
        text = intake.text(None if row.get(name) is None else str(row[name]), name)
        if not text:
            return
        if column.how == "full_name" and column.field != "full_name":
            paths.put(tree, column.field, text)
        elif column.how == "full_name":
            tree["_name"] = text
        elif column.how == "name_part":
            tree.setdefault("_names", {})[column.style] = text
        elif column.how in {"street_name", "street_number"}:
            tree.setdefault("_street", {"path": column.field})[column.how] = text
        elif column.how == "county":
            tree.setdefault("extra", {})[name] = text
        else:
            _id_number(text, name, tree, intake)

    return read


def _id_number(text: str, name: str, tree: Tree, intake: Intake) -> None:
    probe = Intake()
    if number := transforms.TRANSFORMS["personnummer"].read(text, name, probe):
        tree["personnummer"] = number
    else:
        tree["orgnr"] = transforms.TRANSFORMS["orgnr"].read(text, name, intake)


def writer(column: ColumnPlan) -> Callable[[Record], Any]:
    """What makes the column's value of a record."""
    how = types.parse(column.type)

    def write(record: Record) -> Any:
        text = _text(column, record)
        if not text:
            return column.missing
        if how.base == "int":
            digits = text.replace("-", "")
            return int(digits) if digits.isdigit() else text
        return text

    return write


def _text(column: ColumnPlan, record: Record) -> str:
    if column.how == "full_name":
        return _whole_name(record, column.field)
    if column.how == "name_part":
        first, last = names.parted(str(paths.get(record, column.field) or ""))
        return first if column.style == "first" else last
    if column.how == "street_name":
        return names.street(str(paths.get(record, column.field) or ""))[0]
    if column.how == "street_number":
        return names.street(str(paths.get(record, column.field) or ""))[1]
    if column.how == "county":
        return names.COUNTIES.get(str(paths.get(record, column.field) or "")[:2], "")
    number = getattr(record, "personnummer", "") or getattr(record, "orgnr", "")
    return str(transforms.id_written(column.style)(number)) if number else ""


def _whole_name(record: Record, field: str) -> str:
    if not isinstance(record, Contact):
        return str(paths.get(record, field) or "")
    if record.company_name and (record.kind != "person" or not record.last_name):
        return record.company_name
    return names.joined(record.first_name, record.last_name)


def finish(kind: str, tree: Tree) -> None:
    """Put the waiting parts in their places."""
    if (street := tree.pop("_street", None)) is not None:
        whole = names.joined(street.get("street_name", ""), street.get("street_number", ""))
        paths.put(tree, street["path"], whole)
    if (parts := tree.pop("_names", None)) is not None:
        tree["name"] = names.joined(parts.get("first", ""), parts.get("last", ""))
    name = tree.pop("_name", "")
    if kind == "contact":
        _contact(tree, name)


def _contact(tree: Tree, name: str) -> None:
    """Whether it is a company, and whose name stands in the one column."""
    if "kind" not in tree:
        company = tree.get("company_name") or (tree.get("orgnr") and not tree.get("personnummer"))
        tree["kind"] = "company" if company and not tree.get("last_name") else "person"
    if not name:
        return
    if tree["kind"] == "person":
        first, last = names.parted(name)
        tree.setdefault("first_name", first)
        tree.setdefault("last_name", last)
    else:
        tree.setdefault("company_name", name)
