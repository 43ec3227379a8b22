"""The SQL of one table in each dialect. Names are quoted here; values never stand in the text.

PostgreSQL makes each row's JSON itself (`row_to_json` over the mapped columns only), so that a row
that has not changed costs a comparison of bytes and nothing more. The others give columns, and
the JSON is made of them here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from brygga.connectors.agencydb.mapping import TableMap
from brygga.wire.database_session import Row, Session

_ARRAYS: Final = {"uuid": "uuid", "int": "bigint", "numeric": "numeric"}
_encode = msgspec.json.Encoder().encode
Found = tuple[tuple[str, ...], bytes]
"""A row: its key as texts, and its JSON."""


def quoted(name: str, dialect: str) -> str:
    """A name as the dialect quotes it."""
    mark = "`" if dialect == "mysql" else '"'
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


class Statements:
    """One table's statements."""

    def __init__(self, table: TableMap, *, dialect: str, schema: str) -> None:
        self.table, self._dialect = table, dialect
        self.pg = dialect == "postgresql"
        self.name = ".".join(quoted(one, dialect) for one in (schema, table.name) if one)
        self.key = [quoted(one, dialect) for one in table.plan.key]
        self.columns = [quoted(one, dialect) for one in table.selected]
        key_type = table.plan.key_type.partition(" ")[0]
        self._arrays = _ARRAYS.get(key_type, "text")
        self._whole = [
            table.columns[one].type.base == "int" if one in table.columns else key_type == "int"
            for one in table.plan.key
        ]

    def quoted(self, name: str) -> str:
        """A column's name."""
        return quoted(name, self._dialect)

    # ------------------------------------------------------------------ reading

    def page(self, session: Session, *, after: Sequence[str], since: Any, limit: int) -> list[Found]:
        """The next rows by key after `after`; with `since` only those changed from then on."""
        wheres, values = [], list[Any]()
        if after:
            marks = ", ".join(["%s"] * len(self.key))
            wheres.append(f"({', '.join(self._of('t', self.key))}) > ({marks})")
            values += self.typed(after)
        if since is not None:
            wheres.append(f"t.{self.quoted(self.table.plan.changed)} >= %s")
            values.append(since)
        where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
        tail = f"{where} ORDER BY {', '.join(self._of('t', self.key))} LIMIT {int(limit)}"
        return self._rows(session, tail, values)

    def by_keys(
        self, session: Session, keys: Sequence[tuple[str, ...]], *, lock: bool = False
    ) -> list[Found]:
        """The rows with these keys; `lock` holds them until the transaction's end where that is known."""
        if not keys:
            return []
        where, values = self._in(keys)
        hold = " FOR UPDATE" if lock and self._dialect != "sqlite" else ""
        return self._rows(session, f" WHERE {where}{hold}", values)

    def by_values(self, session: Session, column: str, values: Sequence[str]) -> list[Found]:
        """The rows with one of these values in a unique column."""
        if not values:
            return []
        name = f"t.{self.quoted(column)}"
        if self.pg:
            return self._rows(session, f" WHERE {name}::text = ANY(%s)", [list(values)])
        marks = ", ".join(["%s"] * len(values))
        return self._rows(session, f" WHERE {name} IN ({marks})", values)

    def _rows(self, session: Session, tail: str, values: Sequence[Any]) -> list[Found]:
        inner = f"SELECT {', '.join(self._of('t', self.columns))} FROM {self.name} t{tail}"  # noqa: S608  # names are quoted, values are parameters
        if not self.pg:
            return [self._made(row) for row in session.rows(inner, values)]
        keys = ", ".join(f"x.{one}::text" for one in self.key)
        outer = f"SELECT {keys}, convert_to(row_to_json(x)::text, 'UTF8') FROM ({inner}) x"  # noqa: S608  # the same
        return [(row[:-1], row[-1]) for row in session.bodies(outer, values)]

    def _made(self, row: Row) -> Found:
        """Column values as JSON, in the order of the mapping."""
        plain = {name: _plain(value) for name, value in zip(self.table.selected, row, strict=True)}
        return tuple(str(plain[one]) for one in self.table.plan.key), _encode(plain)

    def _in(self, keys: Sequence[tuple[str, ...]]) -> tuple[str, list[Any]]:
        if self.pg and len(self.key) == 1:
            return f"t.{self.key[0]} = ANY(%s::{self._arrays}[])", [[one[0] for one in keys]]
        marks = ", ".join([f"({', '.join(['%s'] * len(self.key))})"] * len(keys))
        many = f"({', '.join(self._of('t', self.key))})" if len(self.key) > 1 else f"t.{self.key[0]}"
        if len(self.key) == 1:
            marks = marks.replace("(", "").replace(")", "")
        if len(self.key) > 1 and self._dialect == "sqlite":
            marks = f"VALUES {marks}"
        return f"{many} IN ({marks})", [value for key in keys for value in self.typed(key)]

    def typed(self, key: Sequence[str]) -> list[Any]:
        """A key's texts as values of its type."""
        if self.pg:
            return list(key)
        return [
            int(one) if whole and one.lstrip("-").isdigit() else one
            for one, whole in zip(key, self._whole, strict=True)
        ]

    @staticmethod
    def _of(alias: str, columns: Sequence[str]) -> list[str]:
        return [f"{alias}.{one}" for one in columns]

    # ------------------------------------------------------------------ writing, PostgreSQL

    def insert_many(
        self, session: Session, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> list[Found]:
        """Insert rows in one statement; those whose key is there already are left out of the answer."""
        names = ", ".join(self.quoted(one) for one in columns)
        statement = (
            f"INSERT INTO {self.name} AS t ({names}) SELECT {names}"  # noqa: S608  # names are quoted
            f" FROM json_populate_recordset(NULL::{self.name}, %s::json)"
            f" ON CONFLICT ({', '.join(self.key)}) DO NOTHING RETURNING {self._returned()}"
        )
        return self._answered(session, statement, [_encode(rows).decode()])

    def insert_one(self, session: Session, row: Mapping[str, Any]) -> Found:
        """Insert a row whose key the database makes."""
        names = ", ".join(self.quoted(one) for one in row) if row else ""
        statement = (
            f"INSERT INTO {self.name} AS t ({names}) SELECT {names}"  # noqa: S608  # names are quoted
            f" FROM json_populate_record(NULL::{self.name}, %s::json) RETURNING {self._returned()}"
        )
        return self._answered(session, statement, [_encode(row).decode()])[0]

    def update_many(
        self, session: Session, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> list[Found]:
        """Set these columns in the rows with these keys (both in `rows`)."""
        sets = ", ".join(f"{self.quoted(one)} = x.{self.quoted(one)}" for one in columns)
        same = " AND ".join(f"t.{one} = x.{one}" for one in self.key)
        statement = (
            f"UPDATE {self.name} AS t SET {sets}"  # noqa: S608  # names are quoted
            f" FROM json_populate_recordset(NULL::{self.name}, %s::json) x WHERE {same}"
            f" RETURNING {self._returned()}"
        )
        return self._answered(session, statement, [_encode(rows).decode()])

    def _returned(self) -> str:
        keys = ", ".join(f"t.{one}::text" for one in self.key)
        inner = ", ".join(self._of("t", self.columns))
        return f"{keys}, (SELECT convert_to(row_to_json(r)::text, 'UTF8') FROM (SELECT {inner}) r)"  # noqa: S608  # the same

    def _answered(self, session: Session, statement: str, values: Sequence[Any]) -> list[Found]:
        return [(row[:-1], row[-1]) for row in session.bodies(statement, values)]

    # ------------------------------------------------------------------ writing, the others

    def insert_plain(self, columns: Sequence[str]) -> str:
        """An INSERT of one row's values."""
        names = ", ".join(self.quoted(one) for one in columns)
        return f"INSERT INTO {self.name} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608  # names are quoted

    def update_plain(self, columns: Sequence[str]) -> str:
        """An UPDATE of one row: its values, then its key."""
        sets = ", ".join(f"{self.quoted(one)} = %s" for one in columns)
        return f"UPDATE {self.name} SET {sets} WHERE {' AND '.join(f'{one} = %s' for one in self.key)}"  # noqa: S608  # names are quoted

    def delete(self, session: Session, keys: Sequence[tuple[str, ...]]) -> None:
        """Delete the rows with these keys."""
        where, values = self._in(keys)
        alias = " AS t" if self._dialect != "mysql" else ""
        if self._dialect == "mysql":
            where = where.replace("t.", "")
        session.execute(f"DELETE FROM {self.name}{alias} WHERE {where}", values)  # noqa: S608  # names are quoted


def _plain(value: Any) -> Any:
    """A driver's value as JSON can hold it; bytes are not read."""
    if value is None or type(value) in {str, int, float, bool}:
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.timedelta):
        whole = int(value.total_seconds())
        return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return None if isinstance(value, bytes | bytearray | memoryview) else str(value)
