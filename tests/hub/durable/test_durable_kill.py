"""kill -9, on both databases; two processes on one PostgreSQL; a second one on a SQLite file."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

WORKER = Path(__file__).with_name("flow_worker.py")
KILLS = 40 if os.environ.get("BRYGGA_CHAOS") == "1" else 4
FLOWS = [{"id": f"f{i}", "key": f"k{i % 3}", "steps": 4} for i in range(6)]


class Worker:
    """A process that runs flows."""

    def __init__(self, url: str, journal: Path, worker_id: str, **more: Any) -> None:
        settings = {"url": url, "journal": str(journal), "worker_id": worker_id, **more}
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def end(self) -> int:
        """Ask it to end; its exit code."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        code = self.process.wait(timeout=20)
        self.close()
        return code

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


NewWorker = Callable[..., Worker]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def new_worker(journal: Path) -> Iterator[NewWorker]:
    made: list[Worker] = []

    def make(url: str, worker_id: str, **more: Any) -> Worker:
        worker = Worker(url, journal, worker_id, **more)
        made.append(worker)
        return worker

    yield make
    for worker in made:
        worker.close()


def lines(journal: Path) -> list[list[str]]:
    return [line.split(maxsplit=3) for line in journal.read_text().splitlines()] if journal.exists() else []


def wait_for(condition: Callable[[], object], what: str, timeout_s: float = 25) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


def done(journal: Path) -> dict[str, str]:
    return {words[1]: words[2] for words in lines(journal) if words[0] == "done"}


def test_a_killed_worker_goes_on_at_the_step_it_was_killed_in(
    flows_url: str, journal: Path, new_worker: NewWorker
) -> None:
    flow = {"id": "f", "key": "k", "steps": 5}
    worker = new_worker(flows_url, "w", start=[flow], stuck_at=2)
    wait_for(lambda: ["begin", "f", "2", "w"] in lines(journal), "the third step")
    worker.kill()
    again = new_worker(flows_url, "w", step_s=0.01)
    wait_for(lambda: done(journal), "the end of the flow")
    assert again.end() == 0
    begun = Counter(words[2] for words in lines(journal) if words[0] == "begin")
    assert begun == {"0": 1, "1": 1, "2": 2, "3": 1, "4": 1}
    assert done(journal) == {"f": "10"}


def test_kills_at_random_moments_lose_no_flow_and_repeat_no_finished_step(
    flows_url: str, journal: Path, new_worker: NewWorker
) -> None:
    rng = random.Random(7)
    for _ in range(KILLS):
        worker = new_worker(flows_url, "w", start=FLOWS, step_s=0.02)
        assert worker.first_line() == "ready"
        time.sleep(rng.uniform(0.0, 0.12))
        worker.kill()
    worker = new_worker(flows_url, "w", start=FLOWS, step_s=0.01)
    wait_for(lambda: len(done(journal)) == len(FLOWS), "the end of all flows")
    assert worker.end() == 0
    assert set(done(journal).values()) == {"6"}
    assert_each_step_ended_in_order(journal)


def assert_each_step_ended_in_order(journal: Path) -> None:
    """A step may be repeated only at the place where a kill struck: never an earlier one."""
    for flow in FLOWS:
        ends = [int(words[2]) for words in lines(journal) if words[0] == "end" and words[1] == flow["id"]]
        assert ends == sorted(ends)
        assert set(ends) == set(range(4))


def test_a_second_process_on_the_same_sqlite_file_is_refused_at_once(
    sqlite_flows: str, new_worker: NewWorker
) -> None:
    first = new_worker(sqlite_flows, "w1")
    assert first.first_line() == "ready"
    second = new_worker(sqlite_flows, "w2")
    answer = second.first_line()
    assert answer.startswith("FlowDatabaseInUse: Another process (pid ")
    assert str(first.process.pid) in answer
    assert second.process.wait(timeout=10) == 2
    first.kill()
    third = new_worker(sqlite_flows, "w2")
    assert third.first_line() == "ready"
    assert third.end() == 0


def test_a_second_process_with_the_same_worker_id_is_refused(
    postgres_flows: str, new_worker: NewWorker
) -> None:
    first = new_worker(postgres_flows, "w")
    assert first.first_line() == "ready"
    second = new_worker(postgres_flows, "w")
    assert second.first_line().startswith("WorkerIdInUse: Another process already works")
    assert first.end() == 0


def test_a_living_worker_takes_over_the_flows_of_a_killed_one(
    postgres_flows: str, journal: Path, new_worker: NewWorker
) -> None:
    dead = new_worker(postgres_flows, "dead", start=[{"id": "f", "key": "k", "steps": 5}], stuck_at=1)
    wait_for(lambda: ["begin", "f", "1", "dead"] in lines(journal), "the second step")
    living = new_worker(postgres_flows, "living", step_s=0.01)
    assert living.first_line() == "ready"
    dead.kill()
    wait_for(lambda: done(journal), "the takeover")
    assert living.end() == 0
    by = {words[2]: words[3] for words in lines(journal) if words[0] == "begin"}
    assert by == {"0": "dead", "1": "living", "2": "living", "3": "living", "4": "living"}


def test_a_worker_that_ends_in_order_leaves_its_flows_to_others_at_once(
    postgres_flows: str, journal: Path, new_worker: NewWorker
) -> None:
    limits = {"heartbeat_s": 0.3, "takeover_after_s": 60}
    leaving = new_worker(postgres_flows, "leaving", start=FLOWS, stuck_at=0, per_worker=1, **limits)
    wait_for(lambda: lines(journal), "the first step")
    staying = new_worker(postgres_flows, "staying", step_s=0.01, **limits)
    assert staying.first_line() == "ready"
    assert leaving.end() == 0
    wait_for(lambda: len(done(journal)) == len(FLOWS), "all flows")
    assert staying.end() == 0


def test_a_worker_that_was_taken_over_begins_nothing_more_and_says_so(
    postgres_flows: str, journal: Path, new_worker: NewWorker
) -> None:
    frozen = new_worker(postgres_flows, "frozen", start=[{"id": "f", "key": "k", "steps": 6}], step_s=0.8)
    wait_for(lambda: ["begin", "f", "1", "frozen"] in lines(journal), "the second step")
    frozen.signal(signal.SIGSTOP)
    living = new_worker(postgres_flows, "living", step_s=0.05)
    wait_for(lambda: ["begin", "f", "2", "living"] in lines(journal), "the takeover")
    frozen.signal(signal.SIGCONT)
    assert frozen.process.wait(timeout=20) == 3
    wait_for(lambda: done(journal), "the end of the flow")
    assert living.end() == 0
    begun_by = [words[3] for words in lines(journal) if words[0] == "begin"]
    assert begun_by == sorted(begun_by)  # all of frozen's, then all of living's
    assert done(journal) == {"f": "15"}
    assert any(words[0] == "fenced" for words in lines(journal))


def test_two_processes_share_the_work_and_keep_one_flow_per_key(
    postgres_flows: str, journal: Path, new_worker: NewWorker
) -> None:
    flows = [{"id": f"f{i:02}", "key": f"k{i % 4}", "steps": 3} for i in range(24)]
    workers = [
        new_worker(postgres_flows, name, start=part, step_s=0.01)
        for name, part in (("w1", flows[::2]), ("w2", flows[1::2]))
    ]
    wait_for(lambda: len(done(journal)) == len(flows), "all flows")
    assert [worker.end() for worker in workers] == [0, 0]
    assert {words[3] for words in lines(journal) if words[0] == "done"} == {"w1", "w2"}
    inside: dict[int, str] = {}
    for what, flow_id, number, _ in (words for words in lines(journal) if words[0] in ("begin", "done")):
        key = int(flow_id[1:]) % 4
        if what == "begin" and number == "0":
            assert key not in inside, f"{flow_id} began while {inside[key]} was running"
            inside[key] = flow_id
        elif what == "done":
            del inside[key]
