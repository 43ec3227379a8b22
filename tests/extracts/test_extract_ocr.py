"""Pictures of pages: recognised when tesseract is there, and never sure."""

from __future__ import annotations

import stat
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pypdfium2.raw as c
import pytest

from brygga.extracts import ocr
from brygga.extracts.facts import Outcome, RegisterExtract
from brygga.extracts.generating.pdfwriter import Sheet, Text, _file, pdf_of
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


def photographed(pdf: bytes, *, before: bytes = b"", after: bytes = b"") -> bytes:
    """The first page as one grey picture at 200 dots per inch, between what is painted under and over it."""
    document = c.FPDF_LoadMemDocument64(pdf, len(pdf), None)
    pixels = ocr._picture(document, 0)  # the picture that OCR itself would make
    c.FPDF_CloseDocument(document)
    head, _, grey = pixels.partition(b" 255\n")
    width, height = (int(number) for number in head.split()[1:])
    packed, content = zlib.compress(grey), before + b" q 595 0 0 842 0 0 cm /Im0 Do Q" + after
    picture = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray " % (
        width,
        height,
    )
    picture += b"/BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << "
    page += b"/XObject << /Im0 5 0 R >> "
    page += b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        picture + packed + b"\nendstream",
    ]
    return _file(objects)


@pytest.fixture
def real() -> Iterator[None]:
    """The program itself, where it is installed."""
    ocr.installed.cache_clear()
    if not ocr.installed():
        pytest.skip("tesseract with Swedish (tesseract-ocr-swe) is not installed")
    yield
    ocr.installed.cache_clear()


LAYER = b"BT 3 Tr /F1 11 Tf 50 770 Td (Fastighetsrapport Plus R Totalareal 9 999 999) Tj ET"


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("before", [b"", LAYER], ids=["a picture", "a picture with an unseen text layer"])
async def test_the_real_program_reads_a_scan_and_nothing_is_sure(before: bytes) -> None:
    lines = [*WORDS[:4], "Provköping ÅKERN 2:14", "Kommunkod", "0001", "Inteckningar", "-", "Ägare", "-"]
    sheet = Sheet([Text(60, 70 + 26 * n, line, 13.0) for n, line in enumerate(lines)])
    async with Reader() as reader:
        reading = await reader.read(photographed(pdf_of([sheet]), before=before))
    assert reading.outcome is Outcome.READ
    assert reading.from_ocr
    [document] = reading.documents
    assert isinstance(document, RegisterExtract)
    assert document.designation is not None
    assert document.designation.value == "Provköping ÅKERN 2:14"
    assert document.total_area_m2 is None
    assert not [path for path, (value, sure) in values_of(document).items() if sure and value != "absent"]


async def test_a_stamp_on_a_scan_does_not_make_it_text() -> None:
    stamp = b" BT /F1 8 Tf 400 820 Td (Inkom 2026-06-03) Tj ET"
    scan = photographed(pdf_of([Sheet([Text(60, 70, "Fastighetsrapport", 13.0)])]), after=stamp)
    async with Reader(ocr=False) as reader:
        assert (await reader.read(scan)).outcome is Outcome.NO_TEXT
