"""The catalogue of a SQLite file."""

from __future__ import annotations

from collections import defaultdict

from brygga.connectors.agencydb.api.statements import quoted
from brygga.connectors.agencydb.inspecting.catalogue import base_of, listed_values, sizes
from brygga.connectors.agencydb.schema import Catalog, Column, ForeignKey, Table
from brygga.wire.database_session import Row, Session


def read(session: Session) -> Catalog:
    """The tables and views of the file. `now` is UTC in SQLite."""
    master = session.rows(
        "SELECT type, name, tbl_name, sql FROM sqlite_master"
        " WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid"
    )
    triggers: dict[str, list[str]] = defaultdict(list)
    for kind, name, table, _ in master:
        if kind == "trigger":
            triggers[table].append(name)
    tables = {
        name: _table(session, name, str(sql or ""), triggers[name], view=kind == "view")
        for kind, name, _, sql in master
        if kind in {"table", "view"}
    }
    read_only = bool(session.rows("PRAGMA query_only")[0][0])
    return Catalog(dialect="sqlite", schema="", tables=tables, time_zone="UTC", read_only=read_only)


def _table(session: Session, name: str, sql: str, triggers: list[str], *, view: bool) -> Table:
    own = quoted(name, "sqlite")
    rows = session.rows(f"PRAGMA table_xinfo({own})")
    key = tuple(row[1] for row in sorted((r for r in rows if r[5]), key=lambda r: int(r[5])))
    lists = listed_values([sql])
    uniques = []
    for _, index, unique, origin, partial, *_ in session.rows(f"PRAGMA index_list({own})"):
        if unique and origin != "pk" and not partial:
            parts = session.rows(f"PRAGMA index_info({quoted(index, 'sqlite')})")
            if all(part[2] for part in parts):
                uniques.append(tuple(part[2] for part in parts))
    return Table(
        name=name,
        columns=tuple(_column(row, key, lists) for row in rows if row[6] != 1),
        key=key,
        uniques=tuple(uniques),
        foreign=_foreign(session, own),
        triggers=tuple(triggers),
        view=view,
    )


def _foreign(session: Session, own: str) -> tuple[ForeignKey, ...]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in session.rows(f"PRAGMA foreign_key_list({own})"):
        groups[row[0]].append(row)
    return tuple(
        ForeignKey(
            columns=tuple(row[3] for row in rows),
            table=rows[0][2],
            to=tuple(str(row[4]) for row in rows if row[4]),
        )
        for rows in groups.values()
    )


def _column(row: Row, key: tuple[str, ...], lists: dict[str, tuple[str, ...]]) -> Column:
    _, name, declared, not_null, default, _, hidden = row[:7]
    base = base_of(str(declared)) if declared else "text"
    length, precision, scale = sizes(str(declared), base)
    alias = key == (name,) and str(declared).upper() == "INTEGER"  # the row's own number
    return Column(
        name=name,
        base=base,
        declared=str(declared).lower() or "text",
        length=length,
        precision=precision,
        scale=scale,
        nullable=not not_null and name not in key,
        default=str(default or ""),
        generated=hidden in (2, 3),
        identity="default" if alias else "",
        words=lists.get(name, ()),
    )
