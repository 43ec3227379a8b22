"""A process killed without warning, again and again, in the middle of taking batches in."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import Any

from brygga.store import Store

KILLS = 60 if os.environ.get("BRYGGA_CHAOS") else 4

_WRITER = """
import sys
from datetime import UTC, datetime
from brygga.model import Bid, Contact, Estate
from brygga.store import Batch, Effects, Incoming, OutboxRow, Store
class Keys:
    def seal(self, plain, *, aad): return plain
    def open(self, sealed, *, aad): return sealed
def effects(changes):
    first = changes[0]
    return Effects(outbox=[OutboxRow(connection="h", ability="a", operation="o", repeat="none",
        key=f"{first.id}|{first.seq}", kind="estate", id=first.id, cause_seq=first.seq)])
store = Store.open(sys.argv[1], keys=Keys())
turn = int(store.cursor_get("v", "s") or 0)
print("ready", flush=True)
while True:
    turn += 1
    records = [Estate(id="v:same", reference=f"r{turn}"), Bid(id="v:bid", amount_kr=turn)]
    records += [Contact(id=f"v:{turn}-{n}", first_name="x" * 500) for n in range(20)]
    store.apply(Batch(connection="v", now=datetime.now(UTC), cursor=("s", str(turn)),
        incoming=[Incoming(record=r, raw=b"raw" * 100) for r in records]), effects=effects)
"""


def kill_one(url: str, rng: random.Random) -> None:
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"ready\n"
    time.sleep(rng.random() * 0.25)
    writer.kill()
    writer.wait()
    writer.stdout.close()


def test_a_kill_leaves_every_batch_whole_or_absent(store: Store, migrated_url: str, keys: Any) -> None:
    rng = random.Random(11)
    for _ in range(KILLS):
        kill_one(migrated_url, rng)
    turn = int(store.cursor_get("v", "s") or 0)
    assert turn > 0
    assert store.get("estate", "v:same").reference == f"r{turn}"  # type: ignore[union-attr]
    assert store.counts()["contact"] == (20 * turn, 0)
    assert [r.amount_kr for _, _, r in store.versions("bid", "v:bid")] == list(range(1, turn + 1))  # type: ignore[attr-defined]
    assert store.feed_last() == 22 * turn
    assert [line.seq for line in store.feed_after(0, limit=10**6)] == list(range(1, 22 * turn + 1))
    assert sum(store.outbox_counts().values()) == turn
    raws = store.database.row("SELECT count(*) FROM raw")
    assert raws == (20 * turn + 2,)
