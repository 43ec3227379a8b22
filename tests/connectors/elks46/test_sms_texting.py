"""What holds for every provider of text messages: numbers, senders, texts, parts, doubt, stop words."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from brygga.connectors import manifest
from brygga.connectors.abilities import ReportDeliveries, SendSms, Sms
from brygga.connectors.messaging import EVENTS
from brygga.connectors.texting import doubt
from brygga.model import Invalid, OutcomeUnknown

SOURCE = Path(__file__).resolve().parents[3] / "src" / "brygga" / "connectors"
NAMES = ("elks46", "twilio", "sinch")
SETTINGS: dict[str, dict[str, Any]] = {
    "elks46": {"username": "u1"},
    "twilio": {"account_sid": "AC" + "0a" * 16},
    "sinch": {"service_plan_id": "plan1"},
}
TO = "+46701740605"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def connector(name: str, **settings: Any) -> Any:
    async def secrets(field: str) -> str:
        return "hemligt"

    made = manifest.class_of(manifest.load(name))
    given = {**SETTINGS[name], "sender": "Bryggan", **settings}
    return made(None, connection=name, settings=given, secrets=secrets, now=lambda: NOW)


def sent(name: str, settings: dict[str, Any] | None = None, **changes: Any) -> dict[str, str]:
    """To, sender and text in the one request that would leave."""
    message = Sms(**({"to": TO, "text": "Hej!", "key": "k1"} | changes))
    (call,) = connector(name, **(settings or {})).sms_calls(message)
    if call.json is not None:
        return {"to": call.json["to"][0], "sender": call.json["from"], "text": call.json["body"]}
    from urllib.parse import parse_qsl

    form = {key.lower(): value for key, value in parse_qsl(call.body.decode(), keep_blank_values=True)}
    text = form.get("message", form.get("body", ""))
    return {"to": form["to"], "sender": form.get("from", ""), "text": text}


def refused(name: str, settings: dict[str, Any] | None = None, **changes: Any) -> str:
    with pytest.raises(Invalid) as caught:
        sent(name, settings, **changes)
    assert "0740605" not in f"{caught.value} {caught.value.sv}"
    assert caught.value.sv
    return caught.value.code


@pytest.mark.parametrize("name", NAMES)
def test_each_has_the_abilities_it_promises(name: str) -> None:
    assert manifest.load(name).abilities == ("check", "sms", "deliveries")
    assert isinstance(connector(name), SendSms)
    assert isinstance(connector(name), ReportDeliveries)


@pytest.mark.parametrize("name", NAMES)
def test_each_status_of_the_table_is_one_of_the_neutral_events(name: str) -> None:
    table = importlib.import_module(f"brygga.connectors.{name}.mapping.statuses").table()
    assert {row.event for row in table.status.values()} <= set(EVENTS)
    assert {row.event for row in table.code.values()} <= {*EVENTS, ""}
    assert all(row.sv for row in (*table.status.values(), *table.code.values()))


@pytest.mark.parametrize("name", NAMES)
def test_the_text_vectors_are_measured_as_stated(name: str, shared_providers: Path) -> None:
    vectors = json.loads((shared_providers / "46elks" / "sms-text-vectors.json").read_text())
    one = connector(name, most_parts=20)
    for vector in vectors["vectors"]:
        text = "".join(part * times for part, times in vector["text_runs"])
        measured = one.measure(text)
        assert (measured.encoding, measured.units, measured.parts) == (
            vector["encoding"],
            vector["units"],
            vector["segments"],
        ), vector["id"]
        assert list(measured.units_per_part) == vector["units_per_segment"], vector["id"]


@pytest.mark.parametrize("name", NAMES)
def test_the_vectors_of_swedish_numbers_are_read_as_stated(name: str, shared_providers: Path) -> None:
    vectors = json.loads((shared_providers / "46elks" / "sms-text-vectors.json").read_text())
    for vector in vectors["swedish_numbers"]:
        if vector["sms_ok"]:
            assert sent(name, to=vector["input"])["to"] == vector["e164"]
        else:
            assert refused(name, to=vector["input"]) in ("recipient", "not_mobile")


@pytest.mark.parametrize("name", NAMES)
def test_the_vectors_of_senders_are_judged_as_stated(name: str, shared_providers: Path) -> None:
    vectors = json.loads((shared_providers / "46elks" / "sms-text-vectors.json").read_text())
    for vector in vectors["sender_ids"]:
        if vector["ok"]:
            assert sent(name, sender=vector["value"])["sender"] == vector["value"]
        else:
            assert refused(name, sender=vector["value"]) == "sender"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "to",
    [
        "",
        "08-465 004 23",
        "070",
        "0701740605, 0701740606",
        "0701740605\r\nX-To: 1",
        "070174060\ud83d5",
        "\x00",
        "+46",
    ],
)
def test_what_is_no_mobile_number_is_refused(name: str, to: str) -> None:
    assert refused(name, to=to) in ("recipient", "not_mobile")


@pytest.mark.parametrize("name", NAMES)
def test_foreign_numbers_go_only_where_a_setting_lets_them(name: str) -> None:
    assert refused(name, to="+44 7911 123456") == "foreign_number"
    assert sent(name, {"foreign": True}, to="+44 7911 123456")["to"] == "+447911123456"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "sender", ["Bryggan\r\nX: y", "Bry&to=1", "Åkes", "Bry gga", "a" * 12, "46elks", "😀😀😀"]
)
def test_odd_senders_are_refused(name: str, sender: str) -> None:
    assert refused(name, sender=sender) == "sender"


@pytest.mark.parametrize("name", NAMES)
def test_a_message_that_can_be_answered_has_a_number_for_sender(name: str) -> None:
    assert refused(name, answerable=True) == "sender_not_answerable"
    assert refused(name, answerable=True, sender="Bryggan") == "sender_not_answerable"
    own = {"reply_number": "070-174 06 90"}
    assert sent(name, own, answerable=True)["sender"] == "+46701740690"
    assert sent(name, own)["sender"] == "Bryggan"


@pytest.mark.parametrize("name", NAMES)
def test_a_sender_that_is_a_name_must_not_ask_for_stop_as_an_answer(name: str) -> None:
    text = "Ny visning! Svara STOPP för att slippa fler."
    assert refused(name, text=text) == "stop_cannot_be_answered"
    assert sent(name, text=text, sender="+46701740690")["text"] == text
    assert sent(name, text="Stopp! Visningen är inställd. Svara gärna per mejl.")["text"]


@pytest.mark.parametrize("name", NAMES)
def test_without_a_sender_nothing_is_sent(name: str) -> None:
    assert refused(name, {"sender": ""}) == "no_sender"


@pytest.mark.parametrize("name", NAMES)
def test_more_parts_than_the_setting_are_refused(name: str) -> None:
    assert refused(name, {"most_parts": 2}, text="a" * 307) == "too_many_parts"
    assert sent(name, {"most_parts": 2}, text="a" * 306)["text"] == "a" * 306
    assert refused(name, {"most_parts": 1}, text="å" * 70 + "–") == "too_many_parts"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("halv \ud83d emoji", "lone_surrogate"),
        ("\ude00", "lone_surrogate"),
        ("a\x00b", "control_character"),
        ("a\x1bb", "control_character"),
        ("a" * 1601, "too_many_parts"),
        ("a" * 1_000_000, "too_long"),
    ],
)
def test_texts_that_cannot_be_sent_are_refused(name: str, text: str, code: str) -> None:
    assert refused(name, text=text) in (code, "too_long")


@pytest.mark.parametrize("name", NAMES)
def test_emoji_and_hidden_characters_leave_unchanged(name: str) -> None:
    text = "Välkommen 👩‍👩‍👧‍👦 till Åkergatan – “fin” \u00a0 trea\t€"
    assert sent(name, text=text)["text"] == text


@pytest.mark.parametrize("name", NAMES)
def test_characters_are_made_plainer_only_when_asked_and_when_it_saves_parts(name: str) -> None:
    dear = "Visning – kom! " * 8
    cheap = dear.replace("–", "-")
    assert sent(name, text=dear)["text"] == dear
    assert sent(name, {"make_plainer": True}, text=dear)["text"] == cheap
    assert sent(name, {"make_plainer": True}, text="Visning – kom!")["text"] == "Visning – kom!"


@pytest.mark.parametrize("name", NAMES)
def test_marketing_leaves_as_the_same_request(name: str) -> None:
    """Consent is asked before, by the hub; a connector adds nothing by itself."""
    assert sent(name, purpose="marketing") == sent(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example.com",
        "https://a b",
        "https://",
        "https://å.example.com",
        "https://a/#x",
        "https://a\n",
    ],
)
def test_an_address_that_cannot_be_called_is_refused_at_once(name: str, url: str) -> None:
    with pytest.raises(Invalid) as caught:
        connector(name, webhook_url=url)
    assert caught.value.code == "setting_unusable"


@pytest.mark.parametrize("name", NAMES)
def test_every_call_says_how_its_repeat_is_made_safe(name: str) -> None:
    repeats = manifest.load(name).repeat
    (call,) = connector(name).sms_calls(Sms(to=TO, text="Hej!", key="k1"))
    assert repeats[call.operation] == call.repeat == "readback"
    assert call.sensitive


def sought(**changes: Any) -> doubt.Sought:
    facts: dict[str, Any] = {
        "key": "k1", "to": TO, "sender": "Bryggan", "text": "Hej!", "parts": 1,
        "now": NOW, "first_at": NOW - timedelta(minutes=10), "left_at": NOW - timedelta(minutes=10),
    }  # fmt: skip
    return doubt.Sought(**(facts | changes))


def row(**changes: Any) -> doubt.Seen:
    facts = {
        "id": "1",
        "to": TO,
        "sender": "Bryggan",
        "text": "Hej!",
        "parts": 1,
        "at": NOW - timedelta(minutes=10),
    }
    return doubt.Seen(**(facts | changes))


@pytest.mark.parametrize(
    "other",
    [
        {"to": "+46701740606"},
        {"sender": "Annan"},
        {"text": "Nej!"},
        {"parts": 2},
        {"at": NOW - timedelta(hours=1)},
        {"key": "k2"},
    ],
)
def test_another_message_is_not_taken_for_the_one_sought(other: dict[str, Any]) -> None:
    assert doubt.settle([row(**other)], sought()) is None


@pytest.mark.parametrize(
    "told", [{}, {"text": ""}, {"parts": 0}, {"sender": ""}, {"at": None}, {"text": " Hej! "}]
)
def test_what_is_not_told_does_not_speak_against_it(told: dict[str, Any]) -> None:
    assert doubt.settle([row(**told)], sought()) == row(**told)


def test_our_key_decides_over_everything_else() -> None:
    assert doubt.settle([row(id="1"), row(id="2", key="k1", to="?")], sought()).id == "2"  # type: ignore[union-attr]


def test_a_masked_number_may_be_the_one_and_is_doubt() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        doubt.settle([row(to="+4670174XXXX")], sought())
    assert caught.value.code == "cannot_tell"
    assert doubt.settle([row(to="+4670174XXXX")], sought(), known={"1"}) is None


def test_absence_is_not_believed_too_early() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        doubt.settle([], sought(left_at=NOW - timedelta(seconds=119)))
    assert caught.value.code == "too_early"


def test_departures_keep_the_first_and_the_last_try_and_only_so_many() -> None:
    kept = doubt.Departures()
    kept.note("k1", NOW)
    kept.note("k1", NOW + timedelta(seconds=5))
    assert kept.of("k1") == (NOW, NOW + timedelta(seconds=5))
    for number in range(kept.MOST):
        kept.note(f"x{number}", NOW)
    assert kept.of("k1") == (None, None)
