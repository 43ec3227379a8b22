"""A whole mapping proposed for a database: tables, keys, columns, what is left out, and why."""

from __future__ import annotations

from typing import Final

import msgspec

from brygga.connectors.agencydb.inspecting.catalogue import read_catalog
from brygga.connectors.agencydb.inspecting.columns import Found, Table_, columns_of
from brygga.connectors.agencydb.inspecting.new_rows import changed_column, declared, fill, zone_of
from brygga.connectors.agencydb.inspecting.questions import gathered, of_columns, written_head
from brygga.connectors.agencydb.inspecting.reasons import not_taken
from brygga.connectors.agencydb.inspecting.samples import Samples
from brygga.connectors.agencydb.inspecting.tables import Guess, Rival, guessed
from brygga.connectors.agencydb.inspecting.unplaced import of_the_rest, thrown_away
from brygga.connectors.agencydb.mapping.columns import ORDER
from brygga.connectors.agencydb.mapping.folding import squashed
from brygga.connectors.agencydb.schema import Catalog, ColumnPlan, Plan, Table, TablePlan, written
from brygga.connectors.agencydb.schema.plan import VERSION
from brygga.model import Fault, Invalid
from brygga.wire.database_session import Session

_NATURAL: Final = ("personnummer", "orgnr", "email", "reference")
_LONG_ENOUGH: Final = 16
"""Letters a text key must take for ours (hexadecimal digits of a hash) never to meet another's."""


class Proposal(msgspec.Struct, kw_only=True):
    """A proposed mapping: the plan, its text, in how many places it is not sure, and what is left out."""

    plan: Plan
    text: str
    unsure: int
    left_out: list[tuple[str, str]]


def propose(session: Session, schema: str = "") -> Proposal:
    """Look at an open database and propose. Raises Invalid when no table of it is recognised."""
    rivals: dict[str, Rival] = {}
    catalog, guesses = _looked_through(session, schema, rivals)
    samples = Samples(session, catalog.schema)
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
        (
            name,
            not_taken(table, catalog, rivals.get(name), looked_up=name in looked_up, keyed=bool(_key(table))),
        )
        for name, table in catalog.tables.items()
        if name not in guesses
    ]
    plan = Plan(version=VERSION, dialect=catalog.dialect, schema=catalog.schema, tables=tables)
    asked = [*of_columns(plan, why), *of_the_rest(plan, catalog, samples, rivals)]
    text = written_head(_text(plan, why, gathered(out, tables)), asked)
    return Proposal(plan=plan, text=text, unsure=len(asked), left_out=out)


_SCHEMAS: Final = """
SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
AND nspname <> current_schema() AND has_schema_privilege(oid, 'USAGE') ORDER BY nspname"""


def _looked_through(
    session: Session, schema: str, rivals: dict[str, Rival]
) -> tuple[Catalog, dict[str, Guess]]:
    """The catalogue and what its tables hold. Where nobody named a schema and the usual one has no homes,
    the one of the others with the most of our kinds."""
    catalog = read_catalog(session, schema)
    guesses = _recognised(catalog, rivals)
    if schema or session.dialect != "postgresql" or _has_homes(guesses):
        return catalog, guesses
    for (name,) in session.rows(_SCHEMAS):
        other = read_catalog(session, str(name))
        passed: dict[str, Rival] = {}
        found = _recognised(other, passed)
        if (_has_homes(found), len(found)) > (_has_homes(guesses), len(guesses)):
            catalog, guesses = other, found
            rivals.clear()
            rivals |= passed
    return catalog, guesses


def _recognised(catalog: Catalog, rivals: dict[str, Rival]) -> dict[str, Guess]:
    usable = {name: table for name, table in catalog.tables.items() if _usable(table)}
    return guessed(msgspec.structs.replace(catalog, tables=usable), rivals)


def _has_homes(guesses: dict[str, Guess]) -> bool:
    return any(one.kind == "estate" for one in guesses.values())


_BLANK: Final = "\ufdd0"


def _text(plan: Plan, why: dict[str, str], left_out: list[tuple[str, str]]) -> str:
    """The plan written out. An empty `missing` is a value too, which a plain writing leaves out."""
    marked = {
        name: msgspec.structs.replace(
            table,
            columns={
                column: msgspec.structs.replace(one, missing=_BLANK) if one.missing == "" else one
                for column, one in table.columns.items()
            },
        )
        for name, table in plan.tables.items()
    }
    text = written(msgspec.structs.replace(plan, tables=marked), why=why, left_out=left_out)
    return text.replace(_BLANK, "")


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
        create = fill(at, columns, key, left, comments) and _numbered(table, key, columns, comments)
    changed = changed_column(table)
    if read_only:
        comments.append("läses bara: vy, eller vår användare får inte skriva")
    if table.row_security:
        comments.append("radskydd: vi ser och ändrar bara de rader som vår användare får")
    if table.triggers:
        comments.append(f"egna triggrar: {', '.join(table.triggers)}")
    soft = thrown_away(table)
    if soft:
        comments.append(f"rader tas aldrig bort här: {soft} visar att egna programmet bara gömmer dem")
    why[table.name] = "; ".join(comments)
    key_column = table.column(key[0])
    return TablePlan(
        kind=at.kind,
        key=key,
        key_made=_key_made(table, key, columns),
        key_type=declared(key_column) if key_column is not None and len(key) == 1 else "",
        natural=_natural(table, columns),
        changed=changed.name if changed is not None else "",
        changed_zone=zone_of(changed, at.catalog, table) if changed is not None else "",
        read_only=read_only,
        create=create or read_only,
        remove=("delete" in table.rights and not soft) or read_only,
        fixed=guess.fixed,
        columns=columns,
        sure=guess.sure,
    )


def _numbered(
    table: Table, key: tuple[str, ...], columns: dict[str, ColumnPlan], comments: list[str]
) -> bool:
    """Whether a new row gets its key: from the database, from us, or from the record."""
    if len(key) > 1:
        lacking = [one for one in key if one not in columns or not columns[one].write]
        if lacking:
            comments.append(
                f"nya rader kan inte göras: {lacking[0]} är en del av nyckeln och ges inte av oss"
            )
        return not lacking
    column = table.column(key[0])
    how = _key_made(table, key, columns)
    short = how == "text" and column is not None and (column.length or _LONG_ENOUGH) < _LONG_ENOUGH
    theirs = how == "serial" and column is not None and not (column.filled or table.triggers)
    if not (short or theirs):
        return True
    comments.append(f"nya rader kan inte göras: ert eget program delar ut {key[0]}")
    return False


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
