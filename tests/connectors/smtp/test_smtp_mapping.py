"""A neutral mail as the bytes of an Internet message: stable id, no smuggled headers."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from brygga.connectors import abilities, manifest
from brygga.connectors.abilities import Mail
from brygga.connectors.smtp.api import Smtp
from brygga.connectors.smtp.mapping import MOST_RECIPIENTS, address, envelope, message_id
from brygga.connectors.smtp.schema import Envelope, Settings, settings_of
from brygga.model import Invalid


def made(mail: Mail, **settings: Any) -> Envelope:
    from datetime import UTC, datetime

    return envelope(
        mail,
        settings_of({"host": "mail.example.com", **settings}),
        now=datetime(2026, 11, 23, 12, tzinfo=UTC),
    )


def parsed(mail: Mail, **settings: Any) -> EmailMessage:
    message = message_from_bytes(made(mail, **settings).message, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_all_headers_are_there_and_swedish_letters_survive(mail: Any) -> None:
    message = parsed(mail(to=("Åsa Öberg <asa@example.com>",)), reply_to="svar@example.com")
    assert message["Subject"] == "Björkvägen 3 syns nu"
    assert message["To"].addresses[0].display_name == "Åsa Öberg"
    assert message["From"].addresses[0].addr_spec == "brygga@example.com"
    assert message["Reply-To"] == "svar@example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.isoformat() == "2026-11-23T12:00:00+00:00"


def test_the_id_comes_from_our_key_and_is_the_same_at_every_try(mail: Any) -> None:
    first, again = made(mail()), made(mail(subject="Ny lydelse"))
    assert first.message_id == again.message_id == parsed(mail())["Message-ID"]
    assert first.message_id.endswith("@example.com>")
    assert made(mail(key="another")).message_id != first.message_id
    assert made(mail(), message_domain="kontor.example.com").message_id.endswith("@kontor.example.com>")


def test_a_key_never_shows_in_the_id() -> None:
    assert "vitec" not in message_id("visible|hemnet|vitec:OBJ1|1", "example.com")


def test_text_html_and_attachments_are_all_carried(mail: Any) -> None:
    message = parsed(
        mail(html="<p>Hej på dig</p>", attachments=(("Björkvägen 3.pdf", "application/pdf", b"%PDF-1"),))
    )
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == mail().text  # type: ignore[union-attr]
    assert "Hej på dig" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    (attachment,) = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("Björkvägen 3.pdf", b"%PDF-1")


def test_every_line_is_plain_seven_bit_text_of_allowed_length(mail: Any) -> None:
    data = made(mail(text="å" * 5_000, html="<p>" + "ö" * 5_000)).message
    assert data.isascii()
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")


BREAKS = ["\r\nBcc: x@example.com", "\nX: 1", "\rX: 1", "\x00", "\u2028X: 1", "\x0bX"]


@pytest.mark.parametrize("smuggled", BREAKS)
@pytest.mark.parametrize("place", ["subject", "sender", "to", "file", "setting"])
def test_a_line_break_in_a_header_is_refused(mail: Any, place: str, smuggled: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "subject": {"subject": f"Hej{smuggled}"},
        "sender": {"sender": f"Bryggan{smuggled} <brygga@example.com>"},
        "to": {"to": (f"a@example.com{smuggled}",)},
        "file": {"attachments": ((f"a{smuggled}.pdf", "application/pdf", b"x"),)},
        "setting": {"sender": ""},
    }
    settings = {"sender": f"Bryggan{smuggled} <b@example.com>"} if place == "setting" else {}
    with pytest.raises(Invalid) as caught:
        made(mail(**changes[place]), **settings)
    assert caught.value.code == "header_injection"


@pytest.mark.parametrize("content_type", ["pdf", "text/plain; name=x", "text/plain\r\nX: 1", "a/b/c", ""])
def test_a_content_type_that_is_none_is_refused(mail: Any, content_type: str) -> None:
    with pytest.raises(Invalid) as caught:
        made(mail(attachments=(("a.pdf", content_type, b"x"),)))
    assert caught.value.code == "attachment_type"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "@example.com",
        "a@",
        "a b@example.com",
        "a@exa mple.com",
        "a@x.se, b@x.se",
        "a@x.se <b@x.se> c@x.se",
        "<>",
        "a@" + "x" * 300,
        "a@..",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(mail: Any, text: str) -> None:
    with pytest.raises(Invalid) as caught:
        made(mail(to=(text,)))
    assert caught.value.code == "address"
    assert "nobody" not in str(caught.value)


def test_a_domain_with_other_letters_goes_in_the_form_that_servers_take() -> None:
    domain = address("a@bröderna.example").domain
    assert domain.startswith("xn--")
    assert domain.encode().decode("idna") == "bröderna.example"


@pytest.mark.parametrize(
    ("text", "name", "spec"),
    [
        ("a@example.com", "", "a@example.com"),
        (" a@example.com ", "", "a@example.com"),
        ("<a@example.com>", "", "a@example.com"),
        ("Kim Test <a@example.com>", "Kim Test", "a@example.com"),
        ('"Test, Kim" <a@example.com>', "Test, Kim", "a@example.com"),
        ("b@evil.example <a@example.com>", "b@evil.example", "a@example.com"),
    ],
)
def test_a_name_before_the_address_is_a_name(text: str, name: str, spec: str) -> None:
    found = address(text)
    assert (found.display_name, found.addr_spec) == (name, spec)


def test_a_local_part_with_other_letters_is_kept_for_servers_that_take_it(mail: Any) -> None:
    envelope = made(mail(to=("åsa@example.com",)))
    assert envelope.recipients == ("åsa@example.com",)
    assert "åsa@example.com".encode() in envelope.message


def test_a_recipient_named_twice_is_one(mail: Any) -> None:
    assert made(mail(to=("a@example.com", "A <a@example.com>"))).recipients == ("a@example.com",)


def test_nobody_and_far_too_many_are_refused(mail: Any) -> None:
    with pytest.raises(Invalid, match="no_recipient"):
        made(mail(to=()))
    with pytest.raises(Invalid, match="too_many_recipients"):
        made(mail(to=tuple(f"a{n}@example.com" for n in range(MOST_RECIPIENTS + 1))))


def test_the_settings_sender_stands_in_for_a_missing_one(mail: Any) -> None:
    assert made(mail(sender=""), sender="kontor@example.com").sender == "kontor@example.com"
    with pytest.raises(Invalid, match="address"):
        made(mail(sender=""))


def test_a_mail_above_the_settings_size_is_refused(mail: Any) -> None:
    with pytest.raises(Invalid, match="too_large"):
        made(mail(attachments=(("a.pdf", "application/pdf", b"x" * 2_000),)), most_bytes=1_000)


@pytest.mark.parametrize("given", [{}, {"host": "h", "port": "many"}, {"host": "h", "security": "maybe"}])
def test_settings_that_cannot_be_used_are_named(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        settings_of(given)
    assert caught.value.code == "setting_unusable"


GENERAL = {"allow_private", "calls", "per_s", "at_once"}
"""Settings that every connection may have, whatever its connector."""


def test_the_manifest_and_the_settings_name_the_same_things() -> None:
    named = {s.name for s in manifest.load("smtp").settings if not s.secret}
    assert named == set(Settings.__struct_fields__) - GENERAL


def test_the_class_has_the_abilities_that_the_manifest_lists(connector_to: Any) -> None:
    loaded = manifest.load("smtp")
    assert manifest.class_of(loaded) is Smtp
    for ability in loaded.abilities:
        assert isinstance(connector_to(25), abilities.ABILITIES[ability])
