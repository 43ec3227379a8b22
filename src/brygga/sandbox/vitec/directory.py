"""Offices, colleagues, areas, associations and projects as they are now, changes included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from brygga.sandbox.content.places import PLACES
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.state import World


class Directory:
    """Looks records up in a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        agency = world.agency
        self._associations = {agency.association_id(n): n for n in range(agency.associations)}
        pairs = {pair for office in range(agency.offices) for pair in agency.agents_at(office)}
        self._agents = {agency.agent_id(*pair): pair for pair in pairs}

    def office(self, office: int) -> Json:
        """One office."""
        agency = self._world.agency
        identifier = agency.office_ref(office)["id"]
        return self._world.record("office", identifier, lambda: agency.office(office))

    def agent(self, identifier: str) -> Json:
        """One colleague. Raises KeyError for an unknown id."""
        pair = self._agents[identifier]
        return self._world.record("agent", identifier, lambda: self._world.agency.agent(*pair))

    def agents(self, offices: Sequence[int]) -> list[Json]:
        """Colleagues of these offices, each once."""
        agency = self._world.agency
        pairs = dict.fromkeys(pair for office in offices for pair in agency.agents_at(office))
        return [self.agent(agency.agent_id(*pair)) for pair in pairs]

    def projects(self, offices: Sequence[int]) -> list[Json]:
        """Projects of these offices."""
        return [
            self._project(number)
            for number in range(self._world.agency.projects)
            if number % self._world.agency.offices in offices
        ]

    def _project(self, number: int) -> Json:
        agency = self._world.agency
        return self._world.record("project", agency.project_id(number), lambda: agency.project(number))

    def areas(self, offices: Sequence[int]) -> Iterator[tuple[Json, bool]]:
        """Areas of these offices, each with whether the list leaves it out."""
        for office in offices:
            for number, _ in self._world.agency.places(office):
                last = len(PLACES[number].districts) - 1
                for district in range(last + 1):
                    yield self._world.agency.area(number, district), district == last

    def association(self, identifier: str) -> Json | None:
        """One housing association, or None."""
        number = self._associations.get(identifier)
        return None if number is None else self._world.agency.association(number)
