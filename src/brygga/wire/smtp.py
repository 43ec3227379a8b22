"""The way out for mail: a line to one SMTP server, with the guard, limits and errors of the pipeline.

Mail cannot go through the HTTP pipeline, but the same holds for it: addresses are looked at
before they are dialled, limits are held over all processes through the slot store, certificates
are verified, what happened is one of the errors of `brygga.model.errors`, and each hand-over
leaves one log line and metrics (`smtp_turn`). There is no breaker: a server that is down gives
Retryable at once and costs one try.

Sources: RFC 5321 (SMTP), 3207 (STARTTLS), 4954 (AUTH), 8314 (implicit TLS), 1870 (SIZE), 3463
(enhanced codes), 6531 (SMTPUTF8).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final, TypeVar

import aiosmtplib
import msgspec

from brygga.model.errors import OutcomeUnknown, Refused, Rejected, Retryable
from brygga.wire.pipeline import Kit
from brygga.wire.smtp_dial import SmtpProfile, dial
from brygga.wire.smtp_errors import AGAIN, SmtpErrors, enhanced
from brygga.wire.smtp_turn import ACCEPTED, Turns, tally

Secret = Callable[[], Awaitable[str]]
T = TypeVar("T")

SEND: Final = "mail.send"
CHECK: Final = "mail.check"
_QUEUED = re.compile(r"queued as ([\w.-]{1,100})", re.IGNORECASE)


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """A message taken over by the server. `queue_id` as it named it, else empty.

    `results`: recipient → `accepted`, `later 4.2.2` or `refused 5.1.1`. Never the server's words:
    they may name people.
    """

    queue_id: str
    results: dict[str, str]


class SmtpLine:
    """Hands messages to one server, each over a connection of its own.

    `password` is asked for at each sign-in. `kit`: what this process shares with others; without
    one limits hold for this line only. `tls`: a context that verifies (default: the system's
    authorities). Raises the errors of `brygga.model.errors`.
    """

    def __init__(
        self,
        profile: SmtpProfile,
        *,
        password: Secret | None = None,
        kit: Kit | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._profile = profile
        self._errors = SmtpErrors(profile.connection)
        self._password = password
        self._turns = Turns(profile, kit or Kit(), self._errors)
        self._tls = tls

    async def probe(self) -> None:
        """Connect, encrypt, sign in, leave. Nothing is sent."""
        async with self._turns.turn(CHECK), self._in_time(CHECK), self._session(CHECK):
            pass

    async def hand_over(self, *, sender: str, recipients: Sequence[str], message: bytes) -> Handed:
        """Give `message` (RFC 5322 bytes) to the server for `recipients`, each judged by itself.

        Raises Rejected or Retryable when no recipient is taken, and OutcomeUnknown when the line
        broke after DATA was begun: then the message may have gone.
        """
        async with (
            self._turns.turn(SEND, recipients=len(recipients), bytes=len(message)) as facts,
            self._in_time(SEND) as deadline,
            self._session(SEND) as client,
        ):
            results = await self._envelope(client, sender, recipients, message)
            facts.update(tally(results))
            deadline.reschedule(None)  # DATA has its own time limit, and running out of it is a doubt
            facts["queue_id"] = queue_id = await self._data(client, message)
        return Handed(queue_id=queue_id, results=results)

    @contextlib.asynccontextmanager
    async def _in_time(self, operation: str) -> AsyncIterator[asyncio.Timeout]:
        """A deadline for all that comes before DATA, so that no slow server holds a slot for ever."""
        try:
            async with asyncio.timeout(self._profile.limits.deadline_s) as deadline:
                yield deadline
        except TimeoutError as error:
            raise self._errors.error(
                Retryable, operation, "unreachable", f"Mejlservern svarar för långsamt just nu. {AGAIN}"
            ) from error

    @contextlib.asynccontextmanager
    async def _session(self, operation: str) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection that is encrypted as demanded and signed in; closed politely if it can be."""
        client = await self._guarded(operation, self._open(operation))
        try:
            yield client
        finally:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit(timeout=2.0)
            client.close()

    async def _open(self, operation: str) -> aiosmtplib.SMTP:
        profile = self._profile
        sock, security = await dial(profile, self._errors, operation)
        client = aiosmtplib.SMTP(
            hostname=profile.host,
            sock=sock,
            port=None,
            use_tls=security == "tls",
            start_tls=False,
            tls_context=self._context() if security != "none" else None,
            local_hostname=profile.greeting_name,
            timeout=profile.limits.timeout_s,
        )
        try:
            await client.connect()
            await client.ehlo()
            if security == "starttls":
                await self._encrypt(client, operation)
            if profile.user and self._password is not None:
                await self._sign_in(client, operation, await self._password())
        except BaseException:
            client.close()
            sock.close()
            raise
        return client

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        return self._tls

    async def _encrypt(self, client: aiosmtplib.SMTP, operation: str) -> None:
        """STARTTLS, then EHLO anew: what was said in clear counts for nothing (RFC 3207 §4.2)."""
        if not client.supports_extension("starttls"):
            raise self._errors.error(
                Refused,
                operation,
                "starttls_missing",
                "Mejlservern erbjuder ingen kryptering. Inget skickades. Byt port eller server.",
            )
        await client.starttls(server_hostname=self._profile.host)
        await client.ehlo()

    async def _sign_in(self, client: aiosmtplib.SMTP, operation: str, password: str) -> None:
        if not client.supports_extension("auth"):
            raise self._errors.sign_in_needed(operation, "the server offers no sign-in")
        try:
            await client.login(self._profile.user, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            if 400 <= error.code < 500:
                raise self._errors.judged(operation, error.code, error.message) from error
            raise self._errors.sign_in_needed(operation, f"sign-in refused with {error.code}") from error

    async def _envelope(
        self, client: aiosmtplib.SMTP, sender: str, recipients: Sequence[str], message: bytes
    ) -> dict[str, str]:
        """MAIL and one RCPT each. Raises when nobody is left to send to."""
        utf8 = not all(address.isascii() for address in (sender, *recipients))
        can_utf8 = client.supports_extension("smtputf8")
        self._demand_size(client, message)
        options = [f"SIZE={len(message)}"] if client.supports_extension("size") else []
        encoding = "utf-8" if utf8 and can_utf8 else "ascii"
        if encoding == "utf-8":
            options.append("SMTPUTF8")
        try:
            await self._guarded(SEND, client.mail(sender, options=options, encoding=encoding))
        except UnicodeEncodeError as error:
            raise self._errors.error(
                Rejected, SEND, "sender_refused", "Mejlservern kan inte ta emot avsändarens adress."
            ) from error
        results: dict[str, str] = {}
        for address in recipients:
            if not address.isascii() and not can_utf8:
                results[address] = "refused 5.6.7"
                continue
            results[address] = await self._recipient(client, address, encoding)
        self._demand_somebody(results)
        return results

    async def _recipient(self, client: aiosmtplib.SMTP, address: str, encoding: str) -> str:
        try:
            await self._guarded(SEND, client.rcpt(address, encoding=encoding), alone=True)
        except aiosmtplib.SMTPRecipientRefused as error:
            word = "later" if 400 <= error.code < 500 else "refused"
            return f"{word} {enhanced(error.code, error.message)}"
        return ACCEPTED

    def _demand_size(self, client: aiosmtplib.SMTP, message: bytes) -> None:
        """The server's SIZE is looked at before anything is transferred (RFC 1870)."""
        stated = client.esmtp_extensions.get("size", "") if client.supports_extension("size") else ""
        if stated.isdigit() and 0 < int(stated) < len(message):
            raise self._errors.error(
                Rejected,
                SEND,
                "too_large",
                "Mejlet är för stort för mejlservern. Ta bort eller minska bilagorna.",
            )

    def _demand_somebody(self, results: dict[str, str]) -> None:
        if ACCEPTED in results.values():
            return
        if any(said.startswith("later") for said in results.values()):
            raise self._errors.error(
                Retryable, SEND, "later", f"Mejlservern kan inte ta emot just nu. {AGAIN}"
            )
        raise self._errors.error(
            Rejected,
            SEND,
            "recipients_refused",
            "Mejlservern tog inte emot någon av mottagarna. Att skicka igen hjälper inte. "
            "Kontrollera adresserna.",
        )

    async def _data(self, client: aiosmtplib.SMTP, message: bytes) -> str:
        """DATA and the message. A line that breaks in it leaves us in doubt (RFC 5321 §4.5.4.1)."""
        try:
            answer = await client.data(message)
        except aiosmtplib.SMTPDataError as error:
            raise self._errors.judged(SEND, error.code, error.message) from error
        except (aiosmtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
            raise self._errors.error(
                OutcomeUnknown,
                SEND,
                "outcome_unknown",
                "Mejlet kan ha gått i väg utan kvitto. Vi skickar inte igen förrän du har svarat.",
            ) from error
        found = _QUEUED.search(answer.message)
        return found[1] if found else ""

    async def _guarded(self, operation: str, work: Awaitable[T], *, alone: bool = False) -> T:
        """Everything before DATA: whatever breaks here, nothing was sent."""
        try:
            return await work
        except aiosmtplib.SMTPRecipientRefused as error:
            if alone and error.code != 421:
                raise
            raise self._errors.judged(operation, error.code, error.message) from error
        except aiosmtplib.SMTPResponseException as error:
            raise self._errors.judged(operation, error.code, error.message) from error
        except ssl.SSLError as error:
            raise self._errors.certificate(operation) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise self._errors.certificate(operation) from error
            raise self._errors.error(
                Retryable, operation, "unreachable", f"Mejlservern svarar inte just nu. {AGAIN}"
            ) from error
