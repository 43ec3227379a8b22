"""The imitated Mailgun has the real one's traps, and signs what it tells."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from brygga.sandbox.mailgun import API_KEY, DOMAIN, Mailgun, make
from brygga.sandbox.mailgun.checking import Taken, problem

KEY = {"Authorization": "Basic " + base64.b64encode(f"api:{API_KEY}".encode()).decode()}
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GOOD = {"from": ["kontor@example.com"], "to": ["kim@example.com"], "subject": ["Hej"], "text": ["Hej!"]}


@pytest.fixture
def imitation() -> Mailgun:
    return Mailgun(seed=7)


@pytest.fixture
async def client(start: Callable[..., Awaitable[Any]], imitation: Mailgun) -> Any:
    return await start(imitation)


async def post(client: Any, fields: dict[str, list[str]], *, domain: str = DOMAIN, key: Any = None) -> Any:
    form = aiohttp.MultipartWriter("form-data")
    for name, values in fields.items():
        for value in values:
            form.append(value).set_content_disposition("form-data", name=name, quote_fields=False)
    address = f"{client.base}/v3/{domain}/messages"
    async with client.session.post(address, data=form, headers=key or KEY) as answer:
        return answer.status, await answer.json()


async def test_a_good_mail_is_queued_with_one_id(client: Any, imitation: Mailgun) -> None:
    status, body = await post(client, {**GOOD, "to": ["a@example.com", "b@example.com"]})
    assert (status, body["message"]) == (200, "Queued. Thank you.")
    assert {copy["id"] for copy in imitation.copies} == {body["id"]}
    assert imitation.copies[0]["to"] == ["a@example.com", "b@example.com"]


async def test_a_wrong_key_a_wrong_domain_and_a_wrong_path(client: Any) -> None:
    assert await post(client, GOOD, key={"Authorization": "Basic eDp5"}) == (401, "Forbidden")
    status, body = await post(client, GOOD, domain="annan.example.com")
    assert (status, body["message"][:16]) == (404, "Domain not found")
    status, kind, text = await client.raw("/v2/nothing", **KEY)
    assert (status, kind, text) == (200, "text/plain", b"Mailgun Magnificent API")


async def test_the_wait_stands_in_the_text_of_a_429(client: Any, imitation: Mailgun) -> None:
    imitation.mutate("tune", {"remaining": 0})
    status, body = await post(client, GOOD)
    assert (status, body["message"]) == (429, "Domain limit exceeded, try again after 7 seconds")


BAD: list[tuple[str, dict[str, list[str]]]] = [
    ("to parameter is missing", {"to": []}),
    ("subject parameter is missing", {"subject": [""]}),
    ("Need at least one", {"text": []}),
    ("'to' parameter is not a valid", {"to": ["kim"]}),
    ("'from' parameter is not a valid", {"from": ["åsa@example.com"]}),
    ("'cc' parameter is not a valid", {"cc": ["a@exämple.com"]}),
    ("o:tracking-opens has a value", {"o:tracking-opens": ["True"]}),
    ("o:nothing is not known", {"o:nothing": ["yes"]}),
    ("o:tag", {"o:tag": ["a", "b", "c", "d"]}),
    ("o:, h:, v:", {"v:a": ["x" * 17_000]}),
    ("recipient-variables parameter is not valid", {"recipient-variables": ["{"]}),
    ("recipient-variables names somebody", {"recipient-variables": ['{"x@example.com": {}}']}),
    ("h:X A is not a header", {"h:X A": ["1"]}),
    ("o:deliverytime is not", {"o:deliverytime": ["i morgon"]}),
    ("o:deliverytime is too far", {"o:deliverytime": ["Sat, 28 Nov 2026 12:00:00 +0000"]}),
]


@pytest.mark.parametrize(("why", "change"), BAD)
def test_what_the_specification_forbids_is_refused_in_words(why: str, change: dict[str, list[str]]) -> None:
    assert problem(Taken(fields=GOOD), now=AT, ahead=timedelta(days=3)) == ""
    assert problem(Taken(fields={**GOOD, **change}), now=AT, ahead=timedelta(days=3)).startswith(why)


async def test_webhooks_are_signed_over_time_stamp_and_token(client: Any, imitation: Mailgun) -> None:
    await post(client, {**GOOD, "to": ["bounce@example.com"], "v:brygga_key": ["k"]})
    bodies = [json.loads(event.body) for event in imitation.hooks.events]
    assert [body["event-data"]["event"] for body in bodies] == ["accepted", "failed"]
    for body in bodies:
        given = body["signature"]
        made = hmac.new(
            imitation.settings()["webhook_key"].encode(),
            (given["timestamp"] + given["token"]).encode(),
            hashlib.sha256,
        )
        assert (given["signature"], len(given["token"])) == (made.hexdigest(), 50)
    assert imitation.lists["bounces"].keys() == {"bounce@example.com"}


def test_the_sandbox_makes_it_and_the_same_seed_has_the_same_key() -> None:
    plan = SimpleNamespace(seed=7, faults="none", now=Mailgun().now)
    assert make(plan).settings() == Mailgun(seed=7).settings()
    assert Mailgun(seed=8).settings() != Mailgun(seed=7).settings()
