"""Marks on the fields of the model: Swedish term, unit and data class.

Masking, retention, export, erasure and the record of processing are derived from these
marks (decision 8 of docs/design.md), so a field without a mark cannot be added: a test
looks for it.
"""

from __future__ import annotations

import functools
import typing
from enum import StrEnum

import msgspec


class DataClass(StrEnum):
    """Whose data a field is and which rule of keeping it follows.

    Periods and legal bases per class: docs/design.md, "Data classes".
    """

    OBJECT = "object"
    PHOTO = "photo"
    SELLER = "seller"
    BUYER = "buyer"
    BIDDER = "bidder"
    VISITOR = "visitor"
    PROFILE = "profile"
    MARKETING = "marketing"
    LEAD = "lead"
    KYC = "kyc"
    JOURNAL = "journal"
    CONTRACT = "contract"
    REGISTER = "register"
    MESSAGE = "message"
    CALENDAR = "calendar"
    CREDENTIAL = "credential"
    RAW = "raw"
    STAFF = "staff"
    COMPANY = "company"
    TECHNICAL = "technical"


class Mark(msgspec.Struct, frozen=True):
    """What a field means: `sv` is the Swedish term, `unit` as in SI or `kr`, `kr/month`.

    `personal` fields are masked for viewers without rights and never logged.
    """

    sv: str
    data: DataClass = DataClass.OBJECT
    unit: str = ""
    personal: bool = False


def mark(sv: str, data: DataClass = DataClass.OBJECT, *, unit: str = "", personal: bool = False) -> Mark:
    """Shorthand used in the model's annotations."""
    return Mark(sv, data, unit, personal)


@functools.cache
def marks_of(cls: type[msgspec.Struct]) -> dict[str, Mark]:
    """Field path → mark for a record type, nested parts as `part.field`, list parts as `part[].field`."""
    found: dict[str, Mark] = {}
    for name, hint in typing.get_type_hints(cls, include_extras=True).items():
        own = next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Mark)), None)
        if own is not None:
            found[name] = own
        part, many = _part_of(hint)
        if part is not None:
            step = f"{name}[]" if many else name
            found.update({f"{step}.{k}": v for k, v in marks_of(part).items()})
    return found


def _part_of(hint: typing.Any) -> tuple[type[msgspec.Struct] | None, bool]:
    """The Struct inside an annotation (`X`, `X | None`, `list[X]`), and whether it is a list."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint, False
    many = typing.get_origin(hint) is list
    for arg in typing.get_args(hint):
        part, inner_many = _part_of(arg)
        if part is not None:
            return part, many or inner_many
    return None, False
