"""A worker process for the tests that kill: `python flow_worker.py JSON`.

Runs flows of a few slow steps until it is told to end by a line on stdin; each step writes a
line to a journal when it begins and when it ends, which the test reads afterwards.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

from brygga.hub.durable import DurableEngine, FlowContext, FlowDatabaseError, FlowQueue

warnings.simplefilter("error")
settings: dict[str, Any] = json.loads(sys.argv[1])
journal = Path(settings["journal"])
over = asyncio.Event()


def write(*words: object) -> None:
    """One line, in one write, so that several processes can share the journal."""
    handle = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, (" ".join(map(str, words)) + "\n").encode())
    os.close(handle)


def say(text: str) -> None:
    """A line to the test that started us."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def slow(flow_id: str, number: int) -> int:
    write("begin", flow_id, number, settings["worker_id"])
    await asyncio.sleep(60 if number == settings.get("stuck_at") else settings.get("step_s", 0.05))
    write("end", flow_id, number, settings["worker_id"])
    return number


async def count(ctx: FlowContext, steps: int) -> int:
    total = 0
    for number in range(steps):
        total += await ctx.step(f"slow-{number}", slow, ctx.flow_id, number)
    write("done", ctx.flow_id, total, settings["worker_id"])
    return total


def fenced(reason: str) -> None:
    write("fenced", settings["worker_id"], reason)
    over.set()


def wait_for_line(loop: asyncio.AbstractEventLoop) -> None:
    """Runs in a thread of its own, which no executor waits for."""
    sys.stdin.readline()
    loop.call_soon_threadsafe(over.set)


async def main() -> int:
    engine = DurableEngine(
        settings["url"],
        worker_id=settings["worker_id"],
        queues=[FlowQueue("q", per_worker=settings.get("per_worker", 4))],
        heartbeat_s=settings.get("heartbeat_s", 0.4),
        takeover_after_s=settings.get("takeover_after_s", 2.5),
        on_fenced=fenced,
    )
    engine.register("count", count)
    try:
        await engine.launch()
    except FlowDatabaseError as error:
        say(f"{type(error).__name__}: {error}")
        return 2
    for flow in settings.get("start", []):
        await engine.start(
            "count", {"steps": flow["steps"]}, flow_id=flow["id"], queue="q", partition=flow["key"]
        )
    say("ready")
    loop = asyncio.get_running_loop()
    threading.Thread(target=wait_for_line, args=(loop,), daemon=True).start()
    await over.wait()
    is_fenced = engine.fenced
    await engine.stop(grace_s=1)
    return 3 if is_fenced else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
