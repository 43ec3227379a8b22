"""`brygga send email|sms` and `brygga webhooks parse`: messages out, and what is told of them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from brygga.cli.hubs import Database, Home, looking, working
from brygga.cli.output import AsJson, print_json, say

send = typer.Typer(help="A neutral message, as JSON on standard input.", no_args_is_help=True)
webhooks = typer.Typer(help="Webhooks of others, looked at by hand.", no_args_is_help=True)

Via = Annotated[str, typer.Option("--via", help="This connection; without it, the first that can.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the requests that would leave.")]


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the tree."""
    send.command("email")(email)
    send.command("sms")(sms)
    webhooks.command("parse")(parse)
    app.add_typer(send, name="send")
    app.add_typer(webhooks, name="webhooks")


def email(
    via: Via = "",
    dry_run: DryRun = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Send an e-mail: to, subject, text and more; see docs/sources.md."""
    _send("email", via, dry_run, home, database, as_json)


def sms(
    via: Via = "",
    dry_run: DryRun = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Send a text message: to and text."""
    _send("sms", via, dry_run, home, database, as_json)


def _send(channel: str, via: str, dry_run: bool, home: Path | None, database: str, as_json: bool) -> None:
    body = sys.stdin.buffer.read()
    told = asyncio.run(_sent(channel, via, body, dry_run, home, database))
    if as_json or dry_run:
        print_json(told)
    else:
        say(told["error"] or {"done": "Skickat."}.get(told["state"], "Meddelandet ligger i kön."))
    if not dry_run and told["state"] != "done":
        raise typer.Exit(2 if told["state"] in {"waiting", "sending"} else 1)


async def _sent(
    channel: str, via: str, body: bytes, dry_run: bool, home: Path | None, database: str
) -> dict[str, Any]:
    from brygga.hub.sending import as_it_would_leave, message, send_and_wait, sender_of

    if dry_run:
        with looking(home, database) as hub:
            name = sender_of(hub, channel, via)
            found = message(channel, body, hub.settings.mail_from if channel == "email" else "")
            requests = await as_it_would_leave(hub, channel, name, found)
            await hub.connections.close()
            return {"via": name, "dry_run": True, "requests": requests}
    async with working(home, database) as hub:
        name = sender_of(hub, channel, via)
        found = message(channel, body, hub.settings.mail_from if channel == "email" else "")
        return await send_and_wait(hub, channel, name, found)


def parse(
    name: Annotated[str, typer.Argument(help="The connection's name.")],
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Read {"headers", "body"} from standard input; print its events, or why it is refused (exit 1)."""
    from brygga.hub.hearing import heard

    del as_json  # it is never anything else
    with looking(home, database) as hub:
        told = asyncio.run(heard(hub, name, sys.stdin.buffer.read()))
    print_json(told)
    if "refused" in told:
        raise typer.Exit(1)
