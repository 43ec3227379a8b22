"""Remarks on pictures in the check before publishing, and its English sentences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from brygga.model import Viewing
from brygga.model.parts import Fee, Price
from brygga.swedish.dates import STOCKHOLM


def pictures_state(**states: str) -> dict[str, Any]:
    keys = {name: f"{name}@{'a' * 32}" for name in states}
    return {"images": {keys[n]: {"id": n, "state": s} for n, s in states.items()}}


def test_a_failed_picture_only_warns_while_another_is_in_place(check: Any) -> None:
    found = check(state=pictures_state(B1="completed", B2="failed"))
    assert found["image_failed"].sv == "Bild 2 kunde inte läsas av Hemnet."
    assert not found["image_failed"].stops


def test_all_pictures_failed_means_that_hemnet_cannot_reach_us(check: Any) -> None:
    found = check(state=pictures_state(B1="failed", B2="failed"))
    assert found["images_unreachable"].stops
    assert "image_failed" not in found


def test_pictures_being_processed_are_waited_for_not_stopped_at(check: Any) -> None:
    found = check(state=pictures_state(B1="in_progress", B2="in_progress"))
    assert found["images_waiting"].sv == ("Hemnet behandlar ännu 2 bilder. Vi publicerar när de är klara.")
    assert not found["images_waiting"].stops


def test_a_small_picture_is_named_with_its_size_but_a_floor_plan_may_be_small(check: Any, kit: Any) -> None:
    small = msgspec.structs.replace(kit.a_picture("B1"), width_px=800, height_px=600)
    plan = msgspec.structs.replace(small, floor_plan=True)
    assert check(pictures=[kit.a_picture("B0"), small])["image_small"].sv == (
        "Bild 2 är 800 × 600. Den blir suddig."
    )
    assert check(pictures=[plan]) == {}


def test_one_picture_being_processed_is_spoken_of_as_one(check: Any) -> None:
    found = check(state=pictures_state(B1="completed", B2="in_progress"))["images_waiting"]
    assert found.sv == "Hemnet behandlar ännu 1 bild. Vi publicerar när den är klar."
    assert found.en == "Hemnet is still processing 1 picture. We publish when it is done."


SHOWN = {
    "listing_id": "L1",
    "status": "visible",
    "market_state": "FOR_SALE",
    "allowed_market_states": ["FOR_SALE"],
    "been": ["FOR_SALE"],
    "price_kr": 4_000_000,
}


@pytest.mark.parametrize(
    ("code", "en", "change"),
    [
        (
            "state_not_allowed",
            "Hemnet does not allow For sale to Upcoming now. Possible: For sale.",
            {"state": SHOWN, "wish": "upcoming"},
        ),
        (
            "price_change_small",
            "The change is 3.6%. Hemnet shows only changes of 5% or more as price changes.",
            {"state": SHOWN, "estate_price": Price(asking_kr=4_145_000)},
        ),
        (
            "viewing_past",
            "The viewing on 21 Nov 2026 is past.",
            {"viewings": [Viewing(id="v1", starts_at=datetime(2026, 11, 21, 0, 30, tzinfo=STOCKHOLM))]},
        ),
        (
            "fee_odd",
            "The fee SEK 52,000/month looks wrong.",
            {"estate_fee": Fee(amount_kr=52_000, frequency="Monthly")},
        ),
        (
            "images_waiting",
            "Hemnet is still processing 2 pictures. We publish when they are done.",
            {"state": pictures_state(B1="in_progress", B2="in_progress")},
        ),
    ],
)
def test_the_english_sentence_has_english_words_and_numbers(
    check: Any, code: str, en: str, change: dict[str, Any]
) -> None:
    assert check(**change)[code].en == en


def test_a_change_just_below_the_least_is_not_shown_as_the_least(check: Any) -> None:
    found = check(state=SHOWN, estate_price=Price(asking_kr=4_199_999))["price_change_small"]
    assert found.sv.startswith("Prisändringen är 4,9\u00a0%. Hemnet visar bara ändringar på minst 5")
