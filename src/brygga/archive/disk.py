"""An archive in a folder on a disk: plain files that a person can open, with their facts beside.

    <root>/files/<key>        the file itself
    <root>/facts/<key>.json   fingerprint, size, kind, time
    <root>/tmp/, <root>/locks/

A file is written under another name, forced to the medium and renamed: after a power cut it is
there whole or not at all. Several processes may share the folder. Needs a POSIX system.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from brygga.archive import facts as fact_notes
from brygga.archive import folders
from brygga.archive.errors import already_stored, bad_key, damaged, from_os, not_stored, unwritable
from brygga.archive.facts import Fact
from brygga.archive.keys import check_key, check_prefix
from brygga.archive.protocol import Stored
from brygga.model.errors import Fault, Invalid

_LEFTOVERS_AFTER = timedelta(days=1)
_TRIES = 5  # a reader meets a file that is replaced between its bytes and its facts: look again
_Facts = list[Fact]  # the class below has a method called `list`
_Keys = list[str]
_CONTENT_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}(; ?charset=[A-Za-z0-9-]{1,20})?")


def _now() -> datetime:
    return datetime.now(UTC)


class DiskArchive:
    """`brygga.archive.protocol.Archive` in the folder `root`, which is made when first written to."""

    def __init__(self, root: Path, *, clock: Callable[[], datetime] = _now) -> None:
        self._root = root.absolute()
        self._clock = clock
        self._swept = False

    async def put(self, key: str, data: bytes, *, content_type: str, if_absent: bool = False) -> Stored:
        """See `Archive.put`. Also raises Invalid for a `content_type` that is none."""
        parts = check_key(key)
        if not _CONTENT_TYPE.fullmatch(content_type):
            raise Invalid("not a content type", code="bad_content_type", fault=Fault.OURS)
        return await asyncio.to_thread(self._put, parts, data, content_type, if_absent)

    async def get(self, key: str) -> bytes:
        """See `Archive.get`."""
        return await asyncio.to_thread(self._get, check_key(key))

    async def info(self, key: str) -> Stored:
        """See `Archive.info`."""
        return await asyncio.to_thread(self._info, check_key(key))

    async def exists(self, key: str) -> bool:
        """See `Archive.exists`."""
        return await asyncio.to_thread(self._exists, check_key(key))

    async def delete(self, key: str) -> bool:
        """See `Archive.delete`."""
        return await asyncio.to_thread(self._delete, check_key(key))

    async def stream(
        self, key: str, *, start: int = 0, end: int | None = None, chunk_bytes: int = 1 << 18
    ) -> AsyncIterator[bytes]:
        """See `Archive.stream`. Close it (`aclosing`) when leaving early."""
        descriptor, fact = await asyncio.to_thread(self._open_checked, check_key(key))
        try:
            at, stop = start, fact.size_bytes if end is None else end
            if not 0 <= at <= stop <= fact.size_bytes:
                raise Invalid(f"range {start}-{end} is outside {key}", code="bad_range")
            while at < stop:
                chunk = await asyncio.to_thread(os.pread, descriptor, min(chunk_bytes, stop - at), at)
                if not chunk:
                    raise damaged(key, "it became shorter while it was read")
                at += len(chunk)
                yield chunk
        finally:
            os.close(descriptor)

    async def list(self, prefix: str = "") -> AsyncIterator[Stored]:
        """See `Archive.list`. A file put there by hand has no facts: its `sha256` is empty."""
        parts = check_prefix(prefix)
        for key in await asyncio.to_thread(self._keys_below, parts):
            stored = await asyncio.to_thread(self._listed, tuple(key.split("/")))
            if stored is not None:
                yield stored

    def _put(self, parts: tuple[str, ...], data: bytes, content_type: str, if_absent: bool) -> Stored:
        fact = fact_notes.fact_of(data, content_type=content_type, stored_at=self._clock())
        self._make_root()
        with _said("write", parts), folders.made(self._root, ("tmp",)) as tmp:
            self._sweep(tmp)
            fresh = folders.write_new(tmp, data)
            try:
                with self._locked(parts), folders.made(self._root, ("files", *parts[:-1])) as folder:
                    self._replace(parts, folder, (tmp, fresh), fact, if_absent)
            finally:
                with contextlib.suppress(FileNotFoundError):  # gone when it has been renamed
                    os.unlink(fresh, dir_fd=tmp)
        return fact.stored("/".join(parts))

    def _make_root(self) -> None:
        try:
            self._root.mkdir(mode=folders.FOLDER_MODE, parents=True, exist_ok=True)
        except OSError as error:
            raise from_os(error, doing="make the archive's folder") or unwritable(error) from error

    def _replace(
        self, parts: tuple[str, ...], folder: int, fresh: tuple[int, str], fact: Fact, if_absent: bool
    ) -> None:
        there = folders.is_file(folder, parts[-1])
        if there and if_absent:
            raise already_stored("/".join(parts))
        before = self._facts(parts) if there else []
        self._write_facts(parts, [fact, *before])
        os.rename(fresh[1], parts[-1], src_dir_fd=fresh[0], dst_dir_fd=folder)
        os.fsync(folder)
        if before:
            self._write_facts(parts, [fact])

    def _write_facts(self, parts: tuple[str, ...], facts: _Facts) -> None:
        with (
            folders.made(self._root, ("tmp",)) as tmp,
            folders.made(self._root, ("facts", *parts[:-1])) as folder,
        ):
            fresh = folders.write_new(tmp, fact_notes.encoded(facts))
            os.rename(fresh, f"{parts[-1]}.json", src_dir_fd=tmp, dst_dir_fd=folder)
            os.fsync(folder)

    def _facts(self, parts: tuple[str, ...]) -> _Facts:
        try:
            with folders.opened(self._root, ("facts", *parts[:-1])) as folder:
                descriptor = folders.open_file(folder, f"{parts[-1]}.json")
        except FileNotFoundError:
            return []
        with os.fdopen(descriptor, "rb") as file:
            return fact_notes.decoded(file.read(fact_notes.LONGEST_NOTE_BYTES))

    def _get(self, parts: tuple[str, ...]) -> bytes:
        for _ in range(_TRIES):
            with os.fdopen(self._open(parts), "rb") as file:
                data = file.read()
            if fact_notes.match(self._facts(parts), hashlib.sha256(data).hexdigest()) is not None:
                return data
        raise damaged("/".join(parts), "it does not match its fingerprint")

    def _open_checked(self, parts: tuple[str, ...]) -> tuple[int, Fact]:
        for _ in range(_TRIES):
            descriptor = self._open(parts)
            try:
                fact = fact_notes.match(self._facts(parts), fact_notes.digest_of(descriptor))
            except BaseException:
                os.close(descriptor)
                raise
            if fact is not None:
                return descriptor, fact
            os.close(descriptor)
        raise damaged("/".join(parts), "it does not match its fingerprint")

    def _info(self, parts: tuple[str, ...]) -> Stored:
        descriptor, facts = self._open(parts), self._facts(parts)
        size_bytes = os.fstat(descriptor).st_size
        os.close(descriptor)
        if len(facts) == 1 and facts[0].size_bytes == size_bytes:
            return facts[0].stored("/".join(parts))
        descriptor, fact = self._open_checked(parts)  # being replaced: only the bytes can tell
        os.close(descriptor)
        return fact.stored("/".join(parts))

    def _listed(self, parts: tuple[str, ...]) -> Stored | None:
        try:
            with _said("read", parts), folders.opened(self._root, ("files", *parts[:-1])) as folder:
                seen = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:  # removed while we were listing
            return None
        key, facts = "/".join(parts), self._facts(parts)
        if facts:
            return facts[0].stored(key) if len(facts) == 1 else self._info(parts)
        at = datetime.fromtimestamp(seen.st_mtime, UTC)
        return Stored(key=key, size_bytes=seen.st_size, sha256="", content_type="", stored_at=at)

    def _keys_below(self, parts: tuple[str, ...]) -> _Keys:
        with _said("list", parts):
            found = folders.files_below(self._root, ("files", *parts))
            return [key.removeprefix("files/") for key in found]

    def _open(self, parts: tuple[str, ...]) -> int:
        key = "/".join(parts)
        try:
            with _said("read", parts), folders.opened(self._root, ("files", *parts[:-1])) as folder:
                return folders.open_file(folder, parts[-1])
        except FileNotFoundError as error:
            raise not_stored(key) from error

    def _exists(self, parts: tuple[str, ...]) -> bool:
        try:
            with _said("read", parts), folders.opened(self._root, ("files", *parts[:-1])) as folder:
                return folders.is_file(folder, parts[-1])
        except FileNotFoundError:
            return False

    def _delete(self, parts: tuple[str, ...]) -> bool:
        if not self._exists(parts):
            return False
        with _said("remove", parts), self._locked(parts):
            removed = self._removed("files", parts[:-1], parts[-1])
            self._removed("facts", parts[:-1], f"{parts[-1]}.json")
            return removed

    def _removed(self, side: str, above: tuple[str, ...], name: str) -> bool:
        try:
            with folders.opened(self._root, (side, *above)) as folder:
                os.unlink(name, dir_fd=folder)
                os.fsync(folder)
        except FileNotFoundError:
            return False
        return True

    @contextlib.contextmanager
    def _locked(self, parts: tuple[str, ...]) -> Iterator[None]:
        """One writer per key; 256 locks are enough for that and never need tidying."""
        name = hashlib.sha256("/".join(parts).encode()).hexdigest()[:2]
        with folders.made(self._root, ("locks",)) as folder, folders.locked(folder, name):
            yield

    def _sweep(self, tmp: int) -> None:
        if not self._swept:
            folders.remove_older(tmp, (self._clock() - _LEFTOVERS_AFTER).timestamp())
            self._swept = True


@contextlib.contextmanager
def _said(doing: str, parts: tuple[str, ...]) -> Iterator[None]:
    """What the disk says, as our errors; FileNotFoundError goes through for the caller to judge."""
    key = "/".join(parts)
    try:
        yield
    except (NotADirectoryError, IsADirectoryError) as error:
        raise bad_key(key, "a file is in the way of a folder, or the other way round, or a link") from error
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise bad_key(key, "a symbolic link lies there") from error
        ours = from_os(error, doing=f"{doing} {key}")
        if ours is None:
            raise
        raise ours from error
