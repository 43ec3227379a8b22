"""A process that calls a source from many tasks through its hub's own line; the test starts it twice.

Arguments: seconds, tasks. Home and database come from the environment. Prints how many calls
were answered.
"""

from __future__ import annotations

import asyncio
import sys
import time

from brygga.hub import Hub
from brygga.model import Retryable
from brygga.wire.call import Call


async def main(seconds: float, tasks: int) -> int:
    hub = Hub()
    live = hub.connections.live("vitec")
    path = f"/Advertising/Estate/{live.connection.settings['customer_id']}"
    ends_at, done = time.monotonic() + seconds, 0

    async def work() -> None:
        nonlocal done
        query = (("paging.pageIndex", "0"), ("paging.pageSize", "1"))
        while (left_s := ends_at - time.monotonic()) > 0:
            try:
                await live.wire.call(Call(operation="estate.list", path=path, query=query, deadline_s=left_s))
            except Retryable:
                return
            done += 1

    await asyncio.gather(*(work() for _ in range(tasks)))
    await hub.stop()
    return done


if __name__ == "__main__":
    answered = asyncio.run(main(float(sys.argv[1]), int(sys.argv[2])))
    sys.stdout.write(f"{answered}\n")
