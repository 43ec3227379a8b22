"""An imitation of Vitec Connect: the advertising section, contacts, and notifications.

It answers as the contract says, paging, naive Swedish times and oddities included. Every answer
of the advertising section validates against `advertising.openapi.json` with nulls allowed (a
test checks it). What the contract leaves open is said beside the code that decides it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from brygga.sandbox.server import Imitation, utc_now
from brygga.sandbox.trouble import json_answer
from brygga.sandbox.vitec.advertising import Advertising
from brygga.sandbox.vitec.amounts import Amounts
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.bytes import Media
from brygga.sandbox.vitec.changes import Changes
from brygga.sandbox.vitec.crm import Crm
from brygga.sandbox.vitec.csv.estates import CsvRow, rows_from
from brygga.sandbox.vitec.desk import Desk
from brygga.sandbox.vitec.directory import Directory
from brygga.sandbox.vitec.office import GROUP
from brygga.sandbox.vitec.paging import first_page
from brygga.sandbox.vitec.state import World, flat

if TYPE_CHECKING:
    from brygga.sandbox.serving import Plan

USER: Final = "brygga-sandbox"
PASSWORD: Final = "sandbox-vitec-password"  # noqa: S105 - opens nothing but this imitation
Handler = Callable[[web.Request, list[int]], Any]


class VitecImitation(Imitation):
    """Vitec Connect with `estates` seeded homes, or one for each row of the file `from_csv`.

    Raises SetupError if the file cannot be used.
    """

    name = "vitec"
    is_source = True

    def __init__(
        self,
        *,
        estates: int = 40,
        seed: int = 7,
        from_csv: Path | None = None,
        faults: str = "none",
        now: Callable[[], datetime] = utc_now,
        amounts: Amounts | None = None,
    ) -> None:
        super().__init__(seed=seed, faults=faults, now=now)
        made = rows_from(from_csv) if from_csv is not None else None
        self.world = World(seed=seed, estates=estates, now=now, made=made, amounts=amounts)
        self.directory = Directory(self.world)
        self._advertising = Advertising(self.world, self.directory)
        self._desk = Desk(self.world, self.hooks.send, self.writes)
        self._changes = Changes(self.world, self.hooks.send, self._desk)

    def routes(self) -> Sequence[web.RouteDef]:
        """All paths; the ones with a name are listings."""
        ads, media, crm = self._advertising, Media(self.world), Crm(self.world)
        c, root = "{customer}", "/CRM/Contact/{customer}"
        kinds = "{kind:Person|Company|DeceasedEstate}"
        listings: dict[str, Handler] = {
            f"/Advertising/Estate/{c}": ads.estates,
            f"/Advertising/Project/{c}": ads.projects,
            f"/Advertising/User/{c}": ads.agents,
            f"/Advertising/Office/{c}": ads.offices,
            f"/Advertising/Area/{c}": ads.areas,
            f"/Advertising/Brand/List/{c}": ads.brands,
        }
        records: dict[str, Handler] = {
            f"/Advertising/Estate/{c}/{{id}}": ads.estate,
            f"/Advertising/Project/{c}/{{id}}": ads.project,
            f"/Advertising/User/{c}/{{id}}": ads.agent,
            f"/Advertising/Office/{c}/{{id}}": ads.office,
            f"/Advertising/Area/{c}/{{id}}": ads.area,
            f"/Advertising/Association/{c}/{{id}}": ads.association,
            "/Advertising/Brand/{brand}": ads.brand,
            f"/Advertising/Image/{c}/{{id}}": media.image,
            f"/Advertising/File/{c}/{{id}}": media.file,
            f"/v2/Advertising/Form/{c}/Estate/{{id}}": ads.form,
            **self._desk.reads(),
            root: crm.contacts,
            f"{root}/Seller": crm.sellers,
            f"{root}/Seller/{{ids}}": crm.sellers,
            f"{root}/{kinds}": crm.of_kind,
            f"{root}/{kinds}/{{ids}}": crm.of_kind,
            f"{root}/{{ids}}/Relations": crm.relations,
            f"{root}/{{ids}}": crm.contact,
        }
        named = [
            web.get(path, self._guarded(handler), name="list." + path.split("/")[2])
            for path, handler in listings.items()
        ]
        gets = [web.get(path, self._guarded(handler)) for path, handler in records.items()]
        told = [web.route(verb, path, self._guarded(handler)) for verb, path, handler in self._desk.writes()]
        return [*told, *named, *gets]

    def _guarded(self, handler: Handler) -> Callable[[web.Request], Any]:
        """Sign-in and customer id first (401, 403), then the answer."""

        async def checked(request: web.Request) -> web.StreamResponse:
            answer = handler(request, self._allowed(request))
            if inspect.isawaitable(answer):
                answer = await answer
            return answer if isinstance(answer, web.StreamResponse) else json_answer(answer)

        return checked

    def _allowed(self, request: web.Request) -> list[int]:
        if not signed_in(request.headers.get("Authorization", "")):
            raise web.HTTPUnauthorized(reason="Authorization has been denied for this request.")
        customer = request.match_info.get("customer")
        if customer is None:
            return list(range(self.world.agency.offices))
        offices = self.world.offices_of(customer)
        if offices is None:
            raise web.HTTPForbidden(reason="Åtkomst saknas.")
        return offices

    def refuse(self, status: int, text: str) -> web.Response:
        """`{"message": …}`; the form is likely, not documented (contract §7)."""
        answer = json_answer({"message": text}, status=status)
        if status == 401:
            answer.headers["WWW-Authenticate"] = 'Basic realm="connect"'
        return answer

    def is_listing(self, request: web.Request) -> bool:
        """Whether the route is one of the lists."""
        return (request.match_info.route.name or "").startswith("list.")

    def first_page(self, request: web.Request) -> bool:
        """Whether page 0 is asked for."""
        return first_page(request.query)

    def office_of(self, request: web.Request) -> str:
        """The customer id in the path."""
        return request.match_info.get("customer", "")

    def closed_office(self) -> str:
        """The last office."""
        return self.world.agency.customer(self.world.agency.offices - 1)

    def settings(self) -> dict[str, Any]:
        """Sign-in and customer ids. The group's id works for all lists but areas.

        With several offices `customer_id` is the group's, so that one connection reads them all;
        an imitation needs no caution, hence limits far above the real one's.
        """
        agency = self.world.agency
        return {
            "calls": 1000,
            "at_once": 24,
            "username": USER,
            "password": PASSWORD,
            "customer_id": GROUP if agency.offices > 1 else agency.customer(0),
            "customer_ids": [agency.customer(office) for office in range(agency.offices)],
            "group_id": GROUP,
            "write_kinds": "all",
        }

    def control_routes(self) -> dict[tuple[str, str], Callable[[web.Request], Any]]:
        """`counts`: contacts, bids, meetings, and how often each write was carried out."""
        return {("GET", "counts"): self._counts}

    async def _counts(self, _: web.Request) -> Any:
        return {**self._desk.counts(), "sent_twice": self.writes.repeated()}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """See `changes.MUTATIONS`."""
        return self._changes.carry_out(what, arguments)

    def truth(self, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """`estates`, `unpublished`, `removed`, `sellers`, `offices`, `agents`, `projects`, `areas`,
        `associations`, `contacts`, `merged`, `meetings`, `parties`, `rows` (of the CSV file), `counts`:
        all, or the `kinds`.

        Records are flat (`state.flat`), in the provider's own members, after display rules.
        """
        made: dict[str, Callable[[], Any]] = {
            "estates": lambda: self._estates(published=True),
            "unpublished": lambda: self._estates(published=False),
            "removed": lambda: [row.id for row in self.world.rows.values() if row.removed],
            "sellers": lambda: {row.id: self.world.sellers(row) for row in self._rows(published=True)},
            "offices": lambda: _flat(self.directory.office(n) for n in self._offices()),
            "agents": lambda: _flat(self.directory.agents(self._offices())),
            "projects": lambda: _flat(self.directory.projects(self._offices())),
            "areas": lambda: _flat(b for b, out in self.directory.areas(self._offices()) if not out),
            "associations": self._associations,
            "contacts": self._contacts,
            "merged": lambda: self.world.contacts.merged,
            "meetings": lambda: self._desk.calendar.meetings,
            "parties": lambda: sorted(self.world.parties),
            "rows": self._csv_rows,
            "counts": lambda: {"estates": len(self._rows(published=True))},
        }
        return {kind: make() for kind, make in made.items() if not kinds or kind in kinds}

    def _offices(self) -> list[int]:
        return list(range(self.world.agency.offices))

    def _rows(self, *, published: bool) -> list[Any]:
        return [r for r in self.world.rows.values() if not r.removed and r.published is published]

    def _estates(self, *, published: bool) -> dict[str, Json]:
        return _flat(self._advertising.estate_answer(row) for row in self._rows(published=published))

    def _associations(self) -> dict[str, Json]:
        """Those that a published estate names: there is no list from which a client could learn others."""
        named = set()
        for row in self._rows(published=True):
            own = self.world.body(row)["extensions"]["housingCooperative"]
            named |= {own["association"]["id"]} if own else set()
        found = (self.directory.association(identifier) for identifier in sorted(named))
        return _flat(body for body in found if body is not None)

    def _contacts(self) -> dict[str, Json]:
        contacts = self.world.contacts
        bodies = (contacts.body(contacts.identifier(number)) for number in contacts.of_office(None))
        return _flat(body for body in bodies if body is not None)

    def _csv_rows(self) -> list[Json]:
        """What each row of the file says, and whether it is regular."""
        return [
            {
                "number": row.facts.row.number,
                "line": row.facts.row.line,
                "id": row.id,
                "regular": row.facts.regular,
                "price_kr": row.facts.price_kr,
                "living_m2": row.facts.living_m2,
                "per_m2_kr": row.facts.per_m2_kr,
                "remarks": row.facts.remarks,
            }
            for row in self.world.rows.values()
            if isinstance(row, CsvRow)
        ]


def _flat(bodies: Any) -> dict[str, Json]:
    return {body["id"]: flat(body) for body in bodies}


def signed_in(header: str) -> bool:
    """Whether an Authorization header is Basic with the right pair (RFC 7617)."""
    scheme, _, text = header.partition(" ")
    try:
        given = base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, f"{USER}:{PASSWORD}".encode())


def make(plan: Plan) -> VitecImitation:
    """The imitation for a whole sandbox (`serving`)."""
    return VitecImitation(
        estates=plan.estates,
        seed=plan.seed,
        from_csv=plan.from_csv,
        faults=plan.faults,
        now=plan.now,
        amounts=Amounts(contacts=plan.contacts, viewings=plan.viewings, bids=plan.bids),
    )
