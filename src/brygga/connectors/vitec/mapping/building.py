"""Buildings, their parts and running costs: Vitec → the model."""

from __future__ import annotations

from typing import Any

from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.reading import Reading
from brygga.model.parts import Areas, Building, Cost, Costs, Described, Electricity, Energy


def buildings(value: Any, r: Reading) -> list[Building]:
    """All buildings; the first is the home itself."""
    return [building(row, r.inside("buildings", n)) for n, row in enumerate(r.rows(value, "buildings"))]


def building(row: dict[str, Any], r: Reading) -> Building:
    """One building, every member of it."""
    bedrooms = r.section(row.get("bedrooms"), "bedrooms")
    year = r.section(row.get("yearBuilt"), "yearBuilt")
    ventilation = r.section(row.get("ventilation"), "ventilation")
    elevator = r.section(row.get("elevator"), "elevator")
    floor = r.section(row.get("floor"), "floor")
    construction = described(row.get("architecture"), "architecture", r)
    return Building(
        name=r.text(row.get("name"), "name"),
        kind=r.text(row.get("type"), "type"),
        rooms=r.number(row.get("numberOfRooms"), "numberOfRooms", most=1_000),
        bedrooms=r.integer(bedrooms.get("count"), "bedrooms.count", most=1_000),
        bedrooms_max=r.integer(bedrooms.get("max"), "bedrooms.max", most=1_000),
        bathrooms=r.integer(row.get("numberOfBathRooms"), "numberOfBathRooms", most=1_000),
        year_built=r.year(year.get("numeric"), "yearBuilt.numeric"),
        year_text=r.text(year.get("text"), "yearBuilt.text"),
        year_description=r.html(year.get("description"), "yearBuilt.description"),
        floor=r.number(floor.get("number"), "floor.number", least=-20, most=200),
        floors_total=r.number(floor.get("total"), "floor.total", least=-20, most=200),
        floor_text=r.html(floor.get("description"), "floor.description"),
        elevator=r.flag(elevator.get("isAvailable"), "elevator.isAvailable"),
        elevator_text=r.html(elevator.get("description"), "elevator.description"),
        heating=next((one.text for one in construction if one.kind == "Heating"), ""),
        ventilation=r.text(ventilation.get("type"), "ventilation.type"),
        ventilation_check=r.html(ventilation.get("inspection"), "ventilation.inspection"),
        description=r.html(row.get("description"), "description"),
        interior=r.html(row.get("interior"), "interior"),
        renovation=_note(row.get("renovation"), "renovation", r),
        other=r.html(row.get("otherInformation"), "otherInformation"),
        rooms_text=r.html(row.get("compiledRoomList"), "compiledRoomList"),
        plot_text=_note(row.get("plot"), "plot", r),
        areas=areas(row.get("area"), r),
        energy=energy(row.get("energyDeclaration"), r),
        room_list=_rooms(row.get("rooms"), r),
        construction=construction,
        exterior=exterior_entries(row.get("exterior"), "exterior", r),
        services=described(row.get("services"), "services", r),
        electricity=electricity(row.get("electricity"), r),
        costs=costs(row.get("expenses"), r),
    )


def _note(value: Any, path: str, r: Reading) -> str:
    return r.html(r.section(value, path).get("description"), f"{path}.description")


def _rooms(value: Any, r: Reading) -> list[Described]:
    return [
        Described(
            name=r.text(row.get("name"), "rooms.name"),
            text=r.html(row.get("description"), "rooms.description"),
        )
        for row in r.rows(value, "rooms")
    ]


def described(value: Any, path: str, r: Reading) -> list[Described]:
    """Kinds with a text: construction, connected services."""
    read = []
    for row in r.rows(value, path):
        kind, name = r.pair(row.get("type"), f"{path}.type")
        read.append(
            Described(kind=kind, name=name, text=r.html(row.get("description"), f"{path}.description"))
        )
    return read


def exterior_entries(value: Any, path: str, r: Reading) -> list[Described]:
    """Balconies, terraces and so on. Not available may still carry a text."""
    read = []
    for row in r.rows(value, path):
        kind, name = r.pair(row.get("type"), f"{path}.type")
        read.append(
            Described(
                kind=kind,
                name=name,
                text=r.html(row.get("description"), f"{path}.description"),
                available=r.flag(row.get("isAvailable"), f"{path}.isAvailable"),
                size_m2=r.number(row.get("size"), f"{path}.size"),
            )
        )
    return read


def areas(value: Any, r: Reading) -> Areas | None:
    """Areas in square metres; `grossFloor` is *biarea* (CONTRACT.md §11)."""
    area = r.section(value, "area")
    read = Areas(
        living_m2=r.number(area.get("living"), "area.living", most=1_000_000),
        other_m2=r.number(area.get("grossFloor"), "area.grossFloor", most=1_000_000),
        building_m2=r.number(area.get("building"), "area.building", most=1_000_000),
        source=r.text(area.get("source"), "area.source"),
        description=r.html(area.get("description"), "area.description"),
    )
    return None if read == Areas() else read


def energy(value: Any, r: Reading) -> Energy | None:
    """The energy declaration."""
    e = r.section(value, "energyDeclaration")
    if not e:
        return None
    status = r.section(e.get("status"), "energyDeclaration.status")
    word = r.text(status.get("id"), "energyDeclaration.status.id")
    name = status.get("name")
    if type(name) is not str or name.lower() != words.ENERGY_STATUSES.get(word):
        r.keep(name, "energyDeclaration.status.name")
    return Energy(
        rating=r.text(e.get("class"), "energyDeclaration.class", most=20),
        consumption_kwh_m2=r.number(e.get("consumption"), "energyDeclaration.consumption", most=100_000),
        status=word,
        performed_at=r.moment(e.get("performedAt"), "energyDeclaration.performedAt"),
    )


def electricity(value: Any, r: Reading) -> Electricity | None:
    """Grid, supplier and use."""
    e = r.section(value, "electricity")
    read = Electricity(
        grid=r.text(e.get("company"), "electricity.company"),
        supplier=r.text(e.get("distributor"), "electricity.distributor"),
        consumption_kwh_year=r.number(e.get("consumption"), "electricity.consumption"),
    )
    return None if read == Electricity() else read


def costs(value: Any, r: Reading) -> Costs | None:
    """Running costs per year, from `expenses.operation`."""
    path = "expenses.operation"
    operation = r.section(r.section(value, "expenses").get("operation"), path)
    if not operation:
        return None
    read = Costs(
        sum_year_kr=r.kr(operation.get("sum"), f"{path}.sum"),
        household=r.integer(operation.get("householdSize"), f"{path}.householdSize", most=1_000),
        rows=[
            _cost(row, r.inside(f"{path}.entries", n))
            for n, row in enumerate(r.rows(operation.get("entries"), f"{path}.entries"))
        ],
        description=r.html(operation.get("description"), f"{path}.description"),
    )
    return None if read == Costs() else read


def _cost(row: dict[str, Any], r: Reading) -> Cost:
    kind, name = r.pair(row.get("type"), "type")
    return Cost(kind=kind, name=name, year_kr=r.kr(row.get("value"), "value"))
