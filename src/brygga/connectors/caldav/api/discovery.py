"""Finding the calendars: who we are → where our calendars lie → which there are (RFC 6764, RFC 4791 §6.2)."""

from __future__ import annotations

from brygga.connectors.caldav import mapping
from brygga.connectors.caldav.api.line import Line
from brygga.connectors.caldav.schema import CAL, CS, DAV, CalendarInfo, MultiStatus, Node
from brygga.model import SetupError
from brygga.wire.call import Answer

WELL_KNOWN = "/.well-known/caldav"
_NOT_HERE = frozenset({404, 405, 501})
_ABOUT = (
    f"{DAV} resourcetype",
    f"{DAV} displayname",
    f"{DAV} sync-token",
    f"{DAV} current-user-privilege-set",
    f"{CAL} supported-calendar-component-set",
    f"{CS} getctag",
)


async def calendars(line: Line, start_path: str = "") -> list[CalendarInfo]:
    """All calendars for events of the user who signs in. Raises SetupError when there is no way to them."""
    principal = await _principal(line, start_path)
    home = await _home(line, principal)
    listed = await line.propfind(home, *_ABOUT, operation="calendar.list", depth="1")
    assert isinstance(listed, MultiStatus)  # noqa: S101 - no status was accepted as it is
    found = [mapping.calendar_info(row, line.path(row.href)) for row in listed.rows]
    return [one for one in found if one is not None and one.events]


async def state(line: Line, calendar: str) -> tuple[bool, str]:
    """Whether the calendar is there, and what differs whenever anything in it does (CTag, sync token)."""
    told = await line.propfind(calendar, *_ABOUT, operation="calendar.read", accept=frozenset({404, 410}))
    if isinstance(told, Answer):
        return False, ""
    info = next((mapping.calendar_info(row, calendar) for row in told.rows), None)
    return info is not None, info.state if info is not None else ""


async def _principal(line: Line, start_path: str) -> str:
    for path in dict.fromkeys(filter(None, (start_path, WELL_KNOWN, "/"))):
        told = await line.propfind(path, mapping.PRINCIPAL, operation="calendar.discover", accept=_NOT_HERE)
        found = _href_in(told, mapping.PRINCIPAL)
        if found:
            return line.path(found)
    raise _nothing(line, "vem som är inloggad")


async def _home(line: Line, principal: str) -> str:
    told = await line.propfind(principal, mapping.HOME, operation="calendar.discover", accept=_NOT_HERE)
    found = _href_in(told, mapping.HOME)
    if not found:
        raise _nothing(line, "var kalendrarna ligger")
    return line.path(found)


def _href_in(told: MultiStatus | Answer, name: str) -> str:
    if isinstance(told, Answer):
        return ""
    nodes: list[Node] = [row.props[name] for row in told.rows if name in row.props]
    return next((href for href in (node.said(mapping.HREF) for node in nodes) if href), "")


def _nothing(line: Line, what: str) -> SetupError:
    return SetupError(
        f"{line.connection}: the server does not say {what}; it may be no calendar server",
        code="no_calendars",
        sv=f"Servern säger inte {what}. Kontrollera adressen och sökvägen.",
        connection=line.connection,
    )
