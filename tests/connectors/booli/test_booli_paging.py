"""Pages of 500, each home once, nothing cut off unsaid."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.connectors.abilities import Page, Ref
from brygga.connectors.booli.api import BooliConnector
from brygga.connectors.booli.api.listing import Listing, Place, first_questions
from brygga.connectors.booli.api.slices import Slice, split
from brygga.model import Comparable, Refused, SetupError
from brygga.sandbox.booli import Booli
from brygga.sandbox.server import OneShot

Join = Callable[..., Awaitable[BooliConnector]]
MakeBooli = Callable[..., Booli]
TODAY = date(2026, 5, 4)


async def gathered(connector: BooliConnector, **more: Any) -> tuple[list[str], list[Page]]:
    pages = [page async for page in connector.pages("comparable", **more)]
    return [raw.source_id for page in pages for raw in page.records], pages


async def test_every_home_comes_once_and_the_count_agrees(join: Join, make_booli: MakeBooli) -> None:
    imitation = make_booli(count=1_300)
    connector = await join(imitation)
    ids, pages = await gathered(connector)
    truth = imitation.truth()
    assert sorted(ids) == sorted([*truth["sold"], *truth["listings"]])
    assert pages[-1].last
    assert pages[-1].total == len(ids)


async def test_one_question_is_paged_with_at_most_500_rows(join: Join, make_booli: MakeBooli) -> None:
    imitation = make_booli(count=1_900, seed=1)
    connector = await join(imitation, areas=",".join(str(a["booliId"]) for a in imitation.areas[:1]))
    place = imitation.areas[0]["name"]
    for home in imitation.sold:
        home["location"]["region"]["municipalityName"] = place
    ids, pages = await gathered(connector)
    assert len(imitation.sold) > 1_000
    assert {str(home["booliId"]) for home in imitation.sold} <= set(ids)
    assert 490 < max(len(page.records) for page in pages) <= 500


@pytest.mark.parametrize("bom", [True, False])
async def test_a_home_that_is_sold_between_two_pages_is_given_and_told_as_sold(
    join: Join, make_booli: MakeBooli, bom: bool
) -> None:
    imitation = make_booli(count=300)
    imitation.mutate("tune", {"bom": bom})
    connector = await join(imitation, page_size=20)
    ids: list[str] = []
    number = imitation.listings[-1]["booliId"]
    async for page in connector.pages("comparable"):
        ids += [raw.source_id for raw in page.records]
        if ids and str(number) not in imitation.truth(["sold"])["sold"]:
            imitation.mutate("sell", {"id": number, "price_kr": 1_000_000})
    raw = await connector.fetch(Ref(kind="comparable", source_id=str(number)))
    assert raw is not None
    home = connector.map(raw).records[0]
    assert isinstance(home, Comparable)
    assert (home.state, home.price_kr, home.price_kind) == ("sold", 1_000_000, "last_bid")
    assert len(ids) == len(set(ids))


class Shifting:
    """A list whose rows move while it is paged: after each answer one row is put in or taken out."""

    def __init__(self, rows: list[int], moves: list[tuple[str, int]], cap: int = 10**6) -> None:
        self.rows, self.moves, self.cap, self.asked = rows, moves, cap, 0

    async def ask(self, question: Slice, limit: int) -> bytes:
        self.asked += 1
        rows = self.rows if question.what == "sold" else []
        page = rows[question.offset : min(question.offset + limit, self.cap)]
        answer = {"totalCount": len(rows), question.what: [{"booliId": one} for one in page]}
        if self.moves and question.what == "sold":
            what, value = self.moves.pop(0)
            if what == "in":
                self.rows.insert(0, value)
            elif what == "both":
                self.rows = [value, *self.rows[:-1]]
            else:
                self.rows.pop(0)
        return msgspec.json.encode(answer)

    def listing(self) -> Listing:
        return Listing(self.ask, connection="b", size=10, cap=self.cap, today=TODAY)


def questions() -> list[Slice]:
    return first_questions(["1"], "", sold_from=None, published_from=None)


async def test_rows_that_shift_down_come_once() -> None:
    shifting = Shifting(list(range(1, 60)), [("in", 100 + n) for n in range(4)])
    ids = [
        r.source_id for page in [p async for p in shifting.listing().pages(questions())] for r in page.records
    ]
    assert len(ids) == len(set(ids))
    assert set(ids) >= {str(n) for n in range(1, 60)}


async def test_a_row_that_shifts_up_and_is_missed_is_found_the_second_time() -> None:
    shifting = Shifting(list(range(1, 60)), [("out", 0)])
    pages = [page async for page in shifting.listing().pages(questions())]
    ids = {r.source_id for page in pages for r in page.records}
    assert {str(n) for n in range(2, 60)} <= ids
    assert pages[-1].total == len(ids)


async def test_one_row_in_and_one_out_at_once_is_noticed_although_the_count_stays() -> None:
    shifting = Shifting(list(range(1, 60)), [("both", 100)])
    pages = [page async for page in shifting.listing().pages(questions())]
    ids = {r.source_id for page in pages for r in page.records}
    assert {str(n) for n in range(1, 59)} | {"100"} <= ids


async def test_what_is_counted_and_never_shown_stands_in_the_total() -> None:
    shifting = Shifting([1, 1, 1, 2], [])
    pages = [page async for page in shifting.listing().pages(questions())]
    assert [r.source_id for page in pages for r in page.records] == ["1", "2"]
    assert pages[-1].total == 4  # so that the hub does not trust this list with removals


@pytest.mark.parametrize("crash", [False, True])
async def test_a_listing_goes_on_at_any_cursor_and_ends(
    join: Join, make_booli: MakeBooli, crash: bool
) -> None:
    """As the hub does it: one page, then anew from the cursor; in a crash what was remembered is gone."""
    connector = await join(make_booli(count=400), page_size=25)
    ids, cursor, last = set[str](), "", False
    for number in range(200):
        async with aclosing(connector.pages("comparable", cursor=cursor)) as pages:
            page = await anext(pages)
        ids |= {raw.source_id for raw in page.records}
        cursor, last = page.cursor, page.last
        if last:
            break
        if crash and number % 5 == 0:
            connector._listing = None
    assert last
    assert len(ids) == 400


async def test_a_question_beyond_the_cap_is_split_and_nothing_is_missing(
    join: Join, make_booli: MakeBooli
) -> None:
    imitation = make_booli(count=1_500)
    imitation.mutate("tune", {"cap": 40})
    connector = await join(imitation, cap=40, page_size=20)
    ids, pages = await gathered(connector)
    assert len(ids) == len(set(ids)) == 1_500
    assert pages[-1].total == 1_500


async def test_a_cap_that_is_lower_than_thought_is_met_by_an_empty_page(
    join: Join, make_booli: MakeBooli
) -> None:
    imitation = make_booli(count=900)
    imitation.mutate("tune", {"cap": 30})
    connector = await join(imitation, cap=10_000, page_size=30)
    ids, _ = await gathered(connector)
    assert len(set(ids)) == 900


async def test_what_cannot_be_split_is_refused_in_so_many_words() -> None:
    shifting = Shifting(list(range(1, 100)), [], cap=30)
    with pytest.raises(Refused) as raised:
        _ = [page async for page in shifting.listing().pages(questions())]
    assert raised.value.code == "too_many_homes"
    assert "mindre områden" in raised.value.sv
    assert shifting.asked < 200


@given(st.dates(date(1990, 1, 1), date(2027, 1, 1)), st.integers(0, 300_000_000))
def test_the_halves_of_a_question_meet_without_gap_or_overlap(day: date, kr: int) -> None:
    """Follow one home down to the smallest question: exactly one half holds it each time."""
    here = Slice(what="sold", area="1")
    for _ in range(80):
        halves = split(here, TODAY)
        if halves is None:
            return
        fitting = [half for half in halves if _holds(half, day, kr)]
        assert len(fitting) == 1
        here = fitting[0]
    pytest.fail("splitting does not end")


def _holds(part: Slice, day: date, kr: int) -> bool:
    return (
        (part.from_day is None or part.from_day <= day)
        and (part.to_day is None or day <= part.to_day)
        and (part.from_kr is None or part.from_kr <= kr)
        and (part.to_kr is None or kr <= part.to_kr)
    )


async def test_catching_up_asks_from_a_day_on_and_for_sales_from_weeks_before(
    join: Join, make_booli: MakeBooli
) -> None:
    imitation = make_booli(count=600)
    connector = await join(imitation)
    since = datetime(2026, 4, 20, 12, tzinfo=UTC)
    ids, _ = await gathered(connector, since=since)
    fresh = [home["booliId"] for home in imitation.listings if home["published"] >= "2026-04-20"]
    sold = [home["booliId"] for home in imitation.sold if home["soldDate"] >= "2026-03-30"]
    assert fresh
    assert sorted(ids) == sorted(map(str, [*fresh, *sold]))


async def test_words_become_an_area_and_areas_are_listed(join: Join, make_booli: MakeBooli) -> None:
    imitation = make_booli()
    connector = await join(imitation, areas="", q="Nacka")
    assert connector.streams == ("area", "comparable")
    pages = [page async for page in connector.pages("area")]
    names = [connector.map(raw).records[0].name for raw in pages[0].records]  # type: ignore[attr-defined]
    assert "Nacka" in names
    assert pages[0].total == len(names)
    ids, _ = await gathered(connector)
    mine = [
        h
        for h in [*imitation.sold, *imitation.listings]
        if h["location"]["region"]["municipalityName"] == "Nacka"
    ]
    assert len(ids) == len(mine) > 0


async def test_a_connection_without_a_place_says_so_before_anything_is_asked(
    join: Join, make_booli: MakeBooli
) -> None:
    imitation = make_booli()
    connector = await join(imitation, areas="", q="")
    with pytest.raises(SetupError):
        await connector.check()
    assert imitation.arrivals.summary(1.0)["total"] == 0


async def test_faults_on_the_line_lose_no_home(join: Join, make_booli: MakeBooli) -> None:
    imitation = make_booli(count=300)
    connector = await join(imitation, page_size=30)
    imitation.next_faults(
        *(OneShot(fault=f, skip=2) for f in ("500", "reset", "html200", "truncated", "garbage"))
    )
    ids, _ = await gathered(connector)
    assert len(set(ids)) == 300


async def test_homes_are_fetched_by_number_sold_ones_first(join: Join, make_booli: MakeBooli) -> None:
    imitation = make_booli()
    connector = await join(imitation)
    for what in ("sold", "listings"):
        row = getattr(imitation, what)[0]
        raw = await connector.fetch(Ref(kind="comparable", source_id=str(row["booliId"])))
        assert raw is not None
        home = connector.map(raw).records[0]
        assert isinstance(home, Comparable)
        assert home.state == ("sold" if what == "sold" else "for_sale")
    for unknown in ("1", "row-abc", "../sold"):
        assert await connector.fetch(Ref(kind="comparable", source_id=unknown)) is None


def test_a_cursor_is_small() -> None:
    place = Place(
        todo=[Slice(what="sold", area=str(n), from_day=TODAY - timedelta(days=n)) for n in range(50)]
    )
    assert len(msgspec.json.encode(place)) < 5_000
