"""A real Radicale on loopback, started once, and connectors over a real line to it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from brygga.calendars import CalendarEvent, stored
from brygga.connectors import manifest
from brygga.connectors.caldav.api import CalDav
from brygga.connectors.caldav.schema import Changes
from brygga.wire import Kit, Profile, Wire
from brygga.wire.call import Limits

USER, PASSWORD = "anna", "hemligt-ord-å"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONFIG = """\
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = error
"""


async def password(_: str) -> str:
    """The password of the one user."""
    return PASSWORD


async def at_once(_: float) -> None:
    """Retries need not wait in tests."""


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server with one user and no calendars."""
    pytest.importorskip("radicale", reason="needs the CalDAV server Radicale")
    folder = tmp_path_factory.mktemp("radicale")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    (folder / "config").write_text(CONFIG.format(port=port, folder=folder), encoding="utf-8")
    command = [sys.executable, "-m", "radicale", "--config", str(folder / "config")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _wait_for(port, server, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError("Radicale did not start")


@pytest.fixture
def other(radicale: str) -> Iterator[httpx.Client]:
    """Another client at the same account: a broker's telephone."""
    with httpx.Client(base_url=radicale, auth=(USER, PASSWORD), timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def calendar(other: httpx.Client) -> str:
    """The path of an empty calendar of this test's own."""
    path = f"/{USER}/{uuid.uuid4()}/"
    other.request("MKCALENDAR", path).raise_for_status()
    return path


@pytest.fixture
async def join(radicale: str) -> AsyncIterator[Callable[..., Awaitable[CalDav]]]:
    """Gives connectors that are joined to the server, or to another address."""
    async with AsyncExitStack() as open_things:

        async def begin(base_url: str = radicale, **settings: Any) -> CalDav:
            given = {"base_url": base_url, "user": USER, **settings}
            profile = Profile(
                connection="kalender",
                authorise=CalDav.authorise(given, password),
                base_url=base_url,
                errors=manifest.load("caldav").errors,
                limits=Limits(calls=5000, per_s=1.0, at_once=20, attempts=3, breaker_failures=1000),
                allow_private=True,
            )
            wire = await open_things.enter_async_context(Wire(profile, Kit(sleep=at_once)))
            return CalDav(wire, connection="kalender", settings=given, secrets=password)

        yield begin


@pytest.fixture
def viewing() -> Callable[..., CalendarEvent]:
    """A viewing of half an hour on a Sunday."""

    def make(uid: str = "visning-1@example.com", **facts: Any) -> CalendarEvent:
        starts = facts.pop("starts_at", datetime(2026, 12, 6, 12, 0, tzinfo=UTC))
        usual = {"title": "Visning Björkvägen 3", "place": "Björkvägen 3, 411 24 Göteborg"}
        return CalendarEvent(
            uid=uid, starts_at=starts, ends_at=starts + timedelta(minutes=30), **(usual | facts)
        )

    return make


@pytest.fixture
def ics() -> Callable[..., bytes]:
    """An event as it is stored."""
    return lambda *events: stored(*events, now=NOW)


@pytest.fixture
def all_of() -> Callable[..., Awaitable[Changes]]:
    """All pages of changes as one; `pages` counts them."""

    async def gather(found: AsyncIterator[Changes]) -> Changes:
        whole = Changes()
        async for page in found:
            whole.entries += page.entries
            whole.failed += page.failed
            whole.gone, whole.token, whole.full, whole.last = page.gone, page.token, page.full, page.last
        return whole

    return gather
