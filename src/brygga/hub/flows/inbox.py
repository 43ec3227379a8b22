"""Inbox: webhooks that were committed and answered, now worked on.

A notice is a hint, never the truth: the record is fetched and what the source says is stored.
Many notices about one record become one fetch; the last one wins.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from brygga.connectors.abilities import Notice, Ref, WebhookRequest
from brygga.hub.clean import clean
from brygga.hub.connections import Live
from brygga.hub.durable import FlowContext
from brygga.hub.flows.fetching import fetch_all, take_in
from brygga.hub.routing import publish_row
from brygga.hub.services import Services
from brygga.hub.trouble import note_trouble
from brygga.model import BryggaError, Invalid, Mapped
from brygga.store import Event, InboxItem, canonical_id

PUBLICATION = "publication"
"""Kind of a notice from a receiver about a home of ours that it shows: look at it again there."""
MOST = 200
"""Webhooks per flow: large enough to merge a burst, small enough to finish in seconds."""
GIVE_UP_AFTER = 8
"""Tries before a webhook is set aside; the next catch-up finds its record anyway."""


class Work(msgspec.Struct, kw_only=True):
    """What a group of webhooks asks for, sorted out."""

    refs: dict[tuple[str, str], list[int]] = {}
    removed: list[tuple[str, str]] = []
    merged: dict[str, dict[str, str]] = {}
    made: list[Mapped] = []
    shown: list[str] = []
    bad: list[tuple[int, Invalid]] = []
    events: list[Event] = []


class Inbox:
    """The flow. `key` is the connection; one at a time per connection."""

    name = "inbox"

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Work through what waits for this connection: at least up to webhook number `wanted`, and what
        came since then, so that a burst is few flows and not one for each."""
        return await ctx.step("work", self._work, key)

    async def _work(self, connection: str) -> dict[str, Any]:
        store = self._s.store
        items = await asyncio.to_thread(store.inbox_new, connection, MOST)
        if not items:
            return {"done": 0, "failed": 0}
        live = self._s.connections.live(connection)
        work = sort_out(live, items)
        await asyncio.to_thread(self._look_again, connection, work.shown, items)
        for n, error in work.bad:
            await asyncio.to_thread(store.inbox_park, n, error.code, clean(error.sv), self._s.now())
        try:
            failed = await self._fetch_and_store(live, work)
        except BryggaError as error:
            await asyncio.to_thread(
                note_trouble, self._s, connection, error.kind, error.message, error.facts()
            )
            return {"done": 0, "failed": len(items)}
        self._s.wake()
        return await asyncio.to_thread(self._settle, items, work, failed)

    def _look_again(self, target: str, estate_ids: list[str], items: list[InboxItem]) -> None:
        """A receiver says that something happened to homes it shows: bring them up to date there."""
        now = self._s.now()
        for estate_id in sorted(set(estate_ids)):
            if self._s.store.link_get("estate", estate_id, target) is None:
                continue
            self._s.store.link_merge("estate", estate_id, target, {"look_again": True}, now)
            self._s.store.outbox_add([publish_row(estate_id, target, ask=f"told {items[-1].n}")])

    async def _fetch_and_store(self, live: Live, work: Work) -> dict[int, BryggaError]:
        """Gives the webhooks whose record could not be fetched, with the reason."""
        refs = [Ref(kind=kind, source_id=sid) for kind, sid in work.refs]
        got = await fetch_all(live, refs)
        gone = [(ref.kind, canonical_id(live.name, ref.source_id)) for ref in got.gone]
        for kind, merged in work.merged.items():
            await asyncio.to_thread(self._s.store.merged_note, kind, merged, self._s.now())
        await asyncio.to_thread(
            take_in,
            self._s.store,
            live,
            got.raws,
            now=self._s.now(),
            removed=[*gone, *work.removed],
            made=work.made,
            events=work.events,
        )
        return {n: error for ref, error in got.failed for n in work.refs[(ref.kind, ref.source_id)]}

    def _settle(self, items: list[InboxItem], work: Work, failed: dict[int, BryggaError]) -> dict[str, Any]:
        """Mark what is done; what failed waits for another try, or is set aside after many."""
        store, now = self._s.store, self._s.now()
        parked = {n for n, _ in work.bad}
        done = [item.n for item in items if item.n not in failed and item.n not in parked]
        store.inbox_done(done, now)
        for item in items:
            if item.n not in failed:
                continue
            error = failed[item.n]
            if item.attempts + 1 >= GIVE_UP_AFTER:
                store.inbox_park(item.n, error.code, clean(error.sv), now)
            else:
                store.inbox_failed(item.n, error.code, clean(error.sv))
        return {"done": len(done), "failed": len(failed)}


def sort_out(live: Live, items: list[InboxItem]) -> Work:
    """Webhooks → references to fetch (each once), removals and records made from notices alone."""
    work = Work()
    for item in items:
        request = WebhookRequest(
            headers=item.headers, body=item.body, query=item.query, received_at=item.received_at
        )
        try:
            notices = live.connector.notices(request)
        except Invalid as error:
            work.bad.append((item.n, error))
            continue
        for notice in notices:
            _add(live, notice, item, work)
    return work


def _add(live: Live, notice: Notice, item: InboxItem, work: Work) -> None:
    if notice.kind == PUBLICATION:
        work.shown.append(str(notice.facts.get("reference", "")))
        return
    for merged in notice.merged_ids:
        gone = canonical_id(live.name, merged)
        work.removed.append((notice.kind, gone))
        if notice.source_id:
            work.merged.setdefault(notice.kind, {})[gone] = canonical_id(live.name, notice.source_id)
    made = live.connector.from_notice(notice) if hasattr(live.connector, "from_notice") else None
    if made is not None:
        work.made.append(made)
    for kind, source_id in _to_fetch(live, notice, made):
        work.refs.setdefault((kind, source_id), []).append(item.n)
        _comes_back(work, (kind, canonical_id(live.name, source_id)))
    work.events.append(_event(live.name, notice, item))


def _comes_back(work: Work, record: tuple[str, str]) -> None:
    """A later notice about a record that an earlier one took away: asking for it tells which holds."""
    if record in work.removed:
        work.removed.remove(record)


def _to_fetch(live: Live, notice: Notice, made: Mapped | None) -> list[tuple[str, str]]:
    """The record itself; for one that the notice alone makes, those that it names and we follow."""
    if made is not None:
        return [(ref.kind, ref.source_id) for ref in live.connector.follow(made)]
    return [(notice.kind, notice.source_id)] if notice.source_id else []


def _event(connection: str, notice: Notice, item: InboxItem) -> Event:
    estate = str(notice.facts.get("estate") or "")
    kind, source_id = ("estate", estate) if estate else (notice.kind, notice.source_id)
    return Event(
        at=item.received_at,
        correlation_id=item.correlation_id,
        connection=connection,
        kind=kind,
        id=canonical_id(connection, source_id) if source_id else "",
        what="webhook",
        level="ok",
        facts={"event": notice.event},
    )
