"""Asking the shared state: directly where it lives in memory, in a thread where it may block."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class MayBlock(Protocol):
    """A store that says whether its methods may block."""

    blocking: bool


async def ask(store: MayBlock, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `question`, a method of `store`, answers; the event loop is never held up."""
    if store.blocking:
        return await asyncio.to_thread(question, *args, **kwargs)
    return question(*args, **kwargs)
