"""A process that calls a provider from many tasks; the cross-process tests start it twice.

Arguments: address, database, tasks, seconds, limits as JSON. Prints how many calls succeeded.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time

from shared_state import open_state

from brygga.model.errors import Retryable
from brygga.wire import Call, Kit, Limits, Profile, Wire


async def main(base_url: str, database: str, tasks: int, seconds: float, limits: dict[str, float]) -> int:
    state = open_state(database)
    profile = Profile(connection="prov", base_url=base_url, allow_private=True, limits=Limits(**limits))
    wire = Wire(profile, Kit(slots=state.slots, breakers=state.breakers, rng=random.Random()))
    ends_at, done = time.monotonic() + seconds, 0

    async def work() -> None:
        nonlocal done
        while (left_s := ends_at - time.monotonic()) > 0:
            try:
                await wire.call(Call(operation="estate.read", path="/", deadline_s=left_s))
                done += 1
            except Retryable:
                return

    await asyncio.gather(*(work() for _ in range(tasks)))
    await wire.close()
    return done


if __name__ == "__main__":
    address, shared, count, long_s, given = sys.argv[1:]
    succeeded = asyncio.run(main(address, shared, int(count), float(long_s), json.loads(given)))
    sys.stdout.write(f"{succeeded}\n")
