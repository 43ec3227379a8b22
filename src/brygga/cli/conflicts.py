"""`brygga conflicts`: what two systems say differently, and a person's answer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brygga.cli.hubs import Database, Home, looking
from brygga.cli.output import AsJson, print_json, print_table, say

conflicts = typer.Typer(help="What two systems say differently and no rule decides.")

Number = Annotated[int, typer.Argument(metavar="N")]
Why = Annotated[str, typer.Option("--why", help="Why; kept in history and audit.")]
Take = Annotated[str, typer.Option("--take", help="left, right, or value with --value.")]


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the tree."""
    conflicts.callback(invoke_without_command=True)(begin)
    conflicts.command("list")(list_them)
    conflicts.command("show")(show)
    conflicts.command("settle")(settle)
    app.add_typer(conflicts, name="conflicts")


def begin(ctx: typer.Context, home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """List what two systems say differently, or settle one."""
    if ctx.invoked_subcommand is None:
        list_them(home=home, database=database, as_json=as_json)


def list_them(
    state: Annotated[str, typer.Option(help="open, chosen or settled; empty: not settled.")] = "",
    connection: str = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """List conflicts; exit 1 while one waits for you."""
    from brygga.hub.views.conflicts import conflict_rows, written

    with looking(home, database) as hub:
        found = conflict_rows(hub, state=state, connection=connection, limit=limit, offset=offset)
    if as_json:
        print_json(found)
    else:
        rows = [
            [
                c["n"],
                c["name"],
                c["field_sv"],
                _side(c["left"], written),
                _side(c["right"], written),
                c["says"],
            ]
            for c in found["conflicts"]
        ]
        heads = ["N", "Post", "Uppgift", "Ledande", "Följande", ""]
        print_table(f"Konflikter: {len(rows)}", heads, rows)
    if found["open"] and state in ("", "open"):
        raise typer.Exit(1)


def _side(side: dict[str, Any], written: Any) -> str:
    return f"{written(side['value'])} ({side['connection']})"


def show(n: Number, home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """One conflict with both values, their sources and times."""
    from brygga.hub.views.conflicts import told, written
    from brygga.model import Invalid

    with looking(home, database) as hub:
        found = hub.store.conflict_get(n)
        if found is None:
            raise Invalid(f"There is no conflict {n}.", sv="Det finns ingen sådan konflikt.")
        row = told(hub, found)
    if as_json:
        print_json(row)
        return
    rows = [[s, row[s]["connection"], written(row[s]["value"]), row[s]["at"]] for s in ("left", "right")]
    print_table(f"{row['name']} · {row['field_sv']}", ["Sida", "System", "Värde", "Ändrad"], rows)
    say(row["says"])


def settle(
    n: Number,
    take: Take,
    why: Why,
    value: Annotated[str, typer.Option("--value", help="With --take value.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who decides.")] = "cli",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Say which value counts; it is written by the mirror, and who and why is kept."""
    from brygga.hub import settling

    with looking(home, database) as hub:
        found = hub.store.conflict_get(n)
        given = settling.typed(found, value) if found is not None and take == "value" else None
        if dry_run:
            found = settling.check(hub, n, take=take, value=given, why=why)
        else:
            found = settling.settle(hub, n, take=take, value=given, why=why, who=by)
    chosen = {"left": found.left, "right": found.right}.get(take, given)
    said = {"n": n, "take": take, "value": chosen, "field": found.path, "dry_run": dry_run}
    if as_json:
        print_json(said)
    else:
        say("Så skulle det bli." if dry_run else "Valet är sparat och skrivs till båda sidor.")
