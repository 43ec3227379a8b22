"""Extracts of a home: given as a file or looked up in the register, read, kept, shown page by page."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import sys
import weakref
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from brygga.extracts.errors import NotReadable
from brygga.extracts.facts import Outcome, Reading
from brygga.extracts.reader import Reader
from brygga.hub.extract_shelf import ExtractShelf, Shelved, Size, extract_id, shown_name
from brygga.hub.hub import Hub
from brygga.hub.register_text import of_register
from brygga.model import Invalid, Retryable, Unsupported
from brygga.store import Event

FILE_BYTES: Final = 20_000_000
"""The largest file taken in by the page."""
ABILITY: Final = "register"
SCALE: Final = 1.75
"""Picture points per point: A4 becomes 1,042 picture points wide."""
DRAW_WITHIN_S: Final = 15.0
_DRAWER: Final = Path(__file__).with_name("sheet.py")
_AT_ONCE: Final = 2
_turns: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = weakref.WeakKeyDictionary()


def _turn() -> asyncio.Semaphore:
    """At most two children for foreign files at a time, per event loop."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))


def shelf(hub: Hub) -> ExtractShelf:
    """The shelf in the hub's archive."""
    return ExtractShelf(hub.services.archive)


async def take_file(hub: Hub, estate_id: str, data: bytes, *, name: str, by: str) -> Shelved:
    """Read a file and keep it with its facts. One that cannot be read is kept for a person, with why.

    Raises Invalid (`no_object`, `extract_too_large`, `extract_empty_file`) and Retryable when the
    reading fell by accident; then nothing is kept.
    """
    _known(hub, estate_id)
    if not data:
        raise Invalid("The file is empty.", code="extract_empty_file", sv="Filen är tom.")
    if len(data) > FILE_BYTES:
        raise Invalid(
            f"The file has {len(data)} bytes.",
            code="extract_too_large",
            sv=f"Filen är {len(data) / 1e6:.0f} MB. Högst {FILE_BYTES / 1e6:.0f} MB tas emot.",
        )
    reading: Reading | None = None
    code = sv = ""
    try:
        async with _turn(), Reader() as reader:
            reading = await reader.read(data)
    except NotReadable as error:
        code, sv = error.code, error.sv
    ending = "pdf" if b"%PDF-" in data[:1024] else "txt"
    about = _about(
        estate_id,
        data,
        name=name,
        ending=ending,
        by=by,
        at=hub.services.now(),
        code=code,
        sv=sv,
        reading=reading,
    )
    await _keep(hub, about, data, reading)
    return about


async def look_up(hub: Hub, estate_id: str, designation: str, *, by: str) -> Shelved:
    """Look the property up with the first connection that can, and keep what it said.

    Raises Unsupported when no connection has the ability, and what the connection raises.
    """
    _known(hub, estate_id)
    able = hub.connections.who_can(ABILITY, hub.settings.fallbacks)
    if not able:
        raise Unsupported(
            "No connection can look a property up.",
            code="no_register",
            sv="Ingen anslutning kan slå upp fastigheter. Ladda upp ett utdrag som fil i stället.",
        )
    found = await hub.connections.live(able[0]).connector.extract(designation)
    data, extract = of_register(found)
    reading = Reading(outcome=Outcome.READ, documents=[extract], pages=1, layout_name=extract.layout_name)
    lacking = [one.sv for one in found.outcomes if one.sv]
    about = _about(
        estate_id,
        data,
        name=found.designation,
        ending="txt",
        by=by,
        at=hub.services.now(),
        sv=" ".join(lacking),
        reading=reading,
        source=able[0],
    )
    await _keep(hub, about, data, reading)
    return about


def _known(hub: Hub, estate_id: str) -> None:
    if hub.store.row("estate", estate_id) is None:
        raise Invalid(
            f"There is no object {estate_id}.", code="no_object", sv=f"Det finns inget objekt {estate_id}."
        )


def _about(
    estate_id: str,
    data: bytes,
    *,
    name: str,
    ending: str,
    by: str,
    at: datetime,
    code: str = "",
    sv: str = "",
    reading: Reading | None = None,
    source: str = "",
) -> Shelved:
    return Shelved(
        id=extract_id(data),
        estate_id=estate_id,
        name=shown_name(name),
        ending=ending,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        at=at,
        by=by,
        source=source,
        outcome=str(reading.outcome) if reading else "",
        code=code,
        sv=sv or (reading.sv if reading else ""),
        layout_name=_layout(reading),
        pages=reading.pages if reading else 0,
    )


def _layout(reading: Reading | None) -> str:
    """What kind of paper it is: as the reading says, else as its first document does."""
    named = [reading.layout_name, *(one.layout_name for one in reading.documents)] if reading else []
    return next(filter(None, named), "")


async def _keep(hub: Hub, about: Shelved, data: bytes, reading: Reading | None) -> None:
    await shelf(hub).add(about, data, reading)
    facts = {"extract": about.id, "outcome": about.outcome or about.code, "source": about.source}
    event = Event(
        at=about.at,
        connection=about.source or about.estate_id.split(":", 1)[0],
        kind="estate",
        id=about.estate_id,
        what="extract.kept",
        facts=facts,
    )
    await asyncio.to_thread(hub.store.event_add, [event])
    await asyncio.to_thread(
        hub.store.audit_add, about.by, "extract.keep", about.estate_id, facts, hub.services.now()
    )


async def page_picture(hub: Hub, about: Shelved, page: int) -> tuple[Size, bytes]:
    """A page as it looks, drawn in a child process the first time. Raises Invalid for one that cannot be."""
    held = shelf(hub)
    if about.ending != "pdf" or not 1 <= page <= max(1, about.pages):
        raise Invalid("There is no such page.", sv="Sidan finns inte.")
    if (kept := await held.picture(about, page)) is not None:
        return kept
    async with _turn():
        if (kept := await held.picture(about, page)) is not None:
            return kept
        size, data = await _drawn(await held.file(about), page)
    await held.keep_picture(about, page, size, data)
    return size, data


async def _drawn(data: bytes, page: int) -> tuple[Size, bytes]:
    """One child for one page, with nothing of ours in its environment. Raises Invalid, Retryable."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_DRAWER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ},
        cwd="/",
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(DRAW_WITHIN_S):
            out, _ = await process.communicate(f"{page} {SCALE}\n".encode() + data)
    except TimeoutError as error:
        raise Retryable(
            "drawing a page took too long", code="page_slow", sv="Sidan gick inte att rita."
        ) from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    head, _, picture = out.partition(b"\n")
    if process.returncode != 0 or not picture.startswith(b"\x89PNG"):
        raise Invalid("the page could not be drawn", code="page_not_drawn", sv="Sidan gick inte att rita.")
    width, height = head.split()
    return Size(float(width), float(height)), picture


def told(about: Shelved) -> dict[str, object]:
    """An extract's facts for a list, as plain values."""
    return msgspec.to_builtins(about)  # type: ignore[no-any-return]  # a struct becomes a dict
