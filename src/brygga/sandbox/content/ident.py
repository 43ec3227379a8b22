"""Identifiers and times in the forms that the imitated broker system uses."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from brygga.swedish.dates import STOCKHOLM


def long_id(prefix: str, *parts: object) -> str:
    """Prefix + 32 hexadecimal digits, the same for the same parts."""
    return prefix + _digest(parts, 16).hex().upper()


def short_id(prefix: str, *parts: object) -> str:
    """Prefix + 18 letters and digits, the newer generation of ids."""
    return prefix + base64.b32encode(_digest(parts, 12)).decode()[:18]


def _digest(parts: tuple[object, ...], size: int) -> bytes:
    return hashlib.blake2b(":".join(map(str, parts)).encode(), digest_size=size).digest()


def wall(moment: datetime) -> str:
    """Swedish wall clock without offset, decimals as many as needed: `2026-08-31T11:46:09.65`.

    Source: contract §6.
    """
    naive = moment.astimezone(STOCKHOLM).replace(tzinfo=None)
    text = naive.isoformat(timespec="microseconds" if naive.microsecond else "seconds")
    return text.rstrip("0") if naive.microsecond else text


def moment(text: str) -> datetime:
    """A filter value: with offset as it says, without as Swedish time. Raises ValueError.

    Source: contract §6. More than six decimals are cut.
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=STOCKHOLM)
