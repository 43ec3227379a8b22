"""Claims of several workers on one PostgreSQL, and the token that fences a former owner."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from brygga.hub.durable import DurableEngine, FlowContext, FlowQueue, FlowState
from brygga.hub.durable.claims import Claims, launch_id_for, launched_by
from brygga.hub.durable.database import FlowDatabase

NewEngine = Callable[..., DurableEngine]


@pytest.fixture(params=["postgres"])
def flows_url(postgres_flows: str) -> str:
    return postgres_flows


async def forever(ctx: FlowContext) -> None:
    await ctx.sleep(60)


async def test_several_claimers_never_exceed_the_total_nor_one_per_key(
    new_engine: NewEngine, flows_url: str
) -> None:
    waiting = FlowQueue("waiting", per_worker=50, total=7)
    engine = new_engine(queues=[waiting])
    engine.register("forever", forever)
    await engine.launch()
    assert engine._dispatcher is not None
    engine._dispatcher.halt()  # the test claims instead
    await engine._dispatcher.ended()
    for i in range(40):
        await engine.start("forever", {}, flow_id=f"f{i}", queue="waiting", partition=f"k{i % 20}")
    pool = FlowDatabase.parse(flows_url).open()
    claimers = [
        Claims(pool, schema="brygga_flows", launch_id=launch_id_for(f"c{i}"), names=["forever"])
        for i in range(4)
    ]
    taken: list[str] = []
    threads = [
        threading.Thread(
            target=lambda c=c: taken.extend(t.flow.flow_id for t in c.take(waiting, running_here=0))
        )
        for c in claimers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert len(taken) == len(set(taken)) == 7
    no_total = FlowQueue("waiting", per_worker=50)
    for claimer in claimers:
        taken.extend(t.flow.flow_id for t in claimer.take(no_total, running_here=0))
    assert len(taken) == 20
    assert len({int(flow_id[1:]) % 20 for flow_id in taken}) == 20
    pool.dispose()


async def test_a_flow_given_to_another_cannot_be_recorded_by_its_former_owner(
    new_engine: NewEngine,
) -> None:
    step_may_end = asyncio.Event()
    after: list[str] = []

    async def hold() -> None:
        await step_may_end.wait()

    async def flow(ctx: FlowContext) -> None:
        await ctx.step("hold", hold)
        after.append("went on")

    engine = new_engine()
    engine.register("flow", flow)
    await engine.launch()
    await engine.start("flow", {}, flow_id="f", queue="q", partition="k")
    while await engine.status("f") is not FlowState.RUNNING:
        await asyncio.sleep(0.01)
    assert engine._dispatcher is not None
    engine._dispatcher.halt()
    session = engine._session
    assert session is not None
    assert await asyncio.to_thread(session.claims.requeue, "w1") == 1
    other = Claims(session.claims._engine, schema="brygga_flows", launch_id="other~1", names=["flow"])
    taken = await asyncio.to_thread(lambda: other.take(FlowQueue("q"), running_here=0))
    assert [(t.flow.flow_id, t.resumed) for t in taken] == [("f", True)]
    step_may_end.set()
    assert engine._runner is not None
    while engine._runner.ids():
        await asyncio.sleep(0.01)
    assert after == []
    assert await engine.status("f") is FlowState.RUNNING  # the other's


def test_a_launch_belongs_to_the_worker_named_before_the_tilde() -> None:
    assert launched_by(launch_id_for("w1"), "w1")
    assert not launched_by(launch_id_for("w12"), "w1")
    assert launch_id_for("w1") != launch_id_for("w1")
