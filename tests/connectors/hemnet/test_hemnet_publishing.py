"""A publication from nothing to visible, and its later life, against the imitation."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from brygga.model import Rejected, Retryable, Unsupported
from brygga.model.parts import Price

ALL_STEPS = [
    "agency",
    "listing",
    "images",
    "images_ready",
    "seller",
    "billing",
    "publish",
    "visible",
]


async def test_a_new_home_goes_through_all_steps_and_becomes_visible(stand: Any, kit: Any) -> None:
    state, done = await kit.drive(stand.connector(), stand.publication())
    assert kit.once(done) == ALL_STEPS
    (ad,) = stand.ads
    assert ad["visible"]
    assert ad["price_kr"] == 4_050_000
    assert ad["street"] == "Björkvägen 3"
    assert (ad["images"], ad["images_completed"]) == (2, 2)
    assert ad["viewings"] == 1
    assert state["status"] == "visible"
    assert stand.sent_twice == {}


async def test_an_unchanged_home_gives_no_steps(stand: Any, kit: Any) -> None:
    publication = stand.publication()
    state, _ = await kit.drive(stand.connector(), publication)
    assert stand.connector().steps(publication, state) == []


async def test_a_changed_price_is_one_update_and_nothing_else(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    cheaper = stand.publication(estate=kit.an_estate(price=Price(asking_kr=3_900_000)))
    _, done = await kit.drive(stand.connector(), cheaper, state)
    assert done == ["update"]
    assert stand.ads[0]["price_kr"] == 3_900_000
    assert stand.ads[0]["visible"]


async def test_a_fact_that_became_empty_is_emptied_at_hemnet(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    await kit.drive(stand.connector(), stand.publication(estate=kit.an_estate(rooms=None)), state)
    assert stand.ads[0]["rooms"] is None


async def test_the_state_holds_no_person_and_survives_json(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    text = msgspec.json.encode(state).decode()
    for personal in (kit.PERSONNUMMER, "Tolvan", "tolvan@example.com", "Kim", "Björkvägen"):
        assert personal not in text
    assert stand.connector().steps(stand.publication(), msgspec.json.decode(text)) == []


async def test_members_of_the_state_that_are_not_ours_stay(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication(), {"hub_note": 7})
    assert state["hub_note"] == 7


async def test_a_changed_seller_is_sent_again_and_only_that(stand: Any, kit: Any) -> None:
    publication = stand.publication()
    state, _ = await kit.drive(stand.connector(), publication)
    before = stand.ads[0]["seller_digest"]
    changed = [msgspec.structs.replace(publication.sellers[0], email="ny@example.com")]
    _, done = await kit.drive(stand.connector(), stand.publication(sellers=changed), state)
    assert done == ["seller"]
    assert stand.ads[0]["seller_digest"] != before


async def test_seller_and_billing_are_sent_as_sensitive_calls(stand: Any, kit: Any) -> None:
    await kit.drive(connector := stand.connector(), stand.publication())
    assert connector is not None
    personal = [c for c in stand.line.calls if c.operation in ("seller.put", "billing.put")]
    assert len(personal) == 2
    assert all(call.sensitive for call in personal)


async def test_a_replaced_picture_is_sent_before_the_old_one_goes(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    replaced = [stand.picture("B1"), stand.picture("B2", content="b")]
    _, done = await kit.drive(stand.connector(), stand.publication(pictures=replaced), state)
    assert kit.once(done) == ["images", "images_ready"]
    assert stand.ads[0]["images"] == 2
    operations = [call.operation for call in stand.line.calls if call.method != "GET"]
    assert operations == ["image.create", "image.delete"]


async def test_losing_all_pictures_here_removes_none_at_hemnet(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    _, done = await kit.drive(stand.connector(), stand.publication(pictures=[]), state)
    assert done == []
    assert stand.ads[0]["images"] == 2


async def test_a_picture_that_is_no_jpeg_is_told_and_the_rest_goes_on(stand: Any, kit: Any) -> None:
    publication = stand.publication(pictures=[stand.picture("B1"), stand.picture("broken")])
    state: dict[str, Any] = {}
    connector, told = stand.connector(), ""
    while steps := connector.steps(publication, state):
        result = await connector.run(steps[0].name, publication, state)
        state |= result.state
        told = result.sv if steps[0].name == "images_ready" and not result.again_after_s else told
    assert told == "Bild 2 kunde inte läsas av Hemnet. De andra bilderna är på plats."
    assert stand.ads[0]["visible"]
    codes = {r.code: r.stops for r in connector.preflight(publication, state)}
    assert codes["image_failed"] is False


async def test_without_a_single_readable_picture_it_stops_before_publishing(stand: Any, kit: Any) -> None:
    publication = stand.publication(pictures=[stand.picture("missing1"), stand.picture("missing2")])
    with pytest.raises(Rejected) as caught:
        await kit.drive(stand.connector(), publication)
    assert caught.value.code == "images_failed"
    assert not stand.ads[0]["published"]


async def test_pictures_that_never_get_ready_are_asked_for_a_bounded_number_of_times(
    stand: Any, kit: Any
) -> None:
    stand.imitation.mutate("tune", {"image_delay_s": 60})
    with pytest.raises(Retryable) as caught:
        await kit.drive(stand.connector(image_polls=3), stand.publication())
    assert caught.value.code == "images_slow"
    asked = [call for call in stand.line.calls if call.operation == "image.list"]
    assert len(asked) == 1 + 4  # one look before sending, then three waits and the last


async def test_published_but_not_approved_is_its_own_status(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"approve_after_s": -1})
    connector = stand.connector(approval_polls=3)
    state, _ = await kit.drive(connector, stand.publication())
    assert state["status"] == "published_pending_approval"
    assert state["approval_given_up"] is True
    view = await connector.remote_view(state)
    assert (view["published"], view["approved"], view["visible"]) == (True, False, False)


async def test_looking_again_finds_a_late_approval(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"approve_after_s": -1})
    state, _ = await kit.drive(stand.connector(approval_polls=1), stand.publication())
    stand.imitation.mutate("approve", {})
    publication = stand.publication(options={"look_again": True})
    connector = stand.connector()
    (step,) = connector.steps(publication, state)
    result = await connector.run(step.name, publication, state)
    assert result.state["status"] == "visible"


async def test_a_refusal_with_422_is_rejected_with_hemnets_reason(stand: Any, kit: Any) -> None:
    publication = stand.publication(estate=kit.an_estate(price=Price()))
    with pytest.raises(Rejected) as caught:
        await kit.drive(stand.connector(), publication)
    assert caught.value.status == 422
    assert "askingPrice is missing" in caught.value.sv
    assert "Att skicka igen hjälper inte" in caught.value.sv
    assert caught.value.operation == "listing.publish"


async def test_a_refusal_of_personal_data_does_not_repeat_hemnets_words(stand: Any, kit: Any) -> None:
    seller = msgspec.structs.replace(stand.publication().sellers[0], personnummer="")
    with pytest.raises(Rejected) as caught:
        await kit.drive(stand.connector(), stand.publication(sellers=[seller]))
    assert caught.value.operation == "seller.put"
    assert "identificationNumber" not in caught.value.sv


async def test_auto_approval_makes_a_teased_home_visible_at_once(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("tune", {"approve_after_s": -1})
    publication = stand.publication(wish="teased", options={"auto_approve": True})
    state, done = await kit.drive(stand.connector(), publication)
    assert "market_state" in done
    assert stand.ads[0]["market_state"] == "TEASED"
    assert state["status"] == "visible"


async def test_auto_approval_is_not_asked_for_where_hemnet_does_not_try_it(stand: Any, kit: Any) -> None:
    await kit.drive(stand.connector(), stand.publication(options={"auto_approve": True}))
    (publish,) = [c for c in stand.line.calls if c.operation == "listing.publish"]
    assert publish.json == {}


async def test_upcoming_becomes_for_sale_without_being_published_again(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication(wish="upcoming"))
    assert stand.ads[0]["market_state"] == "UPCOMING"
    state, done = await kit.drive(stand.connector(), stand.publication(), state)
    assert done == ["market_state"]
    assert stand.ads[0]["market_state"] == "FOR_SALE"
    assert state["been"] == ["UPCOMING", "FOR_SALE"]


async def test_a_market_state_that_is_not_allowed_is_never_tried(stand: Any, kit: Any) -> None:
    state, _ = await kit.drive(stand.connector(), stand.publication())
    with pytest.raises(Rejected) as caught:
        await kit.drive(stand.connector(), stand.publication(wish="upcoming"), state)
    assert caught.value.code == "market_state_not_allowed"
    assert (
        caught.value.sv
        == "Hemnet tillåter inte att gå från Till salu till Kommande just nu. Möjligt: Till salu."
    )
    assert not [c for c in stand.line.calls if c.operation == "market_state.set"]


async def test_the_remote_view_tells_price_and_state_or_that_it_is_missing(stand: Any, kit: Any) -> None:
    connector = stand.connector()
    assert (await connector.remote_view({}))["missing"] is True
    state, _ = await kit.drive(connector, stand.publication())
    view = await connector.remote_view(state)
    assert (view["visible"], view["price_kr"], view["market_state"]) == (True, 4_050_000, "FOR_SALE")
    stand.imitation.listings.clear()
    assert (await connector.remote_view(state))["missing"] is True


async def test_an_unknown_step_is_unsupported(stand: Any, kit: Any) -> None:
    with pytest.raises(Unsupported):
        await stand.connector().run("dance", stand.publication(), {})
