"""Which forms the real interface refuses: the rules of its OpenAPI file and its manual.

Written from the file, not from the connector, so that a mistake is not made twice.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final

import msgspec

YES_NO: Final = ("yes", "no", "true", "false")
OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "o:dkim": YES_NO,
    "o:testmode": ("yes",),
    "o:tracking": (*YES_NO, "htmlonly"),
    "o:tracking-clicks": (*YES_NO, "htmlonly"),
    "o:tracking-opens": YES_NO,
    "o:require-tls": YES_NO,
    "o:skip-verification": YES_NO,
}
OTHER_OPTIONS: Final = frozenset({"o:tag", "o:deliverytime", "o:deliver-within", "o:suppress-headers"})
_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_MOST_OPTION_BYTES: Final = 16 * 1024
_MOST_BYTES: Final = 25_000_000


class Taken(msgspec.Struct, kw_only=True):
    """A form as it came: every value of every field, and the files (field, name, media type, bytes)."""

    fields: dict[str, list[str]] = {}
    files: list[tuple[str, str, str, bytes]] = []

    def one(self, name: str) -> str:
        """The first value, or an empty text."""
        return next(iter(self.fields.get(name, ())), "")

    def named(self, prefix: str) -> dict[str, str]:
        """Fields by prefix, without it."""
        return {n.removeprefix(prefix): rows[0] for n, rows in self.fields.items() if n.startswith(prefix)}

    def boxes(self, name: str) -> list[tuple[str, str]]:
        """Name and address of each recipient in a field."""
        return getaddresses(self.fields.get(name, []))


def problem(taken: Taken, *, now: datetime, ahead: timedelta) -> str:
    """Why a mail is refused, or an empty text."""
    for check in (_parts, _recipients, _options, _variables, _headers):
        if found := check(taken):
            return found
    return _time(taken, now, ahead) or _size(taken)


def _parts(taken: Taken) -> str:
    for name in ("from", "to", "subject"):
        if not taken.one(name):
            return f"{name} parameter is missing"
    if not any(taken.one(name) for name in ("text", "html", "amp-html", "template")):
        return "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified"
    return ""


def _recipients(taken: Taken) -> str:
    for name in ("from", "to", "cc", "bcc"):
        for _, address in taken.boxes(name):
            if not _ADDRESS.fullmatch(address) or not address.rpartition("@")[2].isascii():
                return f"'{name}' parameter is not a valid address. please check documentation"
    if not taken.boxes("from")[0][1].isascii():
        return "'from' parameter is not a valid address. please check documentation"
    return ""


def _options(taken: Taken) -> str:
    for name, values in taken.fields.items():
        if not name.startswith("o:"):
            continue
        if name in OPTIONS and any(value not in OPTIONS[name] for value in values):
            return f"{name} has a value that is not known"
        if name not in OPTIONS and name not in OTHER_OPTIONS:
            return f"{name} is not known"
    size = sum(
        len(name) + len(value.encode())
        for name, values in taken.fields.items()
        if name[:2] in ("o:", "h:", "v:", "t:")
        for value in values
    )
    if len(taken.fields.get("o:tag", ())) > 3:
        return "o:tag: maximum number of tags per message is 3"
    return "o:, h:, v: and t: parameters are larger than 16KB" if size > _MOST_OPTION_BYTES else ""


def _variables(taken: Taken) -> str:
    text = taken.one("recipient-variables")
    if not text:
        return "" if len(taken.boxes("to")) <= 1_000 else "to parameter has more than 1000 recipients"
    try:
        values: Any = json.loads(text)
    except ValueError:
        return "recipient-variables parameter is not valid JSON"
    if not isinstance(values, dict) or len(values) > 1_000:
        return "recipient-variables may hold 1000 recipients at most"
    addresses = {address for _, address in taken.boxes("to")}
    return "" if values.keys() <= addresses else "recipient-variables names somebody who is not in to"


def _headers(taken: Taken) -> str:
    for name, value in taken.named("h:").items():
        if not re.fullmatch(r"[!-9;-~]+", name) or re.search(r"[\r\n]", value):
            return f"h:{name} is not a header"
    return ""


def _time(taken: Taken, now: datetime, ahead: timedelta) -> str:
    text = taken.one("o:deliverytime")
    if not text:
        return ""
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return "o:deliverytime is not an RFC 2822 date"
    return "o:deliverytime is too far in the future" if when > now + ahead else ""


def _size(taken: Taken) -> str:
    size = sum(len(data) for _, _, _, data in taken.files) + len(taken.one("html").encode())
    return "Message is too large" if size > _MOST_BYTES else ""
