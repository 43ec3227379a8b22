"""While records come in bulk, no full garbage collections.

A pull makes hundreds of thousands of objects and hardly a cycle. Each full collection would
walk through everything that is alive, for nothing: a third of a first load. Young objects are
looked at as always.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 1_000
"""A full collection after so many of the middle generation, instead of ten."""

_turn = threading.Lock()
_inside = 0
_usual = (0, 0, 0)


@contextmanager
def calm_collector() -> Iterator[None]:
    """Full collections hardly ever, until the last one inside leaves."""
    global _inside, _usual  # noqa: PLW0603 – the collector is one per process, and so is its setting
    with _turn:
        _inside += 1
        if _inside == 1:
            _usual = gc.get_threshold()
            gc.set_threshold(_usual[0], _usual[1], _SELDOM)
    try:
        yield
    finally:
        with _turn:
            _inside -= 1
            if _inside == 0:
                gc.set_threshold(*_usual)
