"""Handing batches over, and what the answers mean.

There is no idempotency key: an answer that is lost after the body has left is OutcomeUnknown.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Sequence

import msgspec

from brygga.connectors.abilities import Caller, Receipt
from brygga.connectors.mailgun.schema import Batch, Queued
from brygga.model import BryggaError, Fault, NeedsSignIn, OutcomeUnknown, Rejected, Retryable
from brygga.wire.call import Answer

TOO_MANY, MISSING, OK = 429, 404, 200
DOWN = frozenset({500, 502, 503})
LONGEST_WAIT_S = 3_600.0
_SECONDS = re.compile(r"(\d{1,6}(?:\.\d+)?)\s*(second|minute|hour|s\b|m\b|h\b)", re.IGNORECASE)
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3_600.0}
_RECEIPT = msgspec.json.Decoder(Queued)


async def hand_over(wire: Caller, batches: Sequence[Batch]) -> Receipt:
    """Send the requests one after the other. `results` says per address: accepted, or
    `later CODE`, `refused CODE`, `unknown CODE` for those of a later request that failed.

    Raises what the first request raises: then nobody's mail has left, or (OutcomeUnknown) it is
    not known whether the first thousand's has.
    """
    results: dict[str, str] = {}
    remote_id = ""
    stopped = ""
    for number, batch in enumerate(batches):
        if stopped:
            results |= dict.fromkeys(batch.recipients, stopped)
            continue
        try:
            answer = await wire.call(batch.call)
            told = _accepted(answer)
        except (Rejected, OutcomeUnknown) as error:
            if number == 0:
                raise
            word = "refused" if isinstance(error, Rejected) else "unknown"
            results |= dict.fromkeys(batch.recipients, f"{word} {error.code}")
            continue
        except BryggaError as error:
            if number == 0:
                raise
            stopped = f"later {error.code}"
            results |= dict.fromkeys(batch.recipients, stopped)
            continue
        remote_id = remote_id or told or batch.message_id
        results |= dict.fromkeys(batch.recipients, "accepted")
    return Receipt(remote_id=remote_id, results=results)


class _Refusal(msgspec.Struct):
    """The provider's own form of an error. A proxy's page, or a receipt, is not one."""

    message: str


_REFUSAL = msgspec.json.Decoder(_Refusal)


def _demand_no_refusal(answer: Answer) -> None:
    """Raises Retryable when a 5xx says no in the provider's own words: then it did not take the mail.

    That is its word only: one that takes a mail and then says no would be sent to again. Any other
    5xx leaves doubt.
    """
    if answer.status not in DOWN:
        return
    try:
        _REFUSAL.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    raise Retryable(
        "Mailgun says that it failed",
        code="provider_failed",
        sv="Mailgun svarar fel just nu. Mejlet togs inte emot. Vi försöker igen.",
        fault=Fault.PROVIDER,
        status=answer.status,
    )


def _accepted(answer: Answer) -> str:
    """The provider's id of the message. Raises Retryable on 429 with the wait it asks for; NeedsSignIn
    where domain, region or address are wrong (nothing was sent); OutcomeUnknown on any other answer
    that is no receipt."""
    if answer.status == TOO_MANY:
        raise Retryable(
            "Mailgun asks us to wait",
            code="asked_to_wait",
            sv="Mailgun bad oss vänta. Vi försöker igen. Du behöver inte göra något.",
            fault=Fault.OURS,
            status=TOO_MANY,
            after_s=wait_s(answer),
        )
    _demand_no_refusal(answer)
    if answer.status == MISSING:
        raise _wrong_place("domain_missing", "Domänen finns inte i den region som är vald.", MISSING)
    if answer.body.lstrip().startswith(b"Mailgun Magnificent API"):
        raise _wrong_place("wrong_address", "Adressen till Mailgun är fel.", answer.status)
    try:
        receipt = _RECEIPT.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _odd(answer) from error
    if not receipt.id or answer.status != OK:
        raise _odd(answer)
    return receipt.id


def _wrong_place(code: str, sv: str, status: int) -> NeedsSignIn:
    """The message that nobody sends again by itself: a person corrects the settings first."""
    return NeedsSignIn(
        f"Mailgun was called where it takes no mail: {code}",
        code=code,
        sv=f"{sv} Inget skickades; mejlen ligger kvar. Rätta kopplingens region, domän och adress.",
        fault=Fault.OFFICE,
        status=status,
    )


def _odd(answer: Answer) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"Mailgun answered {answer.status} with something that is no receipt",
        code="odd_answer",
        sv="Mailgun svarade något oväntat på ett mejl. Det kan ha skickats. Se efter hos Mailgun.",
        fault=Fault.PROVIDER,
        status=answer.status,
    )


def wait_s(answer: Answer) -> float | None:
    """Seconds of `Retry-After`, or those named in the text ("try again after N seconds"); else None."""
    with contextlib.suppress(KeyError, ValueError):
        seconds = float(answer.headers["retry-after"])
        if math.isfinite(seconds):
            return min(max(0.0, seconds), LONGEST_WAIT_S)
    found = _SECONDS.search(answer.body[:2_000].decode("utf-8", "replace"))
    return min(float(found[1]) * _UNIT_S[found[2][0].lower()], LONGEST_WAIT_S) if found else None
