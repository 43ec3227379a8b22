"""A neutral mail → the same, checked and made plain, before anything provider-specific. Pure.

Sources: RFC 5322 (headers), RFC 3834 (Auto-Submitted), RFC 2369 and 8058 (unsubscribing).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from brygga.connectors.abilities import Mail
from brygga.connectors.mailing.boxes import Box, box, boxes, invalid, plain, whole
from brygga.connectors.mailing.merging import Addressee, addressees
from brygga.connectors.messaging import MARKETING, SERVICE

_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,60}/[A-Za-z0-9][\w.+-]{0,60}", re.ASCII)
_HEADER = re.compile(r"[!-9;-~]{1,76}")
_CID = re.compile(r"[A-Za-z0-9][\w.@+-]{0,120}", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,99}", re.ASCII)
LONGEST_SUBJECT = 998
"""Characters: the longest line that RFC 5322 §2.1.1 allows."""

OUR_HEADERS = frozenset(
    [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "reply-to",
        "sender",
        "date",
        "message-id",
        "mime-version",
        "received",
        "return-path",
        "dkim-signature",
        "list-unsubscribe",
        "list-unsubscribe-post",
    ]
)
"""Headers that are made of the mail's own members, never given by name."""

File = tuple[str, str, bytes]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider allows. `ahead_h`: hours that a mail may be scheduled ahead."""

    most_bytes: int
    tags_most: int
    tag_longest: int
    ahead_h: float
    reserved: tuple[str, ...]
    wide: bool = False


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that may be sent. `headers` are the custom ones; `send_at` is None for at once."""

    key: str
    sender: Box
    to: tuple[Box, ...]
    cc: tuple[Box, ...]
    bcc: tuple[Box, ...]
    reply_to: tuple[Box, ...]
    people: tuple[Addressee, ...]
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    unsubscribe_url: str
    tags: tuple[str, ...]
    metadata: dict[str, str]
    inline: tuple[File, ...]
    attachments: tuple[File, ...]
    send_at: datetime | None
    track_opens: bool
    track_clicks: bool


def ready(mail: Mail, rules: Rules, *, sender: str, reply_to: str, now: datetime) -> Ready:
    """The mail, checked. `sender` and `reply_to` stand in where the mail has none.

    Raises Invalid before anything is sent; the codes are those of the functions below.
    """
    if not mail.key:
        raise invalid("no_key", "Mejlet saknar en egen nyckel.")
    plain(mail.key)
    _demand_purpose(mail)
    to, cc, bcc = _recipients(mail, rules)
    return Ready(
        key=whole(mail.key),
        sender=box(mail.sender or sender),
        to=to,
        cc=cc,
        bcc=bcc,
        reply_to=boxes(mail.reply_to or ((reply_to,) if reply_to else ())),
        people=addressees(mail, wide=rules.wide),
        subject=_subject(mail),
        **_content(mail),
        headers=_headers(mail, rules),
        unsubscribe_url=_unsubscribe(mail),
        tags=_tags(mail, rules),
        metadata=_metadata(mail),
        inline=_files(mail.inline, inline=True),
        attachments=_files(mail.attachments, inline=False),
        send_at=_send_at(mail, rules, now),
        track_opens=mail.track_opens,
        track_clicks=mail.track_clicks,
    )


def message_id(key: str, domain: str, more: str = "") -> str:
    """The Message-ID of a key of ours (and one recipient): the same at every try, without either in it."""
    digest = hashlib.blake2b(f"{key}\n{more}".encode() if more else key.encode(), digest_size=16).hexdigest()
    return f"<{digest}@{domain}>"


def size_bytes(mail: Ready) -> int:
    """About what the finished message weighs: files as base64 with line ends, texts, some for headers."""
    files = sum(-(-len(data) // 57) * 78 for _, _, data in (*mail.attachments, *mail.inline))
    return files + len(mail.text.encode()) + len(mail.html.encode()) + 2_000


def demand_size(mail: Ready, most_bytes: int) -> None:
    """Raises Invalid (`too_large`)."""
    if size_bytes(mail) > most_bytes:
        raise invalid("too_large", "Mejlet är för stort. Ta bort eller minska bilagorna.")


def _demand_purpose(mail: Mail) -> None:
    if mail.purpose not in (SERVICE, MARKETING):
        raise invalid("purpose", "Mejlet måste vara antingen tjänst eller marknadsföring.")
    if mail.purpose == MARKETING and not mail.unsubscribe_url:
        raise invalid("no_unsubscribe", "Marknadsföring måste ha en länk för avregistrering.")


def _recipients(mail: Mail, rules: Rules) -> tuple[tuple[Box, ...], tuple[Box, ...], tuple[Box, ...]]:
    """To, cc, bcc, each address in the first of them. Without anybody in To, Cc stands in for it."""
    to = boxes(mail.to, wide=rules.wide)
    taken = frozenset(one.address.lower() for one in to)
    cc = boxes(mail.cc, wide=rules.wide, but=taken)
    taken |= {one.address.lower() for one in cc}
    bcc = boxes(mail.bcc, wide=rules.wide, but=taken)
    if mail.people and (to or cc or bcc):
        raise invalid("copies_with_people", "Ett mejl med egna exemplar kan inte ha andra mottagare också.")
    if not (to or cc or bcc or mail.people):
        raise invalid("no_recipient", "Mottagare saknas.")
    if not mail.people and len(to) + len(cc) + len(bcc) > 1_000:
        raise invalid("too_many_recipients", "Ett mejl kan ha högst 1 000 mottagare.")
    return (to, cc, bcc) if to else (cc, (), bcc)


def _subject(mail: Mail) -> str:
    plain(mail.subject)
    subject = whole(mail.subject)
    if not subject.strip():
        raise invalid("no_subject", "Mejlet saknar ämne.")
    if len(subject) > LONGEST_SUBJECT:
        raise invalid("subject_too_long", f"Ämnet är för långt: högst {LONGEST_SUBJECT} tecken.")
    return subject


def _content(mail: Mail) -> dict[str, str]:
    if not (mail.text.strip() or mail.html.strip()):
        raise invalid("no_content", "Mejlet är tomt.")
    return {"text": whole(mail.text), "html": whole(mail.html)}


def _headers(mail: Mail, rules: Rules) -> dict[str, str]:
    """Custom headers. Raises Invalid: `header_name`, `header_reserved`, `header_injection`."""
    found: dict[str, str] = {}
    for name, value in mail.headers.items():
        plain(name, value)
        low = name.lower()
        if not _HEADER.fullmatch(name):
            raise invalid("header_name", "Ett eget huvudfält har ett namn som inte går att använda.")
        if low in OUR_HEADERS or low.startswith(("content-", *rules.reserved)):
            raise invalid("header_reserved", "Ett eget huvudfält är reserverat.", f"{name[:76]} is reserved")
        found[name] = whole(value)
    if not any(name.lower() == "auto-submitted" for name in found):
        found["Auto-Submitted"] = "auto-generated"
    return found


def _unsubscribe(mail: Mail) -> str:
    """RFC 8058 §3.1: an https address, fit to stand between < and >."""
    url = mail.unsubscribe_url
    if not url:
        return ""
    plain(url)
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or not url.isascii() or re.search(r"[\s<>,\"]", url):
        raise invalid("unsubscribe_url", "Länken för avregistrering måste vara en https-adress.")
    return url


def unsubscribe_headers(url: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058; none without an address."""
    if not url:
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _tags(mail: Mail, rules: Rules) -> tuple[str, ...]:
    plain(*mail.tags)
    tags = tuple(dict.fromkeys(whole(tag) for tag in mail.tags if tag))
    if len(tags) > rules.tags_most or any(len(tag) > rules.tag_longest for tag in tags):
        raise invalid("tags", f"Högst {rules.tags_most} etiketter om {rules.tag_longest} tecken.")
    return tags


def _metadata(mail: Mail) -> dict[str, str]:
    """Raises Invalid: `metadata_name`, `metadata_value` (only text is carried unharmed)."""
    found: dict[str, str] = {}
    for name, value in mail.metadata.items():
        if not _NAME.fullmatch(name):
            raise invalid("metadata_name", "En uppgift om mejlet har ett namn som inte går att använda.")
        if not isinstance(value, str):
            raise invalid("metadata_value", "Uppgifter om ett mejl måste vara text.")
        plain(value)
        found[name] = whole(value)
    return found


def _files(files: tuple[File, ...], *, inline: bool) -> tuple[File, ...]:
    """Raises Invalid: `content_id`, `attachment_name`, `attachment_type`, `attachment_empty`."""
    for name, media_type, data in files:
        plain(name, media_type)
        if inline and not _CID.fullmatch(name):
            raise invalid("content_id", "En bild i mejlet har ett id som inte går att använda.")
        if not name.strip() or len(name) > 255:
            raise invalid("attachment_name", "En bilaga saknar namn eller har ett för långt.")
        if not _TYPE.fullmatch(media_type):
            raise invalid("attachment_type", "En bilagas filslag går inte att använda.")
        if not data:
            raise invalid("attachment_empty", "En bilaga är tom.")
    if inline and len({name for name, _, _ in files}) != len(files):
        raise invalid("content_id", "Två bilder i mejlet har samma id.")
    return tuple((whole(name), media_type, data) for name, media_type, data in files)


def _send_at(mail: Mail, rules: Rules, now: datetime) -> datetime | None:
    """When to send; None when the time has come. Raises Invalid: `send_at`, `send_at_too_late`."""
    if mail.send_at is None:
        return None
    if mail.send_at.tzinfo is None:
        raise invalid("send_at", "Tiden för utskicket saknar tidszon.")
    if mail.send_at > now + timedelta(hours=rules.ahead_h):
        raise invalid("send_at_too_late", f"Mejl kan schemaläggas högst {rules.ahead_h:g} timmar framåt.")
    return mail.send_at if mail.send_at > now else None


def encoded(values: Mapping[str, str]) -> int:
    """The size in bytes of names and values as JSON."""
    return len(msgspec.json.encode(dict(values)))
