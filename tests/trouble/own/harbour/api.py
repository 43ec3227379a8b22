"""Harbour's calls and mapping, in one file: a connector as a stranger may write it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import Checked, Page, RawRecord, Ref
from brygga.model import Estate, Invalid, Mapped
from brygga.model.intake import Intake
from brygga.model.parts import Address, Areas, Marketing, Price, Texts
from brygga.wire.call import Call

STATES = {"active": "for_sale", "soon": "coming", "done": "sold"}


class Row(msgspec.Struct):
    """A home in the list."""

    id: str
    changed: datetime | None = None


class List(msgspec.Struct):
    """The list."""

    homes: list[Row]


class HarbourConnector:
    """Reads homes one by one."""

    streams = ("estate",)

    def __init__(self, wire: Any, *, connection: str, settings: Any, secrets: Any) -> None:
        self._wire, self._connection = wire, connection

    @classmethod
    def authorise(cls, settings: Any, secrets: Any) -> Any:
        """The key in a header."""

        async def headers(_: Call) -> dict[str, str]:
            return {"Authorization": f"Bearer {await secrets('token')}"}

        return headers

    async def check(self) -> Checked:
        """Ask for the list."""
        await self._wire.call(Call(operation="estate.list", path="/homes"))
        return Checked(ok=True, sv="Hamnen svarar.", abilities={"read": "ok"})

    async def pages(
        self, stream: str, *, since: datetime | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """All homes at once. A list that is none raises whatever msgspec raises: nobody is perfect."""
        answer = await self._wire.call(Call(operation="estate.list", path="/homes"))
        rows = msgspec.json.decode(answer.body, type=List).homes
        refs = [Ref(kind="estate", source_id=row.id, changed_at=row.changed) for row in rows]
        yield Page(refs=refs, last=True, total=len(refs))

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One home; None when there is none by that id."""
        answer = await self._wire.call(
            Call(operation="estate.read", path=f"/homes/{ref.source_id}", accept_status=frozenset({404}))
        )
        if answer.status == 404:
            return None
        return RawRecord(
            kind="estate", source_id=ref.source_id, body=answer.body, fetched_at=datetime.now(UTC)
        )

    def map(self, raw: RawRecord) -> Mapped:
        """One answer → one estate."""
        intake = Intake()
        row = intake.document(raw.body)
        if row.get("id") != raw.source_id:
            raise Invalid(
                "The answer is another home.", code="other_record", sv="Svaret gäller ett annat objekt."
            )
        record = Estate(
            id=f"{self._connection}:{raw.source_id}",
            status=intake.choice(row.get("state"), "state", STATES),
            address=Address(
                street=intake.text(row.get("street"), "street"), town=intake.text(row.get("town"), "town")
            ),
            price=Price(asking_kr=intake.money(row.get("price"), "price")),
            areas=Areas(living_m2=intake.number(row.get("living_area"), "living_area", most=10_000)),
            texts=Texts(long=intake.html(row.get("text"), "text")),
            marketing=Marketing(published=True),
            changed_at=intake.moment(row.get("changed"), "changed"),
        )
        return Mapped(records=[record], findings=intake.findings)

    def follow(self, mapped: Mapped) -> list[Ref]:
        """Nothing."""
        return []
