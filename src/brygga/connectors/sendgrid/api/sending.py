"""Handing batches over, and what the answers mean.

There is no idempotency key: an answer that is lost after the body has left is OutcomeUnknown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec

from brygga.connectors.abilities import Caller, Receipt
from brygga.connectors.sendgrid.schema import Batch
from brygga.model import BryggaError, Fault, OutcomeUnknown, Rejected, Retryable
from brygga.wire.call import Answer

TOO_MANY = 429
ACCEPTED = 202
DOWN = frozenset({500, 502, 503})
LONGEST_WAIT_S = 3_600.0


async def hand_over(
    wire: Caller, batches: Sequence[Batch], *, accepted: frozenset[int], now: datetime
) -> Receipt:
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
            told = _accepted(answer, accepted, now=now)
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

    errors: list[dict[str, object]]


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
        "SendGrid says that it failed",
        code="provider_failed",
        sv="SendGrid svarar fel just nu. Mejlet togs inte emot. Vi försöker igen.",
        fault=Fault.PROVIDER,
        status=answer.status,
    )


def _accepted(answer: Answer, accepted: frozenset[int], *, now: datetime) -> str:
    """The provider's id of the message, which no specification promises. Raises Retryable on 429
    with the time its headers give, OutcomeUnknown on a success that is not the one promised."""
    if answer.status == TOO_MANY:
        raise Retryable(
            "SendGrid asks us to wait",
            code="asked_to_wait",
            sv="SendGrid bad oss vänta. Vi försöker igen. Du behöver inte göra något.",
            fault=Fault.OURS,
            status=TOO_MANY,
            after_s=wait_s(answer, now=now),
        )
    _demand_no_refusal(answer)
    if answer.status not in accepted or answer.body.strip() not in (b"", b"{}"):
        raise OutcomeUnknown(
            f"SendGrid answered {answer.status} with something that is no receipt",
            code="odd_answer",
            sv="SendGrid svarade något oväntat på ett mejl. Det kan ha skickats. Se efter hos SendGrid.",
            fault=Fault.PROVIDER,
            status=answer.status,
        )
    return answer.headers.get("x-message-id", "")


def wait_s(answer: Answer, *, now: datetime) -> float | None:
    """Seconds until `X-RateLimit-Reset` (Unix seconds), or `Retry-After`; None when neither can be read."""
    for name, base in (("retry-after", 0.0), ("x-ratelimit-reset", now.timestamp())):
        try:
            seconds = float(answer.headers[name]) - base
        except (KeyError, ValueError):
            continue
        if math.isfinite(seconds):
            return min(max(0.0, seconds), LONGEST_WAIT_S)
    return None
