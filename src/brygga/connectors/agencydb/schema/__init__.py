"""Shapes: what a database holds (`catalog`), the mapping file (`plan`) and how it is written (`writing`)."""

from __future__ import annotations

from brygga.connectors.agencydb.schema.catalog import Catalog, Column, ForeignKey, Table
from brygga.connectors.agencydb.schema.plan import (
    ColumnPlan,
    Plan,
    TablePlan,
    read_plan,
)
from brygga.connectors.agencydb.schema.writing import written

__all__ = [
    "Catalog",
    "Column",
    "ColumnPlan",
    "ForeignKey",
    "Plan",
    "Table",
    "TablePlan",
    "read_plan",
    "written",
]
