"""What changed in a calendar: sync-collection (RFC 6578), else a listing held against what is known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from urllib.parse import unquote

import msgspec

from brygga.connectors.caldav import mapping
from brygga.connectors.caldav.api import discovery
from brygga.connectors.caldav.api.line import Line
from brygga.connectors.caldav.schema import DAV, Changes, Entry, MultiStatus, Row
from brygga.wire.call import Answer

TOKEN_REFUSED = frozenset({400, 403, 409, 410, 412, 507})
"""Statuses by which servers say that a token no longer holds; all mean: list everything anew."""
NO_SYNC = frozenset({400, 403, 405, 415, 422, 501, 507})
"""Statuses by which servers say that they have no sync-collection report."""
GONE = frozenset({404, 410})
MOST_ROUNDS = 1_000
LISTED = "listed:"
"""Tokens of ours, made of a calendar's CTag, where the server has no sync report."""


class _Found(msgspec.Struct):
    """What a report or listing told: id → version, ids gone, ids that it could not tell of."""

    versions: dict[str, str] = {}
    gone: set[str] = set()
    failed: set[str] = set()
    token: str = ""
    full: bool = False
    cut: bool = False


class Syncing:
    """The changes of one calendar. `sync`: `auto`, or `listing` for servers whose reports are not true."""

    def __init__(self, line: Line, calendar: str, *, size: int, sync: str = "auto") -> None:
        self._line, self._calendar, self._size, self._sync = line, calendar, size, sync

    async def changes(self, token: str, known: Mapping[str, str]) -> AsyncIterator[Changes]:
        """Pages of changes since `token`; everything when it is empty or no longer accepted.

        `known`: id → version of what is held. Raises Rejected (`calendar_gone`).
        """
        found = await self._found(token, known)
        wanted = [one for one, version in found.versions.items() if not version or known.get(one) != version]
        gone = set(found.gone)
        if found.full:
            gone |= known.keys() - found.versions.keys() - found.failed
        page = Changes(full=found.full, failed=sorted(found.failed))
        for at in range(0, len(wanted), self._size):
            await self._read(wanted[at : at + self._size], page, gone)
            if at + self._size < len(wanted):
                yield page
                page = Changes(full=found.full)
        page.gone, page.token, page.last = sorted(gone), found.token, True
        yield page

    async def get(self, name: str) -> Entry | None:
        """One entry as it lies there now; None when it does not."""
        page = Changes()
        await self._read([name], page, set())
        return next(iter(page.entries), None)

    async def _found(self, token: str, known: Mapping[str, str]) -> _Found:
        if self._sync == "listing" or token.startswith(LISTED):
            return await self._listed(token, known)
        if token:
            found = await self._reported(token, accept=TOKEN_REFUSED | GONE)
            if found is not None:
                return found
        found = await self._reported("", accept=NO_SYNC | GONE)
        return found if found is not None else await self._listed("", known)

    async def _reported(self, token: str, *, accept: frozenset[int]) -> _Found | None:
        """Round after round until the server has told all; None when it refuses."""
        found = _Found(full=not token, token=token)
        for _ in range(MOST_ROUNDS):
            answer = await self._line.ask(
                "REPORT",
                self._calendar,
                mapping.sync_report(found.token, 0),
                operation="event.sync",
                accept=accept,
            )
            await self._must_be_there(answer)
            if answer.status in accept:
                return None
            told, before = mapping.multistatus(answer.body), found.token
            found.token, found.cut = told.token, False
            self._sort(told.rows, found)
            if not found.token:
                return None  # a server that gives no token cannot be asked for changes
            if not found.cut or found.token == before:
                return found
        return None

    def _sort(self, rows: Iterable[Row], found: _Found) -> None:
        for row in rows:
            path = self._line.path(row.href)
            name = mapping.name_in(path, self._calendar)
            if not name:
                found.cut = found.cut or row.status == 507  # RFC 6578 §3.6: there is more
            elif row.status in GONE:
                found.versions.pop(name, None)
                found.gone.add(name)
            elif row.status >= 300 or mapping.ETAG in row.refused:
                found.failed.add(name)
            else:
                found.gone.discard(name)
                found.versions[name] = mapping.said(row, mapping.ETAG)

    async def _listed(self, token: str, known: Mapping[str, str]) -> _Found:
        there, state = await discovery.state(self._line, self._calendar)
        if not there:
            raise _calendar_gone(self._line, Answer(status=404, headers={}, body=b""))
        now = f"{LISTED}{state}"
        if state and token == now:
            return _Found(token=now)
        told = await self._line.propfind(
            self._calendar,
            mapping.ETAG,
            f"{DAV} resourcetype",
            operation="event.list",
            depth="1",
            accept=GONE,
        )
        if isinstance(told, Answer):
            raise _calendar_gone(self._line, told)
        found = _Found(token=now, full=True)
        self._sort((row for row in told.rows if not _is_collection(row)), found)
        return found

    async def _read(self, names: list[str], page: Changes, gone: set[str]) -> None:
        hrefs = [self._line.href(self._calendar + name) for name in names]
        answer = await self._line.ask(
            "REPORT",
            self._calendar,
            mapping.multiget(hrefs),
            operation="event.read",
            accept=GONE,
        )
        await self._must_be_there(answer)
        left = {unquote(name): name for name in names}
        for row in mapping.multistatus(answer.body).rows:
            told = mapping.name_in(self._line.path(row.href), self._calendar)
            name = left.pop(unquote(told), "") if told else ""
            entry = mapping.entry(row, name) if name else None
            if entry is not None:
                page.entries.append(entry)
            elif name and row.status in GONE:
                gone.add(name)
            elif name:
                page.failed.append(name)
        page.failed += left.values()

    async def window(self, report: bytes) -> list[Entry]:
        """What a query for entries gave."""
        answer = await self._line.ask(
            "REPORT", self._calendar, report, operation="event.window", depth="1", accept=GONE
        )
        await self._must_be_there(answer)
        told: MultiStatus = mapping.multistatus(answer.body)
        named = [(row, mapping.name_in(self._line.path(row.href), self._calendar)) for row in told.rows]
        entries = [mapping.entry(row, name) for row, name in named if name]
        return [entry for entry in entries if entry is not None]

    async def _must_be_there(self, answer: Answer) -> None:
        if answer.status in GONE and not (await discovery.state(self._line, self._calendar))[0]:
            raise _calendar_gone(self._line, answer)


def _is_collection(row: Row) -> bool:
    kinds = row.props.get(f"{DAV} resourcetype")
    return kinds is not None and kinds.find(f"{DAV} collection") is not None


def _calendar_gone(line: Line, answer: Answer) -> Exception:
    sv = (
        "Kalendern finns inte längre på servern. Bryggas uppgifter är kvar och inget har tagits bort hos oss."
        " Välj en annan kalender för anslutningen, eller återställ den hos leverantören."
    )
    return line.rejected("calendar_gone", sv, answer)
