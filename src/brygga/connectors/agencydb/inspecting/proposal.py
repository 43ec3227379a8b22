"""A whole mapping proposed for a database: tables, keys, columns, what is left out, and why."""

from __future__ import annotations

from typing import Final

import msgspec

from brygga.connectors.agencydb.inspecting import vocabulary
from brygga.connectors.agencydb.inspecting.catalogue import read_catalog
from brygga.connectors.agencydb.inspecting.columns import Found, Table_, columns_of
from brygga.connectors.agencydb.inspecting.samples import Samples
from brygga.connectors.agencydb.inspecting.tables import Guess, guessed
from brygga.connectors.agencydb.inspecting.wordlists import OTHER
from brygga.connectors.agencydb.mapping.columns import ORDER
from brygga.connectors.agencydb.mapping.folding import squashed
from brygga.connectors.agencydb.schema import Catalog, Column, ColumnPlan, Plan, Table, TablePlan, written
from brygga.connectors.agencydb.schema.plan import VERSION
from brygga.model import Fault, Invalid
from brygga.wire.database_session import Session

_UTC: Final = frozenset({"UTC", "GMT", "ETC/UTC", "UCT", "ZULU"})
_NATURAL: Final = ("personnummer", "orgnr", "email", "reference")
_ROLES: Final = ("maklare", "agent", "broker", "realtor", "user", "anvandare", "handlaggare", "employee")
_USERNAMES: Final = frozenset(["username", "anvandarnamn", "login", "inloggning", "loginname", "userid"])


class Proposal(msgspec.Struct, kw_only=True):
    """A proposed mapping: the plan, its text, how many columns it is not sure of, and what is left out."""

    plan: Plan
    text: str
    unsure: int
    left_out: list[tuple[str, str]]


def propose(session: Session, schema: str = "") -> Proposal:
    """Look at an open database and propose. Raises Invalid when no table of it is recognised."""
    catalog = read_catalog(session, schema)
    samples = Samples(session, catalog.schema)
    guesses = {name: guess for name, guess in guessed(catalog).items() if _usable(catalog.tables[name])}
    if not guesses:
        raise Invalid(
            f"No table of the {len(catalog.tables)} in the database is recognised.",
            code="nothing_recognised",
            sv="Ingen tabell i databasen känns igen som objekt, kontakter, visningar eller bud.",
            fault=Fault.OFFICE,
        )
    tables: dict[str, TablePlan] = {}
    why: dict[str, str] = {}
    out: list[tuple[str, str]] = []
    for name in sorted(guesses, key=lambda one: (ORDER.index(guesses[one].kind), one)):
        at = Table_(
            table=catalog.tables[name],
            kind=guesses[name].kind,
            catalog=catalog,
            guesses=guesses,
            samples=samples,
        )
        found, left = columns_of(at)
        tables[name] = _table(at, found, guesses[name], left, why)
        why |= {f"{name}.{column}": one.why for column, one in found.items() if one.why}
        out += left
    looked_up = {
        key.table
        for name, table in tables.items()
        for column, one in table.columns.items()
        if one.how == "choice" and (key := catalog.tables[name].foreign_of(column)) is not None
    }
    out += [
        (name, _not_taken(catalog.tables[name], looked_up)) for name in catalog.tables if name not in guesses
    ]
    plan = Plan(version=VERSION, dialect=catalog.dialect, schema=catalog.schema, tables=tables)
    unsure = sum(not column.sure for table in tables.values() for column in table.columns.values())
    return Proposal(plan=plan, text=written(plan, why=why, left_out=out), unsure=unsure, left_out=out)


def _usable(table: Table) -> bool:
    return bool(_key(table)) and "select" in table.rights


def _key(table: Table) -> tuple[str, ...]:
    """The primary key, or what can stand in for one."""
    if table.key:
        return table.key
    whole = [one for one in table.uniques if all((c := table.column(n)) and not c.nullable for n in one)]
    if whole:
        return min(whole, key=len)
    return next(((c.name,) for c in table.columns if table.view and squashed(c.name) == "id"), ())


def _table(
    at: Table_, found: dict[str, Found], guess: Guess, left: list[tuple[str, str]], why: dict[str, str]
) -> TablePlan:
    table = at.table
    key = _key(table)
    columns = {name: one.plan for name, one in found.items()}
    read_only = table.view or not table.rights & {"insert", "update"} or at.catalog.read_only
    create = "insert" in table.rights and not read_only
    comments = [guess.why]
    if create:
        create = _fill(at, columns, key, left, comments)
    changed = _changed(table)
    if read_only:
        comments.append("läses bara: vy, eller vår användare får inte skriva")
    if table.row_security:
        comments.append("radskydd: vi ser och ändrar bara de rader som vår användare får")
    if table.triggers:
        comments.append(f"egna triggrar: {', '.join(table.triggers)}")
    why[table.name] = "; ".join(comments)
    key_column = table.column(key[0])
    return TablePlan(
        kind=at.kind,
        key=key,
        key_made=_key_made(table, key, columns),
        key_type=_declared(key_column) if key_column is not None and len(key) == 1 else "",
        natural=_natural(table, columns),
        changed=changed.name if changed is not None else "",
        changed_zone=_zone(changed, at.catalog, table) if changed is not None else "",
        read_only=read_only,
        create=create or read_only,
        remove="delete" in table.rights or read_only,
        fixed=guess.fixed,
        columns=columns,
        sure=guess.named or guess.fields > 4,
    )


def _declared(column: Column) -> str:
    return column.base if column.declared == column.base else f"{column.base} {column.declared}"


def _key_made(table: Table, key: tuple[str, ...], columns: dict[str, ColumnPlan]) -> str:
    column = table.column(key[0])
    if len(key) > 1 or column is None:
        return "given"
    if column.base == "uuid":
        return "uuid"
    if column.sequenced or column.identity:
        return "serial"
    if key[0] in columns and columns[key[0]].write:
        return "given"
    return "text" if column.base == "text" else "serial"


def _natural(table: Table, columns: dict[str, ColumnPlan]) -> tuple[str, ...]:
    """Unique columns that we write, by which a row is found again."""
    unique = {one[0] for one in table.uniques if len(one) == 1}
    able = {name: plan for name, plan in columns.items() if name in unique and plan.write}
    return tuple(
        sorted(
            (n for n, p in able.items() if p.field in _NATURAL), key=lambda n: _NATURAL.index(able[n].field)
        )
    )


def _changed(table: Table) -> Column | None:
    fits = [c for c in table.columns if squashed(c.name) in vocabulary.CHANGED]
    return next(
        (
            c
            for c in fits
            if c.base in {"moment_tz", "moment"} or (c.base == "text" and "date" not in c.declared)
        ),
        None,
    )


def _zone(column: Column, catalog: Catalog, table: Table) -> str:
    """`offset` where each value says its own; UTC where the database fills it in UTC; else Swedish."""
    if column.base == "moment_tz":
        return "offset"
    default = column.default.lower()
    if "utc" in default:
        return "UTC"
    by_database = "now" in default or "current_timestamp" in default or bool(table.triggers)
    return "UTC" if by_database and catalog.time_zone.upper() in _UTC and "localtime'" not in default else ""


def _fill(
    at: Table_,
    columns: dict[str, ColumnPlan],
    key: tuple[str, ...],
    left: list[tuple[str, str]],
    comments: list[str],
) -> bool:
    """Give what a new row must have and the model has not; whether new rows can be made at all."""
    changed = _changed(at.table)
    able = True
    for column in at.table.columns:
        own_key = column.name in key and (len(key) == 1)
        by_hand = column.filled or column.nullable
        stale = column == changed and not column.generated and not at.table.triggers and not _renewed(column)
        if column.name in columns or own_key or (by_hand and not stale):
            continue
        plan = _constant(at, column)
        if plan is None and not by_hand:
            able = False
            comments.append(
                f"nya rader kan inte göras: {column.name} måste ha ett värde som modellen inte har"
            )
        elif plan is not None:
            columns[column.name] = plan
            left[:] = [one for one in left if one[0] != f"{at.table.name}.{column.name}"]
    return able


def _renewed(column: Column) -> bool:
    """MySQL renews such a column by itself."""
    return "on update" in column.default.lower()


def _constant(at: Table_, column: Column) -> ColumnPlan | None:
    """What is written in a column that no field of the model fills."""
    kind = _declared(column)
    if column.base in {"moment", "moment_tz"}:
        zone = _zone(column, at.catalog, at.table)
        return ColumnPlan(how="now", type=kind, zone=zone if zone == "UTC" else "", filled=column.filled)
    if squashed(column.name) in vocabulary.SECRET and column.base == "text":
        return ColumnPlan(type=kind, missing="!", sure=True)
    if at.kind == "agent" and squashed(column.name) in _USERNAMES and column.base == "text":
        return ColumnPlan(field="email", type=kind, required=True)
    if column.words:
        by_fold = {squashed(one): one for one in column.words}
        word = next((by_fold[one] for one in (*_ROLES, *sorted(OTHER)) if one in by_fold), None)
        return None if word is None else ColumnPlan(type=kind, missing=word, sure=False)
    if column.base == "bool":
        return ColumnPlan(type=kind, missing="false", sure=False)
    return None


def _not_taken(table: Table, looked_up: set[str]) -> str:
    if table.name in looked_up:
        return "uppslagstabell: orden i den står i words och back"
    if not _key(table):
        return "saknar nyckel, så raderna går inte att känna igen"
    if "select" not in table.rights:
        return "vår användare får inte läsa den"
    return "känns inte igen som något som modellen har"
