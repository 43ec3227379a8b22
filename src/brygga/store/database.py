"""What the store needs of a database: one transaction, a few reads, the two words that differ.

SQL in this room is written once, with `?` for values. What SQLite and PostgreSQL say
differently is named here and filled in by `sqlite.py` and `postgres.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = tuple[Any, ...]
Values = Sequence[object]


class Clash(Exception):
    """Another writer was there first: the whole transaction is run again. Never leaves the room."""


class Reading(Protocol):
    """Something that answers questions: a database, or the transaction under way."""

    @property
    def among(self) -> str:
        """SQL for "is one of the values in this one parameter": `f"id {db.among}"`, `(db.array(ids),)`."""
        ...

    def array(self, values: Iterable[object]) -> object:
        """Many values as the one parameter of `among`."""
        ...

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows."""
        ...

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row, or None."""
        ...


class Tx(Reading, Protocol):
    """One open transaction; all of it is committed, or nothing."""

    @property
    def skip_locked(self) -> str:
        """SQL that lets another process' claimed rows be passed over."""
        ...

    def by_index(self, name: str) -> str:
        """SQL that makes SQLite use this index: without statistics it would scan by another."""
        ...

    def run(self, sql: str, values: Values = ()) -> int:
        """One statement; how many rows it touched."""
        ...

    def many(self, sql: str, rows: Sequence[Values]) -> int:
        """The same statement for each of the rows; how many rows were touched in all."""
        ...

    def load(self, table: str, columns: str, rows: Sequence[Values], *, utf8_last: bool = False) -> None:
        """Insert rows that are not there yet, the fast way. `columns` is `a, b, c`.

        `utf8_last`: the last column is text, given as UTF-8 bytes.
        """
        ...

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds `name`; held until this one ends."""
        ...


class Database(Reading, Protocol):
    """One database. Safe to use from several threads."""

    dialect: str

    def write(self, work: Callable[[Tx], T], *, durable: bool = True) -> T:
        """Run `work` in one transaction and commit. It may run again after a clash, so no side effects.

        `durable`: on disk before this returns; otherwise it survives a crash of ours but perhaps
        not a power cut. Raises Retryable (busy, away) and SetupError (full or read-only disk).
        """
        ...

    def close(self) -> None:
        """Give all connections back."""
        ...


def question_marks(columns: str) -> str:
    """`a, b, c` → `?, ?, ?`."""
    return ", ".join("?" * (columns.count(",") + 1))
