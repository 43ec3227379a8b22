"""While records come in bulk, the garbage collector looks only at what is new.

A pull makes hundreds of thousands of objects and hardly a cycle. Each full collection would
walk through everything the program has ever loaded, for nothing: a third of a first load.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Lock()
_inside = 0


@contextmanager
def calm_collector() -> Iterator[None]:
    """What exists at the entry is left out of collections until the last one inside leaves."""
    global _inside  # noqa: PLW0603 – the collector is one per process, and so is its count
    with _turn:
        _inside += 1
        if _inside == 1:
            gc.freeze()
    try:
        yield
    finally:
        with _turn:
            _inside -= 1
            if _inside == 0:
                gc.unfreeze()
