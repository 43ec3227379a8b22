"""What the store asks of whoever keeps the keys, and what it seals.

Raw answers, webhook bodies, what waits to be sent and kept answers lie sealed in the tables.
The associated data names the row, so that a sealed value cannot be moved to another row.
"""

from __future__ import annotations

import zlib
from typing import Protocol

_PLAIN, _ZLIB = b"\x00", b"\x01"
_WORTH_PACKING_BYTES = 16_384
"""Below this the time to compress costs more than the disk it saves."""


class Sealer(Protocol):
    """Authenticated encryption with associated data. `open` raises if the data was changed or moved."""

    def seal(self, plain: bytes, *, aad: bytes) -> bytes:
        """Plain → sealed."""
        ...

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        """Sealed → plain."""
        ...


def label(*parts: str) -> bytes:
    """The associated data of a row: its table and its key."""
    return "\x1f".join(parts).encode("utf-8", "surrogatepass")


def pack(body: bytes) -> bytes:
    """Body with one byte before it that says how it is kept; large ones are compressed."""
    if len(body) < _WORTH_PACKING_BYTES:
        return _PLAIN + body
    return _ZLIB + zlib.compress(body, 1)


def unpack(packed: bytes) -> bytes:
    """The body that `pack` was given."""
    return zlib.decompress(packed[1:]) if packed[:1] == _ZLIB else packed[1:]
