"""The cross-check: what disagrees is said once, in words; what is unsure is not concluded from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from brygga.extracts.facts import (
    Address,
    Fact,
    Mortgage,
    Owner,
    Place,
    Position,
    RegisterExtract,
    Section,
    Share,
    State,
    Taxation,
)
from brygga.model import Contact, Estate, marks_of
from brygga.model import parts as p
from brygga.sync.crosscheck import Case, Weight, check, rules, twins

TODAY = date(2026, 11, 23)
TOLVAN, OTHER = "19121212-1212", "19921021-2396"
"""Both from the published test series."""


def fact(value: Any, *, page: int = 1, **more: Any) -> Fact[Any]:
    return Fact(
        value=value, text=str(value), place=Place(page=page, line=4, x0=10, y0=20, x1=90, y1=30), **more
    )


def there(*items: Any, **more: Any) -> Section[Any]:
    return Section(state=State.THERE, items=list(items), place=Place(page=1, line=9), **more)


def owner(
    number: str = TOLVAN, name: str = "Tolvan Tolvansson", share: tuple[int, int] = (1, 1), **more: Any
) -> Owner:
    return Owner(
        name=fact(name) if name else None,
        identity=fact(number) if number else None,
        share=fact(Share(*share)),
        **more,
    )


def house(**changes: Any) -> Estate:
    """A villa about which nothing is odd."""
    facts: dict[str, Any] = {
        "id": "src:1",
        "type": "house",
        "status": "for_sale",
        "address": p.Address(
            street="Provvägen 3",
            postcode="753 30",
            town="Uppsala",
            municipality="Uppsala",
            municipality_code="0380",
        ),
        "price": p.Price(asking_kr=4_000_000),
        "areas": p.Areas(plot_m2=1440.0, living_m2=120.0),
        "taxation": p.Taxation(designations=["Uppsala Eklunda 1:76"], total_kr=2_436_000),
        "pledges_kr": [510_000],
        "buildings": [
            p.Building(
                year_built=1963, energy=p.Energy(rating="D", performed_at=datetime(2020, 3, 1, tzinfo=UTC))
            )
        ],
    }
    return Estate(**(facts | changes))


def seller(number: str = TOLVAN, **changes: Any) -> Contact:
    facts: dict[str, Any] = {
        "id": "src:C1",
        "first_name": "Tolvan",
        "last_name": "Tolvansson",
        "personnummer": number.replace("-", ""),
    }
    return Contact(**(facts | changes))


def extract(**changes: Any) -> RegisterExtract:
    facts: dict[str, Any] = {
        "layout": "test",
        "designation": fact("UPPSALA EKLUNDA 1:76"),
        "municipality_code": fact("0380"),
        "municipality": fact("Uppsala"),
        "address": fact(Address(street="Provvägen 3", postcode="75330", town="Uppsala")),
        "total_area_m2": fact(1440),
        "owners": there(owner()),
        "mortgages": there(Mortgage(amount_kr=fact(510_000))),
        "taxation": there(tax()),
    }
    return RegisterExtract(**(facts | changes))


def tax(**changes: Any) -> Taxation:
    facts: dict[str, Any] = {
        "type_code": fact("220"),
        "total_kr": fact(2_436_000),
        "living_area_m2": fact(121),
        "value_year": fact(1970),
    }
    return Taxation(**(facts | changes))


def found(
    home: Estate | None = None,
    papers: RegisterExtract | None = None,
    people: list[Contact] | None = None,
    **more: Any,
) -> dict[str, Any]:
    case = Case(
        estate=home or house(),
        today=TODAY,
        contacts=[seller()] if people is None else people,
        extract=papers,
        **more,
    )
    return {remark.code: remark for remark in check(case)}


def test_a_home_that_agrees_with_its_extract_has_no_remarks() -> None:
    assert found(papers=extract()) == {}


def test_without_an_extract_only_the_home_itself_is_looked_at() -> None:
    assert found() == {}


# ---------------------------------------------------------------------- each rule, once


def far_north() -> p.Address:
    return msgspec.structs.replace(house().address, position=p.Position(latitude=67.8558, longitude=20.2253))


def placed(latitude: float, longitude: float) -> Estate:
    here = p.Position(latitude=latitude, longitude=longitude)
    return house(address=msgspec.structs.replace(house().address, position=here))


def built(year: int, **energy: Any) -> Estate:
    facts = {"rating": "D", "performed_at": datetime(2020, 3, 1, tzinfo=UTC), **energy}
    return house(buildings=[p.Building(year_built=year, energy=p.Energy(**facts))])


ROWS: list[tuple[str, dict[str, Any], Any, Any]] = [
    (
        "seller_not_owner",
        {"people": [seller(), seller(OTHER, id="src:C2", last_name="B")], "papers": extract()},
        None,
        None,
    ),
    (
        "owner_not_seller",
        {"papers": extract(owners=there(owner(share=(1, 2)), owner(OTHER, share=(1, 2))))},
        None,
        None,
    ),
    (
        "owner_protected",
        {"papers": extract(owners=there(Owner(protected=True, share=fact(Share(1, 1)))))},
        None,
        None,
    ),
    ("owner_by_name_only", {"people": [seller(personnummer="")], "papers": extract()}, None, None),
    ("shares_incomplete", {"papers": extract(owners=there(owner(share=(1, 2))))}, None, None),
    ("plot_area_differs", {"papers": extract(total_area_m2=fact(1500))}, "areas.plot_m2", 1500.0),
    (
        "plot_area_differs_in_tax",
        {"papers": extract(total_area_m2=None, taxation=there(tax(land_area_m2=fact(1700))))},
        "areas.plot_m2",
        1700.0,
    ),
    (
        "living_area_differs",
        {"papers": extract(taxation=there(tax(living_area_m2=fact(100))))},
        "areas.living_m2",
        100.0,
    ),
    ("built_differs", {"papers": extract(), "built": fact(1958)}, "buildings[0].year_built", 1958),
    (
        "built_after_value_year",
        {"papers": extract(taxation=there(tax(value_year=fact(1950))))},
        "buildings[0].year_built",
        None,
    ),
    (
        "designation_unreadable",
        {"home": house(taxation=p.Taxation(designations=["tomten vid sjön"]))},
        "taxation.designations",
        None,
    ),
    (
        "designation_differs",
        {"papers": extract(designation=fact("UPPSALA EKLUNDA 1:77"))},
        "taxation.designations",
        ["UPPSALA EKLUNDA 1:77"],
    ),
    (
        "designation_in_other_municipality",
        {"home": house(taxation=p.Taxation(designations=["Umeå Eklunda 1:76"]))},
        "address.municipality",
        None,
    ),
    (
        "address_in_other_municipality",
        {"papers": extract(municipality=fact("Knivsta"))},
        "address.municipality",
        "Knivsta",
    ),
    (
        "street_differs",
        {"papers": extract(address=fact(Address(street="Provvägen 5", postcode="75330")))},
        "address.street",
        "Provvägen 5",
    ),
    (
        "postcode_differs",
        {"papers": extract(address=fact(Address(street="Provvägen 3", postcode="75331")))},
        "address.postcode",
        "753 31",
    ),
    ("type_differs_from_tax", {"papers": extract(taxation=there(tax(type_code=fact("210"))))}, "type", None),
    (
        "mortgages_above_price",
        {
            "home": house(pledges_kr=[]),
            "papers": extract(mortgages=there(Mortgage(amount_kr=fact(5_000_000)))),
        },
        "price.asking_kr",
        None,
    ),
    (
        "mortgages_joint",
        {"papers": extract(mortgages=there(Mortgage(amount_kr=fact(510_000), joint=True)))},
        "pledges_kr",
        None,
    ),
    (
        "pledges_differ",
        {"papers": extract(mortgages=there(Mortgage(amount_kr=fact(500_000))))},
        "pledges_kr",
        [500_000],
    ),
    (
        "tax_value_differs",
        {"papers": extract(taxation=there(tax(total_kr=fact(2_000_000))))},
        "taxation.total_kr",
        2_000_000,
    ),
    ("energy_missing", {"home": house(buildings=[])}, "buildings[0].energy.rating", None),
    ("energy_unreadable", {"home": built(1963, rating="H")}, "buildings[0].energy.rating", None),
    (
        "energy_too_old",
        {"home": built(1963, performed_at=datetime(2016, 11, 22, 12, tzinfo=UTC))},
        "buildings[0].energy.performed_at",
        None,
    ),
    ("energy_undated", {"home": built(1963, performed_at=None)}, "buildings[0].energy.performed_at", None),
    ("personal_number_wrong", {"people": [seller("19121212-1213")]}, "contact.src:C1", None),
    ("organisation_number_wrong", {"people": [seller("", orgnr="5560360794")]}, "contact.src:C1", None),
    (
        "contact_twice",
        {
            "people": [
                seller(""),
                seller("", id="src:C2", email="a@example.com", mobile="+46701740605"),
                seller("", id="src:C3", first_name="T", email="A@example.com", mobile="070-1740605"),
            ]
        },
        "contact.src:C2+src:C3",
        None,
    ),
    ("position_outside_sweden", {"home": placed(48.85, 2.35)}, "address.position", None),
    ("position_swapped", {"home": placed(17.6, 59.85)}, "address.position", None),
    (
        "position_far_off",
        {
            "home": placed(59.85, 17.6),
            "papers": extract(position=fact(Position(north_m=6_640_000.0, east_m=647_000.0))),
        },
        "address.position",
        None,
    ),
]


@pytest.mark.parametrize(("code", "given", "field", "proposal"), ROWS, ids=[row[0] for row in ROWS])
def test_each_rule_is_broken_by_its_own_case_and_by_no_other(
    code: str, given: dict[str, Any], field: str | None, proposal: Any
) -> None:
    remarks = found(**given)
    assert list(remarks) == [code]
    remark = remarks[code]
    assert remark.proposal == proposal
    assert remark.field == (field or "seller_ids")
    assert remark.source
    assert "{" not in remark.sv + remark.en
    for person in ("Tolvan", "1212", "src:C1 "):
        assert person not in f"{remark.sv}{remark.en}{remark.old}{remark.new}"


def test_every_rule_has_a_case_above() -> None:
    assert {row[0] for row in ROWS} == rules().keys()


def test_every_rules_field_is_one_of_the_models() -> None:
    known = marks_of(Estate)
    for code, rule in rules().items():
        assert rule.field.replace("[0]", "[]") in {k.replace("[0]", "[]") for k in known} or any(
            name.startswith(rule.field.split("[")[0]) for name in known
        ), code


def test_what_the_extract_says_is_pointed_at() -> None:
    remark = found(papers=extract(total_area_m2=fact(1500, page=3)))["plot_area_differs"]
    assert remark.place == Place(page=3, line=4, x0=10, y0=20, x1=90, y1=30)
    assert (remark.old, remark.new) == ("1\u00a0440", "1\u00a0500")


# ---------------------------------------------------------------------- what is not concluded


@pytest.mark.parametrize(
    "papers",
    [
        extract(total_area_m2=fact(1500, sure=False)),
        extract(total_area_m2=Fact(value=None, text="1 5oo", place=Place(page=1, line=1), remark="not_area")),
        extract(owners=Section()),
        extract(owners=there(owner(OTHER), whole=False)),
        extract(mortgages=Section()),
        extract(taxation=there(tax(total_kr=fact(1)), tax(total_kr=fact(2)))),
        extract(mortgages=there(Mortgage(amount_kr=fact(5_000_000, sure=False)))),
    ],
)
def test_what_is_unsure_absent_or_torn_is_not_concluded_from(papers: RegisterExtract) -> None:
    assert found(papers=papers) == {}


def test_no_mortgages_and_a_part_that_is_missing_are_two_things() -> None:
    none = extract(mortgages=Section(state=State.EMPTY, place=Place(page=1, line=1)))
    assert list(found(papers=none)) == ["pledges_differ"]
    assert found(papers=extract(mortgages=Section())) == {}


def test_a_flat_is_not_owned_by_its_sellers_but_by_its_association() -> None:
    flat = house(type="apartment", tenure="tenant_ownership", pledges_kr=[])
    papers = extract(
        owners=there(owner("769000-0000", "Brf Provet")),
        mortgages=there(Mortgage(amount_kr=fact(90_000_000))),
    )
    assert found(flat, papers) == {}


def test_a_protected_owner_may_be_the_seller_nobody_recognises() -> None:
    papers = extract(owners=there(Owner(protected=True, share=fact(Share(1, 2))), owner(share=(1, 2))))
    remarks = found(papers=papers, people=[seller(), seller(OTHER, id="src:C2", first_name="Elva")])
    assert list(remarks) == ["owner_protected"]


def test_an_owner_that_could_not_be_read_is_no_reason_to_doubt_a_seller() -> None:
    torn = Owner(identity=Fact(value=None, text="1912", place=Place(page=1, line=1)), share=fact(Share(1, 1)))
    assert found(papers=extract(owners=there(torn))) == {}


def test_the_century_does_not_decide_who_is_who() -> None:
    assert found(papers=extract(), people=[seller("121212-1212")]).keys() <= {"personal_number_wrong"}


def test_a_different_number_is_another_person_whatever_the_name() -> None:
    assert "seller_not_owner" in found(papers=extract(), people=[seller(OTHER)])


def test_a_holiday_house_needs_no_energy_declaration() -> None:
    assert found(house(type="cottage", buildings=[])) == {}


def test_a_declaration_holds_through_its_last_day() -> None:
    last = datetime(2016, 11, 23, 12, tzinfo=UTC)
    assert "energy_too_old" not in found(built(1963, performed_at=last))


def test_a_position_near_the_register_is_well() -> None:
    papers = extract(position=fact(Position(north_m=6_640_000.0, east_m=647_000.0)))
    from brygga.swedish.coordinates import to_wgs84

    assert found(placed(*to_wgs84(6_640_300.0, 647_300.0)), papers) == {}


def test_a_designation_without_its_municipality_is_read_in_the_homes_own() -> None:
    assert found(house(taxation=p.Taxation(designations=["Eklunda 1:76"])), extract()) == {}


def test_a_home_with_nothing_in_it_breaks_nothing() -> None:
    assert check(Case(estate=Estate(id="src:2"), today=TODAY, extract=RegisterExtract(layout="x"))) == []


# ---------------------------------------------------------------------- weights


def test_the_heaviest_comes_first_and_an_office_may_weigh_otherwise() -> None:
    home = built(1963, performed_at=datetime(2010, 1, 1, tzinfo=UTC))
    case = Case(estate=home, today=TODAY, contacts=[seller(OTHER)], extract=extract(total_area_m2=fact(1500)))
    assert next(remark.weight for remark in check(case)) is Weight.STOP
    weights = {"energy_too_old": "off", "plot_area_differs": "stop", "seller_not_owner": "note"}
    assert [(remark.code, remark.weight) for remark in check(case, weights=weights)] == [
        ("plot_area_differs", "stop"),
        ("owner_not_seller", "warn"),
        ("seller_not_owner", "note"),
    ]


# ---------------------------------------------------------------------- twins


def pair(**second: Any) -> list[Any]:
    first = Contact(
        id="a:1",
        first_name="Åsa",
        last_name="Östman",
        email="asa@example.com",
        mobile="+46701740605",
        address=p.Address(street="Provvägen 3", postcode="753 30"),
    )
    return list(twins([first, Contact(**{"id": "a:2", **second})]))


def test_the_score_says_what_it_is_made_of() -> None:
    (twin,) = pair(first_name="ÅSA", last_name="östman", email="ASA@example.com")
    assert (twin.first_id, twin.second_id, twin.score) == ("a:1", "a:2", 80)
    assert twin.reasons == ["samma e-post 45", "samma namn 35"]


@pytest.mark.parametrize(
    "second",
    [
        {"first_name": "Åsa", "last_name": "Östman"},
        {"first_name": "Asa", "last_name": "Ostman", "mobile": "0701740605"},
        {"email": "asa@example.com"},
        {
            "first_name": "Bo",
            "last_name": "Östman",
            "address": p.Address(street="Provvägen 3", postcode="75330"),
        },
    ],
)
def test_too_little_in_common_is_not_the_same_person(second: dict[str, Any]) -> None:
    assert pair(**second) == []


def test_a_second_first_name_is_still_much_alike() -> None:
    (twin,) = pair(first_name="Åsa Karin", last_name="Östman", email="asa@example.com")
    assert twin.score == 60


def test_two_numbers_that_differ_are_two_persons() -> None:
    first = Contact(id="a:1", personnummer="191212121212", email="a@example.com", mobile="+46701740605")
    second = Contact(id="a:2", personnummer="199210212396", email="a@example.com", mobile="+46701740605")
    assert list(twins([first, second])) == []
    assert [t.score for t in twins([first, msgspec.structs.replace(second, personnummer="121212-1212")])] == [
        100
    ]


def test_a_protected_person_is_compared_with_nobody() -> None:
    first = Contact(id="a:1", email="a@example.com", mobile="+46701740605", protected=True)
    assert list(twins([first, msgspec.structs.replace(first, id="a:2")])) == []
