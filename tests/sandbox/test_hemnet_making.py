"""How the imitated Hemnet is made, and which bytes it takes for a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from brygga.sandbox.hemnet import Hemnet, make
from brygga.sandbox.hemnet.pictures import jpeg_size

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_the_same_seed_gives_the_same_ids_and_keys() -> None:
    first, second = Hemnet(seed=3), Hemnet(seed=3)
    assert first.settings() == second.settings()
    assert first.settings() != Hemnet(seed=4).settings()


def test_it_is_made_from_the_sandboxes_plan() -> None:
    plan = SimpleNamespace(seed=5, faults="flaky500", now=lambda: START)
    imitation = make(plan)
    assert (imitation.seed, imitation.faults.profile, imitation.now()) == (5, "flaky500", START)


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9"]
)
def test_bytes_that_only_look_like_a_jpeg_are_none(body: bytes) -> None:
    assert jpeg_size(body) is None
