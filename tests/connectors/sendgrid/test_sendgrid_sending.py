"""Sending over a real line to the imitation: receipts, doubt, waits, lists."""

from __future__ import annotations

import time
from typing import Any

import pytest

from brygga.connectors.sendgrid.api import SendGrid
from brygga.model import NeedsSignIn, OutcomeUnknown, Rejected, Retryable, Unsupported
from brygga.sandbox.faults import OneShot
from brygga.wire.call import Answer, Call


async def test_every_mail_of_the_battery_is_taken_and_its_key_comes_back(stand: Any, kit: Any) -> None:
    connector = stand.connector()
    for mail in kit.BATTERY.values():
        receipt = await connector.send(mail)
        assert receipt.remote_id
        assert set(receipt.results.values()) == {"accepted"}
    told = [one for request in stand.requests() for one in connector.deliveries(request)]
    assert {one.key for one in told} == {"k-1", "k-2"}
    assert {one.event for one in told} == {"queued", "delivered"}


async def test_copies_hold_their_own_values(stand: Any, kit: Any) -> None:
    await stand.connector().send(kit.BATTERY["merged"])
    copy = stand.imitation.copies[1]
    assert (copy["subject"], copy["text"]) == ("Hej P1", "P1 x&y")
    assert copy["html"] == "<b>P1</b> x&amp;y"


async def test_check_sends_nothing_and_says_what_the_key_may(stand: Any) -> None:
    checked = await stand.connector().check()
    assert checked.abilities == {"email": "ok", "deliveries": "ok", "suppressions": "ok"}
    assert stand.imitation.mails == []
    stand.imitation.mutate("tune", {"rights": ["mail.send"]})
    assert (await stand.connector().check()).abilities["suppressions"] == "refused"


@pytest.mark.parametrize("fault", ["html200", "garbage", "lost-answer"])
async def test_an_answer_that_is_none_leaves_doubt_and_is_not_sent_again(
    stand: Any, kit: Any, fault: str
) -> None:
    stand.imitation.next_faults(OneShot(fault=fault))
    with pytest.raises(OutcomeUnknown) as caught:
        await stand.connector().send(kit.a_mail())
    assert "Det kan ha" in caught.value.sv
    assert len(stand.imitation.copies) == (1 if fault == "lost-answer" else 0)


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

    connector = SendGrid(
        Proxy(), connection="c", settings=kit.SETTINGS, secrets=kit.Fields(), now=lambda: kit.NOW
    )
    with pytest.raises(OutcomeUnknown):
        await connector.send(kit.a_mail())


async def test_accepted_and_then_silent_is_doubt_and_one_mail(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"hang_s": 0.6})
    with pytest.raises(OutcomeUnknown):
        await stand.connector(timeout_s=0.3).send(kit.a_mail())
    assert len(stand.imitation.copies) == 1


async def test_what_was_doubtful_can_be_read_back_with_the_add_on(stand: Any, kit: Any) -> None:
    connector = stand.connector(activity=True)
    assert await connector.read_back(kit.a_mail()) is None
    stand.imitation.next_faults(OneShot(fault="lost-answer"))
    with pytest.raises(OutcomeUnknown):
        await connector.send(kit.a_mail())
    receipt = await connector.read_back(kit.a_mail())
    assert receipt.results == {"kim@example.com": "accepted"}
    with pytest.raises(Unsupported):
        await stand.connector().read_back(kit.a_mail())


async def test_429_says_when_to_come_back(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"remaining": 0})
    with pytest.raises(Retryable) as caught:
        await stand.connector().send(kit.a_mail())
    assert caught.value.after_s == pytest.approx(7.0)
    assert stand.imitation.copies == []


async def test_a_refused_key_or_right_asks_for_a_person(stand: Any, kit: Any) -> None:
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector(api_key="wrong").send(kit.a_mail())
    assert (caught.value.code, caught.value.status) == ("key_refused", 401)
    stand.imitation.mutate("tune", {"rights": []})
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector().send(kit.a_mail())
    assert caught.value.code == "rights_missing"
    assert "Nyckeln" in caught.value.sv or "nyckeln" in caught.value.sv


async def test_a_mail_that_it_refuses_is_rejected_once(stand: Any, kit: Any) -> None:
    connector = stand.connector(ip_pool="x")
    with pytest.raises(Rejected) as caught:
        await connector.send(kit.a_mail())
    assert (caught.value.status, caught.value.code) == (400, "not_accepted")


async def test_sandbox_mode_sends_nothing(stand: Any, kit: Any) -> None:
    receipt = await stand.connector(sandbox_mode=True).send(kit.a_mail())
    assert receipt.results == {"kim@example.com": "accepted"}
    assert stand.imitation.mails == []


async def test_a_later_thousand_that_fails_leaves_the_first_accepted(stand: Any, kit: Any) -> None:
    mail = kit.a_mail(to=(), text="{{namn}}", people=kit.people(2_500))
    stand.imitation.mutate("tune", {"remaining": 1})
    receipt = await stand.connector().send(mail)
    states = list(receipt.results.values())
    assert states.count("accepted") == 1_000
    assert states.count("later asked_to_wait") == 1_500
    stand.imitation.mutate("tune", {"remaining": 10})
    stand.imitation.next_faults(OneShot(fault="lost-answer", skip=1))
    again = list((await stand.connector().send(mail)).results.values())
    assert (again.count("accepted"), sum(s.startswith("unknown") for s in again)) == (1_500, 1_000)


async def test_ten_thousand_copies_leave_within_seconds(stand: Any, kit: Any) -> None:
    """60,000 a minute is a thousand a second; the imitation's own work is in it."""
    mail = kit.a_mail(to=(), text="Hej {{namn}}", html="<p>Hej {{namn}}</p>", people=kit.people(10_000))
    started = time.perf_counter()
    receipt = await stand.connector().send(mail)
    took_s = time.perf_counter() - started
    assert len(receipt.results) == len(stand.imitation.copies) == 10_000
    assert stand.imitation.writes.repeated() == {}
    assert took_s < 10


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
    await connector.unsuppress("unsub@example.com", which="unsubscribes")
    assert {one.recipient for one in await connector.suppressions()} == {
        "kim+a@example.com",
        "spam@example.com",
    }
    with pytest.raises(Unsupported):
        await connector.suppress("kim@example.com", which="bounces")


async def test_long_lists_come_in_pages(stand: Any) -> None:
    rows = stand.imitation.lists["bounces"]
    rows |= {f"b{n}@example.com": {"email": f"b{n}@example.com", "created": n} for n in range(1, 1_251)}
    assert len(await stand.connector().suppressions()) == 1_250
