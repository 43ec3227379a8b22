"""Rows of tables as owners, mortgages, rights, holders …: one builder per kind of row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from brygga.extracts import kinds, parties
from brygga.extracts.facts import (
    Acquisition,
    Address,
    Fact,
    FormerDesignation,
    Holder,
    JointFacility,
    Measure,
    Mortgage,
    Origin,
    Owner,
    Place,
    Plan,
    Pledge,
    Right,
    TaxOwner,
)
from brygga.extracts.figures import amounts
from brygga.extracts.fold import fold
from brygga.extracts.page import BROKEN, Cell, joined
from brygga.extracts.rows import Row
from brygga.swedish import NotUnderstood

_FREE = frozenset({"text", "address", "designation", "full_designation", "district", "loose_designation"})
_SHORT = 8  # characters: one word, no blank that could be lost


class Doubt(msgspec.Struct, frozen=True):
    """What is known of the file's quality. `glued`: it drops blanks, so free words are not sure."""

    glued: bool = False

    def about(self, fact: Fact[Any], kind: str) -> Fact[Any]:
        """The same fact, not sure when its blanks may be lost or a line's end may have put a hyphen in."""
        if BROKEN in fact.text:
            return _mended(fact)
        if not self.glued or kind not in _FREE or len(fact.text) <= _SHORT or kinds.is_phrase(fact.text):
            return fact
        return msgspec.structs.replace(fact, sure=False, remark=fact.remark or "spaces_restored")

    def words(self, raw: str, place: Place) -> Fact[str]:
        """Free words as a fact."""
        try:
            read = kinds.text(raw)
        except NotUnderstood as error:
            return Fact[str](value=None, text=raw, place=place, sure=False, remark=error.code)
        fact = Fact[str](value=read.value, text=raw, place=place, sure=read.sure, remark=read.remark)
        return self.about(fact, "text")


def _mended(fact: Fact[Any]) -> Fact[Any]:
    value = fact.value
    if isinstance(value, str):
        value = value.replace(f"-{BROKEN}", "")
    elif isinstance(value, Address):
        street, town = (text.replace(f"-{BROKEN}", "") for text in (value.street, value.town))
        value = Address(street=street, postcode=value.postcode, town=town)
    text = fact.text.replace(BROKEN, "")
    return Fact[Any](value=value, text=text, place=fact.place, sure=False, remark="ambiguous")


def fact_of(row: Row, group: str, kind: str, doubt: Doubt) -> Fact[Any] | None:
    """A group as a fact; None when the row has nothing there."""
    raw = row.text(group)
    if not raw:
        return None
    place = row.place(group)
    try:
        read = kinds.KINDS[kind](raw)
    except NotUnderstood as error:
        return Fact[Any](value=None, text=raw, place=place, sure=False, remark=error.code)
    fact = Fact[Any](value=read.value, text=raw, place=place, sure=read.sure, remark=read.remark)
    return in_doubt(doubt.about(fact, kind)) if row.doubtful else doubt.about(fact, kind)


def in_doubt(fact: Fact[Any]) -> Fact[Any]:
    """The same, not sure, because its row may not be whole."""
    return msgspec.structs.replace(fact, sure=False, remark=fact.remark or "ambiguous")


def _owners(rows: Sequence[Row], doubt: Doubt) -> tuple[list[Any], list[str]]:
    """Owner rows, each followed by its acquisitions."""
    owners: list[Owner] = []
    left: list[str] = []
    lost = False  # an owner's row may have been among lines that were not understood
    for row in rows:
        lost = row.pattern == 1 and (lost or row.doubtful)
        row.doubtful = row.doubtful or lost
        if row.pattern == 0:
            owners.append(_owner(row, doubt))
        elif owners:
            owners[-1].acquisitions.append(_acquisition(row, doubt))
        else:
            left.append(row.text("kind"))
    return owners, left


def _owner(row: Row, doubt: Doubt) -> Owner:
    whole, lost = _who(row)
    row.doubtful = row.doubtful or lost
    who = parties.party(whole, row.place("who"))
    for name in ("name", "address"):
        if who.get(name) is not None:
            who[name] = doubt.about(who[name], "address")
    if row.doubtful:
        who |= {name: in_doubt(who[name]) for name in ("name", "identity", "address") if name in who}
    return Owner(
        title="ownership" if row.text("title").casefold().startswith("lagf") else "site_leasehold",
        document_kind=fact_of(row, "title", "text", doubt),
        share=fact_of(row, "share", "share", doubt),
        registered_on=fact_of(row, "registered_on", "date", doubt),
        act=fact_of(row, "act", "act", doubt),
        **who,
    )


def _who(row: Row) -> tuple[str, bool]:
    """The party's cell, and whether words behind the row may belong to it.

    A town that the text put behind the row belongs after its postcode; where a town stands there
    already, nobody can tell whether the words go on with it.
    """
    who, tail = row.text("who"), row.text("tail")
    if not tail:
        return who, False
    return f"{who} {tail}", re.search(r"\d{3} ?\d{2}$", who) is None


def _acquisition(row: Row, doubt: Doubt) -> Acquisition:
    kind = fact_of(row, "kind", "text", doubt)
    return Acquisition(
        acquired_on=fact_of(row, "acquired_on", "date", doubt),
        amount_kr=fact_of(row, "amount_kr", "money", doubt),
        share=fact_of(row, "share", "share", doubt),
        kind=kind,
        decision=fact_of(row, "decision", "text", doubt),
        registered_on=fact_of(row, "registered_on", "date", doubt),
        act=fact_of(row, "act", "act", doubt),
        concerns_other_property=kind is not None
        and kind.sure
        and "avserävenannanfastighet" in fold(kind.text),
    )


def _mortgages(rows: Sequence[Row], doubt: Doubt) -> tuple[list[Any], list[str]]:
    """The running total tells the two figures of a row apart, and whether they were read right."""
    mortgages: list[Mortgage] = []
    left: list[str] = []
    total_before: int | None = 0
    for row in rows:
        amount, total = amounts(row, total_before)
        total_before = total.value if total is not None and total.sure else None
        remark = row.text("remark")
        behind = row.text("after")
        joint = fold("Belastar även") in fold(remark)
        with_others = _others(row, doubt) if joint else []
        if behind and not with_others:
            left.append(behind)
        mortgages.append(
            Mortgage(
                number=fact_of(row, "number", "whole", doubt),
                equal_rank=fact_of(row, "equal_rank", "text", doubt),
                amount_kr=amount,
                running_total_kr=total,
                kind=fact_of(row, "kind", "text", doubt),
                remark=_remark(row, doubt, joint=joint),
                joint=joint,
                joint_with=with_others,
                registered_on=fact_of(row, "registered_on", "date", doubt),
                act=fact_of(row, "act", "act", doubt),
            )
        )
    return mortgages, left


def _remark(row: Row, doubt: Doubt, *, joint: bool) -> Fact[str] | None:
    """The remark without the designations that may stand in the same cell: those are `joint_with`."""
    whole: Fact[str] | None = fact_of(row, "remark", "text", doubt)
    if whole is None or not joint:
        return whole
    printed = whole.text[: len("Belastar även")] if whole.text.isupper() else "Belastar även"
    return Fact[str](value=printed, text=whole.text, place=whole.place)


def _others(row: Row, doubt: Doubt) -> list[Fact[str]]:
    """The designations after *Belastar även*, beside it or on the lines below."""
    beside = re.sub(r"^Belastar ?även:? ?", "", row.text("remark"), flags=re.IGNORECASE)
    group = "after" if row.text("after") else "remark"
    found: list[Fact[str]] = []
    for part in re.split(r"[,;]", joined([piece for piece in (beside, row.text("after")) if piece])):
        if kinds.understood("designation", part.strip()):
            read = kinds.designation(part.strip())
            place = row.place(group)
            fact = Fact[str](value=read.value, text=part, place=place, sure=read.sure, remark=read.remark)
            whole = kinds.understood("full_designation", part.strip())
            fact = doubt.about(fact, "designation")
            found.append(fact if whole else in_doubt(fact))
    return found


def _rights(rows: Sequence[Row], doubt: Doubt) -> tuple[list[Any], list[str]]:
    return [
        Right(
            number=fact_of(row, "number", "whole", doubt),
            kind=fact_of(row, "kind", "text", doubt),
            purpose=fact_of(row, "purpose", "text", doubt),
            side=_side(row.text("side")),
            registered_on=fact_of(row, "registered_on", "date", doubt),
            act=fact_of(row, "act", "act", doubt),
        )
        for row in rows
    ], []


def _side(word: str) -> Any:
    return {"förmån": "benefit", "last": "burden"}.get(word.lower(), "")


def _holders(rows: Sequence[Row], doubt: Doubt) -> tuple[list[Any], list[str]]:
    holders = []
    for row in rows:
        together = ", ".join(part for part in (row.text("name"), row.text("identity")) if part)
        who = parties.party(together, row.place("name"))
        if who.get("name") is not None:
            who["name"] = doubt.about(who["name"], "text")
        if who.get("identity") is not None:
            who["identity"] = msgspec.structs.replace(who["identity"], place=row.place("identity"))
        holders.append(Holder(share_percent=fact_of(row, "share_percent", "percent", doubt), **who))
    return holders, []


def _tax_owners(rows: Sequence[Row], doubt: Doubt) -> tuple[list[Any], list[str]]:
    owners = []
    for row in rows:
        who = parties.party(row.text("who"), row.place("who"))
        who.pop("address", None)
        if who.get("name") is not None:
            who["name"] = doubt.about(who["name"], "text")
        owners.append(TaxOwner(share=fact_of(row, "share", "share", doubt), **who))
    return owners, []


def plain_rows(kind: type[Any], value_kinds: dict[str, str]) -> Callable[..., tuple[list[Any], list[str]]]:
    """A builder for rows whose groups are the fields of a struct."""

    def build(rows: Sequence[Row], doubt: Doubt) -> tuple[list[Any], list[str]]:
        items = []
        for row in rows:
            found = {name: fact_of(row, name, value_kinds[name], doubt) for name in value_kinds}
            items.append(kind(**found))
        return items, []

    return build


def pledge(cell: Cell, doubt: Doubt) -> Pledge:
    """A line of the pledge register, with the amount and date that it states clearly."""
    day = re.search(kinds.DATE, cell.text)
    money = re.search(rf"(?<![\d-]){kinds.MONEY}(?= ?kr\b)", cell.text)
    return Pledge(
        text=doubt.words(cell.text, cell.place),
        amount_kr=_cut(money, "money", cell),
        noted_on=_cut(day, "date", cell),
    )


def _cut(found: re.Match[str] | None, kind: str, cell: Cell) -> Fact[Any] | None:
    if found is None or not kinds.understood(kind, found[0]):
        return None
    return Fact[Any](value=kinds.KINDS[kind](found[0]).value, text=found[0], place=cell.place)


BUILDERS: dict[str, Callable[[Sequence[Row], Doubt], tuple[list[Any], list[str]]]] = {
    "owner": _owners,
    "mortgage": _mortgages,
    "right": _rights,
    "holder": _holders,
    "tax_owner": _tax_owners,
    "plan": plain_rows(Plan, {"kind": "text", "name": "text", "decided_on": "date", "act": "act"}),
    "joint_facility": plain_rows(
        JointFacility, {"designation": "designation", "purpose": "text", "share": "joint_share"}
    ),
    "origin": plain_rows(Origin, {"designation": "designation"}),
    "former_designation": plain_rows(
        FormerDesignation, {"designation": "designation", "until": "date", "act": "act"}
    ),
    "measure": plain_rows(Measure, {"kind": "text", "decided_on": "date", "act": "act"}),
}
