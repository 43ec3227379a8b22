"""Commands for setting up: connect, connections, keys."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brygga.cli.hubs import Database, Home, looking
from brygga.cli.output import AsJson, print_json, print_table, say

if TYPE_CHECKING:
    from brygga.connectors.manifest import Manifest

keys = typer.Typer(help="The key ring that everything secret is sealed with.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the tree."""
    app.command("connect")(connect)
    app.command("disconnect")(disconnect)
    app.command("connections")(connections)
    keys.command("rotate")(rotate)
    app.add_typer(keys, name="keys")


def connect(
    name: Annotated[str, typer.Argument(help="Connector, such as vitec; also the connection's name.")],
    as_name: Annotated[str, typer.Option("--as", help="Another name for the connection.")] = "",
    setting: Annotated[list[str] | None, typer.Option("--set", help="name=value, not for secrets.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Secrets as name=value lines on stdin.")] = False,
    practice: Annotated[bool, typer.Option("--practice", help="An imitation on this machine.")] = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Store a connection and its credentials; what is not given stays as it was.

    Secrets by prompt, stdin or BRYGGA_SECRET_<NAME>_<FIELD>.
    """
    from brygga.connectors.manifest import load
    from brygga.hub import Connection

    with looking(home, database) as hub:
        manifest = load(_known(name))
        known = {one.name: one for one in hub.connections.all()}.get(as_name or name)
        before = known.settings if known is not None and known.connector == name else {}
        connection = Connection(
            name=as_name or name,
            connector=name,
            settings={**before, **_settings(manifest, setting or [])},
            practice=practice,
        )
        secrets = _secrets(manifest, connection.name, stdin=stdin)
        asyncio.run(hub.connect(connection, secrets))
        said = {"connection": connection.name, "connector": name, "secrets": sorted(secrets)}
    if as_json:
        print_json(said)
    else:
        say(f"Anslutningen {connection.name} är sparad. Pröva den med: brygga check {connection.name}")


def _known(name: str) -> str:
    from brygga.connectors.manifest import names
    from brygga.model import Invalid

    if name not in names():
        raise Invalid(f"There is no connector {name}; there are {', '.join(names())}.")
    return name


def _settings(manifest: Manifest, pairs: list[str]) -> dict[str, Any]:
    """`name=value` → typed by the manifest, or as every connection's settings are."""
    from brygga.hub.connections import GENERAL
    from brygga.model import Invalid

    kinds = GENERAL | {s.name: s.kind for s in manifest.settings}
    made: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise Invalid(f"--set wants name=value, not {name!r}.")
        try:
            made[name] = _typed(kinds.get(name, "text"), value)
        except ValueError as error:
            raise Invalid(f"The setting {name} is {kinds[name]}; {value!r} is not.") from error
    return made


def _typed(kind: str, value: str) -> Any:
    """Kinds: integer · number · flag · names (`a, b`) · table (`a=b, c=d`), else text. Raises ValueError."""
    if kind == "integer":
        return int(value)
    if kind == "number":
        return float(value)
    if kind == "flag":
        return _FLAGS[word] if (word := value.strip().lower()) in _FLAGS else _not_one(value)
    if kind == "names":
        return [name for one in value.split(",") if (name := one.strip())]
    if kind == "table":
        pairs = [one.partition("=") for one in value.split(",") if one.strip()]
        return {name.strip(): word.strip() if sign else _not_one(name) for name, sign, word in pairs}
    return value


_YES, _NO = ("1", "true", "yes", "ja", "på", "on"), ("0", "false", "no", "nej", "av", "off", "")
_FLAGS = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)


def _not_one(value: str) -> Any:
    raise ValueError(value)


def _secrets(manifest: Manifest, name: str, *, stdin: bool) -> dict[str, str]:
    """The secrets that were given; one that is not given stays as it was."""
    fields = [s for s in manifest.settings if s.secret]
    if stdin:
        lines = (line.rstrip("\n") for line in sys.stdin)
        return dict(line.split("=", 1) for line in lines if "=" in line)
    found: dict[str, str] = {}
    for field in fields:
        value = os.environ.get(f"BRYGGA_SECRET_{name}_{field.name}".upper().replace("-", "_"))
        if value is None and sys.stdin.isatty():
            value = typer.prompt(f"{field.sv} (tomt = som förut)", default="", hide_input=True, err=True)
        if value:
            found[field.name] = value
    return found


def disconnect(
    name: Annotated[str, typer.Argument(help="The connection's name.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would mean.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Forget a connection's settings and secrets; the records that came from it stay."""
    from brygga.hub.leaving import leave, leaving

    with looking(home, database) as hub:
        facts = leaving(hub, name)
        if not dry_run:
            if not yes:
                typer.confirm(
                    f"Koppla från {name}? Nycklar och inställningar tas bort.", abort=True, err=True
                )
            facts = asyncio.run(leave(hub, name, actor="cli"))
    if as_json:
        print_json({**facts, "dry_run": dry_run})
    elif dry_run:
        say(f"{name} skulle kopplas från. {sum(facts['stays'].values())} poster ligger kvar. Inget är gjort.")
    else:
        say(f"{name} är frånkopplad. {sum(facts['stays'].values())} poster ligger kvar.")


def connections(home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """List the connections with their state."""
    from brygga.hub.views.overview import connection_rows

    with looking(home, database) as hub:
        rows = connection_rows(hub)
    if as_json:
        print_json({"connections": rows})
        return
    cells = [(r["name"], r["title"], r["state_sv"], r["line_sv"], r["waiting"]) for r in rows]
    print_table("Anslutningar", ["Namn", "System", "Läge", "", "Väntar"], cells)


def rotate(home: Home = None, database: Database = "", as_json: AsJson = False) -> None:
    """Make a new key, seal all credentials with it, keep the old one for what it sealed."""
    from brygga.hub.keeping import rotate_keys

    with looking(home, database) as hub:
        done = asyncio.run(rotate_keys(hub))
    if as_json:
        print_json(done)
    else:
        say(f"Huvudnyckeln är bytt. {done['credentials']} inloggningar är omkrypterade.")
