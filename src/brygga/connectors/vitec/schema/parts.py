"""Parts that several of Vitec's answers share: words, addresses, pictures, buildings."""

from __future__ import annotations

import msgspec


class Shape(msgspec.Struct, kw_only=True, rename="camel"):
    """An object of Vitec's; every member may be missing or null."""


class Word(Shape):
    """A word from a list of Vitec's: its id and its Swedish name."""

    id: str | None = None
    name: str | None = None


class Noted(Shape):
    """A text alone."""

    description: str | None = None


class OfficeReference(Shape):
    """The office that a record belongs to."""

    id: str | None = None
    customer_id: str | None = None


class ZipCode(Shape):
    """A postcode as a number and as written (a plain string in write models)."""

    numerical: int | None = None
    value: str | None = None


class Wgs84Coordinate(Shape):
    """A point. Write models spell it `longitud`, `latitud`."""

    longitude: float | None = None
    latitude: float | None = None


class Surroundings(Shape):
    """The neighbourhood in words."""

    service: str | None = None
    communication: str | None = None
    area: str | None = None
    parking: str | None = None
    other: str | None = None


class CdnReference(Shape):
    """Where a picture may be shown from; empty in the answers that were seen."""

    name: str | None = None
    url: str | None = None


class Image(Shape):
    """A picture; its bytes are fetched by id. `category.name` is the office's own word."""

    id: str | None = None
    data_changed_at: str | None = None
    description: str | None = None
    name: str | None = None
    category: Word | None = None
    extension: str | None = None
    cdn_references: list[CdnReference] | None = None


class AddressArea(Shape):
    """The office's own area (*område*)."""

    id: str | None = None
    name: str | None = None


class Address(Shape):
    """Address and place of a home or project."""

    street_address: str | None = None
    zip_code: ZipCode | None = None
    postal_town: str | None = None
    area: AddressArea | None = None
    municipality: str | None = None
    country_code: str | None = None
    county_municipality_code: str | None = None
    wgs84_coordinate: Wgs84Coordinate | None = None
    directions: str | None = None


class File(Shape):
    """A file; its bytes are fetched by id."""

    id: str | None = None
    name: str | None = None
    extension: str | None = None
    data_changed_at: str | None = None


class Viewing(Shape):
    """A viewing; times are bare Swedish times."""

    id: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    comment: str | None = None
    is_digital: bool | None = None
    is_self_registration_enabled: bool | None = None
    is_project_viewing: bool | None = None


class Link(Shape):
    """A link shown beside the home."""

    name: str | None = None
    category: Word | None = None
    url: str | None = None


class Tag(Shape):
    """Names the office has hung on the home, by kind."""

    type: Word | None = None
    names: list[str] | None = None


class Bedrooms(Shape):
    """Bedrooms now and at most."""

    count: float | None = None
    max: float | None = None


class Year(Shape):
    """A year; `text` is what is shown (*c:a 1990*)."""

    numeric: int | None = None
    text: str | None = None
    description: str | None = None


class Ventilation(Shape):
    """Ventilation and its inspection (*OVK*)."""

    type: str | None = None
    inspection: str | None = None


class DescribedType(Shape):
    """A kind with a text: part of the construction, a connected service."""

    type: Word | None = None
    description: str | None = None


class Elevator(Shape):
    """Lift; null means not stated."""

    description: str | None = None
    is_available: bool | None = None


class Floor(Shape):
    """Which floor of how many."""

    number: float | None = None
    total: float | None = None
    description: str | None = None


class Room(Shape):
    """A described room."""

    name: str | None = None
    description: str | None = None


class EnergyDeclaration(Shape):
    """Energy declaration; consumption in kWh per square metre and year."""

    consumption: float | None = None
    rating: str | None = msgspec.field(default=None, name="class")
    status: Word | None = None
    performed_at: str | None = None


class ExteriorEntry(Shape):
    """Balcony, terrace and so on. Not available may still carry a text."""

    type: Word | None = None
    is_available: bool | None = None
    size: float | None = None
    description: str | None = None


class OperationEntry(Shape):
    """One running cost, kronor per year."""

    type: Word | None = None
    value: float | None = None


class OperationExpenses(Shape):
    """Running costs per year for a household of a size."""

    sum: float | None = None
    household_size: int | None = None
    entries: list[OperationEntry] | None = None
    description: str | None = None


class Expenses(Shape):
    """Expenses of a home or a building."""

    operation: OperationExpenses | None = None


class BuildingArea(Shape):
    """Areas in square metres. `grossFloor` is *biarea*, not gross floor area."""

    gross_floor: float | None = None
    living: float | None = None
    building: float | None = None
    description: str | None = None
    source: str | None = None


class Electricity(Shape):
    """Electricity; consumption in kWh per year. `company` is the grid, `distributor` the seller."""

    company: str | None = None
    distributor: str | None = None
    consumption: float | None = None


class Building(Shape):
    """A building on the estate; for a flat, the flat and its house."""

    name: str | None = None
    type: str | None = None
    number_of_rooms: float | None = None
    bedrooms: Bedrooms | None = None
    number_of_bath_rooms: float | None = None
    description: str | None = None
    interior: str | None = None
    other_information: str | None = None
    year_built: Year | None = None
    ventilation: Ventilation | None = None
    architecture: list[DescribedType] | None = None
    renovation: Noted | None = None
    elevator: Elevator | None = None
    floor: Floor | None = None
    services: list[DescribedType] | None = None
    rooms: list[Room] | None = None
    energy_declaration: EnergyDeclaration | None = None
    plot: Noted | None = None
    exterior: list[ExteriorEntry] | None = None
    expenses: Expenses | None = None
    area: BuildingArea | None = None
    electricity: Electricity | None = None
    compiled_room_list: str | None = None


class ExteriorPlot(Shape):
    """The plot, square metres."""

    size: float | None = None
    description: str | None = None
    type: str | None = None


class Exterior(Shape):
    """What lies outside: other buildings, balconies, the plot."""

    buildings_description: str | None = None
    building_permission: str | None = None
    entries: list[ExteriorEntry] | None = None
    plot: ExteriorPlot | None = None
