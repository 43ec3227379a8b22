"""Owners and holders: a cell with name, number and address; persons who are protected stay so."""

from __future__ import annotations

from typing import Any

from brygga.extracts import kinds
from brygga.extracts.facts import Address, Fact, IdentityKind, Place
from brygga.extracts.fold import has_stray
from brygga.swedish import NotUnderstood


def party(raw: str, place: Place) -> dict[str, Any]:
    """`Testa Exempelsson, 19921021-2396, Testvägen 3, 114 18 Stockholm` as fields of a party.

    A protected person gives no number and no address, whatever else the cell holds. A number that
    is wrong keeps its text and the reason; it never rejects the rest.
    """
    if kinds.PROTECTED.search(raw):
        hidden = Fact[str](value=None, text="SKYDDAD PERSONUPPGIFT", place=place, remark="protected")
        return {"protected": True, "name": hidden}
    found = kinds.find_identity(raw)
    if found is None:
        return _without_number(raw, place)
    name = raw[: found.start()].strip(" ,")
    rest = raw[found.end() :].strip(" ,")
    fields: dict[str, Any] = number(found[0], place)
    if name:
        fields["name"] = name_fact(name, place)
    if rest and (where := address_fact(rest, place)):
        fields["address"] = where
    return fields


def _without_number(raw: str, place: Place) -> dict[str, Any]:
    """Up to the first comma is the name, when what follows is an address."""
    name, _, rest = raw.partition(",")
    where = address_fact(rest.strip(), place) if rest.strip() else None
    if where is not None:
        return {"name": name_fact(name.strip(), place), "address": where}
    return {"name": name_fact(raw.strip(" ,"), place)}


def number(raw: str, place: Place) -> dict[str, Any]:
    """Fields `identity` and `identity_kind`."""
    try:
        read, kind = kinds.identity(raw)
    except NotUnderstood as error:
        wrong = Fact[str](value=None, text=raw, place=place, sure=False, remark=error.code)
        return {"identity": wrong, "identity_kind": IdentityKind.NONE}
    return {"identity": Fact[str](value=read.value, text=raw, place=place), "identity_kind": kind}


def name_fact(raw: str, place: Place) -> Fact[str]:
    """A name; one without any blank, or with digits or odd signs, is not sure."""
    spaced, restored = kinds.spaced(raw)
    odd = any(c.isdigit() for c in raw) or has_stray(raw) or len(raw) > 120
    remark = "spaces_restored" if restored else "ambiguous" if odd else ""
    return Fact[str](value=spaced, text=raw, place=place, sure=not remark, remark=remark)


def address_fact(raw: str, place: Place) -> Fact[Address] | None:
    """An address, or None when the text is not one."""
    try:
        read = kinds.address(raw)
    except NotUnderstood:
        return None
    return Fact[Address](value=read.value, text=raw, place=place, sure=read.sure, remark=read.remark)
