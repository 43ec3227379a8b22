"""Meetings and search profiles (CONTRACT.md §3): a window of the calendar, one by id, and two kinds made.

What an answer about a meeting holds is not known; the settings `meeting_names` and `profile_names`
say what its members are called.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from brygga.connectors.abilities import Draft, Page, RawRecord, Written
from brygga.connectors.vitec.api.asking import Crm, Names, raw, segment
from brygga.connectors.vitec.mapping.dealings import profile_ends
from brygga.connectors.vitec.mapping.outward import dealings as out
from brygga.connectors.vitec.mapping.outward.limits import bare
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.model import BryggaError, Invalid, Meeting, OutcomeUnknown, Unsupported
from brygga.model.intake import Intake
from brygga.wire.call import Answer, Repeat

MEETING = "meeting"
PROFILE = "searchprofile"
_AROUND = timedelta(days=1)


class Meetings:
    """The meetings and search profiles of one customer."""

    def __init__(self, crm: Crm, *, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._crm = crm
        self._now = now
        self._names = Names(str(settings.get("meeting_names") or ""))
        self._profile_names = Names(str(settings.get("profile_names") or ""))
        kinds = str(settings.get("meeting_types") or "").split(",")
        self._kinds = ["", *(kind.strip() for kind in kinds if kind.strip())]
        self._back = timedelta(days=int(settings.get("meeting_days_back") or 30))
        self._ahead = timedelta(days=int(settings.get("meeting_days_ahead") or 180))

    async def pages(self, *, cursor: str) -> AsyncIterator[Page]:
        """All meetings of the window, one page a kind; without a kind Vitec answers with intake meetings."""
        start = int(cursor) if cursor.isascii() and cursor.isdigit() else 0
        seen: set[str] = set()
        for number in range(start, len(self._kinds)):
            now = self._now()
            rows, answer = await self._between(now - self._back, now + self._ahead, self._kinds[number])
            records = [self._raw(row, answer) for row in rows if row["id"] not in seen]
            seen |= {record.source_id for record in records}
            last = number + 1 == len(self._kinds)
            yield Page(records=records, cursor=str(number + 1), last=last)

    async def fetch(self, source_id: str) -> RawRecord | None:
        """One meeting; None when Vitec has none by that id."""
        path = f"/Meeting/{segment(self._crm.customer)}/{segment(source_id)}"
        answer = await self._crm.get("meeting.read", path, missing=True)
        if answer.status == 404:
            return None
        return self._raw(self._row(answer, "meeting.read", self._names), answer)

    async def profile(self, source_id: str) -> RawRecord | None:
        """One search profile by contact and profile; None when Vitec has none."""
        contact, profile = profile_ends(source_id)
        path = f"{self._crm.root}/SearchProfile/{segment(contact)}/{segment(profile)}"
        answer = await self._crm.get("searchprofile.read", path, missing=True)
        if answer.status == 404:
            return None
        row = self._row(answer, "searchprofile.read", self._profile_names)
        return raw(PROFILE, source_id, msgspec.json.encode(row), answer)

    def _row(self, answer: Answer, operation: str, names: Names) -> dict[str, Any]:
        row = self._crm.decoded(answer, operation)
        if not isinstance(row, dict):
            raise self._crm.unknown_shape(operation)
        return names.inward(row)

    def _raw(self, row: dict[str, Any], answer: Answer) -> RawRecord:
        return raw(MEETING, str(row.get("id")), msgspec.json.encode(row), answer)

    async def _between(
        self, first: datetime, last: datetime, kind: str
    ) -> tuple[list[dict[str, Any]], Answer]:
        question = self._names.outward(out.window(self._crm.customer, first, last, kind))
        answer = await self._crm.ask("meeting.list", "/Meeting/GetMeetings", question)
        rows = [self._names.inward(row) for row in self._crm.rows(answer, "meeting.list")]
        return [row for row in rows if is_id(row.get("id"))], answer

    # ------------------------------------------------------------------ writing

    async def write(self, draft: Draft) -> Written:
        """Make an assignment meeting or a comeback. One that stands at that time already is it (`time`)."""
        record = _meeting(draft)
        if draft.op != "create":
            raise self._unchangeable()
        out.check_meeting(record)
        path, body = self._page(record)
        found = await self._same(record)
        if found:
            return self._written(found[0])
        answer = await self._crm.tell("write.meeting", path, body, repeat=Repeat.READBACK)
        made = self._crm.new_id(answer, "write.meeting")
        try:
            return Written(source_id=made, raw=await self.fetch(made))
        except BryggaError:
            return Written(source_id=made)  # it is written; only the look at it failed

    async def read_back(self, draft: Draft) -> Written | None:
        """The meeting by kind, who or what it is about, and time. Raises OutcomeUnknown for several."""
        found = await self._same(_meeting(draft))
        if len(found) > 1:
            raise OutcomeUnknown(
                "Several meetings could be the one that was sent.",
                code="several_meetings",
                sv="Det finns flera likadana möten i Vitec. Titta i kalendern och välj om mötet ska "
                "skickas igen.",
                connection=self._crm.connection,
                operation="write.meeting",
            )
        return self._written(found[0]) if found else None

    def _page(self, record: Meeting) -> tuple[str, dict[str, Any]]:
        about, _ = self._about(record)
        agent = bare(record.agent_id, self._crm.connection, "agent_id") if record.agent_id else ""
        page = out.MEETINGS[record.kind]
        path = f"/Meeting/{page}/{segment(self._crm.customer)}/{segment(about)}"
        return path, self._names.outward(out.meeting(record, agent=agent))

    def _about(self, record: Meeting) -> tuple[str, str]:
        """The id in the path, and the member of an answer in which it comes back."""
        if record.kind == "comeback":
            contact = record.contact_ids[0] if record.contact_ids else ""
            return bare(contact, self._crm.connection, "contact_ids"), "contactIds"
        return bare(record.estate_id, self._crm.connection, "estate_id"), "estateId"

    async def _same(self, record: Meeting) -> list[dict[str, Any]]:
        if record.starts_at is None:
            return []
        about, member = self._about(record)
        start, kind = record.starts_at, out.MEETINGS[record.kind]
        rows, _ = await self._between(start - _AROUND, start + _AROUND, kind)
        return [
            row
            for row in rows
            if row.get("isCanceled") is not True
            and Intake().moment(row.get("startsAt"), "") == start.replace(microsecond=0)
            and about in _listed(row.get(member))
        ]

    def _written(self, row: dict[str, Any]) -> Written:
        told = Answer(status=200, headers={}, body=b"")
        return Written(source_id=str(row["id"]), raw=self._raw(row, told), matched_by="time")

    def _unchangeable(self) -> Unsupported:
        return Unsupported(
            "A meeting in Vitec cannot be changed or removed from outside.",
            code="meeting_update",
            sv="Ett möte i Vitec går inte att ändra eller ta bort utifrån. Gör det för hand i Vitec.",
            connection=self._crm.connection,
        )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _meeting(draft: Draft) -> Meeting:
    if isinstance(draft.record, Meeting):
        return draft.record
    raise Invalid("The draft holds no meeting.", code="wrong_kind")
