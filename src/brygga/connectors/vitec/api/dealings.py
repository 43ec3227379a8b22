"""The CRM section as the connector uses it: which streams there are, what is followed, who writes.

Each part is a right of its own and a setting of its own: contacts, all contacts, bids, meetings,
search profiles.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from brygga.connectors.abilities import Notice, Page, RawRecord, Ref
from brygga.connectors.vitec.api.asking import Crm
from brygga.connectors.vitec.api.bids import BID, Bids
from brygga.connectors.vitec.api.contacts import CONTACT, Contacts
from brygga.connectors.vitec.api.estates import Estates
from brygga.connectors.vitec.api.lookup import Lookup
from brygga.connectors.vitec.api.meetings import MEETING, PROFILE, Meetings
from brygga.connectors.vitec.api.parties import Parties
from brygga.connectors.vitec.api.persons import Persons
from brygga.connectors.vitec.api.relations import RELATION, Relations
from brygga.connectors.vitec.api.writing import Writing
from brygga.connectors.vitec.mapping.dealings import bids_of, estate_of, profile_key
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.model import Bid, Contact, Estate, Invalid, Mapped, Relation


class Dealings:
    """What one customer's CRM section is read and written for."""

    def __init__(
        self, crm: Crm, relations: Relations, *, settings: Mapping[str, Any], now: Callable[[], datetime]
    ) -> None:
        self._connection = crm.connection
        self._relations = relations
        self._read_contacts = bool(settings.get("read_contacts", True))
        self._read_bids = bool(settings.get("read_bids", False))
        self._read_meetings = bool(settings.get("read_meetings", False))
        self._profile_ids = str(settings.get("contact_profiles") or "")
        self._contacts = Contacts(crm, settings=settings, now=now)
        self._bids = Bids(crm)
        self._meetings = Meetings(crm, settings=settings, now=now)
        lookup = Lookup(crm, self._contacts, settings)
        self.writing = Writing(
            {
                CONTACT: Persons(crm, self._contacts, lookup, settings=settings, now=now),
                BID: self._bids,
                RELATION: Parties(crm, self._contacts, settings=settings),
                MEETING: self._meetings,
                "estate": Estates(crm, settings=settings),
            },
            connection=crm.connection,
            settings=settings,
        )
        self.streams = self._listed(all_contacts=bool(settings.get("read_all_contacts", False)))

    def _listed(self, *, all_contacts: bool) -> tuple[str, ...]:
        """The kinds that a list exists of. Contacts come before what names them."""
        wanted = {
            CONTACT: self._read_contacts and all_contacts,
            RELATION: self._read_contacts,
            MEETING: self._read_meetings,
        }
        return tuple(kind for kind, wished in wanted.items() if wished)

    def pages(self, stream: str, *, since: datetime | None, cursor: str) -> AsyncIterator[Page]:
        """The list of contacts, relations or meetings."""
        if stream == CONTACT:
            return self._contacts.pages(since=since, cursor=cursor)
        if stream == MEETING:
            return self._meetings.pages(cursor=cursor)
        return self._relations.pages(since=since, cursor=cursor)

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One record; None when Vitec has none. Raises Invalid (`bad_reference`)."""
        if ref.kind == BID and not is_id(estate_of(ref.source_id) or ref.source_id):
            raise Invalid("That is not an id of Vitec's.", code="bad_reference", connection=self._connection)
        if ref.kind == RELATION:
            return await self._relations.fetch(ref)
        ask = {
            CONTACT: self._contacts.fetch,
            BID: self._bids.fetch,
            MEETING: self._meetings.fetch,
            PROFILE: self._meetings.profile,
        }
        return await ask[ref.kind](ref.source_id)

    def covers(self, stream: str, source_id: str) -> bool:
        """The list of relations is one of some parts (sellers), and that of meetings a window of the
        calendar: what is not in them may be there all the same."""
        if stream == RELATION:
            return source_id.split("|")[2:3] in [[part] for part in self._relations.listed]
        return stream != MEETING

    def follow(self, mapped: Mapped) -> list[Ref]:
        """What only these records name: a flat's association (there is no list), a relation's contact, a
        home's bids with who bid, a contact's search profiles."""
        own = f"{self._connection}:"
        named = {pair for record in mapped.records for pair in self._named(record)}
        return [Ref(kind=kind, source_id=one.removeprefix(own)) for kind, one in sorted(named)]

    def _named(self, record: Any) -> Iterable[tuple[str, str]]:
        if isinstance(record, Estate):
            if record.share is not None and record.share.association_id:
                yield "association", record.share.association_id
            if self._read_bids:
                yield BID, bids_of(record.id)
        if isinstance(record, Relation) and record.contact_id and self._read_contacts:
            yield CONTACT, record.contact_id
        if isinstance(record, Contact) and self._profile_ids:
            profiles = record.extra.get(self._profile_ids)
            for one in profiles if isinstance(profiles, list) else []:
                if is_id(one):
                    yield PROFILE, profile_key(record.id, one)

    def without_ad_bids(self, mapped: Mapped) -> Mapped:
        """The ad shows bids without who bid; where both are read, one bid would become two."""
        if not (self._read_bids and mapped.records and isinstance(mapped.records[0], Estate)):
            return mapped
        return Mapped(
            records=[record for record in mapped.records if not isinstance(record, Bid)],
            findings=mapped.findings,
            owner_id=mapped.owner_id,
            complete_kinds=tuple(kind for kind in mapped.complete_kinds if kind != BID),
        )

    # ------------------------------------------------------------------ notices

    def wants(self, notice: Notice) -> bool:
        """Whether the news is of something that is read."""
        if notice.kind in {CONTACT, RELATION} and notice.event == "update":
            return self._read_contacts
        return notice.kind != MEETING or self._read_meetings

    def more_to_look_at(self, notices: Iterable[Notice]) -> list[Notice]:
        """A bid has no notification of its own: its home's stands for it."""
        return [
            Notice(event="update", kind=BID, source_id=bids_of(notice.source_id))
            for notice in notices
            if self._read_bids and notice.kind == "estate" and notice.event == "update"
        ]
