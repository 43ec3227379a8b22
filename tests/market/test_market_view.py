"""Choosing, figures and reservations: what a broker may rely on."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.market import Question, figures, market_view, places
from brygga.market.choosing import WIDTHS, Home, home_of
from brygga.market.files import rows_of, to_model
from brygga.market.sales import LEFT_OUT, Sale, sale_of
from brygga.market.view import plain
from brygga.model import Comparable, Estate, Invalid
from brygga.model.parts import Address, Areas, Position, Price

TODAY = date(2026, 5, 4)
Make = Callable[..., Comparable]
HOME = Home(id="v:1", address="Provgatan 1", street="provgatan", area="provby", municipality="testkoping",
            type="apartment", living_m2=60.0, position=Position(latitude=59.30, longitude=18.10))  # fmt: skip


@pytest.fixture(scope="module")
def real_homes(shared_providers: Path) -> list[Comparable]:
    rows = rows_of((shared_providers / "realdata" / "stockholm_housing_df_RAW.csv").read_bytes()) or []
    found = {}
    for row in rows:
        try:
            record = to_model(row, "import").records[0]
        except Invalid:
            continue
        assert isinstance(record, Comparable)
        found[record.id] = record
    return list(found.values())


def test_medians_of_the_real_list_agree_with_figures_made_without_us(
    real_homes: list[Comparable], independent: dict[tuple[str, int], list[float]]
) -> None:
    """Of the same sales exactly; with the rows that slid and were recovered, within a third of a per cent."""
    asked = [key for key, values in independent.items() if len(values) >= 20]
    assert len(asked) >= 12
    exact = 0
    for district, year in asked:
        view = market_view(real_homes, Question(district=district.capitalize(), year=year), today=TODAY)
        values = independent[district, year]
        assert view.spread is not None
        assert len(values) <= view.spread.n <= len(values) * 1.06 + 1
        assert view.spread.median == pytest.approx(statistics.median(values), rel=0.005)
        if view.spread.n == len(values):
            exact += 1
            assert view.spread.median == pytest.approx(statistics.median(values), abs=1e-6)
    assert exact >= 5


def test_a_district_is_found_with_any_spelling_and_only_its_own_area_counts(sold: Make) -> None:
    homes = [sold(50_000, area="ostermalm"), sold(90_000, area="vasastan", area_names=["Östermalm"])]
    view = market_view(homes, Question(district="ÖSTERMALM"), today=TODAY)
    assert view.spread is not None
    assert (view.spread.n, view.spread.median) == (1, 50_000)
    by_other_name = market_view(homes[1:], Question(district="östermalm"), today=TODAY)
    assert by_other_name.spread is not None
    assert any("andra namn" in remark for remark in by_other_name.remarks)
    by_municipality = market_view(homes, Question(district="Testköpings kommun"), today=TODAY)
    assert len(by_municipality.sales) == 2


def test_title_registrations_and_unknown_kinds_are_left_out_and_said(sold: Make) -> None:
    homes = [sold(50_000), sold(52_000, price_kind="last_bid"), sold(54_000, price_kind="")]
    homes += [sold(1_000, price_kind="title"), sold(1_000, price_kind="admin")]
    view = market_view(homes, Question(district="Provby"), today=TODAY)
    assert view.spread is not None
    assert (view.spread.n, view.spread.median) == (3, 52_000)
    assert view.price_kinds == {"": 1, "admin": 1, "final": 1, "last_bid": 1, "title": 1}
    assert view.left_out == {"title": 1, "unknown_kind": 1}
    assert any("lagfarter" in remark for remark in view.remarks)
    assert any("sista bud 1" in remark for remark in view.remarks)


def test_every_home_is_a_sale_or_counted_under_a_known_reason(sold: Make) -> None:
    homes = [
        sold(), sold(state="for_sale"), sold(price_kr=None), sold(m2=None), sold(sold_on=None), sold(m2=0.0),
        sold(price_kr=0), sold(price_kind="title"),
    ]  # fmt: skip  # one list
    view = market_view(homes, Question(), today=TODAY)
    assert len(view.sales) + sum(view.left_out.values()) == len(homes)
    assert set(view.left_out) <= set(LEFT_OUT)


def test_the_same_sale_from_two_sources_counts_once_and_two_flats_of_one_source_twice(sold: Make) -> None:
    one = sold(50_000, street="Provgatan 1", id="a:x")
    same = sold(50_000, street="PROVGATAN 1", id="b:y")
    flat = sold(50_000, street="Provgatan 1", id="a:z")
    view = market_view([one, same, flat], Question(), today=TODAY)
    assert [sale.id for sale in view.sales] == ["a:z", "a:x"]
    assert view.left_out == {"repeated": 1}


def test_choosing_stops_at_the_narrowest_step_that_is_enough(sold: Make) -> None:
    near = [sold(60_000, at=(59.3005, 18.1005), day=TODAY - timedelta(days=30 * n % 300)) for n in range(14)]
    far = [sold(20_000, at=(59.35, 18.3)) for _ in range(30)]
    other = [sold(10_000, at=(59.3005, 18.1005), type="house"), sold(10_000, at=(59.3005, 18.1005), m2=200.0)]
    view = market_view([*near, *far, *other], Question(home=HOME), today=TODAY)
    assert view.spread is not None
    assert (view.spread.n, view.spread.median) == (14, 60_000)
    assert [step.n for step in view.steps] == [14]
    assert "inom 300\u00a0m" in view.steps[0].sv.lower()


def test_each_widening_step_is_kept_with_what_it_gave(sold: Make) -> None:
    metre = 1 / 111_195
    homes = [
        sold(50_000, at=(59.30 + n * 149 * metre, 18.10), day=TODAY - timedelta(days=90))
        for n in range(1, 40)
    ]
    view = market_view(homes, Question(home=HOME), today=TODAY)
    assert [step.n for step in view.steps] == [2, 4, 6, 13]
    tried = [
        places.distance_m(HOME.position, sale.position)
        for sale in view.sales
        if HOME.position and sale.position
    ]
    assert max(tried) <= WIDTHS[3].within_m


def test_without_positions_street_area_postcode_and_municipality_stand_in(sold: Make) -> None:
    home = Home(
        street="provgatan", area="provby", municipality="testkoping", postcode="12345", living_m2=60.0
    )
    here = [sold(50_000, street=f"Provgatan {n}", area="annan") for n in range(3)]
    around = [sold(51_000, street="Bygatan 1") for _ in range(3)]
    posted = [sold(52_000, street="Bygatan 1", area="", postcode="123 45") for _ in range(3)]
    town = [sold(53_000, street="Bygatan 1", area="fjärran") for _ in range(20)]
    elsewhere = [sold(1_000, street="Provgatan 3", municipality="Annanstad") for _ in range(50)]
    counts = [
        s.n
        for s in market_view(
            [*here, *around, *posted, *town, *elsewhere], Question(home=home), today=TODAY
        ).steps
    ]
    assert counts[0] == 3
    assert counts[1] == 9
    assert counts[-1] == 29


def test_a_distance_that_is_given_holds_and_a_year_too(sold: Make) -> None:
    metre = 1 / 111_195
    homes = [sold(50_000, at=(59.30 + n * 100 * metre, 18.10), day=date(2020, 6, 1)) for n in range(1, 10)]
    view = market_view(homes, Question(home=HOME, within_m=450, year=2020), today=TODAY)
    assert len(view.sales) == 4
    assert all("månaderna" not in step.sv for step in view.steps)
    assert market_view(homes, Question(home=HOME, year=2021), today=TODAY).sales == ()


def test_an_old_list_is_judged_as_of_its_own_day_and_that_is_said(sold: Make) -> None:
    homes = [sold(50_000, at=(59.30, 18.10), day=date(2022, 1, 15) - timedelta(days=n)) for n in range(20)]
    view = market_view(homes, Question(home=HOME), today=TODAY)
    assert len(view.steps) == 1
    assert any("15 jan 2022" in remark and "inte nu" in remark for remark in view.remarks)


def test_sources_carry_their_dates(sold: Make) -> None:
    homes = [
        sold(day=date(2025, 1, 2)),
        sold(day=date(2026, 2, 3)),
        sold(gathered_by="Annan", id="b:1", m2=61.0),
    ]
    view = market_view(homes, Question(), today=TODAY, read_on={"a": date(2026, 5, 1)})
    told = {(s.name, s.connection): (s.n, s.oldest, s.newest, s.read_on) for s in view.sources}
    assert told["Provkällan", "a"] == (2, date(2025, 1, 2), date(2026, 2, 3), date(2026, 5, 1))
    assert told["Annan", "b"][3] is None


def test_no_sales_give_no_figures_and_a_sentence() -> None:
    view = market_view([], Question(district="Ingenstans", year=2020), today=TODAY)
    assert view.spread is None
    assert view.trend.percent_a_year is None
    assert view.remarks[0] == "Inga försäljningar svarar mot frågan."
    assert plain(view)["n"] == 0


def test_an_object_of_ours_is_what_is_compared() -> None:
    estate = Estate(
        id="v:7",
        type="apartment",
        address=Address(
            street="Provgatan 5, 2 tr",
            area="Östra Provby",
            municipality="Testköpings kommun",
            postcode="123 45",
        ),
        areas=Areas(living_m2=60.0),
        price=Price(asking_kr=3_600_000),
    )
    home = home_of(estate)
    assert (home.street, home.area, home.municipality) == ("provgatan", "ostra provby", "testkoping")
    assert plain(market_view([], Question(home=home), today=TODAY))["home_kr_m2"] == 60_000


# ---------------------------------------------------------------------- figures


def sales_of(values: list[float], make: Make, step_days: int = 1) -> list[Sale]:
    return [
        sale_of(make(value, m2=50.0, day=date(2020, 1, 1) + timedelta(days=n * step_days)))
        for n, value in enumerate(values)
    ]


def test_quartiles_are_the_inclusive_ones(sold: Make) -> None:
    found = figures.spread(sales_of([10_000, 20_000, 30_000, 40_000, 50_000], sold))
    assert found is not None
    assert (found.low_quarter, found.median, found.high_quarter) == (20_000, 30_000, 40_000)
    assert (found.lowest, found.highest, found.n) == (10_000, 50_000, 5)


def test_a_single_sale_is_its_own_spread(sold: Make) -> None:
    found = figures.spread(sales_of([10_000], sold))
    assert found is not None
    assert found.low_quarter == found.median == found.high_quarter == 10_000


def test_the_slope_is_a_straight_line_s_own_and_odd_sales_do_not_move_it(sold: Make) -> None:
    line = [50_000 + 10 * n for n in range(365)]
    plain_slope = figures.slope(sales_of(line, sold))
    assert plain_slope == pytest.approx(10 * 365.25 / statistics.median(line) * 100, rel=0.01)
    rng = random.Random(5)
    spoilt = [value if rng.random() > 0.1 else 900_000 for value in line]
    assert figures.slope(sales_of(spoilt, sold)) == pytest.approx(plain_slope, rel=0.25)


def test_the_slope_over_many_sales_is_quick_and_the_same(sold: Make) -> None:
    sales = sales_of([50_000 + 5 * n for n in range(3_000)], sold)
    assert figures.slope(sales) == pytest.approx(5 * 365.25 / (50_000 + 5 * 1_499.5) * 100, rel=0.01)


def test_two_clusters_far_apart_are_no_trend(sold: Make) -> None:
    early = [sold(60_000 + n, m2=50.0, day=date(2017, 6, 1 + n)) for n in range(5)]
    late = [sold(50_000 + n, m2=50.0, day=date(2018, 1, 1 + n)) for n in range(25)]
    found = figures.trend([sale_of(home) for home in early + late])
    assert (len(found.periods), found.percent_a_year) == (2, None)


@pytest.mark.parametrize(("count", "step"), [(7, 60), (50, 1)])
def test_too_few_sales_or_too_short_a_time_give_no_slope(sold: Make, count: int, step: int) -> None:
    assert figures.slope(sales_of([50_000.0] * count, sold, step)) is None


@pytest.mark.parametrize(("days", "per"), [(300, "quarter"), (1_800, "half"), (4_000, "year")])
def test_periods_are_as_coarse_as_the_time_is_long_and_hold_every_sale(
    sold: Make, days: int, per: str
) -> None:
    sales = sales_of([50_000.0 + n for n in range(30)], sold, days // 29)
    found = figures.trend(sales)
    assert found.per == per
    assert sum(period.n for period in found.periods) == len(sales)
    for period in found.periods:
        inside = [s.kr_m2 for s in sales if period.from_day <= s.day <= period.to_day]
        assert period.median == statistics.median(inside)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(5_000, 300_000), min_size=1, max_size=40))
def test_the_median_lies_between_the_quartiles(values: list[float]) -> None:
    base = Comparable(id="a:1", state="sold", areas=Areas(living_m2=50.0), sold_on=TODAY, price_kr=1)
    sales = [
        sale_of(
            Comparable(
                **{n: getattr(base, n) for n in base.__struct_fields__}
                | {"id": f"a:{i}", "price_kr": round(v * 50)}
            )
        )
        for i, v in enumerate(values)
    ]
    found = figures.spread(sales)
    assert found is not None
    assert found.lowest <= found.low_quarter <= found.median <= found.high_quarter <= found.highest
    assert found.median == statistics.median(sale.kr_m2 for sale in sales)


def test_distances_agree_with_known_ones() -> None:
    stockholm, goteborg = (
        Position(latitude=59.3293, longitude=18.0686),
        Position(latitude=57.7089, longitude=11.9746),
    )
    assert places.distance_m(stockholm, goteborg) == pytest.approx(397_600, rel=0.005)
    assert places.distance_m(stockholm, stockholm) == 0
    assert places.distance_m(Position(latitude=0, longitude=0), Position(latitude=0, longitude=180)) > 2e7


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("Frejgatan 50", "frejgatan"), ("Tre Liljor 5b, 3,5tr", "tre liljor"),
        ("S:t Eriksgatan 109", "s:t eriksgatan"), ("Åsögatan", "asogatan"), ("", ""),
        ("Kungsgatan, 12", "kungsgatan"),
    ],
)  # fmt: skip  # a table
def test_a_street_is_the_address_without_number(address: str, name: str) -> None:
    assert places.street(address) == name
