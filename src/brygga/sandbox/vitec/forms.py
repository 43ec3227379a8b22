"""The website's forms: interest in a home, a booked viewing, a cancelled booking.

Source: contract §2 and `advertising.openapi.json`. A form knows a person by name and address; the same
match order as the upsert's is used here, which is a guess.
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from brygga.sandbox.content.ident import long_id
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.state import World
from brygga.sandbox.vitec.upsert import Upserts, checked

PARTICIPANT: Final = "ViewingParticipant"
SPECULATOR: Final = "Speculator"
NAME_MOST: Final = 40
REPORT_ROWS: Final = 300


class Forms:
    """Forms over one world. Each gives what it led to, for the notice."""

    def __init__(self, world: World, upserts: Upserts) -> None:
        self._world = world
        self._upserts = upserts

    def interest(self, request: web.Request, body: Any, offices: list[int]) -> tuple[Row, str]:
        """Somebody is interested in a home. Raises HTTPNotFound, HTTPBadRequest."""
        row = self._row(request, offices)
        person = self._person(body, offices)
        self._world.parties.add((row.id, person, SPECULATOR, ""))
        return row, person

    def attend(self, request: web.Request, body: Any, offices: list[int]) -> tuple[Row, str, str]:
        """Somebody books a slot. Raises HTTPNotFound, HTTPBadRequest (no such slot, or not bookable)."""
        row = self._row(request, offices)
        slot = str(body.get("timeSlotId") or "") if isinstance(body, dict) else ""
        for viewing in self._world.body(row)["viewings"]:
            if slot == f"{viewing['id']}-1" and viewing["isSelfRegistrationEnabled"]:
                person = self._person(body, offices)
                self._world.parties.add((row.id, person, PARTICIPANT, viewing["id"]))
                return row, person, viewing["id"]
        raise web.HTTPBadRequest(reason="Tillfället går inte att boka.")

    def opt_out(self, request: web.Request, offices: list[int]) -> list[tuple[Row, str, str]]:
        """A contact's bookings at a home are cancelled; none is not an error."""
        row, person = self._row(request, offices), request.match_info["contact"]
        gone = [(row, person, viewing) for home, viewing in self._booked(person) if home == row.id]
        for _, _, viewing in gone:
            self._world.parties.discard((row.id, person, PARTICIPANT, viewing))
        return gone

    def _booked(self, person: str) -> list[tuple[str, str]]:
        return self._world.parties_of(person, PARTICIPANT)

    def report(self, request: web.Request, offices: list[int]) -> Json:
        """All viewing participants, 300 a page; `totalPageCount` (contract, detail 6)."""
        index = int(request.query.get("pageIndex") or 0)
        merged = self._world.contacts.merged
        rows = [
            {"estateId": estate, "contactId": merged.get(contact, contact), "viewingId": viewing}
            for estate, contact, part, viewing in sorted(self._world.parties)
            if part == PARTICIPANT and self._world.find(estate, offices) is not None
        ]
        page = rows[index * REPORT_ROWS : (index + 1) * REPORT_ROWS]
        return {"pageIndex": index, "totalPageCount": -(-len(rows) // REPORT_ROWS), "rows": page}

    def having(self, part: str, ids: list[str], offices: list[int]) -> list[Json]:
        """Those of the contacts asked for who are speculators (or buyers), with the homes."""
        found = []
        for identifier in ids:
            homes = [e for e, _ in self._world.parties_of(identifier, part)]
            listed = [one for one in homes if self._world.find(one, offices) is not None]
            if listed and self._world.contacts.known(identifier) is not None:
                found.append({"id": identifier, "estateIds": listed})
        return found

    def _row(self, request: web.Request, offices: list[int]) -> Row:
        row = self._world.find(request.match_info["id"], offices)
        if row is None:
            raise web.HTTPNotFound(reason="Bostaden finns inte.")
        return row

    def _person(self, body: Any, offices: list[int]) -> str:
        given = checked({**body, "emailAddress": body.get("email")} if _flat(body) else body)
        if not (given.get("firstName") and given.get("lastName")):
            raise web.HTTPBadRequest(reason="För- och efternamn måste anges.")
        if any(len(str(given[name])) > NAME_MOST for name in ("firstName", "lastName")):
            raise web.HTTPBadRequest(reason="Namnet är för långt.")
        found = self._upserts.match("Person", given, offices)
        return found or self._upserts.add("Person", given, offices[0])


def participant_id(seed: int, viewing: str, person: str) -> str:
    """The id of a booking."""
    return long_id("VID", seed, viewing, person)


def _flat(body: Any) -> bool:
    """The booking form has its e-mail as a plain text."""
    return isinstance(body, dict) and isinstance(body.get("email"), str)
