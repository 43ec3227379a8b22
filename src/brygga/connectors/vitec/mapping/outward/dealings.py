"""Bids and meetings as Vitec takes them. The members of a meeting are a guess that a setting renames."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from brygga.connectors.vitec.mapping.outward.limits import stated
from brygga.model import Bid, Invalid, Meeting, Unsupported

MEETINGS: Final = {"assignment": "Assignment", "comeback": "Comeback"}
"""Kind of meeting → the page that makes one; the others have no page (CONTRACT.md §3)."""


def bid(record: Bid) -> dict[str, Any]:
    """The body of a new bid; the amount is a text here (§11). Raises Invalid (`no_amount`)."""
    if not record.amount_kr or record.amount_kr < 0:
        raise Invalid(
            "amount_kr: a bid without an amount.",
            code="no_amount",
            sv="Budet har inget belopp. Inget skickades till Vitec.",
        )
    return stated(
        {
            "amount": str(record.amount_kr),
            "condition": record.condition,
            "isHidden": record.hidden,
            "identifiedBidder": record.identified,
        }
    )


def check_meeting(record: Meeting) -> None:
    """Raises Unsupported (`meeting_kind`) and Invalid (`no_start`, `wrong_way_round`)."""
    if record.kind not in MEETINGS:
        raise Unsupported(
            f"Vitec makes no meeting of the kind {record.kind or '(none)'}.",
            code="meeting_kind",
            sv="I Vitec går det bara att lägga upp uppdragsmöten och återbesök. Lägg in mötet för hand.",
        )
    if record.starts_at is None:
        raise Invalid("starts_at: a meeting without a time.", code="no_start", sv="Mötet har ingen tid.")
    if record.ends_at is not None and record.ends_at < record.starts_at:
        raise Invalid(
            "ends_at: before starts_at.", code="wrong_way_round", sv="Mötet slutar innan det har börjat."
        )


def meeting(record: Meeting, *, agent: str) -> dict[str, Any]:
    """The body of a new meeting."""
    return stated(
        {
            "userId": agent,
            "subject": record.subject,
            "startsAt": moment(record.starts_at),
            "endsAt": moment(record.ends_at),
            "location": record.place,
            "note": record.note,
        }
    )


def window(customer: str, first: datetime, last: datetime, kind: str) -> dict[str, Any]:
    """The question for meetings between two moments; without a kind it is answered with intake meetings."""
    return stated({"customerId": customer, "dateFrom": moment(first), "dateTo": moment(last), "type": kind})


def moment(value: datetime | None) -> str:
    """With an explicit offset, which Vitec honours (§6)."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value is not None else ""
