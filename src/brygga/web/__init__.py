"""The page, and the doors from outside: webhooks in, pictures out, signs of life."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brygga.hub import Settings

__all__ = ["serve"]


async def serve(
    settings: Settings, *, ready: Callable[[dict[str, str]], None], until: asyncio.Event | None = None
) -> None:
    """Run hub and web until told to stop; see `brygga.web.serving.serve`. Imported at first use."""
    from brygga.web.serving import serve as run

    await run(settings, ready=ready, until=until)
