"""The catalogue of a PostgreSQL schema."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from brygga.connectors.agencydb.inspecting.catalogue import base_of, listed_values, sizes
from brygga.connectors.agencydb.schema import Catalog, Column, ForeignKey, Table
from brygga.wire.database_session import Session

_COLUMNS: Final = """
SELECT c.relname, c.relkind::text, c.relrowsecurity, a.attname,
       format_type(COALESCE(NULLIF(t.typbasetype, 0), a.atttypid),
                   CASE WHEN t.typbasetype <> 0 THEN t.typtypmod ELSE a.atttypmod END),
       e.labels, a.attnotnull OR t.typnotnull, pg_get_expr(d.adbin, d.adrelid),
       a.attgenerated::text, a.attidentity::text,
       has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT'),
       has_table_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE'),
       (SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.contypid = t.oid LIMIT 1)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN LATERAL (SELECT array_agg(enumlabel::text ORDER BY enumsortorder) AS labels FROM pg_enum
                   WHERE enumtypid = COALESCE(NULLIF(t.typbasetype, 0), t.oid)) e ON true
WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
ORDER BY c.oid, a.attnum"""
_INDEXES: Final = """
SELECT c.relname, i.indisprimary,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(n, o)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY o)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = to_regnamespace(%s) AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL"""
_FOREIGN: Final = """
SELECT c.relname, f.relname,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY x(n, o)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.n ORDER BY o),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY x(n, o)
             JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = x.n ORDER BY o)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
WHERE k.contype = 'f' AND c.relnamespace = to_regnamespace(%s)"""
_CHECKS: Final = """
SELECT c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'c' AND c.relnamespace = to_regnamespace(%s)"""
_TRIGGERS: Final = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = to_regnamespace(%s)"""


def read(session: Session, schema: str) -> Catalog:
    """The tables and views of a schema."""
    name = schema or str(session.rows("SELECT current_schema()")[0][0] or "public")
    quoted = '"' + name.replace('"', '""') + '"'
    zone, read_only = session.rows(
        "SELECT current_setting('TimeZone'), current_setting('default_transaction_read_only') = 'on'"
        " OR pg_is_in_recovery()"
    )[0]
    indexes, foreign = session.rows(_INDEXES, [quoted]), session.rows(_FOREIGN, [quoted])
    checks: dict[str, list[str]] = defaultdict(list)
    for table, text in session.rows(_CHECKS, [quoted]):
        checks[table].append(text)
    triggers: dict[str, list[str]] = defaultdict(list)
    for table, trigger in session.rows(_TRIGGERS, [quoted]):
        triggers[table].append(trigger)
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in session.rows(_COLUMNS, [quoted]):
        declared = (
            str(row[4]).removeprefix(f"{name}.").removeprefix(f"{quoted}.")
        )  # the same on any search path
        grouped[row[0]].append((*row[:4], declared, *row[5:]))
    tables = {
        table: _table(table, rows, indexes, foreign, checks[table], triggers[table])
        for table, rows in grouped.items()
    }
    return Catalog(
        dialect="postgresql", schema=name, tables=tables, time_zone=str(zone), read_only=bool(read_only)
    )


def _table(
    name: str, rows: list[Any], indexes: list[Any], foreign: list[Any], checks: list[str], triggers: list[str]
) -> Table:
    lists = listed_values(checks)
    first = rows[0]
    held = zip(("select", "insert", "update", "delete"), first[10:14], strict=True)
    return Table(
        name=name,
        columns=tuple(_column(row, lists) for row in rows),
        key=next((tuple(one[2]) for one in indexes if one[0] == name and one[1]), ()),
        uniques=tuple(tuple(one[2]) for one in indexes if one[0] == name and not one[1]),
        foreign=tuple(
            ForeignKey(columns=tuple(one[2]), table=one[1], to=tuple(one[3]))
            for one in foreign
            if one[0] == name
        ),
        triggers=tuple(triggers),
        row_security=bool(first[2]),
        view=first[1] in {"v", "m"},
        rights=frozenset(right for right, has in held if has),
    )


def _column(row: Any, lists: dict[str, tuple[str, ...]]) -> Column:
    declared, labels = str(row[4]), row[5]
    base = "enum" if labels else base_of(declared)
    length, precision, scale = sizes(declared, base)
    return Column(
        name=row[3],
        base=base,
        declared=declared,
        length=length,
        precision=precision,
        scale=scale,
        nullable=not row[6],
        default="" if row[8] else str(row[7] or ""),
        generated=bool(row[8]),
        identity={"a": "always", "d": "default"}.get(row[9], ""),
        words=tuple(labels or ()) or lists.get(row[3], ()) or listed_values([row[14] or ""]).get("VALUE", ()),
    )
