"""Sending over a real line to the imitation: receipts, doubt, waits, events, lists."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from brygga.connectors.mailgun.api import Mailgun
from brygga.connectors.mailgun.api.sending import wait_s
from brygga.model import NeedsSignIn, OutcomeUnknown, Rejected, Retryable, Unsupported
from brygga.sandbox.faults import OneShot
from brygga.wire.call import Answer, Call


async def test_every_mail_of_the_battery_is_taken_and_its_key_comes_back(stand: Any, kit: Any) -> None:
    connector = stand.connector()
    for mail in kit.BATTERY.values():
        receipt = await connector.send(mail)
        assert receipt.remote_id.endswith(">")
        assert set(receipt.results.values()) == {"accepted"}
    told = [one for request in stand.requests() for one in connector.deliveries(request)]
    assert {one.key for one in told} == {"k-1", "k-2"}
    assert {one.event for one in told} == {"queued", "delivered"}


async def test_copies_hold_their_own_values_and_show_one_address(stand: Any, kit: Any) -> None:
    await stand.connector().send(kit.BATTERY["merged"])
    copy = stand.imitation.copies[1]
    assert (copy["subject"], copy["text"], copy["to"]) == ("Hej P1", "P1 x&y", ["p1@example.com"])
    assert copy["html"] == "<b>P1</b> x&amp;y"
    assert copy["headers"]["List-Unsubscribe"] == "<https://example.com/av/t0>"


async def test_check_sends_nothing(stand: Any) -> None:
    checked = await stand.connector().check()
    assert checked.ok
    assert checked.abilities == {"email": "ok", "deliveries": "ok", "suppressions": "ok"}
    assert stand.imitation.mails == []


async def test_the_magnificent_answer_is_a_failure_and_nothing_was_sent(stand: Any, kit: Any) -> None:
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector(path="/v99").send(kit.a_mail())
    assert caught.value.code == "wrong_address"
    assert "Inget skickades" in caught.value.sv
    stand.imitation.mutate("tune", {"magnificent": True})
    with pytest.raises(NeedsSignIn):
        await stand.connector().send(kit.a_mail())
    assert stand.imitation.copies == []


async def test_a_magnificent_check_is_no_good_check(stand: Any) -> None:
    stand.imitation.mutate("tune", {"magnificent": True})
    with pytest.raises(Retryable):
        await stand.connector().check()


async def test_another_domain_or_region_asks_for_a_person(stand: Any, kit: Any) -> None:
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector(domain="annan.example.com").send(kit.a_mail())
    assert caught.value.code == "domain_missing"
    with pytest.raises(NeedsSignIn):
        await stand.connector(domain="annan.example.com").check()


@pytest.mark.parametrize("fault", ["html200", "garbage", "truncated", "malformed", "lost-answer"])
async def test_an_answer_that_is_none_leaves_doubt_and_is_not_sent_again(
    stand: Any, kit: Any, fault: str
) -> None:
    stand.imitation.next_faults(OneShot(fault=fault))
    with pytest.raises(OutcomeUnknown) as caught:
        await stand.connector().send(kit.a_mail())
    assert "Det kan ha" in caught.value.sv
    assert len(stand.imitation.copies) == (0 if fault in ("html200", "garbage") else 1)


async def test_a_500_in_its_own_words_is_a_plain_no_and_the_next_may_send(stand: Any, kit: Any) -> None:
    stand.imitation.next_faults(OneShot(fault="500"))
    with pytest.raises(Retryable) as caught:
        await stand.connector().send(kit.a_mail())
    assert caught.value.code == "provider_failed"
    assert stand.imitation.copies == []


@pytest.mark.parametrize(("status", "body"), [(500, b""), (502, b"<html>"), (503, b"[]"), (504, b"{}")])
async def test_a_5xx_of_somebody_else_leaves_doubt(kit: Any, status: int, body: bytes) -> None:
    class Proxy:
        async def call(self, call: Call) -> Answer:
            return Answer(status=status, headers={}, body=body)

    connector = Mailgun(
        Proxy(), connection="c", settings=kit.SETTINGS, secrets=kit.Fields(), now=lambda: kit.NOW
    )
    with pytest.raises(OutcomeUnknown):
        await connector.send(kit.a_mail())


async def test_accepted_and_then_silent_is_read_back(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"hang_s": 0.6})
    connector = stand.connector(timeout_s=0.3)
    with pytest.raises(OutcomeUnknown):
        await connector.send(kit.a_mail())
    receipt = await connector.read_back(kit.a_mail(), sent_at=kit.NOW)
    assert receipt.results == {"kim@example.com": "accepted"}
    assert len(stand.imitation.copies) == 1


async def test_what_is_not_found_is_certain_only_after_a_while(stand: Any, kit: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        await stand.connector().read_back(kit.a_mail(), sent_at=kit.NOW - timedelta(minutes=29))
    assert await stand.connector().read_back(kit.a_mail(), sent_at=kit.NOW - timedelta(minutes=31)) is None
    with pytest.raises(Unsupported):
        await stand.connector(own_message_id=False).read_back(kit.a_mail(), sent_at=kit.NOW)


async def test_429_says_when_to_come_back(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"remaining": 0})
    with pytest.raises(Retryable) as caught:
        await stand.connector().send(kit.a_mail())
    assert caught.value.after_s == 7.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("limit exceeded, try again after 12 seconds", 12.0),
        ("Domain x.com is not allowed to send: try again after 2 minutes", 120.0),
        ("try again after 1.5 seconds", 1.5),
        ("try again in 9 hours", 3_600.0),
        ("too many", None),
    ],
)
def test_the_wait_stands_in_the_text(text: str, seconds: float | None) -> None:
    assert wait_s(Answer(status=429, headers={}, body=text.encode())) == seconds


def test_a_header_goes_before_the_text() -> None:
    assert wait_s(Answer(status=429, headers={"retry-after": "3"}, body=b"after 12 seconds")) == 3.0


async def test_a_refused_key_asks_for_a_person(stand: Any, kit: Any) -> None:
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector(api_key="wrong").send(kit.a_mail())
    assert (caught.value.code, caught.value.status) == ("key_refused", 401)


async def test_a_mail_that_it_refuses_is_rejected_once(stand: Any, kit: Any) -> None:
    with pytest.raises(Rejected) as caught:
        await stand.connector(tags_most=10).send(kit.a_mail(tags=("a", "b", "c", "d")))
    assert (caught.value.status, caught.value.code) == (400, "not_accepted")


async def test_test_mode_delivers_nothing(stand: Any, kit: Any) -> None:
    await stand.connector(sandbox_mode=True).send(kit.a_mail())
    assert stand.imitation.copies == []


async def test_ten_thousand_copies_leave_within_seconds(stand: Any, kit: Any) -> None:
    mail = kit.a_mail(to=(), text="Hej {{namn}}", people=kit.people(10_000))
    started = time.perf_counter()
    receipt = await stand.connector().send(mail)
    took_s = time.perf_counter() - started
    assert len(receipt.results) == len(stand.imitation.copies) == 10_000
    assert stand.imitation.writes.repeated() == {}
    assert took_s < 10


async def test_events_that_no_webhook_told_can_be_read(stand: Any, kit: Any) -> None:
    mail = kit.a_mail(to=(), text="Hej {{namn}}", people=kit.people(400))
    await stand.connector().send(mail)
    found = await stand.connector().happened(since=kit.NOW)
    assert len(found) == len({one.id for one in found}) == 800
    assert {one.key for one in found} == {"k-1"}


async def test_the_lists_are_read_whole_added_to_and_removed_from(stand: Any, kit: Any) -> None:
    connector = stand.connector()
    await connector.send(kit.a_mail(to=("bounce@example.com", "spam@example.com", "unsub@example.com")))
    found = {one.recipient: one.event for one in await connector.suppressions()}
    assert found == {
        "bounce@example.com": "bounced_hard",
        "spam@example.com": "complained",
        "unsub@example.com": "unsubscribed",
    }
    await connector.suppress("Kim <kim+a@example.com>")
    await connector.unsuppress("bounce@example.com", which="bounces")
    await connector.unsuppress("bounce@example.com", which="bounces")
    assert {one.recipient for one in await connector.suppressions()} == {
        "kim+a@example.com",
        "spam@example.com",
        "unsub@example.com",
    }
    with pytest.raises(Unsupported):
        await connector.suppress("kim@example.com", which="whitelists")


async def test_long_lists_come_in_pages(stand: Any) -> None:
    stand.imitation.lists["bounces"] |= {
        f"b{n}@example.com": {"address": f"b{n}@example.com", "created_at": "Mon, 23 Nov 2026 12:00:00 UTC"}
        for n in range(2_250)
    }
    found = await stand.connector().suppressions()
    assert len({one.recipient for one in found}) == 2_250
