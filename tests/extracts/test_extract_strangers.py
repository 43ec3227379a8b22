"""What other people's programs do to the layouts that we know: one habit a test."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from brygga.extracts.facts import Outcome, RegisterExtract
from brygga.extracts.generating.pdfwriter import A4, Rule, Sheet, Text, pdf_of, width_of
from brygga.extracts.generating.truth import values_of
from brygga.extracts.page import Word, lines_of
from brygga.extracts.pdf import pages_of
from brygga.extracts.reading import read_bytes

LINES = [
    "Fastighetsrapport",
    "Plus R",
    "Fastighet",
    "Beteckning",
    "Totalareal",
    "Provköping ÅKERN 2:14",
    "2 310",
    "Inteckningar",
    "-",
    "Ägare",
    "-",
]


def texts(**more: Any) -> list[Text | Rule]:
    return [Text(50, 60 + 14 * n, line, **more) for n, line in enumerate(LINES)]


def rebuilt(pdf: bytes, *changes: tuple[bytes, bytes], extra: bytes = b"") -> bytes:
    """The file with some words changed and objects added; its table of places is no longer right."""
    for old, new in changes:
        assert old in pdf
        pdf = pdf.replace(old, new)
    pdf = pdf.replace(b"xref\n0 ", extra + b"xref\n0 ", 1)
    return re.sub(rb"startxref\n\d+", b"startxref\n0", pdf)


def only(data: bytes) -> RegisterExtract:
    [document] = read_bytes(data).documents
    assert isinstance(document, RegisterExtract)
    return document


LYING = {
    90: "0 1 -1 0 842 0 cm",
    180: "-1 0 0 -1 595 842 cm",
    270: "0 -1 1 0 0 595 cm",
}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_is_turned_is_read_as_it_is_shown(degrees: int) -> None:
    size = A4 if degrees == 180 else (A4[1], A4[0])
    sunk = A4[1] - size[1]
    sheet = Sheet([Text(50, 60 + 14 * n - sunk, line, before=LYING[degrees]) for n, line in enumerate(LINES)])
    turned = (b"/Type /Page ", b"/Type /Page /Rotate %d " % degrees)
    read = only(rebuilt(pdf_of([sheet], size=size), turned))
    plain = only(pdf_of([Sheet(texts())]))
    assert values_of(read) == values_of(plain)
    assert read.designation is not None
    assert plain.designation is not None
    assert read.designation.place == plain.designation.place


def test_a_page_shown_lying_down_is_read_and_its_places_are_as_shown() -> None:
    read = only(rebuilt(pdf_of([Sheet(texts())]), (b"/Type /Page ", b"/Type /Page /Rotate 90 ")))
    plain = only(pdf_of([Sheet(texts())]))
    assert values_of(read) == values_of(plain)
    assert read.designation is not None
    assert plain.designation is not None
    here, there = read.designation.place, plain.designation.place
    assert (here.y0, here.y1) == (there.x0, there.x1)
    assert here.x1 == pytest.approx(A4[1] - there.y0, abs=0.2)


LAYER = b"99 0 obj\n<< /Type /OCG /Name (Dold) >>\nendobj\n"


@pytest.mark.parametrize(("state", "seen"), [(b"/OFF", False), (b"/ON", True)], ids=["off", "on"])
def test_a_layer_that_is_switched_off_holds_no_facts(state: bytes, seen: bool) -> None:
    hidden = Text(150, 60 + 14 * 6, "999", before="/OC /Dold BDC", after="EMC")
    data = rebuilt(
        pdf_of([Sheet([*texts(), hidden])]),
        (
            b"/Pages 2 0 R >>",
            b"/Pages 2 0 R /OCProperties << /OCGs [99 0 R] /D << %s [99 0 R] >> >> >>" % state,
        ),
        (b"/Resources << ", b"/Resources << /Properties << /Dold 99 0 R >> "),
        extra=LAYER,
    )
    [page] = pages_of(data)
    assert ("999" in [cell.text for line in page.lines for cell in line.cells]) is seen
    area = only(data).total_area_m2
    assert area is not None
    assert area.value == 2310 or not area.sure


def test_a_narrow_column_beside_a_name_is_not_part_of_it() -> None:
    head = [(50, "Typ"), (92, "Ägare"), (420, "Andel"), (450, "Inskrivning"), (505, "Akt")]
    who = "Prov Provsson, 19821224-2393, Provgatan 7, 411 01 Lilla"
    left = 92 - width_of("Lagfart", 9.0) - 0.42 * 9  # wider than a blank, far narrower than a column's gap
    row = [(left, "Lagfart"), (92, who), (420, "1/1"), (450, "2021-01-02"), (505, "01/1234")]
    placed = [*((x, 228, text) for x, text in head), *((x, 242, text) for x, text in row), (92, 253, "Edet")]
    sheet = Sheet(
        [
            *texts()[:-2],
            Text(50, 214, "Ägare"),
            *(Text(x, y, text) for x, y, text in placed),
        ]
    )
    [owner] = only(pdf_of([sheet])).owners.items
    assert owner.address is not None
    assert owner.address.value is not None
    assert (owner.address.value.town, owner.address.sure) == ("Lilla Edet", True)


def test_a_typewriters_blanks_do_not_part_words() -> None:
    words = ["Östra", "Exempel", "ÅKERN"]
    at, placed = 50.0, []
    for word in words:
        placed.append(Word(word, at, 10.0, at + 4.8 * len(word), 18.5))
        at += 4.8 * (len(word) + 1)
    [line] = lines_of(placed, page=1)
    assert [cell.text for cell in line.cells] == ["Östra Exempel ÅKERN"]


def test_a_town_behind_a_row_that_has_one_makes_its_owner_not_sure(report: str) -> None:
    moved = report.replace(
        "411 01\nGöteborg\n1/2\n2021-01-02\nD-2021-00000009:1",
        "411 01 Lilla\n1/2\n2021-01-02\nD-2021-00000009:1 Edet",
    )
    assert moved != report
    owner = only(moved.encode()).owners.items[0]
    assert owner.address is not None
    assert owner.address.value is not None
    assert (owner.address.value.town, owner.address.sure) == ("Lilla Edet", False)


def test_an_address_of_two_lines_beside_its_label_is_whole(flat: str) -> None:
    found = [
        Text(50, 40, "Utskriftsdatum: 2026-05-31"),
        Text(50, 60, "Lägenhetsuppgifter"),
        *(Text(50, 80 + 16 * n, label) for n, label in enumerate(("Lgh-nr", "Antal rum", "Adress"))),
        *(
            Text(240, 80 + 16 * n, value)
            for n, value in enumerate(("7", "3", "Provgatan 2", "411 01 GÖTEBORG"))
        ),
        Text(50, 160, "Bostadsrättsinnehavare"),
        Text(50, 176, "Ekonomisk Information"),
        Text(50, 192, "Pantsättningsavgift"),
        Text(240, 192, "573,00 kr"),
    ]
    [document] = read_bytes(pdf_of([Sheet(list(found))])).documents
    address = document.address  # type: ignore[union-attr]
    assert address is not None
    assert address.value is not None
    assert (address.value.street, address.value.postcode, address.sure) == ("Provgatan 2", "41101", True)


def test_a_label_that_lost_a_letter_takes_nothing_from_its_neighbour(report: str) -> None:
    odd = report.replace("Senaste ändring allmänna delen", "Senaste ändring al männa delen")
    assert odd != report
    assert values_of(only(odd.encode())) == values_of(only(report.encode()))


def test_text_written_twice_in_the_wrong_letters_is_put_right(report: str) -> None:
    wrong = report.encode().decode("cp1252", "replace")
    assert "Ã" in wrong
    assert values_of(only(wrong.encode())) == values_of(only(report.encode()))


def test_a_quoted_mail_is_read_without_its_marks(report: str) -> None:
    quoted = "\n".join(f"> {line}" for line in report.splitlines())
    assert values_of(only(quoted.encode())) == values_of(only(report.encode()))


def test_a_report_in_capitals_is_read(report: str) -> None:
    loud, plain = only(report.upper().encode()), only(report.encode())
    assert len(loud.mortgages.items) == len(plain.mortgages.items) == 2
    assert loud.mortgages.whole
    assert [m.amount_kr for m in loud.mortgages.items if m.amount_kr and m.amount_kr.sure]
    assert loud.owners.items[0].identity is not None
    assert len(loud.owners.items) == len(plain.owners.items)
    assert loud.printed_on == plain.printed_on


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2009", "\u2007", "\u2002"])
def test_thousands_may_be_parted_by_any_blank(report: str, blank: str) -> None:
    odd = re.sub(r"(?<=\d) (?=\d{3}\b)", blank, report)
    assert odd != report
    assert values_of(only(odd.encode())) == values_of(only(report.encode()))


def test_rows_after_a_line_that_was_lost_are_not_sure_which_they_are(report: str) -> None:
    both = report.replace("Beviljad 2021-01-02\nD-2021-00000009:1\nTidigare", "Obegripligt\nTidigare")
    assert both != report
    assert not only(both.encode()).owners.whole


def test_a_page_that_explains_the_report_is_no_report() -> None:
    text = "Fastighetsrapport\nPlus R\nFastighet\nÄgare\nInteckningar\nUnder Ägare står den som har lagfart."
    assert read_bytes(text.encode()).outcome is Outcome.UNKNOWN_LAYOUT


def test_a_holders_number_may_stand_after_the_share(flat: str) -> None:
    moved = flat.replace(
        "Prov Provsson\n198212242393\nAndel idag\n60 %", "Prov Provsson\nAndel idag\n60 %\n198212242393"
    )
    moved = moved.replace(
        "Testa Exempelsson\n199210212396\nAndel idag\n40 %",
        "Testa Exempelsson\nAndel idag\n40 %\n199210212396",
    )
    [plain] = read_bytes(flat.encode()).documents
    [odd] = read_bytes(moved.encode()).documents
    assert values_of(odd) == values_of(plain)


def test_a_value_with_something_right_under_it_is_not_sure() -> None:
    rows = [("Totalareal", "81"), ("Kommunkod", "0001")]
    placed: list[Text | Rule] = [
        Text(50, 60 + 14 * n, line) for n, line in enumerate(["Fastighetsrapport", "Plus R", "Fastighet"])
    ]
    placed += [Text(50, 110 + 30 * n, label) for n, (label, _) in enumerate(rows)]
    placed += [Text(240, 110 + 30 * n, value) for n, (_, value) in enumerate(rows)]
    placed += [Text(50, 121, "(med vatten)"), Text(240, 121, "499")]
    placed += [Text(50, 200, "Inteckningar"), Text(50, 214, "-"), Text(50, 228, "Ägare"), Text(50, 242, "-")]
    area = only(pdf_of([Sheet(placed)])).total_area_m2
    assert area is None or not area.sure or area.value == 81_499


def test_no_text_because_it_cannot_be_seen_is_said(printed: Callable[[str], bytes], report: str) -> None:
    unseen = pdf_of([Sheet(texts(before="3 Tr"))])
    reading = read_bytes(unseen)
    assert reading.outcome is Outcome.NO_TEXT
    assert "osynliga" in reading.sv
