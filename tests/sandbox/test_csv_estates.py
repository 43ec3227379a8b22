"""Estates made from a CSV file: every row accounted for, certain values only, trouble told."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from brygga.model import SetupError
from brygga.sandbox.vitec import VitecImitation
from brygga.sandbox.vitec.csv.facts import understand
from brygga.sandbox.vitec.csv.source import COLUMNS, read

HEADER = ",".join(COLUMNS)
SHARED = "realdata/stockholm_housing_df_RAW.csv"
TYPED = f"""{HEADER}
lindgatan 1,"norra staden, stockholms kommun",42 m²   2 rum,2 391 kr/mån,balkong&hiss,slutpris 4 200 000 kr,såld 15 januari 2022,+16 %,100 000 kr/m²,norra
"ekgatan 2, 3,5tr","slottsskogen, solna kommun","37,5 m²   1,5 rum",1 998 kr/mån,hiss,slutpris 3 000 000 kr,såld 2 maj 2021,null,80 000 kr/m²,solna
björkgatan 3,"norra staden, stockholms kommun",99 + 9 m²   3 rum,4 000 kr/mån,null,slutpris 9 900 000 kr,såld 3 juni 2020,±0 %,100 000 kr/m²,norra
ronnvägen 4,"norra staden, stockholms kommun",32 m²   2 rum,1 658 kr/mån,hiss,slutpris 3 200 000 kr,såld 6 januari 2022,100 000 kr/m²,,norra
hamngatan 5,"norra staden, stockholms kommun",27 m²   2 rum,1 696 kr/mån,balkong&hiss,hiss,slutpris 2 700 000 kr,såld 8 december 2021,+20 %,norra
sjögatan 6,"norra staden, stockholms kommun",  10 rum,12 015 kr/mån,null,slutpris 10 900 000 kr,såld 4 september 2018,null,-27 %,norra
kvarngatan 7,"norra staden, stockholms kommun","60,4 m²   2 rum",3 000 kr/mån,hiss,slutpris 6 000 000 kr,såld 4 september 2018,null,99 900 kr/m²,norra
åkergatan 8,"bergslaget, solna kommun",166 m²  ,121 m² tomt,null,nyproduktion,slutpris 9 300 000 kr,såld 30 april 2021,±0 %,solna
,,,,,,,,,solna
parkgatan 10,"norra staden, stockholms kommun",fyra rum och kök,2 000 kr/mån,hiss,på förfrågan,såld 31 februari 2021,null,50 000 kr/m²,norra
brunnsgatan 11,för få fält,30 m²
svanvägen 12, 2 tr,"norra staden, stockholms kommun",50 m²   2 rum,2 000 kr/mån,hiss,slutpris 5 000 000 kr,såld 1 mars 2021,null,100 000 kr/m²,norra
"""  # noqa: E501 - rows as they stand in such a file


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """Twelve hand-typed rows: three regular, nine each with a trouble of its own."""
    path = tmp_path / "homes.csv"
    path.write_text(TYPED, encoding="utf-8")
    return path


def facts_of(path: Path) -> list[Any]:
    return [understand(row) for row in read(path)]


def test_regular_rows_say_price_area_and_price_per_area_that_agree(typed: Path) -> None:
    facts = facts_of(typed)
    assert [f.regular and not f.remarks for f in facts[:3]] == [True] * 3
    assert [(f.price_kr, f.living_m2, f.per_m2_kr) for f in facts[:3]] == [
        (4_200_000, 42, 100_000), (3_000_000, 37.5, 80_000), (9_900_000, 99, 100_000)
    ]  # fmt: skip  # one table
    assert (facts[2].other_m2, facts[1].rooms, facts[0].fee_kr) == (9, 1.5, 2391)
    assert facts[0].change == "+16 %"
    assert facts[0].sold.isoformat() == "2022-01-15"


def test_every_row_that_is_not_regular_has_a_remark(typed: Path) -> None:
    facts = facts_of(typed)
    assert len(facts) == 12
    assert [f.row.number for f in facts] == list(range(1, 13))
    assert all(f.remarks for f in facts[3:])


def test_a_value_that_slid_is_taken_back_when_it_says_what_it_is(typed: Path) -> None:
    _, _, _, slid, shifted, *_ = facts_of(typed)
    assert slid.regular
    assert slid.remarks == ["raden är förskjuten: kr/m² stod i kolumn value_dev"]
    assert (shifted.price_kr, shifted.living_m2, shifted.per_m2_kr) == (2_700_000, 27, None)
    assert shifted.change == "+20 %"
    assert shifted.loose == {"sale_price": "hiss"}


def test_what_is_not_certain_stays_unset_and_keeps_its_text(typed: Path) -> None:
    facts = facts_of(typed)
    nameless, odd, short, loose = facts[8], facts[9], facts[10], facts[11]
    assert nameless.remarks == ["slutpris saknas", "kr/m² saknas", "boarea saknas"]
    assert (odd.price_kr, odd.living_m2, odd.sold) == (None, None, None)
    assert odd.loose == {
        "size:rooms": "fyra rum och kök",
        "sale_price": "på förfrågan",
        "sold_date": "såld 31 februari 2021",
    }
    assert "raden har 3 fält, 10 väntades" in short.remarks
    assert short.living_m2 == 30
    assert (loose.price_kr, loose.living_m2, loose.per_m2_kr) == (5_000_000, 50, 100_000)
    assert "raden har 11 fält, 10 väntades" in loose.remarks


def test_a_room_count_is_no_area_and_a_plot_no_fee(typed: Path) -> None:
    facts = facts_of(typed)
    assert (facts[5].living_m2, facts[5].rooms) == (None, 10)
    assert (facts[7].plot_m2, facts[7].fee_kr, facts[7].living_m2) == (121, None, 166)
    assert facts[7].features == {"nyproduktion"}


def test_a_contradiction_is_told_and_both_sides_are_kept(typed: Path) -> None:
    facts = facts_of(typed)[6]
    assert not facts.regular
    assert facts.remarks == ["slutpris delat med boarea är 99338 kr/m², inte 99900"]


async def test_the_estates_carry_rows_as_the_convention_says(start: Any, typed: Path) -> None:
    client = await start(VitecImitation(from_csv=typed))
    _, page = await client.get("/Advertising/Estate/M90001")
    assert page["totalRowCount"] == 12
    bodies = [(await client.get(f"/Advertising/Estate/M90001/{row['id']}"))[1] for row in page["rows"]]
    assert [body["referenceId"] for body in bodies] == [f"RAD-{n}" for n in range(1, 13)]
    first, shifted, odd = bodies[0], bodies[4], bodies[9]
    assert first["price"]["startingPrice"] is None
    assert (first["price"]["finalPrice"], first["price"]["text"]) == (4_200_000, "100 000 kr/m²")
    assert first["buildings"][0]["area"]["living"] == 42
    assert (first["status"]["id"], first["type"]["id"]) == ("Sold", "HousingCooperative")
    assert first["address"]["municipality"] == "Stockholm"
    assert first["sale"]["contractDate"] == "2022-01-15T00:00:00"
    assert first["tags"] == [
        {
            "type": {"id": "ImportColumn", "name": "Importkolumn"},
            "names": ["value_dev: +16 %", "district: norra"],
        }
    ]
    (remark,) = [tag for tag in shifted["tags"] if tag["type"]["id"] == "ImportRemark"]
    assert "kr/m² saknas" in remark["names"]
    assert shifted["sale"]["otherInformation"] == "Ur importen: sale_price: hiss"
    assert odd["buildings"][0]["area"]["living"] is None
    assert odd["buildings"][0]["area"]["description"] == "fyra rum och kök"
    assert odd["price"]["text"] == "50 000 kr/m²"


async def test_a_change_works_on_estates_from_a_file_as_well(start: Any, typed: Path) -> None:
    client = await start(VitecImitation(from_csv=typed))
    (change,) = (await client.control("mutate", {"what": "image_added"}))["changed"]
    _, body = await client.get(f"/Advertising/Estate/M90001/{change['id']}")
    status, kind, _ = await client.raw(f"/Advertising/Image/M90001/{body['images'][0]['id']}")
    assert (status, kind) == (200, "image/jpeg")
    truth = await client.control("truth?kinds=rows")
    assert [row["regular"] for row in truth["rows"]].count(True) == 5


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_empty"),
        (b"\n \n", "csv_empty"),
        (b"adress,location\nlindgatan 1,solna\n", "csv_header"),
        (b"\x00\x01\x02", "csv_header"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "homes.csv"
    path.write_bytes(content)
    with pytest.raises(SetupError) as caught:
        read(path)
    assert caught.value.code == code
    assert caught.value.sv.endswith(".")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.csv", "csv_missing"), (tmp_path, "csv_unreadable")):
        with pytest.raises(SetupError) as caught:
            read(path)
        assert caught.value.code == code


def test_columns_may_come_in_another_order_with_other_separators(tmp_path: Path) -> None:
    path = tmp_path / "homes.csv"
    names = list(reversed(COLUMNS))
    texts = ["lindgatan 1", "solna", "42 m²", "", "", "slutpris 4 200 000 kr", "", "", "100 000 kr/m²", ""]
    cells = dict(zip(COLUMNS, texts, strict=True))
    path.write_text(
        ";".join(names) + "\r\n" + ";".join(cells[name] for name in names) + "\r\n", encoding="utf-8-sig"
    )
    (facts,) = facts_of(path)
    assert facts.regular
    assert facts.row.line == 2


def test_an_open_quote_costs_only_its_own_row(tmp_path: Path) -> None:
    lines = TYPED.splitlines()
    lines.insert(
        2,
        '"lindgatan 99,norra,42 m²   2 rum,2 391 kr/mån,hiss,slutpris 4 200 000 kr,,,100 000 kr/m²,norra',
    )
    path = tmp_path / "homes.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    facts = facts_of(path)
    assert len(facts) == 13
    assert "radens citattecken går inte ihop" in facts[1].remarks
    assert facts[1].price_kr == 4_200_000
    assert facts[0].regular
    assert facts[2].regular


def test_a_quoted_line_break_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "homes.csv"
    path.write_text(TYPED.replace('"ekgatan 2, 3,5tr"', '"ekgatan 2,\n3,5tr"'), encoding="utf-8")
    facts = facts_of(path)
    assert len(facts) == 12
    assert facts[1].regular
    assert facts[2].row.line == 5


def test_a_line_in_another_encoding_is_read_and_told(tmp_path: Path) -> None:
    lines = [line.encode() for line in TYPED.splitlines()]
    lines[1] = TYPED.splitlines()[1].encode("cp1252")
    path = tmp_path / "homes.csv"
    path.write_bytes(b"\n".join(lines))
    facts = facts_of(path)
    assert facts[0].regular
    assert facts[0].remarks == ["raden är inte UTF-8 och lästes som Windows-1252"]
    assert facts[1].remarks == []


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_other_spaces_and_capitals_are_read_alike(tmp_path: Path, space: str) -> None:
    path = tmp_path / "homes.csv"
    row = "A 1,Solna,42_m²   2_rum,,Hiss,Slutpris 4_200_000 kr,,,100_000 kr/m²,".replace("_", space)
    path.write_text(f"{HEADER}\n{row}", encoding="utf-8")
    (facts,) = facts_of(path)
    assert facts.regular
    assert facts.features == {"hiss"}


def test_the_real_file_is_accounted_for_row_by_row(shared_providers: Path) -> None:
    path = shared_providers / SHARED
    facts = facts_of(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(facts) == len(lines) - 1 == 9_769
    assert sum(f.regular and not f.remarks for f in facts) > 9_400
    assert [f.row.number for f in facts if not f.regular and not f.remarks] == []
    for f in facts:
        if f.regular:
            assert abs(f.price_kr / f.living_m2 - f.per_m2_kr) <= 1


def test_no_spoilt_file_makes_it_fall_or_lose_a_line(tmp_path: Path) -> None:
    path, rng, whole = tmp_path / "homes.csv", random.Random(8), TYPED.encode()
    first = len(HEADER) + 1
    for _ in range(300):
        spoilt = bytearray(whole)
        for _ in range(rng.randint(1, 12)):
            spoilt[rng.randrange(first, len(spoilt))] = rng.choice(b'",;\x00\xff\xe5 9%-m')
        path.write_bytes(bytes(spoilt))
        facts = facts_of(path)
        assert all(f.regular or f.remarks for f in facts)
        lines = {f.row.line for f in facts}
        assert len(facts) == len(lines) >= 8
