"""`brygga market`: homes of the market from files into the store, and the view over them.

Which connector a captured file belongs to is asked of each connector's class: one that can tell has
the ability `captured`. A list of sold homes without a provider is read by the market room.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from brygga.connectors import manifest as manifests
from brygga.connectors.abilities import Captured, RawRecord
from brygga.hub.clean import clean
from brygga.hub.hub import Hub
from brygga.market import Question, View, choosing, files, market_view
from brygga.model import Comparable, Estate, Invalid, Mapped
from brygga.store import Applied, Batch, Event, StoredRow
from brygga.swedish.dates import STOCKHOLM
from brygga.sync.absorb import absorb

IMPORT = "import"
"""Connection under which files without a provider are stored."""
AT_ONCE = 2_000
LARGEST_BYTES = 512 * 1024 * 1024
_NAME = re.compile(r"[a-z0-9åäö][a-z0-9åäö_-]{0,39}")
_INDEX = re.compile(r"\[[0-9]+\]")


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One row on its way in. `row` is what its reader made of it."""

    kind: str
    source_id: str
    body: bytes
    row: Any


class Opened(msgspec.Struct, kw_only=True):
    """A file that somebody can read: its rows, and what turns one into the model."""

    connector: str
    what: str
    pieces: list[Piece]
    outside: dict[str, int]
    to_model: Callable[[Any, str], Mapped]


class Imported(msgspec.Struct, kw_only=True):
    """What became of one file. Every one of `rows` is stored, repeated or set aside.

    `not_mapped`: leaf that has no field → how often it is carried in `extra`. `outside`: leaf beside
    the rows → how often. `findings`: code → how many remarks.
    """

    file: str
    what: str = ""
    connection: str = ""
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    set_aside: int = 0
    not_mapped: dict[str, int] = {}
    outside: dict[str, int] = {}
    findings: dict[str, int] = {}
    sv: str = ""


# ------------------------------------------------------------------ the view


def market_of(
    hub: Hub,
    *,
    object_id: str = "",
    district: str = "",
    year: int | None = None,
    within_m: float | None = None,
) -> View:
    """The market around one of our objects, in a district, in a year. Raises Invalid for no such object."""
    home = None
    if object_id:
        record = hub.store.get("estate", hub.resolve_object(object_id), include_removed=True)
        home = choosing.home_of(record) if isinstance(record, Estate) else None
    read_on: dict[str, date] = {}
    question = Question(home=home, district=district, year=year, within_m=within_m)
    today = hub.services.now().astimezone(STOCKHOLM).date()
    return market_view(_homes(hub, read_on), question, today=today, read_on=read_on)


def _homes(hub: Hub, read_on: dict[str, date]) -> Iterator[Comparable]:
    """Every stored home of the market; notes on the way when each connection was last read."""
    for row in _rows(hub):
        seen = row.seen_at.astimezone(STOCKHOLM).date()
        read_on[row.connection] = max(seen, read_on.get(row.connection, seen))
        record = row.record
        if isinstance(record, Comparable):
            yield record


def _rows(hub: Hub) -> Iterator[StoredRow]:
    after = ""
    while page := hub.store.all_rows("comparable", after_id=after, limit=5_000):
        yield from page
        after = page[-1].id


# ------------------------------------------------------------------ files


def import_files(hub: Hub, paths: Sequence[Path], *, as_name: str = "") -> list[Imported]:
    """Store what the files hold; one that nobody can read is said in its `sv` and the others go on.

    Raises Invalid for a connection's name that cannot be used.
    """
    if as_name:
        _check_name(hub, as_name)
    return [_import(hub, path, as_name) for path in paths]


def _import(hub: Hub, path: Path, as_name: str) -> Imported:
    done = Imported(file=path.name)
    try:
        opened = open_captured(_read(path), now=hub.services.now())
    except Invalid as error:
        done.sv = error.sv
        return done
    done.what, done.outside = opened.what, opened.outside
    done.connection = as_name or _free_name(hub, opened.connector or IMPORT)
    _store(hub, opened, done)
    facts = {"file": done.file, "rows": done.rows, "set_aside": done.set_aside}
    hub.store.audit_add("cli", "market.import", done.connection, facts, hub.services.now())
    return done


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise Invalid(f"{path.name} is too large.", code="too_large", sv="Filen är för stor.")
        return path.read_bytes()
    except OSError as error:
        raise Invalid(
            f"{path.name} cannot be read: {error.strerror}.",
            code="unreadable",
            sv=f"Filen går inte att läsa: {error.strerror}.",
        ) from error


def open_captured(body: bytes, *, now: datetime) -> Opened:
    """Who can read a file's bytes, and its rows. Raises Invalid when nobody can."""
    for name in manifests.names():
        held = _held_by(name, body, now)
        if held is not None:
            return held
    rows = files.rows_of(body)
    if rows is None:
        raise Invalid(
            "Nobody knows the form of the file.",
            code="unknown_form",
            sv="Filens innehåll känns inte igen. Det är varken ett svar vi känner eller en lista över sålda.",
        )
    pieces = [Piece(kind=r.kind, source_id=r.source_id, body=r.body, row=r) for r in rows]
    what = f"lista över sålda: {len(rows)} rader"
    return Opened(connector="", what=what, pieces=pieces, outside={}, to_model=files.to_model)


def _held_by(name: str, body: bytes, now: datetime) -> Opened | None:
    try:
        manifest = manifests.load(name)
        cls = manifests.class_of(manifest) if "captured" in manifest.abilities else None
    except Invalid:
        return None  # a connector of one's own that is broken must not stop the others
    if cls is None:
        return None
    held: Captured | None = cls.captured(body, fetched_at=now)
    if held is None:
        return None
    pieces = [Piece(kind=r.kind, source_id=_id_of(r), body=r.body, row=r) for r in held.rows]
    return Opened(
        connector=name, what=held.what, pieces=pieces, outside=held.outside, to_model=cls.map_captured
    )


def _id_of(row: RawRecord) -> str:
    """The row's own id; one without gets a name of its bytes, by which it can be set aside."""
    return row.source_id or f"row-{hashlib.blake2b(row.body, digest_size=8).hexdigest()}"


def _store(hub: Hub, opened: Opened, done: Imported) -> None:
    """Through `Store.apply`, some thousand rows at a time; of rows with one id the fullest counts."""
    done.rows = len(opened.pieces)
    not_mapped: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    once = _once(opened.pieces, findings)
    done.repeated = done.rows - len(once)

    def to_model(piece: Piece) -> Mapped:
        mapped = opened.to_model(piece.row, done.connection)
        for record in mapped.records:
            not_mapped.update(_leaf_names(record.extra))
        findings.update(finding.code for finding in mapped.findings)
        return mapped

    for start in range(0, max(1, len(once)), AT_ONCE):
        part = once[start : start + AT_ONCE]
        batch = absorb(part, to_model, connection=done.connection, now=hub.services.now())
        _finish(hub, batch, done, last=start + AT_ONCE >= len(once))
        _count(hub.store.apply(batch), batch, done)
    done.not_mapped = _by_count(not_mapped)
    done.findings = _by_count(findings)


def _once(pieces: list[Piece], findings: Counter[str]) -> list[Piece]:
    """Each id once, with the most bytes given for it; others that say something else are counted."""
    found: dict[tuple[str, str], Piece] = {}
    for piece in pieces:
        known = found.setdefault((piece.kind, piece.source_id), piece)
        if known.body != piece.body:
            findings["repeated_otherwise"] += 1
            found[piece.kind, piece.source_id] = max(known, piece, key=lambda one: len(one.body))
    return list(found.values())


def _by_count(counted: Counter[str]) -> dict[str, int]:
    """The most frequent first, equal ones by name."""
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _leaf_names(value: Any, name: str = "") -> Iterator[str]:
    """The name of every leaf, without numbers: `breadcrumbs[].label` as often as it occurs."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaf_names(inner, f"{name}.{key}" if name else _INDEX.sub("[]", key))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _leaf_names(inner, f"{name}[]")
    elif name:
        yield name


def _finish(hub: Hub, batch: Batch, done: Imported, *, last: bool) -> None:
    """What absorbing leaves open: how long raw bytes stay, texts fit for everybody, a line of the story."""
    batch.raw_days = hub.settings.raw_days
    batch.touch_seen = True
    batch.parked = [
        msgspec.structs.replace(one, sv=clean(one.sv), detail=clean(one.detail)) for one in batch.parked
    ]
    if last:
        facts = {"file": done.file, "rows": done.rows}
        batch.events.append(
            Event(at=batch.now, connection=done.connection, what="market.import", level="ok", facts=facts)
        )


def _count(applied: Applied, batch: Batch, done: Imported) -> None:
    done.created += applied.created + applied.restored
    done.updated += applied.updated
    done.unchanged += applied.unchanged + applied.older
    done.set_aside += len(batch.parked)


def _free_name(hub: Hub, wanted: str) -> str:
    """`wanted`, unless a connection by that name reads for itself: its own lists decide what it holds."""
    taken = {connection.name for connection in hub.connections.all()}
    return f"{wanted}-{IMPORT}" if wanted in taken else wanted


def _check_name(hub: Hub, name: str) -> None:
    taken = {connection.name for connection in hub.connections.all()}
    if not _NAME.fullmatch(name) or name in taken:
        raise Invalid(
            f"Homes cannot be imported as {name!r}.",
            code="bad_name",
            sv="Namnet går inte att använda: det är upptaget av en anslutning eller har andra tecken än "
            "bokstäver, siffror och streck.",
        )
