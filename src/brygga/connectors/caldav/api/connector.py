"""CalDAV: calendars found, changes read by token, events written under names of ours.

Bodies are iCalendar text both ways; what stands in it is for the room `calendars`, not for this one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from brygga.connectors.abilities import Caller, Checked, Secrets
from brygga.connectors.caldav import mapping
from brygga.connectors.caldav.api import discovery
from brygga.connectors.caldav.api.line import Line
from brygga.connectors.caldav.api.storing import Storing
from brygga.connectors.caldav.api.syncing import Syncing
from brygga.connectors.caldav.schema import Busy, CalendarInfo, Changes, Entry
from brygga.model import Invalid, Rejected, SetupError, Unsupported
from brygga.wire.basic import basic
from brygga.wire.call import Call

_NO_BUSY = frozenset({400, 403, 405, 415, 422, 501})
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class CalDav:
    """The calendars of one account. A calendar is named by the id that `calendars` gives."""

    def __init__(
        self, wire: Caller, *, connection: str, settings: Mapping[str, Any], secrets: Secrets
    ) -> None:
        del secrets  # only `authorise` needs the password
        self._wire, self._connection = wire, connection
        self._line = Line(wire, connection=connection, base_url=str(settings.get("base_url") or ""))
        self._start_path = str(settings.get("start_path") or "")
        self._wanted = str(settings.get("calendar") or "").strip()
        self._size = max(1, min(int(settings.get("page_size") or 100), 1_000))
        self._sync = str(settings.get("sync") or "auto")

    @classmethod
    def authorise(
        cls, settings: Mapping[str, Any], secrets: Secrets
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """Basic (RFC 7617), over TLS or to this machine only. Raises SetupError."""
        parts, user = urlsplit(str(settings.get("base_url") or "")), str(settings.get("user") or "")
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise SetupError(
                "the password of a calendar server is sent over TLS only",
                code="needs_tls",
                sv="Adressen måste börja med https: lösenordet skickas bara krypterat.",
            )
        if not user or ":" in user or not user.isprintable():
            raise SetupError(
                "the user name is missing or holds a colon",
                code="bad_user",
                sv="Användarnamnet saknas eller innehåller kolon.",
            )

        async def headers(_: Call) -> Mapping[str, str]:
            return basic(user, await secrets("password"))

        return headers

    # ------------------------------------------------------------------ check

    async def check(self) -> Checked:
        """Find the calendars. Raises SetupError when the one that is set is not among them."""
        found = await self.calendars()
        chosen = await self.chosen() if self._wanted else None
        writable = chosen.writable if chosen is not None else any(one.writable for one in found)
        return Checked(
            ok=True,
            sv=f"Kalenderservern svarar och har {len(found)} kalendrar för händelser.",
            abilities={"check": "ok", "calendar": "ok" if writable else "refused"},
            facts={"calendars": len(found), "writable": writable},
        )

    async def calendars(self) -> list[CalendarInfo]:
        """All calendars for events that the account sees."""
        return await discovery.calendars(self._line, self._start_path)

    async def chosen(self) -> CalendarInfo:
        """The calendar that the connection names by id or name, else the only one that can be written.

        Raises SetupError (`which_calendar`).
        """
        found = await self.calendars()
        hits = [one for one in found if self._wanted in (one.id, one.id.rstrip("/"), one.name)]
        if not self._wanted:
            hits = [one for one in found if one.writable]
        if len(hits) == 1:
            return hits[0]
        raise SetupError(
            f"{self._connection}: {len(hits)} calendars fit what is set",
            code="which_calendar",
            sv="Ange vilken kalender som gäller. Det finns: " + ", ".join(one.name for one in found),
            connection=self._connection,
        )

    # ------------------------------------------------------------------ read

    def changes(
        self, calendar: str, *, token: str = "", known: Mapping[str, str] | None = None
    ) -> AsyncIterator[Changes]:
        """What changed since `token`, in pages; all of it when `token` is empty or no longer accepted.

        `known`: id → version of what is held; a full listing tells by it what is gone. Raises
        Rejected (`calendar_gone`) when the calendar is not there: then nothing is said to be gone.
        """
        return self._syncing(calendar).changes(token, known or {})

    async def get(self, calendar: str, entry_id: str) -> Entry | None:
        """One event as it lies there now; None when it does not."""
        return await self._syncing(calendar).get(entry_id)

    async def window(self, calendar: str, starts: datetime, ends: datetime) -> list[Entry]:
        """The events that take place in a window, series whole. For servers without free/busy."""
        return await self._syncing(calendar).window(mapping.in_window(starts, ends))

    async def free_busy(self, calendar: str, starts: datetime, ends: datetime) -> list[Busy]:
        """What is taken in a window. Raises Unsupported when the server cannot tell; then ask `window`."""
        answer = await self._line.ask(
            "REPORT",
            _collection(calendar),
            mapping.busy_query(starts, ends),
            operation="busy.read",
            depth="1",
            accept=_NO_BUSY,
        )
        if answer.status in _NO_BUSY:
            raise Unsupported(
                f"{self._connection}: the calendar server does not tell free and busy times",
                code="no_free_busy",
                sv="Kalenderservern svarar inte på frågor om ledig tid. Händelserna läses i stället.",
                connection=self._connection,
            )
        return mapping.busy_times(answer.body)

    # ------------------------------------------------------------------ write

    async def put(self, calendar: str, entry_id: str, body: bytes, *, version: str = "") -> Entry:
        """Store an event under a name of ours (`calendars.resource_of(uid)`).

        Without `version` it must be new, with it the event must still stand as it did then. A repeat
        that finds its own words there is well. Raises Rejected: `changed_meanwhile`, `calendar_gone`,
        `uid_elsewhere`, `no_right_to_write`, `calendar_full`, `refused_item`; Invalid (`has_method`).
        """
        if b"\nMETHOD:" in body.upper().replace(b"\r", b"\n"):
            raise Invalid("a stored event names no METHOD (RFC 4791 §4.1)", code="has_method")
        return await self._storing(calendar).put(entry_id, body, version)

    async def delete(self, calendar: str, entry_id: str, *, version: str = "") -> None:
        """Delete an event, if it still stands as `version` says. One that is gone already is well.

        Raises Rejected as `put`.
        """
        await self._storing(calendar).delete(entry_id, version)

    async def exists(self, calendar: str) -> bool:
        """Whether the calendar is still there."""
        return (await discovery.state(self._line, _collection(calendar)))[0]

    def _syncing(self, calendar: str) -> Syncing:
        return Syncing(self._line, _collection(calendar), size=self._size, sync=self._sync)

    def _storing(self, calendar: str) -> Storing:
        return Storing(self._wire, self._line, self._syncing(calendar), _collection(calendar))


def _collection(calendar: str) -> str:
    if not calendar.startswith("/"):
        raise Rejected("a calendar is named by its path on the server", code="bad_calendar")
    return calendar if calendar.endswith("/") else calendar + "/"
