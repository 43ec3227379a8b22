"""Pictures of pages: recognised when tesseract is there, and never sure."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from brygga.extracts import ocr
from brygga.extracts.facts import Outcome
from brygga.extracts.generating.truth import values_of
from brygga.extracts.reader import Reader

HEAD = "level page_num block_num par_num line_num word_num left top width height conf text".replace(" ", "\t")
WORDS = [
    "Fastighetsrapport",
    "Plus R",
    "Fastighet",
    "Beteckning",
    "Provköping ÅKERN 2:14",
    "Inteckningar",
    "-",
    "Ägare",
    "-",
]


def table() -> str:
    """What tesseract prints: one row a word, places in pixels at 200 dots per inch."""
    rows = [HEAD]
    for number, line in enumerate(WORDS):
        left = 150
        for word in line.split(" "):
            rows.append(
                f"5\t1\t1\t1\t{number}\t1\t{left}\t{150 + 40 * number}\t{14 * len(word)}\t25\t96\t{word}"
            )
            left += 14 * len(word) + 8
    return "\n".join(rows) + "\n"


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A program by that name which answers as it does."""
    program = tmp_path / "tesseract"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "if '--list-langs' in sys.argv:\n    print('List of available languages:\\nosd\\nswe')\n"
        f"else:\n    assert sys.stdin.buffer.read(2) == b'P5'\n    sys.stdout.write({table()!r})\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    ocr.installed.cache_clear()
    yield
    ocr.installed.cache_clear()


@pytest.mark.usefixtures("tesseract")
async def test_a_scan_is_recognised_and_nothing_in_it_is_sure(bad: ModuleType) -> None:
    async with Reader() as reader:
        reading = await reader.read(bad.picture_only())
    assert reading.outcome is Outcome.READ
    assert reading.from_ocr
    [document] = reading.documents
    assert document.from_ocr
    assert document.designation is not None  # type: ignore[union-attr]
    assert document.designation.value == "Provköping ÅKERN 2:14"  # type: ignore[union-attr]
    assert document.designation.remark == "ocr"  # type: ignore[union-attr]
    sure = {path for path, (_, certain) in values_of(document).items() if certain}
    assert "designation" not in sure


async def test_without_tesseract_a_scan_has_no_text(bad: ModuleType) -> None:
    async with Reader(ocr=False) as reader:
        assert (await reader.read(bad.picture_only())).outcome is Outcome.NO_TEXT


def test_words_that_tesseract_doubts_are_left_out() -> None:
    rows = table().replace("\t96\tBeteckning", "\t12\tBeteckning")
    assert "Beteckning" not in [word.text for word in ocr.words_of(rows)]
