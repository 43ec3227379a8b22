"""`brygga up`: hub and web in one process and one event loop, from one call."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from brygga.hub.hub import Hub
from brygga.hub.practice import adopt_running
from brygga.hub.settings import Settings
from brygga.model import SetupError
from brygga.web.app import App
from brygga.web.sessions import ADMINISTRATOR

BACKLOG = 2048
STOP_S = 5
Ready = Callable[[dict[str, str]], None]


class Server(uvicorn.Server):
    """The server without signal handling of its own: the program decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing to capture."""
        yield


async def serve(settings: Settings, *, ready: Ready, until: asyncio.Event | None = None) -> None:
    """Run hub and web until `until` is set, or SIGTERM or SIGINT comes. Stops cleanly.

    `ready` is called once with `url`, `page` (the one-time link) and `webhooks` (where outside
    systems send theirs; the connection's name and its secret are appended). Raises SetupError in
    one sentence: port taken, wrong database, another hub on the same files.
    """
    listener = listen(settings.host, settings.port)
    try:
        hub = await asyncio.to_thread(Hub, settings)
    except BaseException:
        listener.close()
        raise
    ended = until or asyncio.Event()
    try:
        hub.listening_at = url_of(listener)
        await adopt_running(hub)
        await hub.start()
        await _run(hub, listener, ready, ended)
    finally:
        listener.close()
        await hub.stop()


async def _run(hub: Hub, listener: socket.socket, ready: Ready, ended: asyncio.Event) -> None:
    app = App(hub, cookie=f"brygga_{listener.getsockname()[1]}")
    server = Server(config(app))
    with _signals(ended):
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await _started(server, serving)
            ready(facts(hub, app))
            await _first(ended, serving)
        finally:
            await app.close()
            server.should_exit = True
            await serving


def config(app: App) -> uvicorn.Config:
    """How the server runs: no log of addresses (they may hold searches), short stops, bounded queues."""
    return uvicorn.Config(
        app.asgi,
        http="httptools",
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=STOP_S,
    )


def facts(hub: Hub, app: App) -> dict[str, str]:
    """What the person at the terminal needs to know."""
    url = hub.listening_at
    outside = hub.settings.public_url or url
    return {
        "url": url,
        "page": f"{url}/in?nyckel={app.door.invite(ADMINISTRATOR)}",
        "webhooks": f"{outside}/in/",
    }


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises SetupError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said to be TCP outright: only then does asyncio turn Nagle off, and an answer of two writes
    # would else wait 40 ms for the other side's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    listener.setblocking(False)
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> SetupError:
    if error.errno == errno.EADDRINUSE:
        return SetupError(
            f"Port {port} is taken by another program; choose another with --port, or 0 for a free one.",
            code="port_taken",
            sv=f"Port {port} används av ett annat program. Välj en annan med --port, eller 0 för en ledig.",
        )
    return SetupError(
        f"It is not possible to listen on {host} port {port}: {error.strerror}.",
        code="cannot_listen",
        sv=f"Det går inte att lyssna på {host} port {port}.",
    )


def url_of(listener: socket.socket) -> str:
    """Where a browser on this machine finds us."""
    host, port = listener.getsockname()[:2]
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 – read, not bound
    return f"http://{named}:{port}"


async def _started(server: Server, serving: asyncio.Task[None]) -> None:
    while not server.started:
        if serving.done():
            serving.result()
            raise SetupError("The web server did not start.", code="not_started")
        await asyncio.sleep(0.01)


async def _first(ended: asyncio.Event, serving: asyncio.Task[None]) -> None:
    """Until somebody says so, or the server has ended by itself."""
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait([waiting, serving], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


@contextlib.contextmanager
def _signals(ended: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT end the program in order; outside the main thread there are none to catch."""
    loop = asyncio.get_running_loop()
    caught: list[signal.Signals] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            loop.add_signal_handler(number, ended.set)
            caught.append(number)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
