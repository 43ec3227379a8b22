"""A hub's web in a process of its own, for tests that kill it: `python intake_server.py HOME SECRET`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from brygga.hub import Connection, Hub, Settings
from brygga.web.app import App
from brygga.web.serving import Server, config, listen


async def main(home: str, secret: str) -> None:
    hub = Hub(Settings(home=Path(home)))
    settings = {"base_url": "http://127.0.0.1:9", "customer_id": "M1", "username": "office"}
    connection = Connection(name="vitec", connector="vitec", settings=settings, practice=True)
    await hub.connect(connection, {"webhook_secret": secret, "password": "unused"})
    listener = listen("127.0.0.1", 0)
    server = Server(config(App(hub)))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    await serving


asyncio.run(main(sys.argv[1], sys.argv[2]))
