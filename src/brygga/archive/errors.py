"""What can go wrong in an archive, by what the caller should do about it.

    BryggaError
    ├── Rejected    ├── NotStored          nothing lies under that key
    │               └── AlreadyStored      something does, and it was to be a new one
    ├── Invalid     ├── BadKey             the key cannot be a place in an archive
    │               └── Damaged            the bytes are not those that were put there
    ├── Retryable   └── ArchiveFull        no room; room may be made
    └── SetupError  └── ArchiveUnwritable  read-only, or no right to write there

A key may hold an object's id but never a person's name, so it may stand in a message.
"""

from __future__ import annotations

import errno

from brygga.model.errors import Fault, Invalid, Rejected, Retryable, SetupError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_RIGHT = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class NotStored(Rejected):
    """Nothing lies under that key."""


class AlreadyStored(Rejected):
    """Something lies under that key already and `if_absent` was asked for."""


class BadKey(Invalid):
    """The key cannot be a place in an archive: see `brygga.archive.keys`."""


class Damaged(Invalid):
    """The bytes are not those that were put there: changed, cut or put there by someone else."""


class ArchiveFull(Retryable):
    """No room left. Nothing was changed; repeat when there is room."""


class ArchiveUnwritable(SetupError):
    """The archive cannot be written: read-only disk or no right. What is stored can still be read."""


def not_stored(key: str) -> NotStored:
    """The error for a key that has nothing."""
    return NotStored(f"nothing is stored as {key}", code="not_stored", sv="Filen finns inte i arkivet.")


def already_stored(key: str) -> AlreadyStored:
    """The error for a create that came second."""
    sv = "Filen finns redan i arkivet och har inte skrivits över."
    return AlreadyStored(f"{key} is already stored", code="already_stored", sv=sv)


def bad_key(key: str, why: str) -> BadKey:
    """The error for a key that is no place. The key is cut: it may be hostile."""
    sv = "Filnamnet kan inte användas i arkivet."
    return BadKey(f"archive key {key[:80]!r} cannot be used: {why}", code="bad_key", sv=sv, fault=Fault.OURS)


def damaged(key: str, why: str) -> Damaged:
    """The error for bytes that do not match their fingerprint."""
    sv = "Filen i arkivet är skadad eller ändrad utanför brygga. Hämta den från säkerhetskopian."
    return Damaged(f"{key} is damaged: {why}", code="archive_damaged", sv=sv, fault=Fault.OFFICE)


def from_os(error: OSError, *, doing: str) -> ArchiveFull | ArchiveUnwritable | None:
    """Our error for what the disk said while `doing` (`write reports/a.pdf`); None if it is none of ours."""
    why = f"could not {doing}: {error.strerror}"
    if error.errno in _NO_ROOM:
        sv = "Arkivets disk är full. Det som redan är sparat är oskadat. Frigör utrymme, så fortsätter vi."
        return ArchiveFull(why, code="archive_full", sv=sv, fault=Fault.OFFICE, after_s=300.0)
    return unwritable(error) if error.errno in _NO_RIGHT else None


def unwritable(error: OSError) -> ArchiveUnwritable:
    """The error for a folder that does not let us write."""
    sv = "Vi kan inte skriva i arkivets mapp. Det som är sparat är kvar. Ge brygga skrivrätt till mappen."
    why = f"the archive cannot be written: {error.strerror}"
    return ArchiveUnwritable(why, code="archive_unwritable", sv=sv, fault=Fault.OFFICE)
