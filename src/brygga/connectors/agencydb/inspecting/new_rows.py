"""What a new row must have and the model has not: times of writing, logins, and constants."""

from __future__ import annotations

from typing import Final

from brygga.connectors.agencydb.inspecting import vocabulary
from brygga.connectors.agencydb.inspecting.columns import Table_
from brygga.connectors.agencydb.inspecting.evidence import speaks_for
from brygga.connectors.agencydb.inspecting.naming import says_utc
from brygga.connectors.agencydb.inspecting.wordlists import OTHER
from brygga.connectors.agencydb.mapping.folding import squashed
from brygga.connectors.agencydb.schema import Catalog, Column, ColumnPlan, Table

_UTC: Final = frozenset({"UTC", "GMT", "ETC/UTC", "UCT", "ZULU"})
_ROLES: Final = ("maklare", "agent", "broker", "realtor", "user", "anvandare", "handlaggare", "employee")
_USERNAMES: Final = frozenset(["username", "anvandarnamn", "login", "inloggning", "loginname", "userid"])


def declared(column: Column) -> str:
    return column.base if column.declared == column.base else f"{column.base} {column.declared}"


def changed_column(table: Table) -> Column | None:
    fits = [c for c in table.columns if squashed(c.name) in vocabulary.CHANGED]
    return next(
        (
            c
            for c in fits
            if c.base in {"moment_tz", "moment"} or (c.base == "text" and "date" not in c.declared)
        ),
        None,
    )


def zone_of(column: Column, catalog: Catalog, table: Table) -> str:
    """`offset` where each value says its own; UTC where the database fills it in UTC; else Swedish."""
    if column.base == "moment_tz":
        return "offset"
    default = column.default.lower()
    if "utc" in default or says_utc(column.name):
        return "UTC"
    by_database = "now" in default or "current_timestamp" in default or bool(table.triggers)
    return "UTC" if by_database and catalog.time_zone.upper() in _UTC and "localtime'" not in default else ""


def fill(
    at: Table_,
    columns: dict[str, ColumnPlan],
    key: tuple[str, ...],
    left: list[tuple[str, str]],
    comments: list[str],
) -> bool:
    """Give what a new row must have and the model has not; whether new rows can be made at all."""
    changed = changed_column(at.table)
    able = True
    for column in at.table.columns:
        own_key = column.name in key and (len(key) == 1)
        by_hand = column.filled or column.nullable
        stale = column == changed and not column.generated and not at.table.triggers and not _renewed(column)
        if column.name in columns or own_key or (by_hand and not stale):
            continue
        plan = _username(at, column) or _constant(at, column)
        if plan is not None and plan.field:
            first = {column.name: plan, **columns}  # read first, so that the address itself has the last word
            columns.clear()
            columns |= first
            left[:] = [one for one in left if one[0] != f"{at.table.name}.{column.name}"]
            continue
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


def _username(at: Table_, column: Column) -> ColumnPlan | None:
    """A colleague's login that must be there: the e-mail address, unless the rows show something else."""
    if at.kind != "agent" or squashed(column.name) not in _USERNAMES or column.base != "text":
        return None
    texts = at.samples.texts(at.table.name, column.name)
    if texts and not speaks_for("email", texts):
        return None
    return ColumnPlan(field="email", type=declared(column), required=True, sure=bool(texts))


def _constant(at: Table_, column: Column) -> ColumnPlan | None:
    """What is written in a column that no field of the model fills."""
    kind = declared(column)
    if column.base in {"moment", "moment_tz"}:
        zone = zone_of(column, at.catalog, at.table)
        return ColumnPlan(how="now", type=kind, zone=zone if zone == "UTC" else "", filled=column.filled)
    if squashed(column.name) in vocabulary.SECRET and column.base == "text":
        return ColumnPlan(type=kind, missing="!", sure=True)
    if column.words:
        by_fold = {squashed(one): one for one in column.words}
        word = next((by_fold[one] for one in (*_ROLES, *sorted(OTHER)) if one in by_fold), None)
        return None if word is None else ColumnPlan(type=kind, missing=word, sure=False)
    if column.base == "bool":
        return ColumnPlan(type=kind, missing="false", sure=False)
    return None
