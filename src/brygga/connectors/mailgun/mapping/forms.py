"""Form data: written for sending (multipart), read from webhooks (multipart or URL-encoded). Pure.

Source: RFC 7578, and the WHATWG HTML standard for how quotes and line breaks in names are escaped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from email.message import Message
from email.parser import BytesParser
from urllib.parse import parse_qsl

import msgspec

from brygga.model import Fault, Invalid

MOST_FIELDS = 1_000


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One field. A file has a name and a media type."""

    name: str
    data: bytes
    filename: str = ""
    media_type: str = ""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What came in: fields as text (the first by each name), and how many files."""

    fields: dict[str, str]
    files: int = 0


def field(name: str, value: str) -> Part:
    """A text field."""
    return Part(name=name, data=value.encode())


def written(parts: Sequence[Part]) -> tuple[str, bytes]:
    """Content type and body. The boundary is made of the content, so that the same form gives the
    same bytes; one that occurs in the content would need its own digest in it."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        for piece in (part.name.encode(), part.filename.encode(), part.data):
            digest.update(len(piece).to_bytes(8, "big"))
            digest.update(piece)
    boundary = f"brygga-{digest.hexdigest()}"
    return f"multipart/form-data; boundary={boundary}", b"".join(_lines(parts, boundary))


def _lines(parts: Iterable[Part], boundary: str) -> Iterable[bytes]:
    for part in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(part.name)}"'
        if part.filename:
            head += f'; filename="{_quoted(part.filename)}"\r\nContent-Type: {part.media_type}'
        yield f"{head}\r\n\r\n".encode()
        yield part.data
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def is_form(content_type: str) -> bool:
    """Whether a webhook is a form (an older webhook or a reply) and not JSON."""
    return (
        content_type.lower().lstrip().startswith(("multipart/form-data", "application/x-www-form-urlencoded"))
    )


def read(body: bytes, content_type: str) -> Form:
    """The fields of a form. Raises Invalid (`not_a_form`)."""
    if content_type.lower().lstrip().startswith("application/x-www-form-urlencoded"):
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS
            )
        except ValueError as error:
            raise _not_one() from error
        return Form(fields=dict(reversed(pairs)))
    return _multipart(body, content_type)


def _multipart(body: bytes, content_type: str) -> Form:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    parts = BytesParser().parsebytes(head + body).get_payload()
    if not isinstance(parts, list):
        raise _not_one()
    fields: dict[str, str] = {}
    files = 0
    for part in parts:
        if not isinstance(part, Message):
            continue
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if part.get_filename():
            files += 1
        elif isinstance(name, str) and isinstance(payload, bytes):
            fields.setdefault(name, payload.decode("utf-8", "replace"))
    return Form(fields=fields, files=files)


def _not_one() -> Invalid:
    return Invalid(
        "a webhook's body is not a form",
        code="not_a_form",
        sv="Ett meddelande från Mailgun går inte att läsa.",
        fault=Fault.PROVIDER,
    )
