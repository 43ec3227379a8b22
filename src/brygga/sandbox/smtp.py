"""A local SMTP sink: takes mail over loopback, keeps it in memory, misbehaves on demand.

Faults: `temporary` (4xx after RCPT), `refused` (550 after RCPT), `full` (452 after DATA), `drop`
(the message is kept, the line is cut before the answer: the sender cannot know) and
`drop-before` (cut before anything is kept). Source for the codes: RFC 5321 §4.2.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import warnings
import weakref
from collections import Counter
from email import message_from_bytes, policy
from typing import Any, Final

import msgspec
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from brygga.model import Invalid, SetupError

HOST = "127.0.0.1"
LARGEST_MAIL_BYTES = 30 * 1024 * 1024
FAULTS: Final = frozenset({"temporary", "refused", "full", "drop", "drop-before"})


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it was handed over."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    content: bytes


class SmtpSink:
    """The sink. `share` (0–1) of the mails meet `fault`, chosen by seed and mail number.

    With `user` and `password` it demands AUTH (given over TLS only if `tls` is set); `tls` is a
    server context for STARTTLS.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        user: str = "",
        password: str = "",
        tls: ssl.SSLContext | None = None,
        seed: int = 0,
    ) -> None:
        self._wanted_port = port
        self._user = user
        self._password = password
        self._tls = tls
        self._seed = seed
        self._number = 0
        self._fault, self._share = "", 0.0
        self._next: list[str] = []
        self._server: asyncio.Server | None = None
        self._sessions: weakref.WeakSet[SMTP] = weakref.WeakSet()
        self.port = 0
        self.mails: list[Received] = []

    def use_fault(self, fault: str, *, share: float = 1.0) -> None:
        """From now on; an empty name ends it. Raises Invalid (`unknown_fault`)."""
        self._known(fault)
        self._fault, self._share = fault, share

    def next_fault(self, fault: str, *, times: int = 1) -> None:
        """The next `times` mails meet it. Raises Invalid (`unknown_fault`)."""
        self._known(fault)
        self._next += [fault] * times

    def _known(self, fault: str) -> None:
        if fault and fault not in FAULTS:
            raise Invalid(f"no SMTP fault {fault!r}", code="unknown_fault")

    async def start(self) -> None:
        """Open the port. Raises SetupError (`port_taken`)."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._session, HOST, self._wanted_port)
        except OSError as error:
            raise SetupError(
                f"SMTP port {self._wanted_port} cannot be opened: {error.strerror}", code="port_taken"
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in list(self._sessions):
            if isinstance(session.transport, asyncio.Transport):
                session.transport.abort()

    def settings(self) -> dict[str, Any]:
        """What a sender needs."""
        return {
            "host": HOST,
            "sender": "brygga@example.test",
            "port": self.port,
            "user": self._user,
            "password": self._password,
            "starttls": self._tls is not None,
        }

    def clear(self) -> None:
        """Forget the mails."""
        self.mails.clear()

    def summary(self) -> dict[str, Any]:
        """Counts, and how often each Message-ID came (a repeat is a mail sent twice)."""
        seen = Counter(mail.message_id for mail in self.mails)
        return {
            "total": len(self.mails),
            "by_message_id": dict(seen),
            "repeated": {key: count for key, count in seen.items() if count > 1},
            "mails": [
                {
                    "message_id": mail.message_id,
                    "sender": mail.sender,
                    "recipients": mail.recipients,
                    "subject": mail.subject,
                    "size_bytes": len(mail.content),
                }
                for mail in self.mails
            ],
        }

    def _session(self) -> SMTP:
        with warnings.catch_warnings():
            # aiosmtpd warns that AUTH without TLS is unsafe: here both ends are this machine.
            warnings.simplefilter("ignore", UserWarning)
            session = SMTP(
                _Handler(self),
                hostname="sandbox.example.test",
                ident="brygga sandbox",
                data_size_limit=LARGEST_MAIL_BYTES,
                enable_SMTPUTF8=True,
                tls_context=self._tls,
                require_starttls=False,
                authenticator=self._check if self._user else None,
                auth_required=bool(self._user),
                auth_require_tls=self._tls is not None,
                loop=asyncio.get_running_loop(),
            )
        self._sessions.add(session)
        return session

    def _check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any
    ) -> AuthResult:
        right = isinstance(given, LoginPassword) and (
            given.login == self._user.encode() and given.password == self._password.encode()
        )
        return AuthResult(success=right, handled=False)

    def draw(self) -> str:
        """The fault that the mail now beginning meets."""
        number, self._number = self._number, self._number + 1
        if self._next:
            return self._next.pop(0)
        drawn = random.Random(f"{self._seed}:mail:{number}").random()  # noqa: S311 - imitation, not secrecy
        return self._fault if self._fault and drawn < self._share else ""

    def keep(self, envelope: Envelope) -> None:
        """Store a message that was handed over whole."""
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        self.mails.append(
            Received(
                message_id=str(message["Message-ID"] or "").strip(),
                sender=str(envelope.mail_from or ""),
                recipients=tuple(envelope.rcpt_tos),
                subject=str(message["Subject"] or ""),
                content=content,
            )
        )


class _Handler:
    """One connection. The fault is drawn at MAIL FROM and holds for that mail."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink
        self._fault = ""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._fault = self._sink.draw()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._fault == "temporary":
            return "451 4.3.0 Try again later"
        if self._fault == "refused":
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self._fault == "full":
            return "452 4.2.2 Mailbox full"
        if self._fault != "drop-before":
            self._sink.keep(envelope)
        if self._fault in {"drop", "drop-before"} and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 2.0.0 OK: queued"
