"""The audit log: whole, in order, and it shows when somebody has been at it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from brygga.store import Store
from brygga.store.database import Tx


def fill(store: Store, lines: int = 5) -> None:
    for n in range(lines):
        store.audit_add("anna", "export", f"vitec:C{n}", {"reason": "begäran", "n": n})


def test_an_untouched_log_is_found_whole(store: Store) -> None:
    assert store.audit_verify().ok
    fill(store)
    check = store.audit_verify()
    assert (check.ok, check.lines, check.first_bad) == (True, 5, None)
    (line,) = store.audit_list(subject="vitec:C3")
    assert (line.n, line.actor, line.action, line.facts) == (
        4,
        "anna",
        "export",
        {"reason": "begäran", "n": 3},
    )
    assert [row.n for row in store.audit_list(after=3)] == [4, 5]


@pytest.mark.parametrize(
    ("sql", "first_bad"),
    [
        ("UPDATE audit SET actor = 'bo' WHERE n = 3", 3),
        ("UPDATE audit SET facts = '{}' WHERE n = 1", 1),
        ("UPDATE audit SET at_us = at_us + 1 WHERE n = 5", 5),
        ("DELETE FROM audit WHERE n = 2", 2),
        ("DELETE FROM audit WHERE n = 5", 5),
        ("DELETE FROM audit", 1),
    ],
)
def test_tampering_shows_where_it_begins(store: Store, sql: str, first_bad: int) -> None:
    fill(store)
    work: Callable[[Tx], int] = lambda tx: tx.run(sql)  # noqa: E731 – one line says it
    store.database.write(work)
    check = store.audit_verify()
    assert (check.ok, check.first_bad) == (False, first_bad)


def test_writers_at_once_make_one_chain(store: Store, migrated_url: str, keys: Any) -> None:
    with Store.open(migrated_url, keys=keys) as other, ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit((store, other)[n % 2].audit_add, f"a{n}", "look") for n in range(30)]
        numbers = sorted(job.result() for job in jobs)
    assert numbers == list(range(1, 31))
    assert store.audit_verify().ok
