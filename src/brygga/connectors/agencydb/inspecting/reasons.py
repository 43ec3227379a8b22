"""Why a column or a table is left out of a proposal, in words that help who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brygga.connectors.agencydb.inspecting import vocabulary
from brygga.connectors.agencydb.inspecting.tables import Rival
from brygga.connectors.agencydb.mapping.folding import squashed, tokens
from brygga.connectors.agencydb.schema import Catalog, Column, Table

if TYPE_CHECKING:
    from brygga.connectors.agencydb.inspecting.columns import Table_

KINDS: Final = {
    "estate": "objekt", "contact": "kontakter", "agent": "mäklare", "viewing": "visningar", "bid": "bud",
    "relation": "relationer", "association": "föreningar", "office": "kontor", "meeting": "möten",
}  # fmt: skip
"""Kind → its Swedish name in the plural."""
NOTHING_LIKE_IT: Final = "ingen motsvarighet i modellen känns igen"
ONLY_KEY: Final = "nyckel: används för att känna igen raden"


def reason(at: Table_, column: Column) -> str:
    """Why a column is left out."""
    squash = squashed(column.name)
    if squash in vocabulary.SECRET:
        return "hemlighet: läses aldrig"
    if column.name in at.table.key:
        return ONLY_KEY
    if squash in vocabulary.SOFT_DELETE:
        return "mjuk radering: se frågan överst"
    if squash in vocabulary.CHANGED:
        return _changed(column)
    if column.base in {"other", "array"}:
        return f"typen {column.declared} läses inte"
    if squash in vocabulary.PLANE or squash.startswith(("lat", "lon", "lng")):
        return "koordinater som inte är grader (WGS 84) läses inte"
    if (composite := _composite(at.table, column)) is not None:
        return f"nyckeln till {composite} har flera kolumner: sådana hänvisningar följs inte"
    key = at.table.foreign_of(column.name)
    if key is not None and key.table in at.guesses:
        return f"hänvisar till {key.table} i en roll som inte har någon plats i modellen"
    if key is not None:
        return "hänvisar till något som inte har någon plats i modellen"
    return "räknas fram av databasen" if column.generated else NOTHING_LIKE_IT


def _changed(column: Column) -> str:
    if column.base in {"moment", "moment_tz", "text"}:
        return "när raden ändrades: används för att hitta ändringar"
    return f"när raden ändrades, men som {column.declared}: ändringar hittas genom jämförelse i stället"


def _composite(table: Table, column: Column) -> str | None:
    found = (one for one in table.foreign if column.name in one.columns and len(one.columns) > 1)
    return next((one.table for one in found), None)


def not_taken(table: Table, catalog: Catalog, rival: Rival | None, *, looked_up: bool, keyed: bool) -> str:
    """Why a table is left out."""
    if looked_up:
        return "uppslagstabell: orden i den står i words och back"
    if not keyed:
        return "saknar nyckel, så raderna går inte att känna igen"
    if "select" not in table.rights:
        return "vår användare får inte läsa den"
    if rival is not None:
        what = "vy över samma" if table.view else "ser också ut som"
        return f"{what} {KINDS[rival.kind]}; {rival.winner} togs"
    if vocabulary.NOT_TABLES.intersection(tokens(table.name)):
        return "namnet säger att den är en kopia, en logg eller hör till något annat"
    wide = next(
        (one.table for one in table.foreign if len(one.columns) > 1 and one.table in catalog.tables), ""
    )
    if wide:
        return f"nyckeln till {wide} har flera kolumner: sådana hänvisningar följs inte"
    return "känns inte igen som något som modellen har"
