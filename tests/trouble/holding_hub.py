"""A hub at work on a home until it is told to stop: what `brygga up` is without its page.

The home comes from BRYGGA_HOME. Prints `ready` when it works.
"""

from __future__ import annotations

import asyncio
import signal
import sys

from brygga.hub import Hub


async def main() -> None:
    hub = Hub()
    await hub.start(schedule=False)
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await told.wait()
    await hub.stop()


if __name__ == "__main__":
    asyncio.run(main())
