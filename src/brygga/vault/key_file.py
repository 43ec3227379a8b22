"""The key file on disk: made at one stroke, mode 0600, refused when others can read it."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from brygga.vault.errors import InsecureKeyFile, KeyMissing, KeyUnusable
from brygga.vault.secret import Secret

LARGEST_BYTES = 65_536

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read(path: Path) -> Secret:
    """Its text. Raises KeyMissing, InsecureKeyFile, KeyUnusable (not text, or too large)."""
    try:
        content = _content(path)
    except FileNotFoundError as error:
        raise KeyMissing(
            f"the key file {path} is not there: put it back, or correct BRYGGA_KEYS_FILE"
        ) from error
    except OSError as error:
        raise KeyMissing(f"the key file {path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_BYTES or not content.isascii():
        raise KeyUnusable(f"the key file {path} does not hold main keys")
    return Secret(content.decode("ascii"))


def create(path: Path, entry: Secret) -> None:
    """Write a new file with mode 0600; leave an existing one alone. Whole or not at all.

    Raises KeyMissing when the folder does not let us.
    """
    try:
        written = _write_beside(path, entry)
        try:
            os.link(written, path)  # unlike a rename, never replaces a key file made meanwhile
        except FileExistsError:
            return
        finally:
            written.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise KeyMissing(
            f"the key file {path} cannot be made: {error.strerror}; choose another place in BRYGGA_KEYS_FILE"
        ) from error


def append(path: Path, entry: Secret) -> None:
    """Replace the file by itself and one entry more. Whole or not at all."""
    both = Secret(read(path).reveal().rstrip(", \n") + "\n" + entry.reveal())
    _write_beside(path, both).replace(path)
    _sync_folder(path.parent)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        _refuse_insecure(path, os.fstat(file.fileno()))
        return file.read(LARGEST_BYTES + 1)


def _refuse_insecure(path: Path, found: os.stat_result) -> None:
    if os.name != "posix":
        return  # other systems keep no such mode bits; access lists guard the file there
    if found.st_mode & _OTHERS:
        raise InsecureKeyFile(
            f"the key file {path} can be read by others (mode {stat.S_IMODE(found.st_mode):o}): "
            f"run chmod 600 {path}"
        )
    if found.st_uid not in {os.geteuid(), 0}:
        raise InsecureKeyFile(f"the key file {path} belongs to another user: make it yours with chown")


def _write_beside(path: Path, text: Secret) -> Path:
    """A synced temporary file, mode 0600 from birth, in the same folder."""
    descriptor, name = tempfile.mkstemp(prefix=".keys-", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text.reveal() + "\n")
        file.flush()
        os.fsync(descriptor)
    return Path(name)


def _sync_folder(folder: Path) -> None:
    """So that the new name survives a power cut."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
