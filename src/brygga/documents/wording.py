"""Text on its way to the page: cleaned, in drawable letters, and its small mark-up as data.

Descriptions may carry the tags that the mapping's edge lets through (`p br ul ol li b strong i em
h3 h4 a`). They become blocks of runs; nothing else in a text has any meaning to the typesetter.
"""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from typing import Any, Final

from brygga.documents.glyphs import drawn

MISSING: Final = "Uppgift saknas"
LONGEST_LINE = 2_000  # characters; a heading or a fact
LONGEST_TEXT = 60_000  # characters, about 20 pages

Run = dict[str, Any]
Block = dict[str, Any]

_TAG = re.compile(r"<[a-zA-Z/!?]")
_SPACES = re.compile(r"[ \t]+")
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_KEEP = frozenset("\n\u00ad")  # line breaks; the soft hyphen is a wish of the writer's that typst honours


def readable(text: str) -> str:
    """NFC without control, direction and other invisible characters; line breaks and U+00A0 stay."""
    lines = _BREAKS.sub("\n", unicodedata.normalize("NFC", text[:LONGEST_TEXT]))
    kept = (c for c in lines if c in _KEEP or c == "\t" or unicodedata.category(c)[0] != "C")
    return _SPACES.sub(" ", "".join(kept))


def line(text: str) -> str:
    """One line: what a heading, a name or a cell of a table may hold."""
    flat = " ".join(part.strip(" ") for part in readable(text).split("\n") if part.strip())
    return drawn(flat.replace("\u00ad", "")).strip()[:LONGEST_LINE].strip()


def lines(text: str) -> str:
    """A description as plain lines, for a cell of a table: mark-up gone, list items on lines of their own."""
    found = ("".join(run["text"] for run in block["runs"]) for block in blocks(text))
    return "\n".join(found)[:LONGEST_LINE]


def blocks(text: str) -> list[Block]:
    """A description as blocks: `{"kind": "p" | "li" | "h", "runs": [{"text", "b", "i"}]}`."""
    reader = _Reader() if _TAG.search(text) else None
    if reader is None:
        return [_block("p", [_run(part)]) for part in readable(text).split("\n") if part.strip()]
    reader.feed(text[:LONGEST_TEXT])
    reader.close()
    reader.end_block()
    return reader.found


def _run(text: str, *, bold: bool = False, italic: bool = False) -> Run:
    return {"text": drawn(readable(text).replace("\n", " ")), "b": bold, "i": italic}


def _block(kind: str, runs: list[Run]) -> Block:
    """A block without the spaces at its ends, which HTML does not count."""
    runs[0]["text"] = runs[0]["text"].lstrip(" ")
    runs[-1]["text"] = runs[-1]["text"].rstrip(" ")
    return {"kind": kind, "runs": [run for run in runs if run["text"]]}


class _Reader(HTMLParser):
    """The allow-list's tags → blocks. Unknown tags are passed over, their text stays."""

    _BLOCKS: Final = {"p": "p", "li": "li", "h3": "h", "h4": "h"}
    _BREAKERS: Final = frozenset({"p", "br", "ul", "ol", "li", "h3", "h4", "div"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Block] = []
        self._kind = "p"
        self._runs: list[Run] = []
        self._bold = 0
        self._italic = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block or a way of writing."""
        if tag in self._BREAKERS:
            self.end_block()
            self._kind = self._BLOCKS.get(tag, "p" if tag != "br" else self._kind)
        self._bold += tag in {"b", "strong"}
        self._italic += tag in {"i", "em"}

    def handle_endtag(self, tag: str) -> None:
        """End it again."""
        if tag in self._BREAKERS and tag != "br":
            self.end_block()
            self._kind = "p"
        self._bold = max(0, self._bold - (tag in {"b", "strong"}))
        self._italic = max(0, self._italic - (tag in {"i", "em"}))

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        self._runs.append(_run(data, bold=self._bold > 0, italic=self._italic > 0))

    def end_block(self) -> None:
        """What has been read so far is a block, unless it is blank."""
        if any(run["text"].strip() for run in self._runs):
            self.found.append(_block(self._kind, self._runs))
        self._runs = []
