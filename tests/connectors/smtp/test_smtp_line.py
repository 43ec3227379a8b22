"""The line for mail: which servers it dials, how it is secured, and what each outcome means."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import pytest

from brygga.model import (
    BryggaError,
    Fault,
    NeedsSignIn,
    OutcomeUnknown,
    Refused,
    Rejected,
    Retryable,
)
from brygga.sandbox.smtp import SmtpSink
from brygga.wire import Kit
from brygga.wire.call import Limits
from brygga.wire.smtp_errors import enhanced

MESSAGE = b"Subject: hej\r\n\r\n.punkt\r\nslut\r\n"
TWO = ("a@example.com", "b@example.com")


async def hand(line: Any, *recipients: str) -> Any:
    return await line.hand_over(
        sender="brygga@example.com", recipients=recipients or ("a@example.com",), message=MESSAGE
    )


async def test_a_message_arrives_whole_and_the_queues_own_id_is_kept(scripted: Any, line_to: Any) -> None:
    handed = await hand(line_to(scripted.port))
    assert handed.queue_id == "ABC123"
    assert handed.results == {"a@example.com": "accepted"}
    assert scripted.messages[0] == b"Subject: hej\r\n\r\n..punkt\r\nslut\r\n.\r\n"
    assert f"MAIL FROM:<brygga@example.com> SIZE={len(MESSAGE)}" in scripted.heard
    assert scripted.heard[-1].upper() == "QUIT"


async def test_each_recipient_is_judged_by_itself(scripted: Any, line_to: Any) -> None:
    scripted.says["RCPT"] = ["250 ok", "550 5.1.1 no b@example.com here", "451 4.2.2 full", "552 over"]
    handed = await hand(line_to(scripted.port), *TWO, "c@example.com", "d@example.com")
    assert list(handed.results.values()) == ["accepted", "refused 5.1.1", "later 4.2.2", "refused 552"]
    assert len(scripted.messages) == 1


@pytest.mark.parametrize(
    ("replies", "kind"),
    [
        (["550 5.1.1 no", "550 5.1.1 no"], Rejected),
        (["550 5.1.1 no", "451 4.3.0 later"], Retryable),
        (["451 4.3.0 later", "451 4.3.0 later"], Retryable),
    ],
)
async def test_when_nobody_is_taken_no_message_is_transferred(
    scripted: Any, line_to: Any, replies: list[str], kind: type[BryggaError]
) -> None:
    scripted.says["RCPT"] = replies
    with pytest.raises(kind):
        await hand(line_to(scripted.port), *TWO)
    assert scripted.count("DATA") == 0


@pytest.mark.parametrize(
    ("where", "reply", "kind", "code"),
    [
        ("greeting", "421 busy", Retryable, "later"),
        ("greeting", "554 go away", Rejected, "refused"),
        ("MAIL", "451 4.3.0 later", Retryable, "later"),
        ("MAIL", "550 5.7.1 not you", Rejected, "refused"),
        ("MAIL", "530 5.7.0 sign in first", NeedsSignIn, "sign_in_refused"),
        ("RCPT", "421 4.3.2 closing", Retryable, "later"),
        ("DATA", "451 later", Retryable, "later"),
        ("DATA", "554 no", Rejected, "refused"),
        ("body", "452 4.2.2 full", Retryable, "later"),
        ("body", "552 5.3.4 too big", Rejected, "refused"),
        ("body", "421 4.3.2 closing", Retryable, "later"),
    ],
)
async def test_a_reply_says_whether_to_try_again(
    scripted: Any, line_to: Any, where: str, reply: str, kind: type[BryggaError], code: str
) -> None:
    scripted.says[where] = reply
    with pytest.raises(kind) as caught:
        await hand(line_to(scripted.port))
    assert caught.value.code == code
    assert caught.value.connection == "mail"


@pytest.mark.parametrize("where", ["greeting", "EHLO", "MAIL", "RCPT"])
async def test_a_line_that_breaks_before_the_message_may_be_tried_again(
    scripted: Any, line_to: Any, where: str
) -> None:
    scripted.says[where] = None
    scripted.says["HELO"] = None
    with pytest.raises(Retryable):
        await hand(line_to(scripted.port))


async def test_a_line_that_breaks_after_the_last_dot_leaves_us_in_doubt(scripted: Any, line_to: Any) -> None:
    scripted.says["body"] = None
    with pytest.raises(OutcomeUnknown) as caught:
        await hand(line_to(scripted.port))
    assert len(scripted.messages) == 1
    assert caught.value.sv.startswith("Mejlet kan ha gått i väg utan kvitto.")


async def test_silence_after_the_last_dot_is_the_same_doubt(scripted: Any, line_to: Any) -> None:
    scripted.delay_s = 5
    with pytest.raises(OutcomeUnknown):
        await hand(line_to(scripted.port, limits=Limits(timeout_s=0.2)))


async def test_a_line_that_breaks_while_saying_goodbye_is_a_sent_mail(scripted: Any, line_to: Any) -> None:
    scripted.says["QUIT"] = None
    assert (await hand(line_to(scripted.port))).queue_id == "ABC123"


async def test_nobody_listening_is_retryable(line_to: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Retryable) as caught:
            await hand(line_to(taken.getsockname()[1]))
    assert caught.value.code == "unreachable"


async def test_a_message_above_the_servers_size_is_not_even_begun(scripted: Any, line_to: Any) -> None:
    scripted.says["EHLO"] = "250-hello\r\n250 SIZE 10"
    with pytest.raises(Rejected) as caught:
        await hand(line_to(scripted.port))
    assert caught.value.code == "too_large"
    assert scripted.count("MAIL") == 0


async def test_a_name_with_other_letters_needs_a_server_that_takes_it(scripted: Any, line_to: Any) -> None:
    handed = await hand(line_to(scripted.port), "a@example.com", "åsa@example.com")
    assert handed.results == {"a@example.com": "accepted", "åsa@example.com": "refused 5.6.7"}
    scripted.says["EHLO"] = "250-hello\r\n250 SMTPUTF8"
    handed = await hand(line_to(scripted.port), "åsa@example.com")
    assert handed.results == {"åsa@example.com": "accepted"}
    assert "MAIL FROM:<brygga@example.com> SMTPUTF8" in scripted.heard


async def test_the_servers_words_about_people_are_not_repeated(scripted: Any, line_to: Any) -> None:
    scripted.says["RCPT"] = "550 5.1.1 hemlig@example.com unknown"
    with pytest.raises(Rejected) as caught:
        await hand(line_to(scripted.port), "hemlig@example.com")
    assert "hemlig" not in str(caught.value.facts()) + str(caught.value)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.1.10", "169.254.169.254", "0.0.0.0", "::ffff:127.0.0.1"]
)
async def test_an_inner_address_is_not_dialled(line_to: Any, host: str) -> None:
    with pytest.raises(Refused) as caught:
        await hand(line_to(25, host=host))
    assert caught.value.code == "address_refused"


async def test_a_name_that_leads_to_this_machine_is_not_this_machine(
    line_to: Any, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS may say anything; only the setting itself may say 127.0.0.1."""

    async def rebound(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", scripted.port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebound)
    with pytest.raises(Refused):
        await hand(line_to(scripted.port, host="mail.example.com"))
    assert scripted.heard == []
    allowed = line_to(scripted.port, host="mail.example.com", allow_private=True)
    assert (await hand(allowed)).queue_id == "ABC123"


async def test_nothing_is_sent_in_clear_beyond_this_machine(
    line_to: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def public(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 25))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", public)
    with pytest.raises(Refused) as caught:
        await hand(line_to(25, host="mail.example.com", security="none"))
    assert caught.value.code == "not_encrypted"


async def test_a_demanded_starttls_that_is_not_offered_stops_us(scripted: Any, line_to: Any) -> None:
    with pytest.raises(Refused) as caught:
        await hand(line_to(scripted.port, security="starttls", user="kontor", password="hemligt"))
    assert caught.value.code == "starttls_missing"
    assert scripted.count("AUTH") == scripted.count("MAIL") == 0


async def test_starttls_and_sign_in_work_with_a_certificate_that_holds(
    line_to: Any, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    sink = SmtpSink(user="kontor", password="hemligt", tls=server_tls)
    await sink.start()
    line = line_to(sink.port, security="starttls", user="kontor", password="hemligt", tls=client_tls)
    assert (await hand(line)).results == {"a@example.com": "accepted"}
    assert len(sink.mails) == 1
    await sink.stop()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_does_not_hold_stops_us(
    line_to: Any, server_tls: ssl.SSLContext, security: str
) -> None:
    sink = SmtpSink(tls=server_tls)
    if security == "tls":
        loop = asyncio.get_running_loop()
        server = await loop.create_server(sink._session, "127.0.0.1", 0, ssl=server_tls)
        port = server.sockets[0].getsockname()[1]
    else:
        await sink.start()
        port, server = sink.port, None
    with pytest.raises(Refused) as caught:
        await hand(line_to(port, security=security, tls=ssl.create_default_context()))
    assert caught.value.code == "certificate"
    assert sink.mails == []
    await sink.stop()
    if server:
        server.close()


async def test_tls_from_the_first_byte(
    line_to: Any, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    sink = SmtpSink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(sink._session, "127.0.0.1", 0, ssl=server_tls)
    port = server.sockets[0].getsockname()[1]
    await hand(line_to(port, security="tls", tls=client_tls))
    assert len(sink.mails) == 1
    server.close()


async def test_a_wrong_password_asks_for_a_person_and_sends_nothing(line_to: Any) -> None:
    sink = SmtpSink(user="kontor", password="hemligt")
    await sink.start()
    with pytest.raises(NeedsSignIn) as caught:
        await hand(line_to(sink.port, user="kontor", password="fel-losen"))
    assert caught.value.code == "sign_in_refused"
    assert "fel-losen" not in str(caught.value.facts())
    assert sink.mails == []
    await sink.stop()


async def test_a_server_that_cannot_sign_in_now_is_asked_again(scripted: Any, line_to: Any) -> None:
    scripted.says["EHLO"] = "250-hello\r\n250 AUTH PLAIN"
    scripted.says["AUTH"] = "454 4.7.0 not now"
    with pytest.raises(Retryable):
        await hand(line_to(scripted.port, user="kontor", password="hemligt"))


async def test_a_server_without_sign_in_is_no_place_for_a_password(scripted: Any, line_to: Any) -> None:
    with pytest.raises(NeedsSignIn):
        await hand(line_to(scripted.port, user="kontor", password="hemligt"))
    assert scripted.count("AUTH") == 0


async def test_a_probe_sends_nothing(scripted: Any, line_to: Any) -> None:
    await line_to(scripted.port).probe()
    assert [line.split()[0].upper() for line in scripted.heard] == ["EHLO", "QUIT"]


async def test_no_more_are_under_way_than_the_limit_says_over_two_lines(scripted: Any, line_to: Any) -> None:
    """Two connections of a connector in one process share its kit."""
    scripted.delay_s = 0.02
    kit = Kit()
    limits = Limits(calls=100, per_s=0.05, at_once=2)
    lines = [line_to(scripted.port, kit=kit, limits=limits) for _ in range(2)]
    await asyncio.gather(*(hand(lines[n % 2]) for n in range(8)))
    assert len(scripted.messages) == 8
    assert scripted.most_open == 2


async def test_a_server_that_dawdles_before_the_message_does_not_keep_its_slot(
    scripted: Any, line_to: Any
) -> None:
    scripted.dawdle_s = 0.15
    line = line_to(scripted.port, limits=Limits(timeout_s=0.3, deadline_s=0.2))
    with pytest.raises(Retryable) as caught:
        await hand(line, *(f"person{n}@example.com" for n in range(9)))
    assert caught.value.code == "unreachable"
    assert scripted.count("DATA") == 0


async def test_the_rate_is_held(scripted: Any, line_to: Any) -> None:
    line = line_to(scripted.port, limits=Limits(calls=2, per_s=0.2, at_once=5))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await asyncio.gather(*(hand(line) for _ in range(5)))
    assert loop.time() - begun >= 0.4


async def test_waiting_too_long_for_a_slot_is_retryable(scripted: Any, line_to: Any) -> None:
    line = line_to(scripted.port, limits=Limits(calls=1, per_s=60, at_once=1, deadline_s=0.1))
    await hand(line)
    with pytest.raises(Retryable) as caught:
        await hand(line)
    assert (caught.value.code, caught.value.fault) == ("no_slot", Fault.OURS)
    assert len(scripted.messages) == 1


def test_the_enhanced_code_is_taken_from_the_words_if_it_is_there() -> None:
    assert enhanced(550, "5.1.1 unknown") == "5.1.1"
    assert enhanced(550, "unknown 1.2.3") == "550"
