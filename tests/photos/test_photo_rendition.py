"""Renditions in the archive: made once per content, whole or not at all."""

import asyncio
import hashlib

import pytest

from brygga.archive import DiskArchive
from brygga.photos import Album, Darkroom, Recipe, Truncated

SMALL = Recipe(long_edges_px=(320, 160))


class CountingDarkroom(Darkroom):
    """Counts how often it is asked."""

    asked = 0

    async def develop(self, data, recipe):
        self.asked += 1
        return await super().develop(data, recipe)


@pytest.fixture
async def room():
    async with CountingDarkroom(workers=1) as darkroom:
        yield darkroom


@pytest.fixture
def archive(tmp_path):
    return DiskArchive(tmp_path)


async def test_a_picture_lies_in_the_archive_under_its_own_hash(room, archive, sample):
    data = sample.encoded(sample.gradient())
    picture = await Album(archive, room, recipe=SMALL).add(data)
    digest = hashlib.sha256(data).hexdigest()
    assert picture.content_hash == digest
    assert (picture.width_px, picture.height_px, picture.size_bytes) == (640, 480, len(data))
    assert [r.key for r in picture.renditions] == [
        f"photos/{digest[:2]}/{digest}/{SMALL.name()}/{edge}.jpg" for edge in (320, 160)
    ]
    album = Album(archive, room, recipe=SMALL)
    for rendition in picture.renditions:
        read = await album.read(rendition)
        assert (hashlib.sha256(read).hexdigest(), len(read)) == (rendition.sha256, rendition.size_bytes)
        assert sample.opened(read).size == (rendition.width_px, rendition.height_px)


async def test_the_same_picture_is_made_once_also_after_a_restart(room, archive, sample):
    data = sample.encoded(sample.gradient())
    first = await Album(archive, room, recipe=SMALL).add(data)
    assert await Album(archive, room, recipe=SMALL).add(data) == first
    assert room.asked == 1


async def test_the_same_picture_asked_for_ten_times_at_once_is_made_once(room, archive, sample):
    album, data = Album(archive, room, recipe=SMALL), sample.encoded(sample.gradient())
    pictures = await asyncio.gather(*(album.add(data) for _ in range(10)))
    assert room.asked == 1
    assert all(p == pictures[0] for p in pictures)


async def test_another_recipe_makes_another_set_beside_the_first(room, archive, sample):
    data = sample.encoded(sample.gradient())
    one = await Album(archive, room, recipe=SMALL).add(data)
    other = await Album(archive, room, recipe=Recipe(long_edges_px=(320, 160), quality=60)).add(data)
    assert {r.key for r in one.renditions}.isdisjoint(r.key for r in other.renditions)
    assert other.renditions[0].size_bytes < one.renditions[0].size_bytes


async def test_a_broken_picture_leaves_nothing_behind(room, archive, sample):
    data = sample.encoded(sample.gradient())
    with pytest.raises(Truncated):
        await Album(archive, room, recipe=SMALL).add(data[:-4000])
    assert [s.key async for s in archive.list()] == []


async def test_a_set_that_a_crash_left_half_is_made_anew(room, archive, sample):
    album, data = Album(archive, room, recipe=SMALL), sample.encoded(sample.gradient())
    picture = await album.add(data)
    home = picture.renditions[0].key.rpartition("/")[0]
    await archive.delete(f"{home}/picture.json")
    await archive.delete(picture.renditions[1].key)
    assert await album.find(picture.content_hash) is None
    assert await album.add(data) == picture
    assert await archive.exists(picture.renditions[1].key)


async def test_a_rendition_is_chosen_by_the_size_that_fits(room, archive, sample):
    picture = await Album(archive, room, recipe=SMALL).add(sample.encoded(sample.gradient()))
    assert [picture.at_most(px).long_edge_px for px in (4000, 320, 319, 160, 10)] == [320, 320, 160, 160, 160]
