"""Tables and triggers of ours in the agency's database: put in on request, taken out whole.

`brygga_andringar` notes which row of a mapped table was changed and when (never what); it lets a
catch-up find changes where no column tells of them. `brygga_nycklar` remembers which row a new record
of ours became, where the database makes the key. Statements are listed first, so that a dry run shows
exactly what would be run.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from brygga.connectors.agencydb.api.statements import quoted
from brygga.connectors.agencydb.mapping import Mapper, TableMap
from brygga.wire.database_session import Session

LOG: Final = "brygga_andringar"
KEYS: Final = "brygga_nycklar"
FUNCTION: Final = "brygga_notera"
KEPT_DAYS: Final = 30
_OPS: Final = ("insert", "update", "delete")


def installing(mapper: Mapper) -> list[str]:
    """The statements that put tables and triggers in; each may be run again."""
    dialect, schema = mapper.plan.dialect, mapper.plan.schema
    log, keys = _name(LOG, dialect, schema), _name(KEYS, dialect, schema)
    number = {
        "postgresql": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "sqlite": "integer PRIMARY KEY",
        "mysql": "bigint AUTO_INCREMENT PRIMARY KEY",
    }[dialect]
    at = {
        "postgresql": "timestamptz NOT NULL DEFAULT clock_timestamp()",
        "sqlite": "text NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))",
        "mysql": "datetime(6) NOT NULL",
    }[dialect]
    short = "varchar(190)" if dialect == "mysql" else "text"
    made = [
        f"CREATE TABLE IF NOT EXISTS {log} (n {number}, tabell {short} NOT NULL,"
        f" rad {short} NOT NULL, tid {at})",
        f"CREATE TABLE IF NOT EXISTS {keys} (nyckel {short} PRIMARY KEY, tabell {short} NOT NULL,"
        f" rad {short} NOT NULL)",
    ]
    if dialect == "postgresql":
        made += [
            f"CREATE INDEX IF NOT EXISTS brygga_andringar_tid ON {log} (tabell, tid)",
            _function(dialect, schema, log),
        ]
    for table in _tables(mapper):
        made += _triggers(table, dialect, schema, log)
    return made


def removing(mapper: Mapper) -> list[str]:
    """The statements that take everything of ours out again."""
    dialect, schema = mapper.plan.dialect, mapper.plan.schema
    made = [one for table in _tables(mapper) for one in _drops(table, dialect, schema)]
    if dialect == "postgresql":
        made.append(f"DROP FUNCTION IF EXISTS {_name(FUNCTION, dialect, schema)}()")
    return [*made, *(f"DROP TABLE IF EXISTS {_name(one, dialect, schema)}" for one in (LOG, KEYS))]


def _tables(mapper: Mapper) -> list[TableMap]:
    return [one for one in mapper.tables.values() if not one.plan.read_only]


def _name(name: str, dialect: str, schema: str) -> str:
    return ".".join(quoted(one, dialect) for one in (schema, name) if one)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _function(dialect: str, schema: str, log: str) -> str:
    """Runs with its owner's right to the log, so that the agency's own users need none."""
    name = _name(FUNCTION, dialect, schema)
    old = f"DELETE FROM {log} WHERE tid < now() - interval '{KEPT_DAYS} days'"  # noqa: S608  # the name is quoted
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"  # noqa: S608  # names are quoted
        " SET search_path = pg_catalog AS $brygga$\n"
        "DECLARE r jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;\n"
        "        k text := '';\n"
        "BEGIN\n"
        "  FOR i IN 0 .. TG_NARGS - 1 LOOP\n"
        "    k := k || CASE WHEN i > 0 THEN '|' ELSE '' END || (r ->> TG_ARGV[i]);\n"
        "  END LOOP;\n"
        f"  INSERT INTO {log} (tabell, rad) VALUES (TG_TABLE_NAME, k);\n"
        f"  IF random() < 0.001 THEN {old}; END IF;\n"
        "  RETURN NULL;\n"
        "END $brygga$"
    )


def _triggers(table: TableMap, dialect: str, schema: str, log: str) -> list[str]:
    where = _name(table.name, dialect, schema)
    if dialect == "postgresql":
        args = ", ".join(_text(one) for one in table.plan.key)
        return [
            f"DROP TRIGGER IF EXISTS brygga_andrad ON {where}",
            f"CREATE TRIGGER brygga_andrad AFTER INSERT OR UPDATE OR DELETE ON {where}"
            f" FOR EACH ROW EXECUTE FUNCTION {_name(FUNCTION, dialect, schema)}({args})",
        ]
    made = []
    for op in _OPS:
        row = "OLD" if op == "delete" else "NEW"
        parts = [f"{row}.{quoted(one, dialect)}" for one in table.plan.key]
        if dialect == "mysql":
            key, columns, extra = (
                f"CONCAT_WS('|', {', '.join(parts)})",
                "tabell, rad, tid",
                ", UTC_TIMESTAMP(6)",
            )
        else:
            key, columns, extra = " || '|' || ".join(parts), "tabell, rad", ""
        body = f"INSERT INTO {log} ({columns}) VALUES ({_text(table.name)}, {key}{extra})"  # noqa: S608  # names are quoted
        name = quoted(f"brygga_{op}_{table.name}", dialect)
        made.append(
            f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {op.upper()} ON {where} FOR EACH ROW"
            + (f" BEGIN {body}; END" if dialect == "sqlite" else f" {body}")
        )
    return made


def _drops(table: TableMap, dialect: str, schema: str) -> list[str]:
    if dialect == "postgresql":
        return [f"DROP TRIGGER IF EXISTS brygga_andrad ON {_name(table.name, dialect, schema)}"]
    return [f"DROP TRIGGER IF EXISTS {quoted(f'brygga_{op}_{table.name}', dialect)}" for op in _OPS]


def present(session: Session, schema: str) -> bool:
    """Whether the log is there."""
    if session.dialect == "sqlite":
        return bool(session.rows("SELECT 1 FROM sqlite_master WHERE name = %s", [LOG]))
    own = "current_schema()" if session.dialect == "postgresql" else "database()"
    where = "%s" if schema else own
    statement = f"SELECT 1 FROM information_schema.tables WHERE table_name = %s AND table_schema = {where}"  # noqa: S608  # one of two constants
    return bool(session.rows(statement, [LOG, schema] if schema else [LOG]))


def changed_keys(session: Session, schema: str, table: TableMap, since: datetime) -> list[tuple[str, ...]]:
    """The keys of the rows that were changed from then on, each once."""
    at = since.astimezone(UTC)
    moment = at if session.dialect == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S")
    name = _name(LOG, session.dialect, schema)
    rows = session.rows(
        f"SELECT DISTINCT rad FROM {name} WHERE tabell = %s AND tid >= %s ORDER BY rad",  # noqa: S608  # the name is quoted
        [table.name, moment],
    )
    return [tuple(str(row[0]).split("|")) for row in rows]


def remember(session: Session, schema: str, key: str, table: str, row: str) -> None:
    """Note which row a wish became; in the transaction that made it."""
    name = _name(KEYS, session.dialect, schema)
    statement = f"INSERT INTO {name} (nyckel, tabell, rad) VALUES (%s, %s, %s)"  # noqa: S608  # the name is quoted
    session.execute(statement, [f"{table}:{key}", table, row])


def recalled(session: Session, schema: str, key: str, table: str) -> str:
    """The row that a wish became, if it was made."""
    name = _name(KEYS, session.dialect, schema)
    rows = session.rows(f"SELECT rad FROM {name} WHERE nyckel = %s", [f"{table}:{key}"])  # noqa: S608  # the name is quoted
    return str(rows[0][0]) if rows else ""
