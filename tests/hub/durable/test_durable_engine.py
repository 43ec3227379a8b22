"""What the rest of the hub may rely on, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import sqlalchemy as sa

from brygga.hub.durable import (
    DurableEngine,
    FlowChanged,
    FlowContext,
    FlowEngineStopped,
    FlowFailed,
    FlowInterrupted,
    FlowQueue,
    FlowState,
    NotJson,
    PendingFlow,
    UnknownFlow,
)
from brygga.model.errors import NeedsSignIn, Retryable

NewEngine = Callable[..., DurableEngine]


async def echo(value: object) -> object:
    return value


async def two_steps(ctx: FlowContext, value: object) -> object:
    first = await ctx.step("first", echo, value)
    return [first, await ctx.step("second", echo, ctx.flow_id)]


class Crowd:
    """A flow that notes how many of it run at once, in all and per key."""

    def __init__(self, hold_s: float = 0.05) -> None:
        self.hold_s = hold_s
        self.inside: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.order: list[str] = []

    async def flow(self, ctx: FlowContext, key: str) -> None:
        await ctx.step("hold", self.hold, key, ctx.flow_id)

    async def hold(self, key: str, flow_id: str) -> None:
        for name in ("all", key):
            self.inside[name] += 1
            self.most[name] = max(self.most[name], self.inside[name])
        self.order.append(flow_id)
        await asyncio.sleep(self.hold_s)
        self.inside["all"] -= 1
        self.inside[key] -= 1


async def test_a_flow_runs_its_steps_and_gives_its_result(new_engine: NewEngine) -> None:
    engine = new_engine()
    engine.register("two", two_steps)
    await engine.launch()
    assert await engine.start("two", {"value": {"å": (1, 2)}}, flow_id="f1", queue="q")
    assert await engine.result("f1", timeout_s=10) == [{"å": [1, 2]}, "f1"]
    assert await engine.status("f1") is FlowState.DONE
    assert await engine.pending() == []


async def test_the_same_id_starts_only_once(new_engine: NewEngine) -> None:
    runs: list[int] = []

    async def note(value: int) -> None:
        runs.append(value)

    async def flow(ctx: FlowContext, value: int) -> int:
        await ctx.step("note", note, value)
        return value

    engine = new_engine()
    engine.register("flow", flow)
    await engine.launch()
    answers = await asyncio.gather(
        *(engine.start("flow", {"value": i}, flow_id="same", queue="q") for i in range(5))
    )
    assert sorted(answers) == [False, False, False, False, True]
    first = await engine.result("same", timeout_s=10)
    assert not await engine.start("flow", {"value": 99}, flow_id="same", queue="q")
    assert (runs, await engine.result("same")) == ([first], first)


async def test_of_one_key_one_flow_runs_at_a_time_in_order_while_other_keys_run(
    new_engine: NewEngine,
) -> None:
    crowd = Crowd()
    engine = new_engine()
    engine.register("crowd", crowd.flow)
    await engine.launch()
    for i in range(5):
        for key in ("a", "b", "c"):
            await engine.start("crowd", {"key": key}, flow_id=f"{key}{i}", queue="q", partition=key)
        await asyncio.sleep(0.002)  # order is kept to the millisecond
    for i in range(5):
        await asyncio.gather(*(engine.result(f"{key}{i}", timeout_s=20) for key in "abc"))
    assert [crowd.most[key] for key in "abc"] == [1, 1, 1]
    assert crowd.most["all"] > 1
    assert [i for i in crowd.order if i[0] == "b"] == [f"b{i}" for i in range(5)]


async def test_a_queue_runs_no_more_than_it_may_per_worker(new_engine: NewEngine) -> None:
    crowd = Crowd()
    engine = new_engine(queues=[FlowQueue("q", per_worker=3)])
    engine.register("crowd", crowd.flow)
    await engine.launch()
    for i in range(9):
        await engine.start("crowd", {"key": "free"}, flow_id=f"f{i}", queue="q")
    await asyncio.gather(*(engine.result(f"f{i}", timeout_s=20) for i in range(9)))
    assert crowd.most["all"] == 3


async def test_waiting_flows_go_by_priority_then_age_over_all_keys(new_engine: NewEngine) -> None:
    crowd = Crowd(hold_s=0.1)
    engine = new_engine(queues=[FlowQueue("q", per_worker=1)])
    engine.register("crowd", crowd.flow)
    await engine.launch()
    for flow_id, priority in (("first", 0), ("late", 5), ("old", 1), ("young", 1)):
        await engine.start("crowd", {"key": "k"}, flow_id=flow_id, queue="q", priority=priority)
        await asyncio.sleep(0.01)
    assert [p.flow_id for p in await engine.pending()] == ["first", "late", "old", "young"]
    await engine.result("late", timeout_s=20)
    assert crowd.order == ["first", "old", "young", "late"]


async def test_pending_lists_what_waits_and_what_runs(new_engine: NewEngine) -> None:
    crowd = Crowd(hold_s=0.5)
    engine = new_engine()
    engine.register("crowd", crowd.flow)
    await engine.launch()
    for flow_id in ("one", "two"):
        await engine.start("crowd", {"key": "k"}, flow_id=flow_id, queue="q", partition="k")
        await asyncio.sleep(0.1)
    assert await engine.pending() == [
        PendingFlow("one", "crowd", FlowState.RUNNING),
        PendingFlow("two", "crowd", FlowState.WAITING),
    ]


async def test_our_errors_come_out_of_a_flow_as_they_went_in(new_engine: NewEngine) -> None:
    async def refused() -> None:
        raise NeedsSignIn("the key is gone", sv="Nyckeln gäller inte.", connection="c7", status=401)

    async def flow(ctx: FlowContext) -> None:
        await ctx.step("call", refused)

    engine = new_engine()
    engine.register("flow", flow)
    await engine.launch()
    await engine.start("flow", {}, flow_id="f", queue="q")
    with pytest.raises(NeedsSignIn) as caught:
        await engine.result("f", timeout_s=10)
    assert (caught.value.sv, caught.value.connection, caught.value.status) == (
        "Nyckeln gäller inte.",
        "c7",
        401,
    )
    assert await engine.status("f") is FlowState.FAILED


async def test_a_foreign_error_ends_the_flow_by_its_type_and_place(
    new_engine: NewEngine, caplog: pytest.LogCaptureFixture
) -> None:
    async def flow(ctx: FlowContext) -> None:
        raise LookupError("no such thing")

    engine = new_engine()
    engine.register("flow", flow)
    await engine.launch()
    await engine.start("flow", {}, flow_id="f", queue="q")
    with pytest.raises(FlowFailed, match=r"LookupError in test_durable_engine\.py") as caught:
        await engine.result("f", timeout_s=10)
    assert caught.value.what == "LookupError"
    assert "no such thing" not in caplog.text  # the error is the flow's result, not a log line


async def test_only_retryable_errors_are_tried_again(new_engine: NewEngine) -> None:
    tries: Counter[str] = Counter()

    async def call(kind: str) -> str:
        tries[kind] += 1
        if kind == "soon" and tries[kind] < 3:
            raise Retryable("busy", after_s=0.0)
        if kind == "never":
            raise NeedsSignIn("no")
        return kind

    async def flow(ctx: FlowContext, kind: str) -> str:
        return await ctx.step("call", call, kind, attempts=5)

    engine = new_engine(rng=_NoWait())
    engine.register("flow", flow)
    await engine.launch()
    for kind in ("soon", "never"):
        await engine.start("flow", {"kind": kind}, flow_id=kind, queue="q")
    assert await engine.result("soon", timeout_s=10) == "soon"
    with pytest.raises(NeedsSignIn):
        await engine.result("never", timeout_s=10)
    assert tries == {"soon": 3, "never": 1}


async def test_a_stop_leaves_the_flow_for_the_next_launch_which_skips_finished_steps(
    new_engine: NewEngine,
) -> None:
    seen: list[str] = []

    async def note(what: str) -> float:
        seen.append(what)
        return time.time()

    async def flow(ctx: FlowContext) -> float:
        begun = await ctx.step("before", note, "before")
        await ctx.sleep(0.8)
        return await ctx.step("after", note, "after") - begun

    for flow_id in ("f", None):
        engine = new_engine()
        engine.register("flow", flow)
        await engine.launch()
        if flow_id:
            await engine.start("flow", {}, flow_id="f", queue="q")
            while not seen:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            begun = time.monotonic()
            await engine.stop()
            assert time.monotonic() - begun < 2  # a sleeping flow does not hold up the stop
    slept_s = await engine.result("f", timeout_s=10)
    assert seen == ["before", "after"]
    assert slept_s >= 0.8


async def test_a_stop_lets_the_step_in_progress_finish(new_engine: NewEngine) -> None:
    calls: list[int] = []

    async def send() -> None:
        calls.append(1)
        await asyncio.sleep(0.3)
        calls.append(2)

    async def flow(ctx: FlowContext) -> str:
        await ctx.step("send", send)
        await ctx.step("tail", echo, 1)
        return "sent"

    for _ in range(2):
        engine = new_engine()
        engine.register("flow", flow)
        await engine.launch()
        await engine.start("flow", {}, flow_id="f", queue="q")
        while not calls:
            await asyncio.sleep(0.01)
        if _ == 0:
            await engine.stop()
    assert await engine.result("f", timeout_s=10) == "sent"
    assert calls == [1, 2]


async def test_engines_one_after_the_other_in_a_process_see_the_same_flows(new_engine: NewEngine) -> None:
    first, second = new_engine(), new_engine(worker_id="w2")
    for engine in (first, second):
        engine.register("two", two_steps)
    await first.launch()
    await first.start("two", {"value": 1}, flow_id="f1", queue="q")
    assert await first.result("f1", timeout_s=10) == [1, "f1"]
    await first.stop()
    await second.launch()
    assert await second.result("f1", timeout_s=10) == [1, "f1"]
    await second.start("two", {"value": 2}, flow_id="f2", queue="q")
    assert await second.result("f2", timeout_s=10) == [2, "f2"]


async def test_an_engine_says_so_when_it_is_not_launched_or_launched_twice(new_engine: NewEngine) -> None:
    engine = new_engine()
    engine.register("two", two_steps)
    with pytest.raises(FlowEngineStopped):
        await engine.pending()
    await engine.launch()
    with pytest.raises(FlowEngineStopped):
        await engine.launch()
    with pytest.raises(FlowEngineStopped):
        engine.register("late", two_steps)
    await engine.stop()
    with pytest.raises(FlowEngineStopped):
        await engine.start("two", {"value": 1}, flow_id="f", queue="q")
    await engine.stop()


async def test_a_flow_whose_steps_changed_under_way_fails_instead_of_guessing(new_engine: NewEngine) -> None:
    began = asyncio.Event()

    async def note() -> None:
        began.set()

    def flow_with(name: str) -> Callable[..., Coroutine[Any, Any, None]]:
        async def flow(ctx: FlowContext) -> None:
            await ctx.step(name, note)
            await ctx.sleep(0.5)

        return flow

    for name in ("before", "after"):
        engine = new_engine()
        engine.register("flow", flow_with(name))
        await engine.launch()
        await engine.start("flow", {}, flow_id="f", queue="q")
        await began.wait()
        await asyncio.sleep(0.05)
        if name == "before":
            await engine.stop()
    with pytest.raises(FlowChanged, match="before"):
        await engine.result("f", timeout_s=10)


async def test_a_worker_leaves_flows_it_does_not_know_to_others(new_engine: NewEngine) -> None:
    knows, newer = new_engine(), new_engine()
    knows.register("two", two_steps)
    newer.register("two", two_steps)
    newer.register("new", two_steps)
    await newer.launch()
    assert newer._dispatcher is not None
    newer._dispatcher.halt()
    await newer.start("new", {"value": 1}, flow_id="n", queue="q")
    await newer.stop()
    await knows.launch()
    await knows.start("two", {"value": 2}, flow_id="t", queue="q")
    await knows.result("t", timeout_s=10)
    assert await knows.status("n") is FlowState.WAITING


async def test_a_signal_becomes_a_running_flow_within_a_tenth_of_a_second(new_engine: NewEngine) -> None:
    began: dict[str, float] = {}

    async def flow(ctx: FlowContext) -> None:
        began[ctx.flow_id] = time.monotonic()

    engine = new_engine()
    engine.register("flow", flow)
    await engine.launch()
    waits: list[float] = []
    for i in range(7):
        await asyncio.sleep(0.03)
        sent = time.monotonic()
        await engine.start("flow", {}, flow_id=f"f{i}", queue="q")
        await engine.result(f"f{i}", timeout_s=10)
        waits.append(began[f"f{i}"] - sent)
    assert sorted(waits)[3] < 0.1


async def test_only_json_is_stored_and_it_is_readable(new_engine: NewEngine, flows_url: str) -> None:
    async def bad() -> None:
        raise ValueError("bad")

    async def flow(ctx: FlowContext, name: str) -> dict[str, str]:
        await ctx.step("echo", echo, {"name": name})
        try:
            await ctx.step("bad", bad)
        except FlowFailed:
            await ctx.sleep(0.01)
        return {"done": name}

    engine = new_engine()
    engine.register("flow", flow)
    await engine.launch()
    await engine.start("flow", {"name": "Åsa"}, flow_id="f", queue="q")
    await engine.result("f", timeout_s=10)
    await engine.stop()
    prefix = "" if flows_url.startswith("sqlite") else "brygga_flows."
    pool = sa.create_engine(flows_url.replace("postgresql:", "postgresql+psycopg:"))
    with pool.connect() as connection:
        formats = {
            row[0]
            for row in connection.execute(sa.text(f"SELECT serialization FROM {prefix}workflow_status"))
        }
        texts = [
            str(row[0])
            for table, column in (
                ("workflow_input", "inputs"),
                ("workflow_output", "output"),
                ("operation_outputs", "output"),
            )
            for row in connection.execute(sa.text(f"SELECT {column} FROM {prefix}{table}"))
        ]
    pool.dispose()
    assert formats == {"brygga_json"}
    assert len(texts) == 5
    assert all(text[0] in '{"0123456789' for text in texts)
    assert not any(text.startswith("gA") for text in texts)  # base64 of a pickle


async def test_what_json_lacks_is_refused_before_anything_is_stored(new_engine: NewEngine) -> None:
    engine = new_engine()
    engine.register("two", two_steps)
    await engine.launch()
    with pytest.raises(NotJson):
        await engine.start("two", {"value": b"bytes"}, flow_id="f", queue="q")
    assert await engine.status("f") is None


async def test_unknown_names_are_refused(new_engine: NewEngine) -> None:
    engine = new_engine()
    engine.register("two", two_steps)
    engine.register("other", two_steps)
    await engine.launch()
    for name, queue in (("nope", "q"), ("two", "nope")):
        with pytest.raises(UnknownFlow):
            await engine.start(name, {}, flow_id="f", queue=queue)
    with pytest.raises(UnknownFlow):
        await engine.result("nobody", timeout_s=1)
    await engine.start("two", {"value": 1}, flow_id="f", queue="q")
    with pytest.raises(UnknownFlow, match="another kind"):
        await engine.start("other", {"value": 1}, flow_id="f", queue="q")


async def test_forget_removes_finished_flows_and_their_steps_but_no_others(
    new_engine: NewEngine, flows_url: str
) -> None:
    crowd = Crowd(hold_s=5)
    engine = new_engine(clock=lambda: time.time() + 3600)
    engine.register("two", two_steps)
    engine.register("crowd", crowd.flow)
    await engine.launch()
    await engine.start("crowd", {"key": "k"}, flow_id="runs", queue="q")
    for i in range(3):
        await engine.start("two", {"value": i}, flow_id=f"f{i}", queue="q")
        await engine.result(f"f{i}", timeout_s=10)
    assert await engine.forget(7200) == 0
    assert await engine.forget(1800) == 3
    assert await engine.status("f0") is None
    assert await engine.status("runs") is FlowState.RUNNING
    assert await engine.start("two", {"value": 8}, flow_id="f0", queue="q")
    await engine.stop(grace_s=0)
    prefix = "" if flows_url.startswith("sqlite") else "brygga_flows."
    pool = sa.create_engine(flows_url.replace("postgresql:", "postgresql+psycopg:"))
    with pool.connect() as connection:
        left = connection.execute(sa.text(f"SELECT DISTINCT workflow_uuid FROM {prefix}operation_outputs"))
        assert {row[0] for row in left} <= {"f0"}
    pool.dispose()


async def test_a_flow_that_fell_out_of_its_process_is_put_back_and_finished(
    new_engine: NewEngine, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    async def note() -> None:
        seen.append("step")

    async def flow(ctx: FlowContext) -> int:
        await ctx.step("note", note)
        seen.append("run")
        if seen.count("run") == 1:
            raise FlowInterrupted("cut off")
        return 7

    engine = new_engine()
    engine.register("flow", flow)
    await engine.launch()
    await engine.start("flow", {}, flow_id="f", queue="q")
    while "run" not in seen:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert await engine.status("f") is FlowState.RUNNING
    assert engine._dispatcher is not None
    engine._dispatcher._strays_at = 0.0  # the time to look has come
    engine._dispatcher.nudge()
    assert await engine.result("f", timeout_s=10) == 7
    assert seen == ["step", "run", "run"]
    assert "1 interrupted flows are put back" in caplog.text


async def test_it_prints_nothing_and_logs_nothing_when_all_is_well(
    new_engine: NewEngine, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    engine = new_engine()
    engine.register("two", two_steps)
    await engine.launch()
    await engine.start("two", {"value": 1}, flow_id="f", queue="q")
    await engine.result("f", timeout_s=10)
    await engine.stop()
    assert capfd.readouterr() == ("", "")
    assert [r for r in caplog.records if r.levelno >= logging.INFO and r.name != "asyncio"] == []


class _NoWait:
    """Chance that never waits."""

    def uniform(self, low: float, high: float) -> float:
        return 0.0
