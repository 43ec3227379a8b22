"""An arena for long trouble: the sandbox and one or more hubs as processes that may be killed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from brygga.cli.demo.choosing import publishable
from brygga.cli.demo.compare import Compared, compare
from brygga.cli.demo.processes import Process
from brygga.cli.demo.steering import Steering
from brygga.cli.demo.story import free_port
from brygga.hub import Hub, Settings
from brygga.hub.connections import TENANT

SECRET = "arena-secret-part-of-the-address"


class Arena:
    """One sandbox, `hubs` hub processes on one database, and an eye that only looks."""

    def __init__(self, home: Path, *, database: str, hubs: int, estates: int, seed: int) -> None:
        self.home, self.database, self.seed = home, database, seed
        self.rng = random.Random(seed)
        environment = {
            "BRYGGA_HOME": str(home),
            "BRYGGA_DATABASE": database,
            "BRYGGA_CATCH_UP_S": "3",
            "BRYGGA_COMPARE_S": "3600",
            "BRYGGA_TAKEOVER_S": "3",
        }
        asked = ["sandbox", "--json", "--port", "0", "--estates", str(estates), "--seed", str(seed)]
        self.sandbox = Process("sandbox", asked, log=home / "sandbox.log", environment=environment)
        self.hubs = [
            Process(
                f"hub{n}",
                ["up", "--json", "--port", str(free_port()), "--worker", f"hub{n}"],
                log=home / f"hub{n}.log",
                environment=environment,
            )
            for n in range(hubs)
        ]
        self.estates = estates
        self.kills = 0
        self.eye: Hub
        self.steer: Steering

    @contextlib.contextmanager
    def open(self) -> Iterator[Arena]:
        """Everything up; everything down at the end."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.sandbox)
            for hub in self.hubs:
                stack.enter_context(hub)
            self.eye = Hub(Settings(home=self.home, database=self.database))
            stack.callback(self.eye.store.close)
            self.steer = Steering(self.sandbox.ready["url"])
            asyncio.run(self.eye.vault.update(TENANT, "vitec", {"webhook_secret": SECRET}))
            yield self

    def webhooks(self, profile: str) -> None:
        """Notices go to the first hub."""
        self.steer.webhooks(f"{self.hubs[0].ready['webhooks'].rstrip('/')}/vitec", SECRET, profile)

    def kill_one(self) -> None:
        """SIGKILL a hub at random and start it again at once."""
        victim = self.rng.choice(self.hubs)
        victim.kill()
        self.kills += 1
        victim.start()

    def wait(self, done: Any, *, within_s: float, what: str) -> None:
        """Poll until `done()`; fails with what it was that never came."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if done():
                return
            time.sleep(0.1)
        raise AssertionError(f"{what} did not come within {within_s:.0f} s: {self.state()}")

    def state(self) -> dict[str, Any]:
        """What waits, for the message of a test that fails."""
        store = self.eye.store
        return {
            "outbox": {f"{c} {s}": n for (c, s), n in store.outbox_counts().items()},
            "signals": [(s.key, s.wanted, s.done) for s in store.signals_pending()],
            "inbox": store.inbox_waiting(),
            "errors": [(r.id, r.state, r.error_code) for r in store.outbox_list(limit=500) if r.error_code][
                :8
            ],
        }

    def fetched(self) -> bool:
        """All homes of the source are here."""
        return len(self.eye.store.ids("estate", "vitec")) >= self.estates

    def fit(self, count: int) -> list[str]:
        """Homes on sale that the check before publishing lets through."""
        truth = self.steer.get("vitec", "truth", "kinds=estates,sellers")
        return publishable(truth)[:count]

    def publish(self, source_ids: list[str]) -> None:
        """Ask for homes to be shown."""
        for one in source_ids:
            self.eye.publish(f"vitec:{one}", "hemnet")

    def trouble(self, profile: str) -> None:
        """The same fault profile on both sides."""
        self.steer.faults("vitec", profile)
        self.steer.faults("hemnet", profile)

    def compare_all(self) -> None:
        """Ask for a full comparison of ids."""
        self.eye.store.signal_raise([("pull", "vitec|compare")])

    def quiet(self) -> bool:
        """Nothing waits and nothing is under way."""
        store = self.eye.store
        counts = store.outbox_counts()
        moving = sum(n for (_, state), n in counts.items() if state in {"waiting", "sending"})
        return not moving and not store.signals_pending() and not store.inbox_waiting()

    def compared(self) -> Compared:
        """Truth against store, by the demo's independent path."""
        truth = self.steer.get("vitec", "truth", "kinds=estates")
        return compare(truth, self.eye.settings.database_url, ["vitec"])

    def listing(self, source_id: str) -> dict[str, Any]:
        """What a visitor sees of a home at the receiver."""
        state = self.eye.store.link_get("estate", f"vitec:{source_id}", "hemnet") or {}
        listings = self.steer.get("hemnet", "truth", "kinds=listings")["listings"]
        return dict(listings.get(state.get("remote", {}).get("listing_id", ""), {}))

    def sent_twice(self) -> dict[str, int]:
        """Writes at the receiver, and mails, that were carried out more than once."""
        return {**self.steer.get("hemnet", "writes")["repeated"], **self.steer.mails()["repeated"]}
