"""Twilio: requests held against the specification, sending over loopback, faults and doubt."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema
import pytest

from brygga.model import Invalid, NeedsSignIn, OutcomeUnknown, Rejected, Retryable, Unsupported
from brygga.sandbox.faults import OneShot

SERVICE = "MG" + "0b" * 16


def form_of(call: Any) -> dict[str, str]:
    pairs = parse_qsl(call.body.decode(), strict_parsing=True, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.fixture(scope="module")
def specification(shared_providers: Path) -> dict[str, Any]:
    path = shared_providers / "twilio" / "twilio_api_v2010.messages-subset.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def typed(form: dict[str, str], schema: dict[str, Any]) -> dict[str, Any]:
    """The form's texts as what the schema says that they stand for."""
    made: dict[str, Any] = {}
    for name, value in form.items():
        kind = schema["properties"][name].get("type", "string")
        made[name] = {"integer": int, "boolean": lambda v: {"true": True, "false": False}[v]}.get(kind, str)(
            value
        )
    return made


def test_the_request_is_the_one_that_the_specification_describes(
    offline: Any, kit: Any, specification: dict[str, Any]
) -> None:
    path = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
    post = specification["paths"][path]["post"]
    schema = post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    at = kit.now + timedelta(days=2)
    battery = [
        ({}, {}),
        ({}, {"text": "Hej 😀 & välkommen = 100%"}),
        ({"messaging_service": SERVICE, "sender": ""}, {"send_at": at}),
        ({"messaging_service": SERVICE, "reply_number": kit.own}, {"answerable": True}),
        ({"discard_content": False, "mask_address": False, "smart_encoded": True, "webhook_url": ""}, {}),
        ({"sender": "71700"}, {}),
    ]
    for settings, changes in battery:
        (call,) = offline(**settings).sms_calls(kit.sms(**changes))
        form = form_of(call)
        assert set(form) <= set(schema["properties"])
        document = {
            "components": specification["components"],
            **{k: v for k, v in schema.items() if k != "examples"},
        }
        jsonschema.Draft202012Validator(document).validate(typed(form, schema))
        pattern = next(p for p in post["parameters"] if p["name"] == "AccountSid")["schema"]["pattern"]
        assert re.fullmatch(pattern, call.path.split("/")[3])
        assert call.path == path.replace("{AccountSid}", call.path.split("/")[3])
        assert call.content_type == "application/x-www-form-urlencoded"


def test_every_field_says_what_it_should(offline: Any, kit: Any) -> None:
    (call,) = offline().sms_calls(kit.sms(text="Hej & välkommen + 😀"))
    assert form_of(call) == {
        "To": kit.to,
        "From": "Bryggan",
        "Body": "Hej & välkommen + 😀",
        "StatusCallback": "https://kontor.example.com/in/twilio?m=viewing%7COBJ1%7C7",
        "ValidityPeriod": "14400",
        "SmartEncoded": "false",
        "ContentRetention": "discard",
        "AddressRetention": "obfuscate",
    }


def test_a_scheduled_message_needs_a_service_a_zone_and_a_time_in_range(offline: Any, kit: Any) -> None:
    at = kit.now + timedelta(days=2)
    with pytest.raises(Unsupported):
        offline().sms_calls(kit.sms(send_at=at))
    (call,) = offline(messaging_service=SERVICE).sms_calls(kit.sms(send_at=at))
    form = form_of(call)
    assert (form["SendAt"], form["ScheduleType"]) == ("2026-11-25T12:00:00Z", "fixed")
    for wrong in (kit.now, kit.now + timedelta(days=40), at.replace(tzinfo=None)):
        with pytest.raises(Invalid) as caught:
            offline(messaging_service=SERVICE).sms_calls(kit.sms(send_at=wrong))
        assert caught.value.code in ("schedule_range", "schedule_zone")


def test_a_text_cannot_add_a_parameter(offline: Any, kit: Any) -> None:
    text = "hej&To=%2B46701740606\r\nFrom: x"
    (call,) = offline().sms_calls(kit.sms(text=text, key="a&To=1"))
    assert form_of(call)["Body"] == text
    assert form_of(call)["To"] == kit.to


@pytest.mark.parametrize(
    "wrong",
    [
        {"account_sid": "AC../../x"},
        {"account_sid": ""},
        {"messaging_service": "MG1"},
        {"api_key": "x:y"},
        {"webhook_url": "https://mitt_kontor.example.com/in"},
        {"validity_s": 36_001},
        {"most_chars": 1601},
    ],
)
def test_settings_that_twilio_would_refuse_are_refused_at_once(offline: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        offline(**wrong)
    assert caught.value.code == "setting_unusable"


async def test_a_message_is_sent_and_its_signed_callbacks_come_back(stand: Any, kit: Any) -> None:
    twilio = stand.connector()
    receipt = await twilio.send_sms(kit.sms())
    assert receipt.results == {kit.to: "accepted"}
    assert receipt.parts == 1
    told = await stand.told(twilio)
    assert [d.event for d in told] == ["sent", "delivered"]
    assert {(d.key, d.remote_id, d.recipient) for d in told} == {
        ("viewing|OBJ1|7", receipt.remote_id, kit.to)
    }


async def test_the_answer_is_one_of_the_specification(
    stand: Any, kit: Any, specification: dict[str, Any]
) -> None:
    await stand.connector().send_sms(kit.sms())
    (message,) = stand.imitation.truth()["messages"].values()
    known = specification["components"]["schemas"]["api.v2010.account.message"]["properties"]
    assert set(message) == set(known)
    assert message["status"] in specification["components"]["schemas"]["message_enum_status"]["enum"]


async def test_a_scheduled_message_can_be_called_back(stand: Any, kit: Any) -> None:
    twilio = stand.connector(messaging_service=SERVICE)
    receipt = await twilio.send_sms(kit.sms(send_at=kit.now + timedelta(days=1)))
    await twilio.cancel_sms(receipt.remote_id)
    assert stand.imitation.truth()["messages"][receipt.remote_id]["status"] == "canceled"
    with pytest.raises(Rejected):
        await twilio.cancel_sms(receipt.remote_id)
    with pytest.raises(Invalid):
        await twilio.cancel_sms("../../Accounts")


async def test_somebody_who_has_opted_out_is_told_as_unsubscribed(stand: Any, kit: Any) -> None:
    stand.imitation.opted_out.add(kit.to)
    with pytest.raises(Rejected) as caught:
        await stand.connector().send_sms(kit.sms())
    assert caught.value.code == "unsubscribed"
    assert stand.sent == 0


@pytest.mark.parametrize(
    ("code", "error", "kind"),
    [
        (21211, "recipient", Rejected),
        (21614, "not_mobile", Rejected),
        (21606, "sender", Rejected),
        (21608, "trial_account", Rejected),
        (21611, "queue_full", Retryable),
        (99999, "not_accepted", Rejected),
    ],
)
async def test_each_error_code_has_its_meaning(
    offline: Any, kit: Any, code: int, error: str, kind: type[Exception]
) -> None:
    body = json.dumps({"code": code, "message": f"The number {kit.to} is wrong", "status": 400}).encode()
    with pytest.raises(kind) as caught:
        await offline(wire=kit.nobody(body, status=400)).send_sms(kit.sms())
    assert caught.value.code == error  # type: ignore[attr-defined]
    assert kit.to not in str(caught.value)


async def test_a_403_is_about_the_message_only_when_its_code_says_so(offline: Any, kit: Any) -> None:
    with pytest.raises(Rejected) as caught:
        await offline(wire=kit.nobody(b'{"code": 21408}', status=403)).send_sms(kit.sms())
    assert caught.value.code == "region_closed"
    with pytest.raises(NeedsSignIn) as refused:
        await offline(wire=kit.nobody(b"no", status=403)).send_sms(kit.sms())
    assert refused.value.code == "rights_missing"


@pytest.mark.parametrize("odd", ['"num_segments": 1', '"price": 7', '"to": null, "error_code": "x"'])
async def test_an_oddity_beside_the_sid_does_not_make_a_sent_message_doubtful(
    offline: Any, kit: Any, odd: str
) -> None:
    wire = kit.nobody(f'{{"sid": "SM1", {odd}}}'.encode(), status=201)
    receipt = await offline(wire=wire).send_sms(kit.sms())
    assert (receipt.remote_id, receipt.parts, receipt.cost) == ("SM1", 1, "")


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b'{"code": "x"}', b"\xff"])
async def test_a_refusal_in_another_form_is_a_refusal_still(offline: Any, kit: Any, body: bytes) -> None:
    with pytest.raises(Rejected):
        await offline(wire=kit.nobody(body, status=400)).send_sms(kit.sms())


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"sid": null}', b'{"sid": 7}', b"\xff"])
async def test_an_answer_without_a_sid_is_doubt(offline: Any, kit: Any, body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        await offline(wire=kit.nobody(body, status=201)).send_sms(kit.sms())


@pytest.mark.parametrize("fault", ["lost-answer", "late500", "reset", "truncated"])
@pytest.mark.parametrize("mask", [True, False])
async def test_taken_but_the_answer_lost_is_found_again_where_numbers_are_shown(
    stand: Any, kit: Any, fault: str, mask: bool
) -> None:
    twilio = stand.connector(mask_address=mask)
    stand.imitation.next_faults(OneShot(fault=fault, method="POST"))
    with pytest.raises(OutcomeUnknown):
        await twilio.send_sms(kit.sms())
    assert stand.sent == 1
    if mask:
        with pytest.raises(OutcomeUnknown):
            await twilio.read_back(kit.sms())
    else:
        found = await twilio.read_back(kit.sms())
        assert found is not None
        assert found.remote_id in stand.imitation.truth()["messages"]
    assert stand.sent == 1


async def test_a_callback_settles_doubt_by_our_key(stand: Any, kit: Any) -> None:
    twilio = stand.connector()
    stand.imitation.next_faults(OneShot(fault="lost-answer", method="POST"))
    with pytest.raises(OutcomeUnknown):
        await twilio.send_sms(kit.sms())
    assert {d.key for d in await stand.told(twilio)} == {"viewing|OBJ1|7"}


@pytest.mark.parametrize("mask", [True, False])
async def test_not_taken_is_none_once_the_list_has_settled(stand: Any, kit: Any, mask: bool) -> None:
    twilio = stand.connector(mask_address=mask, list_limit=2)
    known = set()
    for number in range(5):
        other = await twilio.send_sms(kit.sms(to=f"+4670174061{number}", key=f"k{number}"))
        known.add(other.remote_id)
    stand.later(3600)
    stand.imitation.next_faults(OneShot(fault="html200", method="POST"))
    with pytest.raises(OutcomeUnknown):
        await twilio.send_sms(kit.sms())
    with pytest.raises(OutcomeUnknown) as caught:
        await twilio.read_back(kit.sms())
    assert caught.value.code == "too_early"
    stand.later(121)
    assert await twilio.read_back(kit.sms(), known=known) is None


async def test_being_asked_to_wait_is_not_doubt(stand: Any, kit: Any) -> None:
    stand.imitation.faults.options = type(stand.imitation.faults.options)(retry_after_s=0.01)
    stand.imitation.next_faults(OneShot(fault="throttled", method="POST"))
    assert (await stand.connector().send_sms(kit.sms())).remote_id
    assert stand.sent == 1


async def test_a_wrong_token_is_for_a_person(stand: Any, kit: Any) -> None:
    stand.secrets["auth_token"] = "fel"
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector().send_sms(kit.sms())
    assert caught.value.code == "key_refused"


async def test_a_check_tells_whether_the_account_is_open(stand: Any) -> None:
    assert (await stand.connector().check()).ok
    stand.imitation.mutate("tune", {"status": "suspended"})
    checked = await stand.connector().check()
    assert (checked.ok, checked.abilities["sms"]) == (False, "refused")


async def test_an_estimate_uses_the_price_of_the_setting(offline: Any, kit: Any) -> None:
    told = await offline(kr_per_part=0.65).estimate(kit.sms(text="å" * 161))
    assert (told.parts, told.cost) == (2, "1.30 SEK")
    assert (await offline().estimate(kit.sms())).cost == ""


def test_times_are_read_as_rfc_2822() -> None:
    from brygga.connectors.twilio.mapping.sending import moment

    assert moment("Mon, 23 Nov 2026 12:00:00 +0000") == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert moment("later") is moment(None) is None


async def test_reports_in_any_order_and_number_are_told_apart_by_their_ids(stand: Any, kit: Any) -> None:
    stand.imitation.use_profile("webhooks-five-times")
    twilio = stand.connector()
    await twilio.send_sms(kit.sms())
    told = await stand.told(twilio)
    assert len(told) == 10
    assert len({d.id for d in told}) == 2
    assert {d.event: d.facts["final"] for d in told} == {"sent": "no", "delivered": "yes"}
