"""The SMTP connector: hands one mail at a time to the office's own mail server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors import manifest
from brygga.connectors.abilities import Checked, Mail, Receipt, Secrets
from brygga.connectors.smtp.mapping import envelope
from brygga.connectors.smtp.schema import Settings, settings_of
from brygga.wire import Wire
from brygga.wire.call import Call
from brygga.wire.smtp import SmtpLine
from brygga.wire.smtp_dial import SmtpProfile


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class Smtp:
    """One mail server. Abilities: check, email.

    Mail does not go over HTTP, so `wire` makes no calls here: it lends the kit by which limits hold
    over all processes and hand-overs are counted. `line`: another line for mail than that.
    """

    def __init__(
        self,
        wire: Wire | None,
        *,
        connection: str,
        settings: Mapping[str, Any],
        secrets: Secrets,
        line: SmtpLine | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings = settings_of(settings)
        self._now = now
        self._line = line or SmtpLine(
            profile_of(self._settings, connection=connection),
            password=lambda: secrets("password"),
            kit=wire.kit if wire else None,
        )

    async def check(self) -> Checked:
        """Connect, encrypt, sign in, leave; nothing is sent."""
        await self._line.probe()
        return Checked(ok=True, sv="Mejlservern svarar och godtar inloggningen.", abilities={"email": "ok"})

    def email_calls(self, mail: Mail) -> list[Call]:
        """The message as it would be handed over; `path` names the server."""
        made = envelope(mail, self._settings, now=self._now())
        server = f"smtp://{self._settings.host}:{self._settings.port}"
        headers = {"MAIL FROM": made.sender, "RCPT TO": ", ".join(made.recipients)}
        return [
            Call(
                operation="mail.send",
                method="SMTP",
                path=server,
                headers=headers,
                body=made.message,
                content_type="message/rfc822",
            )
        ]

    async def send(self, mail: Mail) -> Receipt:
        """Hand the mail over. `results` says per recipient: accepted, later or refused, with its code.

        Raises Invalid before anything is sent, Rejected or Retryable when nobody is taken, and
        OutcomeUnknown when the line broke after DATA was begun.
        """
        made = envelope(mail, self._settings, now=self._now())
        handed = await self._line.hand_over(
            sender=made.sender, recipients=made.recipients, message=made.message
        )
        return Receipt(remote_id=handed.queue_id or made.message_id, results=handed.results)


def profile_of(settings: Settings, *, connection: str) -> SmtpProfile:
    """What the line must know of this connection: the manifest's limits, or those set for it."""
    own = {"calls": settings.calls, "per_s": settings.per_s, "at_once": settings.at_once}
    limits = {name: value for name, value in own.items() if value is not None}
    return SmtpProfile(
        connection=connection,
        host=settings.host,
        port=settings.port,
        security=settings.security,
        user=settings.user,
        limits=msgspec.structs.replace(manifest.load("smtp").limits, **limits),
        allow_private=settings.allow_private,
        greeting_name=settings.greeting_name,
    )
