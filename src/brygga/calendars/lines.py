"""Content lines of iCalendar: folding, escaping, names and parameters (RFC 5545 §3.1, RFC 6868)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from brygga.calendars.trouble import unusable
from brygga.model.errors import Invalid

MOST_BYTES: Final = 8_000_000
MOST_LINE: Final = 1_000_000
MOST_LINES: Final = 400_000
WIDTH_BYTES: Final = 75

_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,100}")
_PARAM: Final = re.compile(r';([A-Za-z0-9-]{1,100})=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_ITEM: Final = re.compile(r'"[^"]*"|[^",]+')
_BREAKS: Final = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_CARET: Final = re.compile(r"\^([n'^])")


class Line(msgspec.Struct, frozen=True, gc=False):
    """One content line: name in upper case, parameters (names in upper case), raw value, raw text."""

    name: str
    params: Mapping[str, str]
    value: str
    raw: str


def decoded(data: bytes) -> tuple[str, str]:
    """The file as unfolded text, and which charset it was in.

    UTF-8 with or without mark, UTF-16 with mark; what is none of these is read as Windows-1252.
    Unfolding comes before decoding, because a fold may cut a UTF-8 sequence. Raises Invalid (`too_large`).
    """
    if len(data) > MOST_BYTES:
        raise unusable(f"a calendar file of {len(data)} bytes", code="too_large")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
        return _FOLD.sub(b"", data).decode("utf-8", errors="replace"), "utf-16"
    data = _FOLD.sub(b"", data)
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "windows-1252"


def lines_of(text: str, refused: list[int] | None = None) -> Iterator[Line]:
    """The content lines; empty ones are skipped.

    The numbers of lines that are none (a description with raw line breaks) go to `refused`; without
    it they raise Invalid (`not_icalendar`). Raises Invalid (`too_large`).
    """
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(rows) > MOST_LINES:
        raise unusable(f"{len(rows)} lines", code="too_large")
    for number, row in enumerate(rows):
        if not row.strip():
            continue
        try:
            yield parsed(row)
        except Invalid as error:
            if refused is None or error.code != "not_icalendar":
                raise
            refused.append(number)


def parsed(row: str) -> Line:
    """One unfolded line. Raises Invalid (`not_icalendar`, `too_large`)."""
    if len(row) > MOST_LINE:
        raise unusable("a line longer than a megabyte", code="too_large")
    found = _NAME.match(row)
    if found is None:
        raise unusable("a line has no name", code="not_icalendar")
    at, params = found.end(), {}
    while (param := _PARAM.match(row, at)) is not None:
        params[param[1].upper()] = _unquoted(param[2])
        at = param.end()
    if row[at : at + 1] != ":":
        raise unusable(f"{found[0][:40]}: no value, or parameters that cannot be read", code="not_icalendar")
    return Line(found[0].upper(), params, row[at + 1 :], row)


def _unquoted(value: str) -> str:
    if '"' not in value and "^" not in value:
        return value
    plain = ",".join(item.strip('"') for item in _ITEM.findall(value))
    return _CARET.sub(lambda m: {"n": "\n", "'": '"', "^": "^"}[m[1]], plain)


def unescaped(value: str) -> str:
    """A TEXT value as people write it (RFC 5545 §3.3.11)."""
    if "\\" in value:
        value = _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)
    return _CONTROLS.sub("", value)


def escaped(text: str) -> str:
    """A TEXT value for a file. Every kind of line break becomes a written one; other controls are dropped."""
    text = _CONTROLS.sub("", _BREAKS.sub("\n", text))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def plain(text: str) -> str:
    """`text` on one line, without control characters: for names and titles."""
    return _CONTROLS.sub("", _BREAKS.sub(" ", text)).strip()


def quoted(text: str) -> str:
    """A parameter's value. Double quotes cannot be written there (RFC 5545 §3.2): they become single."""
    text = plain(text).replace('"', "'")
    return f'"{text}"' if any(sign in text for sign in ',;:^"') or not text.isascii() else text


def strict(text: str, what: str) -> str:
    """`text` as it is, if it holds no control characters. Raises Invalid (`odd_characters`)."""
    if _BREAKS.search(text) or _CONTROLS.search(text):
        raise unusable(f"{what} holds control characters", code="odd_characters")
    return text


def folded(line: str) -> bytes:
    """The line in UTF-8 with CRLF, folded at 75 octets without cutting a character (RFC 5545 §3.1)."""
    data = line.encode("utf-8")
    if len(data) <= WIDTH_BYTES:
        return data + b"\r\n"
    pieces, at, width = [], 0, WIDTH_BYTES
    while at < len(data):
        end = min(at + width, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[at:end])
        at, width = end, WIDTH_BYTES - 1
    return b"\r\n ".join(pieces) + b"\r\n"
