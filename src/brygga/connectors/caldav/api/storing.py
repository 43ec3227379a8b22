"""Putting and deleting one event, so that a repeat is harmless and nobody's change is overwritten."""

from __future__ import annotations

import re

from brygga.connectors.abilities import Caller
from brygga.connectors.caldav import mapping
from brygga.connectors.caldav.api import discovery
from brygga.connectors.caldav.api.line import Line
from brygga.connectors.caldav.api.syncing import GONE, Syncing
from brygga.connectors.caldav.schema import Entry
from brygga.model import BryggaError, Fault, Invalid, Rejected
from brygga.wire.call import Answer, Call, Repeat

ICS = "text/calendar; charset=utf-8"
_NAME = re.compile(r"[A-Za-z0-9%@!$&'()*+,;=~._-]{1,255}")
_REFUSALS = frozenset({400, 403, 404, 405, 409, 410, 412, 413, 415, 422, 423, 507})
_CHANGED_SV = (
    "Händelsen har ändrats i kalendern sedan vi såg den. Inget skrevs över. "
    "Båda lydelserna finns kvar att välja mellan."
)


class Storing:
    """Writes to one calendar."""

    def __init__(self, wire: Caller, line: Line, syncing: Syncing, calendar: str) -> None:
        self._wire, self._line, self._syncing, self._calendar = wire, line, syncing, calendar

    async def put(self, name: str, body: bytes, version: str) -> Entry:
        """See CalDav.put."""
        condition = {"If-Match": _etag(version)} if version else {"If-None-Match": "*"}
        answer = await self._wire.call(
            Call(
                operation="event.write",
                method="PUT",
                path=self._path(name),
                headers=condition,
                body=body,
                content_type=ICS,
                # A repeat meets 412 and is then recognised by reading back.
                repeat=Repeat.NATURAL,
                sensitive=True,
                accept_status=_REFUSALS,
            )
        )
        if answer.status in _REFUSALS:
            return await self._refused(name, body, answer)
        told = _version(answer.headers.get("etag", ""))
        if told:
            return Entry(id=name, version=told, body=body)
        return await self._syncing.get(name) or Entry(id=name, version="", body=body)

    async def delete(self, name: str, version: str) -> None:
        """See CalDav.delete."""
        answer = await self._wire.call(
            Call(
                operation="event.delete",
                method="DELETE",
                path=self._path(name),
                headers={"If-Match": _etag(version)} if version else {},
                repeat=Repeat.NATURAL,
                sensitive=True,
                accept_status=_REFUSALS,
            )
        )
        if answer.status in GONE:
            await self._must_be_there(answer)
        elif answer.status == 412:
            # A server may say 412 of what is gone already: If-Match holds for nothing.
            if await self._syncing.get(name) is not None:
                raise self._changed(answer)
        elif answer.status in _REFUSALS:
            raise self._other(answer)

    async def _refused(self, name: str, body: bytes, answer: Answer) -> Entry:
        await self._must_be_there(answer)
        if mapping.names_precondition(answer.body, "no-uid-conflict"):
            raise self._elsewhere(answer)
        if answer.status in (404, 409, 410, 412):
            theirs = await self._syncing.get(name)
            if theirs is not None and mapping.alike(body, theirs.body):
                return theirs
            if theirs is not None or answer.status in (404, 410, 412):
                raise self._changed(answer)
            raise self._elsewhere(answer)
        raise self._other(answer)

    async def _must_be_there(self, answer: Answer) -> None:
        if answer.status not in (403, 404, 405, 409, 410, 412):
            return
        there, _ = await discovery.state(self._line, self._calendar)
        if not there:
            raise self._line.rejected(
                "calendar_gone",
                "Kalendern finns inte längre på servern. Inget skrevs. Välj en annan för anslutningen.",
                answer,
            )

    def _elsewhere(self, answer: Answer) -> BryggaError:
        return self._line.rejected(
            "uid_elsewhere",
            "Händelsen finns redan i kalendern under ett annat namn. Inget skrevs.",
            answer,
        )

    def _changed(self, answer: Answer) -> Rejected:
        error = self._line.rejected("changed_meanwhile", _CHANGED_SV, answer)
        error.fault = Fault.NOBODY
        return error

    def _other(self, answer: Answer) -> BryggaError:
        if answer.status == 507:
            return self._line.rejected("calendar_full", "Kalendern är full. Inget skrevs.", answer)
        if answer.status == 403:
            return self._line.rejected(
                "no_right_to_write",
                "Servern låter oss inte skriva i kalendern. Kontrollera att den är delad med skrivrätt.",
                answer,
            )
        return self._line.rejected("refused_item", "Kalenderservern tog inte emot händelsen.", answer)

    def _path(self, name: str) -> str:
        if not _NAME.fullmatch(name) or name in (".", ".."):
            raise Invalid(
                "a name of an event that cannot stand in an address",
                code="bad_name",
                connection=self._line.connection,
            )
        return self._calendar + name


def _etag(version: str) -> str:
    return version if version.startswith('"') else f'"{version}"'


def _version(etag: str) -> str:
    """A weak mark, which packing on the way adds, is taken off: If-Match accepts only strong ones."""
    return etag.removeprefix("W/").strip()
