"""`brygga read`: what a register extract or another known document says, with the place of each value."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brygga.cli.filling import Wish, fill_in, shown_name
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
    results = read_all(files, quiet=as_json)
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


def read_all(files: list[Path], *, quiet: bool = False) -> list[tuple[Path, Reading | BryggaError]]:
    """Every file in order, read in a limited child process; a bar on the terminal when there are many."""
    import asyncio

    from brygga.extracts.reader import read_files

    async def collect() -> list[tuple[Path, Reading | BryggaError]]:
        results = []
        with _counting(len(files), quiet=quiet) as one_more:
            async for pair in read_files(files):
                results.append(pair)
                one_more()
        return results

    return asyncio.run(collect())


@contextlib.contextmanager
def _counting(count: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    if quiet or count < 2 or not sys.stderr.isatty():  # one file is read before a bar is drawn
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Läser", total=count)
        yield lambda: bar.advance(task)


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
        return {
            "file": shown_name(path, whole=True),
            "outcome": "error",
            "code": result.code,
            "sv": result.sv,
            "documents": [],
        }
    plain: dict[str, Any] = msgspec.to_builtins(result)
    return {"file": shown_name(path, whole=True), "documents": [], **plain}


def _print(path: Path, result: Reading | BryggaError) -> None:
    from brygga.model.errors import BryggaError

    name = shown_name(path)
    if isinstance(result, BryggaError) or result.sv:
        say(f"{name}: {result.sv}")
    if isinstance(result, BryggaError):
        return
    if result.pairs:
        rows = [[pair.label, pair.fact.value, f"s. {pair.fact.place.page}"] for pair in result.pairs]
        _table(f"{name}: säkra uppgifter i en okänd form", ("Uppgift", "Värde", "Plats"), rows)
    for document in result.documents:
        if document.pages_missing:
            say(f"{name}: dokumentet säger att det har fler sidor än filen. Något kan saknas.")
        if document.from_ocr:
            say(f"{name}: teckentolkad från bild. Inget av värdena är säkert.")
        rows = [list(row) for row in _rows(document, "")]
        _table(f"{name}: {document.layout_name}", ("Uppgift", "Värde", "Plats", ""), rows)


def _table(title: str, columns: tuple[str, ...], rows: list[list[Any]]) -> None:
    """What a file says is text, never markup."""
    from rich.markup import escape

    plain = [["" if cell is None else escape(str(cell)) for cell in row] for row in rows]
    print_table(escape(title), columns, plain)


def _rows(value: Any, name: str) -> list[tuple[str, str, str, str]]:
    """A document as lines for people: name, value, page and line, and a word when it is not sure."""
    import msgspec

    from brygga.extracts.facts import Fact, Section, State
    from brygga.extracts.terms import term

    if isinstance(value, Fact):
        shown = _shown(value.value) if value.value is not None else f"({value.text})"
        doubt = "" if value.sure else f"osäker: {value.remark}"
        return [(name, shown, f"s. {value.place.page} rad {value.place.line}", doubt)]
    if isinstance(value, Section):
        if value.state is State.EMPTY and value.whole:
            return [(name, "tomt enligt dokumentet", "", "")]
        rest = [] if value.whole else [(name, "", "", "delen är inte helt läst")]
        return [row for n, item in enumerate(value.items, 1) for row in _rows(item, f"{name} {n}")] + rest
    if isinstance(value, list):
        return [row for n, item in enumerate(value, 1) for row in _rows(item, f"{name} {n}")]
    if isinstance(value, msgspec.Struct):
        fields = ((f, getattr(value, f)) for f in value.__struct_fields__)
        return [row for f, v in fields for row in _rows(v, f"{name} {term(f)}".strip())]
    return []


def _shown(value: Any) -> str:
    from datetime import date

    from brygga.extracts.facts import Address, Position

    if isinstance(value, Address):
        return ", ".join(part for part in (value.street, f"{value.postcode} {value.town}".strip()) if part)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, Position):
        return f"N {value.north_m:g}, E {value.east_m:g}"
    return str(value)
