"""A ready message → the request to 46elks, and its answer → a receipt. Pure.

Source: 46elks.com/docs/send-sms (contract notes): a form with from, to, message, whendelivered,
dryrun=yes, dontlog=message. There is no idempotency key and no field for an id of ours: ours
travels in the address of the delivery report.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from brygga.connectors.abilities import Receipt, Sms
from brygga.connectors.elks46.mapping.statuses import row
from brygga.connectors.elks46.schema import Message, Settings
from brygga.connectors.texting.doubt import Seen
from brygga.connectors.texting.wording import Ready, Rules
from brygga.model import Fault, OutcomeUnknown, Rejected, Unsupported
from brygga.wire.call import Answer, Call, Repeat

MASKED = "***"
FORM = "application/x-www-form-urlencoded"
JSON = {"Accept": "application/json"}


def rules(settings: Settings) -> Rules:
    """What this connection allows."""
    return Rules(
        sender=settings.sender,
        reply_number=settings.reply_number,
        foreign=settings.foreign,
        make_plainer=settings.make_plainer,
        most_parts=settings.most_parts,
        most_chars=settings.most_chars,
    )


def demand_now(sms: Sms) -> None:
    """46elks sends at once. Raises Unsupported for a message with a time of its own."""
    if sms.send_at is not None:
        raise Unsupported(
            "46elks has no scheduled messages",
            code="no_schedule",
            sv="46elks kan inte vänta med ett sms till en viss tid. Brygga får skicka det när det är dags.",
            operation="sms.send",
        )


def call(message: Ready, settings: Settings, *, token: str = MASKED, dry: bool = False) -> Call:
    """The one request. `token` proves a later report; masked when the request is only shown."""
    form = [("from", message.sender), ("to", message.to), ("message", message.text)]
    if settings.webhook_url and not dry:
        form.append(("whendelivered", report_address(message.key, settings, token=token)))
    if settings.dontlog:
        form.append(("dontlog", "message"))
    if dry:
        form.append(("dryrun", "yes"))
    return Call(
        operation="sms.estimate" if dry else "sms.send",
        method="POST",
        path="/sms",
        headers=JSON,
        body=urlencode(form).encode("ascii"),
        content_type=FORM,
        repeat=Repeat.READ if dry else Repeat.READBACK,
        sensitive=True,
    )


def report_address(key: str, settings: Settings, *, token: str) -> str:
    """Where reports of this one message come: our key and its own secret in the query."""
    joint = "&" if "?" in settings.webhook_url else "?"
    return f"{settings.webhook_url}{joint}{urlencode([('m', key), ('t', token)])}"


def receipt(answer: Answer, message: Ready, settings: Settings, *, dry: bool = False) -> Receipt:
    """What 46elks said. Raises OutcomeUnknown when it names no id, Rejected when it failed at once."""
    try:
        told = msgspec.json.decode(answer.body, type=Message)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unclear() from error
    if not told.id and not dry:
        raise _unclear()
    if told.status == "failed":
        raise Rejected(
            "the message failed at once",
            code="failed_at_once",
            sv=row("failed").sv,
            operation="sms.send",
            fault=Fault.PROVIDER,
        )
    paid = told.estimated_cost if dry else told.cost
    return Receipt(
        remote_id=told.id,
        results={} if dry else {message.to: "accepted"},
        parts=count(told.parts) or message.parts,
        cost=money(paid, settings.currency),
    )


def money(amount: Any, currency: str) -> str:
    """`0.5 SEK`; 46elks counts in 1/10 000 of the currency."""
    if type(amount) is not int:
        return ""
    whole, part = divmod(abs(amount), 10_000)
    decimals = f"{part:04d}".rstrip("0").ljust(2, "0")
    return f"{'-' if amount < 0 else ''}{whole}.{decimals} {currency}".strip()


def seen(message: Message, settings: Settings) -> Seen:
    """A row of the history. With `dontlog` its text is hidden."""
    return Seen(
        id=message.id,
        to=plain(message.to),
        sender=plain(message.sender),
        text=plain(message.message),
        parts=count(message.parts),
        at=moment(plain(message.created)),
        cost=money(message.cost, settings.currency),
    )


def plain(value: Any) -> str:
    """A text, or nothing where something else stands."""
    return value if isinstance(value, str) else ""


def count(value: Any) -> int:
    """A whole number, or 0 where something else stands."""
    return value if type(value) is int and value > 0 else 0


def moment(text: str) -> datetime | None:
    """Their times are UTC and say no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _unclear() -> OutcomeUnknown:
    return OutcomeUnknown(
        "the answer to a sent message cannot be read",
        code="answer_unreadable",
        sv="46elks svarade med något vi inte kan läsa. Sms:et kan ha skickats.",
        operation="sms.send",
        fault=Fault.PROVIDER,
    )
