"""Finding a person or company that Vitec already has, as the upsert itself knows no key (CONTRACT.md §4).

Asked by personal number, then e-mail, then phone; what a search answers is only a hint: each hit is
fetched and compared value by value. Two hits are a question for a person.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import RawRecord
from brygga.connectors.vitec import mapping
from brygga.connectors.vitec.api.asking import Crm
from brygga.connectors.vitec.api.contacts import Contacts, batches_of
from brygga.connectors.vitec.mapping.outward import alike
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.model import Contact, Invalid, OutcomeUnknown, Rejected
from brygga.swedish import personnummer

MOST_HITS = 400
"""More contacts than these are not compared one by one: a person must look."""
PATH_OF = {"person": "Person", "company": "Company"}


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that a rule found, as Vitec holds it."""

    source_id: str
    raw: RawRecord
    contact: Contact
    rule: str


class Lookup:
    """Searches among one customer's contacts."""

    def __init__(self, crm: Crm, contacts: Contacts, settings: Mapping[str, Any]) -> None:
        self._crm = crm
        self._contacts = contacts
        self._number_member = str(settings.get("search_number_member") or "socialSecurityNumber")
        self._text_member = str(settings.get("search_text_member") or "text")

    async def find(self, wanted: Contact) -> Hit | None:
        """The contact that is `wanted` already, by the first rule that finds somebody.

        Raises Rejected `several_matches` when a rule finds several, and `name_differs` when the
        e-mail address is another name's: a person must choose. Nothing has been sent then.
        """
        for rule in alike.RULES:
            hits = await self._by(rule, wanted)
            ours = [hit for hit in hits if _is_ours(hit, wanted)]
            if len(ours) > 1:
                raise self._must_choose("several_matches", rule, len(ours))
            if ours:
                return ours[0]
            if hits and rule == "email":
                raise self._must_choose("name_differs", rule, len(hits))
        return None

    async def find_again(self, wanted: Contact, *, made_after: datetime) -> Hit | None:
        """After a doubtful upsert: found by the rules, or among those made since; None: not there.

        Raises OutcomeUnknown when several could be it, when another name has the address (before the
        upsert none had), or when there are too many to look through.
        """
        for rule in alike.RULES:
            hits = await self._by(rule, wanted)
            ours = [hit for hit in hits if _is_ours(hit, wanted)]
            if len(ours) > 1:
                raise self._cannot_tell(f"{len(ours)} contacts agree by {rule}.")
            if ours:
                return ours[0]
            if hits and rule == "email":
                raise self._cannot_tell(
                    "Another name has the address: it may have been merged into that one."
                )
        made = [one for one in await self._contacts.made_since(made_after) if one[0] == _path(wanted)]
        if len(made) > MOST_HITS:
            raise self._cannot_tell("Too many contacts were made lately to look through.")
        found = [hit async for hit in self._compared([one for _, one in made], "", wanted)]
        same = [hit for hit in found if hit.rule and _is_ours(hit, wanted)]
        if len(same) > 1:
            raise self._cannot_tell("Several of the contacts made lately could be it.")
        return same[0] if same else None

    async def _by(self, rule: str, wanted: Contact) -> list[Hit]:
        """All that agree with `wanted` by a rule, whatever they are called."""
        hits: dict[str, Hit] = {}
        for text in _texts(rule, wanted):
            ids = await self._search(rule, text)
            async for hit in self._compared([one for one in ids if one not in hits], rule, wanted):
                hits[hit.source_id] = hit
            if hits and rule == "personnummer":
                break  # the other writing of the same number finds the same
        return list(hits.values())

    async def _compared(self, ids: Sequence[str], rule: str, wanted: Contact) -> AsyncIterator[Hit]:
        """Those of the contacts that agree by the rule; without one, by the first that holds."""
        for path, some in batches_of((_path(wanted), one) for one in ids):
            for raw in await self._contacts.batch(path, some):
                contact = _read(raw, self._crm.connection)
                if contact is None:
                    continue
                held = [
                    one for one in ([rule] if rule else alike.RULES) if alike.agrees(one, wanted, contact)
                ]
                if held:
                    yield Hit(source_id=raw.source_id, raw=raw, contact=contact, rule=held[0])

    async def _search(self, rule: str, text: str) -> list[str]:
        by_number = rule in {"personnummer", "foreign_id"}
        page, member = (
            ("search/SocialNumber", self._number_member) if by_number else ("Search", self._text_member)
        )
        answer = await self._crm.get(
            "contact.search", f"{self._crm.root}/{page}", ((member, text),), missing=True
        )
        found = [] if answer.status == 404 else self._ids(self._crm.decoded(answer, "contact.search"))
        if len(found) > MOST_HITS:
            raise self._must_choose("several_matches", rule, len(found))
        return found

    def _ids(self, answer: Any) -> list[str]:
        """Ids in a search's answer: lists by kind, rows, or bare ids. Raises Unsupported for other forms."""
        lists = list(answer.values()) if isinstance(answer, dict) else [answer]
        lists = [[] if rows is None else rows for rows in lists]
        if not all(isinstance(rows, list) for rows in lists):
            raise self._crm.unknown_shape("contact.search")
        rows = [row for rows in lists for row in rows]
        ids = [row.get("id", row.get("contactId")) if isinstance(row, dict) else row for row in rows]
        if not all(is_id(one) and "," not in str(one) for one in ids):
            raise self._crm.unknown_shape("contact.search")
        return list(dict.fromkeys(str(one) for one in ids))

    def _must_choose(self, code: str, rule: str, count: int) -> Rejected:
        told = {
            "several_matches": f"Vitec har {count} kontakter som kan vara samma person. Inget skickades. "
            "Välj vilken det är, eller slå ihop dem i Vitec.",
            "name_differs": "Vitec har redan en kontakt med samma e-post men ett annat namn. "
            "Inget skickades. Välj om det är samma person, eller rätta e-postadressen.",
        }
        return Rejected(
            f"{count} contacts by {rule}: {code}.",
            code=code,
            sv=told[code],
            connection=self._crm.connection,
            operation="write.contact",
        )

    def _cannot_tell(self, message: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            message,
            code="several_matches",
            sv="Det går inte att avgöra om kontakten kom fram till Vitec: flera kan vara den, eller så "
            "har den slagits ihop med en annan. Titta i Vitec och välj vilken det är. "
            "Inget skickas igen förrän dess.",
            connection=self._crm.connection,
            operation="write.contact",
        )


def _is_ours(hit: Hit, wanted: Contact) -> bool:
    """A number is one person's whatever the name; an address or a phone needs the name too."""
    return hit.rule not in {"email", "phone"} or alike.same_name(wanted, hit.contact)


def _texts(rule: str, wanted: Contact) -> list[str]:
    """What to search for; a personal number in both its writings, as the server's is not known."""
    if rule == "personnummer" and wanted.personnummer:
        number = personnummer.parse(wanted.personnummer)
        return [number.written, number.digits]
    if rule == "email":
        return sorted(alike.emails(wanted))
    if rule == "phone":
        return sorted(one for phone in alike.phones(wanted) for one in _writings(phone))
    value = getattr(wanted, rule)
    return [value] if value else []


def _writings(phone: str) -> list[str]:
    """As we write it and, for a Swedish number, as people in Sweden do."""
    return [phone, f"0{phone[3:]}"] if phone.startswith("+46") else [phone]


def _path(wanted: Contact) -> str:
    return PATH_OF[wanted.kind]


def _read(raw: RawRecord, connection: str) -> Contact | None:
    try:
        record = mapping.to_model(raw, connection).records[0]
    except Invalid:
        return None
    return record if isinstance(record, Contact) else None
