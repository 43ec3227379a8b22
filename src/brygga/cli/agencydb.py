"""`brygga agencydb`: the agency's own database, looked at before it is connected."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from brygga.cli.output import AsJson, print_json, say

agencydb = typer.Typer(help="The agency's own database: propose and check a mapping.", no_args_is_help=True)

Url = Annotated[
    str, typer.Argument(metavar="URL", help="postgresql://user@host/name, sqlite:///FILE, mysql://…")
]
MappingFile = Annotated[Path, typer.Option("--mapping", help="The mapping file that inspect proposed.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="The password as one line on standard input.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the SQL and run nothing.")]
_ENVIRONMENT = ("BRYGGA_DATABASE_PASSWORD", "PGPASSWORD", "MYSQL_PWD")


def add_to(app: typer.Typer) -> None:
    """Hang the commands on the tree."""
    agencydb.command("inspect")(inspect)
    agencydb.command("check")(check)
    agencydb.command("install-triggers")(install_triggers)
    agencydb.command("remove-triggers")(remove_triggers)
    app.add_typer(agencydb, name="agencydb")


def inspect(
    url: Url,
    out: Annotated[Path | None, typer.Option("--out", help="Write the mapping to this file.")] = None,
    stdin: Stdin = False,
    as_json: AsJson = False,
) -> None:
    """Read the schema and propose a mapping file. The password comes by prompt, stdin or environment."""
    _quiet()
    from brygga.connectors.agencydb.api.asking import inspected

    made = asyncio.run(inspected(url, _password(url, stdin=stdin)))
    if out is not None:
        out.write_text(made.text, encoding="utf-8")
        say(f"Mappningen står i {out}. {_unsure(made.unsure)}")
    if as_json:
        tables = {name: {"kind": t.kind, "columns": len(t.columns)} for name, t in made.plan.tables.items()}
        left_out = [{"name": name, "why": why} for name, why in made.left_out]
        print_json({"tables": tables, "unsure": made.unsure, "left_out": left_out, "mapping": made.text})
    elif out is None:
        sys.stdout.write(made.text)
        say(_unsure(made.unsure))


def check(url: Url, mapping: MappingFile, stdin: Stdin = False, as_json: AsJson = False) -> None:
    """Hold a mapping against the live schema. Exit 0 well, 1 when something must be mended."""
    _quiet()
    from brygga.connectors.agencydb.api.asking import checked

    found = asyncio.run(checked(url, _text(mapping), _password(url, stdin=stdin)))
    stops = any(one.stops for one in found)
    if as_json:
        rows = [{"code": r.code, "where": r.where, "sv": r.sv, "en": r.en, "stops": r.stops} for r in found]
        print_json({"ok": not stops, "remarks": rows})
    else:
        for one in found:
            typer.echo(f"{'FEL' if one.stops else 'obs'}  {one.sv}")
        say("Mappningen måste rättas." if stops else "Mappningen stämmer med databasen.")
    if stops:
        raise typer.Exit(1)


def install_triggers(
    url: Url, mapping: MappingFile, dry_run: DryRun = False, stdin: Stdin = False, as_json: AsJson = False
) -> None:
    """Put in triggers of ours that note which rows change, and a small table for it."""
    _triggers(url, mapping, stdin=stdin, as_json=as_json, dry_run=dry_run, remove=False)


def remove_triggers(
    url: Url, mapping: MappingFile, dry_run: DryRun = False, stdin: Stdin = False, as_json: AsJson = False
) -> None:
    """Take out everything of ours: triggers, function and tables."""
    _triggers(url, mapping, stdin=stdin, as_json=as_json, dry_run=dry_run, remove=True)


def _triggers(url: str, mapping: Path, *, stdin: bool, as_json: bool, dry_run: bool, remove: bool) -> None:
    _quiet()
    from brygga.connectors.agencydb.api.asking import triggers

    password = "" if dry_run else _password(url, stdin=stdin)
    statements = asyncio.run(triggers(url, _text(mapping), password, remove=remove, dry_run=dry_run))
    if as_json:
        print_json({"run": not dry_run, "statements": statements})
    elif dry_run:
        typer.echo(";\n".join(statements) + ";")
    else:
        say(f"{len(statements)} satser är körda.")


def _quiet() -> None:
    from brygga.cli.quiet import quiet

    quiet()


def _unsure(count: int) -> str:
    return f"{count} frågor står överst i den: svara på dem." if count else "Inget i den behöver svar."


def _text(path: Path) -> str:
    from brygga.model import Invalid

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The mapping file {path} cannot be read ({type(error).__name__}).") from error


def _password(url: str, *, stdin: bool) -> str:
    """From the environment, standard input or a prompt; never from the address or an argument."""
    from brygga.wire.database_profile import address_of

    address = address_of(url)
    if stdin:
        return sys.stdin.readline().rstrip("\n")
    given = next((os.environ[one] for one in _ENVIRONMENT if os.environ.get(one)), "")
    if given or not address.user or not address.host or not sys.stdin.isatty():
        return given
    return str(
        typer.prompt(f"Lösenord för {address.user} (tomt = inget)", default="", hide_input=True, err=True)
    )
