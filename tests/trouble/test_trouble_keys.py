"""Keys that are missing, foreign, open to others or broken: the hub does not start and breaks nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from trouble_running import brygga, held

from brygga.vault import KeyRing


def _missing(keys: Path) -> None:
    keys.unlink()


def _of_another_database(keys: Path) -> None:
    keys.unlink()
    KeyRing.create_file(keys)


def _readable_by_others(keys: Path) -> None:
    keys.chmod(0o644)


def _broken(keys: Path) -> None:
    keys.write_text("v1:this-is-not-a-key\n")


def _empty(keys: Path) -> None:
    keys.write_bytes(b"")


SPOILT: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing": (_missing, "is not there"),
    "of another database": (_of_another_database, "are not those"),
    "readable by others": (_readable_by_others, "chmod 600"),
    "broken": (_broken, "v1"),
    "empty": (_empty, "key"),
}


@pytest.mark.parametrize("how", SPOILT)
async def test_a_spoilt_key_file_stops_the_start_and_nothing_else(how: str, agency: Path) -> None:
    spoil, said = SPOILT[how]
    keys, before = agency / "keys", held(agency)
    right = keys.read_bytes()
    spoil(keys)
    left = keys.read_bytes() if keys.exists() else None
    done = await brygga("objects", home=agency)
    assert said in done.sentence
    assert done.code == 3
    assert right.decode().split(":")[1][:12] not in done.err
    assert (keys.read_bytes() if keys.exists() else None) == left, (
        "a key file is never made over an old database"
    )
    assert held(agency) == before
    keys.write_bytes(right)
    keys.chmod(0o600)
    again = await brygga("objects", "--json", home=agency)
    assert json.loads(again.out)["total"] == before["rec_estate"]


async def test_keys_from_the_environment_are_held_to_the_same(agency: Path) -> None:
    done = await brygga("connections", home=agency, BRYGGA_KEYS="v1:" + "A" * 43 + "=")
    assert "are not those" in done.sentence
    done = await brygga("connections", home=agency, BRYGGA_KEYS="secret-but-no-key-4711")
    assert "secret-but-no-key-4711" not in done.sentence
