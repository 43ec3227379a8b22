"""The state that processes share, for tests: in memory, or in a database as the hub keeps it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from brygga.store.migrate import migrate
from brygga.store.opening import connect
from brygga.store.wire_state import SqlAnswers, SqlBreakers, SqlSlots
from brygga.wire.memory import MemoryAnswers, MemoryBreakers, MemorySlots


class Keys:
    """Real encryption with a key of the test's own."""

    def __init__(self) -> None:
        self._cipher = AESGCM(bytes(range(32)))

    def seal(self, plain: bytes, *, aad: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, aad)

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:12], sealed[12:], aad)


@dataclass
class State:
    """The three stores. `reopen` gives what another process, or this one after a restart, sees."""

    slots: Any
    breakers: Any
    answers: Any
    url: str = ""
    close: Callable[[], None] = lambda: None

    def reopen(self) -> State | None:
        """The same state through a connection of its own; None for memory, which cannot be shared."""
        return open_state(self.url) if self.url else None


def open_state(url: str = "") -> State:
    """The state in the database at `url`, or in memory."""
    if not url:
        return State(MemorySlots(), MemoryBreakers(), MemoryAnswers())
    database = connect(url)
    migrate(database)
    return State(SqlSlots(database), SqlBreakers(database), SqlAnswers(database, Keys()), url, database.close)
