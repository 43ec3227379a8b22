"""A turn at a mail server: a slot held over all processes, and one log line and metrics afterwards.

The same names and outcomes as the HTTP pipeline's, so that pages and reports need not tell the
two apart. No address and no word of a message or a server is ever among the facts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from brygga.model.errors import BryggaError, Retryable
from brygga.wire import correlation
from brygga.wire.log import logger
from brygga.wire.pipeline import Kit
from brygga.wire.smtp_dial import SmtpProfile
from brygga.wire.smtp_errors import AGAIN, SmtpErrors
from brygga.wire.threads import ask

ACCEPTED: Final = "accepted"
_LONGEST_NAP_S: Final = 0.25


class Turns:
    """The turns of one connection. Limits hold as far as the kit's slot store is shared."""

    def __init__(self, profile: SmtpProfile, kit: Kit, errors: SmtpErrors) -> None:
        self._profile, self._kit, self._errors = profile, kit, errors
        self._key = f"{profile.tenant}/{profile.connection}"
        self._log = logger("brygga.wire")

    @contextlib.asynccontextmanager
    async def turn(self, operation: str, **known: int) -> AsyncIterator[dict[str, Any]]:
        """Wait for a slot, then do the work. What is `known` and put into the dict ends in the log line.

        Raises Retryable (`no_slot`) when none comes free within the deadline.
        """
        started = self._kit.clock()
        facts: dict[str, Any] = dict(known)
        try:
            async with self._slot(operation):
                yield facts
        except BryggaError as error:
            failed = {"code": error.code, "fault": str(error.fault), "status": error.status}
            self._note(operation, error.kind, started, facts | failed)
            raise
        self._note(operation, "ok", started, facts)

    @contextlib.asynccontextmanager
    async def _slot(self, operation: str) -> AsyncIterator[None]:
        limits, slots = self._profile.limits, self._kit.slots
        lease = await self._lease(operation)
        try:
            yield
        finally:
            await ask(slots, slots.give_back, lease, spent=1, cools_s=limits.per_s)

    async def _lease(self, operation: str) -> str:
        limits, slots, clock = self._profile.limits, self._kit.slots, self._kit.clock
        began = clock()
        while True:
            grant = await ask(
                slots,
                slots.take,
                self._key,
                calls=limits.calls,
                at_once=limits.at_once,
                tokens=1,
                permits=1,
                holds_s=holds_s(self._profile),
            )
            if grant.lease:
                self._kit.meters.waited(self._profile.connection, clock() - began)
                return grant.lease
            if clock() - began >= limits.deadline_s:
                raise self._errors.error(Retryable, operation, "no_slot", f"Mejlet står i kö. {AGAIN}")
            await asyncio.sleep(min(grant.wait_s or 0.01, _LONGEST_NAP_S))

    def _note(self, operation: str, outcome: str, started: float, facts: Mapping[str, Any]) -> None:
        took_s = self._kit.clock() - started
        self._kit.meters.ended(self._profile.connection, operation, outcome, took_s)
        self._log.info(
            "call",
            connection=self._profile.connection,
            operation=operation,
            outcome=outcome,
            **facts,
            took_ms=round(took_s * 1000, 1),
            correlation_id=correlation.current(),
        )


def holds_s(profile: SmtpProfile) -> float:
    """Seconds until a killed process' slot comes back: longer than any turn that lives.

    A turn has `deadline_s` up to DATA; DATA, the message and QUIT have `timeout_s` each.
    """
    return profile.limits.deadline_s + 3 * profile.limits.timeout_s


def tally(results: Mapping[str, str]) -> dict[str, int]:
    """How many recipients the server took, put off and refused."""
    words = [said.partition(" ")[0] for said in results.values()]
    return {word: words.count(word) for word in (ACCEPTED, "later", "refused")}
