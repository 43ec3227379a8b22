"""Sending through a chain: the next sender only when it is certain that the former did not send."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from brygga.hub import Hub, Settings
from brygga.hub.hearing import heard
from brygga.hub.practice import adopt
from brygga.hub.sending import as_it_would_leave, message, send_and_wait, sender_of
from brygga.model import Invalid
from brygga.sandbox.server import OneShot
from brygga.sandbox.serving import Plan, build

LETTER = {"to": ["anna@example.com"], "subject": "Visning på söndag", "text": "Välkommen!", "key": "brev-1"}


class Post:
    """A hub joined to an imitated SendGrid and a mail server, in that order."""

    def __init__(self, hub: Hub, sandbox: Any) -> None:
        self.hub, self.sandbox = hub, sandbox
        self.sendgrid: Any = sandbox.imitations["sendgrid"]

    def by_sendgrid(self) -> int:
        return len(self.sendgrid.truth(())["copies"])

    def by_server(self) -> int:
        return len(self.sandbox.smtp.mails)

    async def send(self, **changes: Any) -> dict[str, Any]:
        found = message("email", json.dumps(LETTER | changes).encode(), "kontor@example.com")
        return await send_and_wait(self.hub, "email", sender_of(self.hub, "email", ""), found, wait_s=20)


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with build(Plan(estates=1, seed=3), only=("sendgrid", "elks46")) as sandbox:
        hub = Hub(Settings(home=tmp_path, fallbacks={"email": ["sendgrid", "smtp"]}))
        await adopt(hub, sandbox.settings())
        await hub.start(schedule=False)
        try:
            yield Post(hub, sandbox)
        finally:
            await hub.stop()


async def test_the_first_of_the_chain_sends_when_it_can(post: Post) -> None:
    told = await post.send()
    assert (told["state"], told["via"]) == ("done", "sendgrid")
    assert (post.by_sendgrid(), post.by_server()) == (1, 0)


@pytest.mark.parametrize("fault", ["throttled", "500"])
async def test_the_next_sends_once_when_the_first_says_no(post: Post, fault: str) -> None:
    post.sendgrid.next_faults(*[OneShot(fault=fault)] * 20)
    told = await post.send()
    assert (told["state"], told["via"]) == ("done", "smtp")
    assert (post.by_sendgrid(), post.by_server()) == (0, 1)


async def test_the_next_sends_once_when_the_first_cannot_be_reached(post: Post) -> None:
    known = post.hub.connections.get("sendgrid")
    settings = known.settings | {"base_url": "http://127.0.0.1:9"}
    post.hub.connections.save(msgspec.structs.replace(known, settings=settings))
    told = await post.send()
    assert (told["state"], told["via"]) == ("done", "smtp")
    assert post.by_server() == 1


async def test_what_may_have_been_sent_is_not_sent_by_another(post: Post) -> None:
    post.sendgrid.next_faults(OneShot(fault="lost-answer"))
    told = await post.send()
    assert told["state"] == "unknown"
    assert (post.by_sendgrid(), post.by_server()) == (1, 0)
    assert [r.code for r in post.hub.store.repair_list()] == ["outcome_unknown"]


async def test_the_same_key_is_sent_once(post: Post) -> None:
    await post.send()
    with pytest.raises(Invalid, match="sent before"):
        await post.send()
    assert post.by_sendgrid() == 1


async def test_a_dry_run_shows_the_request_and_hides_the_key(post: Post) -> None:
    found = message("email", json.dumps(LETTER).encode(), "kontor@example.com")
    (shown,) = await as_it_would_leave(post.hub, "email", "sendgrid", found)
    assert shown["method"] == "POST"
    assert shown["url"].endswith("/v3/mail/send")
    assert shown["headers"]["Authorization"] == "***"
    assert shown["body"]["personalizations"][0]["to"] == [{"email": "anna@example.com"}]
    (by_server,) = await as_it_would_leave(post.hub, "email", "smtp", found)
    assert by_server["method"] == "SMTP"
    assert "Subject: Visning" in by_server["body"] or "Subject: =?utf-8?" in by_server["body"]
    assert (post.by_sendgrid(), post.by_server()) == (0, 0)


async def test_attachments_and_copies_for_many_come_through_the_queue(post: Post) -> None:
    pdf = base64.b64encode(b"%PDF-1.7 ").decode()
    await post.send(key="b", attachments=[["a.pdf", "application/pdf", pdf]])
    people = [{"address": f"p{n}@example.com", "data": {"name": f"P{n}"}} for n in range(3)]
    await post.send(key="c", to=[], people=people, text="Hej {{name}}")
    copies = list(post.sendgrid.truth(())["copies"].values())
    assert copies[0]["files"] == 1
    assert sorted(one["text"] for one in copies[1:]) == ["Hej P0", "Hej P1", "Hej P2"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"to":["a@example.com"]}', b'{"to":[],"subject":"a","text":"b","no":1}']
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        message("email", body)


async def test_an_unsigned_webhook_is_refused_with_its_reason(post: Post) -> None:
    given = {"headers": {"Content-Type": "application/json"}, "body": "[]"}
    told = await heard(post.hub, "sendgrid", json.dumps(given).encode())
    assert told["refused"]
    assert "events" not in told


async def test_a_text_message_is_shown_with_its_fields(post: Post) -> None:
    found = message("sms", b'{"to": "+46701740605", "text": "Hej", "sender": "Bryggan"}')
    (shown,) = await as_it_would_leave(post.hub, "sms", "elks46", found)
    assert shown["method"] == "POST"
    assert "%2B46701740605" in shown["body"]
    told = await send_and_wait(post.hub, "sms", "elks46", found, wait_s=20)
    assert told["state"] == "done"
