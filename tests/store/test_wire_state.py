"""What wire shares between processes, in SQL: the wire room's own contract, on both databases."""

from __future__ import annotations

import importlib.util
import inspect
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from brygga.store import Store
from brygga.store.wire_state import SqlAnswers, SqlBreakers, SqlSlots
from brygga.wire.state import AnswerStore, BreakerStore, Kept, SlotStore

_CONTRACT = Path(__file__).parents[1] / "wire" / "test_state_contract.py"


def _contract() -> dict[str, Any]:
    """The contract's tests that ask for nothing but `stores`, which this file gives in SQL."""
    spec = importlib.util.spec_from_file_location("wire_state_contract", _CONTRACT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = {name: test for name, test in vars(module).items() if name.startswith("test_")}
    return {
        name: test for name, test in found.items() if list(inspect.signature(test).parameters) == ["stores"]
    }


globals().update(_contract())


@dataclass
class State:
    """One process' view of the shared state."""

    slots: SlotStore
    breakers: BreakerStore
    answers: AnswerStore
    again: Any

    def reopen(self) -> State:
        return self.again()  # type: ignore[no-any-return]

    def close(self) -> None:
        """The fixture closes them all."""


@pytest.fixture
def stores(migrated_url: str, keys: Any) -> Any:
    opened: list[Store] = []

    def open_state() -> State:
        store = Store.open(migrated_url, keys=keys)
        opened.append(store)
        db = store.database
        return State(SqlSlots(db), SqlBreakers(db), SqlAnswers(db, keys), open_state)

    yield open_state()
    for store in opened:
        store.close()


def test_the_contract_was_found() -> None:
    assert len(_contract()) > 10


def test_two_processes_share_one_limit(stores: State) -> None:
    other = stores.reopen()
    asked: dict[str, Any] = {"calls": 40, "at_once": 30, "tokens": 2, "permits": 1, "holds_s": 30.0}
    given: list[tuple[int, int]] = []

    def work(slots: SlotStore) -> None:
        for _ in range(8):
            grant = slots.take("k", **asked)
            given.append((grant.tokens, grant.permits))

    threads = [threading.Thread(target=work, args=(s.slots,)) for s in (stores, other) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(tokens for tokens, _ in given) == 40
    assert sum(permits for _, permits in given) <= 30


def test_an_answer_sealed_for_another_place_counts_as_none(
    stores: State, migrated_url: str, keys: Any
) -> None:
    stores.answers.put("a", "k", Kept(200, {}, b"body", 1.0))
    with Store.open(migrated_url, keys=keys) as store:
        row = store.database.row("SELECT body FROM answer")
        assert row is not None
        assert b"body" not in row[0]
        store.database.write(lambda tx: tx.run("UPDATE answer SET key = 'other'"))
    assert stores.answers.get("a", "other") is None
