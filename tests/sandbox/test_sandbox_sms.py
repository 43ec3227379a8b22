"""The imitated providers of text messages: they refuse what the real ones would, and tell what they did."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from brygga.sandbox.elks46 import Elks46
from brygga.sandbox.elks46.imitation import PASSWORD, USER
from brygga.sandbox.serving import Plan, build, names
from brygga.sandbox.sinch import Sinch
from brygga.sandbox.sinch.imitation import BATCHES, TOKEN
from brygga.sandbox.twilio import Twilio
from brygga.sandbox.twilio.imitation import ACCOUNT, SID
from brygga.sandbox.twilio.imitation import TOKEN as TWILIO_TOKEN

FIXED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TO, OWN = "+46701740605", "+46701740690"
ELKS = {"from": "Bryggan", "to": TO, "message": "Hej!"}
TWILIO = {"From": "Bryggan", "To": TO, "Body": "Hej!"}
SINCH: dict[str, Any] = {"from": "Bryggan", "to": [TO], "body": "Hej!"}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


KEYS = {
    "elks46": basic(USER, PASSWORD),
    "twilio": basic(SID, TWILIO_TOKEN),
    "sinch": {"Authorization": f"Bearer {TOKEN}"},
}
PATHS = {"elks46": "/sms", "twilio": f"{ACCOUNT}/Messages.json", "sinch": BATCHES}


@pytest.fixture
def imitations() -> dict[str, Any]:
    return {
        m.name: m for m in (Elks46(now=lambda: FIXED), Twilio(now=lambda: FIXED), Sinch(now=lambda: FIXED))
    }


@pytest.fixture
def post(start: Any, imitations: dict[str, Any]) -> Any:
    """Posts to one of them: a form as `data`, JSON as `json`."""
    held: list[Any] = []

    async def send(name: str, *, signed: bool = True, path: str = "", **body: Any) -> tuple[int, Any]:
        if not held:
            held.append(await start(*imitations.values()))
        base = held[0].base.replace("/elks46", f"/{name}")
        headers = KEYS[name] if signed else {}
        async with held[0].session.post(base + (path or PATHS[name]), headers=headers, **body) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.text())

    return send


@pytest.fixture
async def heard() -> Any:
    """An address that takes webhooks, and what came there."""
    found: list[tuple[str, dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        found.append((str(request.rel_url.raw_query_string), dict(request.headers), await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/in", take)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield f"http://127.0.0.1:{server.port}/in", found
    await server.close()


def test_all_three_can_be_started_by_name() -> None:
    assert {"elks46", "twilio", "sinch"} <= set(names())
    assert set(build(Plan(), only=("elks46", "twilio", "sinch")).imitations) == {"elks46", "twilio", "sinch"}


async def test_all_take_a_message_that_is_right(post: Any, imitations: dict[str, Any]) -> None:
    status, answer = await post("elks46", data=ELKS)
    assert (status, answer["status"], answer["cost"]) == (200, "created", 5_000)
    status, answer = await post("twilio", data=TWILIO)
    assert (status, answer["status"], answer["num_segments"]) == (201, "queued", "1")
    status, answer = await post("sinch", json=SINCH)
    assert (status, answer["canceled"]) == (201, False)
    assert [len(m.writes.entries) for m in imitations.values()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("elks46", {"json": ELKS}, 400),
        ("elks46", {"data": {**ELKS, "to": "0701740605"}}, 400),
        ("elks46", {"data": {**ELKS, "from": "Mäklar AB"}}, 400),
        ("elks46", {"data": {**ELKS, "message": ""}}, 400),
        ("elks46", {"data": {**ELKS, "Body": "x"}}, 400),
        ("elks46", {"data": {**ELKS, "dontlog": "yes"}}, 400),
        ("elks46", {"data": [*ELKS.items(), ("to", TO)]}, 400),
        ("twilio", {"json": TWILIO}, 415),
        ("twilio", {"data": {**TWILIO, "To": "070"}}, 400),
        ("twilio", {"data": {"To": TO, "Body": "x"}}, 400),
        ("twilio", {"data": {**TWILIO, "SmartEncoded": "True"}}, 400),
        ("twilio", {"data": {**TWILIO, "ValidityPeriod": "0"}}, 400),
        ("twilio", {"data": {**TWILIO, "StatusCallback": "https://a_b.example.com"}}, 400),
        ("twilio", {"data": {**TWILIO, "SendAt": "2026-11-24T12:00:00Z", "ScheduleType": "fixed"}}, 400),
        ("twilio", {"data": {**TWILIO, "Body": "x" * 1601}}, 400),
        ("twilio", {"data": {**TWILIO, "body": "x"}}, 400),
        ("sinch", {"data": TWILIO}, 415),
        ("sinch", {"json": {**SINCH, "to": TO}}, 400),
        ("sinch", {"json": {**SINCH, "to": []}}, 400),
        ("sinch", {"json": {**SINCH, "colour": "red"}}, 400),
        ("sinch", {"json": {**SINCH, "delivery_report": "often"}}, 400),
        ("sinch", {"json": {**SINCH, "body": "x" * 2001}}, 400),
        ("sinch", {"json": []}, 400),
    ],
)
async def test_what_is_wrong_is_refused_and_nothing_is_sent(
    post: Any, imitations: dict[str, Any], name: str, body: dict[str, Any], status: int
) -> None:
    assert (await post(name, **body))[0] == status
    assert not imitations[name].writes.entries


@pytest.mark.parametrize(
    ("name", "body"), [("elks46", {"data": ELKS}), ("twilio", {"data": TWILIO}), ("sinch", {"json": SINCH})]
)
async def test_nobody_gets_in_without_a_key(post: Any, name: str, body: dict[str, Any]) -> None:
    assert (await post(name, signed=False, **body))[0] == 401


async def test_46elks_without_credit_says_403_and_takes_money_only_for_what_it_sends(
    post: Any, imitations: dict[str, Any]
) -> None:
    imitations["elks46"].mutate("tune", {"credit": 9_999})
    assert (await post("elks46", data={**ELKS, "dryrun": "yes"}))[1]["estimated_cost"] == 5_000
    assert (await post("elks46", data=ELKS))[0] == 200
    status, answer = await post("elks46", data=ELKS)
    assert (status, answer["error"]) == (403, "Not enough credits")


async def test_46elks_keeps_no_text_when_told_not_to(post: Any, imitations: dict[str, Any]) -> None:
    await post("elks46", data={**ELKS, "dontlog": "message"})
    (message,) = imitations["elks46"].truth()["messages"].values()
    assert message["message"] == ""


async def test_twilio_signs_its_callbacks_as_documented(
    post: Any, imitations: dict[str, Any], heard: Any
) -> None:
    url, found = heard
    imitations["twilio"].mutate("tune", {"outcome": "undelivered", "code": 30003})
    await post("twilio", data={**TWILIO, "StatusCallback": f"{url}?m=k1"})
    assert await imitations["twilio"].hooks.settled(2)
    query, headers, body = found[-1]
    from urllib.parse import parse_qsl

    told = dict(parse_qsl(body.decode()))
    text = f"{url}?{query}" + "".join(name + told[name] for name in sorted(told))
    made = base64.b64encode(hmac.new(TWILIO_TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
    assert headers["X-Twilio-Signature"] == made
    assert (told["MessageStatus"], told["ErrorCode"]) == ("undelivered", "30003")


async def test_a_person_who_opted_out_gets_no_more_from_twilio(post: Any, imitations: dict[str, Any]) -> None:
    arguments = {"from": TO, "to": OWN, "text": "STOPP", "opt_out": True}
    imitations["twilio"].mutate("reply", arguments)
    status, answer = await post("twilio", data=TWILIO)
    assert (status, answer["code"]) == (400, 21610)


async def test_46elks_sends_a_report_again_until_it_is_taken_and_gives_up_at_last(
    post: Any, imitations: dict[str, Any]
) -> None:
    await post("elks46", data={**ELKS, "whendelivered": "http://127.0.0.1:9/in"})
    assert await imitations["elks46"].hooks.settled(5)
    assert imitations["elks46"].hooks.statuses == {"599": 10}


async def test_sinch_counts_parts_in_a_dry_run(post: Any, imitations: dict[str, Any]) -> None:
    body = {**SINCH, "body": "å" * 161}
    status, answer = await post("sinch", path=f"{BATCHES}/dry_run?per_recipient=true", json=body)
    assert (status, answer["per_recipient"][0]["number_of_parts"]) == (200, 2)
    assert not imitations["sinch"].writes.entries
