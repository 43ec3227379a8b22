"""Foreign files in a limited child process: what is wrong is named, and nobody else is harmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest
import pytest_asyncio

from brygga.extracts.errors import NotReadable
from brygga.extracts.facts import Outcome
from brygga.extracts.limits import Limits
from brygga.extracts.reader import Reader, read_files
from brygga.model.errors import BryggaError


@pytest_asyncio.fixture
async def reader() -> AsyncIterator[Reader]:
    async with Reader(ocr=False) as made:
        yield made


async def test_each_bad_file_is_named(reader: Reader, bad: ModuleType) -> None:
    expected = {
        "encrypted": "encrypted",
        "truncated": "damaged",
        "many_pages": "too_many_pages",
        "bomb": "too_large",
        "operators": "too_large",
        "form": "form",
        "zipped": "not_a_pdf",
        "zipped_pdf": "not_a_pdf",
        "loop": "damaged",
        "noise": "not_a_pdf",
    }
    found = {}
    for name in expected:
        with pytest.raises(NotReadable) as caught:
            await reader.read(getattr(bad, name)())
        found[name] = caught.value.code.removeprefix("extract_")
        assert caught.value.sv
    assert found == expected


async def test_pages_without_text_are_an_outcome_and_no_error(reader: Reader, bad: ModuleType) -> None:
    for name in ("picture_only", "lies"):
        reading = await reader.read(getattr(bad, name)())
        assert reading.outcome is Outcome.NO_TEXT
        assert reading.documents == []


async def test_an_empty_file_is_named(reader: Reader) -> None:
    with pytest.raises(NotReadable, match="no bytes"):
        await reader.read(b"\n\n")


async def test_a_file_over_the_limit_is_not_even_sent() -> None:
    async with Reader(limits=Limits(file_bytes=10), ocr=False) as reader:
        with pytest.raises(NotReadable) as caught:
            await reader.read(b"x" * 11)
        assert caught.value.code == "extract_too_large"
        assert not reader._idle


async def test_a_file_that_takes_too_long_is_stopped(bad: ModuleType) -> None:
    data = bad.bomb()
    async with Reader(limits=Limits(wall_s=0.02), ocr=False) as reader:
        with pytest.raises(NotReadable) as caught:
            await reader.read(data)
    assert caught.value.code == "extract_took_too_long"


async def test_a_good_file_is_read_after_a_bad_one(reader: Reader, bad: ModuleType) -> None:
    with pytest.raises(NotReadable):
        await reader.read(bad.bomb())
    assert (await reader.read(bad.sound())).outcome is Outcome.READ


async def test_a_worker_serves_many_files_and_stays_small(reader: Reader, bad: ModuleType) -> None:
    data = bad.sound()
    for _ in range(30):
        await reader.read(data)
    [worker] = reader._idle
    assert worker.files == 30
    status = Path(f"/proc/{worker.process.pid}/status")
    if not status.exists():
        pytest.skip("needs /proc to know the worker's memory")
    peak_kb = next(
        int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")
    )
    assert peak_kb < 150 * 1024


async def test_several_readers_of_one_worker_wait_their_turn(reader: Reader, bad: ModuleType) -> None:
    readings = await asyncio.gather(*(reader.read(bad.sound()) for _ in range(4)))
    assert {reading.outcome for reading in readings} == {Outcome.READ}


async def test_one_bad_path_stops_no_other(tmp_path: Path, bad: ModuleType) -> None:
    good, gone = tmp_path / "utdrag.pdf", tmp_path / "saknas.pdf"
    good.write_bytes(bad.sound())
    results = [result async for _, result in read_files([gone, good])]
    assert isinstance(results[0], BryggaError)
    assert results[0].code == "extract_not_opened"
    assert not isinstance(results[1], BryggaError)
