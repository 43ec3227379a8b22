"""A ready message → the request to Twilio, and its answer → a receipt. Pure.

Source: twilio_api_v2010, CreateMessage: a form with CapitalCase names. There is no idempotency
key; our own key travels in the address of the status callback.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from brygga.connectors.abilities import Receipt, Sms
from brygga.connectors.texting.doubt import Seen
from brygga.connectors.texting.statuses import Row
from brygga.connectors.texting.wording import Ready, Rules, invalid
from brygga.connectors.twilio.mapping.statuses import table
from brygga.connectors.twilio.schema import Message, Problem, Settings
from brygga.model import BryggaError, Fault, NeedsSignIn, OutcomeUnknown, Rejected, Retryable, Unsupported
from brygga.wire.call import Answer, Call, Repeat

FORM = "application/x-www-form-urlencoded"
JSON = {"Accept": "application/json"}
REFUSED = 400
FORBIDDEN = 403
_OTHER = Row(
    error="not_accepted",
    sv="Twilio tog inte emot sms:et. Att skicka igen hjälper inte. Kontrollera nummer, avsändare och text.",
)


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
        pool=bool(settings.messaging_service),
    )


def scheduled(sms: Sms, settings: Settings, *, now: datetime) -> str:
    """`SendAt`, or nothing when it leaves at once. Raises Unsupported without a messaging service."""
    if sms.send_at is None:
        return ""
    if not settings.messaging_service:
        raise Unsupported(
            "Twilio schedules only with a messaging service",
            code="no_schedule",
            sv="Twilio kan vänta med ett sms bara om kontot har en Messaging Service. Fyll i den.",
            operation="sms.send",
        )
    if sms.send_at.tzinfo is None:
        raise invalid("schedule_zone", "Tiden för sms:et saknar tidszon.")
    ahead = sms.send_at - now
    most = timedelta(days=settings.schedule_most_days)
    if not timedelta(seconds=settings.schedule_least_s) <= ahead <= most:
        raise invalid("schedule_range", "Tiden för sms:et är för nära eller för långt bort.")
    return sms.send_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def call(message: Ready, settings: Settings, *, send_at: str = "") -> Call:
    """The one request."""
    return Call(
        operation="sms.send",
        method="POST",
        path=settings.messages_path,
        headers=JSON,
        body=urlencode(fields(message, settings, send_at=send_at)).encode("ascii"),
        content_type=FORM,
        repeat=Repeat.READBACK,
        sensitive=True,
        accept_status=frozenset({REFUSED, FORBIDDEN}),
    )


def fields(message: Ready, settings: Settings, *, send_at: str = "") -> list[tuple[str, str]]:
    """The form's names and values; what is empty is left out."""
    service, callback = settings.messaging_service, settings.webhook_url
    form = [
        ("To", message.to),
        ("From", message.sender),
        ("MessagingServiceSid", service),
        ("Body", message.text),
        ("StatusCallback", report_address(message.key, settings) if callback else ""),
        ("ValidityPeriod", "" if send_at else str(settings.validity_s)),
        ("SmartEncoded", "true" if settings.smart_encoded else "false"),
        ("ContentRetention", "discard" if settings.discard_content else "retain"),
        ("AddressRetention", "obfuscate" if settings.mask_address else "retain"),
        ("SendAt", send_at),
        ("ScheduleType", "fixed" if send_at else ""),
    ]
    return [(name, value) for name, value in form if value]


def report_address(key: str, settings: Settings) -> str:
    """Where callbacks of this one message come. They are signed, so the address holds no secret."""
    joint = "&" if "?" in settings.webhook_url else "?"
    return f"{settings.webhook_url}{joint}{urlencode([('m', key)])}"


def receipt(answer: Answer, message: Ready) -> Receipt:
    """What Twilio said. Raises Rejected or Retryable by its error code, OutcomeUnknown without a sid."""
    if answer.status in (REFUSED, FORBIDDEN):
        raise refusal(answer.body, status=answer.status)
    try:
        told = msgspec.json.decode(answer.body, type=Message)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unclear() from error
    if not told.sid:
        raise _unclear()
    if told.status in ("failed", "undelivered", "canceled"):
        raise _refused(table().code.get(str(told.error_code), _OTHER), str(told.error_code or told.status))
    return Receipt(
        remote_id=told.sid,
        results={message.to: "accepted"},
        parts=segments(told) or message.parts,
        cost=money(told),
    )


def refusal(body: bytes, *, status: int = REFUSED) -> BryggaError:
    """A 400 or 403 by its code: somebody opted out, a number that is none, a full queue.

    A 403 without a code that we know is about the account, not about this message.
    """
    try:
        code = msgspec.json.decode(body, type=Problem).code
    except (msgspec.MsgspecError, UnicodeDecodeError):
        code = None
    if status == FORBIDDEN and str(code) not in table().code:
        return NeedsSignIn(
            f"sms.send was forbidden: {code}",
            code="rights_missing",
            sv="Twilio låter oss inte skicka med kontots uppgifter. Sms som väntar ligger kvar.",
            operation="sms.send",
            fault=Fault.OFFICE,
            status=FORBIDDEN,
        )
    return _refused(table().code.get(str(code), _OTHER), str(code))


def _refused(told: Row, code: str) -> BryggaError:
    return (Retryable if told.again else Rejected)(
        f"sms.send was refused: {code}",
        code=told.error or told.event or "not_accepted",
        sv=told.sv,
        operation="sms.send",
        fault=Fault.OFFICE,
        status=REFUSED,
    )


def money(message: Message) -> str:
    """`0.0750 USD`. Twilio writes a price as a negative number, and only once it is known."""
    return f"{plain(message.price).lstrip('-')} {plain(message.price_unit)}".strip() if message.price else ""


def seen(message: Message) -> Seen:
    """A row of the list. With `mask_address` the number is masked, with `discard_content` the text gone."""
    return Seen(
        id=message.sid or "",
        to=plain(message.to),
        sender=plain(message.sender),
        text=plain(message.body),
        parts=segments(message),
        at=moment(plain(message.date_created)),
        cost=money(message),
    )


def segments(message: Message) -> int:
    """How many parts Twilio counts; 0 while it has not (a message of a service, or a scheduled one)."""
    told = str(message.num_segments)
    return int(told) if re.fullmatch("[0-9]{1,4}", told) else 0


def plain(value: Any) -> str:
    """A text, or nothing where something else stands."""
    return value if isinstance(value, str) else ""


def moment(text: str) -> datetime | None:
    """RFC 2822."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _unclear() -> OutcomeUnknown:
    return OutcomeUnknown(
        "the answer to a sent message cannot be read",
        code="answer_unreadable",
        sv="Twilio svarade med något vi inte kan läsa. Sms:et kan ha skickats.",
        operation="sms.send",
        fault=Fault.PROVIDER,
    )
