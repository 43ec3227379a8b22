"""Client credentials: one token per scope, asked for once, renewed in time, renewed once when refused."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from brygga.model.errors import NeedsSignIn, Rejected, Retryable
from brygga.wire import Call, Kit, Limits, Profile, Wire
from brygga.wire.oauth import BearerLine, ClientCredentials, Pair


class Clock:
    """Seconds that stand until they are moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Held:
    """A client id and secret that somebody may change."""

    def __init__(self) -> None:
        self.values = {"key": "key å", "secret": "s:ecret"}

    def pair(self) -> Pair:
        async def key() -> str:
            return self.values["key"]

        async def secret() -> str:
            return self.values["secret"]

        return Pair(key, secret)


def granting(*, life: Any = 3600, **more: Any) -> Callable[[web.Request], Any]:
    """A token endpoint that numbers its tokens."""
    count = iter(range(1, 1000))

    async def answer(request: web.Request) -> web.Response:
        form = await request.post()
        body = {"access_token": f"token-{next(count)}", "token_type": "Bearer", "scope": form.get("scope")}
        return web.json_response({**body, **({"expires_in": life} if life else {}), **more})

    return answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def tokens(provider: Any, clock: Clock, held: Held, naps: Any) -> ClientCredentials:
    limits = Limits(calls=1000, at_once=50, timeout_s=5.0, first_wait_s=0.0)
    facts = {"connection": "prov", "base_url": f"{provider.base_url}/token", "allow_private": True}

    def line() -> Wire:
        return Wire(Profile(limits=limits, **facts), Kit(sleep=naps))

    provider.script = [granting()]
    return ClientCredentials(line, pair=held.pair(), connection="prov", clock=clock)


async def test_a_token_is_asked_for_once_and_kept(provider: Any, tokens: ClientCredentials) -> None:
    assert [await tokens.token("a_read") for _ in range(3)] == ["token-1"] * 3
    assert provider.calls == 1
    method, url, headers, body = provider.requests[0]
    assert (method, url) == ("POST", "/token")
    assert body == b"grant_type=client_credentials&scope=a_read"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    pair = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "key%20%C3%A5:s%3Aecret"


async def test_many_at_once_share_one_request(provider: Any, tokens: ClientCredentials) -> None:
    got = await asyncio.gather(*(tokens.token("a_read") for _ in range(30)))
    assert (set(got), provider.calls) == ({"token-1"}, 1)


async def test_each_scope_has_a_token_of_its_own(provider: Any, tokens: ClientCredentials) -> None:
    assert len({await tokens.token("a_read"), await tokens.token("b_read")}) == 2
    assert provider.calls == 2


async def test_a_token_is_renewed_before_it_ends(
    provider: Any, tokens: ClientCredentials, clock: Clock
) -> None:
    await tokens.token("a_read")
    clock.at += 3569
    assert await tokens.token("a_read") == "token-1"
    clock.at += 2
    assert await tokens.token("a_read") == "token-2"


async def test_a_short_lived_token_is_still_used_for_half_its_life(
    provider: Any, tokens: ClientCredentials, clock: Clock
) -> None:
    provider.script = [granting(life=10)]
    await tokens.token("a_read")
    clock.at += 4.9
    assert await tokens.token("a_read") == "token-1"
    clock.at += 0.2
    assert await tokens.token("a_read") == "token-2"


@pytest.mark.parametrize("life", [None, "soon", -5, 0])
async def test_a_token_without_a_usable_life_is_assumed_short(
    provider: Any, tokens: ClientCredentials, clock: Clock, life: Any
) -> None:
    provider.script = [granting(life=life)]
    await tokens.token("a_read")
    clock.at += 200
    assert await tokens.token("a_read") == "token-1"
    clock.at += 100
    assert await tokens.token("a_read") == "token-2"


async def test_a_changed_secret_is_used_at_once(provider: Any, tokens: ClientCredentials, held: Held) -> None:
    await tokens.token("a_read")
    held.values["secret"] = "another"
    assert await tokens.token("a_read") == "token-2"


@pytest.mark.parametrize("code", ["invalid_scope", "unauthorized_client"])
async def test_a_scope_that_is_not_ours_is_told_apart_from_a_wrong_secret(
    provider: Any, tokens: ClientCredentials, code: str
) -> None:
    provider.script = [{"status": 400, "text": f'{{"error": "{code}"}}', "content_type": "application/json"}]
    with pytest.raises(Rejected) as raised:
        await tokens.token("a_read")
    assert raised.value.code == "scope_refused"
    assert "a_read" in str(raised.value)


async def test_a_token_given_without_the_scope_counts_as_refused(
    provider: Any, tokens: ClientCredentials
) -> None:
    provider.script = [granting(scope="default")]
    with pytest.raises(Rejected) as raised:
        await tokens.token("a_read")
    assert raised.value.code == "scope_refused"


@pytest.mark.parametrize(
    ("status", "text"), [(401, '{"error": "invalid_client"}'), (400, "not json"), (403, "")]
)
async def test_a_wrong_secret_asks_for_sign_in_and_does_not_quote_it(
    provider: Any, tokens: ClientCredentials, status: int, text: str
) -> None:
    provider.script = [{"status": status, "text": text}]
    with pytest.raises(NeedsSignIn) as raised:
        await tokens.token("a_read")
    assert (raised.value.code, raised.value.status, raised.value.connection) == (
        "client_refused",
        status,
        "prov",
    )
    assert "s:ecret" not in f"{raised.value.message}{raised.value.sv}"
    assert provider.calls == 1


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": "two\nlines"}, []])
async def test_an_answer_without_a_token_is_tried_again_later(
    provider: Any, tokens: ClientCredentials, body: Any
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body)

    provider.script = [answer]
    with pytest.raises(Retryable) as raised:
        await tokens.token("a_read")
    assert raised.value.code == "token_unreadable"


async def test_a_failing_endpoint_is_asked_again_by_the_pipeline(
    provider: Any, tokens: ClientCredentials
) -> None:
    provider.script = [503, granting()]
    assert await tokens.token("a_read") == "token-1"


async def test_one_who_gives_up_waiting_does_not_spoil_it_for_the_others(
    provider: Any, tokens: ClientCredentials
) -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> Any:
        await release.wait()
        return await granting()(request)

    provider.script = [slow]
    first, second = (asyncio.create_task(tokens.token("a_read")) for _ in range(2))
    while provider.calls == 0:
        await asyncio.sleep(0.01)
    first.cancel()
    release.set()
    assert await second == "token-1"
    with pytest.raises(asyncio.CancelledError):
        await first


class Guarded:
    """A product that takes only some tokens."""

    def __init__(self, *good: str) -> None:
        self.good = good
        self.seen: list[str] = []

    async def call(self, call: Call) -> Any:
        token = call.headers["Authorization"].removeprefix("Bearer ")
        self.seen.append(token)
        if token not in self.good:
            raise NeedsSignIn("answered 401", status=401)
        return token


async def test_a_refused_token_is_renewed_once(tokens: ClientCredentials) -> None:
    product = Guarded("token-2")
    assert await BearerLine(product, tokens).call(Call(operation="x"), scope="a_read") == "token-2"
    assert product.seen == ["token-1", "token-2"]


async def test_a_second_refusal_is_final(tokens: ClientCredentials) -> None:
    product = Guarded()
    with pytest.raises(NeedsSignIn):
        await BearerLine(product, tokens).call(Call(operation="x"), scope="a_read")
    assert product.seen == ["token-1", "token-2"]


async def test_what_is_forbidden_is_not_asked_again(tokens: ClientCredentials) -> None:
    class Forbidding(Guarded):
        async def call(self, call: Call) -> Any:
            self.seen.append("asked")
            raise NeedsSignIn("answered 403", status=403)

    product = Forbidding()
    with pytest.raises(NeedsSignIn):
        await BearerLine(product, tokens).call(Call(operation="x"), scope="a_read")
    assert product.seen == ["asked"]


async def test_two_calls_with_the_same_refused_token_ask_for_one_new_token(
    provider: Any, tokens: ClientCredentials
) -> None:
    product = Guarded("token-2")
    line = BearerLine(product, tokens)
    await asyncio.gather(*(line.call(Call(operation="x"), scope="a_read") for _ in range(5)))
    assert provider.calls == 2
