"""Bids with who bid: read by home and contact, hidden ones too; made, and annulled (CONTRACT.md §3).

A bid has no page that changes it, and no key: before one is made, and after a doubtful answer, the
home's bids are looked through.
"""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.connectors.abilities import Draft, RawRecord, Written
from brygga.connectors.vitec.api.asking import Crm, raw, segment
from brygga.connectors.vitec.mapping.dealings import Bids as Kept
from brygga.connectors.vitec.mapping.dealings import amount, bids_of, estate_of
from brygga.connectors.vitec.mapping.outward import dealings as out
from brygga.connectors.vitec.mapping.outward.limits import bare
from brygga.model import Bid, BryggaError, Invalid, OutcomeUnknown, Unsupported
from brygga.wire.call import Answer, Repeat

BID = "bid"


class Bids:
    """The bids of one customer."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def fetch(self, source_id: str) -> RawRecord | None:
        """A bid by its id, or all of a home; None when Vitec knows no such bid or home."""
        estate = estate_of(source_id)
        if estate:
            return await self._of_home(estate)
        path = f"/CRM/Bid/{segment(self._crm.customer)}/{segment(source_id)}"
        answer = await self._crm.get("bid.read", path, missing=True)
        return None if answer.status == 404 else raw(BID, source_id, answer.body, answer)

    async def _of_home(self, estate: str) -> RawRecord | None:
        """Complete only when the hidden ones were told too: a bid that was hidden is not a bid less."""
        answer = await self._list("Bids", estate)
        if answer.status == 404:
            return None
        rows = self._of(answer, estate)
        hidden = await self._hidden(estate)
        kept = Kept(bids=[*rows, *(hidden or [])], complete=hidden is not None)
        return raw(BID, bids_of(estate), msgspec.json.encode(kept), answer)

    async def _hidden(self, estate: str, contact: str = "") -> list[dict[str, Any]] | None:
        """None when Vitec does not let us see them."""
        try:
            answer = await self._list("HiddenBids", estate, contact)
        except Unsupported:
            return None
        return [] if answer.status == 404 else self._of(answer, estate)

    async def _list(self, page: str, estate: str, contact: str = "") -> Answer:
        query = (("EstateId", estate), *((("ContactId", contact),) if contact else ()))
        path = f"/CRM/{page}/{segment(self._crm.customer)}"
        return await self._crm.get("bid.list", path, query, missing=True)

    def _of(self, answer: Answer, estate: str) -> list[dict[str, Any]]:
        """Of this home, whether or not the server heeded the filter."""
        return [row for row in self._crm.rows(answer, "bid.list") if row.get("estateId") == estate]

    # ------------------------------------------------------------------ writing

    async def write(self, draft: Draft) -> Written:
        """Make or annul. A bid that stands already with the same amount is that bid (`amount`)."""
        record = _bid(draft)
        if draft.op == "remove" or (draft.op == "update" and _annuls(draft, record)):
            return await self._annul(draft.source_id)
        if draft.op != "create":
            raise self._unchangeable()
        estate, contact = self._ends(record)
        body = out.bid(record)
        standing, _, _ = await self._same(record, estate, contact)
        if standing:
            return self._written(standing[0], matched_by="amount")
        path = f"/CRM/Bid/{segment(self._crm.customer)}/{segment(estate)}/{segment(contact)}"
        answer = await self._crm.tell("write.bid", path, body, repeat=Repeat.READBACK)
        return await self._as_it_is(self._crm.new_id(answer, "write.bid"))

    async def _annul(self, source_id: str) -> Written:
        """Annulling twice is the same as once, so wire may send it again."""
        known = bare(source_id, self._crm.connection, "id")
        path = f"/CRM/Bid/{segment(self._crm.customer)}/{segment(known)}"
        await self._crm.tell("write.bid", path, method="DELETE", repeat=Repeat.NATURAL)
        return await self._as_it_is(known)

    async def _as_it_is(self, source_id: str) -> Written:
        try:
            return Written(source_id=source_id, raw=await self.fetch(source_id))
        except BryggaError:
            return Written(source_id=source_id)  # it is written; only the look at it failed

    async def read_back(self, draft: Draft) -> Written | None:
        """The bid by home, contact and amount. Raises OutcomeUnknown when several could be it."""
        record = _bid(draft)
        if draft.op != "create":
            found = await self.fetch(bare(draft.source_id, self._crm.connection, "id"))
            done = found is not None and msgspec.json.decode(found.body).get("isCanceled") is True
            return Written(source_id=draft.source_id, raw=found) if done else None
        standing, annulled, hidden_too = await self._same(record, *self._ends(record))
        if len(standing) == 1:
            return self._written(standing[0], matched_by="amount")
        if standing or annulled or not hidden_too:
            raise self._doubtful(
                "Several bids could be the one that was sent, or hidden ones cannot be seen."
            )
        return None

    async def _same(
        self, record: Bid, estate: str, contact: str
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
        """Bids of the same contact with the same amount: those that stand, those that were annulled, and
        whether the hidden ones could be seen too."""
        answer = await self._list("Bids", estate, contact)
        rows = [] if answer.status == 404 else self._of(answer, estate)
        hidden = await self._hidden(estate, contact)
        same = [
            row
            for row in [*rows, *(hidden or [])]
            if row.get("contactId") == contact and amount(row.get("amount")) == record.amount_kr
        ]
        standing = [row for row in same if not row.get("isCanceled")]
        return standing, [row for row in same if row.get("isCanceled")], hidden is not None

    def _written(self, row: dict[str, Any], *, matched_by: str) -> Written:
        told = Answer(status=200, headers={}, body=msgspec.json.encode(row))
        return Written(
            source_id=str(row.get("id")),
            raw=raw(BID, str(row.get("id")), told.body, told),
            matched_by=matched_by,
        )

    def _ends(self, record: Bid) -> tuple[str, str]:
        connection = self._crm.connection
        return bare(record.estate_id, connection, "estate_id"), bare(
            record.contact_id, connection, "contact_id"
        )

    def _unchangeable(self) -> Unsupported:
        return Unsupported(
            "A bid in Vitec cannot be changed.",
            code="bid_update",
            sv="Ett bud i Vitec går inte att ändra. Ta tillbaka det och lägg ett nytt.",
            connection=self._crm.connection,
        )

    def _doubtful(self, message: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            message,
            code="several_bids",
            sv="Det går inte att avgöra om budet kom fram till Vitec. Titta på objektets bud där och "
            "välj sedan om det ska skickas igen.",
            connection=self._crm.connection,
            operation="write.bid",
        )


def _bid(draft: Draft) -> Bid:
    if isinstance(draft.record, Bid):
        return draft.record
    raise Invalid("The draft holds no bid.", code="wrong_kind")


def _annuls(draft: Draft, record: Bid) -> bool:
    return record.cancelled and set(draft.fields) == {"cancelled"}
