"""The form of a file: its rows as named texts, each with the bytes it came as.

table  a header with at least an address and a price column; comma, semicolon or tab between cells
lines  `street, price kr, vån 5, 1 rum, 29 m², 155172 kr/m², 2024-04-01`, comma and space between

Each line is UTF-8, else Windows-1252 (where a no-break space is the byte A0). A quoted line break
is followed for a few lines. Source of the table form: RFC 4180, loosened.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec

from brygga.swedish import clean

COLUMNS: Final = (
    "adress", "location", "size:rooms", "fee", "features", "sale_price", "sold_date", "value_dev", "ppsqm",
    "district",
)  # fmt: skip  # one list
"""Columns that are known. `adress` and `sale_price` must be there."""
_NEEDED: Final = {"adress", "sale_price"}
_SEPARATORS: Final = (",", ";", "\t")
_MOST_LINES: Final = 5
_SAMPLE: Final = 40


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row: its exact bytes, its first line in the file (from 1), and its texts by name.

    `source_id` is made of the texts, so that the same row is the same record in every file.
    `trouble`: a Swedish remark on the row as such.
    """

    kind: str = "comparable"
    source_id: str
    body: bytes
    line: int
    form: str
    texts: dict[str, str]
    trouble: str = ""


class _Line(msgspec.Struct, frozen=True):
    number: int
    body: bytes
    text: str


def rows_of(body: bytes) -> list[FileRow] | None:
    """All rows in order, wholly blank lines left out; None when the file has neither form."""
    lines = [line for line in _lines(body) if line.text.strip()]
    if not lines:
        return None
    for separator in _SEPARATORS:
        names = [name.strip().lower() for name in _cells(lines[0].text, separator) or []]
        if set(names) >= _NEEDED:
            return list(_table(lines[1:], names, separator))
    return [_line_row(line) for line in lines] if _are_lines(lines) else None


def _lines(body: bytes) -> Iterator[_Line]:
    plain = body.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for number, line in enumerate(plain.split(b"\n"), start=1):
        yield _Line(number, line, _decoded(line.replace(b"\x00", b"")))


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _cells(text: str, separator: str) -> list[str] | None:
    """The cells of one record; None when its quotes do not close."""
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _table(lines: list[_Line], names: list[str], separator: str) -> Iterator[FileRow]:
    place = 0
    while place < len(lines):
        taken, cells = _record(lines[place : place + _MOST_LINES], len(names), separator)
        used = lines[place : place + taken]
        yield _table_row(used, names, cells, separator)
        place += taken


def _record(lines: list[_Line], width: int, separator: str) -> tuple[int, list[str] | None]:
    """How many lines the first record takes, and its cells; None when its quotes never close."""
    first = _cells(lines[0].text, separator)
    if first is not None:
        return 1, first
    for taken in range(2, len(lines) + 1):
        cells = _cells("\n".join(line.text for line in lines[:taken]), separator)
        if cells is not None and len(cells) == width:
            return taken, cells
    return 1, None


def _table_row(lines: list[_Line], names: list[str], cells: list[str] | None, separator: str) -> FileRow:
    trouble = ""
    if cells is None:
        cells = [cell.strip().strip('"') for cell in lines[0].text.split(separator)]
        trouble = "Radens citattecken går inte ihop."
    elif len(cells) != len(names):
        trouble = f"Raden har {len(cells)} fält, {len(names)} väntades."
    texts = dict(zip(names, cells, strict=False))
    texts |= {f"extra{n}": cell for n, cell in enumerate(cells[len(names) :], start=1)}
    return _row("table", lines, texts, trouble)


def _are_lines(lines: list[_Line]) -> bool:
    """Whether most of the first lines have a price and four fields or more."""
    sample = lines[:_SAMPLE]
    fitting = [line for line in sample if len(line.text.split(", ")) >= 4 and "kr" in line.text]
    return len(fitting) * 5 >= len(sample) * 4


def _line_row(line: _Line) -> FileRow:
    fields = [clean(field) for field in line.text.strip().split(", ")]
    texts = {"adress": fields[0]} | {f"field{n}": field for n, field in enumerate(fields[1:], start=1)}
    return _row("lines", [line], texts, "")


def _row(form: str, lines: list[_Line], texts: dict[str, str], trouble: str) -> FileRow:
    key = "\x1f".join(f"{name}={clean(text)}" for name, text in sorted(texts.items()) if clean(text))
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=10).hexdigest()
    return FileRow(
        source_id=f"sold-{digest}",
        body=b"\n".join(line.body for line in lines),
        line=lines[0].number,
        form=form,
        texts=texts,
        trouble=trouble,
    )
