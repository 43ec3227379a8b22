"""An XML answer as the JSON one would be: elements become members, repeated ones become lists.

Names lose their namespace and begin with a small letter (`Smahustaxeringsenhetsattribut` →
`smahustaxeringsenhetsattribut`), as the JSON answers have them. No document type is accepted, so
there are no entities to expand and nothing is fetched. Depth and size are bounded.
Source: the published examples of Taxering 3, Byggnad 3 and Belägenhetsadress 4.2.
"""

from __future__ import annotations

from typing import Any, Final
from xml.parsers import expat

from brygga.model import Fault, Invalid

DEEPEST: Final = 60
MOST_ELEMENTS: Final = 500_000
_MEMBER: Final = "Member"


class _Reader:
    """Builds plain dicts while expat walks the document."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise _refused("too deep or too many elements")
        self._open.append((_local(name), {}, []))

    def text(self, data: str) -> None:
        """Characters inside the innermost element."""
        if self._open:
            self._open[-1][2].append(data)

    def end(self, _: str) -> None:
        """The innermost element ends and joins its parent."""
        name, members, text = self._open.pop()
        value: Any = members or "".join(text).strip()
        parent = self._open[-1][1] if self._open else self.root
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]

    def close_all(self) -> None:
        """End what a torn document left open."""
        while self._open:
            self.end("")


def read(data: bytes, *, torn: bool = False) -> dict[str, Any]:
    """The document as `{root name: members}`.

    `torn`: give what stood before the end of a document that is cut off (the published examples
    are). Raises Invalid (`not_xml`, `document_type`).
    """
    reader, parser = _Reader(), expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _no_document_type
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        if not (torn and expat.ErrorString(error.code) in _CUT_OFF):
            raise _refused("not well-formed", code="not_xml") from error
        reader.close_all()
    return reader.root


_CUT_OFF: Final = (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN)


def features(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a `…Response` document, as the `properties` of the JSON answer's features."""
    response = next((v for v in document.values() if isinstance(v, dict)), {})
    found: list[dict[str, Any]] = []
    for name, value in response.items():
        if not name.endswith(_MEMBER):
            continue
        for member in value if isinstance(value, list) else [value]:
            found += [row for row in _rows(member) if isinstance(row, dict)]
    return found


def _rows(member: Any) -> list[Any]:
    inner = list(member.values()) if isinstance(member, dict) else []
    return [row for value in inner for row in (value if isinstance(value, list) else [value])]


def _local(name: str) -> str:
    local = name.rpartition(" ")[2]
    return local[:1].lower() + local[1:]


def _no_document_type(*_: Any) -> None:
    raise _refused("it declares a document type", code="document_type")


def _refused(why: str, *, code: str = "not_xml") -> Invalid:
    return Invalid(
        f"the XML answer was not read: {why}",
        code=code,
        sv="Svaret gick inte att läsa. Det är sparat för den som sköter brygga.",
        fault=Fault.PROVIDER,
    )
