"""The advertising section's records: lists of ids and dates, and one record at a time.

Source: contract §2, `advertising.openapi.json`.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from brygga.sandbox.content.ident import wall
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.directory import Directory
from brygga.sandbox.vitec.office import BRAND, GROUP
from brygga.sandbox.vitec.paging import Window, extensions_asked, listing, one, paged
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.state import World
from brygga.sandbox.vitec.words import EXTENSION_OF


class Advertising:
    """Answers over one world. Each gets the offices that the caller's customer id stands for."""

    def __init__(self, world: World, directory: Directory) -> None:
        self._world = world
        self._directory = directory

    def estates(self, request: web.Request, offices: list[int]) -> Json:
        """List of published estates. Filters: change date, status, type."""
        wanted_status = request.query.get("criteria.status")
        wanted_type = request.query.get("criteria.type")
        window = Window(request)
        rows = [
            row
            for row in self._world.listed(offices)
            if (not wanted_status or row.status == wanted_status)
            and (not wanted_type or row.type == wanted_type)
            and window.holds(row.changed_at)
        ]
        return paged(request, rows, self._estate_row)

    def _estate_row(self, row: Row) -> Json:
        customer = self._world.agency.customer(row.office)
        return {"id": row.id, "customerId": customer, "changedAt": wall(row.changed_at)}

    def _row(self, request: web.Request, offices: list[int]) -> Row:
        row = self._world.find(request.match_info["id"], offices)
        if row is None:
            raise web.HTTPNotFound(reason="Bostaden finns inte.")
        return row

    def estate(self, request: web.Request, offices: list[int]) -> Json:
        """One estate. Without `extend`, its own type's extension only."""
        return self.estate_answer(self._row(request, offices), request.query.get("extend", ""))

    def estate_answer(self, row: Row, extend: str = "") -> Json:
        """An estate as answered, after display rules, with the extensions asked for."""
        body = self._world.shown(row)
        names = extensions_asked(extend) if extend else {EXTENSION_OF.get(row.type, "")}
        held = {name: value if name in names else None for name, value in body["extensions"].items()}
        return {**body, "extensions": {**held, **self._agents_asked(body, names)}}

    def _agents_asked(self, body: Json, names: set[str]) -> Json:
        return {
            role: self._directory.agent(body[f"{role}Id"])
            for role in ("primaryAgent", "secondaryAgent")
            if role in names and body[f"{role}Id"]
        }

    def projects(self, request: web.Request, offices: list[int]) -> Json:
        """List of projects. Filters: change date, status."""
        wanted = request.query.get("criteria.status")
        found = [b for b in self._directory.projects(offices) if not wanted or b["status"]["id"] == wanted]
        return listing(request, found, lambda body: {"customerId": body["office"]["customerId"]})

    def project(self, request: web.Request, offices: list[int]) -> Json:
        """One project, with its agents if `extend` asks for them."""
        body = one(request, self._directory.projects(offices))
        names = extensions_asked(request.query.get("extend", ""))
        return {**body, "extensions": {**body["extensions"], **self._agents_asked(body, names)}}

    def agents(self, request: web.Request, offices: list[int]) -> Json:
        """List of colleagues; rows carry no customer id of their own (contract §11)."""
        return listing(request, self._directory.agents(offices), _agent_row)

    def agent(self, request: web.Request, offices: list[int]) -> Json:
        """One colleague."""
        return one(request, self._directory.agents(offices))

    def offices(self, request: web.Request, offices: list[int]) -> Json:
        """List of offices; for a group the rows lack `customerId` (contract §11)."""
        group = request.match_info["customer"] == GROUP
        found = [self._directory.office(office) for office in offices]
        return listing(request, found, lambda b: {"customerId": None if group else b["customerId"]})

    def office(self, request: web.Request, offices: list[int]) -> Json:
        """One office by its `FIR…` id; a customer id is not found."""
        return one(request, (self._directory.office(office) for office in offices))

    def areas(self, request: web.Request, offices: list[int]) -> Json:
        """List of areas; the last district of each place is missing from it (contract §11)."""
        if request.match_info["customer"] == GROUP:
            raise web.HTTPBadRequest(reason="Områden kan inte hämtas för en grupp.")
        listed = [body for body, left_out in self._directory.areas(offices) if not left_out]
        return listing(request, listed, lambda body: {"customerId": body["office"]["customerId"]})

    def area(self, request: web.Request, offices: list[int]) -> Json:
        """One area, also such as the list leaves out."""
        return one(request, (body for body, _ in self._directory.areas(offices)))

    def association(self, request: web.Request, _: list[int]) -> Json:
        """One housing association; there is no list of them."""
        found = self._directory.association(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound(reason="Föreningen finns inte.")
        return found

    def brands(self, request: web.Request, _: list[int]) -> Json:
        """List of brands, whole records; paging stands under `criteria.paging`."""
        return paged(request, [self._world.agency.brand()], lambda body: body, prefix="criteria.paging")

    def brand(self, request: web.Request, _: list[int]) -> Json:
        """One brand; the parameter is its id, whatever the specification calls it."""
        if request.match_info["brand"] != BRAND:
            raise web.HTTPNotFound(reason="Varumärket finns inte.")
        return self._world.agency.brand()

    def form(self, request: web.Request, offices: list[int]) -> Json:
        """What a contact form needs: agents, address, viewings with one time slot each."""
        row = self._row(request, offices)
        body, at = self._world.shown(row), self._directory.office(row.office)
        ids = [body[f"{role}AgentId"] for role in ("primary", "secondary") if body[f"{role}AgentId"]]
        return {
            "id": row.id,
            "office": {"customerId": at["customerId"], "name": at["name"]},
            "agents": [_form_agent(self._directory.agent(each), first=each == ids[0]) for each in ids],
            "address": _form_address(body),
            "viewings": [_form_viewing(viewing) for viewing in body["viewings"]],
        }


def _agent_row(body: Json) -> Json:
    keys = ("id", "customerId", "isVisibleInStaffList")
    return {
        "isVisibleInStaffList": body["isVisibleInStaffList"],
        "offices": [{key: at[key] for key in keys} for at in body["offices"]],
    }


def _form_agent(body: Json, *, first: bool) -> Json:
    return {"id": body["id"], "name": body["name"], "email": body["emailAddress"], "isPrimary": first}


def _form_address(body: Json) -> Json:
    address, designations = body["address"], body["taxation"]["propertyDesignations"]
    return {
        "unitDesignation": designations[0] if designations else None,
        "streetAddress": address["streetAddress"],
        "zipCode": address["zipCode"]["value"] if address["zipCode"] else None,
        "city": address["postalTown"],
        "coordinate": address["wgs84Coordinate"],
    }


def _form_viewing(viewing: Json) -> Json:
    """Every viewing seen in practice had one slot and ended its booking at the start (§11)."""
    span: dict[str, Any] = {"startsAt": viewing["startsAt"], "endsAt": viewing["endsAt"]}
    bookable = viewing["isSelfRegistrationEnabled"]
    return {
        "id": viewing["id"],
        **span,
        "deadlineAt": viewing["startsAt"],
        "isSelfRegistrationEnabled": bookable,
        "isVisible": True,
        "comment": viewing["comment"],
        "timeSlots": [{"id": f"{viewing['id']}-1", **span, "isRegistrationAvailable": bookable}],
    }
