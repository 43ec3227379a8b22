"""Whose fault a refused bulk is: which rows refer to rows that are not there."""

from __future__ import annotations

from collections.abc import Sequence

from brygga.connectors.agencydb.api.items import Item, Refusals
from brygga.connectors.agencydb.api.statements import Statements
from brygga.connectors.agencydb.mapping import Mapper
from brygga.model import BryggaError
from brygga.wire.database_session import Session


class Blame:
    """Finds the rows to blame, and names column and table."""

    def __init__(self, mapper: Mapper, refusals: Refusals) -> None:
        self._mapper, self._refusals = mapper, refusals

    def named(self, session: Session, item: Item, meant: BryggaError) -> BryggaError:
        """A missing reference by the name of its column; other refusals as they are."""
        if meant.code == "reference_missing":
            self.weed(session, [item])
            if isinstance(item.outcome, BryggaError):
                return item.outcome
        return meant

    def weed(self, session: Session, items: Sequence[Item]) -> None:
        """Settle the items that refer to rows that are not there, naming column and table."""
        table = items[0].table
        if table is None:
            return
        for name, column in table.columns.items():
            to = self._mapper.tables.get(column.plan.to)
            if column.plan.how != "ref" or to is None or len(to.plan.key) != 1:
                continue
            wanted = {
                str(one.values[name]) for one in items if one.waits and one.values.get(name) is not None
            }
            there = {
                key[0]
                for key, _ in Statements(
                    to, dialect=session.dialect, schema=self._mapper.plan.schema
                ).by_keys(session, [(one,) for one in sorted(wanted)])
            }
            for one in items:
                value = one.values.get(name)
                if one.waits and value is not None and str(value) not in there:
                    one.outcome = self._refusals.rejected(
                        "reference_missing",
                        f"Raden som {table.name}.{name} hänvisar till finns inte i {to.name}.",
                        f"{table.name}.{name} refers to {to.name} {value}, which is not there",
                    )
