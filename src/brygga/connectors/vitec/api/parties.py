"""A contact's part in a home, written: a booked viewing, and an interest (CONTRACT.md §2).

Both are the website's forms, which know a person by name and address, not by id: the contact is
read first. Neither has a key; what is there already is looked for before and after.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from brygga.connectors.abilities import Draft, RawRecord, Written
from brygga.connectors.vitec import mapping
from brygga.connectors.vitec.api.asking import Crm, raw, segment
from brygga.connectors.vitec.api.contacts import Contacts
from brygga.connectors.vitec.mapping.outward import people
from brygga.connectors.vitec.mapping.outward.limits import bare
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.connectors.vitec.mapping.relations import Part, part_of, written
from brygga.model import BryggaError, Contact, Invalid, OutcomeUnknown, Rejected, Relation, Unsupported
from brygga.wire.call import Answer, Repeat

PARTICIPANT, SPECULATOR = "ViewingParticipant", "Speculator"
WRITE = "write.relation"
_NO_PAGE = (
    "I Vitec går det bara att lägga upp spekulanter och visningsdeltagare utifrån, och bara deltagare att ta "
    "bort. Gör det för hand i Vitec."
)
_REPORT_PAGES = 20


class Parties:
    """Writes speculators and participants of one customer's homes."""

    def __init__(self, crm: Crm, contacts: Contacts, *, settings: Mapping[str, Any]) -> None:
        self._crm, self._contacts = crm, contacts
        self._estates = str(settings.get("seller_estates") or "estateIds")
        self._page = str(settings.get("report_page_member") or "pageIndex")
        self._confirm = bool(settings.get("booking_confirms", False))

    async def write(self, draft: Draft) -> Written:
        """Book a viewing, show interest, or cancel a booking. Raises Unsupported for anything else."""
        record = _relation(draft)
        if draft.op == "create" and record.role in {"participant", "speculator"}:
            return await self._create(self._part(record), record)
        if draft.op == "remove" and record.role == "participant":
            return await self._cancel(draft)
        raise Unsupported(
            f"Vitec has no page to {draft.op} a {record.role or 'relation'}.",
            code="relation_role",
            sv=_NO_PAGE,
            connection=self._crm.connection,
        )

    async def read_back(self, draft: Draft) -> Written | None:
        """The part if Vitec names it. Raises OutcomeUnknown when its answers cannot be read."""
        try:
            part = part_of(draft.source_id) if draft.op == "remove" else self._part(_relation(draft))
            there = await self._stands(part)
        except Unsupported as error:
            raise self._cannot_tell(error) from error
        if there == (draft.op == "remove"):
            return None
        return _written(part, matched_by="" if draft.op == "remove" else "key")

    async def _create(self, part: Part, record: Relation) -> Written:
        contact = await self._contact(part.contact)
        if await self._known_to_stand(part):
            return _written(part, matched_by="key")
        if record.role == "participant":
            return await self._book(part, contact)
        return await self._interest(part, contact)

    async def _known_to_stand(self, part: Part) -> bool:
        """Where Vitec cannot be asked, its own duplicate check is all there is before a write."""
        try:
            return await self._stands(part)
        except Unsupported:
            return False

    def _part(self, record: Relation) -> Part:
        name = self._crm.connection
        viewing = bare(record.viewing_id, name, "viewing_id") if record.role == "participant" else ""
        return Part(
            estate=bare(record.estate_id, name, "estate_id"),
            contact=bare(record.contact_id, name, "contact_id"),
            part=PARTICIPANT if record.role == "participant" else SPECULATOR,
            viewing=viewing,
        )

    async def _contact(self, contact: str) -> Contact:
        found = await self._contacts.fetch(contact)
        record = mapping.to_model(found, self._crm.connection).records[0] if found is not None else None
        if isinstance(record, Contact) and (record.first_name or record.last_name):
            return record
        raise Rejected(
            "The contact is not a person in Vitec." if found else "The contact is gone.",
            code="no_such_person",
            sv="Kontakten finns inte som person i Vitec. Inget skickades.",
            connection=self._crm.connection,
            operation=WRITE,
        )

    # ------------------------------------------------------------------ a viewing

    async def _book(self, part: Part, contact: Contact) -> Written:
        slot = await self._slot(part)
        path = f"{self._form(part.estate)}/Viewing/Attend"
        body = people.attendance(contact, slot, confirm=self._confirm)
        answer = await self._crm.tell(WRITE, path, body, repeat=Repeat.READBACK)
        told = self._crm.decoded(answer, WRITE)
        named = told.get("contactId") if isinstance(told, dict) else None
        if not is_id(named) or named == part.contact:
            return _written(part)
        return _written(msgspec.structs.replace(part, contact=str(named)))

    def _form(self, estate: str) -> str:
        return f"/v2/Advertising/Form/{segment(self._crm.customer)}/Estate/{segment(estate)}"

    async def _slot(self, part: Part) -> str:
        """The viewing's first slot that can be booked. Raises Rejected (`no_slot`)."""
        answer = await self._crm.get("relation.form", self._form(part.estate), missing=True)
        form = self._crm.decoded(answer, "relation.form") if answer.status != 404 else {}
        for viewing in form.get("viewings") or [] if isinstance(form, dict) else []:
            slots = viewing.get("timeSlots") or [] if viewing.get("id") == part.viewing else []
            for slot in slots:
                if slot.get("isRegistrationAvailable") and isinstance(slot.get("id"), str):
                    return str(slot["id"])
        raise Rejected(
            "The viewing has no slot that can be booked.",
            code="no_slot",
            sv="Visningen går inte att boka utifrån: den tar inte emot anmälningar, eller har varit. "
            "Inget skickades. Lägg in deltagaren för hand i Vitec.",
            connection=self._crm.connection,
            operation=WRITE,
        )

    async def _cancel(self, draft: Draft) -> Written:
        """Cancelling twice is the same as once. The page knows home and contact, not the viewing."""
        part = part_of(draft.source_id)
        customer, estate, contact = map(segment, (self._crm.customer, part.estate, part.contact))
        path = f"/Advertising/Message/{customer}/Estate/{estate}/Viewing/Attendee/{contact}/OptOut"
        await self._crm.tell(WRITE, path, method="PUT", repeat=Repeat.NATURAL)
        return Written(source_id=draft.source_id)

    # ------------------------------------------------------------------ an interest

    async def _interest(self, part: Part, contact: Contact) -> Written:
        """Vitec answers nothing (204), so the speculators say whether it landed on this contact."""
        path = f"/Advertising/Estate/{segment(self._crm.customer)}/{segment(part.estate)}/interest"
        await self._crm.tell(WRITE, path, people.interest(contact), repeat=Repeat.READBACK)
        try:
            there = await self._stands(part)
        except BryggaError:
            return _written(part)  # it was taken; only the look at it failed
        if there:
            return _written(part)
        raise self._cannot_tell(None)

    # ------------------------------------------------------------------ what stands

    async def _stands(self, part: Part) -> bool:
        look: Callable[[Part], Awaitable[bool]] = (
            self._attends if part.part == PARTICIPANT else self._speculates
        )
        return await look(part)

    async def _speculates(self, part: Part) -> bool:
        query = (("contactIds", part.contact),)
        answer = await self._crm.get(
            "relation.speculators", f"{self._crm.root}/{SPECULATOR}", query, missing=True
        )
        rows = [] if answer.status == 404 else self._crm.rows(answer, "relation.speculators")
        for row in rows:
            if row.get("id", row.get("contactId")) == part.contact:
                estates = row.get(self._estates)
                if not isinstance(estates, list):
                    raise self._crm.unknown_shape("relation.speculators")
                return part.estate in estates
        return False

    async def _attends(self, part: Part) -> bool:
        """In the viewing participants' report: pages from 0, at most 300 rows each (detail 6)."""
        for number in range(_REPORT_PAGES):
            path = f"/CRM/Report/{segment(self._crm.customer)}/ViewingParticipant"
            answer = await self._crm.get("relation.report", path, ((self._page, str(number)),))
            page = self._crm.decoded(answer, "relation.report")
            rows, count = (page.get("rows"), page.get("totalPageCount")) if isinstance(page, dict) else (0, 0)
            if not isinstance(rows, list) or not isinstance(count, int):
                raise self._crm.unknown_shape("relation.report")
            if any(self._is(row, part) for row in rows):
                return True
            if number + 1 >= count:
                return False
        raise self._crm.unknown_shape("relation.report")

    def _is(self, row: Any, part: Part) -> bool:
        if not isinstance(row, dict) or not {"contactId", "viewingId"} <= row.keys():
            raise self._crm.unknown_shape("relation.report")
        return bool(row["contactId"] == part.contact and row["viewingId"] == part.viewing)

    def _cannot_tell(self, error: Unsupported | None) -> OutcomeUnknown:
        return OutcomeUnknown(
            error.message if error else "The interest is not among the contact's speculators.",
            code="part_not_seen",
            sv="Det går inte att se om uppgiften kom fram till Vitec. Titta på objektet i Vitec och välj "
            "sedan om den ska skickas igen.",
            connection=self._crm.connection,
            operation=WRITE,
        )


def _written(part: Part, *, matched_by: str = "") -> Written:
    return Written(source_id=part.key, raw=_kept(part), matched_by=matched_by)


def _kept(part: Part) -> RawRecord:
    body = written([part])
    return raw("relation", part.key, body, Answer(status=200, headers={}, body=body))


def _relation(draft: Draft) -> Relation:
    if isinstance(draft.record, Relation):
        return draft.record
    raise Invalid("The draft holds no relation.", code="wrong_kind")
