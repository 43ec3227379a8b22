"""Commands that only look: objects, history, findings, report."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from brygga.cli.hubs import Database, Home, looking
from brygga.cli.output import AsCsv, AsJson, print_csv, print_json, print_table

Limit = Annotated[int, typer.Option(min=1, max=100_000)]
Offset = Annotated[int, typer.Option(min=0)]


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the tree."""
    app.command("objects")(objects)
    app.command("history")(history)
    app.command("findings")(findings)
    app.command("report")(report)


def objects(
    object_id: Annotated[str, typer.Argument(metavar="[ID]")] = "",
    status: str = "",
    kind: Annotated[str, typer.Option("--type")] = "",
    text: Annotated[str, typer.Option("--search")] = "",
    removed: Annotated[bool, typer.Option("--removed", help="Also those that are gone.")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List the objects we hold, or show one whole."""
    from brygga.hub.views.objects import one_object, page_of_objects

    with looking(home, database) as hub:
        if object_id:
            print_json(one_object(hub, hub.resolve_object(object_id)))
            return
        page = page_of_objects(
            hub,
            status=status,
            type=kind,
            text=text,
            include_removed=removed,
            limit=limit,
            offset=offset,
        )
    columns = ["id", "status", "type", "address", "town", "price_kr", "living_m2", "changed_at"]
    if as_json:
        print_json(page)
    elif as_csv:
        print_csv(columns, page["objects"])
    else:
        print_table(f"{page['total']} objekt", _HEADS, [_line(row) for row in page["objects"]])


_HEADS = ("Adress", "Ort", "Läge", "Pris", "Id")


def _line(row: dict[str, Any]) -> list[str]:
    """One object for people: the words of the trade, the price as it is written."""
    from brygga.model.vocabulary import ESTATE_STATUSES
    from brygga.swedish import format as sv

    price = row.get("price_kr")
    status = str(row.get("status") or "")
    return [
        str(row.get("address") or "–"),
        str(row.get("town") or "–"),
        ESTATE_STATUSES.get(status, status),
        sv.kr(price) if price is not None else "–",
        str(row["id"]),
    ]


def history(
    object_id: Annotated[str, typer.Argument(metavar="ID")],
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Every field of an object that has changed: when, from what, to what."""
    from brygga.hub.views.objects import field_history

    with looking(home, database) as hub:
        rows = field_history(hub, hub.resolve_object(object_id))
    if as_json:
        print_json({"history": rows})
    else:
        columns = ["at", "field", "old", "new"]
        print_table("Historik", columns, [[row[c] for c in columns] for row in rows])


def findings(
    code: str = "",
    connection: str = "",
    limit: Limit = 100,
    offset: Offset = 0,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """What was changed or refused when it came in, and why; and what was set aside."""
    from brygga.hub.views.findings import all_findings

    with looking(home, database) as hub:
        page = all_findings(hub, code=code, connection=connection, limit=limit, offset=offset)
    columns = ["kind", "id", "path", "code", "severity", "sv"]
    if as_json:
        print_json(page)
    elif as_csv:
        print_csv(columns, page["findings"])
    else:
        print_table(f"{page['total']} fynd", columns, [[r[c] for c in columns] for r in page["findings"]])


def report(home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """What has happened: fetched, sent, waiting, set aside, and how the connections did."""
    from brygga.hub.views.report import report_of

    with looking(home, database) as hub:
        made: dict[str, Any] = report_of(hub)
    if as_json:
        print_json(made)
        return
    for title, rows in made["sections"].items():
        print_table(title, ["", ""], list(rows.items()))
    sys.stdout.flush()
