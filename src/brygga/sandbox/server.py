"""The frame of every imitation: one port, one path prefix each, faults and counting in between.

An imitation says its routes and answers them as the outside system does. The frame notes each
arrival, lets the fault plan strike, sends webhooks and offers the control API (`control`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from brygga.model import Invalid, SetupError
from brygga.sandbox.faults import FaultPlan, OneShot, Options
from brygga.sandbox.hooks import DELIVERIES, WebhookSender
from brygga.sandbox.recorder import Arrivals, WriteLog
from brygga.sandbox.trouble import Handler, Trouble, is_cut, json_answer

HOST = "127.0.0.1"
CONTROL = "/_control"
LARGEST_BODY_BYTES = 32 * 1024 * 1024


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class Imitation:
    """Base of an imitated system. Subclass: set `name`, give `routes`, answer truthfully.

    `is_source` marks a system that the hub reads from.

    `seed` decides content and faults; `now` is the imitation's wall clock (zone-aware), `clock`
    a monotonic one in seconds for the request log.
    """

    name = ""
    is_source = False

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: str = "none",
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seed = seed
        self.now = now
        self.faults = FaultPlan(seed=seed)
        self.arrivals = Arrivals(clock=clock)
        self.writes = WriteLog(clock=clock)
        self.hooks = WebhookSender(seed=seed)
        self._trouble = Trouble(self.faults, refuse=self.refuse, reshape=self.reshape, now=now)
        self.use_profile(faults)

    def routes(self) -> Sequence[web.RouteDef]:
        """The system's own paths, without the prefix."""
        raise NotImplementedError

    def refuse(self, status: int, text: str) -> web.Response:
        """An error in the system's own form; faults use it too."""
        return json_answer({"message": text}, status=status)

    def is_listing(self, request: web.Request) -> bool:
        """Whether a request asks for a listing, so that listing faults may strike."""
        return False

    def office_of(self, request: web.Request) -> str:
        """Which office a request concerns; empty if none. `forbidden-office` looks at it."""
        return ""

    def closed_office(self) -> str:
        """The office that `forbidden-office` closes when its options name none."""
        return ""

    def reshape(self, fault: str, payload: Any, request: web.Request, rng: random.Random) -> Any:
        """A listing's payload under a listing fault. Here: an object with `rows`."""
        if not isinstance(payload, dict) or not isinstance(payload.get("rows"), list):
            return payload
        share = self.faults.options.shrink_share
        rows = spoil_rows(
            fault, payload["rows"], rng, first_page=self.first_page(request), shrink_share=share
        )
        return {**payload, "rows": rows}

    def first_page(self, request: web.Request) -> bool:
        """Whether a listing request is for the first page; `empty-page` strikes only the others."""
        return True

    def truth(self, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """All that is true here, as plain JSON: kind → id → flat fact name → value."""
        return {}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Change the truth as a person at the agency would. Raises Invalid (`unknown_mutation`)."""
        raise Invalid(f"{self.name} has no mutation {what!r}", code="unknown_mutation")

    def settings(self) -> dict[str, Any]:
        """What a client needs in order to connect (base path, names, invented passwords)."""
        return {}

    def control_routes(self) -> dict[tuple[str, str], Callable[[web.Request], Any]]:
        """More control calls of this imitation: (method, name) → coroutine function."""
        return {}

    def use_profile(self, profile: str) -> None:
        """A fault or delivery profile by name. Raises Invalid for a name that is neither."""
        if profile in DELIVERIES:
            self.hooks.configure(delivery=profile)
        else:
            self.faults.use(profile)

    def next_faults(self, *shots: OneShot) -> None:
        """The next requests that fit meet these faults."""
        self.faults.next(shots)

    def app(self) -> web.Application:
        """The imitation as an application to be mounted under its prefix."""
        app = web.Application(middlewares=[self._watch], client_max_size=LARGEST_BODY_BYTES)
        app.add_routes(list(self.routes()))
        return app

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every request: note it, strike or not, note how it ended."""
        path = request.path.removeprefix(f"/{self.name}")
        arrival = self.arrivals.begin(method=request.method, path=path)
        status = 0
        try:
            arrival.fault = self._fault(arrival.number, path, request)
            answer = await self._answer(arrival.fault, arrival.number, request, handler)
            status = 0 if is_cut(request) else answer.status
        finally:
            self.arrivals.end(arrival, status=status)
        return answer

    def _fault(self, number: int, path: str, request: web.Request) -> str:
        fault = self.faults.decide(number, method=request.method, path=path, listing=self.is_listing(request))
        if fault != "forbidden" or self.faults.profile != "forbidden-office":
            return fault
        closed = self.faults.options.office or self.closed_office()
        return fault if self.office_of(request) == closed else ""

    async def _answer(
        self, fault: str, number: int, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException as error:
                return self.refuse(error.status, error.reason)

        if not fault:
            return await guarded(request)
        return await self._trouble.meet(fault, number, request, guarded)


def spoil_rows(
    fault: str, rows: list[Any], rng: random.Random, *, first_page: bool, shrink_share: float
) -> list[Any]:
    """Rows of one page under a listing fault. `empty-page` leaves the first page whole."""
    if fault == "empty-list" or (fault == "empty-page" and not first_page):
        return []
    if fault == "shrunk":
        return [row for row in rows if rng.random() >= shrink_share]
    if fault == "duplicated":
        return [row for row in rows for _ in range(1 + (rng.random() < 0.5))]
    if fault == "shuffled":
        return rng.sample(rows, len(rows))
    return rows


class Sandbox:
    """Several imitations on one loopback port, each under `/<name>`. Use as `async with`."""

    def __init__(self, *imitations: Imitation, port: int = 0, smtp: Any = None) -> None:
        self.imitations = {imitation.name: imitation for imitation in imitations}
        self.smtp = smtp
        self._wanted_port = port
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        """Open the port. Raises SetupError (`port_taken`) if somebody else has it."""
        from brygga.sandbox import control

        app = web.Application(client_max_size=LARGEST_BODY_BYTES)
        control.attach(app, self)
        for imitation in self.imitations.values():
            app.add_subapp(f"/{imitation.name}", imitation.app())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await self._open()
        if self.smtp is not None:
            await self.smtp.start()
        for imitation in self.imitations.values():
            await imitation.hooks.start()

    async def _open(self) -> None:
        assert self._runner is not None  # noqa: S101 - start() made it
        site = web.TCPSite(self._runner, HOST, self._wanted_port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise SetupError(
                f"port {self._wanted_port} cannot be opened: {error.strerror}",
                code="port_taken",
                sv=f"Porten {self._wanted_port} går inte att öppna: något annat använder den. Välj en annan.",
            ) from error
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port and give up webhooks that still wait."""
        for imitation in self.imitations.values():
            await imitation.hooks.stop()
        if self.smtp is not None:
            await self.smtp.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def url(self, name: str = "") -> str:
        """`http://127.0.0.1:PORT/name`; without a name the root."""
        root = f"http://{HOST}:{self.port}"
        return f"{root}/{name}" if name else root

    def settings(self) -> dict[str, Any]:
        """What a client needs, per imitation: `base_url` and the imitation's own settings."""
        found = {
            name: {"base_url": self.url(name), **imitation.settings()}
            for name, imitation in self.imitations.items()
        }
        if self.smtp is not None:
            found["smtp"] = self.smtp.settings()
        return found


async def forever() -> None:
    """Wait until cancelled."""
    await asyncio.Event().wait()


__all__ = ["HOST", "Imitation", "OneShot", "Options", "Sandbox", "forever", "spoil_rows", "utc_now"]
