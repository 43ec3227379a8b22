"""The end of a publication: sold and reported, withdrawn, shown again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from brygga.model import Invalid, Refused


async def test_a_sold_home_is_reported_and_taken_down(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    publication = stand.publication(estate=kit.sold(kit.an_estate()), wish="sold")
    state, done = await kit.drive(stand.connector(), publication, state)
    assert done == ["sale", "unpublish"]
    (ad,) = stand.ads
    assert (ad["final_price_kr"], ad["contract_date"]) == (4_300_000, "2026-11-20")
    assert not ad["visible"]
    assert state["status"] == "sold"
    assert stand.connector().steps(publication, state) == []


async def test_a_corrected_final_price_corrects_the_sale(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    estate = kit.sold(kit.an_estate())
    state, _ = await kit.drive(stand.connector(), stand.publication(estate=estate, wish="sold"), state)
    estate.price.final_kr = 4_310_000
    _, done = await kit.drive(stand.connector(), stand.publication(estate=estate, wish="sold"), state)
    assert done == ["sale"]
    assert stand.ads[0]["final_price_kr"] == 4_310_000
    assert len(stand.imitation.sales) == 1


async def test_a_sale_without_final_price_is_not_sent_and_the_ad_stays(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    estate = kit.sold(kit.an_estate())
    estate.price.final_kr = None
    publication = stand.publication(estate=estate, wish="sold")
    with pytest.raises(Invalid, match="final price"):
        await kit.drive(stand.connector(), publication, state)
    with pytest.raises(Refused) as caught:
        await stand.connector().run("unpublish", publication, state)
    assert caught.value.code == "sale_first"
    assert stand.ads[0]["visible"]


async def test_a_home_that_was_never_shown_reports_no_sale(stand: Any, kit: Any) -> None:
    publication = stand.publication(estate=kit.sold(kit.an_estate()), wish="sold")
    assert stand.connector().steps(publication, {}) == []


async def test_a_withdrawn_home_is_taken_down_once(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    gone = stand.publication(wish="gone")
    state, done = await kit.drive(stand.connector(), gone, state)
    assert done == ["unpublish"]
    assert state["status"] == "unpublished"
    assert stand.connector().steps(gone, state) == []


async def test_a_withdrawn_home_can_be_shown_again(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    state, _ = await kit.drive(stand.connector(), stand.publication(wish="gone"), state)
    _, done = await kit.drive(stand.connector(), stand.publication(), state)
    assert kit.once(done) == ["publish", "visible"]
    assert stand.ads[0]["visible"]
    assert stand.sent_twice == {}


async def test_a_sold_home_is_not_published_again_by_accident(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    publication = stand.publication(estate=kit.sold(kit.an_estate()), wish="sold")
    state, _ = await kit.drive(stand.connector(), publication, state)
    with pytest.raises(Refused) as caught:
        await kit.drive(stand.connector(), stand.publication(), state)
    assert caught.value.code == "sold_here"
    assert len(stand.imitation.sales) == 1


async def test_a_person_may_publish_a_sold_home_again_and_the_sale_is_forgotten_here_too(
    stand: Any, kit: Any
) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    estate = kit.sold(kit.an_estate())
    state, _ = await kit.drive(stand.connector(), stand.publication(estate=estate, wish="sold"), state)
    again = stand.publication(options={"even_if_sold": True})
    state, _ = await kit.drive(stand.connector(), again, state)
    assert stand.ads[0]["visible"]
    assert stand.imitation.sales == {}
    assert state["sale"] is None


async def test_after_the_window_an_old_sale_does_not_stop_us(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    estate = kit.sold(kit.an_estate())
    state, _ = await kit.drive(stand.connector(), stand.publication(estate=estate, wish="sold"), state)
    stand.now += timedelta(days=184)
    state, _ = await kit.drive(stand.connector(), stand.publication(), state)
    assert stand.ads[0]["visible"]
