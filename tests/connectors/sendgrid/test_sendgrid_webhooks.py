"""SendGrid's webhooks are believed by ECDSA over time stamp and raw bytes, once, and while fresh."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import time
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from brygga.connectors.abilities import WebhookRequest
from brygga.connectors.messaging import EVENTS
from brygga.connectors.sendgrid.api import webhooks
from brygga.model import Invalid, Rejected
from brygga.sandbox.sendgrid.telling import SIGNATURE, STAMP, Teller

MUTATIONS = 10_000 if os.environ.get("BRYGGA_CHAOS") else 1_000
ROWS = [
    {
        "event": "delivered",
        "email": "kim@example.com",
        "timestamp": 1795435200,
        "sg_event_id": "e1",
        "brygga_key": "k-1",
    },
    {
        "event": "bounce",
        "email": "lo@example.com",
        "timestamp": 1795435201,
        "sg_event_id": "e2",
        "type": "bounce",
        "status": "5.1.1",
        "reason": "åäö",
    },
]


@pytest.fixture
def teller() -> Teller:
    return Teller(3)


@pytest.fixture
def request_of(kit: Any, teller: Teller) -> Any:
    def make(
        rows: Any = ROWS, *, age_s: float = 0, signer: Teller | None = None, **more: str
    ) -> WebhookRequest:
        event = (signer or teller).events(rows, now=kit.NOW - timedelta(seconds=age_s))
        headers = {name.lower(): value for name, value in event.headers.items()}
        return WebhookRequest(headers=headers | more, body=event.body, received_at=kit.NOW)

    return make


async def test_a_signed_batch_is_believed_and_told(offline: Any, request_of: Any, teller: Teller) -> None:
    connector = offline(webhook_key=teller.public_key)
    await connector.verify(request_of())
    one, two = connector.deliveries(request_of())
    assert (one.event, one.recipient, one.key, one.id) == ("delivered", "kim@example.com", "k-1", "e1")
    assert one.at is not None
    assert (two.event, two.detail, two.facts["status"]) == ("bounced_hard", "åäö", "5.1.1")


async def test_the_raw_bytes_count_with_their_last_line_break(
    offline: Any, request_of: Any, teller: Teller
) -> None:
    connector = offline(webhook_key=teller.public_key)
    good = request_of()
    for body in (good.body.rstrip(), json.dumps(json.loads(good.body)).encode(), good.body + b" ", b""):
        with pytest.raises(Rejected, match="bad_signature"):
            await connector.verify(msgspec.structs.replace(good, body=body))


async def test_two_keys_hold_while_they_are_changed(offline: Any, request_of: Any, teller: Teller) -> None:
    other = Teller(4)
    connector = offline(webhook_key=other.public_key, webhook_key_previous=teller.public_key)
    await connector.verify(request_of())
    await connector.verify(request_of(ROWS[:1], signer=other))
    with pytest.raises(Rejected, match="bad_signature"):
        await connector.verify(request_of(signer=Teller(5)))
    pem = f"-----BEGIN PUBLIC KEY-----\n{teller.public_key}\n-----END PUBLIC KEY-----\n"
    await offline(webhook_key=pem).verify(request_of())


@pytest.mark.parametrize("key", ["", "x", "AAAA", base64.b64encode(b"no key").decode()])
async def test_without_a_key_nothing_is_believed(offline: Any, request_of: Any, key: str) -> None:
    with pytest.raises(Rejected, match="bad_signature"):
        await offline(webhook_key=key).verify(request_of())


@pytest.mark.parametrize("age_s", [301, -301, 86_400])
async def test_stale_ones_are_refused(offline: Any, request_of: Any, teller: Teller, age_s: float) -> None:
    with pytest.raises(Rejected, match="stale"):
        await offline(webhook_key=teller.public_key).verify(request_of(age_s=age_s))


async def test_a_replay_is_refused_unless_the_first_could_not_be_kept(
    offline: Any, request_of: Any, teller: Teller
) -> None:
    connector, request = offline(webhook_key=teller.public_key), request_of()
    await connector.verify(request)
    with pytest.raises(Rejected, match="replayed"):
        await connector.verify(request)
    with pytest.raises(Rejected, match="replayed"):
        await connector.verify(msgspec.structs.replace(request, headers=other_form(request.headers)))
    connector.forget(request)
    await connector.verify(request)


def other_form(headers: dict[str, str]) -> dict[str, str]:
    """The second valid form that every ECDSA signature has: (r, n − s)."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    r, s = decode_dss_signature(base64.b64decode(headers[SIGNATURE.lower()]))
    return {**headers, SIGNATURE.lower(): base64.b64encode(encode_dss_signature(r, order - s)).decode()}


def test_what_is_remembered_is_bounded(request_of: Any) -> None:
    replays = webhooks.Replays(most=50, window_s=300)
    for number in range(200):
        replays.admit(request_of([{"event": "open", "sg_event_id": str(number)}]))
    assert len(replays) == 50


async def test_every_mutation_is_refused(offline: Any, request_of: Any, teller: Teller) -> None:
    rng = random.Random(8058)
    connector, good = offline(webhook_key=teller.public_key), request_of()
    refused = 0
    for _ in range(MUTATIONS):
        changed = mutated(good, rng)
        if changed == good:
            refused += 1
            continue
        with pytest.raises(Rejected):
            await connector.verify(changed)
        refused += 1
    assert refused == MUTATIONS
    await connector.verify(good)


def mutated(request: WebhookRequest, rng: random.Random) -> WebhookRequest:
    part = rng.choice(("body", SIGNATURE.lower(), STAMP.lower()))
    text = request.body if part == "body" else request.headers[part].encode()
    spot, how = rng.randrange(len(text)), rng.randrange(4)
    if how == 0:
        text = text[:spot] + bytes([text[spot] ^ (1 << rng.randrange(7))]) + text[spot + 1 :]
    elif how == 1:
        text = text[:spot] + text[spot + 1 :]
    elif how == 2:
        text = text[:spot] + bytes([rng.randrange(32, 127)]) + text[spot:]
    else:
        text = text[:spot]
    if part == "body":
        return msgspec.structs.replace(request, body=text)
    return msgspec.structs.replace(request, headers={**request.headers, part: text.decode("latin-1")})


TOLD = [
    ({"event": "processed"}, "queued"),
    ({"event": "deferred"}, "deferred"),
    ({"event": "delivered"}, "delivered"),
    ({"event": "bounce", "type": "bounce"}, "bounced_hard"),
    ({"event": "bounce", "type": "blocked"}, "bounced_soft"),
    ({"event": "bounce", "type": "expired"}, "bounced_soft"),
    ({"event": "bounce", "status": "4.2.2"}, "bounced_soft"),
    ({"event": "dropped", "reason": "Bounced Address"}, "rejected"),
    ({"event": "open"}, "opened"),
    ({"event": "click", "url": "https://example.com"}, "clicked"),
    ({"event": "spamreport"}, "complained"),
    ({"event": "unsubscribe"}, "unsubscribed"),
    ({"event": "group_unsubscribe"}, "unsubscribed"),
    ({"event": "group_resubscribe"}, "unknown"),
    ({"event": "something_new"}, "unknown"),
    ({"event": None}, "unknown"),
    ({"event": 7, "timestamp": "när?", "email": [], "brygga_key": {}}, "unknown"),
    ({}, "unknown"),
    ({"event": "open", "timestamp": 1e300}, "opened"),
]


@pytest.mark.parametrize(("row", "event"), TOLD)
def test_each_event_becomes_a_word_of_the_small_vocabulary(
    offline: Any, request_of: Any, row: dict[str, Any], event: str
) -> None:
    (one,) = offline().deliveries(request_of([row]))
    assert one.event == event
    assert one.event in EVENTS
    assert one.sv
    assert one.id


def test_our_own_metadata_comes_back_and_the_same_event_has_the_same_id(
    offline: Any, request_of: Any
) -> None:
    row = {"event": "dropped", "reason": "Unsubscribed Address", "objekt": "OBJ1", "brygga_key": "k-9"}
    one, two = offline().deliveries(request_of([row, row]))
    assert one.facts["objekt"] == "OBJ1"
    assert "avregistrerat" in one.sv
    assert one.id == two.id


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff", b"[" * 5_000, b'[{"event":'])
def test_a_body_that_is_no_array_of_events_is_invalid(offline: Any, request_of: Any, body: bytes) -> None:
    with pytest.raises(Invalid, match="events"):
        offline().deliveries(msgspec.structs.replace(request_of(), body=body))


async def test_a_reply_becomes_replied_with_the_mail_it_answers(stand: Any) -> None:
    connector = stand.connector()
    told = {"sender": "Kim <kim@example.com>", "to": "svar@example.com", "text": "Ja tack åäö"}
    stand.imitation.mutate("reply", {**told, "in_reply_to": "<k@example.com>"})
    (request,) = stand.requests()
    await connector.verify(request)
    (one,) = connector.deliveries(request)
    assert (one.event, one.recipient, one.remote_id) == ("replied", "kim@example.com", "<k@example.com>")
    assert (one.detail, one.facts["to"]) == ("Ja tack åäö", "svar@example.com")


async def test_an_unsigned_reply_needs_the_secret_of_its_address(stand: Any) -> None:
    stand.imitation.mutate("reply", {"sender": "kim@example.com", "to": "svar@example.com"})
    (request,) = stand.requests()
    bare = msgspec.structs.replace(request, headers={"content-type": request.headers["content-type"]})
    for secret in ("", "fel"):
        with pytest.raises(Rejected):
            await stand.connector().verify(msgspec.structs.replace(bare, path_secret=secret))
    await stand.connector().verify(msgspec.structs.replace(bare, path_secret="hemlig-del"))


async def test_a_torn_reply_is_read_or_refused_and_never_an_accident(stand: Any) -> None:
    connector, rng = stand.connector(), random.Random(5322)
    stand.imitation.mutate("reply", {"sender": "kim@example.com", "to": "svar@example.com", "text": "åäö"})
    (request,) = stand.requests()
    for form in (request, posted_whole(request)):
        for _ in range(MUTATIONS // 4):
            body = bytearray(form.body)
            for _ in range(rng.randrange(1, 6)):
                spot = rng.randrange(len(body))
                if rng.random() < 0.5:
                    body[spot] = rng.randrange(256)
                else:
                    del body[spot : spot + rng.randrange(1, 9)]
            with contextlib.suppress(Invalid):
                (one,) = connector.deliveries(msgspec.structs.replace(form, body=bytes(body)))
                assert one.event in EVENTS


def posted_whole(request: WebhookRequest) -> WebhookRequest:
    """The same reply where the provider posts the mail as it came."""
    mail = (
        "From: =?utf-8?q?=C3=85sa?= <asa@example.com>\r\nSubject: =?utf-8?q?Sv=3A_hej?=\r\n"
        "In-Reply-To: <k@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nJa tack =C3=A5\r\n"
    )
    body = f'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n{mail}\r\n--b--\r\n'.encode()
    kind = {"content-type": "multipart/form-data; boundary=b"}
    return msgspec.structs.replace(request, headers=kind, body=body)


def test_a_mail_posted_whole_is_read(offline: Any, request_of: Any) -> None:
    (one,) = offline().deliveries(posted_whole(request_of()))
    assert (one.recipient, one.remote_id, one.facts["subject"]) == (
        "asa@example.com",
        "<k@example.com>",
        "Sv: hej",
    )
    assert one.detail.strip() == "Ja tack å"


async def test_events_are_verified_and_read_fast_enough(
    offline: Any, request_of: Any, teller: Teller
) -> None:
    """The goal is 10,000 a second and core; half of it is demanded here, where others work too."""
    rows = [{**ROWS[0], "sg_event_id": str(n), "objekt": "OBJ1", "ip": "192.0.2.1"} for n in range(100)]
    requests = [request_of([{**row, "n": str(k)} for row in rows]) for k in range(50)]
    connector = offline(webhook_key=teller.public_key)
    started = time.process_time()
    count = 0
    for request in requests:
        await connector.verify(request)
        count += len(connector.deliveries(request))
    took_s = time.process_time() - started
    assert count == 5_000
    assert count / took_s > 5_000
