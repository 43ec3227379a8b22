"""`brygga normalize KIND`: Swedish text on standard input, one JSON line for each line.

Works as a filter and as a companion process: whatever lines have come are answered at once. Memory is
bounded: of a line above LONGEST_LINE_BYTES only the beginning is kept, and it is refused as too long.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Protocol, cast

import typer

from brygga.cli.output import AsJson
from brygga.swedish.outcome import NotUnderstood

if TYPE_CHECKING:
    from brygga.swedish.kinds import Reader

LONGEST_LINE_BYTES = 1 << 20
SHOWN_OF_A_LONGER_LINE = 200  # characters

_CHUNK_BYTES = 1 << 16
_BOM = b"\xef\xbb\xbf"


class Source(Protocol):
    """Bytes as they come: `read1` gives what there is, without waiting for a whole buffer."""

    def read1(self, size: int, /) -> bytes: ...


class Kind(StrEnum):
    """What a line holds. The same names as `brygga.swedish.kinds.KINDS`, here so that help is quick."""

    PERSONNUMMER = "personnummer"
    ORGNR = "orgnr"
    DESIGNATION = "designation"
    PRICE = "price"
    AREA = "area"
    ROOMS = "rooms"
    PHONE = "phone"
    POSTCODE = "postcode"
    APARTMENT = "apartment"
    SHARE = "share"
    ENERGY = "energy"
    SMS = "sms"
    FLOOR = "floor"
    DATE = "date"
    COORDINATES = "coordinates"
    TYPKOD = "typkod"
    MUNICIPALITY = "municipality"
    SIZE = "size"
    IDENTITY = "identity"


def add_to(app: typer.Typer) -> None:
    """Hang this command on the tree."""
    app.command("normalize")(normalize)


def normalize(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="What each line holds.", show_choices=True)],
    today: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Settles centuries, and years that a date leaves out. Default: today, and no year guessed.",
        ),
    ] = None,
    single: Annotated[
        bool, typer.Option("--single", help="A price range, or a sum of areas, is an error.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Errors also say where (position) and why, in Swedish (sv).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read one text a line from standard input; write {"input", "value"} or {"input", "error"} for each."""
    from brygga.swedish.kinds import Reading, reader

    del as_json  # every line is JSON anyway
    read = reader(kind.value, Reading(today.date() if today else None, single))
    try:
        for lines in _batches(cast("Source", sys.stdin.buffer)):
            sys.stdout.buffer.write(b"".join(_answers(lines, read, explain=explain)))
            sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _answers(lines: list[bytes], read: Reader, *, explain: bool) -> Iterator[bytes]:
    import msgspec

    encode = msgspec.json.Encoder().encode
    for line in lines:
        yield encode(_answer(line, read, explain=explain))
        yield b"\n"


def _answer(line: bytes, read: Reader, *, explain: bool) -> dict[str, Any]:
    text = line.decode("utf-8", "replace")
    if len(line) > LONGEST_LINE_BYTES:
        text = text[:SHOWN_OF_A_LONGER_LINE]
    try:
        _refuse_lines_that_are_no_text(line, text)
        return {"input": text, "value": read(text)}
    except NotUnderstood as error:
        answer: dict[str, Any] = {"input": text, "error": error.code}
        return {**answer, "position": error.position, "sv": error.sv} if explain else answer


def _refuse_lines_that_are_no_text(line: bytes, text: str) -> None:
    if len(line) > LONGEST_LINE_BYTES:
        raise NotUnderstood("text", "too_long", position=SHOWN_OF_A_LONGER_LINE)
    if "\ufffd" in text and not _is_utf8(line):
        raise NotUnderstood("text", "not_utf8", position=text.index("\ufffd"))


def _is_utf8(line: bytes) -> bool:
    """The replacement character may also have been written by somebody."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _batches(stream: Source) -> Iterator[list[bytes]]:
    """The lines that have come, without their ends, as often as something comes.

    A line that grows above the limit keeps its first bytes and one more, which marks it.
    """
    begun, first = bytearray(), True
    while chunk := stream.read1(_CHUNK_BYTES):
        *ended, rest = chunk.split(b"\n")
        if ended:
            _add(begun, ended[0])
            ended[0] = bytes(begun)
            begun.clear()
        _add(begun, rest)
        if ended:
            yield [_without_ends(line, first=first and not at) for at, line in enumerate(ended)]
            first = False
    if begun:
        yield [_without_ends(bytes(begun), first=first)]


def _add(begun: bytearray, more: bytes) -> None:
    begun += more[: LONGEST_LINE_BYTES + 1 - len(begun)]


def _without_ends(line: bytes, *, first: bool) -> bytes:
    return (line.removeprefix(_BOM) if first else line).removesuffix(b"\r")
