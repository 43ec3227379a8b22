"""Hub and web in one process: started, stopped, killed; a taken port is one clear sentence."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from brygga.hub import Hub, Settings
from brygga.model import SetupError
from brygga.web import serve
from brygga.web.serving import listen, url_of

SECRET = "en-lang-hemlighet"
ROUNDS = 40 if os.environ.get("BRYGGA_CHAOS") else 3


async def test_serving_tells_where_it_is_and_stops_when_told(tmp_path: Path) -> None:
    facts: dict[str, str] = {}
    ready, until = asyncio.Event(), asyncio.Event()

    def told(given: dict[str, str]) -> None:
        facts.update(given)
        ready.set()

    settings = Settings(home=tmp_path, port=0)
    running = asyncio.create_task(serve(settings, ready=told, until=until))
    async with asyncio.timeout(30):
        await asyncio.wait([running, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
        assert ready.is_set(), running
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            assert "Börja med mäklarsystemet." in (await browser.get(facts["page"])).text
            assert (await browser.get(facts["page"])).status_code == 403
            assert (await browser.get(f"{facts['url']}/health/ready")).json() == {"ready": True}
            assert (await browser.post(f"{facts['webhooks']}vitec/x", content=b"{}")).status_code == 404
        until.set()
        await running
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(facts["url"].rsplit(":", 1)[1])), timeout=1)


async def test_a_stream_of_news_does_not_hold_up_the_end(tmp_path: Path) -> None:
    facts: dict[str, str] = {}
    ready, until = asyncio.Event(), asyncio.Event()

    def told(given: dict[str, str]) -> None:
        facts.update(given)
        ready.set()

    settings = Settings(home=tmp_path, port=0)
    running = asyncio.create_task(serve(settings, ready=told, until=until))
    async with asyncio.timeout(30):
        await ready.wait()
        async with httpx.AsyncClient() as browser:
            await browser.get(facts["page"])
            async with browser.stream("GET", f"{facts['url']}/strom") as news:
                pieces = news.aiter_bytes()
                assert await anext(pieces) == b"retry: 5000\n\n"
                begun = asyncio.get_running_loop().time()
                until.set()
                await running
                assert asyncio.get_running_loop().time() - begun < 4


async def test_a_taken_port_is_one_sentence_and_nothing_is_opened(tmp_path: Path) -> None:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = taken.getsockname()[1]
    try:
        with pytest.raises(SetupError, match=f"Port {port} is taken") as caught:
            await serve(Settings(home=tmp_path / "home", port=port), ready=lambda _: None)
        assert caught.value.sv.startswith(f"Port {port} används av ett annat program.")
        assert not (tmp_path / "home" / "brygga.db").exists()
    finally:
        taken.close()


def test_an_address_that_is_not_ours_cannot_be_listened_on() -> None:
    with pytest.raises(SetupError, match="not possible to listen"):
        listen("192.0.2.1", 0)


def test_answers_do_not_wait_for_a_delayed_acknowledgement() -> None:
    """Nagle off on every accepted line; asyncio does it only for sockets that say that they are TCP."""
    listener = listen("127.0.0.1", 0)
    try:
        assert listener.proto == socket.IPPROTO_TCP
        assert url_of(listener).startswith("http://127.0.0.1:")
    finally:
        listener.close()


def start(home: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, str(Path(__file__).with_name("intake_server.py")), str(home), SECRET]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    told, _, _ = select.select([server.stdout], [], [], 30)
    if not told:
        server.kill()
        raise AssertionError("the server did not say where it listens")
    return server, int(server.stdout.readline())


def post(line: http.client.HTTPConnection, number: int) -> int:
    body = json.dumps({"type": "Estate", "event": "Update", "id": f"OBJ{number}", "customerId": "M1"})
    line.request("POST", f"/in/vitec/{SECRET}", body=body)
    answer = line.getresponse()
    answer.read()
    return answer.status


def test_a_notice_that_was_answered_survives_a_kill_right_after(tmp_path: Path, office: ModuleType) -> None:
    """kill −9 the moment the answer is read: every answered notice is in the inbox, readable."""
    home, answered = tmp_path / "home", 0
    for _ in range(ROUNDS):
        server, port = start(home)
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            for _ in range(7):
                assert post(line, answered) == 200
                answered += 1
        finally:
            os.kill(server.pid, signal.SIGKILL)
            server.wait(10)
            assert server.stdout is not None
            server.stdout.close()
            line.close()
    hub = Hub(Settings(home=home))
    try:
        kept: Any = hub.store.inbox_new("vitec", limit=10_000)
        assert sorted(json.loads(item.body)["id"] for item in kept) == sorted(
            f"OBJ{n}" for n in range(answered)
        )
    finally:
        hub.store.close()
