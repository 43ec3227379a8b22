"""The hub: everything wired together, and the functions that the page and the commands call."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from brygga.archive import DiskArchive
from brygga.hub import keys
from brygga.hub.connections import TENANT, Connection, Connections
from brygga.hub.dispatch import Dispatcher, retry_after
from brygga.hub.durable import DurableEngine, FlowQueue
from brygga.hub.flows.acknowledge import Acknowledge
from brygga.hub.flows.deliver import Deliver
from brygga.hub.flows.inbox import Inbox
from brygga.hub.flows.mirror import Mirror
from brygga.hub.flows.publish import Publish
from brygga.hub.flows.pull import Pull
from brygga.hub.flows.renew import Renew
from brygga.hub.routing import publish_row
from brygga.hub.services import Services, utc_now
from brygga.hub.settings import Settings
from brygga.hub.wiring import make_kit, make_vault, make_wires
from brygga.model import Invalid, SetupError
from brygga.photos import Album, Darkroom
from brygga.store import Store
from brygga.vault import VaultError
from brygga.vault.signing import LinkSigner
from brygga.wire.log import remember_secret

QUEUES = (
    FlowQueue("pull", per_worker=4),
    FlowQueue("inbox", per_worker=4),
    FlowQueue("publish", per_worker=8),
    FlowQueue("deliver", per_worker=4),
    FlowQueue("acknowledge", per_worker=4),
    FlowQueue("renew", per_worker=1),
    FlowQueue("mirror", per_worker=2),
)


log = logging.getLogger(__name__)

PICTURE_LINK = "picture"


class Hub:
    """One hub process. `await hub.start()` does the work; without it the hub only looks and asks."""

    def __init__(self, settings: Settings | None = None, *, now: Callable[[], datetime] = utc_now) -> None:
        self.settings = settings or Settings()
        sealer = keys.PayloadSealer()
        self.store = _open_store(self.settings, sealer, now)
        self.ring = keys.unlock(self.settings, self.store, sealer)
        self.vault = make_vault(self.store, self.ring)
        self.kit = make_kit(self.store, sealer)
        self._signer = LinkSigner(self.ring, clock=lambda: now().timestamp())
        self.listening_at = ""
        self.connections = Connections(
            self.store, self.vault, make_wires(self.kit), raw_days=self.settings.raw_days
        )
        archive = DiskArchive(self.settings.archive_path)
        self._darkroom = Darkroom()
        self.services = Services(
            settings=self.settings,
            store=self.store,
            vault=self.vault,
            connections=self.connections,
            archive=archive,
            album=Album(archive, self._darkroom),
            slots=self.kit.slots,
            sign=self._sign,
            public_url=lambda: self.settings.public_url or self.listening_at,
            now=now,
            wake=self.wake,
        )
        self._engine: DurableEngine | None = None
        self._dispatcher: Dispatcher | None = None
        self._relaunch: asyncio.Task[None] | None = None
        self._schedule = True

    async def start(self, *, schedule: bool = True) -> None:
        """Take up work: resume what was under way, then look for more.

        Raises SetupError in one sentence when another hub holds the same SQLite file.
        """
        self._schedule = schedule
        self._engine = DurableEngine(
            self.settings.flow_url,
            worker_id=self.settings.worker_id,
            queues=QUEUES,
            is_retryable=retry_after,
            heartbeat_s=self.settings.takeover_s / 5,
            takeover_after_s=self.settings.takeover_s,
            on_fenced=self._fenced,
            on_trouble=self._flows_wait,
        )
        for flow in (Pull, Inbox, Publish, Deliver, Acknowledge, Renew, Mirror):
            self._engine.register(flow.name, flow(self.services).run)
        await self._engine.launch()
        self._dispatcher = Dispatcher(self.services, self._engine, schedule=schedule)
        self._dispatcher.start()

    def _flows_wait(self, trouble: SetupError | None) -> None:
        if trouble is None:
            self.services.obstacles.passed("flows")
        else:
            self.services.obstacles.met("flows", trouble)

    def _fenced(self, reason: str) -> None:
        """Another worker has taken our flows over (we were silent for too long): begin anew."""
        log.warning("this worker was taken over and begins anew: %s", reason)
        self._relaunch = asyncio.get_running_loop().create_task(self._begin_anew())

    async def _begin_anew(self) -> None:
        if self._dispatcher is not None:
            await self._dispatcher.stop()
        if self._engine is not None:
            await self._engine.stop(grace_s=0.0)
        await self.start(schedule=self._schedule)

    async def stop(self) -> None:
        """Stop looking, let steps under way end, close every line and file."""
        if self._dispatcher is not None:
            await self._dispatcher.stop()
        if self._engine is not None:
            await self._engine.stop()
        await self._darkroom.close()
        await self.connections.close()
        await asyncio.to_thread(self.store.close)

    def wake(self) -> None:
        """Something was just written: look at once."""
        if self._dispatcher is not None:
            self._dispatcher.wake()

    # -- what the page and the commands ask for -------------------------------------------

    async def connect(self, connection: Connection, secrets: dict[str, str]) -> None:
        """Add or change a connection and store its secrets; what is not given stays as it was."""
        for value in secrets.values():
            remember_secret(value)
        self.connections.save(connection)
        if secrets:
            await self.vault.update(TENANT, connection.name, secrets)

    async def sync(
        self,
        name: str,
        *,
        mode: str = "compare",
        wait_s: float = 3600.0,
        progress: Callable[[dict[str, int]], None] | None = None,
    ) -> None:
        """Ask for a pull and wait until it is done, whichever hub does it.

        Raises SetupError on time out, or when something lasting keeps this process from going on.
        """
        self.connections.get(name)
        await self._and_wait("pull", f"{name}|{mode}", wait_s, progress)

    async def mirror(
        self,
        name: str,
        *,
        wait_s: float = 3600.0,
        progress: Callable[[dict[str, int]], None] | None = None,
    ) -> None:
        """Ask for a look at everything that a following connection mirrors, and wait until it is done.

        Raises SetupError as `sync` does.
        """
        self.connections.get(name)
        await self._and_wait("mirror", f"{name}|full", wait_s, progress)

    async def _and_wait(
        self, flow: str, key: str, wait_s: float, progress: Callable[[dict[str, int]], None] | None
    ) -> None:
        self.store.signal_raise([(flow, key)])
        asked = self.store.signal_get(flow, key)
        wanted = asked.wanted if asked is not None else 0
        self.wake()
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            done = await asyncio.to_thread(self.store.signal_get, flow, key)
            if progress is not None:
                progress({k: live for k, (live, _) in (await asyncio.to_thread(self.store.counts)).items()})
            if done is not None and done.done >= wanted:
                return
            if (obstacle := self.services.obstacles.lasting()) is not None:
                raise obstacle
            await asyncio.sleep(0.05)
        name = key.partition("|")[0]
        raise SetupError(
            f"The fetching from {name} did not end in {wait_s:.0f} s.",
            sv=f"Hämtningen från {name} blev inte klar i tid.",
        )

    def publish(self, estate_id: str, target: str, *, options: dict[str, Any] | None = None) -> None:
        """Ask for a home to be shown at a receiver and kept true there from now on."""
        self._wish(estate_id, target, "published", options or {})

    def unpublish(self, estate_id: str, target: str) -> None:
        """Ask for a home to be taken down at a receiver."""
        self._wish(estate_id, target, "unpublished", {})

    def _wish(self, estate_id: str, target: str, wish: str, options: dict[str, Any]) -> None:
        if self.store.row("estate", estate_id) is None:
            raise Invalid(f"There is no object {estate_id}.", sv=f"Det finns inget objekt {estate_id}.")
        if not self.connections.live(target).can("publish"):
            raise Invalid(f"{target} cannot publish.", sv=f"{target} kan inte visa objekt.")
        now = self.services.now()
        patch = {"wish": wish, "wished_at": now.isoformat(), "options": options}
        self.store.link_merge("estate", estate_id, target, patch, now)
        self.store.outbox_add([publish_row(estate_id, target, ask=now.isoformat())])
        self.wake()

    def resolve_object(self, text: str) -> str:
        """A canonical estate id from what a person types: the id, the source's id, or the reference."""
        if self.store.row("estate", text) is not None:
            return text
        for connection in self.connections.who_can("read"):
            if self.store.row("estate", f"{connection}:{text}") is not None:
                return f"{connection}:{text}"
        raise Invalid(f"There is no object {text}.", sv=f"Det finns inget objekt {text}.")

    def _sign(self, key: str, expires_at: datetime) -> str:
        """The path of a signed link to an archived file, beginning with `/b/`."""
        return self._signer.sign(f"/b/{key}", expires_at=expires_at, purpose=PICTURE_LINK)

    def check_link(self, link: str) -> str | None:
        """The archive key in one of our own links (`/b/<key>?…`), or None when it does not hold."""
        try:
            return self._signer.verify(link, purpose=PICTURE_LINK).removeprefix("/b/")
        except VaultError:
            return None


def _open_store(settings: Settings, sealer: keys.PayloadSealer, now: Callable[[], datetime]) -> Store:
    """The store, its tables up to date; the default SQLite file's folder is made. Raises SetupError."""
    if not settings.database:
        try:
            settings.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SetupError(
                f"The folder {settings.home} cannot be made: {error.strerror}.",
                sv=f"Mappen {settings.home} går inte att skapa.",
            ) from error
    store = Store.open(settings.database_url, keys=sealer, now=now)
    store.migrate()
    return store
