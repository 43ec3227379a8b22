"""A new-build project: Vitec's answer → Project with its viewings."""

from __future__ import annotations

from typing import Any

from brygga.connectors.vitec import schema
from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.homes import marketing, texts
from brygga.connectors.vitec.mapping.reading import Reading, address, documents, images, links, surroundings
from brygga.connectors.vitec.mapping.showings import viewings
from brygga.model import Mapped, Project
from brygga.model.vocabulary import ESTATE_STATUSES


def project(body: bytes, source_id: str, connection: str) -> Mapped:
    """A new-build project with its viewings. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "project", source_id)
    currency = r.currency(raw.get("currency"), "currency")
    r.keep("" if r.swedish_money else currency, "currency")
    record = _project(raw, r)
    shown = raw.get("viewings")
    parts = viewings(shown, r, project_id=record.id)
    r.unknown(raw, schema.Project)
    record.extra = r.extra
    whole = type(shown) is list and len(shown) == len(parts)
    return Mapped(
        records=[record, *parts],
        findings=r.findings,
        owner_id=record.id,
        complete_kinds=("viewing",) if whole else (),
    )


def _project(raw: dict[str, Any], r: Reading) -> Project:
    sale = r.section(raw.get("sale"), "sale")
    office = r.section(raw.get("office"), "office")
    estates = r.section(raw.get("estates"), "estates")
    price, fee, living, rooms, plot = (
        r.section(estates.get(name), f"estates.{name}")
        for name in ("price", "monthlyFee", "livingSpace", "numberOfRooms", "plot")
    )
    r.keep(office.get("customerId"), "office.customerId")
    extensions = r.section(raw.get("extensions"), "extensions")
    for name in ("primaryAgent", "secondaryAgent"):
        r.keep(extensions.get(name), f"extensions.{name}")
    return Project(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        name=r.text(raw.get("name"), "name"),
        status=r.word(raw.get("status"), "status", words.STATUSES, ESTATE_STATUSES),
        producer=r.text(r.section(raw.get("producer"), "producer").get("name"), "producer.name"),
        office_id=r.ref(office.get("id"), "office.id"),
        agent_id=r.ref(raw.get("primaryAgentId"), "primaryAgentId"),
        second_agent_id=r.ref(raw.get("secondaryAgentId"), "secondaryAgentId"),
        address=address(raw.get("address"), "address", r),
        price_from_kr=r.kr(price.get("minValue"), "estates.price.minValue"),
        price_to_kr=r.kr(price.get("maxValue"), "estates.price.maxValue"),
        fee_from_kr=r.kr(fee.get("minValue"), "estates.monthlyFee.minValue"),
        fee_to_kr=r.kr(fee.get("maxValue"), "estates.monthlyFee.maxValue"),
        living_from_m2=r.number(living.get("minValue"), "estates.livingSpace.minValue"),
        living_to_m2=r.number(living.get("maxValue"), "estates.livingSpace.maxValue"),
        rooms_from=r.number(rooms.get("minValue"), "estates.numberOfRooms.minValue"),
        rooms_to=r.number(rooms.get("maxValue"), "estates.numberOfRooms.maxValue"),
        plot_from_m2=r.number(plot.get("minValue"), "estates.plot.minValue"),
        plot_to_m2=r.number(plot.get("maxValue"), "estates.plot.maxValue"),
        texts=texts(sale, r),
        starts_at=r.moment(sale.get("startsAt"), "sale.startsAt"),
        possession_text=r.text(sale.get("possessionEstimation"), "sale.possessionEstimation"),
        surroundings=surroundings(raw.get("surroundings"), r),
        marketing=marketing(raw, r),
        images=images(raw.get("images"), r),
        documents=documents(raw.get("files"), "files", r),
        links=links(raw.get("links"), r),
    )
