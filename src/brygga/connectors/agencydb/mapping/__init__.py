"""Pure mapping, both ways: a row's JSON → records, a record → a row's values."""

from __future__ import annotations

from brygga.connectors.agencydb.mapping.mapper import Mapper, TableMap

__all__ = ["Mapper", "TableMap"]
