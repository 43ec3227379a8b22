"""`brygga drift`: how the sources' answers have changed their form, and taking a new form as it is."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brygga.cli.hubs import Database, Home, looking
from brygga.cli.output import AsJson, print_json, print_table


def add_to(app: typer.Typer) -> None:
    """Hang the command on the tree."""
    app.command("drift")(drift)


def drift(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="One connection; without it, all.")] = "",
    accept: Annotated[
        str, typer.Option("--accept", metavar="KIND", help="Take the new form of this kind as it is.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "command line",
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Show what is new, gone or of another type in a source's answers since it was first read."""
    from brygga.hub.mending import accept_drift
    from brygga.hub.views.drift import drift_report

    with looking(home, database) as hub:
        if accept:
            taken = accept_drift(hub, name, accept, actor=by)
            print_json({"connection": name, "kind": accept, "accepted": [one.lstrip(".") for one in taken]})
            return
        names = [name] if name else [c.name for c in hub.connections.all()]
        for one in names:
            hub.connections.get(one)
        report = drift_report(hub, names)
    if as_json:
        print_json({"drift": report})
        return
    rows = [row for one in report for row in _rows(one)]
    print_table("Ändrad form hos källorna", ("Anslutning", "Slag", "Uppgift", "Ändring", "Poster"), rows)


def _rows(one: dict[str, Any]) -> list[list[str]]:
    """New members first, then what stands still until somebody answers."""
    name = str(one["connection"])
    new = [[name, *member.split(".", 1), "ny", "–"] for member in one["new"]]
    words = {"gone": "borta", "retyped": "annat slag"}
    return new + [
        [name, str(b["kind"]), str(m["path"]), words.get(str(m["change"]), ""), str(m["records"])]
        for b in one["breaking"]
        for m in b["members"]
    ]
