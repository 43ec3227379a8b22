"""A disk that fills up in the middle of the work: it stops with a sentence, and later goes on from there."""

from __future__ import annotations

import json
import resource
from functools import partial
from pathlib import Path

import pytest
from trouble_running import brygga, held

KIB = 1024


def _files_no_larger_than(most_bytes: int) -> None:
    """For `before`: a write past this size fails as it does on a full disk (setrlimit(2))."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


@pytest.mark.parametrize("room_kib", [48, 160, 420])
async def test_a_disk_that_fills_up_stops_the_sync_and_loses_nothing(room_kib: int, practice: Path) -> None:
    assert (await brygga("connections", home=practice)).code == 0
    stopped = await brygga("sync", home=practice, before=partial(_files_no_larger_than, room_kib * KIB))
    assert "disk" in stopped.sentence.lower()
    assert stopped.code == 3
    part = held(practice)
    assert part["rec_estate"] < 12
    went_on = await brygga("sync", "--json", home=practice)
    assert went_on.code == 0, went_on.err
    assert json.loads(went_on.out)["connections"]["vitec"]["estates"] == 12
    assert held(practice)["rec_estate"] == 12
