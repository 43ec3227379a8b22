"""How commands speak: one JSON document, or a table for people."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print the list as CSV.")]


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """A CSV with a header; a cell that a spreadsheet would run as a formula is quoted with an apostrophe."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(row.get(c)) for c in columns])


def _harmless(value: Any) -> Any:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "@", "\t"} else text


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table for people."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(file=sys.stdout).print(table)


def say(text: str) -> None:
    """A line for the person at the terminal; on standard error, so that output stays clean."""
    typer.echo(text, err=True)
