"""What happens in the demo, act by act. Each act leaves its count in the outcome."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from brygga.cli.demo.choosing import publishable
from brygga.cli.demo.compare import Compared, compare
from brygga.cli.demo.processes import Process
from brygga.cli.demo.steering import Steering
from brygga.hub import Hub, Settings
from brygga.hub.connections import TENANT

SHARE_PUBLISHED = 0.05
MOST_PUBLISHED = 20
SETTLE_WITHIN_S = 240.0


class Outcome(msgspec.Struct, kw_only=True):
    """What the demo showed. `well` is the exit code's answer."""

    compared: Compared
    webhooks_sent: int = 0
    webhooks_kept: int = 0
    changes: int = 0
    published: int = 0
    visible: int = 0
    blocked_by_preflight: int = 0
    sent_twice: int = 0
    mails: int = 0
    descriptions: int = 0
    killed_and_resumed: bool = False
    prices_at_receiver_wrong: int = 0
    took_s: float = 0.0
    page: str = ""
    home: str = ""
    expected_visible: int = 0

    @property
    def well(self) -> bool:
        """Everything that the demo promises came out."""
        c = self.compared
        return (
            c.estates_source == c.estates_store
            and c.differences == c.lost == c.surplus == 0
            and self.sent_twice == self.prices_at_receiver_wrong == 0
            and self.visible == self.expected_visible > 0
            and self.blocked_by_preflight == 1
            and self.killed_and_resumed
            and self.webhooks_kept > 0
        )

    def facts(self) -> dict[str, Any]:
        """The outcome as one flat JSON document."""
        c = self.compared
        return {
            "estates_source": c.estates_source,
            "estates_store": c.estates_store,
            "fields_compared": c.fields,
            "differences": c.differences,
            "lost": c.lost + c.surplus,
            "sent_twice": self.sent_twice,
            "published": self.published,
            "visible": self.visible,
            "blocked_by_preflight": self.blocked_by_preflight,
            "killed_and_resumed": self.killed_and_resumed,
            "changes": self.changes,
            "webhooks_sent": self.webhooks_sent,
            "webhooks_kept": self.webhooks_kept,
            "mails": self.mails,
            "descriptions": self.descriptions,
            "prices_at_receiver_wrong": self.prices_at_receiver_wrong,
            "took_s": round(self.took_s, 1),
            "well": self.well,
            "wrong": c.wrong[:20],
        }


class Stage:
    """The demo's sandbox, hub process and a hub of our own that only looks."""

    def __init__(self, home: Path, *, estates: int, seed: int, database: str, quiet: bool) -> None:
        self.home, self.estates, self.seed, self.quiet = home, estates, seed, quiet
        home.mkdir(parents=True, exist_ok=True)
        environment = {
            "BRYGGA_HOME": str(home),
            "BRYGGA_DATABASE": database,
            "BRYGGA_CATCH_UP_S": "5",
            "BRYGGA_COMPARE_S": "3600",
            "BRYGGA_TAKEOVER_S": "5",
        }
        arguments = ["sandbox", "--json", "--port", "0", "--estates", str(estates), "--seed", str(seed)]
        self.sandbox = Process("sandbox", arguments, log=home / "sandbox.log", environment=environment)
        self._port = str(free_port())
        started = ["up", "--json", "--port", self._port]
        self.hub = Process("hub", started, log=home / "hub.log", environment=environment)
        self._secret = secrets.token_urlsafe(24)
        self.settings = Settings(home=home, database=database)
        self.eye: Hub
        self.steer: Steering
        self.sources: list[str] = []
        self.target = ""

    @contextlib.contextmanager
    def lit(self) -> Iterator[Stage]:
        """Both processes up, the eye open; everything down at the end."""
        with self.sandbox, self.hub:
            self.eye = Hub(self.settings)
            self.steer = Steering(self.sandbox.ready["url"])
            self.sources = self.eye.connections.who_can("read")
            self.target = self.eye.connections.who_can("publish")[0]
            asyncio.run(self._share_secret())
            try:
                yield self
            finally:
                self.eye.store.close()

    async def _share_secret(self) -> None:
        """What makes the unsigned notices ours: a secret part in the address that they go to."""
        for name in self.sources:
            await self.eye.vault.update(TENANT, name, {"webhook_secret": self._secret})

    def webhooks(self, profile: str) -> None:
        """Have the broker system tell the hub of changes, as badly as the profile says."""
        url = f"{self.hub.ready['webhooks'].rstrip('/')}/{self.sources[0]}"
        self.steer.webhooks(url, self._secret, profile)

    def say(self, text: str) -> None:
        """A line for whoever watches."""
        if not self.quiet:
            from brygga.cli.output import say

            say(text)

    def wait(
        self, what: str, done: Callable[[], tuple[int, int]], *, within_s: float = SETTLE_WITHIN_S
    ) -> bool:
        """Watch until `done` gives (n, n) with n of n reached; a bar meanwhile. False on time out."""
        from brygga.cli.demo.bars import watch

        return watch(what, done, within_s=within_s, quiet=self.quiet)

    def truth(self, *kinds: str) -> dict[str, Any]:
        """The broker system's truth."""
        return dict(self.steer.get("vitec", "truth", f"kinds={','.join(kinds)}"))


def free_port() -> int:
    """A port that nobody uses just now, so that the hub can come back on it after its death."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tell(
    home: Path,
    *,
    estates: int,
    seed: int,
    database: str,
    quiet: bool,
    told: Callable[[Outcome], None],
    stay: bool,
) -> Outcome:
    """Play the whole story, tell its outcome, and perhaps leave the page up. Gives the outcome."""
    began = time.monotonic()
    stage = Stage(home, estates=estates, seed=seed, database=database, quiet=quiet)
    with stage.lit():
        outcome = _play(stage)
        outcome.took_s = time.monotonic() - began
        outcome.page, outcome.home = stage.hub.ready["page"], str(home)
        told(outcome)
        if stay:
            _stay(outcome)
    return outcome


def _play(stage: Stage) -> Outcome:
    outcome = Outcome(compared=Compared())
    _first_fetch(stage)
    chosen, blocked = _choose(stage)
    _trouble_begins(stage)
    _ask_to_publish(stage, [*chosen, blocked])
    outcome.changes += _life_goes_on(stage, chosen, rounds=2)
    outcome.killed_and_resumed = _kill_in_mid_flow(stage)
    outcome.changes += _life_goes_on(stage, chosen, rounds=2)
    _trouble_ends(stage)
    _settle(stage)
    _judge(stage, outcome, chosen, blocked)
    return outcome


def _first_fetch(stage: Stage) -> None:
    """The hub fetches everything by itself: nobody has asked it to."""
    wanted = stage.estates

    def count() -> tuple[int, int]:
        return sum(len(stage.eye.store.ids("estate", name)) for name in stage.sources), wanted

    stage.wait("Första hämtningen", count)
    stage.wait("Läser färdigt", lambda: (int(_idle(stage)), 1))


def _choose(stage: Stage) -> tuple[list[str], str]:
    """Homes on sale for the receiver, and one whose pictures are taken away: the check must stop it."""
    truth = stage.truth("estates", "sellers")
    fit = publishable(truth)
    count = max(3, min(MOST_PUBLISHED, round(stage.estates * SHARE_PUBLISHED)))
    blocked = fit[count]
    stage.steer.mutate("text", id=blocked, text="Ring 070-1740605 för visning.")
    pictures = sum(k.startswith("images[") and k.endswith("].id") for k in truth["estates"][blocked])
    stage.steer.mutate("image_removed", id=blocked, count=pictures)
    return fit[:count], blocked


def _trouble_begins(stage: Stage) -> None:
    """From now on the outside misbehaves: lost and doubled notices, faults in one call of eight."""
    stage.webhooks("webhooks-mixed")
    stage.steer.faults("vitec", "mixed")
    stage.steer.faults(stage.target, "mixed")


def _trouble_ends(stage: Stage) -> None:
    stage.steer.faults("vitec", "none")
    stage.steer.faults(stage.target, "none")


def _ask_to_publish(stage: Stage, source_ids: list[str]) -> None:
    for source_id in source_ids:
        stage.eye.publish(stage.eye.resolve_object(source_id), stage.target)


def _life_goes_on(stage: Stage, chosen: list[str], *, rounds: int) -> int:
    """Prices, viewings, bids and texts change; one home is sold or withdrawn now and then."""
    done = 0
    for number in range(rounds):
        for source_id in chosen[:: 2 + number]:
            done += len(stage.steer.mutate("price", id=source_id))
        done += len(stage.steer.mutate("mixed", count=max(5, stage.estates // 20)))
        done += len(stage.steer.mutate("viewing", id=chosen[number]))
        done += len(stage.steer.mutate("bid", id=chosen[-1 - number]))
        done += len(stage.steer.mutate("new_estate"))
        time.sleep(0.5)
    done += len(stage.steer.mutate("remove"))
    return done


def _kill_in_mid_flow(stage: Stage) -> bool:
    """SIGKILL the hub while flows are under way, and start it again."""
    stage.wait("Publicerar", lambda: (min(1, _under_way(stage)), 1), within_s=30)
    stage.hub.kill()
    left = _under_way(stage)
    stage.hub.start()
    stage.say(f"Programmet dödades mitt i {left} sändningar och fortsätter.")
    return left > 0


def _under_way(stage: Stage) -> int:
    counts = stage.eye.store.outbox_counts()
    return sum(n for (_, state), n in counts.items() if state == "sending")


def _settle(stage: Stage) -> None:
    """Everything that can mend itself gets the time to: catch-up, comparison, the queue."""
    for name in stage.sources:
        stage.eye.store.signal_raise([("pull", f"{name}|compare")])
    stage.wait("Stämmer av", lambda: (int(_idle(stage)), 1))
    first = max(1, _waiting(stage))
    stage.wait("Tömmer kön", lambda: (first - min(first, _waiting(stage)), first))
    for name in stage.sources:
        stage.eye.store.signal_raise([("pull", f"{name}|compare")])
    stage.wait("Stämmer av", lambda: (int(_idle(stage)), 1))
    stage.wait("Tömmer kön", lambda: (1 - min(1, _waiting(stage)), 1))


def _waiting(stage: Stage) -> int:
    counts = stage.eye.store.outbox_counts()
    return sum(n for (_, state), n in counts.items() if state in {"waiting", "sending"})


def _idle(stage: Stage) -> bool:
    """No reading is wanted that has not been done, and no webhook waits."""
    store = stage.eye.store
    seen = {s.key for s in store.signals_pending(flow="pull")}
    started = all(store.cursor_get(name, "schedule.compare") for name in stage.sources)
    return started and not seen and not store.inbox_waiting()


def _judge(stage: Stage, outcome: Outcome, chosen: list[str], blocked: str) -> None:
    """The proof: the source's truth against the store, the receiver's truth against the source's."""
    truth = stage.truth("estates", "counts")
    outcome.compared = compare(truth, stage.settings.database_url, stage.sources)
    listings = stage.steer.get(stage.target, "truth", "kinds=listings")["listings"]
    _receiver(stage, outcome, truth["estates"], listings, chosen, blocked)
    writes = stage.steer.get(stage.target, "writes")
    outcome.sent_twice = sum(n - 1 for n in writes["repeated"].values())
    mails = stage.steer.mails()
    outcome.sent_twice += sum(n - 1 for n in mails["repeated"].values())
    outcome.mails = mails["total"]
    outcome.descriptions = len(list(stage.settings.archive_path.rglob("*.pdf")))
    outcome.webhooks_sent = stage.steer.get("vitec", "webhooks")["sent"]
    outcome.webhooks_kept = sum(stage.eye.store.inbox_counts().values())


def _receiver(
    stage: Stage,
    outcome: Outcome,
    estates: dict[str, Any],
    listings: dict[str, Any],
    chosen: list[str],
    blocked: str,
) -> None:
    """Which of the chosen homes the receiver shows, and whether it shows the right price."""
    outcome.published = len(chosen)
    for source_id in [*chosen, blocked]:
        state = stage.eye.store.link_get("estate", stage.eye.resolve_object(source_id), stage.target) or {}
        outcome.blocked_by_preflight += bool(state.get("blocked")) and state.get("wished") != "gone"
        remote = state.get("remote", {})
        listing = listings.get(str(remote.get("listing_id", "")), {})
        facts = estates.get(source_id)
        on_sale = facts is not None and facts["status.id"] in {"ForSale", "Coming"} and source_id != blocked
        outcome.expected_visible += on_sale
        if facts is not None and listing.get("visible") and on_sale:
            outcome.visible += 1
            outcome.prices_at_receiver_wrong += listing.get("price_kr") != facts["price.startingPrice"]
        elif listing.get("visible") and not listing.get("sold"):
            outcome.prices_at_receiver_wrong += 1


def _stay(outcome: Outcome) -> None:
    from brygga.cli.output import say

    say(f"Sidan: {outcome.page} (Ctrl+C avslutar)")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(1)
