"""46elks: the exact request, sending over loopback, every fault, and what a doubtful send means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest

from brygga.model import BryggaError, Invalid, NeedsSignIn, OutcomeUnknown, Rejected, Retryable, Unsupported
from brygga.sandbox.faults import OneShot


def form_of(call: Any) -> dict[str, str]:
    pairs = parse_qsl(call.body.decode(), strict_parsing=True, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_the_request_is_the_one_that_the_documentation_asks_for(offline: Any, kit: Any) -> None:
    (call,) = offline().sms_calls(kit.sms(to="070-174 06 05", text="Hej & välkommen, 50% = 1+1 😀"))
    assert (call.method, call.path, call.content_type) == (
        "POST",
        "/sms",
        "application/x-www-form-urlencoded",
    )
    assert call.repeat == "readback"
    assert form_of(call) == {
        "from": "Bryggan",
        "to": kit.to,
        "message": "Hej & välkommen, 50% = 1+1 😀",
        "whendelivered": "https://kontor.example.com/in/elks46?m=viewing%7COBJ1%7C7&t=%2A%2A%2A",
        "dontlog": "message",
    }


def test_every_field_is_one_that_the_specification_names(
    offline: Any, kit: Any, shared_providers: Path
) -> None:
    path = shared_providers / "46elks" / "thirdparty-2019-46elks-openapi.json"
    named = {p["name"] for p in json.loads(path.read_text())["paths"]["/SMS"]["post"]["parameters"]}
    (call,) = offline().sms_calls(kit.sms())
    assert set(form_of(call)) <= named


@pytest.mark.parametrize("key", ["a&to=%2B4670", "å/?#", "a=b|c:d e", "😀"])
def test_a_key_cannot_add_a_parameter(offline: Any, kit: Any, key: str) -> None:
    (call,) = offline().sms_calls(kit.sms(key=key))
    form = form_of(call)
    assert form["to"] == kit.to
    assert parse_qs(form["whendelivered"].partition("?")[2]) == {"m": [key], "t": ["***"]}


@pytest.mark.parametrize("key", ["a\r\nX: y", "x" * 201, "", "a\x00"])
def test_a_key_with_a_line_break_is_refused(offline: Any, kit: Any, key: str) -> None:
    with pytest.raises(Invalid) as caught:
        offline().sms_calls(kit.sms(key=key))
    assert caught.value.code == "no_key"


def test_a_text_cannot_add_a_parameter(offline: Any, kit: Any) -> None:
    text = "hej&to=%2B46701740606&from=Annan\r\ndontlog: no"
    (call,) = offline().sms_calls(kit.sms(text=text))
    assert form_of(call)["message"] == text
    assert form_of(call)["to"] == kit.to


def test_a_time_of_its_own_is_unsupported(offline: Any, kit: Any) -> None:
    with pytest.raises(Unsupported):
        offline().sms_calls(kit.sms(send_at=datetime(2026, 12, 1, tzinfo=UTC)))


def test_without_an_address_no_report_is_asked_for(offline: Any, kit: Any) -> None:
    (call,) = offline(webhook_url="", dontlog=False).sms_calls(kit.sms())
    assert set(form_of(call)) == {"from", "to", "message"}


async def test_a_message_is_sent_and_its_reports_come_back(stand: Any, kit: Any) -> None:
    elks = stand.connector()
    receipt = await elks.send_sms(kit.sms())
    assert receipt.results == {kit.to: "accepted"}
    assert (receipt.parts, receipt.cost) == (1, "0.50 SEK")
    told = await stand.told(elks)
    assert [d.event for d in told] == ["sent", "delivered"]
    assert {(d.key, d.remote_id) for d in told} == {("viewing|OBJ1|7", receipt.remote_id)}
    assert told[1].at == kit.now
    assert len({d.id for d in told}) == 2


async def test_reports_are_sent_again_until_they_are_taken(stand: Any, kit: Any) -> None:
    elks = stand.connector()
    stand.answers = [500, 301, 200, 200]
    await elks.send_sms(kit.sms())
    assert [d.event for d in await stand.told(elks)] == ["sent", "delivered"]


async def test_a_dry_run_tells_parts_and_price_and_sends_nothing(stand: Any, kit: Any) -> None:
    told = await stand.connector().estimate(kit.sms(text="å" * 161))
    assert (told.parts, told.cost, told.remote_id) == (2, "1.00 SEK", "")
    assert stand.sent == 0


async def test_a_check_tells_what_is_left(stand: Any) -> None:
    checked = await stand.connector().check()
    assert checked.ok
    assert "1000.00 SEK" in checked.sv


async def test_no_credit_is_for_a_person_and_closes_the_connection(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"credit": 0})
    elks = stand.connector()
    with pytest.raises(NeedsSignIn) as caught:
        await elks.send_sms(kit.sms())
    assert caught.value.code == "no_credit"
    assert "Fyll på" in caught.value.sv
    calls = stand.imitation.arrivals.total
    with pytest.raises(BryggaError) as again:
        await elks.send_sms(kit.sms())
    assert again.value.code == "no_credit"
    assert stand.imitation.arrivals.total == calls


async def test_a_wrong_password_is_for_a_person(stand: Any, kit: Any) -> None:
    stand.secrets["password"] = "fel"
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector().send_sms(kit.sms())
    assert caught.value.code == "key_refused"


@pytest.mark.parametrize("fault", ["lost-answer", "late500", "reset", "truncated"])
async def test_taken_but_the_answer_lost_is_doubt_and_is_found_again(
    stand: Any, kit: Any, fault: str
) -> None:
    elks = stand.connector()
    stand.imitation.next_faults(OneShot(fault=fault, method="POST"))
    with pytest.raises(OutcomeUnknown):
        await elks.send_sms(kit.sms())
    assert stand.sent == 1
    found = await elks.read_back(kit.sms())
    assert found is not None
    assert found.remote_id in stand.imitation.truth()["messages"]
    assert stand.sent == 1


@pytest.mark.parametrize("fault", ["html200", "garbage", "500"])
async def test_not_taken_but_doubtful_is_none_once_the_history_has_settled(
    stand: Any, kit: Any, fault: str
) -> None:
    elks = stand.connector()
    stand.imitation.next_faults(OneShot(fault=fault, method="POST"))
    with pytest.raises((OutcomeUnknown, Retryable)) as caught:
        await elks.send_sms(kit.sms())
    if isinstance(caught.value, OutcomeUnknown):
        with pytest.raises(OutcomeUnknown) as early:
            await elks.read_back(kit.sms())
        assert early.value.code == "too_early"
    stand.later(121)
    assert await elks.read_back(kit.sms(), since=kit.now) is None
    assert stand.sent == 0


async def test_being_asked_to_wait_is_not_doubt(stand: Any, kit: Any) -> None:
    stand.imitation.faults.options = type(stand.imitation.faults.options)(retry_after_s=0.01)
    stand.imitation.next_faults(OneShot(fault="throttled", method="POST"))
    receipt = await stand.connector().send_sms(kit.sms())
    assert receipt.remote_id
    assert stand.sent == 1


async def test_two_alike_in_the_history_are_doubt_unless_one_is_known(stand: Any, kit: Any) -> None:
    elks = stand.connector()
    first = await elks.send_sms(kit.sms())
    stand.imitation.next_faults(OneShot(fault="lost-answer", method="POST"))
    with pytest.raises(OutcomeUnknown):
        await elks.send_sms(kit.sms(key="viewing|OBJ1|8"))
    with pytest.raises(OutcomeUnknown) as caught:
        await elks.read_back(kit.sms(key="viewing|OBJ1|8"))
    assert caught.value.code == "several_fit"
    found = await elks.read_back(kit.sms(key="viewing|OBJ1|8"), known={first.remote_id})
    assert found is not None
    assert found.remote_id != first.remote_id


async def test_the_history_is_read_page_by_page(stand: Any, kit: Any) -> None:
    elks = stand.connector(list_limit=3, webhook_url="")
    for number in range(10):
        await elks.send_sms(kit.sms(to=f"+467017406{number + 10}", key=f"k{number}"))
        stand.later(1)
    found = await elks.read_back(kit.sms(to="+46701740610"), since=kit.now)
    assert found is not None
    stand.later(600)
    assert await elks.read_back(kit.sms(to="+46701740650"), since=kit.now) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": ""}', b'{"id": 7}', b"\xff"])
async def test_an_answer_without_an_id_is_doubt(offline: Any, kit: Any, body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        await offline(wire=kit.nobody(body)).send_sms(kit.sms())


@pytest.mark.parametrize("odd", ['"parts": "x"', '"cost": 0.5', '"created": null, "to": 7', '"new": []'])
async def test_an_oddity_beside_the_id_does_not_make_a_sent_message_doubtful(
    offline: Any, kit: Any, odd: str
) -> None:
    receipt = await offline(wire=kit.nobody(f'{{"id": "s1", {odd}}}'.encode())).send_sms(kit.sms())
    assert (receipt.remote_id, receipt.parts, receipt.cost) == ("s1", 1, "")


async def test_a_full_page_without_a_next_is_read_on_from_its_oldest(offline: Any, kit: Any) -> None:
    row = '{"id": "%s", "direction": "outgoing", "to": "+46701740699", "created": "2026-11-23T11:00:0%d"}'
    pages = ['{"data": [%s]}' % (row % (name, n)) for n, name in ((2, "s2"), (1, "s1"))]
    wire = kit.nobody(*(page.encode() for page in (*pages, '{"data": []}')))
    elks = offline(wire=wire, list_limit=1)
    assert await elks.read_back(kit.sms()) is None
    assert [dict(call.query).get("start") for call in wire.calls] == [
        None,
        "2026-11-23T11:00:02",
        "2026-11-23T11:00:01",
    ]


async def test_failed_at_once_is_refused(offline: Any, kit: Any) -> None:
    with pytest.raises(Rejected):
        await offline(wire=kit.nobody(b'{"id": "s1", "status": "failed"}')).send_sms(kit.sms())


async def test_the_secret_in_the_report_address_is_the_messages_own(offline: Any, kit: Any) -> None:
    wire = kit.nobody(b'{"id": "s1"}', b'{"id": "s2"}')
    elks = offline(wire=wire)
    await elks.send_sms(kit.sms())
    await elks.send_sms(kit.sms(key="another"))
    tokens = {parse_qs(form_of(c)["whendelivered"].partition("?")[2])["t"][0] for c in wire.calls}
    assert len(tokens) == 2
    assert all(len(token) == 40 for token in tokens)


def test_the_same_moment_is_read_from_their_form_of_time() -> None:
    from brygga.connectors.elks46.mapping.sending import moment

    assert moment("2026-11-23T12:00:00.250000") == datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(
        milliseconds=250
    )
    assert moment("soon") is None


async def test_reports_in_any_order_and_number_are_told_apart_by_their_ids(stand: Any, kit: Any) -> None:
    stand.imitation.use_profile("webhooks-five-times")
    elks = stand.connector()
    await elks.send_sms(kit.sms())
    told = await stand.told(elks)
    assert len(told) == 10
    assert len({d.id for d in told}) == 2
    assert {d.event: d.facts["final"] for d in told} == {"sent": "no", "delivered": "yes"}
