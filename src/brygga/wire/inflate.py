"""Decompression with limits: an answer may not unfold into more than we asked for (a "bomb")."""

from __future__ import annotations

import zlib

_RATIO, _RATIO_FROM_BYTES = 250, 1_000_000
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class TooLarge(Exception):
    """The answer is larger than allowed, packed or unpacked."""


class Broken(Exception):
    """The packed data is not what its header says, or ends too soon."""


class Inflater:
    """Unpacks `gzip` and `deflate` (RFC 9110 §8.4.1) piece by piece, at most `most_bytes` in all.

    Beyond a million bytes the ratio may not exceed 250; text of a provider stays below 50.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._packed = self._unpacked = 0
        self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)

    def feed(self, piece: bytes) -> bytes:
        """What `piece` unpacks to. Raises TooLarge, Broken."""
        self._packed += len(piece)
        unpacked: list[bytes] = []
        while piece:
            if self._stream.eof:  # gzip allows several members after each other
                self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
            unpacked.append(self._some(piece))
            piece = self._stream.unconsumed_tail or self._stream.unused_data
        return b"".join(unpacked)

    def finish(self) -> None:
        """The last piece has come. Raises Broken when the data ended too soon."""
        if self._packed and not self._stream.eof:
            raise Broken("the packed answer ends too soon")

    def _some(self, piece: bytes) -> bytes:
        try:
            out = self._stream.decompress(piece, self._most_bytes - self._unpacked + 1)
        except zlib.error as error:
            if self._packed == len(piece) and not self._unpacked:
                return self._as_raw(piece, error)
            raise Broken("the packed answer is damaged") from error
        return self._counted(out)

    def _as_raw(self, piece: bytes, error: zlib.error) -> bytes:
        """Some servers send `deflate` without its zlib frame."""
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._counted(self._stream.decompress(piece, self._most_bytes + 1))
        except zlib.error:
            raise Broken("the packed answer is damaged") from error

    def _counted(self, out: bytes) -> bytes:
        self._unpacked += len(out)
        too_dense = self._unpacked > _RATIO_FROM_BYTES and self._unpacked > _RATIO * self._packed
        if self._unpacked > self._most_bytes or too_dense:
            raise TooLarge("the answer unfolds beyond its limit")
        return out
