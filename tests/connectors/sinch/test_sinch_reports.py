"""Sinch's callbacks: signature, time and nonce, what they tell, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from brygga.connectors.abilities import WebhookRequest
from brygga.connectors.sinch.api.webhooks import sign
from brygga.connectors.texting.tokens import REPORT, derived, token
from brygga.model import Invalid, Rejected

MUTATIONS = 10_000 if os.environ.get("BRYGGA_CHAOS") == "1" else 1_000
NAME = "x-sinch-webhook-signature"
EVENT: dict[str, Any] = {
    "type": "recipient_delivery_report_sms",
    "batch_id": "01BATCH",
    "recipient": "46701740605",
    "code": 0,
    "status": "Delivered",
    "at": "2026-11-23T12:00:00.000Z",
    "operator_status_at": "2026-11-23T11:59:58Z",
    "client_reference": "viewing|OBJ1|7",
    "text": "kl. 13.00",
}


def a_callback(
    kit: Any,
    event: Any = None,
    *,
    nonce: str = "n1",
    age_s: float = 0,
    secret: str = "hemligt",
    ms: bool = False,
) -> WebhookRequest:
    body = json.dumps(EVENT if event is None else event).encode()
    at = (kit.now - timedelta(seconds=age_s)).timestamp()
    timestamp = str(int(at * 1000 if ms else at))
    text = body + f".{nonce}.{timestamp}".encode()
    made = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    headers = {NAME: made, f"{NAME}-nonce": nonce, f"{NAME}-timestamp": timestamp}
    return WebhookRequest(headers=headers, body=body, received_at=kit.now)


def test_a_signature_worked_out_by_hand_is_the_same() -> None:
    """HMAC-SHA256 of `{}.n.1` under `secret`, by openssl."""
    assert (
        sign(b"{}", secret="secret", nonce="n", timestamp="1")
        == "8PrMvxceKOOVBuZJzG0bweauaC2pAGCDvVI4pdyOn/o="
    )


@pytest.mark.parametrize("ms", [True, False])
async def test_a_signed_callback_is_let_in_once(offline: Any, kit: Any, ms: bool) -> None:
    sinch, request = offline(), a_callback(kit, ms=ms)
    await sinch.verify(request)
    (told,) = sinch.deliveries(request)
    assert (told.event, told.key, told.recipient) == ("delivered", "viewing|OBJ1|7", kit.to)
    assert told.at == kit.now - timedelta(seconds=2)
    with pytest.raises(Rejected) as caught:
        await sinch.verify(request)
    assert caught.value.code == "replayed"
    await offline(refuse_replays=False).verify(request)


async def test_replays_are_refused_as_long_as_their_time_holds(offline: Any, kit: Any) -> None:
    sinch = offline()
    seen = [a_callback(kit, nonce=f"n{number}") for number in range(MUTATIONS)]
    for request in seen:
        await sinch.verify(request)
    for request in seen:
        with pytest.raises(Rejected):
            await sinch.verify(request)
    for request in seen:
        late = msgspec.structs.replace(request, received_at=kit.now + timedelta(seconds=601))
        with pytest.raises(Rejected) as caught:
            await sinch.verify(late)
        assert caught.value.code == "stale"


@pytest.mark.parametrize("age_s", [301, -301, 10_000_000])
async def test_a_stale_one_is_refused(offline: Any, kit: Any, age_s: float) -> None:
    with pytest.raises(Rejected) as caught:
        await offline().verify(a_callback(kit, age_s=age_s))
    assert caught.value.code == "stale"
    await offline().verify(a_callback(kit, age_s=299))


async def test_mutations_are_refused(offline: Any, kit: Any) -> None:
    sinch, good, rng = offline(), a_callback(kit), random.Random(9)
    for _ in range(MUTATIONS):
        with pytest.raises(Rejected) as caught:
            await sinch.verify(mutated(good, rng))
        assert caught.value.code == "bad_signature"
    await sinch.verify(good)


def mutated(request: WebhookRequest, rng: random.Random) -> WebhookRequest:
    name = rng.choice(["body", "cut", *request.headers])
    if name == "body":
        return msgspec.structs.replace(request, body=spoilt(request.body, rng))
    if name == "cut":  # what follows a full stop moved from the body into the nonce
        at = request.body.index(b".", rng.choice([0, request.body.index(b".") + 1]))
        moved = request.body[at + 1 :].decode() + "." + request.headers[f"{NAME}-nonce"]
        headers = {**request.headers, f"{NAME}-nonce": moved}
        return msgspec.structs.replace(request, body=request.body[:at], headers=headers)
    changed = spoilt(request.headers[name].encode(), rng).decode("latin-1")
    return msgspec.structs.replace(request, headers={**request.headers, name: changed})


def spoilt(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    forms = (
        data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
        data[:at] + data[at + 1 :],
        data[:at] + bytes([rng.randrange(256)]) + data[at:],
        b"",
        data + b" ",
    )
    return rng.choice(forms)


async def test_a_missing_header_is_refused(offline: Any, kit: Any) -> None:
    good = a_callback(kit)
    for name in good.headers:
        headers = {key: value for key, value in good.headers.items() if key != name}
        with pytest.raises(Rejected):
            await offline().verify(msgspec.structs.replace(good, headers=headers))


async def test_the_secret_before_holds_while_it_is_changed(offline: Any, kit: Any) -> None:
    sinch = offline(secrets={"token": "t", "webhook_secret": "ny", "webhook_secret_previous": "hemligt"})
    await sinch.verify(a_callback(kit))
    await sinch.verify(a_callback(kit, secret="ny", nonce="n2"))


async def test_with_a_shared_secret_the_address_alone_does_not_do(offline: Any, kit: Any) -> None:
    query = (("m", "k1"), ("t", token(derived("t"), REPORT, "k1")))
    request = WebhookRequest(headers={}, body=b"{}", query=query, received_at=kit.now)
    await offline(secrets={"token": "t"}).verify(request)
    with pytest.raises(Rejected):
        await offline(secrets={"token": "t", "webhook_secret": "hemligt"}).verify(request)
    wrong = msgspec.structs.replace(request, query=(("m", "k2"), query[1]))
    with pytest.raises(Rejected):
        await offline(secrets={"token": "t"}).verify(wrong)


@pytest.mark.parametrize(
    ("status", "code", "event", "final"),
    [
        ("Queued", 400, "queued", "no"),
        ("Dispatched", 401, "sent", "no"),
        ("Delivered", 0, "delivered", "yes"),
        ("Aborted", 403, "failed", "yes"),
        ("Aborted", 413, "rejected", "yes"),
        ("Failed", 402, "bounced_hard", "yes"),
        ("Failed", 404, "bounced_soft", "yes"),
        ("Cancelled", 407, "failed", "yes"),
        ("Expired", 406, "bounced_soft", "yes"),
        ("Rejected", 411, "rejected", "yes"),
        ("Deleted", 9, "failed", "yes"),
        ("Unknown", 0, "unknown", "yes"),
        ("Brandnew", 1, "unknown", "no"),
    ],
)
def test_every_status_has_its_event_and_unknown_ones_are_kept(
    offline: Any, kit: Any, status: str, code: int, event: str, final: str
) -> None:
    request = a_callback(kit, {**EVENT, "status": status, "code": code})
    (told,) = offline().deliveries(request)
    assert (told.event, told.facts["final"], told.detail) == (event, final, f"{status} {code}")
    assert told.sv
    assert told.facts.get("account") == ("no_credit" if code == 413 else None)


def test_a_report_of_a_batch_tells_of_each_number(offline: Any, kit: Any) -> None:
    event = {
        "type": "delivery_report_sms",
        "batch_id": "01B",
        "total_message_count": 3,
        "statuses": [
            {"code": 0, "status": "Delivered", "count": 2, "recipients": ["46701740605", "+46701740606"]},
            {"code": 402, "status": "Failed", "count": 1, "recipients": ["46701740607"]},
            "odd",
        ],
    }
    told = offline().deliveries(a_callback(kit, event))
    assert [(d.recipient[-2:], d.event) for d in told] == [
        ("05", "delivered"),
        ("06", "delivered"),
        ("07", "bounced_hard"),
    ]
    assert len({d.id for d in told}) == 3
    assert not any("740605" in d.id for d in told)


def test_another_kind_of_callback_is_kept_as_unknown(offline: Any, kit: Any) -> None:
    (told,) = offline().deliveries(a_callback(kit, {"type": "brand_new", "batch_id": "01B"}))
    assert (told.event, told.detail) == ("unknown", "brand_new")


@pytest.mark.parametrize(("text", "event"), [("STOP", "unsubscribed"), ("Vi kommer 😀", "replied")])
async def test_a_reply_is_told_and_a_stop_is_an_unsubscribing(
    stand: Any, kit: Any, text: str, event: str
) -> None:
    stand.imitation.mutate("tune", {"incoming_url": stand.url})
    stand.imitation.mutate("reply", {"from": kit.to, "to": kit.own, "text": text})
    (told,) = await stand.told(stand.connector())
    assert (told.event, told.recipient, told.facts["to"]) == (event, kit.to, kit.own)


@pytest.mark.parametrize(
    "event", [[], {}, {"type": "mo_text"}, {"type": "delivery_report_sms"}, {"batch_id": "1"}, "x", None]
)
def test_a_body_that_is_no_callback_is_invalid(offline: Any, kit: Any, event: Any) -> None:
    body = b"null" if event is None else json.dumps(event).encode()
    for raw in (body, b"\xff", b"", b"[" * 100_000):
        request = WebhookRequest(headers={}, body=raw, received_at=kit.now)
        with pytest.raises(Invalid) as caught:
            offline().deliveries(request)
        assert caught.value.code == "not_an_event"
