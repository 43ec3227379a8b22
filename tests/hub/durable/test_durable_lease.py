"""Heartbeats on PostgreSQL, with a clock of the test's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy as sa

from brygga.hub.durable import DurableEngine, WorkerIdInUse
from brygga.hub.durable.lease import Lease

NewLease = Callable[..., Lease]


@pytest.fixture
async def leases(postgres_flows: str) -> Iterator[tuple[NewLease, psycopg.Connection[tuple[object, ...]]]]:
    """Makes leases on a database whose tables exist; and a connection to look."""
    engine = DurableEngine(postgres_flows, worker_id="setup", queues=[])
    await engine.launch()
    await engine.stop()
    made: list[Lease] = []

    def make(worker_id: str, **more: object) -> Lease:
        settings: dict[str, object] = {
            "schema": "brygga_flows",
            "worker_id": worker_id,
            "launch_id": f"{worker_id}~1",
            "beat_every_s": 0.1,
            "takeover_after_s": 0.5,
            "take_over": lambda _worker: 0,
            **more,
        }
        lease = Lease(sa.make_url(postgres_flows), **settings)  # type: ignore[arg-type]
        made.append(lease)
        return lease

    with psycopg.connect(postgres_flows, autocommit=True) as look:
        yield make, look
    for lease in made:
        lease.end()


def wait_until(condition: Callable[[], object], timeout_s: float = 8) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


async def test_a_lease_is_let_go_by_our_own_clock_before_others_may_take_it(
    leases: tuple[NewLease, object],
) -> None:
    now = [100.0]
    lease = leases[0]("w", takeover_after_s=10.0, beat_every_s=3.0, monotonic=lambda: now[0])
    lease.begin()
    now[0] = 107.9
    assert lease.held()
    now[0] = 108.1
    assert not lease.held()
    assert "heartbeat" in lease.why_lost()


async def test_a_row_that_is_taken_ends_the_lease_for_good(
    leases: tuple[NewLease, psycopg.Connection[tuple[object, ...]]],
) -> None:
    make, look = leases
    lease = make("w")
    lease.begin()
    look.execute("UPDATE brygga_flows.brygga_workers SET taken_by = 'other~1' WHERE worker_id = 'w'")
    wait_until(lambda: not lease.held())
    assert lease.why_lost() == "Another worker has taken over the flows of this one."
    look.execute("UPDATE brygga_flows.brygga_workers SET taken_by = NULL WHERE worker_id = 'w'")
    time.sleep(0.3)
    assert not lease.held()


async def test_a_cut_connection_is_made_anew_and_the_lease_lives_on(
    leases: tuple[NewLease, psycopg.Connection[tuple[object, ...]]],
) -> None:
    make, look = leases
    lease = make("w", takeover_after_s=3.0)
    lease.begin()
    look.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'brygga-flow-lease'"
    )
    before = look.execute("SELECT now()").fetchone()
    beats = "SELECT beat_at > %s FROM brygga_flows.brygga_workers WHERE worker_id = 'w'"
    wait_until(lambda: look.execute(beats, before).fetchone() == (True,))
    assert lease.held()


async def test_the_id_of_a_living_worker_is_refused_and_that_of_a_silent_one_is_not(
    leases: tuple[NewLease, psycopg.Connection[tuple[object, ...]]],
) -> None:
    make, look = leases
    first = make("w")
    first.begin()
    with pytest.raises(WorkerIdInUse):
        make("w").begin()
    first._halt.set()  # it keeps its session, but beats no more: a frozen process
    second = make("w", launch_id="w~2")
    second.begin()
    assert second.held()
    assert look.execute(
        "SELECT launch_id FROM brygga_flows.brygga_workers WHERE worker_id = 'w'"
    ).fetchone() == ("w~2",)


async def test_the_limit_must_leave_room_for_lost_beats(leases: tuple[NewLease, object]) -> None:
    with pytest.raises(ValueError, match="three times"):
        leases[0]("w", beat_every_s=0.2)
