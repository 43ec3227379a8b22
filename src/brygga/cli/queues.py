"""Commands for what waits: outbox, inbox, parked records, repairs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brygga.cli.hubs import Database, Home, looking
from brygga.cli.output import AsJson, print_json, print_table, say

outbox = typer.Typer(help="What is on its way out.", no_args_is_help=True)
inbox = typer.Typer(help="Webhooks that have come in.", no_args_is_help=True)
parked = typer.Typer(help="Records that could not be taken in.", no_args_is_help=True)
repairs = typer.Typer(help="What only a person can mend.", no_args_is_help=True)

Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")]
Number = Annotated[int, typer.Argument(metavar="N")]


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the tree."""
    outbox.command("list")(outbox_list)
    outbox.command("retry")(outbox_retry)
    outbox.command("drop")(outbox_drop)
    outbox.command("resolve")(outbox_resolve)
    inbox.command("list")(inbox_list)
    inbox.command("retry")(inbox_retry)
    inbox.command("drop")(inbox_drop)
    parked.command("list")(parked_list)
    parked.command("retry")(parked_retry)
    parked.command("drop")(parked_drop)
    repairs.command("list")(repairs_list)
    repairs.command("resolve")(repairs_resolve)
    for part, name in ((outbox, "outbox"), (inbox, "inbox"), (parked, "parked"), (repairs, "repairs")):
        app.add_typer(part, name=name)


def _show(title: str, columns: list[str], rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json({title: rows})
    else:
        print_table(f"{title}: {len(rows)}", columns, [[row.get(c) for c in columns] for row in rows])


def _told(facts: dict[str, Any], sentence: str, as_json: bool) -> None:
    """What was done: as data, or in words."""
    if as_json:
        print_json(facts)
    else:
        say(sentence)


def outbox_list(
    state: str = "", connection: str = "", home: Home = None, database: Database = "", as_json: AsJson = False
) -> None:
    """List what is on its way out; --state waiting|sending|done|parked|unknown|dropped."""
    from brygga.hub.views.queues import outbox_rows

    with looking(home, database) as hub:
        rows = outbox_rows(hub, state=state, connection=connection)
    _show("outbox", ["n", "connection", "kind", "id", "state", "attempts", "next_at", "error"], rows, as_json)


def outbox_retry(n: Number, home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """Try one again now. A doubtful one is not sent again by this: see resolve."""
    from brygga.hub.mending import retry_outgoing

    with looking(home, database) as hub:
        retry_outgoing(hub, n, actor="cli")
    _told({"n": n, "state": "waiting"}, f"Rad {n} prövas igen.", as_json)


def outbox_drop(
    n: Number, reason: Reason, home: Home = None, database: Database = "", as_json: AsJson = False
) -> None:
    """Discard one; it never reaches its receiver."""
    from brygga.hub.mending import drop_outgoing

    with looking(home, database) as hub:
        drop_outgoing(hub, n, reason=reason, actor="cli")
    _told({"n": n, "state": "dropped"}, f"Rad {n} är kastad.", as_json)


def outbox_resolve(
    n: Number,
    arrived: Annotated[bool, typer.Option("--arrived/--not-arrived", help="Did it reach its receiver?")],
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Answer for a doubtful one: it arrived, or it did not and shall be sent again."""
    from brygga.hub.mending import resolve_doubt

    with looking(home, database) as hub:
        resolve_doubt(hub, n, arrived=arrived, actor="cli")
    _told({"n": n, "arrived": arrived}, f"Rad {n} är avgjord.", as_json)


def inbox_list(state: str = "", home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """List webhooks; --state new|done|parked|dropped."""
    from brygga.hub.views.queues import inbox_rows

    with looking(home, database) as hub:
        rows = inbox_rows(hub, state=state)
    _show("inbox", ["n", "connection", "state", "attempts", "received_at", "error"], rows, as_json)


def inbox_retry(n: Number, home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """Work on one again."""
    from brygga.hub.mending import retry_incoming

    with looking(home, database) as hub:
        retry_incoming(hub, n, actor="cli")
    _told({"n": n, "state": "waiting"}, f"Rad {n} prövas igen.", as_json)


def inbox_drop(
    n: Number, reason: Reason, home: Home = None, database: Database = "", as_json: AsJson = False
) -> None:
    """Discard one; its record is found by the next catch-up anyway."""
    from brygga.hub.mending import drop_incoming

    with looking(home, database) as hub:
        drop_incoming(hub, n, reason=reason, actor="cli")
    _told({"n": n, "state": "dropped"}, f"Rad {n} är kastad.", as_json)


def parked_list(
    connection: str = "", home: Home = None, database: Database = "", as_json: AsJson = False
) -> None:
    """List records that could not be taken in, with their reasons."""
    from brygga.hub.views.queues import parked_rows

    with looking(home, database) as hub:
        rows = parked_rows(hub, connection=connection)
    _show("parked", ["connection", "kind", "source_id", "code", "sv", "at"], rows, as_json)


def parked_retry(
    connection: str,
    kind: str,
    source_id: str,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Map the kept raw answer again, or ask the source for the record anew."""
    from brygga.hub.mending import retry_parked

    with looking(home, database) as hub:
        how = retry_parked(hub, connection, kind, source_id, actor="cli")
    words = {"mapped": "Uppgifterna är inlästa.", "asked": "Posten hämtas på nytt."}
    _told({"connection": connection, "kind": kind, "source_id": source_id, "how": how}, words[how], as_json)


def parked_drop(
    connection: str,
    kind: str,
    source_id: str,
    reason: Reason,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Forget a record that was set aside."""
    from brygga.hub.mending import drop_parked

    with looking(home, database) as hub:
        drop_parked(hub, connection, kind, source_id, reason=reason, actor="cli")
    _told({"connection": connection, "kind": kind, "source_id": source_id}, "Posten är kastad.", as_json)


def repairs_list(home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """List what only a person can mend, worst first."""
    from brygga.hub.views.repairs import open_repairs

    with looking(home, database) as hub:
        rows = open_repairs(hub)
    _show("repairs", ["code", "connection", "subject", "title", "count", "opened_at"], rows, as_json)


def repairs_resolve(
    code: str,
    connection: str,
    subject: Annotated[str, typer.Argument()] = "",
    remove: Annotated[
        bool, typer.Option("--remove", help="vanish: really gone; drift: gone for good.")
    ] = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Say that one is mended; for `vanish`, whether the missing objects are really gone."""
    from brygga.hub.mending import resolve_repair

    with looking(home, database) as hub:
        resolve_repair(hub, code, connection, subject, remove=remove, actor="cli")
    _told({"code": code, "connection": connection, "subject": subject}, "Saken är löst.", as_json)
