"""Documents with versions: the original and all later wordings stay."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from brygga.archive import BadKey, Damaged, DiskArchive, DocumentShelf, NotStored
from brygga.model import Invalid

AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path):
    return DocumentShelf(DiskArchive(tmp_path, clock=lambda: AT))


async def test_the_original_and_the_later_wording_are_both_kept(shelf):
    first = await shelf.add("vitec:OBJ1", b"one", made_at=AT, note="pris 4 050 000 kr")
    second = await shelf.add("vitec:OBJ1", b"two", made_at=AT, made_by="Anna Berg")
    assert (first.number, second.number) == (1, 2)
    assert await shelf.read("vitec:OBJ1") == b"two"
    assert await shelf.read("vitec:OBJ1", number=1) == b"one"
    assert await shelf.versions("vitec:OBJ1") == [first, second]


async def test_the_same_bytes_again_are_no_new_version(shelf):
    first = await shelf.add("d", b"one", made_at=AT)
    assert await shelf.add("d", b"one", made_at=AT, note="again") == first


async def test_going_back_to_an_older_wording_is_a_version_of_its_own(shelf):
    for data in (b"one", b"two", b"one"):
        await shelf.add("d", data, made_at=AT)
    versions = await shelf.versions("d")
    assert [v.number for v in versions] == [1, 2, 3]
    assert versions[0].key == versions[2].key


async def test_many_at_once_get_a_number_each(shelf):
    await asyncio.gather(*(shelf.add("d", str(n).encode(), made_at=AT) for n in range(12)))
    versions = await shelf.versions("d")
    assert [v.number for v in versions] == list(range(1, 13))
    assert len({v.sha256 for v in versions}) == 12


async def test_the_manifest_can_be_read_by_a_person(shelf, tmp_path):
    await shelf.add("vitec:OBJ1", b"one", made_at=AT)
    version = await shelf.add("vitec:OBJ1", b"two", made_at=AT)
    manifest = json.loads((tmp_path / "files/documents/vitec=3AOBJ1/manifest.json").read_text())
    assert manifest["document_id"] == "vitec:OBJ1"
    assert [v["number"] for v in manifest["versions"]] == [1, 2]
    assert manifest["versions"][1]["sha256"] == version.sha256
    assert manifest["versions"][1]["made_at"] == "2026-11-23T13:05:00Z"


async def test_a_manifest_lost_in_a_crash_comes_back_with_the_next_add(shelf, tmp_path):
    await shelf.add("d", b"one", made_at=AT)
    (tmp_path / "files/documents/d/manifest.json").unlink()
    await shelf.add("d", b"one", made_at=AT)
    assert (tmp_path / "files/documents/d/manifest.json").exists()


async def test_a_version_that_is_not_there_is_told_as_such(shelf):
    with pytest.raises(NotStored):
        await shelf.read("d")
    await shelf.add("d", b"one", made_at=AT)
    with pytest.raises(NotStored):
        await shelf.read("d", number=2)


async def test_a_changed_version_is_never_handed_out_nor_built_upon(shelf, tmp_path):
    version = await shelf.add("d", b"one", made_at=AT)
    await shelf.add("d", b"two", made_at=AT)
    (tmp_path / "files" / version.key).write_bytes(b"0ne")
    with pytest.raises(Damaged):
        await shelf.read("d", number=1)
    with pytest.raises(Damaged):
        await shelf.add("d", b"one", made_at=AT)


async def test_what_cannot_be_a_version_is_refused(shelf):
    with pytest.raises(Invalid):
        await shelf.add("d", b"x", made_at=AT.replace(tzinfo=None))
    with pytest.raises(Invalid):
        await shelf.add("d", b"x", made_at=AT, ending="../pdf")
    with pytest.raises(BadKey):
        await shelf.add("", b"x", made_at=AT)
