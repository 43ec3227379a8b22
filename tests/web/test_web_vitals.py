"""Signs of life for machines, and news for pages."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from brygga.hub import Hub
from brygga.model import Retryable
from brygga.store import Event
from brygga.web.app import App
from brygga.web.live import Pulse


async def test_alive_and_ready(app: App, people: Any) -> None:
    async with people.stranger(app, client="192.0.2.1", host="hub.example.test") as outsider:
        assert (await outsider.get("/health/live")).json() == {"live": True}
        assert (await outsider.get("/health/ready")).json() == {"ready": True}
        assert (await outsider.get("/health/other")).status_code == 404
        assert (await outsider.post("/health/live")).status_code == 405
        assert (await outsider.head("/health/live")).content == b""


async def test_not_ready_while_the_store_is_away(app: App, people: Any, monkeypatch: Any) -> None:
    def away(*_: Any) -> None:
        raise Retryable("away")

    monkeypatch.setattr(app.site.hub.store, "setting_get", away)
    async with people.stranger(app) as machine:
        answer = await machine.get("/health/ready")
        assert (answer.status_code, answer.json()) == (503, {"ready": False})
        assert (await machine.get("/health/live")).status_code == 200


async def test_metrics_count_what_waits_and_name_nobody(app: App, people: Any) -> None:
    async with people.stranger(app) as machine:
        await machine.get("/nope")
        text = (await machine.get("/metrics")).text
    assert 'brygga_outbox_rows{connection="hemnet",state="waiting"} 1.0' in text
    assert 'brygga_records{kind="estate"} 12.0' in text
    assert 'brygga_repairs_open{code="key_refused"} 1.0' in text
    assert 'brygga_web_requests_total{part="page",status="403"} 1.0' in text
    assert "Storgatan" not in text
    assert "OBJ1" not in text


async def test_the_same_state_is_no_news_and_a_change_is(hub: Hub) -> None:
    pulse = Pulse(hub, every_s=0.02)
    stream = pulse.stream()
    assert await anext(stream) == b"retry: 5000\n\n"
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.15)
    assert not waiting.done()
    hub.store.event_add([Event(at=hub.services.now(), connection="vitec", what="pull.catchup")])
    async with asyncio.timeout(2):
        news = await waiting
    assert news.startswith(b"event: nytt\ndata: ")
    await pulse.close()
    await stream.aclose()


async def test_news_hold_no_data(hub: Hub, office: Any) -> None:
    mark = Pulse(hub)._read()
    assert len(mark) <= 12
    assert int(mark, 16) >= 0


async def test_closing_ends_every_stream(hub: Hub) -> None:
    pulse = Pulse(hub, every_s=10)
    streams = [pulse.stream() for _ in range(3)]
    for stream in streams:
        await anext(stream)
    rests = [asyncio.ensure_future(anext(stream, b"end")) for stream in streams]
    await asyncio.sleep(0)
    await pulse.close()
    async with asyncio.timeout(2):
        assert await asyncio.gather(*rests) == [b"end"] * 3
    assert pulse.full


async def test_the_stream_is_for_sessions_only(app: App, people: Any) -> None:
    async with people.stranger(app) as outsider:
        assert (await outsider.get("/strom")).status_code == 403


async def test_beyond_the_most_viewers_pages_do_without_news(
    browser: httpx.AsyncClient, app: App, monkeypatch: Any
) -> None:
    monkeypatch.setattr("brygga.web.live.MOST_VIEWERS", 0)
    assert (await browser.get("/strom")).status_code == 204


@pytest.mark.parametrize("name", ["brygga.css", "page.js", "htmx.min.js", "brygga.svg", "fonts/inter.woff2"])
async def test_what_the_pages_need_is_served_by_us(app: App, people: Any, name: str) -> None:
    async with people.stranger(app) as anyone:
        answer = await anyone.get(f"/static/{name}")
    assert answer.status_code == 200
    assert len(answer.content) > 100
