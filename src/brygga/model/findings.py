"""What was changed or refused when something from outside came in, and why.

A finding never holds the value itself when the field is personal: path, code and a short
Swedish text are enough to find it at its source.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from brygga.model.marks import DataClass as D
from brygga.model.marks import mark
from brygga.model.records import Record


class Severity(StrEnum):
    """How much was lost: a value trimmed, a value refused, or the whole record set aside."""

    CHANGED = "changed"
    REFUSED = "refused"
    PARKED = "parked"
    NOTED = "noted"


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One remark on one field (*datafynd*). `code` is stable; `sv` is for the broker."""

    path: Annotated[str, mark("fält", D.TECHNICAL)]
    code: Annotated[str, mark("fyndkod", D.TECHNICAL)]
    severity: Annotated[Severity, mark("följd", D.TECHNICAL)] = Severity.NOTED
    sv: Annotated[str, mark("förklaring", D.TECHNICAL)] = ""


class Mapped(msgspec.Struct, kw_only=True, gc=False):
    """What a mapping makes of one answer: records (the first is the one asked for) and findings.

    `complete_kinds`: for these kinds the records given are all there are under `owner_id`;
    the sync room tombstones the others that it holds.
    """

    records: list[Record]
    findings: list[Finding] = []
    owner_id: str = ""
    complete_kinds: tuple[str, ...] = ()
