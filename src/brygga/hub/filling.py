"""Fill-in: what an extract could put into a home's record, field by field, and doing it on a person's word.

`propose` changes nothing. `apply` writes the chosen fields through the connection that owns the
home (ability `write`), stores what came back, and says in the audit trail and the timeline who did
it and why. Where that connection cannot change a home, it says so and lists what to type in.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
from collections.abc import Collection
from typing import Any, Final

import msgspec

from brygga.connectors import manifest as manifests
from brygga.connectors.abilities import Draft, RawRecord, Ref, Writable, Written
from brygga.extracts.facts import Document, Place
from brygga.hub.connections import Live
from brygga.hub.field_paths import value_at, with_fields
from brygga.hub.fill_table import Offer, another_property, offers
from brygga.hub.flows.fetching import take_in
from brygga.hub.hub import Hub
from brygga.hub.routing import effects
from brygga.model import BryggaError, Estate, Invalid, Rejected, Unsupported, marks_of
from brygga.store import Batch, Event, Incoming, StoredRow

WRITE: Final = "write"
LONGEST_WHY: Final = 500


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field that could change. `term` is its Swedish name; `place` where in `file` the value stands.

    `sure`: read for certain, so ticked from the start. An unsure one is shown and left unticked.
    `text` is what the extract says, in its own letters.
    """

    field: str
    term: str
    old: Any
    new: Any
    text: str
    file: str
    place: Place
    sure: bool
    remark: str = ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What could be filled in. `version` is that of the record it was made for.

    `connection` owns the home; `can_write` says whether it takes these fields, `sv` why not.
    """

    estate_id: str
    connection: str
    version: int
    file: str
    changes: list[Change]
    can_write: bool
    sv: str = ""

    @property
    def ticked(self) -> list[str]:
        """The fields that are ticked from the start."""
        return [change.field for change in self.changes if change.sure]


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: the fields that were written, and those that did not come back as written."""

    estate_id: str
    fields: list[str]
    differing: list[str] = []
    sv: str = ""


def propose(hub: Hub, extract: Document, estate_id: str, *, file: str = "") -> Proposal:
    """What the extract says that the record does not, in the order of the record's fields.

    Pure but for reading the store. Raises Invalid when there is no such home.
    """
    row = _row(hub, estate_id)
    estate = row.record
    assert isinstance(estate, Estate)  # noqa: S101 – a row of kind estate holds one; said for the type checker
    live = _live(hub, row.connection)
    doubt = another_property(extract, estate, hub.services.now())
    changes = [_change(offer, estate, file, doubt) for offer in offers(extract, estate)]
    changes = [change for change in changes if not same(change.old, change.new)]
    able = _writable(live) if live is not None else None
    lacking = [change.field for change in changes if not _takes(able, change.field)]
    return Proposal(
        estate_id=estate_id,
        connection=row.connection,
        version=row.version,
        file=file,
        changes=changes,
        can_write=bool(able) and len(lacking) < len(changes) if changes else bool(able),
        sv=" ".join(filter(None, (doubt, _cannot(_title(hub, row.connection), able, lacking, changes)))),
    )


async def apply(hub: Hub, proposal: Proposal, chosen: Collection[str], by: str, why: str) -> Filled:
    """Write the chosen fields at the owner of the home, store what it answered, and say who and why.

    Raises Invalid (no reason, nothing chosen, a field that was not proposed, a record that changed
    meanwhile), Unsupported with the list to type in, and what the connection raises.
    """
    why = " ".join(why.split())[:LONGEST_WHY]
    picked = _picked(proposal, chosen, why)
    row = await asyncio.to_thread(_row, hub, proposal.estate_id)
    if row.version != proposal.version:
        raise Invalid(
            "The record has changed since the proposal was made.",
            code="changed_meanwhile",
            sv="Objektet har ändrats sedan förslaget gjordes. Titta på det en gång till.",
        )
    live = hub.connections.live(row.connection)
    _refuse_what_it_cannot(live, picked)
    wanted = with_fields(row, {change.field: change.new for change in picked})
    written = await _written(live, _draft(row, wanted, picked))
    await _store(hub, live, row, written, wanted)
    return await asyncio.to_thread(_told, hub, proposal, picked, wanted, by, why)


def same(old: Any, new: Any) -> bool:
    """Whether the two say the same: case, outer spaces and the order of a list do not matter."""
    if isinstance(old, str) and isinstance(new, str):
        return " ".join(old.split()).casefold() == " ".join(new.split()).casefold()
    if isinstance(old, list) and isinstance(new, list):
        return sorted(map(str.casefold, map(str, old))) == sorted(map(str.casefold, map(str, new)))
    return bool(old == new)


def _change(offer: Offer, estate: Estate, file: str, doubt: str) -> Change:
    mark = marks_of(Estate).get(offer.field.replace("[0]", "[]")) or marks_of(Estate).get(offer.field)
    return Change(
        field=offer.field,
        term=offer.term or (mark.sv if mark else offer.field),
        old=value_at(estate, offer.field),
        new=msgspec.to_builtins(offer.value),
        text=offer.fact.text,
        file=file,
        place=offer.fact.place,
        sure=offer.sure and not doubt,
        remark=offer.fact.remark or doubt,
    )


def _row(hub: Hub, estate_id: str) -> StoredRow:
    row = hub.store.row("estate", estate_id)
    if row is None or row.deleted_at is not None:
        raise Invalid(
            f"There is no object {estate_id}.", code="no_object", sv=f"Det finns inget objekt {estate_id}."
        )
    return row


def _picked(proposal: Proposal, chosen: Collection[str], why: str) -> list[Change]:
    if not why:
        raise Invalid("A reason is needed.", code="no_reason", sv="Skriv varför uppgifterna ändras.")
    picked = [change for change in proposal.changes if change.field in chosen]
    if not picked or len(picked) != len(set(chosen)):
        raise Invalid(
            "Choose among the proposed fields.", code="nothing_chosen", sv="Välj minst en av uppgifterna."
        )
    return picked


def _live(hub: Hub, connection: str) -> Live | None:
    """The home's connection; None when it cannot be opened, which must not keep anybody from looking."""
    try:
        return hub.connections.live(connection)
    except BryggaError:
        return None


def _title(hub: Hub, connection: str) -> str:
    """What people call the system; the connection's name when its connector is gone."""
    try:
        return manifests.load(hub.connections.get(connection).connector).title
    except BryggaError:
        return connection


def _writable(live: Live) -> Writable | None:
    if not live.can(WRITE):
        return None
    able: Writable | None = live.connector.writable().get("estate")
    return able if able is not None and able.update else None


def _takes(able: Writable | None, field: str) -> bool:
    """A path is taken by itself, by a part above it, or by `part.*`."""
    if able is None:
        return False
    plain = field.replace("[0]", "[]")
    return any(_covers(name.replace("[0]", "[]"), plain) for name in able.fields)


def _covers(name: str, path: str) -> bool:
    if name.endswith("*"):
        return path.startswith(name[:-1])
    return path == name or path.startswith((f"{name}.", f"{name}["))


def _cannot(title: str, able: Writable | None, lacking: list[str], changes: list[Change]) -> str:
    if able is None:
        return f"{title} kan inte ändras härifrån. Skriv in uppgifterna där för hand."
    terms = ", ".join(change.term for change in changes if change.field in lacking)
    return f"{title} tar inte emot: {terms}." if terms else ""


def _refuse_what_it_cannot(live: Live, picked: list[Change]) -> None:
    able = _writable(live)
    lacking = [change for change in picked if not _takes(able, change.field)]
    if not lacking:
        return
    listed = "; ".join(f"{change.term}: {_shown(change.new)}" for change in lacking)
    raise Unsupported(
        f"{live.name} cannot change {', '.join(change.field for change in lacking)} of a home.",
        code="cannot_fill_in",
        sv=f"{live.manifest.title} kan inte ändras härifrån. Skriv in för hand: {listed}.",
        connection=live.name,
        operation=WRITE,
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(str(inner) for inner in value.values())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _draft(row: StoredRow, wanted: Estate, picked: list[Change]) -> Draft:
    """The key is that of this very wish, so a repeat of it is the same wish."""
    facts = f"{row.id}|{row.version}|{[(c.field, c.new) for c in picked]}"
    before = row.record
    return Draft(
        op="update",
        kind="estate",
        record=wanted,
        key=f"fill-in|{hashlib.sha256(facts.encode()).hexdigest()[:32]}",
        source_id=row.source_id,
        fields=tuple(change.field for change in picked),
        before=before,
    )


async def _written(live: Live, draft: Draft) -> Written:
    outcomes = await live.connector.write([draft])
    outcome: Written | BryggaError | None = outcomes[0] if outcomes else None
    if isinstance(outcome, BryggaError):
        raise outcome
    if outcome is None:
        raise Rejected("the write gave no outcome", code="no_outcome", connection=live.name, operation=WRITE)
    return outcome


async def _store(hub: Hub, live: Live, row: StoredRow, written: Written, wanted: Estate) -> None:
    """What the owner shows now: as it answered, else asked for anew, else as it would come back."""
    raw: RawRecord | None = written.raw
    if raw is None and live.can("read"):
        raw = await live.connector.fetch(Ref(kind="estate", source_id=row.source_id))
    now = hub.services.now()
    if raw is not None:
        await asyncio.to_thread(take_in, hub.store, live, [raw], now=now)
    else:
        record = live.connector.as_seen(wanted)
        batch = Batch(connection=live.name, now=now, incoming=[Incoming(record=record)])
        follow = functools.partial(effects, published=hub.store.published_at)
        await asyncio.to_thread(hub.store.apply, batch, effects=follow)
    hub.wake()


def _told(hub: Hub, proposal: Proposal, picked: list[Change], wanted: Estate, by: str, why: str) -> Filled:
    """The audit trail and the timeline; and whether the owner kept what was written."""
    now = hub.store.get("estate", proposal.estate_id)
    fields = [change.field for change in picked]
    differing = (
        [f for f in fields if not same(value_at(now, f), value_at(wanted, f))]
        if isinstance(now, Estate)
        else fields
    )
    facts = {"fields": fields, "why": why, "file": proposal.file, "differing": differing, "by": by}
    at = hub.services.now()
    hub.store.audit_add(by, "estate.fill_in", proposal.estate_id, facts, at)
    event = Event(
        at=at,
        connection=proposal.connection,
        kind="estate",
        id=proposal.estate_id,
        what="fill_in",
        facts=facts,
    )
    hub.store.event_add([event])
    sv = f"{len(fields)} uppgifter är införda." if len(fields) != 1 else "Uppgiften är införd."
    if differing:
        sv += " Källan behöll inte allt som det skrevs."
    return Filled(estate_id=proposal.estate_id, fields=fields, differing=differing, sv=sv)
