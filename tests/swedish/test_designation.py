from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.swedish import NotUnderstood, designation, municipality
from brygga.swedish.designation import KVARTER, Designation

KVARNGARDET = Designation("UPPSALA", "KVARNGÄRDET", "1", 23)


@pytest.mark.parametrize(
    "text",
    [
        "Uppsala Kvarngärdet 1:23",
        "UPPSALA KVARNGÄRDET 1 : 23",
        "uppsala kvarnga\u0308rdet (1:23)",
        "Uppsala, Kvarngärdet 1:23",
        "Uppsala kommun Kvarngärdet 1:23",
        "Fastigheten Uppsala Kvarngärdet 1:23",
        "Fastighetsbeteckning: Uppsala Kvarngärdet 1:23",
        "Uppsala Kvarngärdet 01:023",
    ],
)
def test_every_writing_of_a_designation_gives_the_same(text: str) -> None:
    assert designation.parse(text) == KVARNGARDET


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Sundsvall kv. Balder 2", Designation("SUNDSVALL", "BALDER", KVARTER, 2)),
        ("SUNDSVALL KVARTERET BALDER 2", Designation("SUNDSVALL", "BALDER", KVARTER, 2)),
        ("Sundsvall Balder 2", Designation("SUNDSVALL", "BALDER", KVARTER, 2)),
        ("göteborg masthugget s:2", Designation("GÖTEBORG", "MASTHUGGET", "S", 2, kind="samfallighet")),
        ("Norrtälje Rådmansö fs : 1", Designation("NORRTÄLJE", "RÅDMANSÖ", "FS", 1, kind="samfallighet")),
        (
            "Uppsala Kvarngärdet ga:4",
            Designation("UPPSALA", "KVARNGÄRDET", "GA", 4, kind="gemensamhetsanlaggning"),
        ),
        ("Gävle Valbo - Backa 6:51", Designation("GÄVLE", "VALBO-BACKA", "6", 51)),
        ("Markaryd Bråna 1:5", Designation("MARKARYD", "BRÅNA", "1", 5)),
        ("Mark Kinna 1:5", Designation("MARK", "KINNA", "1", 5)),
        ("Upplands Väsby Vilunda 20:24", Designation("UPPLANDS VÄSBY", "VILUNDA", "20", 24)),
        ("Dals-Ed Nedre Berga 3:1", Designation("DALS-ED", "NEDRE BERGA", "3", 1)),
        ("Gävle Gävle 2:1", Designation("GÄVLE", "GÄVLE", "2", 1)),
        ("f.d. Uppsala Berga 1:2", Designation("UPPSALA", "BERGA", "1", 2, former=True)),
        ("Tidigare beteckning: C-Uppsala Berga 1:2", Designation("UPPSALA", "BERGA", "1", 2, former=True)),
    ],
)
def test_quarters_joint_property_and_former_names_are_told_apart(text: str, value: Designation) -> None:
    assert designation.parse(text) == value


@pytest.mark.parametrize("text", ["Uppsala Kvarngärdet 1:23>2", "Uppsala Kvarngärdet 1:23 område 2"])
def test_a_part_is_kept_beside_the_canonical_text(text: str) -> None:
    part = designation.parse(text)
    assert (part.text, part.area, part.with_area) == (KVARNGARDET.text, 2, "UPPSALA KVARNGÄRDET 1:23>2")
    assert (part.short, part.municipality_code, str(part)) == ("KVARNGÄRDET 1:23", "0380", part.text)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("Kvarngärdet 1:23", "unknown_municipality", 0),
        ("Paris Montmartre 1:2", "unknown_municipality", 0),
        ("Uppsala 1:23", "no_tract", 7),
        ("Uppsala", "no_tract", 7),
        ("Uppsala Kvarngärdet", "no_unit", 19),
        ("Uppsala Kvarngärdet 1 23", "no_unit", 20),
        ("Göteborg Masthugget s 2", "no_unit", 20),
        ("Uppsala Kvarngärdet 1:0", "unit_zero", 22),
        ("Uppsala Kvarngärdet 0:1", "not_unit", 20),
        ("Uppsala Kvarngärdet 1:123456", "not_unit", 20),
        ("Uppsala Kvarngärdet 1:23 m.fl.", "not_unit", 20),
        ("Uppsala Berga 14 Norra 2:1", "not_tract", 14),
        ("", "empty", None),
    ],
)
def test_what_is_not_a_designation_is_refused_by_name_and_place(
    text: str, code: str, position: int | None
) -> None:
    with pytest.raises(NotUnderstood) as caught:
        designation.parse(text)
    assert (caught.value.code, caught.value.position) == (code, position)


def test_the_caller_may_know_the_municipality() -> None:
    assert designation.parse("Kvarngärdet 1:23", municipality="Uppsala") == KVARNGARDET
    assert designation.parse("Kvarngärdet 1:23", municipality="0380") == KVARNGARDET
    assert designation.parse("Uppsala Kvarngärdet 1:23", municipality="Uppsala kommun") == KVARNGARDET
    assert designation.parse("Solna 1:3", municipality="Gävle").text == "GÄVLE SOLNA 1:3"
    with pytest.raises(NotUnderstood, match="other_municipality"):
        designation.parse("Uppsala Kvarngärdet 1:23", municipality="Gävle")


TRACTS = st.sampled_from(
    ("KVARNGÄRDET", "ÅS", "VALBO-BACKA", "NEDRE BERGA", "KVARNBY", "KOMMUNHUSET", "GALGBACKEN", "SÅ")
)


@given(
    st.sampled_from([m.upper for m in municipality.everyone()]),
    TRACTS,
    st.sampled_from(["1", "9999", "S", "FS", "GA", KVARTER]),
    st.integers(1, 99_999),
)
def test_canonical_text_is_read_as_itself(where: str, tract: str, block: str, unit: int) -> None:
    text = f"{where} {tract} {unit}" if block == KVARTER else f"{where} {tract} {block}:{unit}"
    read = designation.parse(text)
    assert read.text == text
    assert (read.municipality, read.tract, read.block, read.unit) == (where, tract, block, unit)
    assert designation.parse(read.short, municipality=where) == read
