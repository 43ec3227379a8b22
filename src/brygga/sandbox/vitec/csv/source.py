"""Reads a CSV file of sold homes so that no row is lost: a bad line becomes a row with a remark.

Columns: `adress,location,size:rooms,fee,features,sale_price,sold_date,value_dev,ppsqm,district`,
in any order; comma, semicolon or tab between them. A line is UTF-8 or else Windows-1252. A quoted
line break is followed for a few lines; a quote that is never closed costs only its own line.
Source of the form: RFC 4180, loosened.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import msgspec

from brygga.model import SetupError

COLUMNS: Final = (
    "adress",
    "location",
    "size:rooms",
    "fee",
    "features",
    "sale_price",
    "sold_date",
    "value_dev",
    "ppsqm",
    "district",
)
EXTRA: Final = "extra"
LONGEST_RECORD_LINES: Final = 5


class RawRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row: its number (1 is the first after the header), its first line in the file, its cells.

    `troubles` are Swedish remarks on the line itself. Cells beyond the header are `extra1`, ….
    """

    number: int
    line: int
    cells: dict[str, str]
    troubles: tuple[str, ...] = ()


class _Line(msgspec.Struct, frozen=True):
    number: int
    text: str
    foreign: bool


def read(path: Path) -> list[RawRow]:
    """All rows of the file, in order; wholly blank lines are no rows.

    Raises SetupError: `csv_missing`, `csv_unreadable`, `csv_empty`, `csv_header`.
    """
    lines = [line for line in _lines(_bytes(path)) if line.text.strip()]
    if not lines:
        raise SetupError(f"{path.name} is empty", code="csv_empty", sv=f"Filen {path.name} är tom.")
    header, separator = _header(lines[0].text, path)
    rows: list[RawRow] = []
    place = 1
    while place < len(lines):
        taken, cells, troubles = _record(lines, place, separator, len(header))
        rows.append(_row(len(rows) + 1, lines[place], header, cells, troubles))
        place += taken
    return rows


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SetupError(
            f"{path} does not exist", code="csv_missing", sv=f"Filen {path} finns inte."
        ) from error
    except OSError as error:
        raise SetupError(
            f"{path} cannot be read: {error.strerror}",
            code="csv_unreadable",
            sv=f"Filen {path} går inte att läsa: {error.strerror}.",
        ) from error


def _lines(data: bytes) -> list[_Line]:
    """Physical lines, each decoded by itself. A file in UTF-16 is decoded whole."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = data.decode("utf-16", errors="replace")
        return [_Line(number, line, False) for number, line in enumerate(text.splitlines(), start=1)]
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [_decoded(number, line) for number, line in enumerate(data.split(b"\n"), start=1)]


def _decoded(number: int, line: bytes) -> _Line:
    line = line.replace(b"\x00", b"")
    try:
        return _Line(number, line.decode(), False)
    except UnicodeDecodeError:
        return _Line(number, line.decode("cp1252", errors="replace"), True)


def _header(text: str, path: Path) -> tuple[list[str], str]:
    """Column names and the separator that makes all of them appear."""
    missing: list[str] = list(COLUMNS)
    for separator in (",", ";", "\t"):
        names = [name.strip().lower() for name in (_cells(text, separator) or [])]
        lacking = [name for name in COLUMNS if name not in names]
        if not lacking:
            return names, separator
        missing = min(missing, lacking, key=len)
    raise SetupError(
        f"{path.name} has no header with the columns {', '.join(missing)}",
        code="csv_header",
        sv=f"Filen {path.name} saknar kolumnerna {', '.join(missing)} i sin första rad.",
    )


def _cells(text: str, separator: str) -> list[str] | None:
    """One record's cells, or None if it is not a whole record."""
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _record(
    lines: list[_Line], place: int, separator: str, width: int
) -> tuple[int, list[str], tuple[str, ...]]:
    """How many lines the record takes, its cells, and what is wrong with it."""
    cells = _cells(lines[place].text, separator)
    if cells is not None:
        return 1, cells, ()
    for taken in range(2, LONGEST_RECORD_LINES + 1):
        joined = "\n".join(line.text for line in lines[place : place + taken])
        cells = _cells(joined, separator)
        if cells is not None and len(cells) == width:
            return taken, cells, ()
    loose = [cell.strip().strip('"') for cell in lines[place].text.split(separator)]
    return 1, loose, ("radens citattecken går inte ihop",)


def _row(number: int, line: _Line, header: list[str], cells: list[str], troubles: tuple[str, ...]) -> RawRow:
    if len(cells) != len(header):
        troubles += (f"raden har {len(cells)} fält, {len(header)} väntades",)
    if line.foreign:
        troubles += ("raden är inte UTF-8 och lästes som Windows-1252",)
    named = dict(zip(header, cells, strict=False))
    spare = {f"{EXTRA}{n}": cell for n, cell in enumerate(cells[len(header) :], start=1)}
    blank = dict.fromkeys(COLUMNS, "")
    return RawRow(number=number, line=line.number, cells={**blank, **named, **spare}, troubles=troubles)
