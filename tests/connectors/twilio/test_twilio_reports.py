"""Twilio's callbacks: the signature in both forms, what they tell, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from brygga.connectors.abilities import WebhookRequest
from brygga.connectors.twilio.api.webhooks import sign
from brygga.model import Invalid, NeedsSignIn, Rejected

MUTATIONS = 10_000 if os.environ.get("BRYGGA_CHAOS") == "1" else 1_000
URL = "https://kontor.example.com/in/twilio"
KEY = "viewing|OBJ1|7"
TOKEN = "hemligt"
FORM = "application/x-www-form-urlencoded"
TOLD = {
    "MessageSid": "SM" + "0c" * 16,
    "MessageStatus": "delivered",
    "To": "+46701740605",
    "From": "Bryggan",
    "AccountSid": "AC" + "0a" * 16,
    "RawDlrDoneDate": "2611231200",
    "Å new one": "ja & nej",
}


def signed(text: str, token: str = TOKEN) -> str:
    """The signature as the documentation describes it, made without the connector."""
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def a_form(kit: Any, told: dict[str, str] | None = None, *, token: str = TOKEN) -> WebhookRequest:
    told = told or TOLD
    text = f"{URL}?{urlencode([('m', KEY)])}" + "".join(name + told[name] for name in sorted(told))
    return WebhookRequest(
        headers={"content-type": FORM, "x-twilio-signature": signed(text, token)},
        body=urlencode(told).encode(),
        query=(("m", KEY),),
        received_at=kit.now,
    )


def a_json(kit: Any, told: Any = None) -> WebhookRequest:
    body = json.dumps(told or TOLD).encode()
    query = (("m", KEY), ("bodySHA256", hashlib.sha256(body).hexdigest()))
    return WebhookRequest(
        headers={
            "content-type": "application/json",
            "x-twilio-signature": signed(f"{URL}?{urlencode(query)}"),
        },
        body=body,
        query=query,
        received_at=kit.now,
    )


def test_a_signature_worked_out_by_hand_is_the_same() -> None:
    """HMAC-SHA1 of `https://a.example.com/x?y=1` + `AbBc` under `12345`, by openssl."""
    made = sign("https://a.example.com/x?y=1", [("B", "c"), ("A", "b")], token="12345")
    assert made == "9Vm7sB16gVppx5YLReTta3rlIRg="


@pytest.mark.parametrize("make", [a_form, a_json])
async def test_a_signed_callback_is_let_in(offline: Any, kit: Any, make: Any) -> None:
    twilio, request = offline(), make(kit)
    await twilio.verify(request)
    (told,) = twilio.deliveries(request)
    assert (told.event, told.key, told.remote_id) == ("delivered", KEY, TOLD["MessageSid"])
    assert told.facts["final"] == "yes"


@pytest.mark.parametrize("make", [a_form, a_json])
async def test_mutations_are_refused(offline: Any, kit: Any, make: Any) -> None:
    twilio, good, rng = offline(), make(kit), random.Random(7)
    for _ in range(MUTATIONS):
        with pytest.raises(Rejected) as caught:
            await twilio.verify(mutated(good, rng))
        assert caught.value.code == "bad_signature"


def mutated(request: WebhookRequest, rng: random.Random) -> WebhookRequest:
    """One bit, byte, query value or letter of the signature changed; the content type at times with it."""
    what = rng.randrange(4)
    if what == 0:
        given = request.headers["x-twilio-signature"]
        changed = spoilt(given.encode(), rng).decode("latin-1")
        return msgspec.structs.replace(request, headers={**request.headers, "x-twilio-signature": changed})
    if what == 1:
        at = rng.randrange(len(request.query))
        name, value = request.query[at]
        query = list(request.query)
        query[at] = (name, spoilt(value.encode(), rng).decode("latin-1"))
        return msgspec.structs.replace(request, query=tuple(query))
    body = spoilt(request.body, rng)
    if what == 2:
        return msgspec.structs.replace(request, body=body)
    other = {"content-type": rng.choice([FORM, "application/json", "text/plain", ""])}
    return msgspec.structs.replace(request, body=body, headers={**request.headers, **other})


def spoilt(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    forms = (
        data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
        data[:at] + data[at + 1 :],
        data[:at] + bytes([rng.randrange(256)]) + data[at:],
        data + b"&",
        data + b"&Body=stopp",
        data.swapcase(),
    )
    made = rng.choice(forms)
    return made if made != data else data + b"x"


async def test_a_repeated_field_is_refused(offline: Any, kit: Any) -> None:
    good = a_form(kit)
    with pytest.raises(Rejected):
        await offline().verify(msgspec.structs.replace(good, body=good.body + b"&To=%2B46701740605"))


async def test_a_json_signature_does_not_open_for_an_empty_form(offline: Any, kit: Any) -> None:
    good = a_json(kit)
    headers = {**good.headers, "content-type": FORM}
    with pytest.raises(Rejected):
        await offline().verify(msgspec.structs.replace(good, body=b"", headers=headers))


async def test_the_token_before_holds_while_it_is_changed(offline: Any, kit: Any) -> None:
    twilio = offline(secrets={"auth_token": "ny", "auth_token_previous": TOKEN})
    await twilio.verify(a_form(kit))
    await twilio.verify(a_form(kit, token="ny"))
    with pytest.raises(Rejected):
        await twilio.verify(a_form(kit, token="annan"))


async def test_the_usual_port_may_be_said_or_not(offline: Any, kit: Any) -> None:
    for url in ("https://kontor.example.com:443/in/twilio", URL):
        await offline(webhook_url=url).verify(a_form(kit))
    with pytest.raises(Rejected):
        await offline(webhook_url="https://kontor.example.com:8443/in/twilio").verify(a_form(kit))


async def test_without_our_public_address_no_signature_can_be_tried(offline: Any, kit: Any) -> None:
    with pytest.raises(NeedsSignIn):
        await offline(webhook_url="").verify(a_form(kit))


@pytest.mark.parametrize(
    ("status", "code", "event", "final"),
    [
        ("accepted", "", "queued", "no"),
        ("sending", "", "queued", "no"),
        ("sent", "", "sent", "no"),
        ("delivered", "", "delivered", "yes"),
        ("undelivered", "", "failed", "yes"),
        ("undelivered", "30003", "bounced_soft", "yes"),
        ("undelivered", "30006", "bounced_hard", "yes"),
        ("failed", "30007", "rejected", "yes"),
        ("failed", "21610", "unsubscribed", "yes"),
        ("undelivered", "39999", "failed", "yes"),
        ("canceled", "", "failed", "yes"),
        ("brand_new", "", "unknown", "no"),
    ],
)
def test_every_status_has_its_event_and_unknown_ones_are_kept(
    offline: Any, kit: Any, status: str, code: str, event: str, final: str
) -> None:
    told = {**TOLD, "MessageStatus": status, **({"ErrorCode": code} if code else {})}
    (delivery,) = offline().deliveries(a_form(kit, told))
    assert (delivery.event, delivery.facts["final"]) == (event, final)
    assert status in delivery.detail
    assert delivery.sv


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    ("text", "opt_out", "event"),
    [("Stopp", False, "unsubscribed"), ("bort", True, "unsubscribed"), ("Vi kommer 😀", False, "replied")],
)
async def test_a_reply_is_told_and_a_stop_is_an_unsubscribing(
    stand: Any, kit: Any, as_json: bool, text: str, opt_out: bool, event: str
) -> None:
    stand.imitation.mutate("tune", {"incoming_url": stand.url, "as_json": as_json})
    stand.imitation.mutate("reply", {"from": kit.to, "to": kit.own, "text": text, "opt_out": opt_out})
    (told,) = await stand.told(stand.connector())
    assert (told.event, told.recipient, told.facts["text"]) == (event, kit.to, text)


@pytest.mark.parametrize("body", [b"", b"a", b"a=%ff", b"MessageStatus=sent", b"\xff", b"SmsSid=1&From=2"])
@pytest.mark.parametrize("kind", [FORM, "application/json"])
def test_a_body_that_is_no_callback_is_invalid(offline: Any, kit: Any, body: bytes, kind: str) -> None:
    request = WebhookRequest(headers={"content-type": kind}, body=body, received_at=kit.now)
    with pytest.raises(Invalid) as caught:
        offline().deliveries(request)
    assert caught.value.code == "not_an_event"
