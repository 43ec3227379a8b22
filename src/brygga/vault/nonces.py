"""Random bytes from the system, drawn in blocks: one system call for many nonces.

A call of the system lets other threads in; while one of them computes, each nonce of its own
would cost up to a switch interval (5 ms). A block is thrown away in a forked child, so that
no two processes ever give out the same bytes.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable

BLOCK_BYTES = 64 * 12
"""Few enough that hardly any unused ones lie about, for instance in a copy of a paused machine."""


class RandomBlocks:
    """`RandomBlocks()(12)` gives 12 random bytes. Safe across threads and forks."""

    def __init__(self, source: Callable[[int], bytes] = os.urandom) -> None:
        self._source = source
        self._turn = threading.Lock()
        self._block, self._at = b"", 0
        forget = weakref.WeakMethod(self._forget)
        os.register_at_fork(after_in_child=lambda: (held := forget()) and held())

    def __call__(self, count: int) -> bytes:
        """Bytes that were never given out before."""
        with self._turn:
            if self._at + count > len(self._block):
                self._block, self._at = self._source(max(BLOCK_BYTES, count)), 0
            start, self._at = self._at, self._at + count
            return self._block[start : self._at]

    def _forget(self) -> None:
        """In a forked child: the parent gives out the rest of this block."""
        self._turn = threading.Lock()
        self._block, self._at = b"", 0
