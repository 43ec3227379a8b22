"""The CRM section's contacts, read only; `desk` takes what is written. Source: contract §3.

Proven there: the paths, the list's names, the person's members, batches of at most 20 ids. The
shapes of `Seller` and `Relations` are not documented: rows of ids here are this imitation's guess,
and so is that a contact who sells nothing is left out.
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.contacts import KINDS
from brygga.sandbox.vitec.searching import within
from brygga.sandbox.vitec.state import World

PARTS: Final = ("Buyer", "Speculator", "ViewingParticipant")
MOST_IDS: Final = 20
MOST_IDS_IN_PATH: Final = 5
PATH_KINDS: Final = {"Person": "Person", "Company": "Company", "DeceasedEstate": "Estate"}


class Crm:
    """Answers over one world. Each gets the offices that the caller's customer id stands for."""

    def __init__(self, world: World) -> None:
        self._world = world

    def contacts(self, request: web.Request, offices: list[int]) -> Json:
        """Ids by kind. Filters: `ChangedAtFrom/To`, `CreatedAtFrom/To`, `AgentId`."""
        found: dict[str, list[Json]] = {name: [] for name in KINDS.values()}
        for number in self._numbers(offices):
            body = self._body(number)
            if _wanted(body, request):
                found[KINDS[body["type"]]].append(_row(body))
        return found

    def of_kind(self, request: web.Request, offices: list[int]) -> Any:
        """One contact of a kind, or several as a list: ids in the path or as `contactIds`."""
        kind = PATH_KINDS[request.match_info["kind"]]
        ids = ids_asked(request)
        bodies = [self._of_kind(identifier, kind, offices) for identifier in ids]
        if "ids" in request.match_info and len(ids) == 1:
            if bodies[0] is None:
                raise web.HTTPNotFound(reason="Kontakten finns inte.")
            return bodies[0]
        return [body for body in bodies if body is not None]

    def contact(self, request: web.Request, offices: list[int]) -> Json:
        """One contact of whatever kind."""
        body = self._of_kind(request.match_info["ids"], "", offices)
        if body is None:
            raise web.HTTPNotFound(reason="Kontakten finns inte.")
        return body

    def sellers(self, request: web.Request, offices: list[int]) -> list[Json]:
        """Those of the contacts asked for who sell, with the estates that they sell."""
        return [
            {**_row(body), "estateIds": [row.id for row in sold]}
            for identifier in ids_asked(request)
            if (body := self._of_kind(identifier, "", offices))
            and (sold := self._world.sold_by(identifier, offices))
        ]

    def relations(self, request: web.Request, offices: list[int]) -> list[Json]:
        """The estates that a contact has to do with, and as what. Raises HTTPNotFound."""
        identifier = self.contact(request, offices)["id"]
        sold = [row.id for row in self._world.sold_by(identifier, offices)]
        parts = [(estate, "Seller", "") for estate in sold]
        parts += [(e, word, v) for word in PARTS for e, v in self._world.parties_of(identifier, word)]
        return [
            {"estateId": estate, "contactId": identifier, "type": word}
            | ({"viewingId": viewing} if viewing else {})
            for estate, word, viewing in parts
            if self._world.find(estate, offices) is not None
        ]

    def _numbers(self, offices: list[int]) -> list[int]:
        return [number for office in offices for number in self._world.contacts.of_office(office)]

    def _body(self, number: int) -> Json:
        body = self._world.contacts.body(self._world.contacts.identifier(number))
        assert body is not None  # noqa: S101 - the number came from the list of those left
        return body

    def _of_kind(self, identifier: str, kind: str, offices: list[int]) -> Json | None:
        contacts = self._world.contacts
        number = contacts.known(identifier)
        if number is None or contacts.office(number) not in offices:
            return None
        return contacts.body(identifier) if kind in {"", contacts.kind(number)} else None


def ids_asked(request: web.Request) -> list[str]:
    """The contacts asked for: in the path or as `contactIds`. Raises HTTPBadRequest for too many or none."""
    text = request.match_info.get("ids") or request.query.get("contactIds", "")
    ids = [identifier for identifier in text.split(",") if identifier]
    if not ids or len(ids) > MOST_IDS or ("ids" in request.match_info and len(ids) > MOST_IDS_IN_PATH):
        raise web.HTTPBadRequest(reason="Fel antal kontakter.")
    return ids


def _row(body: Json) -> Json:
    return {"id": body["id"], "changedAt": body["changedAt"], "customerId": body["customerId"]}


def _wanted(body: Json, request: web.Request) -> bool:
    agent, asked = request.query.get("AgentId"), request.query
    return (
        (not agent or body["agentId"] == agent)
        and within(body["changedAt"], asked.get("ChangedAtFrom"), asked.get("ChangedAtTo"))
        and within(body["createdAt"], asked.get("CreatedAtFrom"), asked.get("CreatedAtTo"))
    )
