"""Form bodies (application/x-www-form-urlencoded), read strictly: nothing is guessed or repaired."""

from __future__ import annotations

from urllib.parse import parse_qsl

MOST_FIELDS = 200


def fields(body: bytes) -> list[tuple[str, str]]:
    """Names and values in order. Raises ValueError for anything but a form in UTF-8."""
    text = body.decode("utf-8")
    return parse_qsl(
        text,
        keep_blank_values=True,
        strict_parsing=True,
        encoding="utf-8",
        errors="strict",
        max_num_fields=MOST_FIELDS,
    )


def only(pairs: tuple[tuple[str, str], ...], name: str) -> str:
    """The one value of that name; empty when it is missing or there are several."""
    found = [value for key, value in pairs if key == name]
    return found[0] if len(found) == 1 else ""
