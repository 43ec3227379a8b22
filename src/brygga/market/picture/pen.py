"""Writing SVG. Every text and value passes through one function that escapes it."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


def safe(text: str) -> str:
    """A text for content or attribute: XML 1.0 characters only, no bidi overrides, markup escaped."""
    plain = _NOT_XML.sub("", text)
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        plain = plain.replace(sign, name)
    return plain


def num(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def tag(name: str, content: str = "", **attributes: str | float) -> str:
    """An element. `content` is SVG already; attribute names have `_` for `-`, values are escaped."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{safe(value if isinstance(value, str) else num(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def words(text: str, x: float, y: float, **attributes: str | float) -> str:
    """A line of text."""
    return tag("text", safe(text), x=x, y=y, **attributes) if text else ""
