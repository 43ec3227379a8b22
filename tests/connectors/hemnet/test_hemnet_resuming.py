"""Crashes and lost answers: nothing is made twice, nothing is left undone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from brygga.model import OutcomeUnknown, Refused, Retryable
from brygga.sandbox.faults import OneShot

STEPS_WITH_EFFECT = ["agency", "listing", "images", "seller", "billing", "publish"]


async def resume(stand: Any, kit: Any, publication: Any, state: dict[str, Any]) -> dict[str, Any]:
    """As the hub after a start: a new connector, the state as it was kept."""
    state, _ = await kit.drive(stand.connector(), publication, state)
    return state


@pytest.mark.parametrize("lost", STEPS_WITH_EFFECT)
async def test_a_crash_between_a_steps_effect_and_our_saving_of_it_makes_nothing_twice(
    stand: Any, kit: Any, lost: str
) -> None:
    connector, publication, state = stand.connector(), stand.publication(), {}
    while (step := connector.steps(publication, state)[0].name) != lost:
        result = await connector.run(step, publication, state)
        state |= result.state
        await asyncio.sleep(result.again_after_s or 0)
    await connector.run(lost, publication, state)  # done at Hemnet, lost here
    state = await resume(stand, kit, publication, state)
    assert state["status"] == "visible"
    assert stand.sent_twice == {}
    assert len(stand.ads) == len(stand.imitation.agencies) == 1
    assert stand.ads[0]["images"] == 2


async def test_a_crash_after_any_single_write_makes_nothing_twice(stand: Any, kit: Any) -> None:
    """Every write in turn is the last one that the program does."""
    write = 0
    while True:
        write += 1
        reference = f"vitec:HOME{write}"
        show = stand.publication(estate=kit.an_estate(id=reference))
        sell = stand.publication(estate=kit.sold(kit.an_estate(id=reference)), wish="sold")
        crashed = await life(stand, kit, [show, sell], dies_after=write)
        ad = next(ad for ad in stand.ads if ad["reference"] == reference)
        assert (ad["final_price_kr"], ad["published"], ad["images"]) == (4_300_000, False, 2)
        if not crashed:
            break
    assert write == 9  # listing, 2 pictures, seller, billing, publish, sale, unpublish; then none
    assert stand.sent_twice == {}
    assert len(stand.imitation.agencies) == 1


async def life(stand: Any, kit: Any, wishes: list[Any], *, dies_after: int) -> bool:
    """Lead a home through its wishes with one crash; whether it came."""
    connector, state, crashed = stand.connector(dies_after=dies_after), {}, False
    for publication in wishes:
        while steps := connector.steps(publication, state):
            try:
                result = await connector.run(steps[0].name, publication, state)
            except kit.Crash:
                crashed = True
                connector = stand.connector()
                continue
            state |= result.state
            await asyncio.sleep(result.again_after_s or 0)
    return crashed


@pytest.mark.parametrize(
    ("step", "route"),
    [
        ("agency", "/broker_agencies"),
        ("listing", "/listings"),
        ("images", "/listings/*/images"),
        ("publish", "/listings/*/publish"),
        ("sale", "/sales"),
    ],
)
@pytest.mark.parametrize("fault", ["lost-answer", "refused", "late500", "truncated", "html200"])
async def test_a_doubtful_write_is_looked_up_and_sent_only_if_it_is_not_there(
    stand: Any, kit: Any, step: str, route: str, fault: str
) -> None:
    stand.imitation.next_faults(OneShot(fault=fault, route=route, method="POST"))
    connector, state, doubts = stand.connector(), {}, 0
    for publication in (
        stand.publication(),
        stand.publication(estate=kit.sold(kit.an_estate()), wish="sold"),
    ):
        while steps := connector.steps(publication, state):
            name = steps[0].name
            try:
                result = await connector.run(name, publication, state)
            except OutcomeUnknown:
                assert name == step
                doubts += 1
                result = await connector.read_back(name, publication, state)
            state |= result.state if result else {}
            await asyncio.sleep((result.again_after_s if result else 0) or 0)
    assert doubts == 1
    assert stand.sent_twice == {}
    assert stand.ads[0]["final_price_kr"] == 4_300_000
    assert not stand.imitation.faults.shots


async def test_a_listing_found_again_gets_the_newest_facts(stand: Any, kit: Any) -> None:
    connector, publication, state = stand.connector(), stand.publication(), {}
    state |= (await connector.run("agency", publication, state)).state
    await connector.run("listing", publication, state)  # lost here
    newer = stand.publication(estate=kit.an_estate(rooms=4.0))
    await resume(stand, kit, newer, state)
    assert stand.ads[0]["rooms"] == 4


async def test_without_a_reference_of_ours_a_doubt_is_a_question_for_a_person(stand: Any, kit: Any) -> None:
    connector = stand.connector(reference_member="")
    steps = {step.name: str(step.repeat) for step in connector.steps(stand.publication(), {})}
    assert steps["listing"] == steps["agency"] == "none"
    with pytest.raises(OutcomeUnknown):
        await connector.read_back("listing", stand.publication(), {})


async def test_a_reference_that_hemnet_does_not_give_back_proves_nothing(stand: Any, kit: Any) -> None:
    """Were it believed, each look would say "not there" and each try would make another listing."""
    state, _ = await kit.drive(stand.connector(), stand.publication())
    connector = stand.connector(reference_member="foreignKey", reference_query="")
    home = stand.publication(estate=kit.an_estate(id="vitec:OBJ2"))
    begun = {"agency_office": "vitec:K1", "agency_id": state["agency_id"]}
    with pytest.raises(Refused) as caught:
        await connector.run("listing", home, begun)
    assert caught.value.code == "reference_unsupported"
    with pytest.raises(OutcomeUnknown):
        await connector.read_back("listing", home, begun)
    assert len(stand.ads) == 1


async def test_a_publication_done_by_nobody_is_not_read_back(stand: Any, kit: Any) -> None:
    connector, publication = stand.connector(), stand.publication()
    assert await connector.read_back("agency", publication, {}) is None
    assert await connector.read_back("listing", publication, {}) is None
    assert await connector.read_back("update", publication, {}) is None


async def test_an_unreadable_answer_to_a_read_is_only_asked_again(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    stand.imitation.next_faults(OneShot(fault="garbage", times=9, method="GET"))
    with pytest.raises(Retryable):
        await stand.connector().remote_view(state)


async def test_lists_longer_than_a_page_are_read_to_the_end(stand: Any, kit: Any) -> None:
    pictures = [stand.picture(f"B{n}") for n in range(45)]
    publication = stand.publication(pictures=pictures)
    connector, state = stand.connector(list_limit=20), {}
    while (name := connector.steps(publication, state)[0].name) != "images":
        state |= (await connector.run(name, publication, state)).state
    await connector.run("images", publication, state)  # lost here
    state, _ = await kit.drive(stand.connector(list_limit=20), publication, state)
    assert stand.ads[0]["images_completed"] == 45
    assert stand.sent_twice == {}
