"""The archive on a disk: whole or not at all, never outside its root, damage is seen."""

import asyncio
import errno
import os
import resource
import subprocess
import sys
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brygga.archive import (
    AlreadyStored,
    Archive,
    ArchiveFull,
    ArchiveUnwritable,
    BadKey,
    Damaged,
    DiskArchive,
    NotStored,
)
from brygga.model import Invalid, Retryable, SetupError

AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
PDF = "application/pdf"


@pytest.fixture
def archive(tmp_path: Path) -> DiskArchive:
    return DiskArchive(tmp_path / "archive", clock=lambda: AT)


async def test_what_is_put_can_be_got_with_its_facts(archive):
    stored = await archive.put("a/b.pdf", b"hej", content_type=PDF)
    assert isinstance(archive, Archive)
    assert await archive.get("a/b.pdf") == b"hej"
    assert await archive.info("a/b.pdf") == stored
    assert (stored.size_bytes, stored.content_type, stored.stored_at) == (3, PDF, AT)
    assert stored.sha256 == "9c478bf63e9500cb5db1e85ece82f18c8eb9e52e2f9135acd7f10972c8d563ba"
    assert await archive.exists("a/b.pdf")
    assert not await archive.exists("a/c.pdf")


async def test_a_file_lies_in_the_folder_as_itself(archive, tmp_path):
    await archive.put("a/b.pdf", b"hej", content_type=PDF)
    assert (tmp_path / "archive/files/a/b.pdf").read_bytes() == b"hej"
    assert list((tmp_path / "archive/tmp").iterdir()) == []


async def test_put_replaces_unless_it_must_be_new(archive):
    await archive.put("a", b"1", content_type=PDF)
    with pytest.raises(AlreadyStored):
        await archive.put("a", b"2", content_type=PDF, if_absent=True)
    assert await archive.get("a") == b"1"
    await archive.put("a", b"3", content_type=PDF)
    assert await archive.get("a") == b"3"


async def test_of_many_creates_at_once_exactly_one_succeeds(archive):
    async def create(number: int) -> bool:
        try:
            await archive.put("a", bytes([number]) * 9000, content_type=PDF, if_absent=True)
        except AlreadyStored:
            return False
        return True

    won = [number for number, ok in enumerate(await asyncio.gather(*map(create, range(20)))) if ok]
    assert len(won) == 1
    assert await archive.get("a") == bytes(won) * 9000


async def test_readers_meet_whole_files_only_while_they_are_replaced(archive):
    await archive.put("a", b"0" * 70_000, content_type=PDF)

    async def write() -> None:
        for number in range(30):
            await archive.put("a", str(number % 10).encode() * 70_000, content_type=PDF)

    async def read() -> None:
        for _ in range(60):
            data = await archive.get("a")
            assert len(data) == 70_000
            assert len(set(data)) == 1

    await asyncio.gather(write(), read(), read())


async def test_what_is_not_there_is_told_as_such(archive):
    for asking in (archive.get("a/b"), archive.info("a"), anext(archive.stream("a/b/c"))):
        with pytest.raises(NotStored):
            await asking
    assert await archive.delete("a/b") is False
    assert [s async for s in archive.list()] == []


async def test_a_changed_file_is_found_damaged_on_every_way_of_reading(archive, tmp_path):
    await archive.put("a/b", b"x" * 1000, content_type=PDF)
    file = tmp_path / "archive/files/a/b"
    file.write_bytes(b"x" * 999 + b"y")
    with pytest.raises(Damaged) as caught:
        await archive.get("a/b")
    assert "säkerhetskopian" in caught.value.sv
    with pytest.raises(Damaged):
        await anext(archive.stream("a/b", start=0, end=10))
    file.write_bytes(b"x")
    with pytest.raises(Damaged):
        await archive.info("a/b")


async def test_a_file_put_there_by_hand_is_listed_but_not_trusted(archive, tmp_path):
    await archive.put("a", b"1", content_type=PDF)
    (tmp_path / "archive/files/b").write_bytes(b"2")
    assert [(s.key, s.sha256 != "") async for s in archive.list()] == [("a", True), ("b", False)]
    with pytest.raises(Damaged):
        await archive.get("b")


@pytest.mark.parametrize("step", ["first facts", "rename", "last facts"])
async def test_a_crash_in_the_midst_of_a_replacement_leaves_the_old_or_the_new(archive, monkeypatch, step):
    """Each rename is where a power cut may come; afterwards the file is whole and can be replaced."""
    await archive.put("a", b"old", content_type=PDF)
    allowed = {"first facts": 0, "rename": 1, "last facts": 2}[step]
    real, seen = os.rename, []

    def rename(*args, **kwargs):
        seen.append(args)
        if len(seen) > allowed:
            raise KeyboardInterrupt
        real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("brygga.archive.disk.os.rename", rename)
        with pytest.raises(KeyboardInterrupt):
            archive._put(("a",), b"new", PDF, False)
    expected = b"new" if step == "last facts" else b"old"
    assert await archive.get("a") == expected
    assert (await archive.info("a")).size_bytes == 3
    await archive.put("a", b"newest", content_type=PDF)
    assert await archive.get("a") == b"newest"


async def test_a_writer_killed_at_any_moment_leaves_whole_files(tmp_path):
    code = (
        "import asyncio,itertools,sys; from pathlib import Path; from brygga.archive import DiskArchive\n"
        "async def go():\n"
        "  a=DiskArchive(Path(sys.argv[1]))\n"
        "  for n in itertools.count():\n"
        "    await a.put('k', str(n%10).encode()*200_000, content_type='text/plain'); print(n, flush=True)\n"
        "asyncio.run(go())"
    )
    archive = DiskArchive(tmp_path)
    for pause in (1, 7, 15):
        with subprocess.Popen(
            [sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True
        ) as writer:
            for _ in range(pause):
                writer.stdout.readline()
            writer.kill()
        assert len(set(await archive.get("k"))) == 1
    await archive.put("k", b"after", content_type=PDF)
    assert await archive.get("k") == b"after"


async def test_streams_give_the_range_asked_for(archive):
    data = bytes(range(256)) * 40
    await archive.put("a", data, content_type=PDF)
    async with aclosing(archive.stream("a", chunk_bytes=1000)) as whole:
        assert b"".join([c async for c in whole]) == data
    assert (
        b"".join([c async for c in archive.stream("a", start=5, end=2005, chunk_bytes=999)]) == data[5:2005]
    )
    assert [c async for c in archive.stream("a", start=7, end=7)] == []
    for start, end in ((-1, 5), (5, 4), (0, len(data) + 1)):
        with pytest.raises(Invalid, match="range"):
            await anext(archive.stream("a", start=start, end=end))


async def test_listing_keeps_to_its_folder_and_to_the_order_of_keys(archive):
    for key in ("b/1", "a/2", "a-b/1", "a/b/3", "ab/9"):
        await archive.put(key, b"x", content_type=PDF)
    assert [s.key async for s in archive.list("a/")] == ["a/2", "a/b/3"]
    everything = [s.key async for s in archive.list()]
    assert everything == sorted(everything)
    assert len(everything) == 5
    with pytest.raises(BadKey):
        await anext(archive.list("../"))


async def test_delete_removes_file_and_facts(archive, tmp_path):
    await archive.put("a/b", b"x", content_type=PDF)
    assert await archive.delete("a/b") is True
    assert await archive.delete("a/b") is False
    assert list((tmp_path / "archive/facts/a").iterdir()) == []


@pytest.mark.parametrize("way", ["folder", "file"])
async def test_links_inside_the_archive_are_never_followed(archive, tmp_path, way):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    await archive.put("x", b"x", content_type=PDF)
    files = tmp_path / "archive/files"
    if way == "folder":
        (files / "a").symlink_to(outside)
    else:
        (files / "a").mkdir()
        (files / "a/secret").symlink_to(outside / "secret")
    for asking in (archive.get("a/secret"), archive.info("a/secret"), anext(archive.stream("a/secret"))):
        with pytest.raises(BadKey):
            await asking
    assert [s.key async for s in archive.list()] == ["x"]
    if way == "folder":
        with pytest.raises(BadKey):
            await archive.put("a/secret", b"new", content_type=PDF)
    else:
        await archive.put("a/secret", b"new", content_type=PDF)  # replaces the link, not what it points at
    assert (outside / "secret").read_bytes() == b"secret"


async def test_a_file_where_a_folder_should_be_is_told(archive):
    await archive.put("a", b"x", content_type=PDF)
    with pytest.raises(BadKey):
        await archive.put("a/b", b"x", content_type=PDF)
    await archive.put("c/d", b"x", content_type=PDF)
    with pytest.raises(BadKey):
        await archive.put("c", b"x", content_type=PDF)


@contextmanager
def _largest_file(bytes_: int):
    """The kernel refuses to let any file of ours grow beyond this: as near a full disk as a test comes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_told_and_nothing_is_damaged(archive, tmp_path):
    await archive.put("a", b"old", content_type=PDF)
    with _largest_file(50_000), pytest.raises(ArchiveFull) as caught:
        await archive.put("a", b"x" * 100_000, content_type=PDF)
    assert isinstance(caught.value, Retryable)
    assert "full" in caught.value.sv
    assert await archive.get("a") == b"old"
    assert list((tmp_path / "archive/tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, ArchiveFull), (errno.EDQUOT, ArchiveFull), (errno.EROFS, ArchiveUnwritable),
     (errno.EACCES, ArchiveUnwritable)],
)  # fmt: skip  # a block reads best
async def test_what_the_disk_answers_becomes_a_clear_error(archive, monkeypatch, number, kind):
    await archive.put("a", b"old", content_type=PDF)

    def fsync(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("brygga.archive.folders.os.fsync", fsync)
        with pytest.raises(kind) as caught:
            await archive.put("a", b"new", content_type=PDF)
    assert caught.value.sv != caught.value.message
    assert await archive.get("a") == b"old"


async def test_a_root_that_cannot_be_made_stops_with_a_clear_error(tmp_path):
    (tmp_path / "file").touch()
    for root in (tmp_path / "file", tmp_path / "file/archive"):
        with pytest.raises(ArchiveUnwritable) as caught:
            await DiskArchive(root).put("a", b"x", content_type=PDF)
        assert isinstance(caught.value, SetupError)


@pytest.mark.parametrize("content_type", ["", "pdf", "text/html\r\nX: y", "a/b; x=y"])
async def test_a_content_type_that_could_break_a_header_is_refused(archive, content_type):
    with pytest.raises(Invalid):
        await archive.put("a", b"x", content_type=content_type)


async def test_what_a_crash_left_half_written_is_swept_after_a_day(archive, tmp_path):
    tmp = tmp_path / "archive/tmp"
    tmp.mkdir(parents=True)
    for name, age in (("1-1", timedelta(days=2)), ("1-2", timedelta(hours=1))):
        (tmp / name).write_bytes(b"half")
        os.utime(tmp / name, times=((AT - age).timestamp(),) * 2)
    await archive.put("a", b"x", content_type=PDF)
    assert [p.name for p in tmp.iterdir()] == ["1-2"]
