"""`brygga sandbox`: the imitations, on this machine only."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from brygga.cli.hubs import Home
from brygga.cli.output import AsJson, say


def add_to(app: typer.Typer) -> None:
    """Hang the command on the tree."""
    app.command("sandbox")(sandbox)


def sandbox(
    port: Annotated[int, typer.Option(help="0 takes a free port.")] = 8750,
    estates: Annotated[int, typer.Option(min=0, max=1_000_000)] = 200,
    seed: int = 1,
    from_csv: Annotated[
        Path | None, typer.Option("--from-csv", help="Estates from a CSV of listings.")
    ] = None,
    faults: Annotated[str, typer.Option(help="Fault profile, such as mixed; see --list-faults.")] = "none",
    contacts: Annotated[int | None, typer.Option(min=0, help="In all; else as the seed gives.")] = None,
    viewings: Annotated[int | None, typer.Option(min=0, help="In all; else as the seed gives.")] = None,
    bids: Annotated[int | None, typer.Option(min=0, help="In all; else as the seed gives.")] = None,
    more: Annotated[
        list[str] | None, typer.Option("--with", help="One more system, such as mspecs or booli.")
    ] = None,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Print the profiles and leave.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Start the imitations of outside systems on loopback and leave a note for `brygga sync` and `up`."""
    from brygga.sandbox import PROFILES

    if list_faults:
        for name in PROFILES:
            sys.stdout.write(f"{name}\n")
        return
    plan = {
        "estates": estates,
        "seed": seed,
        "from_csv": from_csv,
        "faults": faults,
        "contacts": contacts,
        "viewings": viewings,
        "bids": bids,
    }
    asyncio.run(_serve(plan, home, port=port, more=tuple(more or ()), as_json=as_json))


async def _serve(
    plan: dict[str, Any], home: Path | None, *, port: int, more: tuple[str, ...], as_json: bool
) -> None:
    from brygga.cli.hubs import settings
    from brygga.cli.quiet import quiet
    from brygga.hub.practice import leave_note
    from brygga.sandbox.serving import Plan, serve

    quiet("warning")

    def ready(facts: dict[str, Any]) -> None:
        note = leave_note(settings(home).home, facts)
        if as_json:
            import msgspec

            sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
            sys.stdout.flush()
        else:
            say(f"Övning pågår på {facts['url']}. Avsluta med Ctrl+C.")
            say(f"Hämta objekten med: brygga sync (uppgifterna ligger i {note})")

    await serve(Plan(**plan), port=port, more=more, ready=ready)
