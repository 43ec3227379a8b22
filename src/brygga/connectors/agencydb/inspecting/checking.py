"""A mapping held against the live schema: what stops it, what will be refused, what nobody thought of."""

from __future__ import annotations

import msgspec

from brygga.connectors.agencydb.schema import Catalog, Column, ColumnPlan, Plan, Table, TablePlan


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `stops`: the table cannot be used as it is mapped. `where`: table or table.column."""

    code: str
    where: str
    sv: str
    en: str
    stops: bool = True


def check_plan(plan: Plan, catalog: Catalog) -> list[Remark]:
    """Everything that does not fit, what stops first."""
    found: list[Remark] = []
    if plan.dialect != catalog.dialect:
        found.append(
            _remark(
                "other_dialect",
                plan.dialect,
                f"Mappningen är gjord för {plan.dialect}, men databasen är {catalog.dialect}.",
                f"The mapping is for {plan.dialect}, but the database is {catalog.dialect}.",
            )
        )
    if catalog.read_only and any(not one.read_only for one in plan.tables.values()):
        found.append(
            _remark(
                "read_only",
                "",
                "Databasen eller användaren får bara läsa: inget kan skrivas.",
                "The database or our user may only read: nothing can be written.",
                stops=False,
            )
        )
    for name, table in plan.tables.items():
        live = catalog.tables.get(name)
        if live is None:
            found.append(_gone_table(name, catalog))
        else:
            found += _table(name, table, live)
    return sorted(found, key=lambda one: not one.stops)


def _gone_table(name: str, catalog: Catalog) -> Remark:
    near = _near(name, list(catalog.tables))
    return _remark(
        "table_missing",
        name,
        f"Tabellen {name} finns inte." + (f" Heter den {near} nu?" if near else ""),
        f"There is no table {name}." + (f" Is it called {near} now?" if near else ""),
    )


def _table(name: str, plan: TablePlan, live: Table) -> list[Remark]:
    names = [one.name for one in live.columns]
    found = [_gone_column(f"{name}.{key}", key, names, plan) for key in plan.key if key not in names]
    if not live.key and not live.uniques and not live.view:
        found.append(
            _remark("no_key", name, f"Tabellen {name} har ingen nyckel.", f"The table {name} has no key.")
        )
    if plan.changed and plan.changed not in names:
        found.append(_gone_column(f"{name}.{plan.changed}", plan.changed, names, plan))
    for column, one in plan.columns.items():
        there = live.column(column)
        if there is None:
            found.append(_gone_column(f"{name}.{column}", column, names, plan))
        else:
            found += _column(f"{name}.{column}", one, there)
    return found + _rights(name, plan, live) + _required(name, plan, live)


def _gone_column(where: str, column: str, names: list[str], plan: TablePlan) -> Remark:
    near = _near(column, [one for one in names if one not in plan.columns])
    return _remark(
        "column_missing",
        where,
        f"Kolumnen {where} finns inte." + (f" Heter den {near} nu?" if near else ""),
        f"There is no column {where}." + (f" Is it called {near} now?" if near else ""),
    )


def _column(where: str, plan: ColumnPlan, live: Column) -> list[Remark]:
    found: list[Remark] = []
    base = plan.type.partition(" ")[0]
    if base and base != live.base:
        found.append(
            _remark(
                "retyped",
                where,
                f"Kolumnen {where} var {base} och är nu {live.declared}.",
                f"The column {where} was {base} and is now {live.declared}.",
            )
        )
    elif plan.type and plan.type.partition(" ")[2] not in {"", live.declared}:
        found.append(
            _remark(
                "resized",
                where,
                f"Kolumnen {where} var {plan.type.partition(' ')[2]} och är nu {live.declared}.",
                f"The column {where} was {plan.type.partition(' ')[2]} and is now {live.declared}.",
                stops=False,
            )
        )
    if live.generated and plan.write and plan.field:
        found.append(
            _remark(
                "generated",
                where,
                f"Kolumnen {where} räknas fram av databasen och kan inte skrivas: sätt write = false.",
                f"The column {where} is generated and cannot be written: set write = false.",
            )
        )
    return found + _words(where, plan, live)


def _words(where: str, plan: ColumnPlan, live: Column) -> list[Remark]:
    if plan.how != "choice" or not live.words:
        return []
    found = []
    new = [one for one in live.words if one not in plan.words and one != plan.missing]
    gone = sorted(
        {one for one in (*plan.back.values(), *filter(None, [plan.missing])) if one not in live.words}
    )
    if new:
        found.append(
            _remark(
                "word_without_counterpart",
                where,
                f"Värden i {where} saknar motsvarighet: {', '.join(new)}. De läses som de står.",
                f"Values of {where} have no counterpart: {', '.join(new)}. They are read as they stand.",
                stops=False,
            )
        )
    if gone:
        found.append(
            _remark(
                "word_gone",
                where,
                f"Värden som mappningen skriver finns inte i {where}: {', '.join(gone)}.",
                f"Values that the mapping writes are not in {where}: {', '.join(gone)}.",
            )
        )
    return found


def _rights(name: str, plan: TablePlan, live: Table) -> list[Remark]:
    if "select" not in live.rights:
        return [
            _remark(
                "no_right", name, f"Vår användare får inte läsa {name}.", f"Our user may not read {name}."
            )
        ]
    wanted = set() if plan.read_only else {"insert", "update"}
    missing = sorted(wanted - live.rights)
    if not missing:
        return []
    return [
        _remark(
            "read_only",
            name,
            f"Vår användare får inte skriva i {name} ({', '.join(missing)}).",
            f"Our user may not write to {name} ({', '.join(missing)}).",
            stops=False,
        )
    ]


def _required(name: str, plan: TablePlan, live: Table) -> list[Remark]:
    if plan.read_only or not plan.create:
        return []
    given = {*plan.columns, *plan.key}
    lacking = [c.name for c in live.columns if not c.nullable and not c.filled and c.name not in given]
    return [
        _remark(
            "required_without_value",
            f"{name}.{one}",
            f"Kolumnen {name}.{one} måste ha ett värde, men mappningen ger inget: nya rader avvisas.",
            f"The column {name}.{one} must have a value, but the mapping gives none: new rows are refused.",
        )
        for one in lacking
    ]


def _near(name: str, others: list[str]) -> str:
    import difflib

    return next(iter(difflib.get_close_matches(name, others, n=1, cutoff=0.6)), "")


def _remark(code: str, where: str, sv: str, en: str, *, stops: bool = True) -> Remark:
    return Remark(code=code, where=where, sv=sv, en=en, stops=stops)
