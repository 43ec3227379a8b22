"""What leaves for Mailgun is what its specification demands, and nothing leaves that it would refuse."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from brygga.connectors.abilities import Person
from brygga.model import Invalid
from brygga.sandbox.mailgun.checking import Taken, problem

SCHEMA = "POST-v3-domain_name-messages-multipart-form-data-RequestBody"
LISTS = ("to", "cc", "bcc", "attachment", "inline", "o:tag")


def taken_of(call: Any) -> Taken:
    """The form as an independent reader understands it."""
    head = f"Content-Type: {call.content_type}\r\n\r\n".encode()
    taken = Taken()
    for part in BytesParser(policy=HTTP).parsebytes(head + call.body).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if part.get_filename():
            taken.files.append((name, str(part.get_filename()), part.get_content_type(), data))
        else:
            taken.fields.setdefault(name, []).append(data.decode())
    return taken


def forms(connector: Any, mail: Any) -> list[Taken]:
    return [taken_of(call) for call in connector.email_calls(mail)]


def form(connector: Any, mail: Any) -> Taken:
    (found,) = forms(connector, mail)
    return found


def document_of(taken: Taken) -> dict[str, Any]:
    """The form as the specification types it: lists where it says lists, else one text."""
    found: dict[str, Any] = {}
    for name, values in taken.fields.items():
        assert name in LISTS or len(values) == 1, name
        found[name] = values if name in LISTS else values[0]
    for name, filename, _, _ in taken.files:
        found.setdefault(name, []).append(filename)
    return found


@pytest.fixture(scope="session")
def schema(shared_providers: Path) -> Any:
    """The one schema, cut out of a file that takes long to read whole."""
    text = (shared_providers / "mailgun" / "mailgun-openapi.yaml").read_text()
    start = text.index(f"\n    {SCHEMA}:\n") + 1
    end = next(i for i in range(start + 1, len(text)) if text.startswith("\n    ", i) and text[i + 5] != " ")
    return yaml.safe_load(text[start:end])[SCHEMA]


def test_every_mail_of_the_battery_fits_the_official_document(kit: Any, offline: Any, schema: Any) -> None:
    check = jsonschema.Draft202012Validator(schema)
    for name, mail in kit.BATTERY.items():
        for made in map(document_of, forms(offline(), mail)):
            assert [error.message for error in check.iter_errors(made)] == [], name
            odd = {n for n in made.keys() - schema["properties"].keys() if n[:2] not in ("h:", "v:")}
            assert odd == set(), name


def test_the_imitation_takes_every_mail_of_the_battery(kit: Any, offline: Any) -> None:
    for name, mail in kit.BATTERY.items():
        for made in forms(offline(), mail):
            assert problem(made, now=kit.NOW, ahead=timedelta(days=3)) == "", name


def test_a_plain_mail_is_these_fields_and_no_others(kit: Any, offline: Any) -> None:
    (call,) = offline().email_calls(kit.a_mail())
    assert (call.method, call.path, call.repeat) == ("POST", "/v3/mg.example.com/messages", "readback")
    fields = taken_of(call).fields
    assert fields.pop("h:Message-Id")[0].endswith("@mg.example.com>")
    assert fields == {
        "to": ["kim@example.com"],
        "subject": ["Hej"],
        "text": ["Hej!"],
        "from": ["Bryggan <kontor@mg.example.com>"],
        "h:Auto-Submitted": ["auto-generated"],
        "v:brygga_key": ["k-1"],
        "o:tracking-opens": ["no"],
        "o:tracking-clicks": ["no"],
        "o:tracking": ["no"],
        "o:suppress-headers": ["X-Mailgun-Variables,X-Mailgun-Tag"],
    }
    assert offline().email_calls(kit.a_mail()) == [call]


def test_hidden_recipients_get_a_copy_each_and_see_nobody(kit: Any, offline: Any) -> None:
    made = form(offline(), kit.BATTERY["bcc_only"])
    assert made.fields["to"] == ["a@example.com", "b@example.com"]
    assert json.loads(made.one("recipient-variables")) == {"a@example.com": {}, "b@example.com": {}}
    assert "recipient-variables" not in form(offline(), kit.BATTERY["several"]).fields


def test_names_domains_and_emoji_arrive_whole(kit: Any, offline: Any) -> None:
    assert form(offline(), kit.BATTERY["unicode"]).one("to") == "Åsa Öberg <asa@xn--exmple-cua.com>"
    assert form(offline(), kit.BATTERY["surrogates"]).one("subject") == "Hus 🏠"
    assert form(offline(), kit.BATTERY["sender"]).one("from") == '"Öberg, Åsa" <asa@example.com>'


def test_files_and_pictures_are_files_with_name_and_type(kit: Any, offline: Any) -> None:
    made = form(offline(), kit.BATTERY["files"]).files
    assert [(kind, name, media) for kind, name, media, _ in made] == [
        ("attachment", "kontrakt å.pdf", "application/pdf"),
        ("inline", "bild1.png", "image/png"),
    ]
    assert made[0][3] == b"%PDF-1.7 \x00\xff"


def test_reply_addresses_headers_tags_and_time(kit: Any, offline: Any) -> None:
    many = form(offline(), kit.BATTERY["reply_to_many"])
    assert many.one("h:Reply-To") == "svar@example.com, Lo <lo@example.com>"
    assert form(offline(), kit.BATTERY["headers"]).one("h:X-Ort") == "Malmö"
    made = form(offline(), kit.BATTERY["tags"])
    assert made.fields["o:tag"] == ["visning", "paminnelse"]
    assert made.named("v:") == {"brygga_key": "k-1", "objekt": "OBJ1", "kontor": "K1"}
    assert (
        form(offline(), kit.BATTERY["scheduled"]).one("o:deliverytime") == "Mon, 23 Nov 2026 17:00:00 +0000"
    )


def test_tracking_is_said_outright_both_ways(kit: Any, offline: Any) -> None:
    both = form(offline(), kit.BATTERY["tracked"]).named("o:")
    assert (both["tracking"], both["tracking-opens"], both["tracking-clicks"]) == ("yes", "yes", "yes")
    one = form(offline(), kit.BATTERY["clicks_only"]).named("o:")
    assert (one["tracking"], one["tracking-opens"], one["tracking-clicks"]) == ("yes", "no", "yes")


def test_values_are_put_in_as_they_are_in_text_and_escaped_in_html(kit: Any, offline: Any) -> None:
    made = form(offline(), kit.BATTERY["merged"])
    assert made.one("subject") == "Hej %recipient.namn%"
    assert made.one("text") == "%recipient.namn% %recipient.lank%"
    assert made.one("html") == "<b>%recipient.namn%</b> %recipient.lank__html%"
    assert made.one("h:List-Unsubscribe") == "<https://example.com/av/%recipient.av%>"
    assert made.one("h:List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    values = json.loads(made.one("recipient-variables"))
    assert values["p1@example.com"] == {"namn": "P1", "lank": "x&y", "lank__html": "x&amp;y", "av": "t0"}
    assert made.fields["to"][1] == "Person 1 <p1@example.com>"


def test_many_go_in_thousands_and_one_address_never_twice_in_a_request(kit: Any, offline: Any) -> None:
    several = kit.people(2_500)
    twice = Person(address="P0@example.com", data={"namn": "en annan"})
    mail = kit.a_mail(to=(), text="{{namn}}", people=(*several, several[0], twice))
    made = forms(offline(), mail)
    assert [len(one.fields["to"]) for one in made] == [1_000, 1_000, 500, 1]
    assert len({one.one("h:Message-Id") for one in made}) == 4


BAD: dict[str, dict[str, Any]] = {
    "header_injection": {"subject": "Hej\r\nBcc: x@example.com"},
    "header_injection 2": {"headers": {"X-A": "1\nBcc: x@example.com"}},
    "header_injection 3": {"to": ("Kim\r\nX: 1 <kim@example.com>",)},
    "header_injection 4": {"attachments": (("a\r\n--x", "text/plain", b"x"),)},
    "header_injection 5": {"metadata": {"a": "x\ny"}},
    "header_reserved": {"headers": {"X-Mailgun-Variables": "x"}},
    "header_reserved 2": {"headers": {"Message-ID": "<x@example.com>"}},
    "header_name": {"headers": {"X A": "x"}},
    "subject_too_long": {"subject": "x" * 10_000_000},
    "no_subject": {"subject": ""},
    "no_content": {"text": " "},
    "no_recipient": {"to": ()},
    "no_key": {"key": ""},
    "address": {"to": ("kim",)},
    "address_not_ascii": {"sender": "åsa@example.com"},
    "too_large": {"attachments": (("a.bin", "application/octet-stream", bytes(19_000_000)),)},
    "attachment_empty": {"inline": (("a.png", "image/png", b""),)},
    "attachment_type": {"attachments": (("a.txt", "text", b"x"),)},
    "content_id": {"inline": (("a", "image/png", b"x"), ("a", "image/png", b"y"))},
    "tags": {"tags": ("a", "b", "c", "d")},
    "no_unsubscribe": {"purpose": "marketing"},
    "unsubscribe_url": {"unsubscribe_url": "mailto:a@example.com"},
    "send_at": {"send_at": datetime(2026, 11, 24, 8, 0)},  # noqa: DTZ001 - that is what is wrong
    "send_at_too_late": {"send_at": datetime.fromisoformat("2026-11-27T12:00:00+00:00")},
    "metadata_name": {"metadata": {"brygga_key": "x"}},
    "metadata_name 2": {"metadata": {"a b": "x"}},
    "metadata_too_large": {"metadata": {"a": "x" * 16_000}},
    "missing_value": {"to": (), "people": (Person(address="a@example.com"),), "html": "{{namn}}"},
    "merge_value": {
        "to": (),
        "people": (Person(address="a@example.com", data={"n": None}),),
        "text": "{{n}}",
    },  # type: ignore[dict-item]  # that is what is wrong
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_sent_is_refused_before_anything_leaves(kit: Any, offline: Any, case: str) -> None:
    with pytest.raises(Invalid) as caught:
        offline().email_calls(kit.a_mail(**BAD[case]))
    assert caught.value.code == case.split(maxsplit=1)[0]
    assert caught.value.sv
    assert "@example.com" not in f"{caught.value.sv} {caught.value.message}"


def test_quotes_in_a_file_name_do_not_end_it(kit: Any, offline: Any) -> None:
    name = 'a"; name="to'
    made = form(offline(), kit.a_mail(attachments=((name, "text/plain", b"x"),)))
    assert made.fields["to"] == ["kim@example.com"]
    assert made.files[0][1] == name.replace('"', "%22")


def test_settings_stand_in_and_are_checked(kit: Any, offline: Any) -> None:
    made = form(offline(sandbox_mode=True, own_message_id=False, require_tls=True), kit.a_mail())
    assert (made.one("o:testmode"), made.one("o:require-tls")) == ("yes", "yes")
    assert "h:Message-Id" not in made.fields
    with pytest.raises(Invalid, match="region"):
        offline(region="us")
    with pytest.raises(Invalid):
        offline(domain="a/../b")
    with pytest.raises(Invalid, match="no_domain"):
        offline(domain="").email_calls(kit.a_mail())
