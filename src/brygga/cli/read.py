"""`brygga read`: what a register extract or another known document says, with the place of each value."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brygga.cli.filling import Wish, fill_in
from brygga.cli.hubs import Database, Home
from brygga.cli.output import AsJson, print_json, print_table, say

if TYPE_CHECKING:
    from brygga.extracts.facts import Reading
    from brygga.model.errors import BryggaError

UNKNOWN, UNREADABLE, AGAIN = 3, 4, 2
"""Exit codes: a layout we do not know (or no text), a file that cannot be read, our own trouble."""


def add_to(app: typer.Typer) -> None:
    """Hang this command on the tree."""
    app.command("read")(read)


def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="PDF or text files.")],
    into: Annotated[
        str, typer.Option("--into", metavar="OBJECT", help="Fill the object in from the one file.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be filled in.")] = False,
    take: Annotated[
        list[str] | None, typer.Option("--take", metavar="FIELD", help="Only these fields.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why; kept in the audit trail.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "command line",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Read register extracts, lists of flats, energy declarations and key figures.

    With --into: old and new value of each field, with its place in the file, then filled in on your word.
    """
    results = read_all(files)
    if into:
        wish = Wish(
            object_id=into, dry_run=dry_run, take=tuple(take or ()), why=why, by=by, yes=yes, as_json=as_json
        )
        fill_in(results, wish, home, database)
        return
    if as_json:
        print_json({"files": [as_plain(path, result) for path, result in results]})
    else:
        for path, result in results:
            _print(path, result)
    code = max((exit_code(result) for _, result in results), default=0)
    if code:
        sys.exit(code)


def read_all(files: list[Path]) -> list[tuple[Path, Reading | BryggaError]]:
    """Every file in order, read in a limited child process."""
    import asyncio

    from brygga.extracts.reader import read_files

    async def collect() -> list[tuple[Path, Reading | BryggaError]]:
        return [pair async for pair in read_files(files)]

    return asyncio.run(collect())


def exit_code(result: Reading | BryggaError) -> int:
    """0 read, 2 try again, 3 nothing that we know how to read, 4 a file that cannot be read."""
    from brygga.extracts.facts import Outcome
    from brygga.model.errors import BryggaError, Retryable

    if isinstance(result, BryggaError):
        return AGAIN if isinstance(result, Retryable) else UNREADABLE
    return 0 if result.outcome is Outcome.READ else UNKNOWN


def as_plain(path: Path, result: Reading | BryggaError) -> dict[str, Any]:
    """One file's result for JSON: `outcome` is the reading's, or `error` with its code."""
    import msgspec

    from brygga.model.errors import BryggaError

    if isinstance(result, BryggaError):
        return {"file": str(path), "outcome": "error", "code": result.code, "sv": result.sv, "documents": []}
    plain: dict[str, Any] = msgspec.to_builtins(result)
    return {"file": str(path), "documents": [], **plain}


def _print(path: Path, result: Reading | BryggaError) -> None:
    from brygga.model.errors import BryggaError

    if isinstance(result, BryggaError) or result.sv:
        say(f"{path.name}: {result.sv}")
    if isinstance(result, BryggaError):
        return
    if result.pairs:
        rows = [[pair.label, pair.fact.value, f"s. {pair.fact.place.page}"] for pair in result.pairs]
        print_table(f"{path.name}: säkra uppgifter i en okänd form", ("Uppgift", "Värde", "Plats"), rows)
    for document in result.documents:
        if document.pages_missing:
            say(f"{path.name}: dokumentet säger att det har fler sidor än filen. Något kan saknas.")
        if document.from_ocr:
            say(f"{path.name}: teckentolkad från bild. Inget av värdena är säkert.")
        rows = [list(row) for row in _rows(document, "")]
        print_table(f"{path.name}: {document.layout_name}", ("Uppgift", "Värde", "Plats", ""), rows)


def _rows(value: Any, name: str) -> list[tuple[str, str, str, str]]:
    """A document as lines for people: name, value, page and line, and a word when it is not sure."""
    import msgspec

    from brygga.extracts.facts import Fact, Section, State

    if isinstance(value, Fact):
        shown = _shown(value.value) if value.value is not None else f"({value.text})"
        doubt = "" if value.sure else f"osäker: {value.remark}"
        return [(name, shown, f"s. {value.place.page} rad {value.place.line}", doubt)]
    if isinstance(value, Section):
        if value.state is State.EMPTY:
            return [(name, "tomt enligt dokumentet", "", "")]
        rest = [] if value.whole else [(name, "", "", "delen är inte helt läst")]
        return [row for n, item in enumerate(value.items, 1) for row in _rows(item, f"{name} {n}")] + rest
    if isinstance(value, list):
        return [row for n, item in enumerate(value, 1) for row in _rows(item, f"{name} {n}")]
    if isinstance(value, msgspec.Struct):
        fields = ((f, getattr(value, f)) for f in value.__struct_fields__)
        return [row for f, v in fields for row in _rows(v, f"{name} {f}".strip())]
    return []


def _shown(value: Any) -> str:
    from brygga.extracts.facts import Address, Position

    if isinstance(value, Address):
        return ", ".join(part for part in (value.street, f"{value.postcode} {value.town}".strip()) if part)
    if isinstance(value, Position):
        return f"N {value.north_m:g}, E {value.east_m:g}"
    return str(value)
