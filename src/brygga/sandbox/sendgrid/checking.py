"""Which mails the real interface refuses: the rules of its OpenAPI file and its page of errors.

Written from the file, not from the connector, so that a mistake is not made twice.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

Json = dict[str, Any]
_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
FORBIDDEN: Final = frozenset(
    {
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    }
)
KNOWN: Final = frozenset(
    {
        "personalizations",
        "from",
        "reply_to",
        "reply_to_list",
        "subject",
        "content",
        "attachments",
        "template_id",
        "headers",
        "categories",
        "custom_args",
        "send_at",
        "batch_id",
        "asm",
        "ip_pool_name",
        "mail_settings",
        "tracking_settings",
    }
)
AHEAD_S: Final = 72 * 3600
MOST_BYTES: Final = 10_000


class Problem(NamedTuple):
    """One refusal: the member it concerns and the words."""

    field: str
    message: str


def problems(body: Any, *, now_s: float) -> list[Problem]:
    """What is wrong with a send; empty when it is accepted."""
    if not isinstance(body, dict):
        return [Problem("", "Bad Request")]
    return [
        *_top(body),
        *_people(body),
        *_content(body),
        *_attachments(body),
        *_texts(body.get("headers"), "headers"),
        *_headers(body.get("headers"), "headers"),
        *_options(body, now_s),
    ]


def _top(body: Json) -> Iterator[Problem]:
    for name in sorted(body.keys() - KNOWN):
        yield Problem(name, "The parameter is not known.")
    yield from _box(body.get("from"), "from")
    if "reply_to" in body and "reply_to_list" in body:
        yield Problem("reply_to", "Only one of reply_to and reply_to_list may be used.")
    if "reply_to" in body:
        yield from _box(body["reply_to"], "reply_to")
    for number, row in enumerate(body.get("reply_to_list", ())):
        yield from _box(row, f"reply_to_list.{number}")


def _people(body: Json) -> Iterator[Problem]:
    rows = body.get("personalizations")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 1_000:
        yield Problem("personalizations", "Between 1 and 1000 personalizations are needed.")
        return
    seen: set[str] = set()
    count = 0
    for number, row in enumerate(rows):
        place = f"personalizations.{number}"
        if not row.get("to"):
            yield Problem(f"{place}.to", "The to array is required and must have an address.")
        for part in ("to", "cc", "bcc"):
            for box in row.get(part, ()):
                yield from _box(box, f"{place}.{part}")
                address = str(box.get("email", "")).lower()
                if address in seen:
                    yield Problem(place, "Each email address should be unique between to, cc, and bcc.")
                seen.add(address)
                count += 1
        yield from _own(row, place, bool(body.get("subject")))
    if count > 1_000:
        yield Problem("personalizations", "The total number of recipients must be no more than 1000.")


def _own(row: Json, place: str, has_subject: bool) -> Iterator[Problem]:
    if not (has_subject or row.get("subject")):
        yield Problem("subject", "The subject is required.")
    for name in ("headers", "substitutions", "custom_args"):
        yield from _texts(row.get(name), f"{place}.{name}")
        if sum(len(f"{k}{v}".encode()) for k, v in (row.get(name) or {}).items()) > MOST_BYTES:
            yield Problem(f"{place}.{name}", "The total size may not exceed 10000 bytes.")
    yield from _headers(row.get("headers"), f"{place}.headers")


def _box(box: Any, place: str) -> Iterator[Problem]:
    address = box.get("email") if isinstance(box, dict) else None
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address) or not address.isascii():
        yield Problem(f"{place}.email", "Does not contain a valid address.")
    elif not isinstance(box.get("name", ""), str) or "\n" in box.get("name", ""):
        yield Problem(f"{place}.name", "The name must be a string.")


def _content(body: Json) -> Iterator[Problem]:
    rows = body.get("content")
    if not rows and not body.get("template_id"):
        yield Problem("content", "Unless a valid template_id is provided, the content is required.")
    order = [row.get("type") for row in rows or ()]
    if order != sorted(order, key=lambda kind: (kind != "text/plain", kind != "text/html")):
        yield Problem("content", "The text/plain must come first, followed by the text/html.")
    if any(not isinstance(row.get("value"), str) or not row["value"] for row in rows or ()):
        yield Problem("content", "The value must be a string of at least one character.")


def _attachments(body: Json) -> Iterator[Problem]:
    for number, row in enumerate(body.get("attachments", ())):
        place = f"attachments.{number}"
        try:
            data = base64.b64decode(row.get("content", ""), validate=True)
        except (binascii.Error, TypeError):
            data = b""
        if not data:
            yield Problem(f"{place}.content", "The content must be base64 encoded.")
        if not row.get("filename") or re.search(r"[;,\r\n]", row.get("type", "")):
            yield Problem(place, "The filename is required, and the type may not hold ; or line breaks.")
        if row.get("disposition", "attachment") not in ("inline", "attachment"):
            yield Problem(f"{place}.disposition", "It can be attachment or inline only.")
        if row.get("disposition") == "inline" and not row.get("content_id"):
            yield Problem(f"{place}.content_id", "It is required with inline.")


def _texts(values: Any, place: str) -> Iterator[Problem]:
    if values is not None and not (
        isinstance(values, dict) and all(isinstance(value, str) for value in values.values())
    ):
        yield Problem(place, "The values must be strings.")


def _headers(values: Any, place: str) -> Iterator[Problem]:
    for name, value in (values or {}).items():
        if name.lower() in FORBIDDEN:
            yield Problem(f"{place}.{name}", f"The header {name} is reserved.")
        if not (name.isascii() and str(value).isascii()) or re.search(r"[\r\n]", f"{name}{value}"):
            yield Problem(f"{place}.{name}", "Headers must be on one line of ASCII.")


def _options(body: Json, now_s: float) -> Iterator[Problem]:
    tags = body.get("categories", [])
    if len(tags) > 10 or len(set(tags)) != len(tags) or any(len(tag) > 255 for tag in tags):
        yield Problem("categories", "At most 10 unique categories of at most 255 characters.")
    send_at = body.get("send_at", 0)
    if not isinstance(send_at, int) or send_at > now_s + AHEAD_S:
        yield Problem("send_at", "Scheduling more than 72 hours in advance is forbidden.")
    if not 2 <= len(body.get("ip_pool_name", "xx")) <= 64:
        yield Problem("ip_pool_name", "It must be between 2 and 64 characters.")
