"""Vitec's notifications: the body and the URL parameters of each. Source: contract §8."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from brygga.sandbox.hooks import Event
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.office import GROUP
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.words import NOTICE_STATUSES, PROJECT_NOTICE_STATUSES

SUBSCRIPTION: Final = "brygga-sandbox"
TENANT: Final = "T90000"
ONLY_IN_JSON: Final = frozenset({"data", "sourceIds", "destinationId"})


def event(
    kind: str, what: str, *, customer: str, record: str = "", subtype: str | None = None, **more: Any
) -> Event:
    """One notification. Members without a value are null in the JSON and left out of the URL.

    Without `record` the member `id` is missing (relations of buyers and sellers carry none).
    """
    body: Json = {"name": SUBSCRIPTION, "type": kind, "event": what, "customerId": customer}
    if record:
        body["id"] = record
    body |= {"subtype": subtype, **more, "chainId": GROUP, "tenantId": TENANT}
    query = tuple(
        (name, str(value)) for name, value in body.items() if value is not None and name not in ONLY_IN_JSON
    )
    return Event(body=msgspec.json.encode(body), query=query)


def estate_updated(row: Row, *, customer: str, tell_status: bool = True) -> Event:
    """An estate changed. The status word is the notifications' own and may be missing."""
    more = {"data": {"status": NOTICE_STATUSES.get(row.status, row.status)}} if tell_status else {}
    return event("Estate", "Update", customer=customer, record=row.id, subtype=row.type, **more)


def estate_removed(row: Row, *, customer: str) -> Event:
    """An estate left the website or ceased to be."""
    return event("Estate", "Remove", customer=customer, record=row.id, subtype=row.type)


def project_updated(identifier: str, status: str, *, customer: str) -> Event:
    """A project changed."""
    word = PROJECT_NOTICE_STATUSES.get(status, status)
    return event("Project", "Update", customer=customer, record=identifier, data={"status": word})


def record_updated(kind: str, identifier: str, *, customer: str) -> Event:
    """A user, office or area changed."""
    return event(kind, "Update", customer=customer, record=identifier)


def contact_updated(identifier: str, subtype: str, *, customer: str) -> Event:
    """A contact changed."""
    return event("Contact", "Update", customer=customer, record=identifier, subtype=subtype)


def contacts_merged(sources: list[str], destination: str, *, customer: str) -> Event:
    """Contacts became one; `id` is the one that remains."""
    return event(
        "Merge",
        "Merge",
        customer=customer,
        record=destination,
        subtype="Person",
        destinationId=destination,
        sourceIds=sources,
    )


def party(row: Row, contact: str, role: str, *, customer: str, contact_kind: str = "Person") -> Event:
    """A contact became seller, buyer, speculator … of an estate. Carries no id."""
    return event("EstateContact", "Update", customer=customer, subtype=role, relId1=row.id, relType1=row.type,
                 relId2=contact, relType2=contact_kind)  # fmt: skip  # one notice


def participant(
    row: Row, contact: str, viewing: str, identifier: str, *, customer: str, what: str = "Update"
) -> Event:
    """A contact booked a viewing, or cancelled (`Remove`). Has an id, and the viewing as third relation."""
    more = {"relId2": contact, "relType2": "Person", "relId3": viewing, "relType3": "Viewing"}
    return event(
        "EstateContact",
        what,
        customer=customer,
        record=identifier,
        subtype="ViewingParticipant",
        relId1=row.id,
        relType1=row.type,
        **more,
    )
