"""Signed picture links: only ours, only until they expire; conditions, ranges, HEAD."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from brygga.hub import Hub
from brygga.web.app import App

DATA = bytes(range(256)) * 2000
KEY = "pictures/ab/abcdef-2400.jpg"


@pytest.fixture
async def outside(hub: Hub, people: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A receiver somewhere else."""
    await hub.services.archive.put(KEY, DATA, content_type="image/jpeg")
    app = App(hub)
    async with people.stranger(app, client="192.0.2.20", host="pictures.example.test") as receiver:
        yield receiver
    await app.close()


def link(hub: Hub, key: str = KEY, hours: float = 1) -> str:
    return hub.services.sign(key, hub.services.now() + timedelta(hours=hours))


async def test_a_link_of_ours_gives_the_picture(outside: httpx.AsyncClient, hub: Hub) -> None:
    answer = await outside.get(link(hub))
    assert answer.status_code == 200
    assert answer.content == DATA
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-length"] == str(len(DATA))
    assert answer.headers["etag"] == f'"{hashlib.sha256(DATA).hexdigest()}"'
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_head_tells_the_same_without_the_bytes(outside: httpx.AsyncClient, hub: Hub) -> None:
    answer = await outside.head(link(hub))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(DATA))


@pytest.mark.parametrize("value", ['"{etag}"', 'W/"{etag}"', '"x", "{etag}"', "*"])
async def test_an_unchanged_picture_is_not_sent_again(
    outside: httpx.AsyncClient, hub: Hub, value: str
) -> None:
    etag = hashlib.sha256(DATA).hexdigest()
    answer = await outside.get(link(hub), headers={"if-none-match": value.replace("{etag}", etag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == f'"{etag}"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, len(DATA)),
        ("bytes=-10", len(DATA) - 10, len(DATA)),
        ("bytes=0-99999999", 0, len(DATA)),
        ("bytes=511999-", 511999, 512000),
    ],
)
async def test_a_part_can_be_asked_for(
    outside: httpx.AsyncClient, hub: Hub, asked: str, start: int, end: int
) -> None:
    answer = await outside.get(link(hub), headers={"range": asked})
    assert answer.content == DATA[start:end]
    if (start, end) != (0, len(DATA)):
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(DATA)}"


@pytest.mark.parametrize("asked", ["bytes=512000-", "bytes=-0", "bytes=9-3"])
async def test_a_part_outside_the_picture_is_not_there(
    outside: httpx.AsyncClient, hub: Hub, asked: str
) -> None:
    answer = await outside.get(link(hub), headers={"range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(DATA)}"


@pytest.mark.parametrize("asked", ["bytes=a-b", "items=0-1", "bytes=0-1,5-6", "x" * 3000])
async def test_an_odd_range_gets_the_whole(outside: httpx.AsyncClient, hub: Hub, asked: str) -> None:
    answer = await outside.get(link(hub), headers={"range": asked})
    assert (answer.status_code, len(answer.content)) == (200, len(DATA))


async def test_a_part_of_an_older_picture_is_not_given(outside: httpx.AsyncClient, hub: Hub) -> None:
    answer = await outside.get(link(hub), headers={"range": "bytes=0-9", "if-range": '"old"'})
    assert (answer.status_code, len(answer.content)) == (200, len(DATA))


async def test_an_expired_forged_or_foreign_link_tells_nothing(
    outside: httpx.AsyncClient, hub: Hub, clock: Any
) -> None:
    good = link(hub)
    foreign = hub.services.sign("pictures/ab/none.jpg", clock() + timedelta(hours=1))
    wrong = [
        good.replace("abcdef", "abcdee"),
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.split("?")[0],
        good + "&x=1",
        good.replace("expires=", "expires=9"),
        "/b/",
        "/b/%2e%2e/keys?expires=1&key=1&signature=x",
        foreign,
    ]
    for path in wrong:
        answer = await outside.get(path)
        assert (answer.status_code, answer.text) == (404, "not found\n"), path
    clock.at += timedelta(hours=2)
    assert (await outside.get(good)).status_code == 404


async def test_nothing_is_written_through_a_link(outside: httpx.AsyncClient, hub: Hub) -> None:
    assert (await outside.put(link(hub), content=b"x")).status_code == 405
    assert (await outside.delete(link(hub))).status_code == 405
    assert (await outside.get(link(hub))).content == DATA


async def test_a_damaged_file_is_never_served(outside: httpx.AsyncClient, hub: Hub) -> None:
    place = next(p for p in hub.settings.archive_path.rglob("*") if p.is_file() and p.read_bytes() == DATA)
    place.write_bytes(DATA[:-1] + b"\x00")
    answer = await outside.get(link(hub))
    assert answer.status_code in {404, 503}
    assert len(answer.content) < 100
