"""A process that hands over mails at the same time; the tests of shared limits start it twice.

Arguments: port, address of a database with its tables, number of mails, settings as JSON. Prints
how many mails were taken.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from brygga.connectors import manifest
from brygga.connectors.abilities import Mail
from brygga.store.opening import connect
from brygga.store.wire_state import SqlSlots
from brygga.wire import Kit, Profile, Wire


async def main(port: int, database_url: str, mails: int, settings: dict[str, Any]) -> int:
    database = connect(database_url)
    loaded = manifest.load("smtp")
    wire = Wire(Profile(connection="mail", base_url=loaded.base_url), Kit(slots=SqlSlots(database)))

    async def secrets(_: str) -> str:
        return ""

    connector = manifest.class_of(loaded)(
        wire,
        connection="mail",
        settings={"host": "127.0.0.1", "port": port, "sender": "brygga@example.com", **settings},
        secrets=secrets,
    )
    work = (connector.send(a_mail(n)) for n in range(mails))
    receipts = await asyncio.gather(*work)
    await wire.close()
    database.close()
    return len(receipts)


def a_mail(n: int) -> Mail:
    return Mail(to=("kontor@example.com",), subject="Hej", text="Hej", key=f"{os.getpid()}-{n}")


if __name__ == "__main__":
    to_port, shared, count, given = sys.argv[1:]
    sys.stdout.write(f"{asyncio.run(main(int(to_port), shared, int(count), json.loads(given)))}\n")
