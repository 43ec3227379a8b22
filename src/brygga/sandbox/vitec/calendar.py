"""Meetings and search profiles. Source: contract §3.

The members of a meeting and of a search profile are this imitation's guess, and the same as the
connector's shapes; the paths, and that without a type only intake meetings come, are documented.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from brygga.sandbox.content.ident import long_id, moment, wall
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.contacts import SELLERS
from brygga.sandbox.vitec.searching import within
from brygga.sandbox.vitec.state import World

SEEDED: Final = 60
"""So many homes, counted from the first, have a meeting from the start."""
KINDS: Final = ("Intake", "Assignment", "Comeback")
PROFILED: Final = 3
"""One speculator in so many has a search profile."""


class Calendar:
    """The meetings and search profiles of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.meetings: dict[str, Json] = {}
        for index in sorted(world.by_index)[:SEEDED]:
            self._seed(index)

    def _seed(self, index: int) -> None:
        world, row = self._world, self._world.by_index[index]
        start = world.agency.today + timedelta(days=index % 20 - 5, hours=9 + index % 8)
        seller = world.contacts.identifier(world.contacts.seller_of(index))
        kind = KINDS[index % len(KINDS)]
        self.add(
            row.office,
            kind,
            {
                "estateId": row.id if kind != "Comeback" else None,
                "contactIds": [seller],
                "userId": world.agency.agent_id(row.office, index % 3),
                "startsAt": wall(start),
                "endsAt": wall(start + timedelta(hours=1)),
                "subject": f"Möte {index + 1}",
            },
        )

    def add(self, office: int, kind: str, members: Json) -> Json:
        """A new meeting."""
        identifier = long_id("CAL", self._world.seed, "meeting", len(self.meetings))
        made = {
            "id": identifier,
            "customerId": self._world.agency.customer(office),
            "type": kind,
            **dict.fromkeys(("subject", "estateId", "userId", "startsAt", "endsAt", "location", "note")),
            "contactIds": [],
            "isCanceled": False,
            "changedAt": wall(self._world.now()),
            **members,
        }
        self.meetings[identifier] = made
        return made

    def one(self, request: web.Request, offices: list[int]) -> Json:
        """One meeting. Raises HTTPNotFound."""
        found = self.meetings.get(request.match_info["id"])
        if found is None or found["customerId"] not in self._customers(offices):
            raise web.HTTPNotFound(reason="Mötet finns inte.")
        return found

    def listed(self, question: Json, offices: list[int]) -> list[Json]:
        """Meetings that start in the window; without `type` only intake meetings."""
        wanted = question.get("type") or "Intake"
        return [
            one
            for one in self.meetings.values()
            if one["type"] == wanted
            and one["customerId"] in self._customers(offices)
            and within(one["startsAt"], question.get("dateFrom"), question.get("dateTo"))
        ]

    def make(self, kind: str, request: web.Request, body: Any, offices: list[int]) -> Json:
        """An assignment meeting on a home, or a comeback with a contact.

        Raises HTTPNotFound, HTTPBadRequest.
        """
        about = request.match_info["about"]
        if not isinstance(body, dict) or not body.get("startsAt"):
            raise web.HTTPBadRequest(reason="Tid saknas.")
        if kind == "Assignment":
            if self._world.find(about, offices) is None:
                raise web.HTTPNotFound(reason="Bostaden finns inte.")
            ends: Json = {"estateId": about}
        else:
            if self._world.contacts.known(about) is None:
                raise web.HTTPNotFound(reason="Kontakten finns inte.")
            ends = {"contactIds": [about]}
        told = {name: body[name] for name in ("subject", "userId", "location", "note") if body.get(name)}
        times = {name: wall(moment(body[name])) for name in ("startsAt", "endsAt") if body.get(name)}
        return self.add(offices[0], kind, {**told, **times, **ends})

    def _customers(self, offices: list[int]) -> set[str]:
        return {self._world.agency.customer(office) for office in offices}

    # ------------------------------------------------------------------ search profiles

    def profile_id(self, number: int) -> str:
        """The id of a speculator's search profile; empty if there is none."""
        if number < SELLERS or number % PROFILED:
            return ""
        return long_id("SOK", self._world.seed, "profile", number)

    def profile(self, request: web.Request, offices: list[int]) -> Json:
        """A contact's search profile. Raises HTTPNotFound."""
        contacts = self._world.contacts
        number = contacts.known(request.match_info["contact"])
        wanted = request.match_info["profile"]
        if number is None or contacts.office(number) not in offices or self.profile_id(number) != wanted:
            raise web.HTTPNotFound(reason="Sökprofilen finns inte.")
        return {
            "id": wanted,
            "contactId": request.match_info["contact"],
            "name": "Sökprofil",
            "estateTypes": ["HousingCooperative", "House"][: 1 + number % 2],
            "areas": [],
            "price": {"min": None, "max": 2_000_000 + number % 10 * 500_000},
            "fee": {"min": None, "max": 6_000},
            "livingSpace": {"min": 40 + number % 6 * 10, "max": None},
            "plotArea": {"min": None, "max": None},
            "numberOfRooms": {"min": 2, "max": 5},
            "validTo": wall(self._world.agency.today + timedelta(days=180)),
            "isActive": True,
            "changedAt": wall(self._world.agency.today - timedelta(days=number % 30)),
        }
