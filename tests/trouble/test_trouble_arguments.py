"""Names and files from a person that lead nowhere or cannot be read: said in one sentence."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from trouble_running import brygga, held

LEADS_NOWHERE = {
    "object": ("objects", "no-such-object"),
    "history": ("history", "vitec:no-such-object"),
    "publish": ("publish", "no-such-object", "--to", "vitec"),
    "source": ("sync", "mspecs"),
    "check": ("check", "mspecs"),
    "connector": ("connect", "mspecs", "--stdin"),
    "setting": ("connect", "vitec", "--stdin", "--set", "colour=red"),
    "secret on the command line": ("connect", "vitec", "--stdin", "--set", "password=hunter2222"),
    "half a setting": ("connect", "vitec", "--stdin", "--set", "customer_id"),
    "outgoing row": ("outbox", "retry", "4711"),
    "incoming row": ("inbox", "retry", "4711"),
    "incoming row to drop": ("inbox", "drop", "4711", "--reason", "old"),
    "parked record": ("parked", "retry", "vitec", "estate", "nothing"),
    "parked record to drop": ("parked", "drop", "vitec", "estate", "nothing", "--reason", "old"),
    "repair": ("repairs", "resolve", "vanish", "vitec"),
}


async def test_what_leads_nowhere_is_said_and_changes_nothing(agency: Path) -> None:
    before = held(agency)
    for what, arguments in LEADS_NOWHERE.items():
        done = await brygga(*arguments, home=agency)
        assert "hunter2222" not in done.sentence, what
    assert held(agency) == before


SETTINGS = {
    "port": {"BRYGGA_PORT": "harbour"},
    "tick_s": {"BRYGGA_TICK_S": "-1"},
    "raw_days": {"BRYGGA_RAW_DAYS": "0"},
    "fallbacks": {"BRYGGA_FALLBACKS": "smtp first"},
    "BRYGGA_LOG": {"BRYGGA_LOG": "purple"},
}


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_setting_that_cannot_be_used_is_told_by_name(name: str, tmp_path: Path) -> None:
    done = await brygga("objects", home=tmp_path / "home", **SETTINGS[name])
    assert name in done.sentence
    assert done.code == 3


WHOLE = b"name = 'broken'\ntitle = 'B'\nabilities = ['read']\nregion = 'se'\n"
MANIFESTS = {
    "not TOML": b"name = 'broken\n[[[",
    "not text": b"\xff\xfe\x00\x01",
    "half": b"name = 'broken'\n",
    "an unknown key": WHOLE + b"module = 'x:Y'\nfoo = 1\n",
    "a limit that is a word": WHOLE + b"module = 'x:Y'\n[limits]\ncalls = 'many'\n",
    "no such module": WHOLE + b"module = 'no_such_module:Y'\n",
    "no such class": WHOLE + b"module = 'json:Connector'\n",
    "a module that is no module": WHOLE + b"module = '::'\n",
}


@pytest.mark.parametrize("what", MANIFESTS)
async def test_a_broken_manifest_is_told_by_name_and_harms_no_other(
    what: str, agency: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "own" / "broken"
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_bytes(MANIFESTS[what])
    own = {"BRYGGA_CONNECTORS": str(folder.parent)}
    joined, listed = await asyncio.gather(
        brygga("connect", "broken", "--stdin", home=agency, **own),
        brygga("connections", "--json", home=agency, **own),
    )
    assert "broken" in joined.sentence
    assert listed.code == 0, listed.err
    assert [row["name"] for row in json.loads(listed.out)["connections"]] == ["vitec", "smtp"]


async def test_a_connectors_folder_that_is_not_there_is_told(agency: Path, tmp_path: Path) -> None:
    done = await brygga("connect", "vitec", "--stdin", home=agency, BRYGGA_CONNECTORS=str(tmp_path / "gone"))
    assert "gone" in done.sentence


CSV = {
    "empty": b"",
    "no known column": b"a,b,c\n1,2,3\n",
    "not text": b"\xff\xfe\x00\x00\x01\x02" * 100,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "an open quote": b'Address,Price\n"Storgatan 1,' + b"x" * 200_000,
}


@pytest.mark.parametrize("what", CSV)
async def test_a_csv_that_is_none_is_told(what: str, tmp_path: Path) -> None:
    file = tmp_path / "listings.csv"
    file.write_bytes(CSV[what])
    done = await brygga("sandbox", "--port", "0", "--from-csv", str(file), home=tmp_path / "home")
    assert "listings.csv" in done.sentence or "column" in done.sentence, done.err


async def test_a_csv_that_is_not_there_and_a_profile_that_is_none_are_told(tmp_path: Path) -> None:
    missing = await brygga("sandbox", "--from-csv", str(tmp_path / "no.csv"), home=tmp_path)
    assert "no.csv" in missing.sentence
    profile = await brygga("sandbox", "--faults", "purple", home=tmp_path)
    assert "purple" in profile.sentence
