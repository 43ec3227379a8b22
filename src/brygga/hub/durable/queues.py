"""A queue: where flows wait for their turn, and how many may run at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FlowQueue:
    """A named queue, declared before launch.

    Every queue is split by key (the `partition` given to `start`): of one key at most one flow
    runs at a time, over all processes. A flow without a key gets a key of its own.

    per_worker: flows of this queue that may run at once in one process.
    total: the same over all processes on the database; None = no such limit.
    """

    name: str
    per_worker: int = 10
    total: int | None = None

    def __post_init__(self) -> None:
        if self.per_worker < 1 or (self.total is not None and self.total < 1):
            raise ValueError(f"Queue {self.name!r} must allow at least one flow at a time.")
        if not self.name or self.name.startswith("_dbos_"):
            raise ValueError(f"{self.name!r} cannot be the name of a queue.")
