"""Sinch: requests held against the specification, sending over loopback, faults and doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema
import pytest
import yaml

from brygga.model import Invalid, NeedsSignIn, OutcomeUnknown, Rejected
from brygga.sandbox.faults import OneShot


@pytest.fixture(scope="module")
def schemas(shared_providers: Path) -> dict[str, Any]:
    path = shared_providers / "sinch" / "thirdparty-sinch-sms-openapi.yml"
    found: dict[str, Any] = yaml.safe_load(path.read_text())["components"]["schemas"]
    return found


def test_the_request_is_the_one_that_the_specification_describes(
    offline: Any, kit: Any, schemas: dict[str, Any]
) -> None:
    """The rest of what is sent stands in the vendor's kits only (contract notes)."""
    more = {"client_reference", "max_number_of_message_parts"}
    validator = jsonschema.Draft202012Validator(
        schemas["SendBatchRequest"], format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    battery = [
        ({}, {}),
        ({"webhook_url": "", "number_plus": False}, {"text": "Hej 😀"}),
        ({"sender": "71700"}, {"send_at": kit.now + timedelta(days=2)}),
        ({"reply_number": kit.own}, {"answerable": True}),
    ]
    for settings, changes in battery:
        (call,) = offline(**settings).sms_calls(kit.sms(**changes))
        validator.validate(call.json)
        assert set(call.json) <= set(schemas["SendBatchRequest"]["properties"]) | more
        assert (call.method, call.path) == ("POST", "/xms/v1/plan1/batches")


def test_every_field_says_what_it_should(offline: Any, kit: Any) -> None:
    at = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    (call,) = offline().sms_calls(kit.sms(text='Hej "du" & 😀', send_at=at))
    assert call.json == {
        "to": [kit.to],
        "from": "Bryggan",
        "body": 'Hej "du" & 😀',
        "type": "mt_text",
        "delivery_report": "per_recipient",
        "client_reference": "viewing|OBJ1|7",
        "callback_url": "https://kontor.example.com/in/sinch?m=viewing%7COBJ1%7C7&t=%2A%2A%2A",
        "send_at": "2026-11-25T09:00:00.000Z",
        "expire_at": "2026-11-26T09:00:00.000Z",
        "max_number_of_message_parts": 6,
    }


def test_a_placeholder_that_sinch_would_fill_in_is_refused(offline: Any, kit: Any) -> None:
    with pytest.raises(Invalid) as caught:
        offline().sms_calls(kit.sms(text="Hej ${namn}!"))
    assert caught.value.code == "placeholder"
    assert offline().sms_calls(kit.sms(text="Pris: $ {ungefär} 1"))


def test_a_time_that_is_past_or_has_no_zone_is_refused(offline: Any, kit: Any) -> None:
    for at in (kit.now, datetime(2026, 12, 1)):  # noqa: DTZ001 - a time without a zone is the case
        with pytest.raises(Invalid):
            offline().sms_calls(kit.sms(send_at=at))


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_plan_id": "../x"},
        {"service_plan_id": ""},
        {"delivery_report": "often"},
        {"expire_s": 300_000},
        {"most_chars": 2001},
    ],
)
def test_settings_that_sinch_would_refuse_are_refused_at_once(offline: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        offline(**wrong)
    assert caught.value.code == "setting_unusable"


@pytest.mark.parametrize("report", ["per_recipient", "full", "summary"])
async def test_a_message_is_sent_and_its_signed_callbacks_come_back(
    stand: Any, kit: Any, report: str
) -> None:
    sinch = stand.connector(delivery_report=report)
    receipt = await sinch.send_sms(kit.sms())
    assert receipt.results == {kit.to: "accepted"}
    told = await stand.told(sinch)
    assert [d.event for d in told] == ["sent", "delivered"]
    number = "" if report == "summary" else kit.to
    assert {(d.key, d.remote_id, d.recipient) for d in told} == {
        ("viewing|OBJ1|7", receipt.remote_id, number)
    }


async def test_without_a_shared_secret_the_messages_own_address_proves_its_reports(
    stand: Any, kit: Any
) -> None:
    stand.imitation.mutate("tune", {"signed": False})
    del stand.secrets["webhook_secret"]
    sinch = stand.connector()
    await sinch.send_sms(kit.sms())
    assert [d.event for d in await stand.told(sinch)] == ["sent", "delivered"]
    address = dict(parse_qsl((await sinch.reply_address()).partition("?")[2]))
    assert len(address["k"]) == 40


async def test_a_dry_run_counts_parts_and_sends_nothing(stand: Any, kit: Any) -> None:
    told = await stand.connector(kr_per_part=0.5).estimate(kit.sms(text="å" * 161))
    assert (told.parts, told.cost, stand.sent) == (2, "1.00 SEK", 0)


async def test_a_batch_can_be_called_back(stand: Any, kit: Any) -> None:
    sinch = stand.connector()
    receipt = await sinch.send_sms(kit.sms(send_at=kit.now + timedelta(days=1)))
    await sinch.cancel_sms(receipt.remote_id)
    assert stand.imitation.truth()["batches"][receipt.remote_id]["canceled"]
    with pytest.raises(Rejected):
        await sinch.cancel_sms("01NONE")
    with pytest.raises(Invalid):
        await sinch.cancel_sms("../batches")


async def test_a_blocked_plan_is_for_a_person(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"blocked": True})
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector().send_sms(kit.sms())
    assert caught.value.code == "rights_missing"


async def test_a_wrong_token_is_for_a_person(stand: Any, kit: Any) -> None:
    for token in ("fel", "fel\r\nX: y"):
        stand.secrets["token"] = token
        with pytest.raises(NeedsSignIn) as caught:
            await stand.connector().send_sms(kit.sms())
        assert caught.value.code == "key_refused"


@pytest.mark.parametrize("fault", ["lost-answer", "late500", "reset", "truncated", "malformed"])
@pytest.mark.parametrize("narrow", [True, False])
async def test_taken_but_the_answer_lost_is_found_by_our_reference(
    stand: Any, kit: Any, fault: str, narrow: bool
) -> None:
    sinch = stand.connector(list_by_reference=narrow, list_limit=2)
    for number in range(5):
        await sinch.send_sms(kit.sms(key=f"k{number}"))
    stand.imitation.next_faults(OneShot(fault=fault, method="POST"))
    with pytest.raises(OutcomeUnknown):
        await sinch.send_sms(kit.sms())
    found = await sinch.read_back(kit.sms())
    assert found is not None
    batch = stand.imitation.truth()["batches"][found.remote_id]
    assert batch["client_reference"] == "viewing|OBJ1|7"
    assert stand.sent == 6


@pytest.mark.parametrize("narrow", [True, False])
async def test_not_taken_is_none_once_the_list_has_settled(stand: Any, kit: Any, narrow: bool) -> None:
    sinch = stand.connector(list_by_reference=narrow)
    await sinch.send_sms(kit.sms(key="another"))
    stand.imitation.next_faults(OneShot(fault="html200", method="POST"))
    with pytest.raises(OutcomeUnknown):
        await sinch.send_sms(kit.sms())
    with pytest.raises(OutcomeUnknown):
        await sinch.read_back(kit.sms())
    stand.later(121)
    assert await sinch.read_back(kit.sms()) is None
    assert stand.sent == 1


async def test_being_asked_to_wait_is_not_doubt(stand: Any, kit: Any) -> None:
    stand.imitation.faults.options = type(stand.imitation.faults.options)(retry_after_s=0.01)
    stand.imitation.next_faults(OneShot(fault="throttled", method="POST"))
    assert (await stand.connector().send_sms(kit.sms())).remote_id
    assert stand.sent == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"id": 7}', b"\xff"])
async def test_an_answer_without_an_id_is_doubt(offline: Any, kit: Any, body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        await offline(wire=kit.nobody(body, status=201)).send_sms(kit.sms())


async def test_a_list_that_does_not_say_how_many_there_are_is_read_to_its_end(offline: Any, kit: Any) -> None:
    pages = [b'{"batches": [{"id": "1", "client_reference": "k1"}]}'] * 2
    wire = kit.nobody(
        *pages, b'{"batches": [{"id": "9", "client_reference": "viewing|OBJ1|7"}]}', b'{"batches": []}'
    )
    found = await offline(wire=wire, list_limit=1).read_back(kit.sms())
    assert found is not None
    assert found.remote_id == "9"
    assert [dict(call.query)["page"] for call in wire.calls] == ["0", "1", "2", "3"]


async def test_a_check_asks_for_a_batch(stand: Any) -> None:
    checked = await stand.connector().check()
    assert checked.ok
    assert checked.abilities == {"sms": "ok", "deliveries": "ok"}


async def test_callbacks_in_any_order_and_number_are_let_in_once_each(stand: Any, kit: Any) -> None:
    stand.imitation.use_profile("webhooks-five-times")
    sinch = stand.connector()
    await sinch.send_sms(kit.sms())
    assert await stand.imitation.hooks.settled(3)
    let_in = []
    for request in stand.received:
        try:
            await sinch.verify(request)
        except Rejected:
            continue
        let_in += sinch.deliveries(request)
    assert len(stand.received) == 10
    assert sorted(d.event for d in let_in) == ["delivered", "sent"]
