"""From a file's bytes to a Reading. Runs in the child process; pure apart from OCR."""

from __future__ import annotations

from brygga.extracts import plain
from brygga.extracts.blocks import sorted_into_blocks
from brygga.extracts.build import document, says_anything
from brygga.extracts.errors import FileFault
from brygga.extracts.facts import Document, Outcome, Reading
from brygga.extracts.generic import sure_pairs
from brygga.extracts.layout import Compiled
from brygga.extracts.page import Page
from brygga.extracts.recognise import Pile, piles_of, sheets_of
from brygga.extracts.turning import shown

_SV = {
    Outcome.READ: "",
    Outcome.NO_TEXT: "Filen har ingen text, bara bilder. Den behöver teckentolkas eller läsas av en person.",
    Outcome.UNKNOWN_LAYOUT: "Filen är inget utdrag i en form som vi känner. Den behöver läsas av en person.",
    Outcome.UNSUPPORTED_LAYOUT: "Rapporten känns igen, men varianten läses inte än. Beställ Plus R.",
}
_UNSEEN_SV = (
    "Det som syns i filen är bara bilder. Dess osynliga text räknas inte, för ingen har sett den. "
    "Filen behöver teckentolkas eller läsas av en person."
)


def read_bytes(data: bytes) -> Reading:
    """Everything the file holds. Raises FileFault."""
    return read_pages(pages_of(data))


def pages_of(data: bytes) -> list[Page]:
    """PDF or text, told by the first bytes. Raises FileFault."""
    from brygga.extracts import pdf

    if not data.strip(b"\x00 \r\n\t"):
        raise FileFault("empty_file", "no bytes")
    if data[:4] in {b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"} or data[:2] == b"\x1f\x8b":
        raise FileFault("not_a_pdf", "an archive or an office document")
    if pdf.is_pdf(data):
        return pdf.pages_of(data)
    return plain.pages_of(data)


def read_pages(pages: list[Page], *, from_ocr: bool = False) -> Reading:
    """The documents on these pages, or why there are none."""
    turns = {page.number: page.turn for page in pages if page.turn is not None}
    reading: Reading = shown(_read(pages, from_ocr=from_ocr), turns)
    return reading


def _read(pages: list[Page], *, from_ocr: bool) -> Reading:
    if not any(page.has_text for page in pages):
        return _without(Outcome.NO_TEXT, pages)
    piles = piles_of(sheets_of(pages))
    known = [pile for pile in piles if pile.layout is not None]
    readable = [pile for pile in known if pile.layout is not None and pile.layout.layout.supported]
    if readable:
        made = [_document(pile, pile.layout, from_ocr=from_ocr) for pile in readable if pile.layout]
        documents = [document for document in made if says_anything(document)]
        if documents:
            return Reading(outcome=Outcome.READ, documents=documents, pages=len(pages), from_ocr=from_ocr)
        return _without(Outcome.UNKNOWN_LAYOUT, pages)
    name = known[0].layout.layout.name if known and known[0].layout else ""
    family = any(pile.layout and pile.layout.layout.document != "other" for pile in known)
    outcome = Outcome.UNSUPPORTED_LAYOUT if family else Outcome.UNKNOWN_LAYOUT
    return _without(outcome, pages, name=name)


def _without(outcome: Outcome, pages: list[Page], *, name: str = "") -> Reading:
    pairs = sure_pairs(pages) if outcome is Outcome.UNKNOWN_LAYOUT else []
    unseen = outcome is Outcome.NO_TEXT and any(page.hidden for page in pages)
    sv = _UNSEEN_SV if unseen else _SV[outcome]
    return Reading(outcome=outcome, pages=len(pages), pairs=pairs, layout_name=name, sv=sv)


def _document(pile: Pile, layout: Compiled, *, from_ocr: bool) -> Document:
    return document(
        sorted_into_blocks(pile.sheets, layout),
        layout,
        first_page=pile.sheets[0].number,
        last_page=pile.sheets[-1].number,
        from_ocr=from_ocr,
        pages_missing=_pages_missing(pile),
    )


def _pages_missing(pile: Pile) -> bool:
    """Whether the document's own count names pages that are not there."""
    said = {sheet.says_number for sheet in pile.sheets if sheet.says_number}
    total = max((sheet.says_total for sheet in pile.sheets), default=0)
    return bool(said) and said != set(range(1, total + 1))
