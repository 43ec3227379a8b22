"""What comes in from outside: the CRM section's writes, and the reads that belong to them.

Source: contract §2 to §4. Each accepted write is logged (`writes`), told of by a notice where the contract
knows one, and answered as the contract says: a bare id as a JSON string, or nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

from brygga.sandbox.hooks import Event
from brygga.sandbox.recorder import WriteLog
from brygga.sandbox.vitec import notices
from brygga.sandbox.vitec.bidding import Bidding
from brygga.sandbox.vitec.calendar import Calendar
from brygga.sandbox.vitec.crm import ids_asked
from brygga.sandbox.vitec.forms import Forms, participant_id
from brygga.sandbox.vitec.making import PAGES, make
from brygga.sandbox.vitec.searching import Searching
from brygga.sandbox.vitec.state import World
from brygga.sandbox.vitec.upsert import Upserts

Handler = Callable[[web.Request, list[int]], Any]
PERSONS: Final = {"UpdatePerson": "Person", "UpdateCompany": "Company"}


class Desk:
    """Takes what outsiders send to one world. `tell` sends a notice; `writes` counts what was carried out."""

    def __init__(self, world: World, tell: Callable[[Event], None], writes: WriteLog) -> None:
        self._world, self._tell, self._writes = world, tell, writes
        self.bidding = Bidding(world)
        self.calendar = Calendar(world)
        self._upserts = Upserts(world)
        self._forms = Forms(world, self._upserts)
        self._searching = Searching(world)

    def reads(self) -> Mapping[str, Handler]:
        """GET paths."""
        c, root = "{customer}", "/CRM/Contact/{customer}"
        return {
            f"{root}/Search": self._searching.free_text,
            f"{root}/search/SocialNumber": self._searching.social_number,
            f"{root}/{{part:Speculator|Buyer}}": self._having,
            f"{root}/SearchProfile/{{contact}}/{{profile}}": self.calendar.profile,
            f"/CRM/Bids/{c}": self.bidding.visible,
            f"/CRM/HiddenBids/{c}": self.bidding.hidden,
            f"/CRM/Bid/{c}/{{id}}": self.bidding.one,
            f"/CRM/Report/{c}/ViewingParticipant": self._forms.report,
            f"/Meeting/{c}/{{id}}": self.calendar.one,
        }

    def writes(self) -> list[tuple[str, str, Handler]]:
        """Method, path and handler of everything else; questions that travel as POST are among them."""
        c, root = "{customer}", "/CRM/Contact/{customer}"
        page = "{page:" + "|".join(PAGES) + "}"
        return [
            ("POST", "/Contacts/{what:UpdatePerson|UpdateCompany}", self._upsert),
            ("POST", "/Contacts/GetContactsSyncList", self._sync_list),
            ("POST", "/Meeting/GetMeetings", self._meetings),
            ("POST", f"/Meeting/{{kind:Assignment|Comeback}}/{c}/{{about}}", self._meeting),
            ("POST", f"/CRM/Bid/{c}/{{estate}}/{{contact}}", self._bid),
            ("DELETE", f"/CRM/Bid/{c}/{{id}}", self._annul),
            ("PUT", f"{root}/{{contact}}/OptOut", self._opt_out),
            ("POST", f"/Advertising/Estate/{c}/{{id}}/interest", self._interest),
            ("POST", f"/v2/Advertising/Form/{c}/Estate/{{id}}/Viewing/Attend", self._attend),
            (
                "PUT",
                f"/Advertising/Message/{c}/Estate/{{id}}/Viewing/Attendee/{{contact}}/OptOut",
                self._cancel,
            ),
            ("POST", f"/{page}/{c}", self._estate),
        ]

    # ------------------------------------------------------------------ contacts

    async def _upsert(self, request: web.Request, _: list[int]) -> Any:
        body = await _body(request)
        kind = PERSONS[request.match_info["what"]]
        identifier, made = self._upserts.write(kind, body, self._offices(body))
        await self._note("contact.create" if made else "contact.update", identifier, request)
        self._tell(notices.contact_updated(identifier, kind, customer=str(body["customerId"])))
        return identifier

    async def _sync_list(self, request: web.Request, _: list[int]) -> Any:
        question = await _body(request)
        return self._searching.sync_list(question, self._offices(question))

    async def _opt_out(self, request: web.Request, offices: list[int]) -> Any:
        identifier = request.match_info["contact"]
        if self._world.contacts.known(identifier) is None:
            raise web.HTTPNotFound(reason="Kontakten finns inte.")
        self._upserts.change(identifier, {"wishAdvertising": False})
        await self._note("contact.opt_out", identifier, request)
        self._tell(notices.contact_updated(identifier, "Person", customer=self._customer(offices)))
        return web.Response(status=204)

    # ------------------------------------------------------------------ bids, meetings, homes

    async def _bid(self, request: web.Request, offices: list[int]) -> Any:
        made = self.bidding.create(request, await _body(request), offices)
        await self._note("bid.create", made["estateId"], request)
        self._told_of(made["estateId"])
        return made["id"]

    async def _annul(self, request: web.Request, offices: list[int]) -> Any:
        annulled = self.bidding.annul(request, offices)
        await self._note("bid.annul", annulled["id"], request)
        self._told_of(annulled["estateId"])
        return web.Response(status=204)

    def _told_of(self, estate: str) -> None:
        row = self._world.rows[estate]
        self._tell(notices.estate_updated(row, customer=self._world.agency.customer(row.office)))

    async def _meetings(self, request: web.Request, _: list[int]) -> Any:
        question = await _body(request)
        return self.calendar.listed(question, self._offices(question))

    async def _meeting(self, request: web.Request, offices: list[int]) -> Any:
        made = self.calendar.make(request.match_info["kind"], request, await _body(request), offices)
        await self._note("meeting.create", request.match_info["about"], request)
        self._tell(notices.record_updated("Meeting", made["id"], customer=made["customerId"]))
        return made["id"]

    async def _estate(self, request: web.Request, offices: list[int]) -> Any:
        row = make(self._world, request.match_info["page"], await _body(request), offices)
        await self._note("estate.create", row.id, request)
        return row.id

    # ------------------------------------------------------------------ parts in homes

    def _having(self, request: web.Request, offices: list[int]) -> Any:
        return self._forms.having(request.match_info["part"], ids_asked(request), offices)

    async def _interest(self, request: web.Request, offices: list[int]) -> Any:
        row, person = self._forms.interest(request, await _body(request), offices)
        await self._note("interest", f"{row.id} {person}", request)
        self._tell(notices.party(row, person, "Speculator", customer=self._customer([row.office])))
        return web.Response(status=204)

    async def _attend(self, request: web.Request, offices: list[int]) -> Any:
        row, person, viewing = self._forms.attend(request, await _body(request), offices)
        await self._note("attend", f"{viewing} {person}", request)
        identifier = participant_id(self._world.seed, viewing, person)
        customer = self._customer([row.office])
        self._tell(notices.participant(row, person, viewing, identifier, customer=customer))
        return {"contactId": person}

    async def _cancel(self, request: web.Request, offices: list[int]) -> Any:
        for row, person, viewing in self._forms.opt_out(request, offices):
            identifier = participant_id(self._world.seed, viewing, person)
            customer = self._customer([row.office])
            self._tell(
                notices.participant(row, person, viewing, identifier, customer=customer, what="Remove")
            )
        await self._note("attend.cancel", request.match_info["contact"], request)
        return web.Response(status=204)

    # ------------------------------------------------------------------ common to all

    async def _note(self, operation: str, identity: str, request: web.Request) -> None:
        self._writes.note(operation, identity=identity, body=await request.read())

    def _offices(self, body: Any) -> list[int]:
        """The offices of the customer id in the body. Raises HTTPBadRequest, HTTPForbidden."""
        customer = body.get("customerId")
        if not customer:
            raise web.HTTPBadRequest(reason="customerId måste anges.")
        offices = self._world.offices_of(str(customer))
        if offices is None:
            raise web.HTTPForbidden(reason="Åtkomst saknas.")
        return offices

    def _customer(self, offices: list[int]) -> str:
        return self._world.agency.customer(offices[0])

    def counts(self) -> dict[str, Any]:
        """How many contacts, bids and meetings there are, and how often each write was carried out."""
        left = self._world.contacts.of_office(None)
        carried: dict[str, int] = {}
        for entry in self._writes.entries:
            carried[entry.operation] = carried.get(entry.operation, 0) + 1
        return {
            "contacts": len(left),
            "bids": self.bidding.count(),
            "meetings": len(self.calendar.meetings),
            "parties": len(self._world.parties),
            "writes": carried,
        }


async def _body(request: web.Request) -> dict[str, Any]:
    """The JSON object sent. Raises HTTPBadRequest."""
    try:
        value = msgspec.json.decode(await request.read() or b"{}")
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(reason="Ogiltig JSON.") from error
    if not isinstance(value, dict):
        raise web.HTTPBadRequest(reason="Ett objekt förväntades.")
    return value
