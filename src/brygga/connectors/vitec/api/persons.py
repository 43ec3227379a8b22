"""Writing contacts: looked for before, sent once, read back after (CONTRACT.md §4).

Vitec has no key for a repeat, so a contact that is found is not sent: it is answered as it stands,
with the rule that found it, and what differs is settled by the rules of the sync.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from brygga.connectors.abilities import Draft, RawRecord, Written
from brygga.connectors.vitec import mapping
from brygga.connectors.vitec.api.asking import Crm, segment
from brygga.connectors.vitec.api.contacts import Contacts
from brygga.connectors.vitec.api.lookup import Hit, Lookup
from brygga.connectors.vitec.mapping.outward import people, seen
from brygga.connectors.vitec.mapping.outward.limits import at, bare, term
from brygga.model import BryggaError, Contact, Invalid, OutcomeUnknown, Record, Rejected, Unsupported
from brygga.wire.call import Repeat

OPT_OUT = "wants_advertising"
WRITE = "write.contact"


class Persons:
    """Writes the contacts of one customer."""

    def __init__(
        self,
        crm: Crm,
        contacts: Contacts,
        lookup: Lookup,
        *,
        settings: Mapping[str, Any],
        now: Callable[[], datetime],
    ) -> None:
        self._crm, self._contacts, self._lookup = crm, contacts, lookup
        self._now = now
        self._id_member = str(settings.get("upsert_id_member") or "contactId")
        self._form = str(settings.get("upsert_form") or "nested")
        self._doubt = timedelta(hours=int(settings.get("read_back_hours") or 24))

    async def write(self, draft: Draft) -> Written:
        """Make a contact, or change one by its id. Raises Unsupported for anything else."""
        contact = _contact(draft)
        if draft.op == "create":
            return await self._create(contact)
        if draft.op == "update":
            return await self._update(draft, contact)
        raise Unsupported(
            "A contact in Vitec cannot be deleted from outside.",
            code="contact_remove",
            sv="En kontakt går inte att ta bort i Vitec utifrån. Ta bort den för hand i Vitec.",
            connection=self._crm.connection,
        )

    async def read_back(self, draft: Draft) -> Written | None:
        """A doubtful upsert: the contact if Vitec has it, None if it certainly has not.

        Raises OutcomeUnknown when several could be it, or Vitec's answers cannot be read.
        """
        contact = _contact(draft)
        if draft.op == "update":
            return await self._changed(draft, contact)
        since = self._now() - self._doubt
        try:
            hit = await self._lookup.find_again(contact, made_after=since)
        except (Unsupported, Rejected) as error:
            raise OutcomeUnknown(error.message, code=error.code, sv=error.sv, operation=WRITE) from error
        return _written(hit) if hit is not None else None

    # ------------------------------------------------------------------ a new one

    async def _create(self, contact: Contact) -> Written:
        people.check(contact, source_id="", today=self._now().date())
        hit = await self._lookup.find(contact)
        if hit is not None:
            return _written(hit)
        made = await self._send(contact, "")
        raw = await self._look(made)
        if raw is not None:
            return Written(source_id=made, raw=raw)
        merged = await self._lookup.find_again(contact, made_after=self._now() - self._doubt)
        return _written(merged) if merged is not None else Written(source_id=made)

    async def _send(self, contact: Contact, source_id: str) -> str:
        """The id that Vitec answers: the one asked for, another that it matched, or a new one."""
        body = people.upsert(
            contact,
            customer=self._crm.customer,
            source_id=source_id,
            id_member=self._id_member,
            form=self._form,
        )
        answer = await self._crm.tell(WRITE, people.PATHS[contact.kind], body, repeat=Repeat.READBACK)
        return self._crm.new_id(answer, WRITE)

    async def _look(self, source_id: str) -> RawRecord | None:
        """The contact as it stands; None when it is gone. What stops the look does not undo the write."""
        try:
            return await self._contacts.fetch(source_id)
        except BryggaError:
            return None

    # ------------------------------------------------------------------ one that is there

    async def _update(self, draft: Draft, contact: Contact) -> Written:
        known = bare(draft.source_id, self._crm.connection, "id")
        self._carried(draft, contact)
        opts_out = OPT_OUT in draft.fields and contact.wants_advertising is False
        if not opts_out or len(draft.fields) > 1:
            people.check(contact, source_id=known, today=self._now().date())
            await self._untouched(draft, known)
        if opts_out:
            await self._opt_out(known)
        if not opts_out or len(draft.fields) > 1:
            answered = await self._send(contact, known)
            if answered != known:
                return await self._landed_elsewhere(contact, answered)
        raw = await self._look(known)
        if raw is not None:
            self._taken(draft, contact, raw)
        return Written(source_id=known, raw=raw)

    def _carried(self, draft: Draft, contact: Contact) -> None:
        """Raises Unsupported when no upsert carries what is to change, or a contact would change its kind."""
        lost = [path for path in draft.fields if not seen.can_carry("contact", path)]
        if "kind" not in draft.fields and (len(lost) < len(draft.fields) or not draft.fields):
            return
        named = ", ".join(term(contact, path) for path in (["kind"] if "kind" in draft.fields else lost))
        raise Unsupported(
            f"Not carried by an upsert: {', '.join(draft.fields)}.",
            code="field_unsupported",
            sv=f"Det här går inte att ändra i Vitec utifrån: {named}. Inget skickades. "
            "Ändra för hand i Vitec.",
            connection=self._crm.connection,
            operation=WRITE,
        )

    async def _opt_out(self, known: str) -> None:
        """No more mailings. Asking twice is the same as once, so wire may send it again."""
        path = f"{self._crm.root}/{segment(known)}/OptOut"
        await self._crm.tell("write.contact.opt_out", path, method="PUT", repeat=Repeat.NATURAL)

    async def _untouched(self, draft: Draft, known: str) -> None:
        """Before sending: an id that is gone would make Vitec match or make another contact."""
        raw = await self._contacts.fetch(known)
        if raw is None:
            raise self._rejected(
                "remote_gone",
                "Kontakten finns inte längre i Vitec: den kan vara borttagen eller ihopslagen med en annan. "
                "Inget skickades.",
            )
        if draft.before is None:
            return
        there, before = seen.as_seen(self._read(raw)), seen.as_seen(draft.before)
        if any(at(there, path) != at(before, path) for path in draft.fields):
            raise self._rejected(
                "changed_meanwhile",
                "Kontakten har ändrats i Vitec under tiden. Inget skickades. Välj vilken uppgift som gäller.",
            )

    async def _landed_elsewhere(self, contact: Contact, answered: str) -> Written:
        """The id ceased to be while the upsert was under way: Vitec matched another, or made one."""
        twins = await self._lookup.find_again(contact, made_after=self._now() - self._doubt)
        if twins is not None:
            return msgspec.structs.replace(_written(twins), matched_by=twins.rule)
        return Written(source_id=answered, raw=await self._look(answered))

    def _taken(self, draft: Draft, contact: Contact, raw: RawRecord) -> None:
        """What was to change has changed. Raises Rejected (`not_taken`) naming what has not."""
        left = self._differing(draft, contact, raw)
        if not left:
            return
        named = ", ".join(term(contact, path) for path in left)
        raise self._rejected(
            "not_taken", f"Vitec tog emot ändringen men visar den inte: {named}. Ändra för hand i Vitec."
        )

    async def _changed(self, draft: Draft, contact: Contact) -> Written | None:
        known = bare(draft.source_id, self._crm.connection, "id")
        raw = await self._contacts.fetch(known)
        if raw is None:
            raise OutcomeUnknown(
                "The contact is gone, and what was sent may have landed on another.",
                code="remote_gone",
                sv="Kontakten finns inte längre i Vitec, och ändringen kan ha hamnat på en annan. "
                "Titta i Vitec.",
                connection=self._crm.connection,
                operation=WRITE,
            )
        return None if self._differing(draft, contact, raw) else Written(source_id=known, raw=raw)

    def _differing(self, draft: Draft, contact: Contact, raw: RawRecord) -> list[str]:
        """The paths of the draft that can be written and are not as wanted."""
        there, wanted = seen.as_seen(self._read(raw)), seen.as_seen(contact)
        paths = [path for path in draft.fields if seen.can_carry("contact", path)]
        return [path for path in paths if at(there, path) != at(wanted, path)]

    def _read(self, raw: RawRecord) -> Record:
        return mapping.to_model(raw, self._crm.connection).records[0]

    def _rejected(self, code: str, sv: str) -> Rejected:
        return Rejected(
            f"The contact was not written: {code}.",
            code=code,
            sv=sv,
            connection=self._crm.connection,
            operation=WRITE,
        )


def _written(hit: Hit) -> Written:
    return Written(source_id=hit.source_id, raw=hit.raw, matched_by=hit.rule)


def _contact(draft: Draft) -> Contact:
    if isinstance(draft.record, Contact):
        return draft.record
    raise Invalid("The draft holds no contact.", code="wrong_kind")
