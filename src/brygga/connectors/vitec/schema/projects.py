"""The shapes of Vitec's answers for new-build projects. Source: `advertising.openapi.json`."""

from __future__ import annotations

from brygga.connectors.vitec.schema.homes import Marketing
from brygga.connectors.vitec.schema.parts import (
    Address,
    File,
    Image,
    Link,
    OfficeReference,
    Shape,
    Surroundings,
    Viewing,
    Word,
)
from brygga.connectors.vitec.schema.people import User


class Range(Shape):
    """From and to."""

    max_value: float | None = None
    min_value: float | None = None


class ProjectEstates(Shape):
    """Ranges over the homes of a project."""

    price: Range | None = None
    monthly_fee: Range | None = None
    living_space: Range | None = None
    number_of_rooms: Range | None = None
    plot: Range | None = None


class ProjectSale(Shape):
    """The project's texts and dates."""

    short_description: str | None = None
    description: str | None = None
    phrase: str | None = None
    heading: str | None = None
    other_information: str | None = None
    starts_at: str | None = None
    possession_estimation: str | None = None


class ProjectExtensions(Shape):
    """Agents, when asked for."""

    primary_agent: User | None = None
    secondary_agent: User | None = None


class Producer(Shape):
    """Who builds."""

    name: str | None = None


class Project(Shape):
    """A new-build project."""

    id: str | None = None
    name: str | None = None
    status: Word | None = None
    office: OfficeReference | None = None
    primary_agent_id: str | None = None
    secondary_agent_id: str | None = None
    address: Address | None = None
    surroundings: Surroundings | None = None
    changed_at: str | None = None
    files: list[File] | None = None
    viewings: list[Viewing] | None = None
    images: list[Image] | None = None
    links: list[Link] | None = None
    marketing: Marketing | None = None
    extensions: ProjectExtensions | None = None
    currency: str | None = None
    estates: ProjectEstates | None = None
    sale: ProjectSale | None = None
    producer: Producer | None = None
