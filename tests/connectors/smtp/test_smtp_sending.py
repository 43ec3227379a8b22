"""The SMTP connector against the sandbox's sink, its faults included."""

from __future__ import annotations

from typing import Any

import pytest

from brygga.model import BryggaError, NeedsSignIn, OutcomeUnknown, Rejected, Retryable
from brygga.sandbox.smtp import SmtpSink


async def test_a_mail_is_handed_over_with_its_own_id(sink: SmtpSink, connector_to: Any, mail: Any) -> None:
    receipt = await connector_to(sink.port).send(mail())
    assert receipt.results == {"kontor@example.com": "accepted"}
    assert receipt.remote_id == sink.mails[0].message_id
    assert sink.mails[0].subject == "Björkvägen 3 syns nu"
    assert sink.mails[0].recipients == ("kontor@example.com",)


@pytest.mark.parametrize(
    ("fault", "kind", "kept"),
    [
        ("temporary", Retryable, 0),
        ("refused", Rejected, 0),
        ("full", Retryable, 0),
        ("drop", OutcomeUnknown, 1),
        ("drop-before", OutcomeUnknown, 0),
    ],
)
async def test_each_fault_of_a_server_is_the_right_kind_of_error(
    sink: SmtpSink, connector_to: Any, mail: Any, fault: str, kind: type[BryggaError], kept: int
) -> None:
    sink.next_fault(fault)
    with pytest.raises(kind) as caught:
        await connector_to(sink.port).send(mail())
    assert len(sink.mails) == kept
    assert caught.value.connection == "mail"
    assert caught.value.sv != caught.value.message


async def test_a_second_try_has_the_same_message_id(sink: SmtpSink, connector_to: Any, mail: Any) -> None:
    sink.next_fault("drop")
    with pytest.raises(OutcomeUnknown):
        await connector_to(sink.port).send(mail())
    await connector_to(sink.port).send(mail())
    assert len({received.message_id for received in sink.mails}) == 1


async def test_check_signs_in_and_sends_nothing(connector_to: Any) -> None:
    sink = SmtpSink(user="kontor", password="hemligt")
    await sink.start()
    checked = await connector_to(sink.port, user="kontor", password="hemligt").check()
    assert checked.ok
    assert checked.abilities == {"email": "ok"}
    with pytest.raises(NeedsSignIn):
        await connector_to(sink.port, user="kontor", password="fel").check()
    with pytest.raises(NeedsSignIn):
        await connector_to(sink.port, user="kontor").check()
    assert sink.mails == []
    await sink.stop()


async def test_the_sandboxs_own_settings_are_enough(sink: SmtpSink, mail: Any) -> None:
    from brygga.connectors import manifest
    from brygga.connectors.smtp.api import Smtp

    known = {s.name for s in manifest.load("smtp").settings}
    given = {name: value for name, value in sink.settings().items() if name in known}

    async def secrets(field: str) -> str:
        return str(given.get(field, ""))

    connector = Smtp(None, connection="mail", settings=given, secrets=secrets)
    await connector.send(mail(sender="brygga@localhost"))
    assert sink.mails[0].sender == "brygga@localhost"
