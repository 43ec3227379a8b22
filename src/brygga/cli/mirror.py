"""`brygga mirror`: carry over between a following connection and those that lead it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from brygga.cli.hubs import Database, Home, looking, working
from brygga.cli.output import AsJson, print_json, print_table, say

SHOWN_WAITING = 20


def add_to(app: typer.Typer) -> None:
    """Hang this command on the tree."""
    app.command("mirror")(mirror)


def mirror(
    name: Annotated[str, typer.Argument(help="Following connection; empty: all of them.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; write nothing.")] = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Look at everything that two systems share, carry over what differs. Exit 1 while a conflict waits."""
    outcome = asyncio.run(_look(name, home, database) if dry_run else _carry(name, home, database, as_json))
    if as_json:
        print_json(outcome)
    elif not outcome["mirrors"]:
        say("Ingen anslutning följer någon annan. Sätt inställningen follows.")
    else:
        _tell(outcome)
    if outcome["failed"]:
        raise typer.Exit(outcome["failed"])


async def _carry(name: str, home: Path | None, database: str, as_json: bool) -> dict[str, Any]:
    from brygga.cli.progress import counting
    from brygga.hub.mirror_looking import mirror_and_count, names_of

    async with working(home, database) as hub:
        with counting(quiet=as_json) as progress:
            return await mirror_and_count(hub, names_of(hub, name), progress=progress)


async def _look(name: str, home: Path | None, database: str) -> dict[str, Any]:
    from brygga.hub.mirror_looking import names_of, plan_without_touching

    with looking(home, database) as hub:
        outcome = await plan_without_touching(hub, names_of(hub, name))
        await hub.connections.close()
        return outcome


def _tell(outcome: dict[str, Any]) -> None:
    for name, found in outcome["mirrors"].items():
        if "kinds" not in found:
            counts = [(key, value) for key, value in found.items() if isinstance(value, int)]
            print_table(name, ["", ""], counts)
            if found.get("trouble"):
                say(f"{name}: {found['sv'] or found['trouble']}")
            waiting = [(w["kind"], w["id"], w["for"]) for w in found["waits"][:SHOWN_WAITING]]
            if waiting:
                print_table("Väntar", ["Slag", "Post", "På"], waiting)
            continue
        rows = [(kind, key, n) for kind, many in found["kinds"].items() for key, n in many.items() if n]
        print_table(f"Plan för {name}", ["Slag", "Vad", "Antal"], rows)
        for one in found["sample"]:
            changes = [(path, old, new) for path, (old, new) in one["fields"].items()]
            print_table(f"{one['op']} {one['id']} → {one['side']}", ["Fält", "Nu", "Blir"], changes)
