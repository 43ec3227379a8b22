"""JSON in text columns: what is written and what is read back."""

from __future__ import annotations

from typing import Any

import msgspec

_encode = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode
_decode = msgspec.json.Decoder().decode


def to_json(value: Any) -> str:
    """A value of plain parts (also moments and structs) → JSON text, members in a fixed order."""
    return _encode(value).decode()


def from_json(text: str | bytes) -> Any:
    """JSON text → dicts, lists, texts, numbers."""
    return _decode(text)


def maybe_from_json(text: str | None) -> Any:
    """As `from_json`; None stays None."""
    return None if text is None else _decode(text)
