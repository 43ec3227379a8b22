"""Pictures made ready for receivers: fetched once from their source, prepared, kept by content.

What was made of a picture is remembered as a link (`image`, `archive`), keyed by the picture
and its change date, so a picture that has not changed is neither fetched nor made again.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from brygga.hub.services import Services
from brygga.model import Estate, Invalid, Rejected
from brygga.model.parts import Image

FLOOR_PLAN = re.compile(r"layout|planritning|planlösning|floor ?plan", re.IGNORECASE)
LONG_EDGE_PX = 2400
PRINT_EDGE_PX = 1800
AT_ONCE = 4


def picture_key(estate: Estate, image: Image) -> str:
    """The picture's own id within its source: `<connection>:<image id>`."""
    return f"{estate.id.split(':', 1)[0]}:{image.id}"


async def prepare(s: Services, estate: Estate) -> int:
    """Fetch and prepare what is new or changed. Gives how many were made.

    A picture that cannot be read is remembered with its reason and left out; the check before
    publishing says so. Raises what the source's connection raises when it is down.
    """
    lacking = await asyncio.to_thread(_lacking, s, estate)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(image: Image) -> None:
        async with gate:
            await _make(s, estate, image)

    await asyncio.gather(*(one(image) for image in lacking))
    return len(lacking)


def _lacking(s: Services, estate: Estate) -> list[Image]:
    links = s.store.links_of("image", [picture_key(estate, image) for image in estate.images])
    return [
        image
        for image in estate.images
        if links.get(picture_key(estate, image), {}).get("archive", {}).get("source") != _stamp(image)
    ]


def _stamp(image: Image) -> str:
    return image.changed_at.isoformat() if image.changed_at else "once"


async def _make(s: Services, estate: Estate, image: Image) -> None:
    live = s.connections.live(estate.id.split(":", 1)[0])
    facts: dict[str, Any] = {"source": _stamp(image), "key": "", "code": "", "sv": ""}
    try:
        picture = await s.album.add(await live.connector.image(image.id))
    except Rejected as error:
        # Gone at its source before we heard of it: left out now, asked for again next time.
        facts |= {"source": "", "code": error.code, "sv": error.sv}
    except Invalid as error:
        facts |= {"code": error.code, "sv": error.sv}
    else:
        best = picture.at_most(LONG_EDGE_PX)
        facts |= {
            "key": best.key,
            "hash": picture.content_hash,
            "width_px": best.width_px,
            "height_px": best.height_px,
        }
    await asyncio.to_thread(
        s.store.link_merge, "image", picture_key(estate, image), "archive", facts, s.now()
    )


def broken(s: Services, estate: Estate) -> list[tuple[int, str]]:
    """Pictures that could not be read: (place in the ad, from 1, and why, in Swedish)."""
    links = s.store.links_of("image", [picture_key(estate, image) for image in estate.images])
    found = []
    for place, image in enumerate(estate.images, start=1):
        made = links.get(picture_key(estate, image), {}).get("archive", {})
        if made.get("code"):
            found.append((place, str(made.get("sv", ""))))
    return found
