"""Contacts of all kinds: one by id, batches of at most 20, the list, and the sync list for catch-up.

CONTRACT.md §3 and *Further details* 1 and 2. There are no pages: lists come whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from brygga.connectors.abilities import Page, RawRecord
from brygga.connectors.vitec.api.asking import AT_ONCE, Crm, raw, segment
from brygga.connectors.vitec.api.listings import odd_answer, with_offset
from brygga.connectors.vitec.mapping.outward.limits import stated
from brygga.connectors.vitec.mapping.reading import is_id

CONTACT: Final = "contact"
LIST: Final = {"persons": "Person", "companies": "Company", "deceasedEstates": "DeceasedEstate"}
SYNC_LIST: Final = {"persons": "Person", "companies": "Company", "estates": "DeceasedEstate"}
"""Names in a list's answer → the kind in the path of each record; the two lists differ (detail 1)."""
_NOTHING: Final = {b"", b"null", b"[]"}
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])  # built at import, as two threads must not build it at once

Listed = tuple[str, str]
"""Kind in the path, and id."""


class Contacts:
    """The contacts of one customer."""

    def __init__(self, crm: Crm, *, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._crm = crm
        self._now = now
        kinds = str(settings.get("contact_kinds") or ",".join(LIST.values()))
        self._kinds = [kind.strip() for kind in kinds.split(",") if kind.strip()]
        self._catch_up = str(settings.get("contact_catchup") or "sync_list")

    async def fetch(self, source_id: str) -> RawRecord | None:
        """Contacts lie under a path per kind, and nobody says which: they are tried in turn."""
        for kind in self._kinds:
            path = f"{self._crm.root}/{kind}/{segment(source_id)}"
            answer = await self._crm.get("contact.read", path, missing=True)
            if answer.status != 404 and answer.body.strip() not in _NOTHING:
                return raw(CONTACT, source_id, answer.body, answer)
        return None

    async def pages(self, *, since: datetime | None, cursor: str) -> AsyncIterator[Page]:
        """Whole contacts, a batch at a time; with `since` those that changed after it.

        `cursor`: kind and id of the last contact. One that is gone when its batch is asked for is left out.
        """
        listed = await self._listed(since)
        left = [one for one in listed if "|".join(one) > cursor]
        if not left:
            yield Page(last=True, total=len(listed))
        batches = list(batches_of(left))
        for number, (kind, ids) in enumerate(batches, start=1):
            records = await self.batch(kind, ids)
            yield Page(
                records=records, cursor=f"{kind}|{ids[-1]}", last=number == len(batches), total=len(listed)
            )

    async def batch(self, kind: str, ids: Sequence[str]) -> list[RawRecord]:
        """Up to 20 contacts of one kind. More than 5 ids must travel as a parameter, so all do."""
        query = (("contactIds", ",".join(ids)),)
        answer = await self._crm.get("contact.batch", f"{self._crm.root}/{kind}", query, missing=True)
        if answer.status == 404:
            return []
        found = []
        for row in self._bodies(answer.body):
            named = _id_in(row)
            if named in ids:
                found.append(raw(CONTACT, named, bytes(row), answer))
        return found

    def _bodies(self, body: bytes) -> list[msgspec.Raw]:
        try:
            return _ROWS.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise odd_answer(
                self._crm.connection, "contact.batch", "not_json", "The contacts could not be read."
            ) from error

    async def made_since(self, moment: datetime) -> list[Listed]:
        """Contacts of any kind that were made after a moment."""
        return self._of(await self._list((("CreatedAtFrom", with_offset(moment)),)), LIST)

    async def _listed(self, since: datetime | None) -> list[Listed]:
        if since is not None and self._catch_up == "sync_list":
            return await self._synced(since)
        window = (("ChangedAtFrom", with_offset(since)),) if since is not None else ()
        return self._of(await self._list(window), LIST)

    async def _list(self, query: tuple[tuple[str, str], ...]) -> Any:
        answer = await self._crm.get("contact.list", self._crm.root, query)
        return self._crm.decoded(answer, "contact.list")

    async def _synced(self, since: datetime) -> list[Listed]:
        """One entry per customer; the window's end is ours, so that nothing is asked of the future."""
        question = {
            "customerId": self._crm.customer,
            "changedDateFrom": with_offset(since),
            "changedDateTo": with_offset(self._now()),
        }
        answer = await self._crm.ask("contact.sync_list", "/Contacts/GetContactsSyncList", stated(question))
        entries = self._crm.rows(answer, "contact.sync_list")
        return sorted({one for entry in entries for one in self._of(entry, SYNC_LIST)})

    def _of(self, kinds: Any, names: Mapping[str, str]) -> list[Listed]:
        """Ids by kind, in a fixed order. Raises Retryable when the answer is not one of that form."""
        lists: list[Any] = [kinds.get(name) or [] for name in names] if isinstance(kinds, dict) else [None]
        if not all(isinstance(rows, list) for rows in lists):
            raise odd_answer(
                self._crm.connection, "contact.list", "not_json", "The contacts could not be read."
            )
        pairs = [
            (kind, row.get("id", row.get("contactId")))
            for kind, rows in zip(names.values(), lists, strict=True)
            for row in rows
            if isinstance(row, dict) and kind in self._kinds
        ]
        return sorted({(kind, str(one)) for kind, one in pairs if is_id(one) and "," not in str(one)})


def batches_of(listed: Iterable[Listed]) -> Iterable[tuple[str, list[str]]]:
    """In the order given, at most 20 of one kind together."""
    kind, ids = "", list[str]()
    for at, one in listed:
        if ids and (at != kind or len(ids) == AT_ONCE):
            yield kind, ids
            ids = []
        kind, ids = at, [*ids, one]
    if ids:
        yield kind, ids


def _id_in(row: msgspec.Raw) -> str:
    try:
        value = msgspec.json.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    named = value.get("id") if isinstance(value, dict) else None
    return str(named) if is_id(named) else ""
