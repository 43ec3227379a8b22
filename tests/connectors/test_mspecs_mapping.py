"""Mspecs' answers → the model: both shapes, constants, viewings, times, and what has no home in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.connectors.abilities import RawRecord
from brygga.connectors.mspecs.mapping import tables, to_model
from brygga.model import Agent, Association, Bid, Estate, Invalid, Mapped, Office, Project, Viewing, encode
from brygga.model.vocabulary import ESTATE_STATUSES, ESTATE_TYPES, TENURES
from brygga.sandbox.content import people
from brygga.swedish.dates import STOCKHOLM

DEAL = "MDAwNHwwMDAwMDAwMDc1NHw1OA.."
FETCHED = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
ORGNR = people.orgnr(3, association=True)


def word(constant: str, translation: str = "Översättning") -> dict[str, str]:
    return {"constant": constant, "translation": translation}


def deal(**changes: Any) -> dict[str, Any]:
    """A published flat with what every deal has."""
    return {
        "id": DEAL,
        "objectType": word("OBJECT_TYPE_TENANT_OWNERSHIP"),
        "isNewDevelopment": False,
        "currency": "SEK",
        "publishingInformation": {
            "status": "ENUM_DEAL_MARKETING_PLACES_STATUS_PENDING",
            "updated": "2026-05-04T12:00:00+02:00",
            "saleStatus": "ENUMS_SALE_STATUS_FOR_SALE",
            "isPreview": False,
        },
        **changes,
    }


def mapped(answer: Any, *, kind: str = "estate", source_id: str = DEAL, over: str = "") -> Mapped:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    raw = RawRecord(kind=kind, source_id=source_id, body=body, fetched_at=FETCHED)
    return to_model(raw, "m", tables=tables(over), grants=frozenset())


def estate(**changes: Any) -> Estate:
    found = mapped(deal(**changes)).records[0]
    assert isinstance(found, Estate)
    return found


def viewings(*rows: dict[str, Any]) -> list[Viewing]:
    return [one for one in mapped(deal(viewings=list(rows))).records if isinstance(one, Viewing)]


def codes(found: Mapped) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in found.findings]


# ---------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("constant", "ours"),
    [
        ("OBJECT_TYPE_HOUSE", "house"),
        ("OBJECT_TYPE_RECREATIONAL_HOUSE", "cottage"),
        ("OBJECT_TYPE_TENANT_OWNERSHIP", "apartment"),
        ("OBJECT_TYPE_CONDOMINIUM", "condominium"),
        ("OBJECT_TYPE_FARMING", "farm"),
        ("OBJECT_TYPE_LAND", "plot"),
        ("OBJECT_TYPE_PREMISE", "premises"),
        ("OBJECT_TYPE_COMMERCIAL", "commercial"),
    ],
)
def test_each_object_type_has_its_word(constant: str, ours: str) -> None:
    assert estate(objectType=word(constant)).type == ours
    assert ours in ESTATE_TYPES


def test_a_project_is_a_project() -> None:
    found = mapped(
        deal(
            objectType=word("OBJECT_TYPE_HOUSING_DEVELOPMENT"),
            status=word("ENUM_DEAL_NEW_DEVELOPMENT_STATUS_ACTIVE"),
            project={
                "name": "Kvarteret Kajen",
                "minPrice": 2_000_000,
                "maxPrice": 5_000_000,
                "minLivingArea": 31,
            },
            viewings=[{"id": "V1.", "type": "ENUMS_VIEWINGS_TYPE_DATE_ONLY", "startDate": "2026-05-20"}],
        )
    )
    project, viewing = found.records
    assert isinstance(project, Project)
    assert isinstance(viewing, Viewing)
    assert (project.name, project.status, project.price_from_kr) == ("Kvarteret Kajen", "running", 2_000_000)
    assert (viewing.project_id, viewing.estate_id, viewing.project_viewing) == (project.id, "", True)


def test_the_constant_decides_whatever_the_translation_says() -> None:
    plain = mapped(deal()).records
    other = deal(objectType=word("OBJECT_TYPE_TENANT_OWNERSHIP", "Villa, numera"))
    assert encode(mapped(other).records[0]) == encode(plain[0])


def test_no_translation_is_ever_kept() -> None:
    found = mapped(
        deal(
            status=word("ENUMS_OBJECTSTATUS_TYPE_FOR_SALE", "ÖVERSATT"),
            economicTypeCode={"code": 220, "name": word("X_CODE", "ÖVERSATT")},
            patios=[{"direction": word("ENUMS_DIRECTION_EAST", "ÖVERSATT")}],
            marketingTags=[{"tag": word("ENUMS_DEAL_MARKETING_TAGS_TAG_PATIO", "ÖVERSATT")}],
        )
    )
    assert b"\xc3\x96VERSATT" not in b"".join(map(encode, found.records))
    assert found.records[0].extra["economicTypeCode"] == {"code": 220, "name": "X_CODE"}


def test_an_unknown_constant_is_kept_as_it_came_and_counted() -> None:
    published = deal()["publishingInformation"] | {"saleStatus": "ENUMS_SALE_STATUS_NEW_ONE"}
    found = mapped(deal(publishingInformation=published, objectType=word("OBJECT_TYPE_CASTLE")))
    home = found.records[0]
    assert isinstance(home, Estate)
    assert (home.status, home.type) == ("ENUMS_SALE_STATUS_NEW_ONE", "OBJECT_TYPE_CASTLE")
    assert ("unknown_value", "objectType") in codes(found)
    assert ("unknown_value", "publishingInformation.saleStatus") in codes(found)


def test_a_connection_may_lay_words_of_its_own_over_the_table() -> None:
    published = deal()["publishingInformation"] | {"saleStatus": "ENUMS_SALE_STATUS_NEW_ONE"}
    over = '[sale_statuses]\nENUMS_SALE_STATUS_NEW_ONE = "coming"\n'
    home = mapped(deal(publishingInformation=published), over=over).records[0]
    assert isinstance(home, Estate)
    assert home.status == "coming"
    assert tables()["sale_statuses"].get("ENUMS_SALE_STATUS_NEW_ONE") is None


@pytest.mark.parametrize("text", ["[x", "x = 1", "[x]\ny = 2"])
def test_own_words_that_cannot_be_read_say_so(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        tables(text)
    assert refused.value.code == "setting_unusable"


def test_every_word_of_the_table_is_one_of_the_hubs() -> None:
    table = tables()
    statuses = {
        *table["statuses"].values(),
        *table["sale_statuses"].values(),
        *table["project_statuses"].values(),
    }
    assert statuses <= ESTATE_STATUSES.keys()
    assert {*table["tenures"].values(), *table["land_tenures"].values()} <= TENURES.keys()
    assert set(table["object_types"].values()) - {"project"} <= ESTATE_TYPES.keys()


@pytest.mark.parametrize(
    ("facts", "tenure"),
    [
        ({"tenureType": word("FORM_OF_TENURE_TENANT_OWNERSHIP")}, "tenant_ownership"),
        ({"tenureType": word("FORM_OF_TENURE_OWNED")}, "freehold"),
        (
            {
                "tenureType": word("FORM_OF_TENURE_OWNED"),
                "landTenure": word("ENUMS_LAND_TENURE_TITLE_LEASEHOLD"),
            },
            "leasehold",
        ),
        ({"freeholdTitle": word("ENUMS_FREEHOLD_TITLE_TENURE_HOUSE")}, "lease"),
        ({"tenureType": word("FORM_OF_TENURE_OWNED"), "isSharedOwnership": True}, "share"),
        ({}, ""),
    ],
)
def test_how_a_home_is_held(facts: dict[str, Any], tenure: str) -> None:
    assert estate(estate=facts).tenure == tenure


# ---------------------------------------------------------------------- both shapes


def test_a_published_home_is_read_whole() -> None:
    home = estate(
        saleInformation={"price": 2_450_000, "priceType": "Utgångspris"},
        location={
            "streetAddress": "Kajvägen 1",
            "postalCode": "11122",
            "city": "Solna",
            "latitude": "59.3634855",
            "longitude": "18.0202835",
            "municipality": {"name": "Solna", "identifier": "0184"},
        },
        estate={
            "livingArea": 71.5,
            "otherLivingArea": 4,
            "buildYear": "1938",
            "floor": "2,5 tr",
            "hasLift": word("ENUM_HAS_LIFT_SETTING_YES"),
            "shareInHousingAssociation": "1,25 %",
        },
        rooms={"numberOfRooms": 2.5, "numberOfBedrooms": 1},
        economy={"costs": {"rent": 4_312, "householdElectricity": 400}},
        energyPerformance={
            "class": word("ENUMS_ENERGYCLASS_TYPE_D"),
            "performance": 120,
            "performanceNumber": 97,
        },
        office={"id": "K1.", "name": "Kontoret"},
        users=[{"id": "U2."}, {"id": "U1.", "isMainUser": True}],
        projectDealId="MDAwMA..",
    )
    assert home.id == f"m:{DEAL}"
    assert home.changed_at == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert (home.price.asking_kr, home.price.final_kr, home.price.text) == (2_450_000, None, "Utgångspris")
    assert (home.address.postcode, home.address.municipality_code) == ("111 22", "0184")
    assert home.address.position is not None
    assert home.address.position.latitude == 59.3634855
    assert (home.areas.living_m2, home.areas.other_m2, home.rooms) == (71.5, 4.0, 2.5)
    assert home.fee is not None
    assert (home.fee.amount_kr, home.fee.frequency) == (4_312, "Monthly")
    assert home.costs is not None
    assert (home.costs.sum_year_kr, home.costs.rows[0].kind) == (4_800, "householdElectricity")
    (building,) = home.buildings
    assert (building.year_built, building.floor, building.elevator) == (1938, 2.5, True)
    assert building.energy is not None
    assert (building.energy.rating, building.energy.consumption_kwh_m2) == ("D", 97.0)
    assert home.share is not None
    assert home.share.share_percent == 1.25
    assert (home.office_id, home.agent_id, home.second_agent_id) == ("m:K1.", "m:U1.", "m:U2.")
    assert (home.project_id, home.marketing.published) == ("m:MDAwMA..", True)


def test_a_sold_home_has_both_prices_and_its_contract_day() -> None:
    published = deal()["publishingInformation"] | {"saleStatus": "ENUMS_SALE_STATUS_SOLD"}
    home = estate(
        publishingInformation=published,
        saleInformation={"startingPrice": 2_450_000, "finalPrice": 2_600_000, "contractDate": "2026-10-25"},
        economy={"rent": 4_312},
        rooms={"numberOfRooms": 2},
    )
    assert (home.status, home.price.asking_kr, home.price.final_kr) == ("sold", 2_450_000, 2_600_000)
    assert home.sale is not None
    assert home.sale.contract_at == datetime(2026, 10, 25, tzinfo=STOCKHOLM)
    assert home.fee is not None
    assert home.fee.amount_kr == 4_312


def test_an_amount_in_another_currency_is_no_kronor() -> None:
    found = mapped(deal(currency="EUR", saleInformation={"price": 200_000}))
    home = found.records[0]
    assert isinstance(home, Estate)
    assert (home.price.asking_kr, home.price.currency) == (None, "EUR")
    assert home.extra["saleInformation.price"] == 200_000
    assert ("other_currency", "saleInformation.price") in codes(found)


def test_costs_of_a_house_are_by_the_year_and_of_a_flat_by_the_month() -> None:
    economy = {"costs": {"water": 100, "groundRent": 5_000}}
    house = estate(objectType=word("OBJECT_TYPE_HOUSE"), economy=economy)
    flat = estate(economy=economy)
    assert house.costs is not None
    assert flat.costs is not None
    assert (house.costs.sum_year_kr, flat.costs.sum_year_kr) == (100, 1_200)
    assert house.ground_rent is not None
    assert house.ground_rent.amount_kr == 5_000


def test_an_association_is_known_by_its_organisation_number() -> None:
    association = {"name": "Brf Kajen", "identifier": ORGNR, "numberOfApartments": 60}
    found = mapped(deal(housingAssociation=association, estate={"apartmentNumber": "12"}))
    home, named = found.records
    assert isinstance(home, Estate)
    assert isinstance(named, Association)
    assert (named.name, named.orgnr, named.apartments) == ("Brf Kajen", ORGNR, 60)
    assert home.share is not None
    assert home.share.association_id == named.id
    bad = mapped(deal(housingAssociation={**association, "identifier": "769600-0000"}))
    assert [type(one) for one in bad.records] == [Estate]
    assert bad.records[0].extra["housingAssociation.name"] == "Brf Kajen"


# ---------------------------------------------------------------------- viewings and bids


def test_each_of_the_five_viewing_types_is_read() -> None:
    made = viewings(
        {"id": "V1.", "type": "ENUMS_VIEWINGS_TYPE_COMMENT_ONLY", "description": "Ring först"},
        {"id": "V2.", "type": "ENUMS_VIEWINGS_TYPE_CONTACT_BROKER"},
        {"id": "V3.", "type": "ENUMS_VIEWINGS_TYPE_DATE_ONLY", "startDate": "2026-05-20"},
        {
            "id": "V4.",
            "type": "ENUMS_VIEWINGS_TYPE_DATE_AND_TIME",
            "startDate": "2026-05-21T17:00:00+02:00",
            "endDate": "2026-05-21T17:45:00+02:00",
            "allowExternalBooking": True,
        },
        {
            "id": "V5.",
            "type": "ENUMS_VIEWINGS_TYPE_TIME_SLOTS",
            "startDate": "2026-05-22T10:00:00Z",
            "slotLength": 15,
            "slotCapacity": 2,
            "slots": [
                {"id": "S1.", "startTime": "2026-05-22T10:00:00Z", "freeSpots": 1},
                {"id": "S2.", "startTime": "2026-05-22T10:15:00Z", "freeSpots": 2},
            ],
        },
    )
    comment, contact, day, times, slots = made
    assert (comment.comment, comment.starts_at) == ("Ring först", None)
    assert "mäklaren" in contact.comment
    assert (day.starts_at, day.ends_at) == (datetime(2026, 5, 20, tzinfo=STOCKHOLM), None)
    assert times.starts_at == datetime(2026, 5, 21, 15, 0, tzinfo=UTC)
    assert times.ends_at == datetime(2026, 5, 21, 15, 45, tzinfo=UTC)
    assert times.self_registration is True
    assert (slots.starts_at, slots.ends_at) == (
        datetime(2026, 5, 22, 10, 0, tzinfo=UTC),
        datetime(2026, 5, 22, 10, 30, tzinfo=UTC),
    )
    assert [slot["free"] for slot in slots.extra["slots"]] == [1, 2]
    assert [one.extra["type"] for one in made] == ["comment", "contact", "date", "time", "slots"]


@pytest.mark.parametrize("hidden", ["true", True, "1"])
def test_hidden_times_are_not_shown_but_kept_aside(hidden: Any) -> None:
    (found,) = viewings(
        {
            "id": "V1.",
            "type": "ENUMS_VIEWINGS_TYPE_TIME_SLOTS",
            "hideStartDate": hidden,
            "slotLength": 10,
            "startDate": "2026-05-22T10:00:00Z",
            "slots": [],
        }
    )
    assert (found.starts_at, found.ends_at) == (datetime(2026, 5, 22, tzinfo=STOCKHOLM), None)
    assert found.extra["hidden_starts_at"] == "2026-05-22T10:00:00Z"


@pytest.mark.parametrize("shown", ["false", False, "", None, "0"])
def test_times_that_are_not_hidden_are_shown(shown: Any) -> None:
    row = {"id": "V1.", "type": "ENUMS_VIEWINGS_TYPE_DATE_AND_TIME", "startDate": "2026-05-22T10:00:00Z"}
    (found,) = viewings({**row, "hideStartDate": shown})
    assert found.starts_at == datetime(2026, 5, 22, 10, tzinfo=UTC)


def test_viewings_are_complete_only_when_each_could_be_read() -> None:
    good = {"id": "V1.", "type": "ENUMS_VIEWINGS_TYPE_CONTACT_BROKER"}
    assert "viewing" in mapped(deal(viewings=[good])).complete_kinds
    assert "viewing" in mapped(deal(viewings=[])).complete_kinds
    assert "viewing" not in mapped(deal(viewings=[good, {"id": ".."}])).complete_kinds
    assert "viewing" not in mapped(deal()).complete_kinds


def bid(at: str, amount: int, status: str = "ENUMS_BID_STATUS_ACTIVE", alias: Any = 1) -> dict[str, Any]:
    return {
        "date": at,
        "amount": amount,
        "alias": alias,
        "bidStatus": word(status),
        "bidderStatus": word("ENUMS_BIDDER_STATUS_ACTIVE"),
    }


def test_bids_are_read_as_far_as_they_are_shown() -> None:
    rows = [
        bid("2026-05-04T12:00:00+02:00", 2_500_000),
        bid("2026-05-04T13:00:00+02:00", 2_550_000, "ENUMS_BID_STATUS_REVOKED", alias=2),
    ]
    found = mapped(deal(bidding={"isActive": True, "isVerifiedBidding": "yes", "bids": rows}))
    home, bids = found.records[0], [one for one in found.records if isinstance(one, Bid)]
    assert isinstance(home, Estate)
    assert (home.marketing.bidding_active, home.marketing.bidding_verified) == (True, True)
    assert [(one.amount_kr, one.alias, one.cancelled) for one in bids] == [
        (2_500_000, "1", False),
        (2_550_000, "2", True),
    ]
    assert bids[0].placed_at == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert "bid" in found.complete_kinds
    revoked = bid("2026-05-04T12:00:00+02:00", 2_500_000, "ENUMS_BID_STATUS_REVOKED")
    again = [one for one in mapped(deal(bidding={"bids": [revoked]})).records if isinstance(one, Bid)]
    assert (again[0].id, again[0].cancelled) == (bids[0].id, True)


def test_one_bid_alone_is_not_all_the_bids() -> None:
    found = mapped(deal(bidding={"isActive": True, "bids": [bid("2026-05-04T12:00:00Z", 1)]}))
    assert "bid" not in found.complete_kinds


# ---------------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-05-04T12:00:00+02:00", "2026-05-04T10:00:00+00:00"),
        ("2026-05-04T10:00:00.000Z", "2026-05-04T10:00:00+00:00"),
        ("2026-05-04T12:00:00", "2026-05-04T10:00:00+00:00"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00+00:00"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00+00:00"),
        ("2026-03-29T03:30:00+02:00", "2026-03-29T01:30:00+00:00"),
        ("2026-12-24", "2026-12-23T23:00:00+00:00"),
    ],
)
def test_times_with_and_without_offset_over_the_summer_time_nights(text: str, utc: str) -> None:
    published = deal()["publishingInformation"] | {"updated": text}
    changed = estate(publishingInformation=published).changed_at
    assert changed is not None
    assert changed.astimezone(UTC).isoformat() == utc


def test_slots_through_the_doubled_hour_keep_their_order_and_length() -> None:
    times = ["2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00"]
    slots = [{"id": f"S{n}.", "startTime": text} for n, text in enumerate(times)]
    (found,) = viewings(
        {"id": "V.", "type": "ENUMS_VIEWINGS_TYPE_TIME_SLOTS", "slotLength": 30, "slots": slots}
    )
    assert found.starts_at == datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


# ---------------------------------------------------------------------- files


def test_a_files_id_names_its_owner_and_not_its_passing_address() -> None:
    picture = {
        "id": "P1.",
        "originalUrl": "https://files.example.com/1.jpg?token=a",
        "extension": ".jpg",
        "originalResolution": "1600x1067",
        "category": word("ENUMS_IMAGES_IN_ESTATES_CATEGORY_FLOOR_PLAN"),
    }
    bare = {"originalUrl": "https://files.example.com/2.jpg?token=a"}
    paper = {"title": "Stadgar", "url": "https://files.example.com/3.pdf?token=a"}
    home = estate(images=[bare, {**picture, "isMainImage": True}], files=[paper])
    later = json.loads(json.dumps([bare, picture, paper]).replace("token=a", "token=b"))
    again = estate(images=[later[0], {**later[1], "isMainImage": True}], files=[later[2]])
    assert encode(home) == encode(again)
    assert (home.images[0].id, home.images[0].category) == (f"{DEAL}~P1.", "layout")
    assert (home.images[0].width_px, home.images[0].extension) == (1600, "jpg")
    assert all("token" not in one.url for one in [*home.images, *home.documents])
    assert len({one.id for one in home.images}) == 2


def test_pictures_come_in_the_brokers_order_and_unpublished_ones_stay_out() -> None:
    rows = [
        {
            "id": f"P{n}.",
            "originalUrl": f"https://files.example.com/{n}.jpg",
            "displayOrder": order,
            "isPublished": shown,
        }
        for n, order, shown in ((1, 3, True), (2, 1, True), (3, 2, False))
    ]
    assert [one.id.partition("~")[2] for one in estate(images=rows).images] == ["P2.", "P1."]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "", None, 7, "https://u:p@example.com/x"]
)
def test_a_picture_without_a_plain_address_is_left_out(url: Any) -> None:
    found = mapped(deal(images=[{"id": "P1.", "originalUrl": url}]))
    home = found.records[0]
    assert isinstance(home, Estate)
    assert home.images == []
    assert any(code == "bad_row" for code, _ in codes(found))


# ---------------------------------------------------------------------- people


def test_an_office_and_a_colleague_are_read() -> None:
    office = mapped(
        {
            "id": "K1.",
            "name": "Kajen",
            "phoneNumber": "070-174 06 05",
            "postalCode": "11122",
            "latitude": "59.3",
            "longitude": "18.0",
            "presentation": "Vi",
            "updatedDate": "2026-05-04T12:00:00",
            "status": "X",
        },
        kind="office",
        source_id="K1.",
    ).records[0]
    assert isinstance(office, Office)
    assert (office.name, office.phone, office.address.postcode) == ("Kajen", "+46701740605", "111 22")
    agent = mapped(
        {
            "id": "U1.",
            "firstName": "Kim",
            "lastName": "Test",
            "title": "Mäklare",
            "email": "kim@example.com",
            "phoneNumber": "+46701740606",
            "exchangeNumber": "070-174 06 07",
            "roles": ["BROKER"],
            "image": {"originalUrl": "https://files.example.com/k.jpg"},
            "userOffices": [{"id": "K1.", "name": "Kajen"}],
        },
        kind="agent",
        source_id="U1.",
    ).records[0]
    assert isinstance(agent, Agent)
    assert (agent.name, agent.category, agent.office_ids) == ("Kim Test", "BROKER", ["m:K1."])
    assert (agent.mobile, agent.phone) == ("+46701740606", "+46701740607")
    assert agent.image is not None
    assert agent.image.id.startswith("user=U1.~")


# ---------------------------------------------------------------------- what has no home, and garbage


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def test_members_without_a_home_in_the_model_are_carried_and_new_ones_counted() -> None:
    odd = {
        "brandNew": {"inside": [{"deep": "kept-1"}]},
        "easement": {"description": "kept-2"},
        "estate": {"newFact": "kept-3", "standardPoints": 31},
        "tenantSummary": {"areas": {"total": 4_711}},
    }
    found = mapped(deal(**odd))
    kept = list(leaves(found.records[0].extra))
    assert {"kept-1", "kept-2", "kept-3", 31, 4_711} <= set(kept)
    new = {path for code, path in codes(found) if code == "unknown_member"}
    assert new == {"brandNew", "estate.newFact"}


def test_our_own_report_is_no_fact_of_the_home() -> None:
    published = deal()["publishingInformation"] | {"status": "ENUM_DEAL_MARKETING_PLACES_STATUS_PUBLISHED"}
    assert encode(estate(publishingInformation=published)) == encode(estate())


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "not_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        ({}, "no_id"),
        (deal(id="another."), "other_record"),
        ({"id": DEAL, "objectType": word("OBJECT_TYPE_HOUSE")}, "half_answer"),
        ({"id": DEAL, "publishingInformation": {"status": "X"}}, "half_answer"),
    ],
)
def test_what_is_not_the_deal_is_refused_whole(answer: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        mapped(answer)
    assert refused.value.code == code


@pytest.mark.parametrize("source_id", [DEAL, "00-1|00000000123|58", "a.b.c..", "x=", "A_b-9@z+"])
def test_ids_with_dots_and_pipes_are_ids(source_id: str) -> None:
    found = mapped(
        deal(id=source_id, viewings=[{"id": "V|1.", "type": "ENUMS_VIEWINGS_TYPE_CONTACT_BROKER"}]),
        source_id=source_id,
    )
    assert [one.id for one in found.records] == [f"m:{source_id}", "m:V|1."]


SECTIONS = [
    "location",
    "estate",
    "rooms",
    "economy",
    "saleInformation",
    "bidding",
    "viewings",
    "images",
    "files",
    "urls",
    "users",
    "office",
    "sellingTexts",
    "energyPerformance",
    "housingAssociation",
    "assessment",
    "publishingInformation",
    "objectType",
    "country",
    "marketingTags",
    "project",
    "sellers",
]
leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just(word("X"))
    | st.sampled_from(["NaN", "\ud800", "<script>", "0", "-1", "9" * 40, "2026-13-45"])
)
member = st.sampled_from(
    [
        "id",
        "type",
        "amount",
        "bids",
        "slots",
        "startDate",
        "startTime",
        "constant",
        "price",
        "costs",
        "rent",
        "latitude",
        "originalUrl",
        "url",
        "floor",
        "rooms",
        "updated",
        "x",
    ]
)
shape = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(member, inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(SECTIONS), shape, max_size=6), st.booleans())
def test_garbage_in_gives_a_record_or_invalid_and_nothing_else(odd: dict[str, Any], project: bool) -> None:
    answer = deal(**copy.deepcopy(odd))
    if project and "objectType" not in odd:
        answer["objectType"] = word("OBJECT_TYPE_HOUSING_DEVELOPMENT")
    try:
        found = mapped(json.dumps(answer).encode())
    except Invalid:
        return
    assert found.records[0].id == f"m:{DEAL}"
    for one in found.records:
        encode(one)
