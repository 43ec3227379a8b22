"""What layouts, programs and mailboxes do to extracts, one trap a test."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from brygga.extracts.facts import ApartmentList, IdentityKind, Outcome, RegisterExtract, State
from brygga.extracts.generating.pdfwriter import Sheet, Text, pdf_of
from brygga.extracts.generating.truth import values_of
from brygga.extracts.reading import read_bytes


def only(text: str) -> Any:
    [document] = read_bytes(text.encode()).documents
    return document


def test_a_missing_address_takes_nothing_from_its_neighbour(report: str) -> None:
    document = only(report.replace("Provgatan 7, 411 01 Göteborg\n.", "."))
    assert document.address is None
    moved = report.replace("Adress\nProvgatan 7, 411 01 Göteborg\n", "")
    moved = moved.replace("Registerenhetsanmärkning\n", "Adress\nRegisterenhetsanmärkning\n")
    document = only(moved)
    assert document.address is None
    assert document.remarks.items[0].text.value == "Socken: provsocken"


def test_a_wrong_identity_keeps_its_text_and_the_rest(report: str) -> None:
    owner = only(report.replace("19821224-2393", "19821224-2394")).owners.items[0]
    assert owner.identity.value is None
    assert owner.identity.text == "19821224-2394"
    assert owner.identity.remark == "checksum"
    assert not owner.identity.sure
    assert owner.name.value == "Prov Provsson"
    assert owner.address.value.street == "Provgatan 7"


def test_zeros_are_no_identity(report: str) -> None:
    owner = only(report.replace("19821224-2393", "00000000-0000")).owners.items[0]
    assert (owner.identity.value, owner.identity.remark) == (None, "placeholder_zeros")
    assert owner.identity_kind is IdentityKind.NONE


def test_an_organisation_is_told_from_a_person(report: str) -> None:
    changed = report.replace("Prov Provsson, 19821224-2393", "Brf Exempel, 769000-0000")
    owner = only(changed).owners.items[0]
    assert owner.identity_kind is IdentityKind.ORGANISATION
    assert (owner.name.value, owner.identity.value) == ("Brf Exempel", "769000-0000")


def test_figures_that_do_not_add_up_are_not_sure(report: str) -> None:
    _, second = only(report.replace("1 250 000 1 650 000", "1 250 000 1 950 000")).mortgages.items
    assert not second.amount_kr.sure
    assert second.amount_kr.remark == "does_not_add_up"


def test_a_line_that_nobody_understands_makes_its_table_not_whole(report: str) -> None:
    document = only(
        report.replace("1 400 000 400 000 Digitalt", "Obegriplig rad\n1 400 000 400 000 Digitalt")
    )
    assert not document.mortgages.whole
    assert document.mortgages.left_over == ["Obegriplig rad"]
    assert not document.mortgages.items[0].amount_kr.sure
    assert document.mortgages.items[0].amount_kr.value == 400_000


def test_order_does_not_matter(report: str) -> None:
    head, rest = report.split("Ägare\nTyp\n", 1)
    banner, grid = "Fastighetsrapport\nPlus R\n", head.removeprefix("Fastighetsrapport\nPlus R\n")
    owners, mortgages = rest.split("Inteckningar\n", 1)
    first, end = mortgages.split("UC Bostad", 1)
    turned = f"{banner}Inteckningar\n{first}Ägare\nTyp\n{owners}{grid}UC Bostad{end}"
    assert values_of(only(turned)) == values_of(only(report))


def test_labels_on_one_line_are_parted(report: str) -> None:
    merged = report.replace(
        "Beteckning\nSenaste ändring allmänna delen\nTotalareal\n"
        "Provköping LILLA ÅKERN 2:14\n2018-04-05\n2 310",
        "Beteckning Senaste ändring allmänna delen Totalareal\nProvköping LILLA ÅKERN 2:14 2018-04-05 2 310",
    )
    assert merged != report
    assert values_of(only(merged)) == values_of(only(report))


def test_decomposed_letters_and_soft_hyphens_change_nothing(report: str) -> None:
    noisy = unicodedata.normalize("NFD", report.replace("19821224-2393", "19821224\u00ad2393"))
    assert values_of(only(noisy)) == values_of(only(report))


def test_a_font_without_ligatures_is_forgiven(flat: str) -> None:
    odd = flat.replace("Lägenhetsuppgifter", "Lägenhetsuppgi9ter")
    odd = odd.replace("Pantsättningsavgift", "Pantsä;tningsavgi9t")
    odd = odd.replace("Bostadsrättsinnehavare", "Bostadsrä;tsinnehavare")
    assert values_of(only(odd)) == values_of(only(flat))


def test_labels_printed_four_times_count_once(flat: str) -> None:
    odd = flat.replace("Lgh-nr\n7", "Lgh-nr Lgh-nr Lgh-nr Lgh-nr\n7").replace(
        "Våning\n", "VåningVåningVåningVåning\n"
    )
    assert values_of(only(odd)) == values_of(only(flat))


def test_a_name_with_a_stray_sign_is_not_sure(flat: str) -> None:
    holder = only(flat.replace("Prov Provsson", "Prov A;erström")).holders.items[0]
    assert not holder.name.sure


def test_dropped_blanks_are_put_back_but_not_sure(report: str) -> None:
    document = only(
        report.replace("Prov Provsson, 19821224-2393, Provgatan 7", "ProvProvsson,19821224-2393,Provgatan7")
    )
    owner = document.owners.items[0]
    assert (owner.name.value, owner.name.sure, owner.name.remark) == (
        "Prov Provsson",
        False,
        "spaces_restored",
    )
    assert owner.identity.value == "19821224-2393"
    assert owner.identity.sure
    assert (owner.address.value.street, owner.address.sure) == ("Provgatan 7", False)


def test_a_hyphen_at_a_lines_end_is_not_sure_inside_a_word(report: str) -> None:
    remark = only(report.replace("Socken: provsocken", "Socken: prov-\nsocken")).remarks.items[0].text
    assert not remark.sure


def test_two_extracts_in_a_file_are_two(report: str, flat: str) -> None:
    other = report.replace("ÅKERN 2:14", "ÅKERN 9:9").replace("Prov Provsson", "Testa Exempelsson")
    first, second, third = read_bytes((report + other + flat).encode()).documents
    assert isinstance(first, RegisterExtract)
    assert isinstance(third, ApartmentList)
    assert first.designation is not None
    assert first.designation.value == "Provköping LILLA ÅKERN 2:14"
    assert second.designation.value == "Provköping LILLA ÅKERN 9:9"  # type: ignore[union-attr]
    assert [owner.name.value for owner in first.owners.items] == ["Prov Provsson", None]
    assert [owner.name.value for owner in second.owners.items] == ["Testa Exempelsson", None]  # type: ignore[union-attr]


def test_two_extracts_without_page_numbers_are_two(report: str) -> None:
    plain = "\n".join(
        line for line in report.splitlines() if not line.startswith(("Sida", "UC", "2026-05-31"))
    )
    first, second = read_bytes(f"{plain}\n{plain.replace('2:14', '3:1')}".encode()).documents
    assert first.designation.value.endswith("2:14")  # type: ignore[union-attr]
    assert second.designation.value.endswith("3:1")  # type: ignore[union-attr]


def test_a_missing_page_is_told(report: str) -> None:
    document = only(report.split("Fastighetsrapport\nPlus R\nInteckningar", maxsplit=1)[0])
    assert document.pages_missing
    assert document.mortgages.state is State.THERE
    assert not document.mortgages.whole


@pytest.mark.parametrize(
    "hidden",
    [
        Text(150, 63, "9 999 999", 8.0, before="3 Tr"),
        Text(150, 63, "9 999 999", 8.0, before="1 1 1 rg"),
        Text(150, 63, "9 999 999", 0.3),
        Text(-200, 63, "9 999 999", 8.0),
        Text(150, 63, "9 999 999", 8.0, before="0 0 5 5 re W n"),
    ],
    ids=["mode 3", "white", "no size", "off the page", "clipped"],
)
def test_text_that_nobody_sees_is_no_fact(hidden: Text) -> None:
    words = [
        "Fastighetsrapport",
        "Plus R",
        "Fastighet",
        "Beteckning",
        "Totalareal",
        "Provköping ÅKERN 2:14",
        "2 310",
    ]
    lines = [
        Text(50, 60 + 14 * n, word) for n, word in enumerate([*words, "Inteckningar", "-", "Ägare", "-"])
    ]
    hidden.y = lines[5].y
    [document] = read_bytes(pdf_of([Sheet([*lines, hidden])])).documents
    assert isinstance(document, RegisterExtract)
    assert document.designation is not None
    assert document.designation.value == "Provköping ÅKERN 2:14"
    assert document.total_area_m2 is not None
    assert document.total_area_m2.value == 2310


def test_white_text_on_a_dark_band_is_seen() -> None:
    from brygga.extracts.generating.pdfwriter import Rule
    from brygga.extracts.pdf import pages_of

    sheet = Sheet([Rule(40, 40, 300, 30, 0.2), Text(50, 60, "Inteckningar", before="1 g")])
    [page] = pages_of(pdf_of([sheet]))
    assert [line.text for line in page.lines] == ["Inteckningar"]
    assert page.hidden == 0


UNKNOWN = {
    "invoice": """Faktura 12345
Kund: Provbyrån AB
Organisationsnummer: 769000-0018
1 st Fastighetsrapport Plus R
Fastighet
Testkommun EKLUNDA 1:76
Att betala 250 kr
Förfallodatum 2026-06-30""",
    "description": """Objektsbeskrivning
Adress
Provgatan 7
Våning
2
Antal rum
3
Förening
Brf Prov
Organisationsnummer
769000-0018
Överlåtelseavgift
1 433 kr
Pantsättningsavgift
573 kr
Andelstal
1,25 %
Fastighetsbeteckning: Provköping ÅKERN 2:14""",
    "letter": """Hej!
Tack för visningen. Vi återkommer om lagfart och inteckningar, pantbrev och ägare.
Med vänlig hälsning
Testa Exempelsson""",
    "valuation": """Värdeutlåtande
Småhus
Objektsinformation
Fastighetsbeteckning
Provköping ÅKERN 2:14
Fastighetstyp
Småhus (220)
Taxeringsvärde
765000(Tax24)""",
}


@pytest.mark.parametrize("name", list(UNKNOWN))
def test_another_kind_of_document_is_an_unknown_layout(name: str, printed: Callable[[str], bytes]) -> None:
    for data in (UNKNOWN[name].encode(), printed(UNKNOWN[name])):
        reading = read_bytes(data)
        assert reading.outcome is Outcome.UNKNOWN_LAYOUT
        assert reading.documents == []


def test_an_unknown_layout_gives_only_pairs_that_are_sure() -> None:
    pairs = {pair.name: pair.fact.value for pair in read_bytes(UNKNOWN["description"].encode()).pairs}
    assert pairs == {"designation": "Provköping ÅKERN 2:14"}


def test_the_tier_without_r_is_known_and_not_read(report: str) -> None:
    reading = read_bytes(report.replace("Plus R\n", "Plus\n").encode())
    assert reading.outcome is Outcome.UNSUPPORTED_LAYOUT
    assert reading.documents == []
    assert "Plus" in reading.layout_name


def test_facts_in_logs_hide_persons(report: str) -> None:
    assert "19821224" not in repr(only(report))


def test_noise_of_any_kind_never_raises(report: str) -> None:
    rng = random.Random(7)
    for _ in range(150):
        lines = report.splitlines()
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(lines))
            match rng.randrange(4):
                case 0:
                    del lines[at]
                case 1:
                    lines.insert(at, rng.choice(lines))
                case 2:
                    lines[at] = lines[at][::-1]
                case _:
                    lines[at] = lines[at][: len(lines[at]) // 2]
        read_bytes("\n".join(lines).encode())


@pytest.mark.parametrize(("broken", "town"), [("Göte-\nborg", "Göteborg"), ("GÖTE-\nBORG", "GÖTEBORG")])
def test_a_town_broken_over_lines_is_mended_and_not_sure(report: str, broken: str, town: str) -> None:
    address = only(report.replace("411 01\nGöteborg", f"411 01 {broken}")).owners.items[0].address
    assert (address.value.town, address.sure) == (town, False)


def test_a_double_name_keeps_its_hyphen(report: str) -> None:
    name = only(report.replace("Prov Provsson", "Anna-\nLena Provsson")).owners.items[0].name
    assert (name.value, name.sure) == ("Anna-Lena Provsson", True)


def test_the_other_property_may_stand_on_two_lines(report: str) -> None:
    moved = report.replace("Belastar även 2021", "Belastar även Provköping 2021").replace(
        "Provköping LILLA ÅKERN 2:15", "LILLA ÅKERN 2:15"
    )
    [other] = only(moved).mortgages.items[1].joint_with
    assert other.value == "Provköping LILLA ÅKERN 2:15"


def test_a_label_beside_a_name_is_not_part_of_it(flat: str) -> None:
    beside = flat.replace(
        "Prov Provsson\n198212242393\nAndel idag\n60 %",
        "Prov Provsson      Andel idag\n198212242393       60 %",
    ).replace("199210212396\nAndel idag\n40 %", "199210212396\nAndel idag 40 %")
    assert values_of(only(beside)) == values_of(only(flat))
