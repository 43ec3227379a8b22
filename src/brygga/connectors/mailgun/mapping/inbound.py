"""A reply that came through a route → one `replied`. Pure.

The form holds `recipient`, `sender`, `from`, `subject`, `body-plain`, `stripped-text` (without what
is quoted), `message-headers` (JSON pairs) and the files. Source: the provider's page on receiving by HTTP.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from email.utils import getaddresses, parsedate_to_datetime

import msgspec

from brygga.connectors.abilities import Delivery
from brygga.connectors.mailgun.mapping.forms import Form

LONGEST_TEXT = 20_000
_PAIRS = msgspec.json.Decoder(list[tuple[str, str]])


def is_reply(form: Form) -> bool:
    """Whether a form is an incoming mail, not an event of the older kind."""
    return "event" not in form.fields and bool(form.fields.keys() & {"sender", "from", "body-plain"})


def reply(form: Form, *, received_at: datetime) -> Delivery:
    """The reply. `remote_id` and `facts["in_reply_to"]` name the mail that it answers, by Message-ID."""
    fields, headers = form.fields, _headers(form)
    answers = headers.get("in-reply-to", fields.get("In-Reply-To", "")).strip()
    shown = getaddresses([fields.get("from", "")])
    sender = shown[0][1] if shown and "@" in shown[0][1] else fields.get("sender", "")
    return Delivery(
        event="replied",
        recipient=sender[:254],
        remote_id=answers,
        id=fields.get("token", ""),
        at=_date(headers.get("date", "")) or received_at,
        sv="Mottagaren har svarat.",
        detail=(fields.get("stripped-text") or fields.get("body-plain", ""))[:LONGEST_TEXT],
        facts={
            "to": fields.get("recipient", "")[:254],
            "subject": fields.get("subject", "")[:998],
            "message_id": headers.get("message-id", fields.get("Message-Id", "")),
            "in_reply_to": answers,
            "references": headers.get("references", "")[:2_000],
            "auto_submitted": headers.get("auto-submitted", ""),
            "files": str(form.files),
        },
    )


def _headers(form: Form) -> dict[str, str]:
    """Lower-case name → value, the first of each."""
    found: dict[str, str] = {}
    with contextlib.suppress(msgspec.DecodeError, UnicodeError):
        for name, value in _PAIRS.decode(form.fields.get("message-headers", "[]").encode()):
            found.setdefault(name.lower(), value)
    return found


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return found if found.tzinfo else None
