"""46elks' reports: the secret of each address, what they tell, and what is refused."""

from __future__ import annotations

import os
import random
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest

from brygga.connectors.abilities import WebhookRequest
from brygga.connectors.texting.tokens import INCOMING, REPORT, token
from brygga.model import Invalid, Rejected

MUTATIONS = 10_000 if os.environ.get("BRYGGA_CHAOS") == "1" else 1_000
KEY = "viewing|OBJ1|7"
BODY = b"id=s70df&status=delivered&delivered=2026-11-23T12%3A00%3A01.000000"


def request(kit: Any, body: bytes = BODY, **query: str) -> WebhookRequest:
    return WebhookRequest(headers={}, body=body, query=tuple(query.items()), received_at=kit.now)


@pytest.fixture
def elks(offline: Any) -> Any:
    return offline(secrets={"password": "p", "report_key": "now", "report_key_previous": "before"})


@pytest.mark.parametrize("secret", ["now", "before"])
async def test_a_report_with_its_messages_secret_is_let_in(elks: Any, kit: Any, secret: str) -> None:
    asked = request(kit, m=KEY, t=token(secret, REPORT, KEY))
    await elks.verify(asked)
    (told,) = elks.deliveries(asked)
    assert (told.event, told.key, told.remote_id) == ("delivered", KEY, "s70df")
    assert told.facts["final"] == "yes"


async def test_without_a_secret_of_its_own_one_is_made_of_the_password(offline: Any, kit: Any) -> None:
    elks = offline(wire=kit.nobody(b'{"id": "s1"}'))
    await elks.send_sms(kit.sms())
    sent = dict(parse_qsl(elks._wire.calls[0].body.decode()))["whendelivered"]
    await elks.verify(request(kit, **dict(parse_qsl(sent.partition("?")[2]))))


async def test_mutated_secrets_and_keys_are_refused(elks: Any, kit: Any) -> None:
    rng, good = random.Random(46), token("now", REPORT, KEY)
    for _ in range(MUTATIONS):
        texts = [KEY, good]
        which = rng.randrange(2)
        texts[which] = mutated(texts[which], rng)
        with pytest.raises(Rejected) as caught:
            await elks.verify(request(kit, m=texts[0], t=texts[1]))
        assert caught.value.code == "bad_signature"


def mutated(text: str, rng: random.Random) -> str:
    """One character changed, added or lost."""
    at, letter = rng.randrange(len(text)), rng.choice("0123456789abcdefXÅ|\x00 ")
    forms = (text[:at] + letter + text[at + 1 :], text[:at] + letter + text[at:], text[:at] + text[at + 1 :])
    made = rng.choice(forms)
    return made if made != text else text + "x"


@pytest.mark.parametrize(
    "query",
    [
        (),
        (("m", KEY),),
        (("t", token("now", REPORT, KEY)),),
        (("m", ""), ("t", token("now", REPORT, ""))),
        (("m", KEY), ("m", KEY), ("t", token("now", REPORT, KEY))),
        (("k", token("now", REPORT, KEY)),),
        (("m", KEY), ("t", token("now", INCOMING))),
        (("m", KEY), ("t", token("", REPORT, KEY))),
    ],
)
async def test_half_a_proof_is_none(elks: Any, kit: Any, query: Any) -> None:
    with pytest.raises(Rejected):
        await elks.verify(msgspec.structs.replace(request(kit), query=query))


async def test_a_reports_secret_does_not_open_for_incoming_messages(elks: Any, kit: Any) -> None:
    incoming = urlencode({"direction": "incoming", "id": "i1", "from": kit.to, "message": "stopp"}).encode()
    asked = request(kit, incoming, m=KEY, t=token("now", REPORT, KEY))
    await elks.verify(asked)
    with pytest.raises(Invalid):
        elks.deliveries(asked)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("STOPP", "unsubscribed"),
        ("  stop! ", "unsubscribed"),
        ("Stopp tack", "unsubscribed"),
        ("avregistrera", "unsubscribed"),
        ("Vi kommer", "replied"),
        ("Kan inte stopp tiden?", "replied"),
        ("Stoppa in nyckeln", "replied"),
        ("", "replied"),
    ],
)
async def test_a_reply_is_told_and_a_stop_is_an_unsubscribing(
    stand: Any, kit: Any, text: str, event: str
) -> None:
    elks = stand.connector()
    stand.imitation.mutate("tune", {"incoming_url": await elks.reply_address()})
    stand.imitation.mutate("reply", {"from": kit.to, "to": kit.own, "text": text})
    (told,) = await stand.told(elks)
    assert (told.event, told.recipient) == (event, kit.to)
    assert told.facts["text"] == text


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("created", "queued"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("failed", "failed"),
        ("x", "unknown"),
    ],
)
def test_every_status_has_its_event_and_unknown_ones_are_kept(
    elks: Any, kit: Any, status: str, event: str
) -> None:
    (told,) = elks.deliveries(request(kit, f"id=s1&status={status}&new=1".encode(), m=KEY))
    assert (told.event, told.detail, told.id) == (event, status, f"s1:{status}")
    assert told.sv


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"status=sent", b"id=s1", b"id=%ff&status=sent", b"\xff", b"id"]
)
def test_a_body_that_is_no_report_is_invalid(elks: Any, kit: Any, body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        elks.deliveries(request(kit, body, m=KEY))
    assert caught.value.code == "not_an_event"


async def test_a_failure_is_confirmed_with_46elks_itself(stand: Any, kit: Any) -> None:
    """A forged failure does not stand: the imitation says that the message was delivered."""
    elks = stand.connector()
    receipt = await elks.send_sms(kit.sms())
    (sent, _) = await stand.told(elks)
    forged = msgspec.structs.replace(sent, event="failed", remote_id=receipt.remote_id)
    assert (await elks.confirm(forged)).event == "delivered"
    with pytest.raises(Invalid):
        await elks.confirm(msgspec.structs.replace(sent, remote_id="../me"))
