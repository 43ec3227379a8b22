"""A checked mail → the form of POST /v3/{domain}/messages. Pure.

Source: the provider's OpenAPI file (messages) and its older manual (25 MB, three tags). Several To
see each other unless `recipient-variables` part them: so it is done for `people`, and for those in
Bcc alone. Options, headers and variables may be 16 KB together.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime

import msgspec

from brygga.connectors.abilities import Mail
from brygga.connectors.mailgun.mapping.forms import Part, field, written
from brygga.connectors.mailgun.schema import KEY, Batch, Settings
from brygga.connectors.mailing import merging
from brygga.connectors.mailing.boxes import Box, invalid
from brygga.connectors.mailing.checking import (
    Ready,
    Rules,
    demand_size,
    message_id,
    ready,
    unsubscribe_headers,
)
from brygga.wire.call import Call, Repeat

MOST_OPTION_BYTES = 16 * 1024
_PLAIN_NAME = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]*")
_OPTIONS = ("o:", "h:", "v:", "t:")


def rules(settings: Settings) -> Rules:
    """What the contract allows; what only the older manual says is a setting."""
    return Rules(
        most_bytes=settings.most_bytes,
        tags_most=settings.tags_most,
        tag_longest=128,
        ahead_h=settings.ahead_h,
        reserved=("x-mailgun-",),
        wide=True,
    )


def batches(mail: Mail, settings: Settings, *, now: datetime) -> list[Batch]:
    """The requests that carry the mail out. Raises Invalid before anything is sent."""
    if not settings.domain:
        raise invalid("no_domain", "Kopplingen till Mailgun saknar domän.")
    made = ready(mail, rules(settings), sender=settings.sender, reply_to=settings.reply_to, now=now)
    demand_size(made, settings.most_bytes)
    if KEY in made.metadata:
        raise invalid("metadata_name", f"Namnet {KEY} används av brygga självt.")
    common = _common(made, settings)
    _demand_options(common)
    if not made.people and made.to:
        return [_batch(made, settings, _several(made), common, 0)]
    people = made.people or tuple(merging.Addressee(box=one) for one in made.bcc)
    return [
        _batch(made, settings, _apart(made, group), common, number)
        for number, group in enumerate(merging.batches(people))
    ]


def _batch(
    mail: Ready, settings: Settings, own: tuple[list[Part], tuple[str, ...]], common: list[Part], number: int
) -> Batch:
    first, reached = own
    identity = message_id(mail.key, _domain(mail), str(number) if number else "")
    ids = [field("h:Message-Id", identity)] if settings.own_message_id else []
    content_type, body = written([*first, *common, *ids, *_files(mail)])
    call = Call(
        operation="mail.send",
        method="POST",
        path=f"/v3/{settings.domain}/messages",
        content_type=content_type,
        body=body,
        repeat=Repeat.NATURAL if settings.sandbox_mode else Repeat.READBACK,
        accept_status=frozenset({404, 429, 500, 502, 503}),
        sensitive=True,
    )
    return Batch(call=call, recipients=reached, message_id=identity if settings.own_message_id else "")


def _several(mail: Ready) -> tuple[list[Part], tuple[str, ...]]:
    """One mail for all: those in To and Cc see each other, as they would in any mail."""
    rows = [("to", one) for one in mail.to] + [("cc", one) for one in mail.cc]
    rows += [("bcc", one) for one in mail.bcc]
    parts = [field(name, _shown(one)) for name, one in rows]
    parts += _texts(mail.subject, mail.text, mail.html, mail.unsubscribe_url)
    return parts, tuple(one.address for _, one in rows)


def _apart(mail: Ready, group: tuple[merging.Addressee, ...]) -> tuple[list[Part], tuple[str, ...]]:
    """A copy for each, and the values that go into it. Nobody sees another's address."""
    escaped = merging.to_escape(mail.people, mail.html) if mail.people else frozenset()
    variables = {one.box.address: merging.values(one, escaped) for one in group}
    parts = [field("to", _shown(one.box)) for one in group]
    texts = (mail.subject, mail.text, mail.html, mail.unsubscribe_url)
    if mail.people:
        subject, text, url = (merging.written(t, _tag) for t in (texts[0], texts[1], texts[3]))
        texts = (subject, text, merging.written(mail.html, _tag, escaped=escaped), url)
    parts += _texts(*texts)
    parts.append(field("recipient-variables", msgspec.json.encode(variables).decode()))
    return parts, tuple(variables)


def _tag(name: str) -> str:
    return f"%recipient.{name}%"


def _texts(subject: str, text: str, html: str, url: str) -> list[Part]:
    pairs = [("subject", subject), ("text", text), ("html", html)]
    pairs += [(f"h:{name}", value) for name, value in unsubscribe_headers(url).items()]
    return [field(name, value) for name, value in pairs if value]


def _common(mail: Ready, settings: Settings) -> list[Part]:
    """All that the copies share."""
    pairs = [("from", _shown(mail.sender))]
    if mail.reply_to:
        pairs.append(("h:Reply-To", ", ".join(_shown(one) for one in mail.reply_to)))
    pairs += [(f"h:{name}", value) for name, value in mail.headers.items()]
    pairs += [("o:tag", tag) for tag in mail.tags]
    pairs += [(f"v:{name}", value) for name, value in {KEY: mail.key, **mail.metadata}.items()]
    pairs += [
        ("o:tracking-opens", _yes(mail.track_opens)),
        ("o:tracking-clicks", _yes(mail.track_clicks)),
        ("o:tracking", _yes(mail.track_opens or mail.track_clicks)),
    ]
    if mail.send_at is not None:
        pairs.append(("o:deliverytime", format_datetime(mail.send_at.astimezone(UTC))))
    if settings.require_tls:
        pairs.append(("o:require-tls", "yes"))
    if settings.hide_variables:
        pairs.append(("o:suppress-headers", "X-Mailgun-Variables,X-Mailgun-Tag"))
    if settings.sandbox_mode:
        pairs.append(("o:testmode", "yes"))
    return [field(name, value) for name, value in pairs]


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _files(mail: Ready) -> list[Part]:
    """A picture's content id is its file name here."""
    rows = [("attachment", one) for one in mail.attachments] + [("inline", one) for one in mail.inline]
    return [
        Part(name=kind, filename=name, media_type=media_type, data=data)
        for kind, (name, media_type, data) in rows
    ]


def _shown(box: Box) -> str:
    """`Name <address>`, the name quoted where it holds anything but words (RFC 5322 §3.2.4)."""
    if not box.name:
        return box.address
    if _PLAIN_NAME.fullmatch(box.name):
        return f"{box.name} <{box.address}>"
    name = box.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{box.address}>'


def _domain(mail: Ready) -> str:
    return mail.sender.address.rpartition("@")[2]


def _demand_options(parts: list[Part]) -> None:
    size = sum(len(part.name) + len(part.data) for part in parts if part.name.startswith(_OPTIONS))
    if size > MOST_OPTION_BYTES - 1_024:  # what a copy adds: its id and its way of unsubscribing
        raise invalid("metadata_too_large", "Huvudfält och uppgifter om mejlet är för stora tillsammans.")
