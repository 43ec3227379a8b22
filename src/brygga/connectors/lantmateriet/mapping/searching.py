"""From what a person wrote to the register's own id: the search text, and which hit is the right one.

The free-text search gives neighbours too (with one hit wanted it may give a neighbour only), so
a hit counts only when its designation is the one asked for, letter for letter but for case.
A person is never searched for: only what reads as a property designation is sent.
Source: the contract, §3 (Registerbeteckning) and §1 (fastighetsregisterlagen: search keys).
"""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec

from brygga.connectors.lantmateriet.mapping.reading import Ledger, Members
from brygga.model import Fault, Invalid, Rejected
from brygga.swedish import designation
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import clean

MOST_NAMED: Final = 3


class Hit(msgspec.Struct, frozen=True):
    """A property in the register."""

    object_id: str
    designation: str


def search_text(asked: str) -> str:
    """The designation as it is sent. Raises Invalid when the text is none; the text is not quoted."""
    try:
        return designation.parse(asked).text
    except NotUnderstood as error:
        raise Invalid(
            f"not a property designation: {error.code}",
            code="not_a_designation",
            sv="Det är inte en fastighetsbeteckning. Skriv kommun, trakt och enhet, till exempel"
            " Uppsala Kvarngärdet 1:23. Personer går inte att söka på.",
            fault=Fault.OFFICE,
        ) from error


def exact(answer: Any, wanted: str) -> Hit:
    """The one hit that is `wanted`.

    Raises Rejected: `designation_not_found` (with how near the search came) and `several_exact`.
    """
    rows = answer if isinstance(answer, list) else [answer]
    hits = [hit for n, row in enumerate(rows) if (hit := _hit(row, n)) is not None]
    right = {hit.object_id: hit for hit in hits if _same(hit.designation, wanted)}
    if len(right) == 1:
        return next(iter(right.values()))
    if right:
        raise _rejected(
            "several_exact",
            f"{len(right)} different properties are called exactly that",
            f"Registret har {len(right)} fastigheter som heter precis så. Be Lantmäteriet reda ut det.",
        )
    near = [hit.designation for hit in hits][:MOST_NAMED]
    said = f" Närmast heter {', '.join(near)}." if near else ""
    raise _rejected(
        "designation_not_found",
        f"no property is called exactly that; {len(hits)} neighbours were refused",
        f"Ingen gällande fastighet heter {wanted}.{said} Kontrollera beteckningen.",
    )


def _hit(row: Any, number: int) -> Hit | None:
    """The property's id is `registerenhet`; `objektidentitet` may be a mark of the name (`ny-4014062`)."""
    members = Members(row, f"[{number}]", Ledger("registerbeteckning"))
    name, found = members.text("beteckning"), members.text("registerenhet")
    if not found and _is_uuid(own := members.text("objektidentitet")):
        found = own
    return Hit(found, name) if name and _is_uuid(found) else None


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _same(left: str, right: str) -> bool:
    return clean(left).upper() == clean(right).upper()


def _rejected(code: str, message: str, sv: str) -> Rejected:
    return Rejected(message, code=code, sv=sv, operation="registerbeteckning.search", fault=Fault.OFFICE)
