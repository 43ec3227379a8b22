"""Which rows a saved file holds: a search answer, several of them, the question, or a detail's pairs."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import Captured, RawRecord
from brygga.connectors.fastighetsbyran.mapping import labels, search
from brygga.model import Invalid
from brygga.model.intake import Intake

_DEEPEST = 60
_QUESTION = ("valdaMaeklarObjektTyper", "valdaKommuner", "inkluderaPaaGaang")


def captured(body: bytes, *, fetched_at: datetime) -> Captured | None:
    """The rows of a saved answer; None when it is nothing of Fastighetsbyrån's."""
    whole = _json(body)
    documents = whole if isinstance(whole, list) else [whole]
    if not documents or not all(isinstance(one, dict) and _is_ours(one) for one in documents):
        return None
    rows: list[RawRecord] = []
    outside: Counter[str] = Counter()
    for document in documents:
        if labels.are_labels(document):
            rows.append(_raw(document, str(document[labels.NUMBER]), fetched_at))
            continue
        items, beside = _items(document)
        rows += [_raw(item, search.source_id_of(item), fetched_at) for item in items]
        outside.update({name: _leaves(value) for name, value in beside.items()})
    asked = not rows and any(_QUESTION[0] in one for one in documents)
    what = "en sökfråga, inget svar" if asked else f"sökträffar: {len(rows)}"
    return Captured(rows=rows, outside=dict(sorted(outside.items())), what=what)


def _items(document: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The homes of an answer (or a bare home), and the members beside them."""
    if "maeklarObjektId" in document:
        return [document], {}
    results = document.get("results") or []
    items = [one for one in results if isinstance(one, dict)]
    beside = {name: value for name, value in document.items() if name != "results"}
    if len(items) != len(results):
        beside["results[]"] = [one for one in results if not isinstance(one, dict)]
    return items, beside


def _is_ours(document: dict[str, Any]) -> bool:
    results = document.get("results")
    if isinstance(results, list) and any(isinstance(r, dict) and "maeklarObjektId" in r for r in results):
        return True
    empty_answer = results == [] and {"currentPage", "pageCount"} <= document.keys()
    asked = all(name in document for name in _QUESTION)
    return empty_answer or asked or "maeklarObjektId" in document or labels.are_labels(document)


def _leaves(value: Any, depth: int = 0) -> int:
    if isinstance(value, dict | list) and value and depth < _DEEPEST:
        inner = value.values() if isinstance(value, dict) else value
        return sum(_leaves(one, depth + 1) for one in inner)
    return 1


def _json(body: bytes) -> Any:
    try:
        return Intake().document(b'{"":' + body.removeprefix(b"\xef\xbb\xbf") + b"}")[""]
    except (Invalid, KeyError):
        return None


def _raw(item: dict[str, Any], source_id: str, fetched_at: datetime) -> RawRecord:
    return RawRecord(
        kind="comparable", source_id=source_id, body=msgspec.json.encode(item), fetched_at=fetched_at
    )
