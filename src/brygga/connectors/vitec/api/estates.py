"""New homes: four types have a page; nothing of a home can be changed from outside (CONTRACT.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brygga.connectors.abilities import Draft, Written
from brygga.connectors.vitec.api.asking import Crm, segment
from brygga.connectors.vitec.mapping.outward import homes
from brygga.connectors.vitec.mapping.outward.limits import bare
from brygga.model import Estate, Invalid, OutcomeUnknown, Unsupported
from brygga.wire.call import Repeat

WRITE = "write.estate"


class Estates:
    """Makes homes for one customer."""

    def __init__(self, crm: Crm, *, settings: Mapping[str, Any]) -> None:
        self._crm = crm
        self._seller = str(settings.get("estate_seller_member", "contactId") or "")

    async def write(self, draft: Draft) -> Written:
        """Make a home. Raises Unsupported (update, removal, other types) and Invalid (a part is missing)."""
        if not isinstance(draft.record, Estate):
            raise Invalid("The draft holds no home.", code="wrong_kind")
        if draft.op != "create":
            raise Unsupported(
                "A home in Vitec cannot be changed or removed from outside.",
                code="estate_update",
                sv="Ett objekt i Vitec går inte att ändra eller ta bort utifrån. Gör det för hand i Vitec.",
                connection=self._crm.connection,
            )
        page = homes.page(draft.record)
        homes.check(draft.record)
        body = self._body(draft.record)
        path = f"/{page}/{segment(self._crm.customer)}"
        answer = await self._crm.tell(WRITE, path, body, repeat=Repeat.NONE)
        return Written(source_id=self._crm.new_id(answer, WRITE))

    def _body(self, record: Estate) -> dict[str, Any]:
        name = self._crm.connection
        return homes.body(
            record,
            agent=bare(record.agent_id, name, "agent_id"),
            sellers=[bare(one, name, "seller_ids") for one in record.seller_ids],
            seller_member=self._seller,
        )

    async def read_back(self, draft: Draft) -> Written | None:
        """A new home is in no list until it is published, so nobody can tell. Raises OutcomeUnknown."""
        raise OutcomeUnknown(
            f"Whether the home {draft.record.id} was made cannot be told.",
            code="estate_not_listed",
            sv="Det går inte att se om objektet kom fram till Vitec, för nya objekt syns inte i någon lista. "
            "Titta i Vitec och välj sedan om det ska skickas igen.",
            connection=self._crm.connection,
            operation=WRITE,
        )
