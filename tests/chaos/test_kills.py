"""Kills: hubs die at random moments while they read and publish against a faulty outside."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from arena import Arena

LONG = os.environ.get("BRYGGA_CHAOS") == "1"
KILLS = 200 if LONG else 6
ESTATES = 120 if LONG else 60
PUBLISHED = 12 if LONG else 5


@pytest.mark.chaos
@pytest.mark.parametrize(("kind", "hubs"), [("sqlite", 1), ("postgresql", 2)])
def test_kills_lose_nothing_and_send_nothing_twice(
    kind: str, hubs: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database = "" if kind == "sqlite" else request.getfixturevalue("fresh_postgres")
    arena = Arena(tmp_path, database=database, hubs=hubs, estates=ESTATES, seed=11)
    with arena.open():
        arena.trouble("mixed")
        arena.webhooks("webhooks-mixed")
        _kill(arena, KILLS // 4)
        arena.trouble("none")
        arena.compare_all()
        arena.wait(arena.fetched, within_s=120, what="the first reading")
        arena.wait(arena.quiet, within_s=120, what="the end of the first reading")
        arena.trouble("mixed")
        chosen = arena.fit(PUBLISHED)
        arena.publish(chosen)
        for _ in range(3):
            _kill(arena, KILLS // 4)
            arena.steer.mutate("mixed", count=10)
            for one in chosen[::2]:
                arena.steer.mutate("price", id=one)
        _settle(arena)
        _judge(arena, chosen)
        assert arena.kills >= KILLS // 4 * 4


def _kill(arena: Arena, times: int) -> None:
    for _ in range(times):
        time.sleep(arena.rng.uniform(0.05, 1.2))
        arena.kill_one()


def _settle(arena: Arena) -> None:
    arena.trouble("none")
    arena.steer.webhooks(
        f"{arena.hubs[0].ready['webhooks'].rstrip('/')}/vitec",
        "arena-secret-part-of-the-address",
        "webhooks-good",
    )
    arena.compare_all()
    arena.wait(arena.quiet, within_s=300, what="quiet")
    arena.compare_all()
    arena.wait(arena.quiet, within_s=120, what="quiet again")


def _judge(arena: Arena, chosen: list[str]) -> None:
    found = arena.compared()
    assert (found.lost, found.surplus, found.wrong) == (0, 0, [])
    assert arena.sent_twice() == {}
    truth = arena.steer.get("vitec", "truth", "kinds=estates")["estates"]
    for one in chosen:
        facts, shown = truth[one], arena.listing(one)
        if facts["status.id"] == "ForSale":
            assert shown["visible"], arena.state()
            assert shown["price_kr"] == facts["price.startingPrice"]
    lost = [r for r in arena.eye.store.outbox_list(limit=1000) if r.state in {"parked", "dropped"}]
    assert lost == [], [(r.id, r.error_code, r.error_sv) for r in lost]
    doubtful = [r for r in arena.eye.store.outbox_list(limit=1000) if r.state == "unknown"]
    assert all(r.ability == "email" for r in doubtful)
