"""The mapping file: which table holds which kind, and which column which field of the model.

TOML, one line a column. Read strictly: a word that is not known is an error with its place, since
a mistyped line would otherwise leave data out in silence.
"""

from __future__ import annotations

import tomllib
from typing import Any, Final

import msgspec

from brygga.model import RECORD_TYPES, Fault, Invalid

VERSION: Final = 1
KEY_KINDS: Final = ("uuid", "text", "serial", "given")


class ColumnPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"how": "as"}):
    """What a column is. `field`: a path in the model (`price.asking_kr`), or `relations.<role>`.

    `how` (`as` in the file) is the transformation, one of `mapping.transforms`. `to`: the table a
    reference leads to. `day`: the date column that a clock belongs to. `words`: theirs → ours;
    `back`: ours → theirs. `style`: how numbers of persons or phones are written. `missing`: what
    is written where the model has no value; without `field` it is written in each new row and never
    read. `required`: never empty, and nobody else fills it; `filled`: the database has a default.
    """

    field: str = ""
    how: str = "text"
    type: str = ""
    to: str = ""
    day: str = ""
    zone: str = ""
    style: str = ""
    words: dict[str, Any] = {}
    back: dict[str, str] = {}
    missing: str | None = None
    required: bool = False
    filled: bool = False
    write: bool = True
    sure: bool = True


class TablePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table. `key_made`: uuid and text keys are made by us from the wish, `serial` by the database,
    `given` is a field of the record. `natural`: unique columns by which a written row is found again.
    `fixed`: what all rows of the table have in common (`role = "seller"`)."""

    kind: str
    key: tuple[str, ...]
    columns: dict[str, ColumnPlan]
    key_made: str = "serial"
    key_type: str = ""
    natural: tuple[str, ...] = ()
    changed: str = ""
    changed_zone: str = ""
    read_only: bool = False
    create: bool = True
    remove: bool = True
    fixed: dict[str, str] = {}
    sure: bool = True


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole mapping file. `side_table`: keys of written rows are kept in a table of ours (see
    `changelog`)."""

    version: int
    dialect: str
    tables: dict[str, TablePlan]
    schema: str = ""
    side_table: bool = False


def read_plan(text: str) -> Plan:
    """A mapping file's text → plan. Raises Invalid naming the place of the first mistake."""
    try:
        plan = msgspec.convert(tomllib.loads(text), Plan)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise _wrong(str(error)) from error
    if plan.version != VERSION:
        raise _wrong(f"version {plan.version} is not known; this program reads {VERSION}")
    for name, table in plan.tables.items():
        _look(name, table, plan)
    return plan


def _look(name: str, table: TablePlan, plan: Plan) -> None:
    if table.kind not in RECORD_TYPES:
        raise _wrong(f"tables.{name}: there is no kind {table.kind!r}")
    if not table.key:
        raise _wrong(f"tables.{name}: key is empty")
    if table.key_made not in KEY_KINDS:
        raise _wrong(f"tables.{name}: key_made is one of {', '.join(KEY_KINDS)}")
    for column, one in table.columns.items():
        if one.to and one.to not in plan.tables:
            raise _wrong(f"tables.{name}.columns.{column}: there is no table {one.to!r} in the mapping")
        if one.day and one.day not in table.columns:
            raise _wrong(f"tables.{name}.columns.{column}: there is no column {one.day!r} in the mapping")


def _wrong(why: str) -> Invalid:
    return Invalid(
        f"The mapping cannot be used: {why}.",
        code="bad_mapping",
        sv=f"Mappningen går inte att använda: {why}.",
        fault=Fault.OFFICE,
    )
