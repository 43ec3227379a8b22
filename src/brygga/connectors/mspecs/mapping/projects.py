"""A new-build project (`OBJECT_TYPE_HOUSING_DEVELOPMENT`): Mspecs → the model."""

from __future__ import annotations

from typing import Any

from brygga.connectors.mspecs.mapping import media, viewings
from brygga.connectors.mspecs.mapping.homes import country_of, marketing, staff, texts_of
from brygga.connectors.mspecs.mapping.places import address, surroundings
from brygga.connectors.mspecs.mapping.reading import Part, Reading, constant
from brygga.model import Mapped, Project


def project(raw: dict[str, Any], r: Reading, *, deal: str) -> Mapped:
    """The project, then its viewings."""
    root = Part(raw)
    publishing, facts = r.part(root, "publishingInformation"), r.part(root, "project")
    location = r.part(root, "location")
    currency = r.line(root, "currency", most=20)
    r.swedish_money = currency.upper() in {"", "SEK"}
    office, users = staff(root, r)
    root.read("objectType")
    made = Project(
        id=r.ref(root.read("id"), "id"),
        changed_at=r.when(publishing, "updated"),
        name=r.line(facts, "name"),
        status=_status(root, publishing, r),
        producer=r.line(facts, "builder"),
        office_id=office,
        agent_id=users[0] if users else "",
        second_agent_id=users[1] if len(users) > 1 else "",
        images=media.images(root, r, deal),
        address=address(location, r, country=country_of(root, r)),
        surroundings=surroundings(location, r),
        price_from_kr=r.kr(facts, "minPrice"),
        price_to_kr=r.kr(facts, "maxPrice"),
        fee_from_kr=r.kr(facts, "minMonthlyRent"),
        fee_to_kr=r.kr(facts, "maxMonthlyRent"),
        living_from_m2=r.amount(facts, "minLivingArea"),
        living_to_m2=r.amount(facts, "maxLivingArea"),
        rooms_from=r.amount(facts, "minNumberOfRooms", most=1_000),
        rooms_to=r.amount(facts, "maxNumberOfRooms", most=1_000),
        plot_from_m2=r.amount(facts, "minPlotArea"),
        plot_to_m2=r.amount(facts, "maxPlotArea"),
        starts_at=r.when(facts, "salesStartDate"),
        possession_text=r.line(facts, "preliminaryOccupancy"),
        texts=texts_of(root, r),
        marketing=marketing(root, publishing, r),
        documents=media.documents(root, r, deal),
        links=media.links(root, publishing, r),
    )
    shown, whole = viewings.viewings(root, r, project_id=made.id)
    made.extra = r.left_over(root)
    return Mapped(
        records=[made, *shown],
        findings=r.findings,
        owner_id=made.id,
        complete_kinds=("viewing",) if whole else (),
    )


def _status(root: Part, publishing: Part, r: Reading) -> str:
    """The project's own status says more than how it is published; without it the latter."""
    if constant(root.look("status")):
        return r.word(root, "status", "project_statuses")
    return r.word(publishing, "saleStatus", "sale_statuses")
