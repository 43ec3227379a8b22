"""Commands that move something: up, sync, check, publish, unpublish."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from brygga.cli.hubs import Database, Home, looking, settings, working
from brygga.cli.output import AsJson, print_json, print_table, say


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the tree."""
    app.command("up")(up)
    app.command("sync")(sync)
    app.command("check")(check)
    app.command("publish")(publish)
    app.command("unpublish")(unpublish)


def up(
    home: Home = None,
    database: Database = "",
    host: Annotated[str | None, typer.Option(help="Only this machine unless told otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes a free port.")] = None,
    worker: Annotated[
        str | None, typer.Option(help="Stable name of this process (several on one PostgreSQL).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start the hub, its workers and the page; prints the page's one-time link."""
    from brygga.cli.quiet import quiet
    from brygga.web import serve

    quiet("warning")
    chosen = settings(home, database, host=host, port=port, worker_id=worker)

    def ready(facts: dict[str, str]) -> None:
        if as_json:
            sys.stdout.write(_line(facts))
            sys.stdout.flush()
        else:
            say(f"Öppna sidan: {facts['page']}")
            say("Länken gäller en gång. Avsluta med Ctrl+C.")

    asyncio.run(serve(chosen, ready=ready))


def _line(facts: dict[str, str]) -> str:
    import msgspec

    return msgspec.json.encode(facts).decode() + "\n"


def sync(
    name: Annotated[str, typer.Argument(help="Connection; empty: every source.")] = "",
    full: Annotated[bool, typer.Option("--full", help="Fetch everything again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look and compare; write nothing.")] = False,
    remap: Annotated[
        bool, typer.Option("--remap", help="Map what is kept raw again; no provider is called.")
    ] = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Fetch what the sources have, compare all ids, store what differs, and carry it over to who follows."""
    work = (
        _remap(name, home, database, dry_run=dry_run)
        if remap
        else _sync(name, home, database, full=full, dry_run=dry_run, as_json=as_json)
    )
    outcome: dict[str, Any] = asyncio.run(work)
    if as_json:
        print_json(outcome)
    elif remap:
        _tell_remap(outcome)
    else:
        rows = [(k, *(v.get(c, "") for c in _COUNTS)) for k, v in outcome["connections"].items()]
        print_table("Hämtat" if not dry_run else "Skulle hämtas", ["Anslutning", *_SWEDISH], rows)
        mirrored = [(k, v["written"], v["conflicts"]) for k, v in outcome.get("mirrors", {}).items()]
        if mirrored:
            print_table("Fört över", ["Anslutning", "Skrivna rader", "Konflikter"], mirrored)
    if outcome["failed"]:
        raise typer.Exit(outcome["failed"])


_COUNTS = ("estates", "created", "updated", "removed", "parked", "findings")
_SWEDISH = ("Objekt", "Nya", "Ändrade", "Borttagna", "Åt sidan", "Fynd")


async def _sync(
    name: str, home: Path | None, database: str, *, full: bool, dry_run: bool, as_json: bool
) -> dict[str, Any]:
    from brygga.cli.progress import counting
    from brygga.hub.practice import adopt_running
    from brygga.hub.syncing import look_without_touching, sync_and_count

    async with working(home, database) as hub:
        await adopt_running(hub)
        names = [name] if name else hub.connections.who_can("read")
        if not names:
            say("Ingen anslutning kan läsas än. Börja med: brygga connect vitec")
            return {"connections": {}, "failed": 1}
        if dry_run:
            return await look_without_touching(hub, names)
        with counting(quiet=as_json) as progress:
            return await sync_and_count(hub, names, mode="full" if full else "compare", progress=progress)


async def _remap(name: str, home: Path | None, database: str, *, dry_run: bool) -> dict[str, Any]:
    from brygga.hub.remapping import remap

    with looking(home, database) as hub:
        names = [name] if name else hub.connections.who_can("read")
        return await remap(hub, names, dry_run=dry_run)


def _tell_remap(outcome: dict[str, Any]) -> None:
    columns = ("raw", "created", "updated", "unchanged", "parked", "without_raw")
    heads = ["Anslutning", "Sparade svar", "Nya", "Ändrade", "Oförändrade", "Åt sidan", "Utan sparat svar"]
    rows = [(k, *(v[c] for c in columns)) for k, v in outcome["connections"].items()]
    print_table("Skulle mappas om" if outcome["dry_run"] else "Mappat om", heads, rows)
    for name, found in outcome["connections"].items():
        if found["fields"]:
            print_table(f"Fält som ändras: {name}", ["Fält", "Poster"], list(found["fields"].items()))


def check(
    name: Annotated[str, typer.Argument(help="Connection; empty: all.")] = "",
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Try the connections. Exit 0 well, 1 needs you, 2 try later."""
    results = asyncio.run(_check(name, home, database))
    if as_json:
        print_json(results)
    else:
        print_table("Anslutningar", ["Namn", "Läge"], [(k, v["sv"]) for k, v in results.items()])
    worst = max((int(str(v["exit"])) for v in results.values()), default=0)
    if worst:
        raise typer.Exit(1 if any(v["exit"] == 1 for v in results.values()) else worst)


async def _check(name: str, home: Path | None, database: str) -> dict[str, dict[str, object]]:
    from brygga.hub.checking import check_all

    with looking(home, database) as hub:
        names = [name] if name else [c.name for c in hub.connections.all()]
        results = await check_all(hub, names)
        await hub.connections.close()
        return results


Options = Annotated[list[str] | None, typer.Option("--option", help="name=value for the receiver.")]


def publish(
    objekt: Annotated[str, typer.Argument(metavar="OBJECT")],
    to: Annotated[str, typer.Option("--to", help="Receiver; empty: whoever can publish.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only the check before publishing.")] = False,
    option: Options = None,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Check an object and show it at a receiver; kept true there from then on."""
    options = dict(part.split("=", 1) for part in option or [])
    outcome = asyncio.run(_publish(objekt, to, home, database, options, dry_run=dry_run))
    _tell_publication(outcome, as_json)


def unpublish(
    objekt: Annotated[str, typer.Argument(metavar="OBJECT")],
    to: Annotated[str, typer.Option("--to", help="Receiver.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Take an object down at a receiver. What we know of it stays."""
    if not yes:
        typer.confirm(f"Avpublicera {objekt}? Annonsen försvinner", abort=True, err=True)
    outcome = asyncio.run(_publish(objekt, to, home, database, {}, dry_run=False, down=True))
    _tell_publication(outcome, as_json)


async def _publish(
    objekt: str,
    to: str,
    home: Path | None,
    database: str,
    options: dict[str, str],
    *,
    dry_run: bool,
    down: bool = False,
) -> dict[str, object]:
    from brygga.hub.publishing import preflight, publish_and_wait

    async with working(home, database) as hub:
        target = to or next(iter(hub.connections.who_can("publish")), "")
        estate_id = hub.resolve_object(objekt)
        if dry_run:
            return await preflight(hub, estate_id, target)
        return await publish_and_wait(hub, estate_id, target, options=dict(options), down=down)


def _tell_publication(outcome: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(outcome)
    else:
        remarks = outcome.get("remarks") or []
        assert isinstance(remarks, list)  # noqa: S101 – made so in hub.publishing
        for remark in remarks:
            say(("⬣ " if remark["stops"] else "▲ ") + remark["sv"])
        say(str(outcome["sv"]))
    if outcome.get("blocked") or outcome.get("failed"):
        raise typer.Exit(1)
