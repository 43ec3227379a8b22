"""Files that are kept: put and got by key, whole or not at all, never silently changed."""

from brygga.archive.disk import DiskArchive
from brygga.archive.documents import DocumentShelf, Version
from brygga.archive.errors import (
    AlreadyStored,
    ArchiveFull,
    ArchiveUnwritable,
    BadKey,
    Damaged,
    NotStored,
)
from brygga.archive.keys import check_key, segment
from brygga.archive.protocol import Archive, Stored

__all__ = [
    "AlreadyStored",
    "Archive",
    "ArchiveFull",
    "ArchiveUnwritable",
    "BadKey",
    "Damaged",
    "DiskArchive",
    "DocumentShelf",
    "NotStored",
    "Stored",
    "Version",
    "check_key",
    "segment",
]
