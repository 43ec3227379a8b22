"""`brygga webhooks parse`: one webhook, verified and read as the hub would, without keeping anything."""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.connectors.abilities import WebhookRequest
from brygga.hub.clean import clean
from brygga.hub.hub import Hub
from brygga.model import BryggaError, Invalid


class Given(msgspec.Struct, kw_only=True):
    """A webhook as somebody noted it down. `query`: pairs; `path_secret`: the address's secret part."""

    headers: dict[str, str] = {}
    body: str = ""
    query: list[tuple[str, str]] = []
    path_secret: str = ""


async def heard(hub: Hub, name: str, text: bytes) -> dict[str, Any]:
    """`{"events": […]}`, or `{"refused": code, "sv": why}`. Raises Invalid for what is not a webhook."""
    try:
        given = msgspec.json.decode(text, type=Given)
    except msgspec.MsgspecError as error:
        raise Invalid(f"That is not a webhook as JSON: {error}", code="not_a_webhook") from error
    live = hub.connections.live(name)
    request = WebhookRequest(
        headers={key.lower(): value for key, value in given.headers.items()},
        body=given.body.encode(),
        query=tuple(given.query),
        path_secret=given.path_secret,
        received_at=hub.services.now(),
    )
    if not (live.can("webhooks") or live.can("deliveries")):
        raise Invalid(f"{name} sends no webhooks.", sv=f"{name} skickar inga händelser.")
    try:
        await live.connector.verify(request)
        read = live.connector.deliveries if live.can("deliveries") else live.connector.notices
        events = read(request)
    except BryggaError as error:
        return {"connection": name, "refused": error.code, "kind": error.kind, "sv": clean(error.sv)}
    return {"connection": name, "events": msgspec.to_builtins(events)}
