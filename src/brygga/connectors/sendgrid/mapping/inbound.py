"""A reply that came by inbound mail → one `replied`. Pure.

Read leniently: the mail is anybody's. The form (multipart) holds `headers`, `from`, `to`, `subject`,
`text`, `html`, `envelope` (JSON), `attachments` and the files, or the whole mail as `email`.
Source: the provider's page on inbound parse.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.utils import getaddresses, parsedate_to_datetime

import msgspec

from brygga.connectors.abilities import Delivery
from brygga.model import Fault, Invalid

LONGEST_TEXT = 20_000


class _Envelope(msgspec.Struct):
    """The addresses of the transport."""

    to: list[str] = []
    from_: str = msgspec.field(default="", name="from")


def is_form(content_type: str) -> bool:
    """Whether a request is a form, that is inbound mail, and not events."""
    return content_type.lower().lstrip().startswith("multipart/form-data")


def reply(body: bytes, content_type: str, *, received_at: datetime) -> Delivery:
    """The reply. Raises Invalid (`not_a_reply`) when the body is no such form.

    `remote_id` and `facts["in_reply_to"]` name the mail that it answers, by Message-ID.
    """
    fields, files = _fields(body, content_type)
    if "email" in fields:
        fields |= _raw(fields["email"])
    if not fields.keys() & {"from", "envelope", "headers"}:
        raise _not_one()
    headers = HeaderParser().parsestr(fields.get("headers", ""))
    answers = str(headers.get("In-Reply-To", "")).strip()
    sender, to = _parties(fields)
    identity = str(headers.get("Message-ID", "")).strip()
    return Delivery(
        event="replied",
        recipient=sender,
        remote_id=answers,
        id=identity or hashlib.blake2b(body, digest_size=12).hexdigest(),
        at=_date(str(headers.get("Date", ""))) or received_at,
        sv="Mottagaren har svarat.",
        detail=fields.get("text", "")[:LONGEST_TEXT],
        facts={
            "to": to,
            "subject": fields.get("subject", "")[:998],
            "message_id": identity,
            "in_reply_to": answers,
            "references": str(headers.get("References", ""))[:2_000],
            "auto_submitted": str(headers.get("Auto-Submitted", "")),
            "files": str(files),
            "spf": fields.get("SPF", ""),
        },
    )


def _fields(body: bytes, content_type: str) -> tuple[dict[str, str], int]:
    """Form fields as text, and how many files came with them."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    parts = BytesParser().parsebytes(head + body).get_payload()
    if not isinstance(parts, list):
        raise _not_one()
    raw: dict[str, bytes] = {}
    files = 0
    for part in parts:
        if not isinstance(part, Message):
            continue
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if part.get_filename():
            files += 1
        elif isinstance(name, str) and isinstance(payload, bytes):
            raw[name] = payload
    charsets = _charsets(raw.get("charsets", b"{}"))
    return {name: _text(data, charsets.get(name, "utf-8")) for name, data in raw.items()}, files


def _charsets(data: bytes) -> Mapping[str, str]:
    try:
        return msgspec.json.decode(data, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _text(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _raw(text: str) -> dict[str, str]:
    """The fields of a mail that was posted whole."""
    mail = BytesParser().parsebytes(text.encode("utf-8", "replace"))
    return {
        "headers": "".join(f"{name}: {value}\n" for name, value in mail.items()),
        "text": next((_plain(part) for part in mail.walk() if part.get_content_type() == "text/plain"), ""),
        "subject": _shown(str(mail.get("Subject", ""))),
        "from": str(mail.get("From", "")),
    }


def _plain(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return _text(payload, part.get_content_charset() or "utf-8") if isinstance(payload, bytes) else ""


def _shown(header: str) -> str:
    """A header with its encoded words read (RFC 2047); as it stands where they are broken."""
    try:
        return str(make_header(decode_header(header)))
    except (MessageError, LookupError, ValueError):
        return header


def _parties(fields: Mapping[str, str]) -> tuple[str, str]:
    """Who answered, as the mail says it (a return path may be a machine's), and our address it came to."""
    try:
        envelope = msgspec.json.decode(fields.get("envelope", "{}"), type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        envelope = _Envelope()
    shown = getaddresses([fields.get("from", "")])
    sender = shown[0][1] if shown and "@" in shown[0][1] else envelope.from_
    return sender[:254], (envelope.to[0] if envelope.to else "")[:254]


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return found if found.tzinfo else None


def _not_one() -> Invalid:
    return Invalid(
        "a webhook's body is not an inbound mail",
        code="not_a_reply",
        sv="Ett inkommet mejl från SendGrid går inte att läsa.",
        fault=Fault.PROVIDER,
    )
