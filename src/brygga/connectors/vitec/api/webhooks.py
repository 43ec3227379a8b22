"""Vitec's notifications → notices (CONTRACT.md §8). Unsigned, without id or time: a hint to look.

The same values come as URL parameters and as JSON; a body that says nothing is filled from the
parameters. Spellings of older copies of the contract are read too: `subType`,
`EstateContactBuyer`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from brygga.connectors.abilities import Notice
from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.connectors.vitec.mapping.relations import Part, everything_of, part_word
from brygga.model import Invalid

_KINDS = {
    "Estate": "estate",
    "Project": "project",
    "User": "agent",
    "Office": "office",
    "Contact": "contact",
    "Area": "area",
    "Meeting": "meeting",
}
_EVENTS = {"Update": "update", "Remove": "remove", "Merge": "merge"}
_MOST_MERGED = 1_000
_ABOUT = {
    **dict.fromkeys(words.TYPES, "estate"),
    **dict.fromkeys(("Person", "Company", "DeceasedEstate", "Association", "Contact"), "contact"),
    "User": "agent",
}
"""What a related record is, by the word in `relType`; not `Estate`: a home, or a dead person's (§11)."""


def notices(body: bytes, query: Iterable[tuple[str, str]], customer_id: str) -> list[Notice]:
    """What a request asks us to look at: nothing, one record, or (a merge) a contact and its relations.

    Nothing: another customer's event, or a type that this connector does not know. Raises Invalid
    when it is no notification of Vitec's.
    """
    facts = _facts(body, query)
    kind, event = str(facts.get("type") or ""), str(facts.get("event") or "")
    if not kind or not event:
        raise _invalid("The notification has no type or event.")
    if not _ours(facts, customer_id):
        return []
    word = _EVENTS.get(event, "")
    if kind == "Merge" or word == "merge":
        return _merge(facts)
    found = _read(kind, word, facts)
    return [] if found is None else [found]


def _facts(body: bytes, query: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Members in one spelling; the body goes before the parameters."""
    merged = {_spelling(name): value for name, value in query}
    merged.update({_spelling(k): v for k, v in _object(body, bool(merged)).items() if v is not None})
    return merged


def _object(body: bytes, has_query: bool) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body) if body.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if has_query:
            return {}
        raise _invalid("The notification is not JSON.") from error
    if type(value) is not dict:
        raise _invalid("The notification is not a JSON object.")
    return value


def _spelling(name: str) -> str:
    return "subtype" if name.lower() == "subtype" else name


def _ours(facts: dict[str, Any], customer_id: str) -> bool:
    """One receiver may be told of a whole chain; only our customer's events are ours."""
    named = [facts.get(name) for name in ("customerId", "chainId", "tenantId")]
    return not customer_id or named[0] is None or customer_id in named


def _read(kind: str, event: str, facts: dict[str, Any]) -> Notice | None:
    if not event:
        return None
    if kind == "EstateContact":
        return _relation(event, facts)
    if kind == "OfficeEstateAgent":
        return _agent_of(facts)
    if kind == "IncomingLead":
        return _lead(facts)
    if kind == "Note":
        return _note(event, facts)
    if kind in _KINDS:
        return _record(_KINDS[kind], event, facts)
    return None


def _record(kind: str, event: str, facts: dict[str, Any]) -> Notice:
    told = {"subtype": _text(facts.get("subtype"))}
    if kind == "contact":
        told["contact_kind"] = words.CONTACT_KINDS.get(told["subtype"], "")
    data = facts.get("data")
    if type(data) is dict and type(data.get("status")) is str:
        told["status"] = words.status(data["status"][:100])
    return Notice(
        event=event, kind=kind, source_id=_id(facts, "id"), facts={k: v for k, v in told.items() if v}
    )


def _merge(facts: dict[str, Any]) -> list[Notice]:
    """`sourceIds` ceased to be; `destinationId` lives on, with their relations: all is asked for anew."""
    sources = facts.get("sourceIds")
    gone = tuple(one for one in sources[:_MOST_MERGED] if is_id(one)) if type(sources) is list else ()
    name = "destinationId" if facts.get("destinationId") else "id"
    contact = _id(facts, name)
    gone = tuple(one for one in gone if one != contact)  # the one that lives on is never removed
    told = {"subtype": _text(facts.get("subtype"))}
    return [
        Notice(event="merge", kind="contact", source_id=contact, merged_ids=gone, facts=told),
        Notice(event="update", kind="relation", source_id=everything_of(contact)),
    ]


def _relation(event: str, facts: dict[str, Any]) -> Notice:
    """A contact's part in an estate: keyed by estate, contact and part (and viewing)."""
    part = Part(
        estate=_id(facts, "relId1"),
        contact=_id(facts, "relId2"),
        part=part_word(_text(facts.get("subtype"))),
        viewing=facts["relId3"] if is_id(facts.get("relId3")) else "",
    )
    told = {"estate": part.estate, "contact": part.contact}
    if part.viewing:
        told["viewing"] = part.viewing
    if is_id(facts.get("id")):
        told["participant"] = facts["id"]
    told["role"] = words.ROLES.get(part.part, part.part)
    return Notice(
        event="relation" if event == "update" else event, kind="relation", source_id=part.key, facts=told
    )


def _agent_of(facts: dict[str, Any]) -> Notice | None:
    """An agent came to or left an office: look at the agent again."""
    for number in ("1", "2", "3"):
        if facts.get(f"relType{number}") == "User":
            return Notice(event="update", kind="agent", source_id=_id(facts, f"relId{number}"))
    return None


def _note(event: str, facts: dict[str, Any]) -> Notice:
    """A note was written or went. Notes are not kept, and one alone cannot be asked for: it is only told."""
    told = {"note": _id(facts, "id"), "subtype": _text(facts.get("subtype")), "event": event}
    for number in ("1", "2", "3"):
        about = _ABOUT.get(_text(facts.get(f"relType{number}")))
        if about and is_id(facts.get(f"relId{number}")):
            told[about] = str(facts[f"relId{number}"])
    return Notice(event="status", kind="note", source_id="", facts={k: v for k, v in told.items() if v})


def _lead(facts: dict[str, Any]) -> Notice:
    """What became of a lead that we sent. There is no record to fetch, so no source id."""
    data = facts.get("data")
    told = {"lead": _id(facts, "id")}
    if type(data) is dict:
        told |= {name: _text(data.get(name)) for name in ("cause", "partnerId", "externalId")}
    return Notice(event="status", kind="lead", source_id="", facts={k: v for k, v in told.items() if v})


def _id(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    if not is_id(value):
        raise _invalid(f"The notification has no usable {name}.")
    return str(value)


def _text(value: Any) -> str:
    """A short word, or nothing."""
    return value if type(value) is str and len(value) <= 100 and value.isprintable() else ""


def _invalid(message: str) -> Invalid:
    return Invalid(message, code="not_a_notice", sv="Det som kom in var inte en händelse från Vitec.")
