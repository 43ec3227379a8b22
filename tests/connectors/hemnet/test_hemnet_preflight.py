"""Each remark of the check before publishing: when it is made, what it says, whether it stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from brygga.connectors.abilities import Party
from brygga.connectors.hemnet.mapping import preflight
from brygga.model import Contact, Viewing
from brygga.model.parts import Address, Areas, Building, Fee, Marketing, Price, Texts

NBSP = "\u00a0"
SHOWN = {
    "listing_id": "L1",
    "status": "visible",
    "market_state": "FOR_SALE",
    "been": ["FOR_SALE"],
    "price_kr": 4_000_000,
}


def a_seller(kit: Any, **changes: Any) -> list[Contact]:
    whole = kit.a_publication().sellers[0]
    return [msgspec.structs.replace(whole, **changes)]


def test_a_home_with_nothing_missing_gives_no_remarks(check: Any) -> None:
    assert check() == {}


CASES: list[tuple[str, bool, str, dict[str, Any]]] = [
    ("image_missing", True, "Bild saknas. Minst en bild behövs.", {"pictures": []}),
    ("seller_name_missing", True, "Säljarens namn saknas.", {"sellers": []}),
    (
        "seller_number_missing",
        True,
        "Säljarens personnummer eller organisationsnummer saknas.",
        {"sellers": [Contact(id="c", first_name="Tolvan")]},
    ),
    ("billing_missing", True, "Fakturamottagarens namn och adress saknas.", {"billing": None}),
    (
        "billing_missing",
        True,
        "Fakturamottagarens namn och adress saknas.",
        {"billing": Party(name="Tolvan", street="Björkvägen 3")},
    ),
    ("office_unknown", True, "Kontoret finns inte hos Hemnet än. Koppla kontoret.", {"office": None}),
    (
        "price_missing",
        True,
        "Utgångspris saknas. Ange ett pris eller välj Pris på förfrågan.",
        {"estate_price": Price()},
    ),
    (
        "address_missing",
        True,
        "Gatuadress eller postnummer saknas.",
        {"estate_address": Address(street="Björkvägen 3")},
    ),
    ("living_area_missing", True, "Boarea saknas.", {"estate_areas": Areas()}),
    ("fee_missing", True, "Månadsavgift saknas. Den behövs för bostadsrätter.", {"estate_fee": None}),
    (
        "fee_odd",
        True,
        f"Avgiften 12{NBSP}kr/mån verkar fel. Rätta den eller godkänn den som rätt.",
        {"estate_fee": Fee(amount_kr=12)},
    ),
    ("agent_missing", True, "Ansvarig mäklare saknas.", {"agent": None}),
    (
        "energy_missing",
        False,
        "Energiklass saknas. Skriv Pågår om deklarationen är beställd.",
        {"estate_buildings": [Building()]},
    ),
    (
        "phone_in_text",
        False,
        "Annonstexten innehåller något som liknar ett telefonnummer.",
        {"estate_texts": Texts(long="Ring mig på 070-174 06 05 så visar jag.")},
    ),
    (
        "viewing_past",
        False,
        "Visningen 21 nov 2026 har redan varit.",
        {"viewings": [Viewing(id="v", starts_at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC))]},
    ),
    (
        "protected_person",
        True,
        "En person har skyddade uppgifter. Objektet får inte publiceras härifrån.",
        {"sellers": [Contact(id="c", protected=True)]},
    ),
    (
        "teased_new_home",
        True,
        "Nyproduktion kan inte läggas ut som Underhand.",
        {"wish": "teased", "estate_marketing": Marketing(new_home=True)},
    ),
    (
        "teased_after_sale",
        True,
        "Objektet kan inte bli Underhand: det har redan varit till salu.",
        {"wish": "teased", "state": {"been": ["FOR_SALE"]}},
    ),
    (
        "sold_here",
        True,
        "Objektet är sålt här. Publiceras det igen tas slutpriset bort hos Hemnet.",
        {"estate_status": "sold"},
    ),
    (
        "sold_here",
        True,
        "Objektet är sålt här. Publiceras det igen tas slutpriset bort hos Hemnet.",
        {"state": {"sale": {"id": "S1", "reported_at": "2026-11-01T00:00:00+00:00"}}},
    ),
    (
        "state_not_allowed",
        True,
        "Hemnet tillåter inte att gå från Till salu till Kommande just nu. Möjligt: Till salu.",
        {"wish": "upcoming", "state": {**SHOWN, "allowed_market_states": ["FOR_SALE"]}},
    ),
    (
        "price_change_small",
        False,
        f"Prisändringen är 3,6{NBSP}%. Hemnet visar bara ändringar på minst 5{NBSP}% som prisändring.",
        {"estate_price": Price(asking_kr=3_856_000), "state": SHOWN},
    ),
    (
        "final_price_missing",
        True,
        "Slutpris saknas. Tas annonsen bort utan slutpris räknas den som borttagen, inte såld.",
        {"wish": "sold", "state": SHOWN},
    ),
    ("contract_date_missing", True, "Kontraktsdag saknas.", {"wish": "sold", "state": SHOWN}),
    (
        "never_published",
        False,
        "Objektet har aldrig synts på Hemnet. Då tar Hemnet inte emot något slutpris.",
        {"wish": "sold"},
    ),
    (
        "sale_not_reported",
        True,
        "Objektet är sålt men slutpriset är inte rapporterat. "
        "Tas annonsen bort nu räknas den som borttagen, inte såld.",
        {"wish": "gone", "estate_status": "sold", "state": SHOWN},
    ),
    (
        "word_unknown",
        False,
        "Hemnet har inget eget ord för objekttypen eller upplåtelseformen. Den visas som annan.",
        {"estate_type": "houseboat"},
    ),
    (
        "images_too_many",
        False,
        "Annonsen har 2 bilder. Hemnet får de 1 första.",
        {"settings": {"images_most": 1}},
    ),
]


@pytest.mark.parametrize(("code", "stops", "sv", "change"), CASES)
def test_what_is_missing_is_said_in_swedish(
    check: Any, code: str, stops: bool, sv: str, change: dict[str, Any]
) -> None:
    found = check(**change)
    assert found[code].sv == sv
    assert found[code].stops is stops
    assert found[code].en
    assert found[code].field


def test_every_remark_there_is_has_been_seen_here() -> None:
    seen = {code for code, *_ in CASES} | {
        "image_failed",
        "images_unreachable",
        "images_waiting",
        "image_small",
    }
    assert seen == set(preflight.words())


@pytest.mark.parametrize("estate_type", ["plot", "farm", "premises", "commercial"])
def test_a_type_without_living_area_needs_none(check: Any, estate_type: str) -> None:
    found = check(estate_type=estate_type, estate_tenure="freehold", estate_areas=Areas(), estate_fee=None)
    assert not [remark for remark in found.values() if remark.stops]


def test_a_price_on_request_is_a_price(check: Any) -> None:
    assert "price_missing" not in check(estate_price=Price(text="Pris på förfrågan"))


@pytest.mark.parametrize(
    ("fee", "odd"),
    [
        (Fee(amount_kr=0), False),
        (Fee(amount_kr=99), True),
        (Fee(amount_kr=100), False),
        (Fee(amount_kr=60_000, frequency="Yearly"), False),
        (Fee(amount_kr=60_000, frequency="Monthly"), True),
    ],
)
def test_a_fee_is_odd_by_what_it_is_per_month(check: Any, fee: Fee, odd: bool) -> None:
    assert ("fee_odd" in check(estate_fee=fee)) is odd


def test_a_person_can_approve_an_odd_fee(check: Any) -> None:
    assert check(estate_fee=Fee(amount_kr=12), options={"fee_ok": True}) == {}


def test_an_ordered_declaration_is_enough(check: Any) -> None:
    from brygga.model.parts import Energy

    assert check(estate_buildings=[Building(energy=Energy(status="Pågår"))]) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Byggt 1938, renoverat 2019-2021.",
        "Pris 4 050 000 kr, avgift 4 312 kr/mån.",
        "Fastighet Björken 1:23, lgh 1203.",
        "Avstånd 0,5 km till tåget.",
        "Objekt 2026-11-23.",
    ],
)
def test_ordinary_numbers_are_no_telephones(check: Any, text: str) -> None:
    assert "phone_in_text" not in check(estate_texts=Texts(long=text))


def test_a_past_viewing_is_silent_when_another_lies_ahead(check: Any, kit: Any) -> None:
    viewings = [
        Viewing(id="v1", starts_at=kit.NOW - timedelta(days=2)),
        Viewing(id="v2", starts_at=kit.NOW + timedelta(days=2)),
        Viewing(id="v3"),
    ]
    assert check(viewings=viewings) == {}


@pytest.mark.parametrize(
    ("price_kr", "state", "small"),
    [
        (4_199_999, SHOWN, True),
        (4_200_000, SHOWN, False),
        (4_000_000, SHOWN, False),
        (3_990_000, {**SHOWN, "market_state": "UPCOMING"}, False),
        (3_990_000, {**SHOWN, "status": "unpublished"}, False),
    ],
)
def test_the_five_per_cent_rule_holds_while_for_sale(
    check: Any, price_kr: int, state: dict[str, Any], small: bool
) -> None:
    found = check(estate_price=Price(asking_kr=price_kr), state=state)
    assert ("price_change_small" in found) is small


def test_a_published_home_that_is_sold_is_not_stopped_for_being_published(check: Any) -> None:
    assert "sold_here" not in check(estate_status="sold", state=SHOWN)


def test_a_person_may_set_the_sold_guard_aside(check: Any) -> None:
    assert "sold_here" not in check(estate_status="sold", options={"even_if_sold": True})


def test_an_office_rule_is_changed_by_a_setting_but_protection_never(check: Any) -> None:
    rules = {
        "energy_missing": "stop",
        "agent_missing": "off",
        "fee_missing": "warn",
        "protected_person": "off",
    }
    found = check(
        settings={"rules": rules},
        agent=None,
        estate_fee=None,
        estate_buildings=[],
        sellers=[Contact(id="c", protected=True, first_name="T", personnummer="189001019802")],
    )
    assert {code: remark.stops for code, remark in found.items()} == {
        "protected_person": True,
        "energy_missing": True,
        "fee_missing": False,
    }


def test_what_stops_comes_first(offline: Any, kit: Any) -> None:
    estate = kit.an_estate(buildings=[], areas=Areas())
    found = offline().preflight(kit.a_publication(estate=estate), {})
    assert [remark.stops for remark in found] == [True, False]


def test_no_remark_names_a_person(check: Any, kit: Any) -> None:
    found = check(
        sellers=a_seller(kit, first_name="Hemlige", last_name="", personnummer="", protected=True),
        estate_texts=Texts(long="Ring Kim på 070-1740606"),
    )
    text = " ".join(remark.sv + remark.en for remark in found.values())
    assert len(found) == 3
    for personal in ("Hemlige", "Kim", "1740606"):
        assert personal not in text
