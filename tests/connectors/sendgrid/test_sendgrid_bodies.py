"""What leaves for SendGrid is what its specification demands, and nothing leaves that it would refuse."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from brygga.connectors.abilities import Person
from brygga.model import Invalid
from brygga.sandbox.sendgrid.checking import problems


def bodies(connector: Any, mail: Any) -> list[Any]:
    return [json.loads(msgspec.json.encode(call.json)) for call in connector.email_calls(mail)]


def body(connector: Any, mail: Any) -> Any:
    (found,) = bodies(connector, mail)
    return found


@pytest.fixture(scope="session")
def schema(shared_providers: Path) -> Any:
    document = json.loads((shared_providers / "sendgrid" / "tsg_mail_v3.json").read_bytes())
    return {
        "$ref": "#/components/requestBodies/PostMailSend/content/application~1json/schema",
        "components": document["components"],
    }


def names_of(value: Any, schema: Any, root: Any) -> list[str]:
    """Members that the specification does not name (it does not forbid them itself)."""
    while "$ref" in schema:
        found = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/")]
        schema = found
    if isinstance(value, list):
        return [name for one in value for name in names_of(one, schema.get("items", {}), root)]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    odd = sorted(value.keys() - schema["properties"].keys())
    for name, inner in value.items():
        odd += names_of(inner, schema["properties"].get(name, {}), root)
    return odd


def test_every_mail_of_the_battery_fits_the_official_document(kit: Any, offline: Any, schema: Any) -> None:
    check = jsonschema.Draft202012Validator(schema)
    for name, mail in kit.BATTERY.items():
        for made in bodies(offline(), mail):
            assert [error.message for error in check.iter_errors(made)] == [], name
            assert names_of(made, schema, schema) == [], name


def test_the_imitation_takes_every_mail_of_the_battery(kit: Any, offline: Any) -> None:
    for name, mail in kit.BATTERY.items():
        for made in bodies(offline(), mail):
            assert problems(made, now_s=kit.NOW.timestamp()) == [], name


def test_a_plain_mail_is_these_members_and_no_others(kit: Any, offline: Any) -> None:
    (call,) = offline().email_calls(kit.a_mail())
    assert (call.method, call.path, call.repeat, call.sensitive) == ("POST", "/v3/mail/send", "none", True)
    made = call.json
    identity = made["personalizations"][0]["headers"]["Message-ID"]
    assert identity.endswith("@example.com>")
    assert made == {
        "personalizations": [
            {
                "to": [{"email": "kim@example.com"}],
                "custom_args": {"brygga_key": "k-1"},
                "headers": {"Message-ID": identity},
            }
        ],
        "from": {"email": "kontor@example.com", "name": "Bryggan"},
        "subject": "Hej",
        "content": [{"type": "text/plain", "value": "Hej!"}],
        "headers": {"Auto-Submitted": "auto-generated"},
        "mail_settings": {"sandbox_mode": {"enable": False}},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
    }
    assert offline().email_calls(kit.a_mail()) == [call]


def test_hidden_recipients_get_a_copy_each_and_see_nobody(kit: Any, offline: Any) -> None:
    rows = body(offline(), kit.BATTERY["bcc_only"])["personalizations"]
    assert [row["to"] for row in rows] == [[{"email": "a@example.com"}], [{"email": "b@example.com"}]]
    assert len({row["headers"]["Message-ID"] for row in rows}) == 2


def test_an_address_stands_once_whatever_it_is_in(kit: Any, offline: Any) -> None:
    mail = kit.a_mail(
        to=("A <a@example.com>", "A@example.com"),
        cc=("a@EXAMPLE.com", "c@example.com"),
        bcc=("C@example.com",),
    )
    (row,) = body(offline(), mail)["personalizations"]
    assert row["to"] == [{"email": "a@example.com", "name": "A"}]
    assert row["cc"] == [{"email": "c@example.com"}]
    assert "bcc" not in row


def test_names_domains_and_emoji_arrive_whole(kit: Any, offline: Any) -> None:
    made = body(offline(), kit.BATTERY["unicode"])
    assert made["personalizations"][0]["to"] == [{"email": "asa@xn--exmple-cua.com", "name": "Åsa Öberg"}]
    made = body(offline(), kit.BATTERY["surrogates"])
    assert made["subject"] == "Hus 🏠"
    assert made["content"][0]["value"] == "halv \ufffd emoji"


def test_files_and_pictures_are_base64_with_their_place(kit: Any, offline: Any) -> None:
    made = body(offline(), kit.BATTERY["files"])["attachments"]
    assert [row["disposition"] for row in made] == ["attachment", "inline"]
    assert (made[1]["content_id"], made[1]["type"]) == ("bild1.png", "image/png")
    assert base64.b64decode(made[0]["content"]).startswith(b"%PDF")


def test_reply_addresses_headers_tags_and_time(kit: Any, offline: Any) -> None:
    assert body(offline(), kit.BATTERY["reply_to"])["reply_to"] == {"email": "svar@example.com"}
    many = body(offline(), kit.BATTERY["reply_to_many"])
    assert "reply_to" not in many
    assert len(many["reply_to_list"]) == 2
    headers = body(offline(), kit.BATTERY["headers"])["headers"]
    assert headers["X-Objekt"] == "OBJ1"
    assert str(make_header(decode_header(headers["X-Ort"]))) == "Malmö"
    assert headers["X-Ort"].isascii()
    made = body(offline(), kit.BATTERY["tags"])
    assert made["categories"] == ["visning", "paminnelse"]
    own = made["personalizations"][0]["custom_args"]
    assert own == {"brygga_key": "k-1", "objekt": "OBJ1", "kontor": "K1"}
    assert "custom_args" not in made
    assert body(offline(), kit.BATTERY["scheduled"])["send_at"] == int(kit.NOW.timestamp()) + 5 * 3600


def test_tracking_is_said_outright_both_ways(kit: Any, offline: Any) -> None:
    both = body(offline(), kit.BATTERY["tracked"])["tracking_settings"]
    assert (both["click_tracking"]["enable"], both["open_tracking"]["enable"]) == (True, True)
    one = body(offline(), kit.BATTERY["clicks_only"])["tracking_settings"]
    assert (one["click_tracking"]["enable"], one["open_tracking"]["enable"]) == (True, False)


def test_marketing_carries_one_click_unsubscribing_of_each_person(kit: Any, offline: Any) -> None:
    (row,) = body(offline(), kit.BATTERY["marketing"])["personalizations"]
    assert row["headers"]["List-Unsubscribe"] == "<https://example.com/av/abc>"
    assert row["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    rows = body(offline(), kit.BATTERY["merged"])["personalizations"]
    assert {row["headers"]["List-Unsubscribe"] for row in rows} == {"<https://example.com/av/t0>"}


def test_values_are_put_in_as_they_are_in_text_and_escaped_in_html(kit: Any, offline: Any) -> None:
    made = body(offline(), kit.BATTERY["merged"])
    assert made["subject"] == "Hej {{namn}}"
    assert made["content"][0]["value"] == "{{namn}} {{lank}}"
    assert made["content"][1]["value"] == "<b>{{namn}}</b> {{lank__html}}"
    values = made["personalizations"][1]["substitutions"]
    assert values == {"{{namn}}": "P1", "{{lank}}": "x&y", "{{lank__html}}": "x&amp;y", "{{av}}": "t0"}
    assert made["personalizations"][1]["to"] == [{"email": "p1@example.com", "name": "Person 1"}]


def test_many_go_in_thousands_and_one_address_never_twice_in_a_request(kit: Any, offline: Any) -> None:
    several = kit.people(2_500)
    twice = Person(address="P0@example.com", data={"namn": "en annan"})
    mail = kit.a_mail(to=(), text="{{namn}}", people=(*several, several[0], twice))
    made = [row["personalizations"] for row in bodies(offline(), mail)]
    assert [len(rows) for rows in made] == [1_000, 1_000, 500, 1]
    assert made[3][0]["substitutions"] == {"{{namn}}": "en annan"}


BAD: dict[str, dict[str, Any]] = {
    "header_injection": {"subject": "Hej\r\nBcc: x@example.com"},
    "header_injection 2": {"headers": {"X-A": "1\nBcc: x@example.com"}},
    "header_injection 3": {"to": ("Kim\r\nX: 1 <kim@example.com>",)},
    "header_injection 4": {"attachments": (("a\nb", "text/plain", b"x"),)},
    "header_injection 5": {"subject": "Hej\u2028x"},
    "header_reserved": {"headers": {"Subject": "x"}},
    "header_reserved 2": {"headers": {"X-SG-EID": "x"}},
    "header_reserved 3": {"headers": {"dkim-signature": "x"}},
    "header_reserved 4": {"headers": {"Content-Type": "x"}},
    "header_name": {"headers": {"X A:": "x"}},
    "subject_too_long": {"subject": "x" * 10_000_000},
    "no_subject": {"subject": " "},
    "no_content": {"text": ""},
    "no_recipient": {"to": ()},
    "no_key": {"key": ""},
    "address": {"to": ("kim@",)},
    "address 2": {"to": ("a@b@example.com",)},
    "address 3": {"to": ("a@exa mple.com",)},
    "address 4": {"to": ("a..b@example.com",)},
    "address_not_ascii": {"to": ("åsa@example.com",)},
    "too_large": {"attachments": (("a.bin", "application/octet-stream", bytes(23_000_000)),)},
    "attachment_empty": {"attachments": (("a.txt", "text/plain", b""),)},
    "attachment_type": {"attachments": (("a.txt", "text/plain; x", b"x"),)},
    "content_id": {"inline": (("<a>", "image/png", b"x"),)},
    "tags": {"tags": tuple(str(n) for n in range(11))},
    "tags 2": {"tags": ("x" * 256,)},
    "no_unsubscribe": {"purpose": "marketing"},
    "unsubscribe_url": {"purpose": "marketing", "unsubscribe_url": "http://example.com/a"},
    "unsubscribe_url 2": {"unsubscribe_url": "https://example.com/a>,<x"},
    "send_at": {"send_at": datetime(2026, 11, 24, 8, 0)},  # noqa: DTZ001 - that is what is wrong
    "send_at_too_late": {"send_at": datetime.fromisoformat("2026-11-27T12:00:00+00:00")},
    "metadata_name": {"metadata": {"event": "x"}},
    "metadata_too_large": {"metadata": {"a": "x" * 10_001}},
    "metadata_personal": {"metadata": {"vem": "kim@example.com"}},
    "metadata_personal 2": {"tags": ("kim@example.com",)},
    "metadata_value": {"metadata": {"antal": 3}},
    "purpose": {"purpose": "annat"},
    "copies_with_people": {"people": (Person(address="a@example.com"),)},
    "missing_value": {"to": (), "people": (Person(address="a@example.com"),), "text": "{{namn}}"},
    "header_injection 6": {
        "to": (),
        "people": (Person(address="a@example.com", data={"n": "x\nBcc: y@example.com"}),),
        "subject": "{{n}}",
    },
    "merge_too_large": {
        "to": (),
        "people": (Person(address="a@example.com", data={"n": "x" * 10_001}),),
        "text": "{{n}}",
    },
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_sent_is_refused_before_anything_leaves(kit: Any, offline: Any, case: str) -> None:
    with pytest.raises(Invalid) as caught:
        offline().email_calls(kit.a_mail(**BAD[case]))
    assert caught.value.code == case.split(maxsplit=1)[0]
    assert caught.value.sv
    assert "@example.com" not in f"{caught.value.sv} {caught.value.message}"


def test_a_time_that_has_passed_means_now(kit: Any, offline: Any) -> None:
    assert "send_at" not in body(offline(), kit.a_mail(send_at=kit.NOW - timedelta(minutes=1)))


def test_settings_stand_in_and_are_checked(kit: Any, offline: Any) -> None:
    made = body(offline(sandbox_mode=True, own_message_id=False, reply_to="svar@example.com"), kit.a_mail())
    assert made["mail_settings"] == {"sandbox_mode": {"enable": True}}
    assert "headers" not in made["personalizations"][0]
    assert made["reply_to"] == {"email": "svar@example.com"}
    with pytest.raises(Invalid, match="region"):
        offline(region="us")
    with pytest.raises(Invalid, match="region"):
        offline(base_url="https://api.sendgrid.com")
    offline(region="us", base_url="https://api.sendgrid.com")
    with pytest.raises(Invalid):
        offline(region="mars")
