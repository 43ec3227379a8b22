"""The few things the disk archive asks of a file system, none of which follows a symbolic link.

Every folder on the way is opened by its name inside its parent with O_NOFOLLOW, so a link that
somebody plants inside the archive cannot lead out of it, not even between check and use.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import stat
from collections.abc import Iterator
from pathlib import Path

FOLDER_MODE = 0o750  # the archive holds customers' papers: nothing for others on the machine
FILE_MODE = 0o640

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LOCK_FILE = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC

_numbers = itertools.count()


@contextlib.contextmanager
def opened(root: Path, parts: tuple[str, ...]) -> Iterator[int]:
    """Descriptor of the folder `parts` below `root`. Raises FileNotFoundError or NotADirectoryError."""
    with _walked(root, parts, make=False) as folder:
        yield folder


@contextlib.contextmanager
def made(root: Path, parts: tuple[str, ...]) -> Iterator[int]:
    """As `opened`, but missing folders are made, and have reached the medium when it yields."""
    with _walked(root, parts, make=True) as folder:
        yield folder


@contextlib.contextmanager
def _walked(root: Path, parts: tuple[str, ...], *, make: bool) -> Iterator[int]:
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            below = _step(folder, part, make=make)
            os.close(folder)
            folder = below
        yield folder
    finally:
        os.close(folder)


def _step(folder: int, part: str, *, make: bool) -> int:
    try:
        return os.open(part, _OPEN_FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
    with contextlib.suppress(FileExistsError):  # another process was first: just as well
        os.mkdir(part, FOLDER_MODE, dir_fd=folder)
    os.fsync(folder)
    return os.open(part, _OPEN_FOLDER, dir_fd=folder)


def open_file(folder: int, name: str) -> int:
    """Descriptor of a regular file, for reading. Raises OSError for anything else, links included."""
    descriptor = os.open(name, _OPEN_FILE, dir_fd=folder)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise IsADirectoryError(f"{name} is not a file")


def is_file(folder: int, name: str) -> bool:
    """Whether a regular file of that name lies in the folder."""
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def write_new(folder: int, data: bytes) -> str:
    """A new file with `data` in it, on the medium; its name. Leaves nothing behind when it fails."""
    while True:
        name = f"{os.getpid()}-{next(_numbers)}"
        try:
            descriptor = os.open(name, _NEW_FILE, FILE_MODE, dir_fd=folder)
        except FileExistsError:  # left by an earlier process with our number
            continue
        break
    try:
        _fill(descriptor, data)
    except OSError:
        os.unlink(name, dir_fd=folder)
        raise
    return name


def _fill(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(descriptor)


@contextlib.contextmanager
def locked(folder: int, name: str) -> Iterator[None]:
    """Hold the lock `name` alone, against threads and other processes on any machine that shares the disk."""
    descriptor = os.open(name, _LOCK_FILE, FILE_MODE, dir_fd=folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def files_below(root: Path, parts: tuple[str, ...]) -> Iterator[str]:
    """Keys of all regular files below a folder, in the order of the whole keys. Links are passed over."""
    try:
        with opened(root, parts) as folder, os.scandir(folder) as entries:
            found = sorted(e.name + "/" if e.is_dir(follow_symlinks=False) else e.name
                           for e in entries if not e.is_symlink())  # fmt: skip
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in found:
        if name.endswith("/"):
            yield from files_below(root, (*parts, name[:-1]))
        else:
            yield "/".join((*parts, name))


def remove_older(folder: int, than_s: float) -> None:
    """Remove files last written before `than_s` (seconds since 1970): what a crash left half written."""
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            if os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime < than_s:
                os.unlink(name, dir_fd=folder)
