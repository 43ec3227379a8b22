"""Load from the yardstick source through the real path: wire → mapping → sync → store, as a durable flow.

    python bench/first_load.py PORT HOME [full|compare|catchup]

Prints one line of JSON. `--profile FILE` writes a cProfile of the process beside it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ["BRYGGA_CONNECTORS"] = str(HERE)


async def main(port: str, home: Path, mode: str) -> None:
    """One pull in one process, start to stop."""
    from brygga.hub import Connection, Hub, Settings

    hub = Hub(Settings(home=home))
    connection = Connection(
        name="yardstick",
        connector="yardstick",
        settings={"base_url": f"http://127.0.0.1:{port}"},
        practice=True,
    )
    if not hub.connections.all():
        hub.connections.save(connection)
    await hub.start(schedule=False)
    began = time.perf_counter()
    await hub.sync("yardstick", mode=mode)
    took_s = time.perf_counter() - began
    event = hub.store.events("yardstick", limit=1)[-1]
    counts = {k: live for k, (live, _) in hub.store.counts().items() if live}
    await hub.stop()
    print(json.dumps({"sync_s": round(took_s, 3), **event.facts, **counts}), flush=True)


if __name__ == "__main__":
    if "--profile" in sys.argv:
        import cProfile
        import threading

        where = sys.argv[sys.argv.index("--profile") + 1]
        profiler = cProfile.Profile()
        threading.setprofile(lambda *_: None)
        profiler.enable()
        asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
        profiler.disable()
        profiler.dump_stats(where)
    else:
        asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "full"))
