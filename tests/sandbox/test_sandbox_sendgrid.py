"""The imitated SendGrid refuses what the real one refuses, tells what became of mails, and signs it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from brygga.sandbox.sendgrid import API_KEY, SendGrid, make
from brygga.sandbox.sendgrid.checking import problems

KEY = {"Authorization": f"Bearer {API_KEY}"}
GOOD: dict[str, Any] = {
    "personalizations": [{"to": [{"email": "kim@example.com"}], "custom_args": {"brygga_key": "k"}}],
    "from": {"email": "kontor@example.com"},
    "subject": "Hej",
    "content": [{"type": "text/plain", "value": "Hej!"}],
}


@pytest.fixture
def imitation() -> SendGrid:
    return SendGrid(seed=7)


@pytest.fixture
async def client(start: Callable[..., Awaitable[Any]], imitation: SendGrid) -> Any:
    return await start(imitation)


async def post(client: Any, body: Any, **headers: str) -> tuple[int, Any, Any]:
    address = client.base + "/v3/mail/send"
    async with client.session.post(address, data=json.dumps(body), headers={**KEY, **headers}) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_a_good_mail_is_taken_with_202_and_no_body(client: Any, imitation: SendGrid) -> None:
    status, headers, body = await post(client, GOOD)
    assert (status, body) == (202, b"")
    assert headers["X-Message-Id"]
    assert [copy["email"] for copy in imitation.copies] == ["kim@example.com"]


async def test_without_the_key_or_the_right_nothing_is_taken(client: Any, imitation: SendGrid) -> None:
    assert (await post(client, GOOD, Authorization="Bearer x"))[0] == 401
    imitation.mutate("tune", {"rights": []})
    assert (await post(client, GOOD))[0] == 403
    assert imitation.copies == []


async def test_limits_are_told_in_headers(client: Any, imitation: SendGrid) -> None:
    imitation.mutate("tune", {"remaining": 1})
    assert (await post(client, GOOD))[0] == 202
    status, headers, _ = await post(client, GOOD)
    assert (status, headers["X-RateLimit-Remaining"]) == (429, "0")
    assert int(headers["X-RateLimit-Reset"]) > 0


BAD: list[tuple[str, dict[str, Any]]] = [
    ("personalizations", {"personalizations": []}),
    ("personalizations.0.to", {"personalizations": [{"bcc": [{"email": "a@example.com"}]}]}),
    ("personalizations.0.to.email", {"personalizations": [{"to": [{"email": "a"}]}]}),
    (
        "personalizations.0",
        {"personalizations": [{"to": [{"email": "a@example.com"}], "cc": [{"email": "A@example.com"}]}]},
    ),
    (
        "personalizations.0.custom_args",
        {"personalizations": [{"to": [{"email": "a@example.com"}], "custom_args": {"n": 1}}]},
    ),
    ("from.email", {"from": {"email": "åsa@example.com"}}),
    ("subject", {"subject": ""}),
    ("content", {"content": []}),
    ("content", {"content": [{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]}),
    ("headers.Subject", {"headers": {"Subject": "x"}}),
    ("headers.X", {"headers": {"X": "å"}}),
    ("attachments.0.content", {"attachments": [{"content": "%", "filename": "a"}]}),
    ("categories", {"categories": ["a", "a"]}),
    ("send_at", {"send_at": 73 * 3600}),
    ("reply_to", {"reply_to": {"email": "a@example.com"}, "reply_to_list": []}),
    ("not_a_member", {"not_a_member": 1}),
]


@pytest.mark.parametrize(("field", "change"), BAD)
def test_what_the_specification_forbids_is_refused_by_its_field(field: str, change: dict[str, Any]) -> None:
    assert problems(GOOD, now_s=0) == []
    assert [found.field for found in problems({**GOOD, **change}, now_s=0)] == [field]


async def test_a_refusal_has_the_form_of_the_specification(client: Any) -> None:
    status, _, body = await post(client, {**GOOD, "subject": ""})
    assert status == 400
    (row,) = json.loads(body)["errors"]
    assert row.keys() == {"message", "field", "help"}


async def test_webhooks_arrive_signed_over_their_raw_bytes(client: Any, imitation: SendGrid) -> None:
    got: asyncio.Queue[tuple[Any, bytes]] = asyncio.Queue()

    async def door(request: web.Request) -> web.Response:
        await got.put((request.headers.copy(), await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", door)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    imitation.hooks.configure(url=f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    await post(client, {**GOOD, "personalizations": [{"to": [{"email": "bounce@example.com"}]}]})
    headers, body = await asyncio.wait_for(got.get(), 5)
    await runner.cleanup()
    key = load_der_public_key(base64.b64decode(imitation.settings()["webhook_key"]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    signature = base64.b64decode(headers["X-Twilio-Email-Event-Webhook-Signature"])
    stamp = headers["X-Twilio-Email-Event-Webhook-Timestamp"].encode()
    key.verify(signature, stamp + body, ec.ECDSA(SHA256()))
    assert [row["event"] for row in json.loads(body)] == ["processed", "bounce"]


def test_the_sandbox_makes_it_and_the_same_seed_has_the_same_key() -> None:
    plan = SimpleNamespace(seed=7, faults="none", now=SendGrid().now)
    assert make(plan).settings() == SendGrid(seed=7).settings()
    assert SendGrid(seed=8).settings() != SendGrid(seed=7).settings()
