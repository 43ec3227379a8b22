"""Which rows a captured file holds: answers of the signed interface, or JSON of the present site.

The present site's JSON is found wherever it lies: a GraphQL answer, a list of nodes, the cache of a
saved page, or the page itself with its data in a script. What lies outside the rows is counted by
name, so that nothing disappears unsaid.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import Captured, RawRecord
from brygga.connectors.booli.mapping import graphql, rest
from brygga.connectors.booli.mapping.reading import Path, dotted, plain_name
from brygga.model import Invalid
from brygga.model.intake import Intake

_SCRIPT = re.compile(
    rb"<script[^>]*type=[\"']application/json[\"'][^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)
_DEEPEST = 60


def captured(body: bytes, *, fetched_at: datetime) -> Captured | None:
    """The rows of a captured answer; None when it is nothing of Booli's."""
    documents = [one for one in _documents(body) if isinstance(one, dict | list)]
    found = _Found(fetched_at)
    for document in documents:
        if isinstance(document, dict) and "$schema" in document:
            return _a_schema(document) if _names_ours(document) else None
        found.walk(document, ())
    if not found.kinds:
        return None
    return Captured(rows=found.rows, outside=dict(sorted(found.outside.items())), what=_what(found.kinds))


def _documents(body: bytes) -> list[Any]:
    """The JSON in a file: all of it, one document a line, or the scripts of a saved page."""
    if body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return [_json(part) for part in _SCRIPT.findall(body)]
    whole = _json(body)
    return [whole] if whole is not None else [_json(line) for line in body.splitlines() if line.strip()]


def _json(body: bytes) -> Any:
    try:
        return Intake().document(b'{"":' + body.removeprefix(b"\xef\xbb\xbf") + b"}")[""]
    except (Invalid, KeyError):
        return None


class _Found:
    """Rows and leftovers of one file, collected by walking through it."""

    def __init__(self, fetched_at: datetime) -> None:
        self._fetched_at = fetched_at
        self.rows: list[RawRecord] = []
        self.outside: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()

    def walk(self, value: Any, path: Path, depth: int = 0) -> None:
        if isinstance(value, dict) and graphql.is_node(value):
            self._add("comparable", graphql.node_id(value), value, "node")
        elif isinstance(value, dict) and "booliId" in value and "objectType" in value:
            self._add("comparable", rest.source_id_of(value), value, "bare")
        elif isinstance(value, dict | list) and value and depth < _DEEPEST:
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            for step, one in inner:
                if isinstance(value, dict) and _is_array(step, one, value):
                    self._array(str(step), one)
                else:
                    self.walk(one, (*path, step), depth + 1)
        else:
            self.outside[plain_name(dotted(path)) or "$"] += 1

    def _array(self, name: str, rows: list[dict[str, Any]]) -> None:
        self.kinds[name] += 0  # an empty answer is one too
        for row in rows:
            kind = "area" if name == "areas" else "comparable"
            self._add(kind, rest.source_id_of(row), {name: [row]}, name)

    def _add(self, kind: str, source_id: str, document: dict[str, Any], what: str) -> None:
        self.kinds[what] += 1
        self.rows.append(
            RawRecord(
                kind=kind,
                source_id=source_id,
                body=msgspec.json.encode(document),
                fetched_at=self._fetched_at,
            )
        )


def _is_array(name: Any, value: Any, around: dict[str, Any]) -> bool:
    """Rows of the signed interface: the array's name, and booliId in a row or the counters beside it."""
    if name not in rest.ARRAYS or not isinstance(value, list):
        return False
    if not all(isinstance(row, dict) and not graphql.is_node(row) for row in value):
        return False
    return any("booliId" in row for row in value) or (not value and "searchParams" in around)


def _names_ours(schema: dict[str, Any]) -> bool:
    properties = schema.get("properties")
    return isinstance(properties, dict) and not properties.keys().isdisjoint(rest.ARRAYS)


def _a_schema(document: dict[str, Any]) -> Captured:
    counted = Counter(plain_name(dotted(path)) for path in _leaves(document, ()))
    return Captured(rows=[], outside=dict(sorted(counted.items())), what="en beskrivning av svar, inga svar")


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict | list) and value and len(path) < _DEEPEST:
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, one in inner:
            yield from _leaves(one, (*path, step))
    else:
        yield path


def _what(kinds: Counter[str]) -> str:
    names = {
        "sold": "sålda",
        "listings": "till salu",
        "areas": "områden",
        "node": "bostäder från webbplatsen",
        "bare": "bostäder",
    }
    return ", ".join(f"{names[kind]}: {count}" for kind, count in kinds.items())
