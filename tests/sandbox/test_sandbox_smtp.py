"""The SMTP sink takes mail, counts repeats and fails as told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import pytest

from brygga.model import Invalid, SetupError
from brygga.sandbox.smtp import SmtpSink


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    """A running sink."""
    made = SmtpSink()
    await made.start()
    yield made
    await made.stop()


async def send(sink: SmtpSink, key: str = "<1@example.test>", **more: object) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "brygga@example.test",
        "kontor@example.com",
        "Publicerad på Åsgatan",
    )
    mail["Message-ID"] = key
    mail.set_content("Hemmet syns nu.")
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=sink.port, start_tls=False, **more)  # type: ignore[arg-type]


async def test_a_mail_is_kept_with_its_message_id(sink: SmtpSink) -> None:
    await send(sink)
    (mail,) = sink.mails
    assert (mail.message_id, mail.recipients) == ("<1@example.test>", ("kontor@example.com",))
    assert mail.subject == "Publicerad på Åsgatan"
    assert b"Hemmet syns nu." in mail.content
    assert sink.summary()["repeated"] == {}


async def test_the_same_message_twice_is_counted(sink: SmtpSink) -> None:
    await send(sink)
    await send(sink)
    await send(sink, "<2@example.test>")
    assert sink.summary()["repeated"] == {"<1@example.test>": 2}
    sink.clear()
    assert sink.summary()["total"] == 0


@pytest.mark.parametrize(
    ("fault", "error", "kept"),
    [
        ("temporary", aiosmtplib.SMTPRecipientsRefused, 0),
        ("refused", aiosmtplib.SMTPRecipientsRefused, 0),
        ("full", aiosmtplib.SMTPDataError, 0),
        ("drop", aiosmtplib.SMTPServerDisconnected, 1),
        ("drop-before", aiosmtplib.SMTPServerDisconnected, 0),
    ],
)
async def test_a_fault_shows_to_the_sender_and_keeps_or_not(
    sink: SmtpSink, fault: str, error: type[Exception], kept: int
) -> None:
    sink.next_fault(fault)
    with pytest.raises(error):
        await send(sink)
    assert len(sink.mails) == kept
    await send(sink)
    assert len(sink.mails) == kept + 1


async def test_a_share_of_the_mails_fails_the_same_way_each_time() -> None:
    async def kept() -> list[str]:
        sink = SmtpSink(seed=4)
        await sink.start()
        sink.use_fault("temporary", share=0.5)
        for number in range(12):
            try:
                await send(sink, f"<{number}@example.test>")
            except aiosmtplib.SMTPRecipientsRefused:
                continue
        await sink.stop()
        return [mail.message_id for mail in sink.mails]

    first = await kept()
    assert 0 < len(first) < 12
    assert first == await kept()


async def test_sign_in_is_asked_for_when_a_user_is_set() -> None:
    sink = SmtpSink(user="kontor", password="provlösen")
    await sink.start()
    with pytest.raises(aiosmtplib.SMTPException):
        await send(sink)
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(sink, username="kontor", password="fel")
    await send(sink, username="kontor", password="provlösen")
    assert len(sink.mails) == 1
    await sink.stop()


async def test_a_taken_port_and_an_unknown_fault_are_named(sink: SmtpSink) -> None:
    with pytest.raises(SetupError):
        await SmtpSink(port=sink.port).start()
    with pytest.raises(Invalid):
        sink.use_fault("owl")
