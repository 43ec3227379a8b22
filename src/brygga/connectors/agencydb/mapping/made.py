"""A column of the mapping made ready, and the values that stand for what only the writing knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from brygga.connectors.agencydb.mapping import types
from brygga.connectors.agencydb.schema.plan import ColumnPlan
from brygga.model import Record
from brygga.model.intake import Intake

Row = dict[str, Any]
Tree = dict[str, Any]


class Now:
    """Stands for the time of writing in a column that the database does not fill."""

    __slots__ = ("write",)

    def __init__(self, write: Callable[[datetime], str]) -> None:
        self.write = write


class Elsewhere(str):
    """A reference to a record that this database does not hold: shown as it is, never written."""

    __slots__ = ()


class Made:
    """A column ready for use. `write` is None when the column is only read."""

    __slots__ = ("_reader", "_target", "fields", "loss", "name", "plan", "type", "write")

    def __init__(
        self,
        name: str,
        plan: ColumnPlan,
        *,
        fields: tuple[str, ...],
        reader: Callable[[Row, Tree, Intake], None],
        writer: Callable[[Record], Any] | None,
        loss: str = "",
        target: Callable[[Any], str] | None = None,
    ) -> None:
        self.name, self.plan, self.fields, self.loss = name, plan, fields, loss
        self.type = types.parse(plan.type)
        self.write = writer if plan.write else None
        self._reader, self._target = reader, target

    def read(self, row: Row, tree: Tree, intake: Intake) -> None:
        """Put what the row holds here into the tree."""
        self._reader(row, tree, intake)

    def target(self, value: Any) -> str:
        """The canonical id that a reference's value stands for; empty when there is none."""
        return self._target(value) if self._target and value not in (None, "") else ""


def nothing(_row: Row, _tree: Tree, _intake: Intake) -> None:
    """Read by another column, or not at all."""


def missing(column: ColumnPlan) -> Any:
    """What is written where the model has no value, as the column's type."""
    return constant(column, types.parse(column.type))


def constant(column: ColumnPlan, kind: types.ColumnType) -> Any:
    """What is written in each new row; None leaves it to the database."""
    text = column.missing
    if text is None or kind.base not in {"int", "bool", "numeric", "float"}:
        return text
    if kind.base == "bool":
        return text == "true"
    return int(text) if kind.base == "int" else float(text)
