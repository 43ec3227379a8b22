"""A checked mail → the bodies of POST /v3/mail/send. Pure.

Source: the provider's OpenAPI file (mail send) and its page of errors: to, cc and bcc together at
most 1,000 in a request, an address at most once. `custom_args` stand in each personalization,
because the top-level one is typed as a text in the provider's own file. Several To see each other;
those in Bcc alone, and `people`, get a copy each.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime
from email.header import Header
from typing import Any

from brygga.connectors.abilities import Mail
from brygga.connectors.mailing import merging
from brygga.connectors.mailing.boxes import Box, invalid
from brygga.connectors.mailing.checking import (
    Ready,
    Rules,
    demand_size,
    encoded,
    message_id,
    ready,
    unsubscribe_headers,
)
from brygga.connectors.sendgrid.schema import KEY, Batch, Settings
from brygga.wire.call import Call, Repeat

Json = dict[str, Any]
MOST_ARGS_BYTES = 10_000
_PERSONAL = re.compile(r"\S@\S|(?<!\d)(?:\d{2})?\d{6}[-+ ]?\d{4}(?!\d)")
_OWN_ARGS = frozenset(
    [
        "event",
        "email",
        "timestamp",
        "sg_event_id",
        "sg_message_id",
        "smtp-id",
        "reason",
        "response",
        "status",
        "type",
        "url",
        "category",
        "attempt",
        "ip",
        "tls",
        "useragent",
        "url_offset",
        "asm_group_id",
        "bounce_classification",
        "sg_template_id",
    ]
) | {KEY}
"""Names that an event uses itself: a custom argument by that name would be lost in it."""


def rules(settings: Settings) -> Rules:
    """What the OpenAPI file allows; the size is a setting."""
    return Rules(
        most_bytes=settings.most_bytes,
        tags_most=10,
        tag_longest=255,
        ahead_h=72.0,
        reserved=("x-sg-id", "x-sg-eid", "x-smtpapi"),
    )


def batches(mail: Mail, settings: Settings, *, now: datetime) -> list[Batch]:
    """The requests that carry the mail out. Raises Invalid before anything is sent."""
    made = ready(mail, rules(settings), sender=settings.sender, reply_to=settings.reply_to, now=now)
    demand_size(made, settings.most_bytes)
    _demand_metadata(made, settings)
    escaped = merging.to_escape(made.people, made.html)
    common = _common(made, settings, escaped)
    if not made.people:
        return [_batch(made, settings, common, _without_people(made, settings))]
    return [
        _batch(made, settings, common, [_person(made, settings, one, escaped) for one in group])
        for group in merging.batches(made.people)
    ]


def _batch(mail: Ready, settings: Settings, common: Json, personalizations: list[Json]) -> Batch:
    reached = [
        box["email"] for p in personalizations for part in ("to", "cc", "bcc") for box in p.get(part, ())
    ]
    own = message_id(mail.key, _domain(mail)) if settings.own_message_id else ""
    headers = {"Accept": "application/json"}
    if settings.on_behalf_of:
        headers["on-behalf-of"] = settings.on_behalf_of
    call = Call(
        operation="mail.send",
        method="POST",
        path="/v3/mail/send",
        headers=headers,
        json={"personalizations": personalizations, **common},
        repeat=Repeat.NATURAL if settings.sandbox_mode else Repeat.NONE,
        accept_status=frozenset({429, 500, 502, 503}),
        sensitive=True,
    )
    return Batch(call=call, recipients=tuple(reached), message_id=own)


def _without_people(mail: Ready, settings: Settings) -> list[Json]:
    if not mail.to:
        return [_copy(mail, settings, [one], more=one.address) for one in mail.bcc]
    found = _copy(mail, settings, list(mail.to))
    return [
        found | {part: _shown(list(boxes)) for part, boxes in (("cc", mail.cc), ("bcc", mail.bcc)) if boxes}
    ]


def _person(mail: Ready, settings: Settings, one: merging.Addressee, escaped: frozenset[str]) -> Json:
    found = _copy(mail, settings, [one.box], more=one.box.address, data=one.data)
    if one.data:
        values = {_tag(name): value for name, value in merging.values(one, escaped).items()}
        if encoded(values) > MOST_ARGS_BYTES:
            raise invalid("merge_too_large", "Uppgifterna om en mottagare är för stora.")
        found["substitutions"] = values
    return found


def _copy(
    mail: Ready, settings: Settings, to: list[Box], *, more: str = "", data: dict[str, str] | None = None
) -> Json:
    """What one copy has of its own: whom it is for, its id, its way of unsubscribing."""
    headers = {}
    if settings.own_message_id:
        headers["Message-ID"] = message_id(mail.key, _domain(mail), more)
    url = merging.filled(mail.unsubscribe_url, data) if data else mail.unsubscribe_url
    headers |= unsubscribe_headers(url)
    found: Json = {"to": _shown(to), "custom_args": {KEY: mail.key, **mail.metadata}}
    return found | ({"headers": headers} if headers else {})


def _common(mail: Ready, settings: Settings, escaped: frozenset[str]) -> Json:
    """All that the copies share."""
    found: Json = {
        "from": _shown([mail.sender])[0],
        "subject": mail.subject,
        "content": _content(mail, escaped),
    }
    if len(mail.reply_to) == 1:
        found["reply_to"] = _shown(list(mail.reply_to))[0]
    elif mail.reply_to:
        found["reply_to_list"] = _shown(list(mail.reply_to))
    if files := _files(mail):
        found["attachments"] = files
    if mail.headers:
        found["headers"] = {name: _encoded(value) for name, value in mail.headers.items()}
    if mail.tags:
        found["categories"] = list(mail.tags)
    if mail.send_at is not None:
        found["send_at"] = int(mail.send_at.timestamp())
    if settings.unsubscribe_group is not None and mail.unsubscribe_url:
        found["asm"] = {"group_id": settings.unsubscribe_group}
    if settings.ip_pool:
        found["ip_pool_name"] = settings.ip_pool
    found["mail_settings"] = {"sandbox_mode": {"enable": settings.sandbox_mode}}
    found["tracking_settings"] = _tracking(mail)
    return found


def _tracking(mail: Ready) -> Json:
    """Each said outright, so that the account's own settings do not decide what is tracked."""
    return {
        "click_tracking": {"enable": mail.track_clicks, "enable_text": False},
        "open_tracking": {"enable": mail.track_opens},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }


def _content(mail: Ready, escaped: frozenset[str]) -> list[Json]:
    """Text before HTML; the API refuses an empty value. Placeholders are written as they came."""
    html = merging.written(mail.html, _tag, escaped=escaped) if mail.people else mail.html
    text = merging.written(mail.text, _tag) if mail.people else mail.text
    pairs = (("text/plain", text), ("text/html", html))
    return [{"type": kind, "value": value} for kind, value in pairs if value]


def _tag(name: str) -> str:
    return "{{" + name + "}}"


def _files(mail: Ready) -> list[Json]:
    found = [
        {"content": _base64(data), "filename": name, "type": media_type, "disposition": "attachment"}
        for name, media_type, data in mail.attachments
    ]
    for cid, media_type, data in mail.inline:
        row = {"content": _base64(data), "filename": cid, "type": media_type, "disposition": "inline"}
        found.append(row | {"content_id": cid})
    return found


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _shown(boxes: list[Box]) -> list[Json]:
    return [{"email": box.address, "name": box.name} if box.name else {"email": box.address} for box in boxes]


def _encoded(value: str) -> str:
    """Custom headers go out as they are given: other letters as encoded words (RFC 2047), on one line."""
    return value if value.isascii() else Header(value, "utf-8", maxlinelen=10_000).encode(linesep="")


def _domain(mail: Ready) -> str:
    return mail.sender.address.rpartition("@")[2]


def _demand_metadata(mail: Ready, settings: Settings) -> None:
    """The provider keeps arguments and categories for long and cannot redact them (its event page)."""
    if taken := _OWN_ARGS & mail.metadata.keys():
        raise invalid("metadata_name", f"Namnet {min(taken)} används av SendGrid självt.")
    if encoded({KEY: mail.key, **mail.metadata}) > MOST_ARGS_BYTES:
        raise invalid("metadata_too_large", "Uppgifterna om mejlet är för stora.")
    texts = (*mail.metadata.values(), *mail.tags)
    if settings.refuse_personal_metadata and any(_PERSONAL.search(text) for text in texts):
        raise invalid("metadata_personal", "Uppgifter om personer får inte läggas i mejlets etiketter.")
