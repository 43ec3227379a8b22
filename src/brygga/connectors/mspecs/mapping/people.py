"""Offices and colleagues: Mspecs → the model."""

from __future__ import annotations

from brygga.connectors.mspecs.mapping.media import image
from brygga.connectors.mspecs.mapping.places import office_address
from brygga.connectors.mspecs.mapping.reading import Part, Reading, is_id
from brygga.connectors.mspecs.mapping.words import Tables
from brygga.model import Agent, Mapped, Office

USER = "user="
"""Begins the owner of a colleague's portrait: a portrait is asked for through its colleague."""


def office(body: bytes, source_id: str, connection: str, tables: Tables) -> Mapped:
    """An office. Raises Invalid as `Reading.answer`."""
    r = Reading(connection, tables)
    root = Part(r.answer(body, source_id))
    made = Office(
        id=r.ref(root.read("id"), "id"),
        changed_at=r.when(root, "updatedDate"),
        name=r.line(root, "name"),
        customer_id=r.line(root, "identifier", most=100),
        address=office_address(root, r),
        phone=r.phone(root.read("phoneNumber"), "phoneNumber"),
        email=r.email(root.read("email"), "email"),
        description=r.prose(root, "presentation"),
    )
    root.read("status")  # the subscription's state, which `check` tells of
    made.extra = r.left_over(root)
    return Mapped(records=[made], findings=r.findings, owner_id=made.id)


def agent(body: bytes, source_id: str, connection: str, tables: Tables) -> Mapped:
    """A colleague. Raises Invalid as `Reading.answer`."""
    r = Reading(connection, tables)
    root = Part(r.answer(body, source_id))
    portrait = r.part(root, "image")
    made = Agent(
        id=r.ref(root.read("id"), "id"),
        changed_at=r.when(root, "updatedDate"),
        name=" ".join(filter(None, (r.line(root, "firstName"), r.line(root, "lastName")))),
        title=r.line(root, "title"),
        category=", ".join(r.texts(root.read("roles"), "roles")),
        email=r.email(root.read("email"), "email"),
        mobile=r.phone(root.read("phoneNumber"), "phoneNumber"),
        phone=_other_phone(root, r),
        description=r.prose(root, "presentation"),
        office_ids=_offices(root, r),
        image=image(portrait, r, f"{USER}{source_id}") if portrait else None,
    )
    made.extra = r.left_over(root)
    return Mapped(records=[made], findings=r.findings, owner_id=made.id)


def _other_phone(root: Part, r: Reading) -> str:
    """The exchange, or the extra number that the vendor calls `homePhoneNumber`."""
    name = "exchangeNumber" if root.look("exchangeNumber") else "homePhoneNumber"
    return r.phone(root.read(name), name)


def _offices(root: Part, r: Reading) -> list[str]:
    """Ids of the offices where the colleague works; names and order stand with the offices."""
    name = "offices" if root.look("offices") is not None else "userOffices"
    rows = r.rows(root.read(name), name)
    return [r.ref(row["id"], f"{name}.id") for row in rows if is_id(row.get("id"))]
