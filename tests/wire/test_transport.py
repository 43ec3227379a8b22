"""Sizes, bombs, broken and half answers, and no repeat behind our back."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from brygga.model.errors import OutcomeUnknown, Rejected, Retryable
from brygga.wire import Kit, Limits, Profile, Repeat, Wire
from brygga.wire.inflate import Broken, Inflater, TooLarge


@asynccontextmanager
async def raw_server(answer: Callable[[int], bytes | None]) -> AsyncIterator[tuple[str, list[int]]]:
    """A server of bare bytes; `answer(n)` for the n-th request of all, None closes without a word."""
    seen: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                seen.append(len(seen) + 1)
                what = answer(len(seen))
                if what is None:
                    break
                writer.write(what)
                await writer.drain()
                if b"Connection: close" in what:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen


@asynccontextmanager
async def wire_at(base_url: str, naps: Any, **limits: Any) -> AsyncIterator[Wire]:
    wide = {"calls": 10_000, "at_once": 100, "timeout_s": 2.0, "attempts": 1, **limits}
    profile = Profile(connection="prov", base_url=base_url, allow_private=True, limits=Limits(**wide))
    async with Wire(profile, Kit(sleep=naps)) as wire:
        yield wire


_WELL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("announced", [True, False])
async def test_an_answer_beyond_its_limit_is_refused(
    provider: Any, wire_to: Any, read: Any, announced: bool
) -> None:
    async def large(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        if announced:
            answer.content_length = 200_000
        await answer.prepare(request)
        for _ in range(200):
            await answer.write(b"x" * 1000)
        return answer

    provider.script = [large]
    wire = wire_to(answer_bytes=100_000)
    with pytest.raises(Rejected) as refused:
        await wire.call(read(headers={}))
    assert refused.value.code == "too_large"
    assert len((await wire.call(read(headers={}, max_bytes=200_000))).body) == 200_000


async def test_an_answer_of_exactly_its_limit_passes(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [{"body": b"x" * 1000}]
    assert len((await wire_to(answer_bytes=1000).call(read(headers={}))).body) == 1000


async def test_a_packed_answer_is_unpacked(provider: Any, wire_to: Any, read: Any) -> None:
    body = b'{"text":"' + b"abc " * 1000 + b'"}'
    packed = {
        "gzip": gzip.compress(body),
        "deflate": zlib.compress(body),
        "x-gzip": gzip.compress(body[:10]) + gzip.compress(body[10:]),
    }
    for name, sent in packed.items():
        provider.script = [{"body": sent, "headers": {"Content-Encoding": name}}]
        assert (await wire_to().call(read())).body == body
    raw = zlib.compressobj(wbits=-15)
    provider.script = [{"body": raw.compress(body) + raw.flush(), "headers": {"Content-Encoding": "deflate"}}]
    assert (await wire_to().call(read())).body == body


async def test_a_bomb_is_not_unfolded(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [{"body": gzip.compress(b"\0" * 50_000_000), "headers": {"Content-Encoding": "gzip"}}]
    with pytest.raises(Rejected) as refused:
        await wire_to(answer_bytes=20_000_000).call(read())
    assert refused.value.code == "too_large"


def test_a_bomb_stops_at_the_limit_and_at_the_ratio() -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    with pytest.raises(TooLarge):
        Inflater(10_000).feed(bomb)
    with pytest.raises(TooLarge):
        Inflater(100_000_000).feed(bomb)
    twice = Inflater(100_000_000)
    with pytest.raises(TooLarge):
        twice.feed(gzip.compress(bomb) + bomb)


def test_damaged_and_half_packed_data_is_told() -> None:
    whole = gzip.compress(bytes(range(256)) * 50)
    half = Inflater(100_000)
    half.feed(whole[: len(whole) // 2])
    with pytest.raises(Broken):
        half.finish()
    with pytest.raises(Broken):
        Inflater(100_000).feed(b"this is not packed at all")
    pieces = Inflater(100_000)
    assert b"".join(pieces.feed(whole[i : i + 7]) for i in range(0, len(whole), 7)) == bytes(range(256)) * 50
    pieces.finish()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\n{\"a\":", "cut_off"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\n{\"a\":\r\n",
            "cut_off",
        ),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"a\":", "not_json"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", "cut_off"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", "not_json"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "not_json"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n\n <!DOCTYPE html><html>..", "html"),
        (b"220 mail.example.test ESMTP\r\n", "not_json"),
        (None, "cut_off"),
    ],
)  # fmt: skip
async def test_half_and_foreign_answers_are_tried_again_and_named(
    naps: Any, read: Any, sent: bytes | None, code: str
) -> None:
    async with raw_server(lambda n: sent if n == 1 else _WELL) as (url, seen), wire_at(url, naps) as wire:
        with pytest.raises(Retryable) as failed:
            await wire.call(read())
        assert failed.value.code == code
        assert len(seen) == 1, "aiohttp sent it again by itself"
        assert (await wire.call(read())).body == b"{}"


async def test_a_silent_provider_runs_into_the_time_limit(naps: Any, read: Any) -> None:
    async with raw_server(lambda _: b"") as (url, _), wire_at(url, naps, timeout_s=0.2) as wire:
        with pytest.raises(Retryable) as failed:
            await wire.call(read())
        assert failed.value.code == "timeout"


async def test_a_kept_connection_that_breaks_leads_to_one_arrival_only(naps: Any, read: Any) -> None:
    async with (
        raw_server(lambda n: _WELL if n != 2 else None) as (url, seen),
        wire_at(url, naps) as wire,
    ):
        await wire.call(read())
        with pytest.raises(Retryable):
            await wire.call(read())
        assert len(seen) == 2


async def test_a_write_that_cannot_be_repeated_gets_a_connection_of_its_own(
    provider: Any, wire_to: Any, read: Any
) -> None:
    peers: list[Any] = []

    async def note(request: web.Request) -> web.Response:
        peers.append(request.transport.get_extra_info("peername"))
        return web.json_response({})

    provider.script = [note]
    wire = wire_to()
    for repeat in (Repeat.READ, Repeat.NONE, Repeat.NONE, Repeat.READ):
        await wire.call(read(method="POST", repeat=repeat))
    assert peers[0] == peers[3]
    assert len(set(peers)) == 3


async def test_a_refused_connection_is_certainly_not_sent(naps: Any, read: Any) -> None:
    async with raw_server(lambda _: _WELL) as (url, _):
        pass
    async with wire_at(url, naps, attempts=3) as wire:
        with pytest.raises(Retryable) as failed:
            await wire.call(read(method="POST", repeat=Repeat.NONE))
        assert failed.value.code == "unreachable"
        assert len(naps.asked) == 2, "it may be tried again"


@pytest.mark.parametrize("repeat", [Repeat.NONE, Repeat.READBACK])
async def test_a_write_cut_off_is_a_doubt_at_once(naps: Any, read: Any, repeat: Repeat) -> None:
    async with raw_server(lambda _: None) as (url, seen), wire_at(url, naps, attempts=5) as wire:
        with pytest.raises(OutcomeUnknown) as doubt:
            await wire.call(read(method="POST", repeat=repeat, json={"a": 1}))
        assert "skickar inte igen" in doubt.value.sv
        assert len(seen) == 1
