"""What stands in a row that is to be changed: the wish already, another's change, or nothing of ours."""

from __future__ import annotations

from brygga.connectors.agencydb.api.items import Item, Refusals
from brygga.connectors.agencydb.api.statements import Statements
from brygga.connectors.agencydb.mapping import Mapper, TableMap
from brygga.connectors.agencydb.mapping.paths import get
from brygga.model import BryggaError, Record, Relation
from brygga.model.intake import Intake
from brygga.wire.database_session import Session


class Standing:
    """Judges rows of one connection's mapping."""

    def __init__(self, mapper: Mapper, refusals: Refusals) -> None:
        self._mapper, self._refusals = mapper, refusals

    def stands(self, sql: Statements, item: Item, body: bytes) -> bool:
        """Whether the row already says what is wanted; a row that was changed meanwhile settles the item."""
        draft = item.draft
        if isinstance(draft.record, Relation) and sql.table.kind != "relation":
            return self._slot_stands(item, body)
        current = sql.table.record(self._mapper.row(body), draft.record.id, Intake())
        wanted = self._mapper.as_seen(draft.record)
        touched = [f for name in item.values for f in fields_of(sql.table, name)]
        if all(get(current, f) == get(wanted, f) for f in touched):
            return True
        if draft.before is not None:
            item.outcome = self.moved(sql, item, body, wanted)
        return False

    def _slot_stands(self, item: Item, body: bytes) -> bool:
        """A part that stands in a column of the home: another contact there is not pushed out."""
        row = self._mapper.row(body)
        relation, table = item.draft.record, item.table
        if table is None or not isinstance(relation, Relation):
            return False
        column = table.relations[relation.role]
        held, wanted = row.get(column), item.values[column]
        if item.draft.op == "remove":
            return table.columns[column].target(held) != relation.contact_id
        if held is not None and str(held) != str(wanted):
            item.outcome = self._refusals.rejected(
                "slot_taken",
                f"Kolumnen {column} rymmer bara en kontakt och har redan en annan. Inget ändrades.",
                f"{column} names another contact",
            )
        return held is not None and str(held) == str(wanted)

    def moved(
        self, sql: Statements, item: Item, body: bytes, wanted: Record | None = None
    ) -> BryggaError | None:
        """Why the row is not the one that was looked at, if it is not."""
        before = item.draft.before
        current = sql.table.record(self._mapper.row(body), item.draft.record.id, Intake())
        parts = {f for column in sql.table.relations.values() for f in fields_of(sql.table, column)}
        for field in sorted(sql.table.fields):
            value = get(current, field)
            if before is None or value == get(before, field):
                continue
            if field in parts and field not in item.draft.fields:
                continue  # who has a part in a home is written as a relation, past the home
            if wanted is not None and value == get(wanted, field) and field in item.draft.fields:
                continue  # somebody has made this very change already
            return self._refusals.rejected(
                "changed_meanwhile",
                f"Raden i {sql.table.name} har ändrats sedan vi läste den ({field}). Inget skrevs.",
                f"{sql.table.name}: {field} was changed meanwhile",
            )
        return None

    def absent(self, session: Session, sql: Statements, item: Item) -> BryggaError:
        """Not found: gone, or shown to nobody like us."""
        if sql.pg and sql.by_keys(session, [item.key]):
            return self.hidden(sql)
        return self._refusals.rejected(
            "gone",
            f"Raden i {sql.table.name} finns inte längre, eller visas inte för vår användare.",
            f"{sql.table.name}: the row is gone or hidden",
        )

    def hidden(self, sql: Statements) -> BryggaError:
        return self._refusals.rejected(
            "row_security",
            f"Databasens radskydd låter oss inte ändra raden i {sql.table.name}. Inget skrevs.",
            f"{sql.table.name}: row security forbids it",
        )


def fields_of(table: TableMap, column: str) -> tuple[str, ...]:
    """The fields of the model that a column holds."""
    made = table.columns.get(column)
    return made.fields if made is not None else ()
