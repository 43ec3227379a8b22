"""Which steps lead from a publication's progress to its wish. Pure: compares what was sent with what is.

Source of the order: the contract notes on the listing's life cycle (developer guide; changelogs
034, 043, 044).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from brygga.connectors.abilities import Party, PictureLink, Publication, Step
from brygga.connectors.hemnet.mapping.bodies import Bodies, fingerprint, image_key, party_of
from brygga.connectors.hemnet.schema import FOR_SALE, Progress, Settings
from brygga.wire.call import Repeat

PENDING: Final = "published_pending_approval"
VISIBLE: Final = "visible"
UNPUBLISHED: Final = "unpublished"
SOLD: Final = "sold"
SHOWN: Final = frozenset({PENDING, VISIBLE})

STEPS: Final[dict[str, Step]] = {
    step.name: step
    for step in (
        Step(name="agency", repeat=Repeat.READBACK, sv="Kopplar kontoret hos Hemnet", scope="agency"),
        Step(name="listing", repeat=Repeat.READBACK, sv="Lägger upp annonsen hos Hemnet"),
        Step(name="update", repeat=Repeat.NATURAL, sv="Skickar ändringarna till Hemnet"),
        Step(name="images", repeat=Repeat.READBACK, sv="Skickar bilderna till Hemnet"),
        Step(name="images_ready", repeat=Repeat.READ, sv="Väntar på att Hemnet hämtar bilderna"),
        Step(name="seller", repeat=Repeat.NATURAL, sv="Skickar säljarens uppgifter till Hemnet"),
        Step(name="billing", repeat=Repeat.NATURAL, sv="Skickar fakturauppgifterna till Hemnet"),
        Step(name="market_state", repeat=Repeat.NATURAL, sv="Byter läge hos Hemnet"),
        Step(name="publish", repeat=Repeat.READBACK, sv="Publicerar på Hemnet"),
        Step(name="visible", repeat=Repeat.READ, sv="Väntar på att annonsen godkänns"),
        Step(name="sale", repeat=Repeat.READBACK, sv="Rapporterar slutpriset till Hemnet"),
        Step(name="unpublish", repeat=Repeat.NATURAL, sv="Avpublicerar annonsen hos Hemnet"),
    )
}
"""All steps by name. Which of them are needed, `plan` says."""


def plan(publication: Publication, progress: Progress, *, bodies: Bodies, settings: Settings) -> list[Step]:
    """The steps still needed, in order; empty when nothing differs."""
    if publication.wish == "gone":
        names = iter(("unpublish",) if progress.status in SHOWN else ())
    elif publication.wish == "sold":
        names = _selling(publication, progress, bodies, settings)
    else:
        names = _showing(publication, progress, bodies, settings)
    return [step_of(name, settings) for name in names]


def step_of(name: str, settings: Settings) -> Step:
    """A step as this connection can make it safe: without a reference of ours nothing can be looked up."""
    step = STEPS[name]
    members = {
        "agency": settings.reference_member,
        "listing": settings.reference_member,
        "images": settings.image_reference_member,
        "sale": settings.sale_listing_member,
    }
    if members.get(name, "-"):
        return step
    return Step(name=step.name, repeat=Repeat.NONE, sv=step.sv, scope=step.scope)


def _showing(p: Publication, progress: Progress, bodies: Bodies, settings: Settings) -> Iterator[str]:
    if not progress.listing_id:
        if p.office is not None and progress.agency_office != p.office.id:
            yield "agency"
        yield "listing"
    elif progress.listing_hash != fingerprint(bodies.update(p)):
        yield "update"
    yield from _pictures(p, progress, settings)
    yield from _parties(p, progress, bodies)
    if bodies.market_state(p.wish) != (progress.market_state or FOR_SALE):
        yield "market_state"
    if progress.status not in SHOWN:
        yield from ("publish", "visible")
    elif (progress.status == PENDING and not progress.approval_given_up) or p.options.get("look_again"):
        yield "visible"


def _pictures(p: Publication, progress: Progress, settings: Settings) -> Iterator[str]:
    missing = [k for k in wanted(p, settings) if k not in progress.images]
    if missing:
        yield "images"
    if missing or waiting(p, progress, settings) or stale(p, progress, settings):
        yield "images_ready"


def _parties(p: Publication, progress: Progress, bodies: Bodies) -> Iterator[str]:
    salt = progress.listing_id
    if (party := seller(p)) and progress.seller_hash != fingerprint(bodies.seller(party), salt=salt):
        yield "seller"
    if p.billing and progress.billing_hash != fingerprint(bodies.billing(p.billing), salt=salt):
        yield "billing"


def _selling(p: Publication, progress: Progress, bodies: Bodies, settings: Settings) -> Iterator[str]:
    """A final price is only taken for a listing that has been published (support of another vendor)."""
    if not progress.been:
        return
    body = bodies.sale(p, listing_id=progress.listing_id)
    if progress.sale is None or progress.sale.fingerprint != fingerprint(body):
        yield "sale"
    if settings.unpublish_after_sale and progress.status in SHOWN:
        yield "unpublish"


def wanted(p: Publication, settings: Settings) -> dict[str, PictureLink]:
    """The pictures that are to be at Hemnet, by what we know them by, in their order."""
    return {image_key(picture): picture for picture in p.pictures[: settings.images_most]}


def waiting(p: Publication, progress: Progress, settings: Settings) -> list[str]:
    """The wanted pictures that Hemnet has been given and is not done with."""
    done = {settings.image_completed_state, *settings.image_failed_states}
    sent = {k: progress.images[k] for k in wanted(p, settings) if k in progress.images}
    return [key for key, image in sent.items() if image.state not in done]


def stale(p: Publication, progress: Progress, settings: Settings) -> list[str]:
    """Pictures at Hemnet that are not wanted any more. With no pictures at all nothing is removed:
    that is more likely a failure of ours than a wish."""
    keep = wanted(p, settings)
    return [k for k in progress.images if k not in keep] if settings.delete_images and keep else []


def seller(p: Publication) -> Party | None:
    """The seller that Hemnet is told of: the first one (the interface takes one)."""
    return party_of(p.sellers[0]) if p.sellers else None


def sale_is_fresh(progress: Progress, settings: Settings, now: datetime) -> bool:
    """Whether a sale was reported so lately that publishing again would delete it (changelog 010)."""
    if progress.sale is None or not progress.sale.reported_at:
        return progress.sale is not None
    reported = datetime.fromisoformat(progress.sale.reported_at)
    return now - reported < timedelta(days=settings.republish_window_days)
