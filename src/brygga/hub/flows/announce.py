"""What follows when a home becomes visible: a confirmation to the office, a description in the archive.

Both are remembered by a key of their own, so that asking again makes nothing twice.
"""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.connectors.abilities import Publication
from brygga.hub.publication import gather
from brygga.hub.services import Services
from brygga.model import Estate, Office
from brygga.store import Event, OutboxRow

VISIBLE = "visible"


async def announce(s: Services, target: str, estate_id: str, state: dict[str, Any]) -> None:
    """Queue the confirmation and archive the description, once per time the home becomes visible."""
    shown = str(state.get("remote", {}).get("status", "")) == VISIBLE
    if not shown or state.get("announced"):
        if not shown and state.get("announced"):
            await asyncio.to_thread(
                s.store.link_merge, "estate", estate_id, target, {"announced": ""}, s.now()
            )
        return
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
    s.store.event_add(
        [
            Event(
                at=s.now(),
                connection=target,
                kind="estate",
                id=estate_id,
                what="visible",
                level="ok",
                facts={"price_kr": publication.estate.price.asking_kr, "document": key},
            )
        ]
    )
    patch = {"announced": s.now().isoformat(), "times_visible": number}
    s.store.link_merge("estate", estate_id, target, patch, s.now())


def _mail(s: Services, target: str, estate: Estate, office: Office | None, number: int) -> list[OutboxRow]:
    """The confirmation, to whoever can send mail; none when the office has no address."""
    senders = s.connections.who_can("email", s.settings.fallbacks)
    if not senders or office is None or not office.email:
        return []
    facts = {
        "street": estate.address.street,
        "town": estate.address.town,
        "price_kr": estate.price.asking_kr,
        "place": s.connections.live(target).manifest.title,
        "reference": estate.reference,
        "at": s.now(),
    }
    from brygga.messages import compose

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
    from brygga.documents import render_description

    made_at = s.now()
    pictures = [
        (await s.archive.get(_key_of(link.url)), link.description or "Bild") for link in publication.pictures[:6]
    ]
    data = await asyncio.to_thread(
        render_description,
        publication.estate,
        agent=publication.agent,
        office=publication.office,
        association=publication.association,
        viewings=publication.viewings,
        pictures=pictures,
        made_at=made_at,
    )
    safe = publication.estate.id.replace(":", "_")
    key = f"descriptions/{safe}/{made_at:%Y%m%dT%H%M%S}-{number}.pdf"
    await s.archive.put(key, data, content_type="application/pdf")
    return key


def _key_of(url: str) -> str:
    """The archive key inside one of our own signed links."""
    return url.split("/b/", 1)[1].split("?", 1)[0]
