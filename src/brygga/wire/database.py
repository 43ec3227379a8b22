"""The way out for SQL: a line to one database, with the guard, limits, breaker and errors of the pipeline.

SQL cannot go through the HTTP pipeline, but the same holds for it: addresses are looked at before
they are dialled, limits are held over all processes through the slot store, a database that is
down rests behind its breaker, a refused sign-in blocks the connection, and each piece of work
leaves one log line and metrics, without values. Work is a plain function that is given an open
`Session`; it runs in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeVar

from brygga.model.errors import BryggaError, Fault, NeedsSignIn, Retryable
from brygga.wire import correlation
from brygga.wire.breaker import Breaker
from brygga.wire.database_codes import AGAIN, UNREACHABLE
from brygga.wire.database_errors import DatabaseErrors
from brygga.wire.database_profile import DatabaseProfile
from brygga.wire.database_session import Session, opened
from brygga.wire.log import logger, remember_secret
from brygga.wire.pipeline import Kit
from brygga.wire.threads import ask

T = TypeVar("T")
Secret = Callable[[], Awaitable[str]]
_LONGEST_NAP_S: Final = 0.25
_TELLING: Final = frozenset({UNREACHABLE, "timeout"})
"""Codes that count against the breaker: the database itself is not well."""


class DatabaseLine:
    """Runs work on one database. Connections are kept and used again; close the line at the end.

    `password` is asked for at each sign-in, and only where the address names a user. `kit`: what
    this process shares with others. Raises the errors of `brygga.model.errors`; OutcomeUnknown when the line
    broke while a change was being confirmed.
    """

    def __init__(
        self, profile: DatabaseProfile, *, password: Secret | None = None, kit: Kit | None = None
    ) -> None:
        self._profile, self._password, self._kit = profile, password, kit or Kit()
        self._errors = DatabaseErrors(profile.connection)
        self._scope = f"{profile.tenant}/{profile.connection}"
        self._breaker = Breaker(self._scope, profile.limits, self._kit.breakers, clock=self._kit.clock)
        self._log = logger("brygga.wire")
        self._idle: list[Session] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _hang_up, self._idle)  # a line that nobody closed leaves no connection open

    @property
    def dialect(self) -> str:
        """`postgresql`, `sqlite` or `mysql`."""
        return self._profile.address.dialect

    @property
    def errors(self) -> DatabaseErrors:
        """Makes errors of this connection, for work that finds something itself."""
        return self._errors

    async def run(self, operation: str, work: Callable[[Session], T], *, write: bool = False) -> T:
        """What `work` gives, done in one transaction in a thread and confirmed at its end.

        Raises what the database's answer means. Nothing is repeated here.
        """
        started = self._kit.clock()
        try:
            async with self._slot(operation):
                leave = await self._breaker.admit(operation)
                try:
                    password = await self._secret()
                    given = await asyncio.to_thread(self._worked, operation, work, password, write)
                except BryggaError as error:
                    await self._told(error, leave)
                    raise
                except BaseException:
                    await self._breaker.told_nothing(leave)
                    raise
                await self._breaker.went_well(leave)
        except BryggaError as error:
            self._note(operation, error.kind, started, code=error.code, fault=str(error.fault))
            raise
        self._note(operation, "ok", started)
        return given

    async def unblock(self) -> None:
        """A person has mended the connection: forget that it was blocked or resting."""
        await self._breaker.release()

    async def close(self) -> None:
        """Hang up every connection that nobody uses."""
        with self._lock:
            idle = self._idle[:]
            self._idle.clear()
        await asyncio.to_thread(_hang_up, idle)

    # ------------------------------------------------------------------ in a thread

    def _worked(self, operation: str, work: Callable[[Session], T], password: str, write: bool) -> T:
        session = self._session(operation, password)
        fit = False
        try:
            session.begin(write=write)
            given = work(session)
            session.commit()
            fit = True
        except BryggaError:
            fit = self._taken_back(session)
            raise
        except Exception as error:
            doubtful = session.committing
            fit = not doubtful and self._taken_back(session)
            raise self._errors.translated(error, operation, committing=doubtful and write) from error
        finally:
            self._put_back(session, fit=fit)
        return given

    def _session(self, operation: str, password: str) -> Session:
        with self._lock:
            while self._idle:
                session = self._idle.pop()
                if session.alive:
                    return session
        return opened(self._profile, password, self._errors, operation)

    def _taken_back(self, session: Session) -> bool:
        """Whether the rollback went well, and the connection may be used again."""
        try:
            session.rollback()
        except Exception:  # noqa: BLE001  # three drivers' errors, all meaning that the line is gone
            return False
        return session.alive

    def _put_back(self, session: Session, *, fit: bool) -> None:
        if fit:
            with self._lock:
                if len(self._idle) < self._profile.limits.at_once:
                    self._idle.append(session)
                    return
        with contextlib.suppress(Exception):
            session.close()

    # ------------------------------------------------------------------ around it

    async def _secret(self) -> str:
        if self._password is None or not self._profile.address.user:
            return ""
        value = await self._password()
        if value:
            remember_secret(value)
        return value

    async def _told(self, error: BryggaError, leave: Any) -> None:
        if isinstance(error, NeedsSignIn) and error.code == "sign_in_refused":
            await self._breaker.block(error.code, error.sv)
        elif isinstance(error, Retryable) and error.code in _TELLING:
            await self._breaker.went_wrong(leave, error.code)
        else:
            await self._breaker.went_well(leave)

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
                self._scope,
                calls=limits.calls,
                at_once=limits.at_once,
                tokens=1,
                permits=1,
                holds_s=limits.deadline_s,
            )
            if grant.lease:
                self._kit.meters.waited(self._profile.connection, clock() - began)
                return grant.lease
            if clock() - began >= limits.deadline_s:
                raise self._errors.error(
                    Retryable,
                    operation,
                    "no_slot",
                    f"Databasen är upptagen av oss. {AGAIN}",
                    fault=Fault.OURS,
                )
            await asyncio.sleep(min(grant.wait_s or 0.01, _LONGEST_NAP_S))

    def _note(self, operation: str, outcome: str, started: float, **facts: str) -> None:
        took_s = self._kit.clock() - started
        self._kit.meters.ended(self._profile.connection, operation, outcome, took_s)
        self._log.log(
            10 if outcome == "ok" else 20,
            "call",
            connection=self._profile.connection,
            operation=operation,
            outcome=outcome,
            **facts,
            took_ms=round(took_s * 1000, 1),
            correlation_id=correlation.current(),
        )


def _hang_up(sessions: list[Session]) -> None:
    """Close connections whose other end may be gone already."""
    while sessions:
        with contextlib.suppress(Exception):
            sessions.pop().close()
