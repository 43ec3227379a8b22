"""CalDAV's XML both ways, as pure functions: bytes in, plain shapes out.

No document type is accepted, so there are no entities to expand and nothing is fetched. Depth, size
and number of elements are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit
from xml.parsers import expat
from xml.sax.saxutils import escape

from brygga.connectors.caldav.schema import CAL, CS, DAV, Busy, CalendarInfo, Entry, MultiStatus, Node, Row
from brygga.model import Fault, Invalid

DEEPEST: Final = 30
MOST_ELEMENTS: Final = 500_000
HREF: Final = f"{DAV} href"
ETAG: Final = f"{DAV} getetag"
DATA: Final = f"{CAL} calendar-data"
PRINCIPAL: Final = f"{DAV} current-user-principal"
HOME: Final = f"{CAL} calendar-home-set"
_STATUS: Final = re.compile(r"HTTP/[0-9.]+ +([0-9]{3})")
_PERIOD: Final = re.compile(r"([0-9]{8}T[0-9]{6}Z)/(?:([0-9]{8}T[0-9]{6}Z)|P(?:([0-9]{1,4})D)?(T[0-9HMS]+)?)")
_PART: Final = re.compile(r"([0-9]{1,6})([HMS])")
_HEART: Final = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID", "SUMMARY"}
    | {"LOCATION", "DESCRIPTION", "STATUS", "SEQUENCE", "URL"}
)


class _Builder:
    """Builds nodes while expat walks the document."""

    def __init__(self) -> None:
        self.root = Node("")
        self._open, self._texts, self._count = [self.root], [list[str]()], 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins. An attribute `name` counts as text: `<comp name="VEVENT"/>`."""
        self._count += 1
        if len(self._open) > DEEPEST or self._count > MOST_ELEMENTS:
            raise _unread("too deep or too many elements")
        node = Node(name)
        self._open[-1].inner.append(node)
        self._open.append(node)
        self._texts.append([attributes.get("name", "")])

    def text(self, data: str) -> None:
        """Characters inside the innermost element."""
        self._texts[-1].append(data)

    def end(self, _: str) -> None:
        """The innermost element ends."""
        self._open.pop().text = "".join(self._texts.pop())


def document(data: bytes) -> Node:
    """The root element. Raises Invalid (`not_xml`, `document_type`)."""
    builder, parser = _Builder(), expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _no_document_type
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise _unread("not well-formed") from error
    return builder.root.inner[0]


def multistatus(data: bytes) -> MultiStatus:
    """A 207 answer. Raises Invalid (`not_xml`, `document_type`)."""
    root = document(data)
    if root.name != f"{DAV} multistatus":
        raise _unread("it is no multi-status")
    rows = [row for node in root.inner if node.name == f"{DAV} response" for row in _rows(node)]
    return MultiStatus(rows=rows, token=root.said(f"{DAV} sync-token"))


def _rows(node: Node) -> list[Row]:
    status = status_of(node.said(f"{DAV} status"))
    props: dict[str, Node] = {}
    refused: dict[str, int] = {}
    for stat in (inner for inner in node.inner if inner.name == f"{DAV} propstat"):
        code, prop = status_of(stat.said(f"{DAV} status")), stat.find(f"{DAV} prop")
        for one in prop.inner if prop is not None else []:
            if 200 <= code < 300:
                props[one.name] = one
            else:
                refused[one.name] = code
    hrefs = [inner.text.strip() for inner in node.inner if inner.name == HREF]
    return [Row(href=href, status=status, props=props, refused=refused) for href in hrefs]


def status_of(line: str) -> int:
    """`HTTP/1.1 404 Not Found` → 404; 0 when there is none."""
    found = _STATUS.match(line)
    return int(found[1]) if found else 0


def names_precondition(data: bytes, name: str) -> bool:
    """Whether an error's body names this precondition (RFC 4918 §16); False for any other body."""
    try:
        root = document(data)
    except Invalid:
        return False
    return any(node.name.endswith(f" {name}") for node in root.inner)


def path_of(href: str, origin: str, prefix: str) -> str | None:
    """A server's href as a path below our base address; None when it lies on another host.

    `origin`: scheme://host[:port] of the base address, `prefix`: its path without the last slash.
    """
    parts = urlsplit(href.strip())
    if parts.netloc and f"{parts.scheme}://{parts.netloc}".lower() != origin.lower():
        return None
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    if not path.startswith("/") or (prefix and path != prefix and not path.startswith(prefix + "/")):
        return None
    return path[len(prefix) :] or "/"


def name_in(path: str, calendar: str) -> str:
    """The id of an entry: its path less that of its calendar; nothing when it is not directly in it."""
    home = calendar if calendar.endswith("/") else calendar + "/"
    if not _plain(path).startswith(_plain(home)):
        return ""
    name = path.rstrip("/").rpartition("/")[2]
    return name if _plain(path) == _plain(home) + _plain(name) else ""


def _plain(path: str) -> str:
    return unquote(path)


def calendar_info(row: Row, path: str) -> CalendarInfo | None:
    """A row of the home's listing as a calendar; None when it is something else."""
    kinds = row.props.get(f"{DAV} resourcetype")
    if kinds is None or kinds.find(f"{CAL} calendar") is None:
        return None
    held = row.props.get(f"{CAL} supported-calendar-component-set")
    rights = row.props.get(f"{DAV} current-user-privilege-set")
    told = [said(row, f"{DAV} sync-token"), said(row, f"{CS} getctag")]
    return CalendarInfo(
        id=path,
        name=said(row, f"{DAV} displayname") or unquote(path.rstrip("/").rpartition("/")[2]),
        writable=rights is None or _may_write(rights),
        events=held is None or any(kind.text.strip().upper() == "VEVENT" for kind in held.inner),
        state=next((one for one in told if one), ""),
    )


def said(row: Row, name: str) -> str:
    """A property's text, or nothing."""
    node = row.props.get(name)
    return node.text.strip() if node is not None else ""


def _may_write(rights: Node) -> bool:
    names = {inner.name for privilege in rights.inner for inner in privilege.inner}
    return bool(names & {f"{DAV} {name}" for name in ("all", "write", "write-content", "bind")})


def entry(row: Row, name: str) -> Entry | None:
    """A row with its event's text; None when the text was not given."""
    data = row.props.get(DATA)
    if data is None or not data.text.strip():
        return None
    return Entry(id=name, version=said(row, ETAG), body=data.text.encode("utf-8"))


def propfind(*names: str) -> bytes:
    """A question for properties, each named as namespace, space, local name."""
    return _xml("<d:propfind {ns}><d:prop>" + "".join(map(_tag, names)) + "</d:prop></d:propfind>")


def sync_report(token: str, size: int) -> bytes:
    """What changed since `token` (RFC 6578 §3.2); `size` rows at most, 0 for no limit."""
    limit = f"<d:limit><d:nresults>{size}</d:nresults></d:limit>" if size else ""
    return _xml(
        f"<d:sync-collection {{ns}}><d:sync-token>{escape(token)}</d:sync-token>"
        f"<d:sync-level>1</d:sync-level>{limit}<d:prop><d:getetag/></d:prop></d:sync-collection>"
    )


def multiget(hrefs: Iterable[str]) -> bytes:
    """The texts of several events (RFC 4791 §7.9)."""
    asked = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    return _xml(
        "<c:calendar-multiget {ns}><d:prop><d:getetag/><c:calendar-data/></d:prop>"
        + asked
        + "</c:calendar-multiget>"
    )


def in_window(starts: datetime, ends: datetime) -> bytes:
    """Events that take place in a window (RFC 4791 §7.8)."""
    return _xml(
        "<c:calendar-query {ns}><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter>"
        '<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        f"{_range(starts, ends)}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    )


def busy_query(starts: datetime, ends: datetime) -> bytes:
    """What is taken in a window (RFC 4791 §7.10)."""
    return _xml(f"<c:free-busy-query {{ns}}>{_range(starts, ends)}</c:free-busy-query>")


def _range(starts: datetime, ends: datetime) -> str:
    return f'<c:time-range start="{_utc(starts)}" end="{_utc(ends)}"/>'


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _tag(name: str) -> str:
    space, local = name.split(" ")
    return f"<{ {DAV: 'd', CAL: 'c', CS: 's'}[space] }:{local}/>"


def _xml(text: str) -> bytes:
    named = text.replace("{ns}", f'xmlns:d="{DAV}" xmlns:c="{CAL}" xmlns:s="{CS}"', 1)
    return f'<?xml version="1.0" encoding="utf-8"?>{named}'.encode()


def busy_times(data: bytes) -> list[Busy]:
    """The FREEBUSY periods of a VFREEBUSY answer. Raises Invalid (`not_busy`) when it is none."""
    text = re.sub(r"\r?\n[ \t]", "", data.decode("utf-8", errors="replace"))
    if "BEGIN:VFREEBUSY" not in text.upper():
        raise Invalid("the answer holds no free/busy times", code="not_busy", fault=Fault.PROVIDER)
    found: list[Busy] = []
    for line in text.splitlines():
        head, _, value = line.partition(":")
        if head.upper().split(";")[0] != "FREEBUSY" or "FBTYPE=FREE" in head.upper():
            continue
        kind = next((word for word in ("tentative", "unavailable") if word in head.lower()), "busy")
        found += [Busy(starts_at=a, ends_at=b, kind=kind) for a, b in _periods(value)]
    return sorted(found, key=lambda one: (one.starts_at, one.ends_at))


def _periods(value: str) -> list[tuple[datetime, datetime]]:
    found = []
    for match in _PERIOD.finditer(value.upper()):
        try:
            starts = _moment(match[1])
            ends = _moment(match[2]) if match[2] else starts + _length(match[3], match[4])
        except (ValueError, OverflowError):
            continue
        if ends > starts:
            found.append((starts, ends))
    return found


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _length(days: str | None, clock: str | None) -> timedelta:
    parts = {unit: int(number) for number, unit in _PART.findall(clock or "")}
    return timedelta(
        days=int(days or 0), hours=parts.get("H", 0), minutes=parts.get("M", 0), seconds=parts.get("S", 0)
    )


def alike(ours: bytes, theirs: bytes) -> bool:
    """Whether two files tell the same events, whatever a server has reordered or added.

    Compared is what a person sees, by name, value and zone; this is how a repeated write is known.
    """
    return _heart(ours) == _heart(theirs)


def _heart(data: bytes) -> list[list[tuple[str, ...]]]:
    text = re.sub(rb"\r?\n[ \t]", b"", data).decode("utf-8", errors="replace")
    events: list[list[tuple[str, ...]]] = []
    depth: list[str] = []
    for line in text.splitlines():
        head, _, value = line.partition(":")
        name, *params = head.upper().split(";")
        if name == "BEGIN":
            depth.append(value.strip().upper())
            if depth[-1] == "VEVENT":
                events.append([])
        elif name == "END" and depth:
            depth.pop()
        elif name in _HEART and depth and depth[-1] == "VEVENT":
            zone = next((p for p in params if p.startswith("TZID=")), "")
            events[-1].append((name, zone, value.strip()))
    return sorted(sorted(event) for event in events)


def _no_document_type(*_: Any) -> None:
    raise _unread("it declares a document type", code="document_type")


def _unread(why: str, *, code: str = "not_xml") -> Invalid:
    return Invalid(
        f"the calendar server's answer was not read: {why}",
        code=code,
        sv="Kalenderserverns svar gick inte att läsa. Inget har ändrats.",
        fault=Fault.PROVIDER,
    )
