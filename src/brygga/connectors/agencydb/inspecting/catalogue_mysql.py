"""The catalogue of a MySQL or MariaDB database."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Final

from brygga.connectors.agencydb.inspecting.catalogue import base_of, listed_values, sizes
from brygga.connectors.agencydb.schema import Catalog, Column, ForeignKey, Table
from brygga.wire.database_session import Session

_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_COLUMNS: Final = """
SELECT c.table_name, t.table_type, c.column_name, c.data_type, c.column_type, c.is_nullable,
       c.column_default, c.extra
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema = database() ORDER BY c.table_name, c.ordinal_position"""
_INDEXES: Final = """
SELECT table_name, index_name, column_name FROM information_schema.statistics
WHERE table_schema = database() AND non_unique = 0 ORDER BY table_name, index_name, seq_in_index"""
_FOREIGN: Final = """
SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage
WHERE table_schema = database() AND referenced_table_name IS NOT NULL
ORDER BY table_name, constraint_name, ordinal_position"""
_TRIGGERS: Final = """
SELECT event_object_table, trigger_name FROM information_schema.triggers WHERE trigger_schema = database()"""
_CHECKS: Final = """
SELECT t.table_name, k.check_clause FROM information_schema.check_constraints k
JOIN information_schema.table_constraints t
  ON t.constraint_schema = k.constraint_schema AND t.constraint_name = k.constraint_name
WHERE k.constraint_schema = database()"""
_CHECKS_MARIADB: Final = """
SELECT table_name, check_clause FROM information_schema.check_constraints
WHERE constraint_schema = database()"""


def read(session: Session) -> Catalog:
    """The tables and views of the database that the address names."""
    zone, system, read_only, version = session.rows(
        "SELECT @@session.time_zone, @@system_time_zone, @@global.read_only, version()"
    )[0]
    of_columns = _CHECKS_MARIADB if "mariadb" in str(version).lower() else _CHECKS
    indexes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, index, column in session.rows(_INDEXES):
        indexes[table][index].append(column)
    foreign: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in session.rows(_FOREIGN):
        foreign[row[0]][row[1]].append(row)
    triggers: dict[str, list[str]] = defaultdict(list)
    for table, trigger in session.rows(_TRIGGERS):
        triggers[table].append(trigger)
    checks: dict[str, list[str]] = defaultdict(list)
    for table, clause in session.rows(of_columns):
        checks[table].append(str(clause))
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in session.rows(_COLUMNS):
        grouped[row[0]].append(row)
    tables = {}
    for name, rows in grouped.items():
        keys = indexes[name]
        lists = listed_values(checks[name])
        tables[name] = Table(
            name=name,
            columns=tuple(_column(row, lists) for row in rows),
            key=tuple(keys.get("PRIMARY", ())),
            uniques=tuple(tuple(v) for k, v in keys.items() if k != "PRIMARY"),
            foreign=tuple(
                ForeignKey(
                    columns=tuple(r[2] for r in parts), table=parts[0][3], to=tuple(r[4] for r in parts)
                )
                for parts in foreign[name].values()
            ),
            triggers=tuple(triggers[name]),
            view="VIEW" in str(rows[0][1]).upper(),
        )
    zone_name = str(system) if str(zone).upper() == "SYSTEM" else str(zone)
    return Catalog(
        dialect="mysql", schema="", tables=tables, time_zone=zone_name, read_only=bool(int(read_only))
    )


def _column(row: Any, lists: dict[str, tuple[str, ...]]) -> Column:
    _, _, name, data_type, column_type, nullable, default, extra = row
    declared = str(column_type).lower()
    base = "bool" if declared.startswith("tinyint(1)") else base_of(str(data_type))
    length, precision, scale = sizes(declared, base)
    said = str(extra or "").lower()
    filled = "" if default is None or str(default).upper() == "NULL" else str(default)
    if "on update" in said:
        filled = f"{filled} on update"
    return Column(
        name=name,
        base=base,
        declared=declared if base != "enum" else "enum",
        length=length,
        precision=precision,
        scale=scale,
        nullable=str(nullable) == "YES",
        default=filled,
        generated="generated" in said and "default_generated" not in said,
        identity="default" if "auto_increment" in said else "",
        words=tuple(_QUOTED.findall(str(column_type))) if base == "enum" else lists.get(name, ()),
    )
