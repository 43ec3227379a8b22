"""The picture: well-formed, safe, accessible, true to its scale."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.market import Question, View, market_view
from brygga.market.choosing import Home
from brygga.market.picture import draw
from brygga.market.picture.scales import Scale, day_marks, round_steps, shown_range
from brygga.model import Comparable
from brygga.model.parts import Address, Areas

TODAY = date(2026, 5, 4)
SVG = "{http://www.w3.org/2000/svg}"
Make = Callable[..., Comparable]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture
def view(sold: Make) -> View:
    homes = [
        sold(50_000 + 900 * (n % 17), day=TODAY - timedelta(days=8 * n), area="provby") for n in range(60)
    ]
    home = Home(
        address='Provgatan <1> & "2"',
        area="provby",
        municipality="testkoping",
        living_m2=60.0,
        asking_kr=3_300_000,
    )
    return market_view(homes, Question(home=home), today=TODAY, read_on={"a": TODAY})


def test_it_is_well_formed_and_says_what_it_shows(view: View) -> None:
    root = ET.fromstring(draw(view))
    assert (root.get("role"), root.get("lang"), root.get("viewBox")) == ("img", "sv", "0 0 960 560")
    labelled = (root.get("aria-labelledby") or "").split()
    texts = {e.get("id"): e.text or "" for e in root if e.get("id")}
    assert [texts[name] for name in labelled]
    assert 'Provgatan <1> & "2"' in texts["bm-title"]
    assert "median" in texts["bm-desc"].lower()
    assert "Provkällan" in texts["bm-desc"]
    assert "utgångspris är 55\u00a0000" in texts["bm-desc"]


def test_every_sale_is_a_dot_and_every_period_a_point(view: View) -> None:
    circles = list(ET.fromstring(draw(view)).iter(f"{SVG}circle"))
    legend = 1
    assert len(circles) == len(view.sales) + len(view.trend.periods) + legend


def test_the_home_is_marked_at_its_own_price(view: View) -> None:
    root = ET.fromstring(draw(view))
    texts = ["".join(e.itertext()) for e in root.iter(f"{SVG}text")]
    assert any(text.startswith("Bostaden: 55") for text in texts)
    assert any(e.get("class") == "bm-homeline" for e in root.iter(f"{SVG}path"))


def test_nothing_in_it_can_run_or_be_fetched(view: View) -> None:
    root = ET.fromstring(draw(view))
    assert not [
        e
        for e in root.iter()
        if e.tag in {f"{SVG}{n}" for n in ("script", "image", "use", "foreignObject", "a")}
    ]
    assert not [
        name for e in root.iter() for name in e.attrib if name.startswith("on") or name.endswith("href")
    ]
    assert "url(" not in draw(view)
    assert "@import" not in draw(view)


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=60), st.text(max_size=40), st.text(max_size=30))
def test_odd_texts_stay_text(district: str, source: str, area: str) -> None:
    home = Comparable(
        id="a:1",
        state="sold",
        sold_on=TODAY,
        price_kr=3_000_000,
        price_kind="final",
        areas=Areas(living_m2=60.0),
        address=Address(street="x", area=district or area),
        gathered_by=source,
    )
    made = market_view([home], Question(district=district), today=TODAY)
    root = ET.fromstring(draw(made).encode("utf-8"))
    known = {f"{SVG}{n}" for n in ("svg", "title", "desc", "style", "rect", "text", "g", "path", "circle")}
    assert {e.tag for e in root.iter()} <= known


def test_it_is_drawn_without_a_sale_and_with_a_single_one(sold: Make) -> None:
    for homes in ([], [sold(50_000)]):
        root = ET.fromstring(draw(market_view(homes, Question(), today=TODAY)))
        places = [v for e in root.iter() for n, v in e.items() if n in {"cx", "cy", "d", "x", "y", "height"}]
        assert not [place for place in places if "nan" in place or "inf" in place]


def test_what_lies_far_outside_is_drawn_on_the_edge_and_said(sold: Make) -> None:
    homes = [sold(50_000 + n, day=TODAY - timedelta(days=n)) for n in range(100)] + [sold(5_000_000)]
    text = draw(market_view(homes, Question(), today=TODAY))
    assert "1 utanför skalan" in text
    ys = [float(y) for y in re.findall(r'cy="([0-9.]+)"', text)]
    assert min(ys) >= 120


def test_the_same_view_gives_the_same_bytes(view: View) -> None:
    assert draw(view) == draw(view)


@given(st.floats(0, 1e6), st.floats(1, 1e6))
def test_steps_are_round_and_hold_the_range(low: float, width: float) -> None:
    steps = round_steps(low, low + width)
    assert steps[0] <= low + 1e-6
    assert steps[-1] >= low + width - 1e-6
    assert 2 <= len(steps) <= 9


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 12_000))
def test_day_marks_are_few_and_inside(first: date, days: int) -> None:
    last = min(first + timedelta(days=days), date(2060, 1, 1))
    marks = day_marks(first, last)
    assert len(marks) <= 10
    assert all(first <= day <= last for day, _ in marks)


def test_a_scale_keeps_what_is_outside_on_its_edge() -> None:
    scale = Scale(0, 10, 100, 200)
    assert [scale.place(v) for v in (-5, 0, 5, 10, 99)] == [100, 100, 150, 200, 200]


def test_the_range_leaves_out_only_what_is_far_away() -> None:
    assert shown_range([50_000.0 + n for n in range(50)] + [900_000.0]) == (50_000, 50_049)
    assert shown_range([10.0, 20.0]) == (10, 20)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_chromium_draws_it_in_light_and_dark_with_all_text_inside(view: View, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    (tmp_path / "p.svg").write_text(draw(view), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            grounds = {}
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": 960, "height": 560}, color_scheme=scheme)
                page.goto((tmp_path / "p.svg").as_uri())
                grounds[scheme] = page.evaluate("getComputedStyle(document.querySelector('rect')).fill")
                boxes = page.evaluate(
                    "[...document.querySelectorAll('text')].map(e => e.getBBox())"
                    ".map(b => [b.x, b.y, b.x + b.width, b.y + b.height])"
                )
                assert all(min(x, y) >= 0 and right <= 960 and low <= 560 for x, y, right, low in boxes)
                page.close()
            assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(26, 30, 34)"}
        finally:
            browser.close()
