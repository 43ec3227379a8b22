"""The correlation id: one short text that ties a webhook, its calls, changes and log lines together."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("brygga_correlation", default="")


def new_id() -> str:
    """A fresh id: 16 letters and digits, unique in practice, not secret, and saying nothing."""
    return "c" + secrets.token_hex(8)[:15]


def current() -> str:
    """The id of the work under way in this task; empty outside any."""
    return _current.get()


@contextmanager
def use(correlation_id: str = "") -> Iterator[str]:
    """Run a block under `correlation_id` (a new one when empty); tasks started within inherit it."""
    chosen = correlation_id or new_id()
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)
