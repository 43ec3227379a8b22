"""What happens to the people and offices around the homes, and what every mutation needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from brygga.model import Invalid
from brygga.sandbox.content.ident import long_id, wall
from brygga.sandbox.hooks import Event
from brygga.sandbox.vitec.contacts import SELLERS
from brygga.sandbox.vitec.notices import (
    contact_updated,
    contacts_merged,
    estate_updated,
    participant,
    party,
    project_updated,
    record_updated,
)
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.state import World
from brygga.sandbox.vitec.words import status

Facts = dict[str, Any]
Arguments = Mapping[str, Any]
TRIES: Final = 60
"""So many estates are tried at random before all are looked through."""


class Circle:
    """Mutations of contacts, colleagues, offices, projects and relations. `tell` sends a notice."""

    def __init__(self, world: World, tell: Callable[[Event], None]) -> None:
        self._world = world
        self._tell = tell

    def _row(self, arguments: Arguments, fits: Callable[[Row], bool]) -> Row:
        if "id" in arguments:
            row = self._world.rows.get(str(arguments["id"]))
            if row is None or row.removed:
                raise Invalid(f"no estate {arguments['id']!r}", code="nothing_fits")
            return row
        published = [row for row in self._world.rows.values() if row.published and not row.removed]
        for row in self._world.rng.sample(published, min(len(published), TRIES)):
            if fits(row):
                return row
        fitting = [row for row in published if fits(row)]
        if not fitting:
            raise Invalid("no estate fits this mutation", code="nothing_fits")
        return self._world.rng.choice(fitting)

    def _customer(self, row: Row) -> str:
        return self._world.agency.customer(row.office)

    def _told(self, row: Row, fields: Iterable[str], **facts: Any) -> Facts:
        tell_status = self._world.rng.random() < 0.9
        self._tell(estate_updated(row, customer=self._customer(row), tell_status=tell_status))
        return {"kind": "estate", "id": row.id, "fields": list(fields), **facts}

    def merge_contacts(self, arguments: Arguments) -> Facts:
        """Two speculators of one office turn out to be one person."""
        contacts = self._world.contacts
        office = int(arguments.get("office", 0))
        pool = [n for n in contacts.of_office(office) if n >= SELLERS]
        if "ids" not in arguments and len(pool) < 2:
            raise Invalid("no two contacts left to merge", code="nothing_fits")
        drawn = [] if "ids" in arguments else self._world.rng.sample(pool, 2)
        destination, *sources = arguments.get("ids") or [contacts.identifier(n) for n in drawn]
        customer = self._world.agency.customer(office)
        contacts.change(destination, {}, changed_at=wall(self._world.now()))
        contacts.merge(sources, destination)
        self._tell(contacts_merged(sources, destination, customer=customer))
        return {"kind": "contact", "id": destination, "fields": [], "merged": sources}

    def contact(self, arguments: Arguments) -> Facts:
        """A seller's address changes; `changes` may hold other members."""
        contacts = self._world.contacts
        pool = [n for n in contacts.of_office(None) if n < SELLERS]
        drawn = contacts.identifier(self._world.rng.choice(pool))
        identifier = str(arguments.get("id", drawn))
        before = contacts.body(identifier)
        if before is None:
            raise Invalid(f"no contact {identifier!r}", code="nothing_fits")
        moved = {
            "address": {**before["address"], "streetAddress": f"Nygatan {self._world.rng.randint(1, 40)}"}
        }
        body = contacts.change(
            identifier, arguments.get("changes", moved), changed_at=wall(self._world.now())
        )
        self._tell(contact_updated(identifier, body["type"], customer=body["customerId"]))
        return {"kind": "contact", "id": identifier, "fields": sorted(arguments.get("changes", moved))}

    def agent(self, arguments: Arguments) -> Facts:
        """A colleague gets another title, or `changes`."""
        agency = self._world.agency
        office, number = int(arguments.get("office", 0)), int(arguments.get("agent", 0))
        identifier = agency.agent_id(office, number)
        changes = arguments.get("changes", {"title": "Reg. fastighetsmäklare"})
        self._world.change_record("agent", identifier, lambda: agency.agent(office, number), changes)
        self._tell(record_updated("User", identifier, customer=agency.customer(office)))
        return {"kind": "agent", "id": identifier, "fields": sorted(changes)}

    def office(self, arguments: Arguments) -> Facts:
        """An office gets another description, or `changes`. The notice names the customer id (§8)."""
        agency = self._world.agency
        office = int(arguments.get("office", 0))
        identifier = agency.office_ref(office)["id"]
        changes = arguments.get("changes", {"description": "Nu med öppet även på lördagar."})
        self._world.change_record("office", identifier, lambda: agency.office(office), changes)
        self._tell(record_updated("Office", agency.customer(office), customer=agency.customer(office)))
        return {"kind": "office", "id": identifier, "fields": sorted(changes)}

    def project(self, arguments: Arguments) -> Facts:
        """A project gets another status."""
        agency = self._world.agency
        number = int(arguments.get("project", 0))
        identifier, chosen = agency.project_id(number), str(arguments.get("status", "Soldout"))
        changes = {"status": status(chosen)}
        self._world.change_record("project", identifier, lambda: agency.project(number), changes)
        customer = agency.customer(number % agency.offices)
        self._tell(project_updated(identifier, chosen, customer=customer))
        return {"kind": "project", "id": identifier, "fields": ["status"]}

    def seller(self, arguments: Arguments) -> Facts:
        """The relation of an estate and its seller is told again (relations carry no id)."""
        row = self._row(arguments, lambda _: True)
        contacts = self._world.contacts
        identifier = self._world.sellers(row)[0]
        kind = contacts.kind(contacts.seller_of(row.index))
        self._tell(party(row, identifier, "Seller", customer=self._customer(row), contact_kind=kind))
        return {"kind": "relation", "id": row.id, "contact": identifier, "fields": []}

    def participant(self, arguments: Arguments) -> Facts:
        """Somebody books a viewing."""
        row = self._row(arguments, lambda r: bool(self._world.body(r)["viewings"]))
        shown = self._world.body(row)["viewings"][0]["id"]
        contacts = self._world.contacts
        pool = [n for n in contacts.of_office(row.office) if n >= SELLERS]
        person = contacts.identifier(self._world.rng.choice(pool))
        identifier = long_id("VID", self._world.seed, shown, person)
        self._tell(participant(row, person, shown, identifier, customer=self._customer(row)))
        return {"kind": "relation", "id": identifier, "contact": person, "viewing": shown, "fields": []}
