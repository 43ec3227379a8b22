"""A query of a callback's address, in which each name of ours stands once."""

from __future__ import annotations


def only(pairs: tuple[tuple[str, str], ...], name: str) -> str:
    """The one value of that name; empty when it is missing or there are several."""
    found = [value for key, value in pairs if key == name]
    return found[0] if len(found) == 1 else ""
