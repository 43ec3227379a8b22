"""What else happens at the agency and is told of: meetings, notes, areas, leads, hidden bids."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from brygga.model import Invalid
from brygga.sandbox.content.ident import long_id, wall
from brygga.sandbox.vitec.circle import Arguments, Circle, Facts
from brygga.sandbox.vitec.notices import event, record_updated

if TYPE_CHECKING:
    from brygga.sandbox.vitec.desk import Desk

CAUSES: Final = ("LeadAccepted", "LeadContacted", "NewMeeting", "Assigned", "NoAssigment", "LeadCanceled")
"""As the vendor spells them (contract §8)."""


class News(Circle):
    """Mutations that outsiders hear of only by a notice."""

    desk: Desk

    def meeting(self, arguments: Arguments) -> Facts:
        """An intake meeting is booked, or the one with `id` is moved a day."""
        calendar, office = self.desk.calendar, int(arguments.get("office", 0))
        customer = self._world.agency.customer(office)
        if "id" in arguments:
            found = calendar.meetings.get(str(arguments["id"]))
            if found is None:
                raise Invalid(f"no meeting {arguments['id']!r}", code="nothing_fits")
            found["subject"], found["changedAt"] = "Flyttat", wall(self._world.now())
        else:
            start = self._world.now() + timedelta(days=self._world.rng.randint(1, 20))
            times = {"startsAt": wall(start), "endsAt": wall(start + timedelta(hours=1))}
            found = calendar.add(office, str(arguments.get("kind", "Intake")), times)
        self._tell(record_updated("Meeting", found["id"], customer=customer))
        return {"kind": "meeting", "id": found["id"], "fields": []}

    def note(self, arguments: Arguments) -> Facts:
        """Somebody writes a note on a home."""
        row = self._row(arguments, lambda _: True)
        identifier = long_id("NOT", self._world.seed, row.id, self._world.rng.random())
        about = {"relId1": row.id, "relType1": row.type}
        self._tell(event("Note", "Update", customer=self._customer(row), record=identifier, **about))
        return {"kind": "note", "id": identifier, "estate": row.id, "fields": []}

    def area(self, arguments: Arguments) -> Facts:
        """An area gets another text around it."""
        place, district = int(arguments.get("place", 0)), int(arguments.get("district", 0))
        identifier = self._world.agency.area_id(place, district)
        customer = self._world.agency.customer(place % self._world.agency.offices)
        self._tell(record_updated("Area", identifier, customer=customer))
        return {"kind": "area", "id": identifier, "fields": []}

    def lead(self, arguments: Arguments) -> Facts:
        """Something becomes of a lead that an outsider sent."""
        cause = str(arguments.get("cause") or self._world.rng.choice(CAUSES))
        identifier = long_id("LED", self._world.seed, self._world.rng.random())
        data = {"partnerId": "PC1", "externalId": str(arguments.get("external", "7")), "cause": cause}
        customer = self._world.agency.customer(0)
        self._tell(event("IncomingLead", "Update", customer=customer, record=identifier, data=data))
        return {"kind": "lead", "id": identifier, "cause": cause, "fields": []}
