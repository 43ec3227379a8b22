"""Facts of a message, checked and written out: what reaches a template is plain text of one shape.

Everything from outside passes here, so no template can be made to break a header, hide a word
or carry a link that is not a web address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from brygga.messages.kinds import Fact, Kind
from brygga.model.errors import Fault, Invalid
from brygga.swedish import format as sv
from brygga.swedish.dates import STOCKHOLM

_MANY_BREAKS = re.compile(r"\n{3,}")
_LINK_ODD = re.compile(r"[\s<>\"'\\^`{|}]")
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def written(kind: Kind, language: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """Every fact of the kind as text, missing optional ones as "".

    Raises Invalid: a required fact is missing, one is of the wrong shape, or one is not known.
    """
    unknown = facts.keys() - kind.facts.keys()
    if unknown:
        raise _invalid("unknown_fact", f"unknown facts: {', '.join(sorted(unknown))}")
    return {name: _written(name, fact, facts.get(name), language) for name, fact in kind.facts.items()}


def _written(name: str, fact: Fact, value: Any, language: str) -> str:
    if value is None or value == "":
        if fact.required:
            raise _invalid("missing_fact", f"the fact {name} is missing")
        return ""
    try:
        text = _WRITERS[fact.shape](value, language, fact.most)
    except (TypeError, ValueError, AttributeError) as error:
        raise _invalid("bad_fact", f"the fact {name} is not a {fact.shape}") from error
    if fact.required and not text:
        raise _invalid("missing_fact", f"the fact {name} is empty")
    return text


def _invalid(code: str, why: str) -> Invalid:
    """Names only: the values may be personal."""
    sv_text = "Meddelandet gick inte att skriva, eftersom en uppgift saknas eller inte går att använda."
    return Invalid(f"message: {why}", code=code, sv=sv_text, fault=Fault.OURS)


def visible(text: str) -> str:
    """NFC without control, direction and other invisible characters; line breaks stay."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in _INVISIBLE)


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, most: int) -> str:
    """`visible` on one line, cut with an ellipsis at `most` characters."""
    flat = " ".join(part.strip() for part in visible(_spaced(text)).split("\n") if part.strip())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"


def _spaced(text: str) -> str:
    """Tabs and exotic line ends part words, so they become spaces and not nothing."""
    return re.sub(r"[\t\x0b\x0c\x1c-\x1f\x85\u2028\u2029]", " ", text)


def _line(value: str, _language: str, most: int) -> str:
    return one_line(value, most)


def _text(value: str, _language: str, most: int) -> str:
    rows = (row.strip() for row in visible(_spaced(value)).split("\n"))
    return _MANY_BREAKS.sub("\n\n", "\n".join(rows)).strip()[:most]


def _kr(value: int, language: str, _most: int) -> str:
    if type(value) is not int:
        raise TypeError("whole kronor are an int")
    return sv.kr(value) if language == "sv" else f"SEK{sv.NBSP}{value:,}"


def _time(value: datetime, language: str, _most: int) -> str:
    if language == "sv":
        return sv.day_and_clock(value)
    local = value.astimezone(STOCKHOLM)
    if value.tzinfo is None:
        raise ValueError("a time needs its zone")
    return f"{local.day} {_ENGLISH_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def _link(value: str, _language: str, most: int) -> str:
    parts = urlsplit(value)
    odd = _LINK_ODD.search(value) or visible(value) != value or len(value) > most
    if odd or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("not a plain web address")
    return value


_WRITERS: dict[str, Callable[[Any, str, int], str]] = {
    "line": _line,
    "text": _text,
    "kr": _kr,
    "time": _time,
    "link": _link,
}
