"""The house itself: who may import whom, no provider's name where it does not belong, no real persons."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from brygga.connectors import manifest
from brygga.connectors.abilities import ABILITIES
from brygga.hub.connections import GENERAL

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "brygga"


def tracked(*endings: str) -> list[Path]:
    """Files that git knows, or would know."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(endings) and (ROOT / name).is_file()]


def test_a_room_imports_only_from_rooms_below_it() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", ["hub", "sync", "store", "wire", "vault", "model", "health", "web"])
def test_no_providers_name_occurs_where_abilities_should(room: str) -> None:
    names = [name for name in manifest.names() if name != "smtp"]
    pattern = re.compile(rf"\b({'|'.join(names)})\b", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((SOURCE / room).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found


@pytest.mark.parametrize("name", manifest.names())
def test_a_connector_keeps_what_its_manifest_promises(name: str) -> None:
    promised = manifest.load(name)
    cls = manifest.class_of(promised)
    for ability in promised.abilities:
        protocol = ABILITIES[ability]
        lacking = [
            m
            for m in protocol.__dict__.get("__protocol_attrs__", set()) or _members(protocol)
            if not hasattr(cls, m)
        ]
        assert not lacking, f"{name} promises {ability} and lacks {lacking}"


def _members(protocol: type) -> list[str]:
    return [m for m in vars(protocol) if not m.startswith("_")]


@pytest.mark.parametrize("name", manifest.names())
def test_every_unknown_of_a_manifest_is_a_setting(name: str) -> None:
    promised = manifest.load(name)
    settings = {s.name for s in promised.settings} | {"limits", *GENERAL}
    assert {u.setting for u in promised.unknown} <= settings


PERSONAL = re.compile(r"(?<![\d-])(?:19|20)?\d{2}[01]\d[0-9]\d[-+]?\d{4}(?!\d)")

FICTIVE_PHONE = re.compile(r"0701740[0-9]{3}")
"""Numbers set aside for fiction; one of them looks like the coordination number of nobody."""


def test_personal_numbers_come_only_from_the_published_test_series(shared_providers: Path) -> None:
    from brygga.swedish import personnummer
    from brygga.swedish.outcome import NotUnderstood

    folder = shared_providers / "reference"
    allowed = re.sub(r"[^0-9\n,\"]", "", "\n".join(p.read_text() for p in folder.rglob("*.json")))
    allowed += (folder / "SWEDISH_IDENTIFIERS.md").read_text().replace("-", "").replace("+", "")
    found = []
    for path in tracked(".py", ".md", ".toml", ".json", ".html", ".txt", ".j2"):
        text_of_file = FICTIVE_PHONE.sub("", path.read_text(encoding="utf-8", errors="replace"))
        for text in PERSONAL.findall(text_of_file):
            try:
                digits = personnummer.parse(text).digits
            except NotUnderstood:
                continue
            if digits not in allowed and digits[2:] not in allowed:
                found.append(f"{path.relative_to(ROOT)}: {digits[:8]}…")
    assert not found


def test_nothing_names_one_machine() -> None:
    pattern = re.compile(r"(/root/|/home/[a-z]+/|/work/|/tmp/bash_jobs)")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked(".py", ".md", ".toml", ".sh", "Makefile", ".lock", ".yaml")
        if pattern.search(path.read_text(encoding="utf-8", errors="replace")) and path != Path(__file__)
    ]
    assert not found


def test_no_file_is_a_hall_through_which_everything_passes() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_no_room_is_called_utils() -> None:
    names = {"utils", "util", "helpers", "helper", "misc", "common", "manager"}
    assert not [p for p in SOURCE.rglob("*.py") if p.stem in names]
