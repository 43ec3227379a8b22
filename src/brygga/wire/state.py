"""What wire shares between processes: slots of the limiter, the breaker, kept answers.

Three small protocols. `wire/memory.py` has them in memory (one process); the store has them in
SQL. All methods are synchronous and short: one transaction each, never a wait for anything but
the database's own lock. A store whose methods may block (SQL) says so with `blocking = True`
and is then called in a thread; wire may call one store object from several threads.

**Time.** No absolute time crosses this border except `Kept.fetched_at`. Everything else is a
duration in seconds, and the store turns it into a moment with *one* clock of its own: the
database server's (`clock_timestamp()`) where several machines share it, the machine's wall
clock for SQLite. So skewed clocks of different machines can never loosen a limit.

**Keys.** `key` and `scope` are opaque text of ours (`tenant/connection`, or with an ability
appended); at most some 200 characters; no personal data.

Nothing here needs to survive a power cut: commit without waiting for the disk
(`synchronous=NORMAL` / `synchronous_commit=off`) is right for all three.
"""

from __future__ import annotations

from typing import Protocol

import msgspec


class Grant(msgspec.Struct, frozen=True):
    """Slots given to one process under `lease`; or nothing (`lease == ""`) and a hint when to ask again.

    `tokens`: calls that may be started. `permits`: calls that may be under way at the same time.
    `wait_s`: only with an empty grant; seconds until the first known slot becomes free, 0.0 when
    that cannot be told (all are held by calls under way).
    """

    lease: str
    tokens: int
    permits: int
    wait_s: float = 0.0


class SlotStore(Protocol):
    """The limiter's slots. For each key there are `calls` rate slots and `at_once` permits.

    Table `slot`: lease TEXT PRIMARY KEY, key TEXT, tokens INT, permits INT, until_us BIGINT;
    index on key. One row is one lease: held (`until` = expiry, so that a killed process' slots
    come back) or cooling (`permits` = 0, `until` = the moment its tokens may be used again).
    A row counts until `until` has passed, then it may be deleted.

    Invariant, also with many processes at the same moment: the sum of `tokens` over the rows of
    a key whose `until` lies ahead never exceeds `calls`, nor the sum of `permits` `at_once`.
    So `take` must be serialised per key: BEGIN IMMEDIATE on SQLite, `pg_advisory_xact_lock` of
    the key's hash on PostgreSQL, *before* the clock and the sums are read. A plain read first,
    which gives up without any lock when nothing is free, keeps waiting cheap.
    """

    blocking: bool

    def take(self, key: str, *, calls: int, at_once: int, tokens: int, permits: int, holds_s: float) -> Grant:
        """Lease up to `tokens` and `permits` of `key` for `holds_s` seconds at most.

        Frees what has run out, then grants min(asked, free) of each; both must be ≥ 1 or nothing
        is granted and nothing written. `lease` is a new unique text. With nothing free, `wait_s` is
        the time to the earliest `until` among the rows that hold what lacks (tokens, or permits).
        """
        ...

    def give_back(self, lease: str, *, spent: int, cools_s: float) -> None:
        """End a lease: all permits free now; `spent` tokens free `cools_s` from now, the others now.

        `UPDATE slot SET tokens=:spent, permits=0, until=now+cools_s WHERE lease=:lease`, or DELETE
        when `spent` or `cools_s` is 0. A lease that has run out and is gone: nothing happens.
        """
        ...


class BreakerView(msgspec.Struct, frozen=True):
    """A breaker as it stands. `mode`: `closed` · `open` · `blocked`.

    `open`: resting after faults of provider or network. `blocked`: the provider has closed the
    office, `code`/`sv` say why. `rest_s` > 0: no probe may be sent before that many seconds
    (also while another process' probe is under way); 0.0: a probe may be asked for.
    """

    mode: str = "closed"
    failures: int = 0
    rest_s: float = 0.0
    code: str = ""
    sv: str = ""


class BreakerStore(Protocol):
    """Breakers. They survive a restart and are the same for all processes.

    Table `breaker`: key TEXT PRIMARY KEY, mode TEXT, failures INT, rest_until_us BIGINT,
    probe TEXT ('' = none under way), code TEXT, sv TEXT, changed_us BIGINT. No row means closed.
    Each method is one atomic statement or a serialised transaction per key.
    """

    blocking: bool

    def look(self, key: str) -> BreakerView:
        """The state now. Only reads."""
        ...

    def failed(
        self, key: str, *, opens_at: int, rest_s: float, probe: str = "", code: str = ""
    ) -> BreakerView:
        """Report a fault of provider or network; gives the state after it.

        closed: failures += 1; at `opens_at` mode becomes `open`, rest_until = now + rest_s, `code` kept.
        open or blocked, and `probe` is the probe under way: it failed: mode stays, probe = '',
        failures += 1, rest_until = now + rest_s.
        open or blocked otherwise (a straggler sent before it opened): nothing changes.
        """
        ...

    def succeeded(self, key: str, *, probe: str = "") -> None:
        """Report a well call. closed: failures = 0 (the row may go). open or blocked: closes only
        when `probe` is the probe under way; a straggler's success changes nothing."""
        ...

    def probe(self, key: str, *, probe: str, holds_s: float) -> bool:
        """Ask to be the one probe. True for exactly one asker over all processes.

        When mode is open or blocked and rest_until ≤ now: probe = :probe, rest_until = now + holds_s
        (so that the probe of a killed process is followed by another), True. Otherwise False.
        One conditional UPDATE is enough.
        """
        ...

    def block(self, key: str, *, rest_s: float, code: str, sv: str) -> None:
        """mode = `blocked`, probe = '', rest_until = now + rest_s, code and sv kept. From any mode."""
        ...

    def release(self, key: str) -> None:
        """A person has mended it: closed at once, failures 0, whatever it was."""
        ...

    def watch(self) -> dict[str, BreakerView]:
        """All breakers that are not closed, by key, for pages and metrics. Only reads."""
        ...


class Kept(msgspec.Struct, frozen=True):
    """A good answer kept: for conditional calls and as the last known when the provider is down.

    `fetched_at`: POSIX seconds (wall clock) when it was last known to hold. `headers`: lower-case
    names; never cookies or credentials.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: float
    etag: str = ""
    last_modified: str = ""


class AnswerStore(Protocol):
    """Kept answers of cacheable reads. The body is personal data until proven otherwise: seal it.

    Table `answer`: scope TEXT, key TEXT, status INT, etag TEXT, last_modified TEXT, headers TEXT
    (JSON), body BLOB (sealed, associated data scope + key), fetched_us BIGINT; PK (scope, key).
    `key` is a hash, so that no query value stands in a table in clear.
    """

    blocking: bool

    def get(self, scope: str, key: str) -> Kept | None:
        """The kept answer, or None. One that cannot be opened (key rotated away) counts as None."""
        ...

    def put(self, scope: str, key: str, kept: Kept) -> None:
        """Keep or replace."""
        ...

    def touch(self, scope: str, key: str, fetched_at: float) -> None:
        """The provider said "not modified": only `fetched_at` moves forward."""
        ...

    def forget(self, scope: str, *, before: float | None = None) -> int:
        """Drop the scope's answers (with `before`: those fetched before that POSIX time); how many."""
        ...
