"""Conflicts (*konflikter*): what two systems say differently and no rule decides.

Both values lie sealed: they may be anybody's. A settled conflict stays as a line that says who
decided what and why, without the values.
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from brygga.store.database import Row, Tx
from brygga.store.jsons import from_json, to_json
from brygga.store.moments import from_us, maybe_from_us
from brygga.store.room import Room
from brygga.store.sealing import Sealer, label

_COLUMNS = (
    "n, twin_n, right_connection, kind, left_id, right_id, path, code, state, opened_us, last_us,"
    " settled_us, take, who, why, shown, choice"
)


class Raised(msgspec.Struct, kw_only=True):
    """A conflict as it is found. `left_at`, `right_at`: when each side's record was changed."""

    path: str
    code: str
    left: Any
    right: Any
    left_print: bytes
    right_print: bytes
    left_at: datetime | None = None
    right_at: datetime | None = None


class Conflict(msgspec.Struct, kw_only=True):
    """A conflict as it stands. `state`: open · chosen (answered, on its way) · settled.

    `take`: left · right · value, with `choice` for the last. Values are None once it is settled.
    """

    n: int
    twin_n: int
    right_connection: str
    kind: str
    left_id: str
    right_id: str
    path: str
    code: str
    state: str
    opened_at: datetime
    last_at: datetime
    settled_at: datetime | None
    take: str
    who: str
    why: str
    left: Any = None
    right: Any = None
    left_at: str = ""
    right_at: str = ""
    choice: Any = None


class Conflicts(Room):
    """List, look, answer."""

    def conflicts(
        self, *, state: str = "", connection: str = "", limit: int = 200, offset: int = 0
    ) -> list[Conflict]:
        """Conflicts, oldest first; without `state` those that are open or on their way."""
        where, values = ("state = ?", [state]) if state else ("state <> ?", ["settled"])
        given: list[object] = [*values]
        if connection:
            where += " AND right_connection = ?"
            given.append(connection)
        order = "settled_us DESC, n DESC" if state == "settled" else "n"
        sql = f"SELECT {_COLUMNS} FROM conflict WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        return [_conflict(self._sealer, row) for row in self._db.rows(sql, (*given, limit, offset))]

    def conflict_get(self, n: int) -> Conflict | None:
        """One conflict."""
        row = self._db.row(f"SELECT {_COLUMNS} FROM conflict WHERE n = ?", (n,))
        return _conflict(self._sealer, row) if row else None

    def conflict_count(self, connection: str = "", left_id: str = "") -> int:
        """How many are open: of a following connection, of one record of the leading side."""
        asked = {"right_connection": connection, "left_id": left_id}
        given = {name: value for name, value in asked.items() if value}
        where = "".join(f" AND {name} = ?" for name in given)
        row = self._db.row(f"SELECT count(*) FROM conflict WHERE state = 'open'{where}", list(given.values()))
        return int(row[0]) if row else 0

    def conflict_choose(self, n: int, take: str, value: Any, *, who: str, why: str) -> bool:
        """Write a person's answer down; False if the conflict is not open any more."""
        found = self.conflict_get(n)
        if found is None or found.state == "settled":
            return False
        sealed = self._sealer.seal(
            to_json(value).encode(), aad=_aad(found.right_connection, found.twin_n, found.path, "choice")
        )
        sql = (
            "UPDATE conflict SET state = 'chosen', take = ?, who = ?, why = ?, choice = ?"
            " WHERE n = ? AND state <> 'settled'"
        )
        return self._db.write(lambda tx: tx.run(sql, (take, who, why, sealed, n))) > 0

    def conflicts_chosen(self, connection: str, limit: int = 500) -> list[Conflict]:
        """Those that have been answered and wait to be carried out."""
        return self.conflicts(state="chosen", connection=connection, limit=limit)


def raise_and_settle(
    tx: Tx,
    sealer: Sealer,
    found: dict[int, tuple[str, str, str, str, list[Raised]]],
    at_us: int,
) -> tuple[int, int]:
    """Bring the conflicts of these twins up to date. Gives how many were opened and how many ended.

    `found`: twin's row → (right connection, kind, left id, right id, all its conflicts now).
    One that is there no more has ended: by the answer that it was given, or by itself.
    """
    sql = (
        "SELECT n, twin_n, path, code, left_print, right_print, state FROM conflict"
        f" WHERE state <> 'settled' AND twin_n {tx.among}"
    )
    known = {(row[1], row[2]): row for row in tx.rows(sql, (tx.array(found),))}
    wanted = {(n, one.path): one for n, (*_, many) in found.items() for one in many}
    ended = [row[0] for key, row in known.items() if key not in wanted]
    if ended:
        tx.many(_END, [(at_us, n) for n in ended])
    fresh = 0
    for (twin_n, path), one in wanted.items():
        row = known.get((twin_n, path))
        right = found[twin_n][0]
        if row is None:
            tx.run(_ADD, _row(sealer, twin_n, found[twin_n], one, at_us))
            fresh += 1
        elif (row[3], row[4], row[5]) != (one.code, one.left_print, one.right_print):
            shown = _shown(sealer, right, twin_n, one)
            tx.run(_ANEW, (one.code, at_us, one.left_print, one.right_print, shown, row[0]))
    return fresh, len(ended)


_END = (
    "UPDATE conflict SET settled_us = ?, who = CASE WHEN state = 'chosen' THEN who ELSE 'hub' END,"
    " shown = '', choice = NULL, state = 'settled' WHERE n = ?"
)
_ANEW = (
    "UPDATE conflict SET state = 'open', code = ?, last_us = ?, left_print = ?, right_print = ?, shown = ?,"
    " take = '', who = '', why = '', choice = NULL WHERE n = ?"
)
_ADD = (
    "INSERT INTO conflict (twin_n, right_connection, kind, left_id, right_id, path, code, state, opened_us,"
    " last_us, take, who, why, left_print, right_print, shown)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, '', '', '', ?, ?, ?)"
)


def _row(
    sealer: Sealer, twin_n: int, about: tuple[str, str, str, str, list[Raised]], one: Raised, at_us: int
) -> tuple[object, ...]:
    right, kind, left_id, right_id, _ = about
    prints = (one.left_print, one.right_print)
    shown = _shown(sealer, right, twin_n, one)
    return (twin_n, right, kind, left_id, right_id, one.path, one.code, at_us, at_us, *prints, shown)


def _shown(sealer: Sealer, right: str, twin_n: int, one: Raised) -> bytes:
    facts = {"left": one.left, "right": one.right, "left_at": one.left_at, "right_at": one.right_at}
    return sealer.seal(to_json(facts).encode(), aad=_aad(right, twin_n, one.path, "shown"))


def _aad(right: str, twin_n: int, path: str, what: str) -> bytes:
    return label("conflict", right, str(twin_n), path, what)


def _conflict(sealer: Sealer, row: Row) -> Conflict:
    n, twin_n, right, kind, left_id, right_id, path, code, state, opened, last, settled, *rest = row
    take, who, why, shown, choice = rest
    facts: dict[str, Any] = {}
    if shown and state != "settled":
        facts = from_json(sealer.open(shown, aad=_aad(right, twin_n, path, "shown")))
    chosen = from_json(sealer.open(choice, aad=_aad(right, twin_n, path, "choice"))) if choice else None
    return Conflict(
        n=n, twin_n=twin_n, right_connection=right, kind=kind, left_id=left_id, right_id=right_id, path=path,
        code=code, state=state, opened_at=from_us(opened), last_at=from_us(last),
        settled_at=maybe_from_us(settled), take=take, who=who, why=why, left=facts.get("left"),
        right=facts.get("right"), left_at=facts.get("left_at") or "", right_at=facts.get("right_at") or "",
        choice=chosen,
    )  # fmt: skip


def answers(found: Iterable[Conflict]) -> dict[int, dict[str, Conflict]]:
    """Twin's row → path → the answered conflict."""
    by_twin: dict[int, dict[str, Conflict]] = {}
    for one in found:
        by_twin.setdefault(one.twin_n, {})[one.path] = one
    return by_twin


__all__ = ["Conflict", "Conflicts", "Raised", "answers", "raise_and_settle"]
