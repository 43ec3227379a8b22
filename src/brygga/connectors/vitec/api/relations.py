"""Who sells, buys and looks at what: contacts and their parts in homes, from the CRM section
(CONTRACT.md §3).

The list of contacts' ids is documented; so are the paths of `Seller`, `Buyer`, `Speculator` and
`Relations`, and that a batch holds at most 20 ids. What those answer is not: the names of their
members are settings, and an answer that does not have them is refused, never taken for "no
relations".
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from brygga.connectors.abilities import Caller, Page, RawRecord, Ref
from brygga.connectors.vitec.api.listings import JSON, odd_answer, with_offset
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.connectors.vitec.mapping.relations import ALL, Part, part_of, part_word, written
from brygga.model import Unsupported
from brygga.wire.call import Answer, Call

RELATION = "relation"
AT_ONCE = 20
"""Most contact ids in one question."""
_SELLER = "Seller"
_LISTED = (_SELLER, "Buyer", "Speculator")
"""Parts that a batch of contacts can be asked about."""
_UNKNOWN = (
    "Vitecs svar om säljare ser inte ut som väntat. Objekten hämtas som vanligt. "
    "Se över inställningarna för säljare; händelser från Vitec berättar också om dem."
)
_NOT_ASKED = "Vitec svarar inte på frågor om den relationen. Den finns kvar tills en händelse tar bort den."


class Relations:
    """The relations of one customer's contacts."""

    def __init__(self, wire: Caller, *, connection: str, customer: str, settings: Mapping[str, Any]) -> None:
        self._wire = wire
        self._connection = connection
        self._root = f"/CRM/Contact/{quote(customer, safe='')}"
        self._estates = str(settings.get("seller_estates") or "estateIds")
        self._estate = str(settings.get("relation_estate") or "estateId")
        self._part = str(settings.get("relation_part") or "type")
        parts = str(settings.get("relation_parts") or _SELLER)
        self._parts = {part.strip() for part in parts.split(",") if part.strip()}
        self.listed = tuple(part for part in _LISTED if part in self._parts)

    def answers_for(self, key: str) -> bool:
        """Whether Vitec can be asked for a relation of this key; of other parts only notices tell."""
        return part_of(key).part in {ALL, *self._parts}

    async def pages(self, *, since: datetime | None = None, cursor: str = "") -> AsyncIterator[Page]:
        """Sellers and what they sell, whole, a batch of contacts at a time; `cursor` is the last contact.

        So buyers and speculators, where the setting says that Vitec answers for them. With `since`
        only contacts that changed after it are asked about.
        """
        contacts = [one for one in await self._contacts(since) if one > cursor]
        if not contacts:
            yield Page(last=True)
        for start in range(0, len(contacts), AT_ONCE):
            asked = contacts[start : start + AT_ONCE]
            last = start + AT_ONCE >= len(contacts)
            records = [one for part in self.listed for one in await self._having(part, asked)]
            yield Page(records=records, cursor=asked[-1], last=last)

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """A relation by its key, or all of a contact; None when Vitec disowns it.

        Raises Invalid for what is no key, Unsupported for a part that Vitec cannot be asked for.
        """
        asked = part_of(ref.source_id)
        if not self.answers_for(ref.source_id):
            raise self._unsupported("Vitec cannot be asked for relations of this part.", _NOT_ASKED)
        found = await self._of(asked.contact)
        if found is None:
            return None
        parts, answer = found
        if asked.estate != ALL:
            parts = [one for one in parts if one.key == asked.key]
        return _raw(parts, ref.source_id, answer) if parts or asked.estate == ALL else None

    # ------------------------------------------------------------------ lists

    async def _contacts(self, since: datetime | None) -> list[str]:
        """Ids of all contacts of any kind, in a fixed order. The list has no pages."""
        window = (("ChangedAtFrom", with_offset(since)),) if since is not None else ()
        answer = await self._ask("contact.list", self._root, window)
        kinds = _decoded(answer)
        if not isinstance(kinds, dict) or not all(isinstance(rows, list) for rows in kinds.values()):
            raise odd_answer(self._connection, "contact.list", "not_json", "The contacts could not be read.")
        ids: list[Any] = [row.get("id") for rows in kinds.values() for row in rows if isinstance(row, dict)]
        return sorted({one for one in ids if is_id(one) and "," not in one})

    async def _having(self, part: str, contacts: Sequence[str]) -> list[RawRecord]:
        """The homes of those of the contacts who have this part; the others are left out of the answer."""
        query = (("contactIds", ",".join(contacts)),)
        answer = await self._ask(f"contact.{part.lower()}s", f"{self._root}/{part}", query)
        records: dict[str, RawRecord] = {}
        for row in self._rows(answer):
            contact = row.get("id", row.get("contactId"))
            if not is_id(contact):
                raise self._unsupported("A seller in Vitec's answer has no id that can be used.")
            for one in await self._homes_of(contact, part, row, answer):
                records[one.source_id] = one
        return list(records.values())

    async def _homes_of(
        self, contact: str, part: str, row: Mapping[str, Any], answer: Answer
    ) -> list[RawRecord]:
        """From the contact's own row, or, if that does not name the homes, from its relations."""
        if self._estates in row:
            parts = self._parts_in(contact, part, row[self._estates])
        else:
            parts, answer = await self._of(contact) or ([], answer)
            parts = [one for one in parts if one.part == part]
        return [_raw([one], one.key, answer) for one in parts]

    def _parts_in(self, contact: str, part: str, estates: Any) -> list[Part]:
        if not isinstance(estates, list) or not all(is_id(one) for one in estates):
            raise self._unsupported("A seller's homes in Vitec's answer are not a list of ids.")
        return [Part(estate=one, contact=contact, part=part) for one in estates]

    # ------------------------------------------------------------------ one contact

    async def _of(self, contact: str) -> tuple[list[Part], Answer] | None:
        """The parts that Vitec answers for; None when there is no such contact."""
        path = f"{self._root}/{quote(contact, safe='')}/Relations"
        answer = await self._ask("contact.relations", path, missing=True)
        if answer.status == 404:
            return None
        parts = [self._read(contact, row) for row in self._rows(answer)]
        return [one for one in parts if one.part in self._parts], answer

    def _read(self, contact: str, row: Mapping[str, Any]) -> Part:
        estate, part = row.get(self._estate), row.get(self._part)
        if not is_id(estate) or not isinstance(part, str) or not part:
            raise self._unsupported("A relation in Vitec's answer has no home or no part.")
        viewing = str(row["viewingId"]) if is_id(row.get("viewingId")) else ""
        return Part(estate=str(estate), contact=contact, part=part_word(part), viewing=viewing)

    # ------------------------------------------------------------------ asking

    async def _ask(
        self, operation: str, path: str, query: tuple[tuple[str, str], ...] = (), *, missing: bool = False
    ) -> Answer:
        """`missing`: a 404 is an answer too."""
        accept = frozenset({404}) if missing else frozenset[int]()
        call = Call(
            operation=operation, path=path, query=query, headers=JSON, accept_status=accept, sensitive=True
        )
        return await self._wire.call(call)

    def _rows(self, answer: Answer) -> list[Mapping[str, Any]]:
        rows = _decoded(answer)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._unsupported("Vitec's answer about relations is not a list.")
        return rows

    def _unsupported(self, message: str, sv: str = _UNKNOWN) -> Unsupported:
        return Unsupported(
            message,
            code="relations_unknown",
            sv=sv,
            connection=self._connection,
            operation="contact.relations",
        )


def _decoded(answer: Answer) -> Any:
    """The answer as plain JSON; None when it is none."""
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _raw(parts: Sequence[Part], key: str, answer: Answer) -> RawRecord:
    at = answer.fetched_at or datetime.now(UTC)
    return RawRecord(kind=RELATION, source_id=key, body=written(parts), fetched_at=at)
