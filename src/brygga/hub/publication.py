"""Gathering all that a publisher may need for one home, from the store, at the moment of sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from brygga.connectors.abilities import Party, PictureLink, Publication
from brygga.hub.pictures import FLOOR_PLAN, picture_key
from brygga.hub.services import Services
from brygga.hub.wish import wish_for
from brygga.model import Agent, Association, Contact, Estate, Invalid, Office, Record
from brygga.store import StoredRow


def gather(s: Services, estate_id: str, state: dict[str, Any]) -> Publication:
    """The publication as it should be now. Raises Invalid when there is no such home."""
    row = s.store.row("estate", estate_id)
    if row is None:
        raise Invalid(f"There is no object {estate_id}.", sv="Objektet finns inte.")
    estate = _as(row.record, Estate)
    assert estate is not None  # noqa: S101 – a row of kind estate holds one; said for the type checker
    sellers = _sellers(s, estate_id)
    return Publication(
        estate=estate,
        office=_as(_get(s, "office", estate.office_id), Office),
        agent=_as(_get(s, "agent", estate.agent_id), Agent),
        association=_as(
            _get(s, "association", estate.share.association_id if estate.share else ""), Association
        ),
        sellers=sellers,
        billing=_billing(sellers),
        pictures=_pictures(s, estate),
        viewings=[r.record for r in s.store.owned("viewing", estate_id) if r.deleted_at is None],
        wish=wish_for(estate, removed=_removed(row), asked=state.get("wish", "")),
        options={**state.get("options", {}), "look_again": bool(state.get("look_again"))},
    )


def _removed(row: StoredRow) -> bool:
    return row.deleted_at is not None


def _get(s: Services, kind: str, record_id: str) -> Record | None:
    return s.store.get(kind, record_id) if record_id else None


def _as(record: Record | None, cls: type) -> Any:
    return record if isinstance(record, cls) else None


def _sellers(s: Services, estate_id: str) -> list[Contact]:
    """The home's sellers, by their relations, in a fixed order."""
    found = []
    for row in s.store.owned("relation", estate_id):
        relation = row.record
        if row.deleted_at is None and getattr(relation, "role", "") in {"seller", "extra_seller"}:
            contact = s.store.get("contact", relation.contact_id)  # type: ignore[attr-defined]  # a Relation
            if isinstance(contact, Contact):
                found.append(contact)
    return sorted(found, key=lambda c: c.id)


def _billing(sellers: list[Contact]) -> Party | None:
    """The invoice goes to the first seller with an address, unless the agency has said otherwise."""
    for seller in sellers:
        if seller.address and seller.address.street:
            return Party(
                name=seller.company_name or f"{seller.first_name} {seller.last_name}".strip(),
                email=seller.email,
                street=seller.address.street,
                postcode=seller.address.postcode,
                town=seller.address.town,
            )
    return None


def _pictures(s: Services, estate: Estate) -> list[PictureLink]:
    """The home's prepared pictures in their order, as signed links that expire."""
    links = s.store.links_of("image", [picture_key(estate, image) for image in estate.images])
    expires = s.now() + timedelta(hours=s.settings.link_hours)
    found = []
    for image in estate.images:
        made = links.get(picture_key(estate, image), {}).get("archive")
        if not made or not made.get("key"):
            continue
        found.append(
            PictureLink(
                image_id=image.id,
                content_hash=str(made["hash"]),
                url=s.public_url() + s.sign(str(made["key"]), expires),
                description=image.description or image.name,
                width_px=int(made.get("width_px", 0)),
                height_px=int(made.get("height_px", 0)),
                floor_plan=FLOOR_PLAN.search(f"{image.category} {image.name}") is not None,
            )
        )
    return found
