"""What follows when a home becomes visible: a confirmation to the office, a description in the archive.

Both are remembered by a key of their own, so that asking again makes nothing twice.
"""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.connectors.abilities import PictureLink, Publication
from brygga.documents import Picture, render
from brygga.hub.pictures import PRINT_EDGE_PX
from brygga.hub.publication import gather
from brygga.hub.services import Services
from brygga.messages import compose
from brygga.model import Estate, Office
from brygga.store import Event, OutboxRow

VISIBLE = "visible"
MOST_PICTURES = 12


async def announce(s: Services, target: str, estate_id: str, state: dict[str, Any]) -> None:
    """Queue the confirmation and archive the description, once per time the home becomes visible."""
    shown = str(state.get("remote", {}).get("status", "")) == VISIBLE
    if shown and not state.get("announced"):
        await _announce(s, target, estate_id, state)
    elif not shown and state.get("announced"):
        await asyncio.to_thread(s.store.link_merge, "estate", estate_id, target, {"announced": ""}, s.now())


async def _announce(s: Services, target: str, estate_id: str, state: dict[str, Any]) -> None:
    publication = await asyncio.to_thread(gather, s, estate_id, state)
    number = int(state.get("times_visible", 0)) + 1
    key = await _archive_description(s, publication, number)
    await asyncio.to_thread(_tell, s, target, publication, number, key)


def _tell(s: Services, target: str, publication: Publication, number: int, key: str) -> None:
    """Mail, event and the remembered number; the mail's own key makes a repeat harmless."""
    estate_id = publication.estate.id
    rows = _mail(s, target, publication.estate, publication.office, number)
    if rows:
        s.store.outbox_add(rows)
    event = Event(
        at=s.now(),
        connection=target,
        kind="estate",
        id=estate_id,
        what=VISIBLE,
        level="ok",
        facts={"price_kr": publication.estate.price.asking_kr, "document": key},
    )
    s.store.event_add([event])
    patch = {"announced": s.now().isoformat(), "times_visible": number}
    s.store.link_merge("estate", estate_id, target, patch, s.now())


def _mail(s: Services, target: str, estate: Estate, office: Office | None, number: int) -> list[OutboxRow]:
    """The confirmation, to whoever can send mail; none when the office has no address."""
    senders = s.connections.who_can("email", s.settings.fallbacks)
    if not senders or office is None or not office.email:
        return []
    address = ", ".join(part for part in (estate.address.street, estate.address.town) if part)
    facts = {
        "address": address or estate.reference or estate.id,
        "where": s.connections.live(target).manifest.title,
        "visible_at": s.now(),
        "price_kr": estate.price.asking_kr,
    }
    made = compose("object_visible", "sv", facts)
    key = f"visible|{target}|{estate.id}|{number}"
    return [
        OutboxRow(
            connection=senders[0],
            ability="email",
            operation="send",
            kind="mail",
            id=key,
            payload={
                "to": [office.email],
                "subject": made.subject,
                "text": made.text,
                "html": made.html,
                "sender": s.settings.mail_from,
                "estate": estate.id,
            },
            repeat="none",
            key=key,
        )
    ]


async def _archive_description(s: Services, publication: Publication, number: int) -> str:
    """The object description as PDF, kept in the archive under the home and its number."""
    made_at = s.now()
    found = [await _picture(s, link) for link in publication.pictures[:MOST_PICTURES]]
    data = await asyncio.to_thread(
        render,
        publication.estate,
        agent=publication.agent,
        office=publication.office,
        association=publication.association,
        viewings=publication.viewings,
        pictures=[picture for picture in found if picture is not None],
        made_at=made_at,
    )
    safe = "".join(c if c.isalnum() else "_" for c in publication.estate.id)
    key = f"descriptions/{safe}/{made_at:%Y%m%dT%H%M%S}-{number}.pdf"
    await s.archive.put(key, data, content_type="application/pdf")
    return key


async def _picture(s: Services, link: PictureLink) -> Picture | None:
    """The rendition for paper; None when the picture has been lost from the archive."""
    album_page = await s.album.find(link.content_hash)
    if album_page is None:
        return None
    best = album_page.at_most(PRINT_EDGE_PX)
    return Picture(
        data=await s.album.read(best),
        width_px=best.width_px,
        height_px=best.height_px,
        alt=link.description,
        floor_plan=link.floor_plan,
    )
