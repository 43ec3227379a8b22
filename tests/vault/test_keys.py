from __future__ import annotations

import base64
import os
import pickle
import stat
import threading
import traceback
from pathlib import Path

import pytest

from brygga.vault import InsecureKeyFile, KeyMissing, KeyRing, KeyUnknown, KeyUnusable

ONE, TWO = bytes(range(32)), bytes(range(32, 64))


def _written(version: int, key: bytes) -> str:
    return f"v{version}:{base64.b64encode(key).decode()}"


def _file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "keys"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("separator", [",", "\n", ", ", "\r\n"])
def test_keys_are_read_from_the_environment_and_the_highest_version_is_current(separator: str) -> None:
    text = separator.join([_written(1, ONE), _written(2, TWO)]) + "\n"
    ring = KeyRing.from_environment({"BRYGGA_KEYS": text})
    assert (ring.versions, ring.current) == (frozenset({1, 2}), 2)
    assert ring.subkey("x", version=1) == KeyRing({1: ONE}).subkey("x", version=1)


def test_both_base64_alphabets_are_the_same_key() -> None:
    key = b"\xfb\xff" * 16
    written = f"v1:{base64.urlsafe_b64encode(key).decode().rstrip('=')}"
    ring = KeyRing.from_environment({"BRYGGA_KEYS": written})
    assert ring.subkey("x", version=1) == KeyRing({1: key}).subkey("x", version=1)


def test_subkeys_differ_by_purpose_and_version_and_from_the_main_key() -> None:
    ring = KeyRing({1: ONE, 2: TWO})
    subkeys = {ring.subkey(purpose, version=version) for purpose in ("a", "b") for version in (1, 2)}
    assert len(subkeys | {ONE, TWO}) == 6
    with pytest.raises(KeyUnknown, match="v3"):
        ring.subkey("a", version=3)


@pytest.mark.parametrize("environment", [{}, {"BRYGGA_KEYS": " ", "BRYGGA_KEYS_FILE": ""}])
def test_a_missing_key_says_what_to_do(environment: dict[str, str]) -> None:
    with pytest.raises(KeyMissing) as caught:
        KeyRing.from_environment(environment)
    assert str(caught.value) == (
        "no main key is set: put it in BRYGGA_KEYS as v1:<32 random bytes as base64>, "
        "or name a key file in BRYGGA_KEYS_FILE"
    )
    assert "Huvudnyckeln saknas" in caught.value.sv


def test_a_missing_key_file_says_which(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="is not there: put it back"):
        KeyRing.from_environment({"BRYGGA_KEYS_FILE": str(tmp_path / "gone")})
    with pytest.raises(KeyMissing, match="cannot be read: Is a directory"):
        KeyRing.load_file(tmp_path)


SHORT = base64.b64encode(ONE[:16]).decode()


@pytest.mark.parametrize(
    "text",
    [
        "v1:" + SHORT,
        SHORT,
        _written(0, ONE),
        _written(5_000_000_000, ONE),
        f"{_written(1, ONE)},{_written(1, TWO)}",
        f"{_written(1, ONE)};",
        "v1:" + "*" * 43,
    ],
)
def test_what_is_not_a_key_is_refused_without_being_shown(text: str) -> None:
    environment = {"BRYGGA_KEYS": text}
    with pytest.raises(KeyUnusable) as caught:
        KeyRing.from_environment(environment)
    ours = caught.value.__traceback__.tb_next.tb_next  # type: ignore[union-attr]  # below the frames that hold the setting
    shown = "".join(
        traceback.TracebackException(type(caught.value), caught.value, ours, capture_locals=True).format()
    )
    assert text.removeprefix("v1:") not in shown
    assert SHORT not in shown


def test_a_ring_of_no_keys_or_short_keys_is_refused_without_showing_them() -> None:
    with pytest.raises(KeyMissing):
        KeyRing({})
    with pytest.raises(KeyUnusable) as caught:
        KeyRing({1: ONE[:31]})
    ours = caught.value.__traceback__.tb_next  # type: ignore[union-attr]  # below this test's own frame
    shown = traceback.TracebackException(KeyUnusable, caught.value, ours, capture_locals=True)
    assert repr(ONE[:31]) not in "".join(shown.format())


def test_a_ring_shows_versions_and_no_keys() -> None:
    ring = KeyRing({1: ONE, 7: TWO})
    ring.subkey("x", version=1)
    assert repr(ring) == "KeyRing(versions=[1, 7], current=7)"
    assert ONE.hex() not in str(vars(ring))
    with pytest.raises(TypeError):
        pickle.dumps(ring)


def test_a_first_key_file_is_random_and_only_its_owners(tmp_path: Path) -> None:
    first = KeyRing.create_file(tmp_path / "a")
    second = KeyRing.create_file(tmp_path / "b")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert first.subkey("x", version=1) != second.subkey("x", version=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_an_existing_key_file_is_never_replaced(tmp_path: Path) -> None:
    path = _file(tmp_path, _written(1, ONE))
    ring = KeyRing.create_file(path)
    assert ring.subkey("x", version=1) == KeyRing({1: ONE}).subkey("x", version=1)


def test_starting_many_times_at_once_gives_one_key(tmp_path: Path) -> None:
    made: list[bytes] = []
    gate = threading.Barrier(8)

    def start() -> None:
        gate.wait()
        made.append(KeyRing.create_file(tmp_path / "keys").subkey("x", version=1))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(set(made))) == (8, 1)


def test_a_key_file_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="cannot be made: No such file"):
        KeyRing.create_file(tmp_path / "no" / "keys")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_key_file_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = _file(tmp_path, _written(1, ONE), mode)
    with pytest.raises(InsecureKeyFile, match=f"chmod 600 {path}"):
        KeyRing.load_file(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a file away")
def test_a_key_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, _written(1, ONE))
    os.chown(path, 65534, 65534)
    with pytest.raises(InsecureKeyFile, match="another user"):
        KeyRing.load_file(path)


@pytest.mark.parametrize("text", ["", "å", "x" * 70_000])
def test_a_key_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(KeyUnusable):
        KeyRing.load_file(_file(tmp_path, text))


def test_a_key_is_added_beside_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    before = KeyRing.create_file(path)
    after = KeyRing.add_key(path)
    assert (after.versions, after.current) == (frozenset({1, 2}), 2)
    assert after.subkey("x", version=1) == before.subkey("x", version=1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
