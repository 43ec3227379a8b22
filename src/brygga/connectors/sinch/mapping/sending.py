"""A ready message → the request to Sinch, and its answer → a receipt. Pure.

Source: contract notes (vendor SDKs): a batch as JSON. `client_reference` is our key: it comes back
in reports and lists, but drops no repeat.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from brygga.connectors.abilities import Receipt, Sms
from brygga.connectors.sinch.schema import Batch, DryRun, Settings
from brygga.connectors.texting.doubt import Seen
from brygga.connectors.texting.wording import Ready, Rules, invalid
from brygga.model import Fault, OutcomeUnknown
from brygga.wire.call import Answer, Call, Repeat

MASKED = "***"
JSON = {"Accept": "application/json"}
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_LONG_NUMBER = re.compile("[0-9]{7,15}")


def rules(settings: Settings) -> Rules:
    """What this connection allows."""
    return Rules(
        sender=settings.sender,
        reply_number=settings.reply_number,
        foreign=settings.foreign,
        make_plainer=settings.make_plainer,
        most_parts=settings.most_parts,
        most_chars=settings.most_chars,
        short_codes=True,
    )


def demand_sendable(sms: Sms, *, now: datetime) -> None:
    """Raises Invalid: a placeholder that Sinch would fill in, a time that is past or has no zone."""
    if _PLACEHOLDER.search(sms.text):
        raise invalid("placeholder", "Texten innehåller ${…}, som Sinch skulle byta ut. Skriv om den.")
    if sms.send_at is not None and sms.send_at.tzinfo is None:
        raise invalid("schedule_zone", "Tiden för sms:et saknar tidszon.")
    if sms.send_at is not None and sms.send_at <= now:
        raise invalid("schedule_range", "Tiden för sms:et har redan varit.")


def call(
    message: Ready,
    settings: Settings,
    *,
    now: datetime,
    send_at: datetime | None = None,
    token: str = MASKED,
    dry: bool = False,
) -> Call:
    """The one request. `token` proves a later report; masked when the request is only shown."""
    body = batch(message, settings, expire_at=(send_at or now) + timedelta(seconds=settings.expire_s))
    if send_at is not None:
        body["send_at"] = written(send_at)
    if settings.webhook_url and not dry:
        body["callback_url"] = report_address(message.key, settings, token=token)
    return Call(
        operation="sms.estimate" if dry else "sms.send",
        method="POST",
        path=f"{settings.batches_path}/dry_run" if dry else settings.batches_path,
        query=(("per_recipient", "true"),) if dry else (),
        headers=JSON,
        json=body,
        repeat=Repeat.READ if dry else Repeat.READBACK,
        sensitive=True,
    )


def batch(message: Ready, settings: Settings, *, expire_at: datetime) -> dict[str, Any]:
    """The batch for one number."""
    return {
        "to": [_number(message.to, settings)],
        "from": _number(message.sender, settings),
        "body": message.text,
        "type": "mt_text",
        "delivery_report": settings.delivery_report,
        "client_reference": message.key,
        "expire_at": written(expire_at),
        "max_number_of_message_parts": settings.most_parts,
    }


def report_address(key: str, settings: Settings, *, token: str) -> str:
    """Where reports of this one message come: our key and its own secret in the query."""
    joint = "&" if "?" in settings.webhook_url else "?"
    return f"{settings.webhook_url}{joint}{urlencode([('m', key), ('t', token)])}"


def receipt(answer: Answer, message: Ready) -> Receipt:
    """What Sinch said. Raises OutcomeUnknown when it names no batch."""
    try:
        told = msgspec.json.decode(answer.body, type=Batch)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unclear() from error
    if not told.id:
        raise _unclear()
    return Receipt(remote_id=told.id, results={message.to: "accepted"}, parts=message.parts)


def estimate(told: DryRun, message: Ready, settings: Settings) -> Receipt:
    """Parts as Sinch counts them; the price by the setting, for Sinch tells none."""
    counted = told.per_recipient[0].number_of_parts if told.per_recipient else told.number_of_messages
    parts = counted or message.parts
    price = parts * settings.kr_per_part
    return Receipt(remote_id="", parts=parts, cost=f"{price:.2f} SEK" if price else "")


def seen(told: Batch) -> Seen:
    """A row of the list."""
    alone = isinstance(told.to, list) and len(told.to) == 1
    return Seen(
        id=told.id,
        to=plus(plain(told.to[0])) if alone else "",
        sender=plus(plain(told.sender)),
        text=plain(told.body),
        key=plain(told.client_reference),
        at=moment(plain(told.created_at)),
    )


def plain(value: Any) -> str:
    """A text, or nothing where something else stands."""
    return value if isinstance(value, str) else ""


def plus(number: str) -> str:
    """A number with its plus; Sinch leaves it out at times. A short code or a name stays as it is."""
    return f"+{number}" if _LONG_NUMBER.fullmatch(number) else number


def written(at: datetime) -> str:
    """`2026-11-23T12:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime | None:
    """ISO 8601; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _number(text: str, settings: Settings) -> str:
    return text if settings.number_plus else text.removeprefix("+")


def _unclear() -> OutcomeUnknown:
    return OutcomeUnknown(
        "the answer to a sent message cannot be read",
        code="answer_unreadable",
        sv="Sinch svarade med något vi inte kan läsa. Sms:et kan ha skickats.",
        operation="sms.send",
        fault=Fault.PROVIDER,
    )
