"""Publish: one home brought up to date at one receiver, step by step, each step remembered.

The flow plans from the newest state each time round, so a change that comes meanwhile is
taken along, and it ends when the receiver's connector has nothing more to do. Before a step
whose repeat is not safe, "I am doing this" is written down; found again after a crash it
means: ask the receiver first.
"""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.connectors.abilities import Publication, Step, StepResult
from brygga.hub.crosschecking import for_preflight
from brygga.hub.crosschecking import remarks as crosschecked
from brygga.hub.durable import FlowContext
from brygga.hub.pictures import prepare
from brygga.hub.publication import gather
from brygga.hub.services import Services
from brygga.hub.trouble import note_fate
from brygga.model import BryggaError, OutcomeUnknown, Retryable
from brygga.store import Event
from brygga.wire.call import Repeat

MOST_TURNS = 25
LONGEST_SLEEP_S = 15.0
"""A longer wait is not slept in the flow: the outbox row waits instead."""


class Publish:
    """The flow. `key` is `<receiver>|estate|<estate id>`; one at a time per key."""

    name = "publish"

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Bring the receiver up to date; `wanted` is the newest outbox row this answers for."""
        target, _, estate_id = key.split("|", 2)
        try:
            again_s = await self._turns(ctx, target, estate_id)
        except BryggaError as error:
            facts = error.facts() | {"kind": error.kind, "message": error.message}
            return await ctx.step("trouble", self._trouble, target, estate_id, wanted, facts)
        return await ctx.step("settle", self._settle, target, estate_id, wanted, again_s)

    async def _turns(self, ctx: FlowContext, target: str, estate_id: str) -> float | None:
        """Plan and do until nothing is left. Gives seconds if the receiver is to be asked later."""
        await ctx.step("pictures", self._pictures, target, estate_id, attempts=3)
        for turn in range(MOST_TURNS):
            steps = await ctx.step(f"plan.{turn}", self._plan, target, estate_id)
            if not steps:
                return None
            first = steps[0]
            again_s = await ctx.step(
                f"do.{turn}.{first['name']}", self._do, target, estate_id, first, attempts=3
            )
            if again_s is not None and again_s > LONGEST_SLEEP_S:
                return float(again_s)
            if again_s is not None:
                await ctx.sleep(float(again_s))
        return LONGEST_SLEEP_S

    async def _pictures(self, target: str, estate_id: str) -> int:
        state = await self._state(target, estate_id)
        publication = await asyncio.to_thread(gather, self._s, estate_id, state)
        if publication.wish in {"gone", "sold"}:
            return 0
        return await prepare(self._s, publication.estate)

    async def _plan(self, target: str, estate_id: str) -> list[dict[str, str]]:
        """What is left to do, after the check before publishing; nothing when the check stops it."""
        state = await self._state(target, estate_id)
        publication = await asyncio.to_thread(gather, self._s, estate_id, state)
        connector = self._s.connections.live(target).connector
        remote = state.get("remote", {})
        remarks = connector.preflight(publication, remote)
        remarks += for_preflight(await crosschecked(self._s, estate_id))
        stops = [r for r in remarks if r.stops]
        kept = {"remarks": [_remark(r) for r in remarks], "wished": publication.wish}
        await self._keep(target, estate_id, kept | {"blocked": bool(stops)})
        if stops:
            await self._tell_blocked(target, estate_id, state, [r.code for r in stops])
            return []
        steps: list[Step] = connector.steps(publication, remote)
        return [{"name": s.name, "repeat": s.repeat.value, "sv": s.sv, "scope": s.scope} for s in steps]

    async def _do(self, target: str, estate_id: str, step: dict[str, str]) -> float | None:
        """One step, kept before the next. A doubtful one is looked up before it is done again."""
        state = await self._state(target, estate_id)
        publication = await asyncio.to_thread(gather, self._s, estate_id, state)
        begun = self._s.now()
        async with self._s.alone(f"{target}|{step['scope']}" if step["scope"] else ""):
            result = await self._run(target, estate_id, step, publication, state)
        remote = {**state.get("remote", {}), **result.state}
        await self._keep(target, estate_id, {"remote": remote, "doing": "", "look_again": False})
        took_ms = int((self._s.now() - begun).total_seconds() * 1000)
        await self._tell(target, estate_id, f"publish.{step['name']}", "ok", {"sv": step["sv"]}, took_ms)
        return result.again_after_s

    async def _run(
        self,
        target: str,
        estate_id: str,
        step: dict[str, str],
        publication: Publication,
        state: dict[str, Any],
    ) -> StepResult:
        connector = self._s.connections.live(target).connector
        name, remote = step["name"], state.get("remote", {})
        unsafe = Repeat(step["repeat"]) in {Repeat.READBACK, Repeat.NONE}
        if unsafe and state.get("doing") == name:
            found = await connector.read_back(name, publication, remote)
            if found is not None:
                return found  # type: ignore[no-any-return]  # the protocol says StepResult
        if unsafe:
            await self._keep(target, estate_id, {"doing": name})
        try:
            return await connector.run(name, publication, remote)  # type: ignore[no-any-return]  # as above
        except OutcomeUnknown as doubt:
            found = await connector.read_back(name, publication, remote)
            if found is None:
                raise Retryable(
                    f"{name} certainly did not arrive; trying again.",
                    connection=target,
                    operation=name,
                ) from doubt
            return found  # type: ignore[no-any-return]  # as above

    async def _settle(
        self, target: str, estate_id: str, wanted: int, again_s: float | None
    ) -> dict[str, Any]:
        """Close the outbox rows this run answered for, tell who should know, or ask again later."""
        state = await self._state(target, estate_id)
        status = str(state.get("remote", {}).get("status", ""))
        from brygga.hub.flows.announce import announce  # templates and PDF: not for every start

        await announce(self._s, target, estate_id, state)
        result = {"status": status, "blocked": bool(state.get("blocked"))}
        for code in ("rejected_item", "unreachable"):
            subject = f"estate|{estate_id}" if code == "rejected_item" else ""
            await asyncio.to_thread(self._s.store.repair_close, code, target, subject, self._s.now(), "hub")
        await asyncio.to_thread(
            self._s.store.outbox_settle,
            (target, "publish", "estate", estate_id),
            wanted,
            now=self._s.now(),
            again_s=again_s,
            result=result,
        )
        return result

    async def _trouble(
        self, target: str, estate_id: str, wanted: int, facts: dict[str, Any]
    ) -> dict[str, Any]:
        group = (target, "publish", "estate", estate_id)
        fate = await asyncio.to_thread(note_fate, self._s, group, wanted, facts)
        return {"status": "failed", "fate": fate}

    async def _state(self, target: str, estate_id: str) -> dict[str, Any]:
        return await asyncio.to_thread(self._s.store.link_get, "estate", estate_id, target) or {}

    async def _keep(self, target: str, estate_id: str, patch: dict[str, Any]) -> None:
        await asyncio.to_thread(self._s.store.link_merge, "estate", estate_id, target, patch, self._s.now())

    async def _tell_blocked(
        self, target: str, estate_id: str, state: dict[str, Any], codes: list[str]
    ) -> None:
        before = [r["code"] for r in state.get("remarks", []) if r.get("stops")]
        if not state.get("blocked") or before != codes:
            await self._tell(target, estate_id, "publish.blocked", "bad", {"codes": codes}, None)

    async def _tell(
        self,
        target: str,
        estate_id: str,
        what: str,
        level: str,
        facts: dict[str, Any],
        took_ms: int | None,
    ) -> None:
        event = Event(
            at=self._s.now(),
            connection=target,
            kind="estate",
            id=estate_id,
            what=what,
            level=level,
            facts=facts,
            took_ms=took_ms,
        )
        await asyncio.to_thread(self._s.store.event_add, [event])


def _remark(remark: Any) -> dict[str, Any]:
    return {"code": remark.code, "sv": remark.sv, "stops": remark.stops, "field": remark.field}
