"""Conditional calls, and the last good answer while the provider is down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from brygga.model.errors import NeedsSignIn, Retryable
from brygga.wire.memory import MemoryAnswers


class Wall:
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def wall() -> Wall:
    return Wall()


def _tagged(body: str, **more: str) -> dict[str, Any]:
    return {"text": body, "headers": {"ETag": '"v1"', "Content-Type": "application/json", **more}}


async def test_an_unchanged_answer_is_not_sent_twice(
    provider: Any, wire_to: Any, read: Any, wall: Wall
) -> None:
    provider.script = [_tagged('{"a":1}'), 304]
    wire = wire_to(kit={"now": wall})
    await wire.call(read(cacheable=True))
    wall.at += timedelta(hours=1)
    again = await wire.call(read(cacheable=True))
    assert provider.requests[1][2]["If-None-Match"] == '"v1"'
    assert (again.body, again.from_cache, again.stale, again.age_s) == (b'{"a":1}', True, False, 0.0)
    assert again.fetched_at == wall.at


async def test_a_date_is_used_where_there_is_no_tag(provider: Any, wire_to: Any, read: Any) -> None:
    stamp = "Mon, 02 Mar 2026 10:00:00 GMT"
    provider.script = [{"text": "{}", "headers": {"Last-Modified": stamp}}, 304]
    wire = wire_to()
    for _ in range(2):
        await wire.call(read(cacheable=True))
    assert provider.requests[1][2]["If-Modified-Since"] == stamp


async def test_a_changed_answer_replaces_the_kept_one(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [_tagged('{"a":1}'), _tagged('{"a":2}', ETag='"v2"'), 304]
    wire = wire_to()
    bodies = [(await wire.call(read(cacheable=True))).body for _ in range(3)]
    assert bodies == [b'{"a":1}', b'{"a":2}', b'{"a":2}']
    assert provider.requests[2][2]["If-None-Match"] == '"v2"'


async def test_the_last_good_answer_is_shown_with_its_age(
    provider: Any, wire_to: Any, read: Any, wall: Wall
) -> None:
    provider.script = [_tagged('{"a":1}'), 500]
    wire = wire_to(kit={"now": wall}, attempts=2)
    await wire.call(read(cacheable=True))
    wall.at += timedelta(minutes=10)
    old = await wire.call(read(cacheable=True))
    assert (old.body, old.stale, old.from_cache, old.age_s) == (b'{"a":1}', True, True, 600.0)


async def test_an_open_breaker_gives_the_last_good_answer_too(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [_tagged('{"a":1}'), 500]
    wire = wire_to(attempts=1, breaker_failures=1, breaker_rest_s=60.0)
    await wire.call(read(cacheable=True))
    await wire.call(read(cacheable=True))
    sent = provider.calls
    assert (await wire.call(read(cacheable=True))).stale
    assert provider.calls == sent


async def test_what_was_never_read_well_still_fails(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [_tagged("{}"), 500]
    wire = wire_to(attempts=1)
    await wire.call(read(cacheable=True))
    for other in (read(cacheable=True, path="/estate/2"), read(cacheable=True, query=(("q", "x"),)), read()):
        with pytest.raises(Retryable):
            await wire.call(other)


async def test_a_refused_sign_in_is_never_papered_over(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [_tagged("{}"), 401]
    wire = wire_to()
    await wire.call(read(cacheable=True))
    with pytest.raises(NeedsSignIn):
        await wire.call(read(cacheable=True))


@pytest.mark.parametrize(
    ("members", "headers"),
    [
        ({"sensitive": True}, {}),
        ({"cacheable": False}, {}),
        ({"method": "POST"}, {}),
        ({}, {"Cache-Control": "private, No-Store"}),
    ],
)
async def test_what_must_not_be_kept_is_not_kept(
    provider: Any, wire_to: Any, read: Any, members: dict[str, Any], headers: dict[str, str]
) -> None:
    provider.script = [_tagged("{}", **headers)]
    answers = MemoryAnswers()
    await wire_to(kit={"answers": answers}).call(read(**{"cacheable": True, **members}))
    assert answers.forget("default/prov") == 0


async def test_cookies_and_query_values_are_not_kept(provider: Any, wire_to: Any, read: Any) -> None:
    async def with_cookie(_: web.Request) -> web.Response:
        answer = web.json_response({}, headers={"ETag": '"x"'})
        answer.set_cookie("session", "s3cret")
        return answer

    provider.script = [with_cookie]
    answers = MemoryAnswers()
    wire = wire_to(kit={"answers": answers})
    await wire.call(read(cacheable=True, query=(("phone", "070-1740605"),)))
    assert "s3cret" not in str(answers._all)
    assert "1740605" not in str(answers._all)
    await wire.call(read(cacheable=True))
    assert "Cookie" not in provider.requests[-1][2]
