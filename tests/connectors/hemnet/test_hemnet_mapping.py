"""The body table: each row's path and style, what a setting may change, and what the bodies hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from brygga.connectors import abilities, manifest
from brygga.connectors.hemnet.api import Hemnet
from brygga.connectors.hemnet.mapping.bodies import Bodies, fingerprint, image_key, party_of
from brygga.connectors.hemnet.mapping.table import look, monthly_kr, tables, without_nothing
from brygga.connectors.hemnet.schema.settings import Settings, settings_of
from brygga.model import Association, Contact, Invalid
from brygga.model.parts import Address, Fee, Position, Sale


@pytest.fixture
def bodies() -> Bodies:
    return Bodies(settings_of({}))


LISTING = [
    ("streetAddress", "Björkvägen 3"),
    ("postalCode", "114 32"),
    ("postalTown", "Stockholm"),
    ("housingForm", "APARTMENT"),
    ("tenure", "TENANT_OWNERSHIP"),
    ("askingPrice", 4_050_000),
    ("livingArea", 76),
    ("numberOfRooms", 3),
    ("monthlyFee", 4_312),
    ("constructionYear", "1938"),
    ("floor", 2),
    ("elevator", True),
    ("energyClassification.classification", "D"),
    ("apartmentNumber", "1203"),
    ("title", "Ljus trea & balkong"),
    ("description", "En ljus trea med balkong."),
    ("broker.name", "Kim Test"),
    ("broker.phone", "+46701740605"),
    ("openHouses", [{"startsAt": "2026-11-29T13:00:00+01:00", "endsAt": None}]),
    ("priceText", None),
    ("coordinates.latitude", None),
    ("landArea", None),
]


@pytest.mark.parametrize(("member", "value"), LISTING)
def test_a_member_of_the_listing_is_what_the_table_says(
    bodies: Bodies, kit: Any, member: str, value: Any
) -> None:
    body = bodies.listing(kit.a_publication())
    if value is None:
        assert look(body, member) is None
    else:
        assert look(body, member) == value


def test_a_new_listing_carries_reference_and_agency_and_nothing_empty(bodies: Bodies, kit: Any) -> None:
    body = bodies.new_listing(kit.a_publication(), agency_id="A1")
    assert body["externalId"] == "vitec:OBJ1"
    assert body["brokerAgencyId"] == "A1"
    assert "priceText" not in body
    assert "coordinates" not in body


def test_an_update_says_what_became_empty_unless_told_not_to(kit: Any) -> None:
    full = Bodies(settings_of({})).update(kit.a_publication())
    short = Bodies(settings_of({"send_nulls": False})).update(kit.a_publication())
    assert full["priceText"] is None
    assert "priceText" not in short


@pytest.mark.parametrize(
    ("fee", "kr"),
    [
        (Fee(amount_kr=4_312), 4_312),
        (Fee(amount_kr=4_312, frequency="Monthly"), 4_312),
        (Fee(amount_kr=12_000, frequency="Yearly"), 1_000),
        (Fee(amount_kr=3_000, frequency="Quarterly"), 1_000),
        (Fee(amount_kr=6_000, frequency="half-yearly"), 1_000),
        (Fee(amount_kr=0), 0),
        (Fee(), None),
    ],
)
def test_a_fee_is_sent_per_month(fee: Fee, kr: int | None) -> None:
    assert monthly_kr(fee) == kr


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("house", "HOUSE"), ("cottage", "VACATION_HOUSE"), ("plot", "PLOT"), ("houseboat", "OTHER"), ("", None)],
)
def test_a_type_has_its_word_there_or_the_general_one(
    bodies: Bodies, kit: Any, ours: str, theirs: str | None
) -> None:
    assert bodies.listing(kit.a_publication(estate=kit.an_estate(type=ours)))["housingForm"] == theirs


def test_a_contract_signed_just_after_midnight_in_sweden_is_that_day(bodies: Bodies, kit: Any) -> None:
    estate = kit.sold(kit.an_estate())
    estate.sale = Sale(contract_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    body = bodies.sale(kit.a_publication(estate=estate), listing_id="L1")
    assert body == {"price": 4_300_000, "contractDate": "2026-11-20", "listingId": "L1"}


def test_association_and_position_are_nested_objects(bodies: Bodies, kit: Any) -> None:
    position = Position(latitude=59.3, longitude=18.06)
    estate = kit.an_estate(address=Address(street="Björkvägen 3", postcode="114 32", position=position))
    association = Association(id="vitec:F1", name="Brf Björken", orgnr="769600-0001")
    body = bodies.listing(kit.a_publication(estate=estate, association=association))
    assert body["coordinates"] == {"latitude": 59.3, "longitude": 18.06}
    assert body["housingCooperative"] == {"name": "Brf Björken", "organizationNumber": "769600-0001"}


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        ("person", "INDIVIDUAL"),
        ("company", "ORGANISATION"),
        ("deceased_estate", "ESTATE"),
        ("association", "HOUSING_COOPERATIVE"),
        ("", None),
        ("ghost", None),
    ],
)
def test_a_seller_is_named_numbered_and_of_a_kind(bodies: Bodies, kit: Any, kind: str, theirs: str) -> None:
    contact = Contact(id="c", kind=kind, first_name="Tolvan", last_name="T", personnummer=kit.PERSONNUMMER)
    body = bodies.seller(party_of(contact))
    assert body["name"] == "Tolvan T"
    assert body["identificationNumber"] == kit.PERSONNUMMER
    assert body.get("sellerType") == theirs


def test_a_company_is_sent_with_its_own_name_and_number(bodies: Bodies) -> None:
    company = Contact(id="c", kind="company", company_name="Bolaget AB", orgnr="556000-0001")
    assert bodies.seller(party_of(company)) == {
        "name": "Bolaget AB",
        "identificationNumber": "556000-0001",
        "sellerType": "ORGANISATION",
    }


def test_a_picture_is_known_by_its_id_and_its_bytes(bodies: Bodies, kit: Any) -> None:
    one, same_elsewhere = kit.a_picture("B1"), kit.a_picture("B1", url="https://other.example.com/x.jpg")
    assert image_key(one) == image_key(same_elsewhere) == bodies.image(one)["externalId"]
    assert image_key(one) != image_key(kit.a_picture("B1", content="b"))


def test_the_order_of_viewings_is_no_change(bodies: Bodies, kit: Any) -> None:
    publication = kit.a_publication()
    later = publication.viewings[0].__class__(id="v2", starts_at=datetime(2026, 12, 1, 12, tzinfo=UTC))
    there = kit.a_publication(viewings=[*publication.viewings, later])
    back = kit.a_publication(viewings=[later, *publication.viewings])
    assert fingerprint(bodies.update(there)) == fingerprint(bodies.update(back))


def test_equal_persons_have_other_fingerprints_at_other_listings() -> None:
    body = {"name": "Tolvan"}
    assert fingerprint(body, salt="L1") == fingerprint(body, salt="L1") != fingerprint(body, salt="L2")


def test_a_setting_changes_adds_and_removes_rows(kit: Any) -> None:
    changes = {
        "listing": {
            "askingPrice": False,
            "price": {"from": "estate.price.asking_kr", "as": "whole"},
            "runningCosts": {"from": "estate.costs.sum_year_kr"},
        },
        "enum": {"housing_form": {"houseboat": "BOAT"}},
    }
    bodies = Bodies(settings_of({"body": changes}))
    body = bodies.listing(kit.a_publication(estate=kit.an_estate(type="houseboat")))
    assert (body["price"], body["housingForm"], "askingPrice" in body) == (4_050_000, "BOAT", False)
    assert body["streetAddress"] == "Björkvägen 3"
    assert bodies.price_in({"price": 1_000_000}) == 1_000_000


@pytest.mark.parametrize(
    "changes",
    [
        {"listing": {"x": {"from": "estate.id", "as": "shout"}}},
        {"listing": {"x": {"from": "estate.id", "as": "enum.none"}}},
        {"listing": {"x": {"from": "estate.id", "as": "list.none"}}},
        {"listing": {"x": {"from": "estate.id", "how": "text"}}},
        {"listing": {"x": 7}},
        {"enum": {"housing_form": {"house": 7}}},
    ],
)
def test_a_table_that_cannot_be_used_is_refused_at_once(changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        tables(changes)
    assert caught.value.code == "mapping_unusable"


def test_every_path_of_the_shipped_table_is_one_of_our_model(kit: Any) -> None:
    """A misspelt path would silently send nothing."""
    import typing

    from brygga.connectors.abilities import Party, PictureLink
    from brygga.model import Agent, Estate, Office, Viewing

    roots: dict[str, Any] = {
        "estate": Estate,
        "office": Office,
        "agent": Agent,
        "association": Association,
        "picture": PictureLink,
        "seller": Party,
        "billing": Party,
        "it": Viewing,
    }

    def leads_somewhere(path: str) -> bool:
        root, *steps = path.split(".")
        if path == "viewings":
            return True
        here = roots[root]
        for step in steps:
            if step.isdigit():
                continue
            hints = typing.get_type_hints(here)
            if step not in hints:
                return False
            args = [
                a for a in (hints[step], *typing.get_args(hints[step])) if hasattr(a, "__struct_fields__")
            ]
            here = args[0] if args else here
        return True

    rows = [row for table in tables().rows.values() for row in table.values()]
    paths = [p for row in rows for p in ([row.paths] if isinstance(row.paths, str) else row.paths)]
    assert len(paths) > 40
    assert [path for path in paths if not leads_somewhere(path)] == []


def test_members_without_value_fall_away_with_their_empty_objects() -> None:
    assert without_nothing({"a": None, "b": {"c": None}, "d": 0, "e": False, "f": []}) == {
        "d": 0,
        "e": False,
        "f": [],
    }


def test_the_manifest_and_the_settings_name_the_same_things() -> None:
    named = {s.name for s in manifest.load("hemnet").settings if not s.secret}
    paths = {name for name in named if name.startswith("path_")}
    assert named - paths == set(Settings.__struct_fields__) - {"paths"}
    assert {s.setting for s in manifest.load("hemnet").unknown} <= named


def test_every_write_says_how_a_repeat_of_it_is_made_safe() -> None:
    """An operation that is missing here would count as a read and be sent again by itself."""
    loaded = manifest.load("hemnet")
    writes = {
        s.name.removeprefix("path_")
        for s in loaded.settings
        if s.name.startswith("path_") and not str(s.default).startswith("GET ")
    }
    assert writes == {operation.replace(".", "_") for operation in loaded.repeat}


def test_the_class_has_the_abilities_that_the_manifest_lists(offline: Any) -> None:
    loaded = manifest.load("hemnet")
    assert manifest.class_of(loaded) is Hemnet
    for ability in loaded.abilities:
        assert isinstance(offline(), abilities.ABILITIES[ability])


def test_a_setting_of_the_wrong_kind_is_named_and_an_empty_one_keeps_its_default() -> None:
    with pytest.raises(Invalid, match="list_limit"):
        settings_of({"list_limit": "many"})
    assert settings_of({"list_limit": None, "foreign": 1}).list_limit == 100
