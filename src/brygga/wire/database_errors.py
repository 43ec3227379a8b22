"""What a database's errors mean, as the house's errors with their Swedish texts.

The tables stand in `database_codes`. The database's own words are kept only where they are somebody's
message (a trigger that raises), and then masked.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import psycopg

from brygga.model.errors import BryggaError, Fault, OutcomeUnknown
from brygga.swedish.masking import mask
from brygga.wire import correlation
from brygga.wire.database_codes import (
    DOWN,
    MYSQL,
    NO_RIGHT,
    OTHER,
    POSTGRES,
    RAISED,
    ROW_SECURITY,
    SHAPE,
    SIGN_IN,
    SQLITE,
    UNREACHABLE,
    USED,
    VALUE,
    Meaning,
)
from brygga.wire.log import hide_secrets

_ROW_SECURITY_WORDS = "row-level security"
_NO_ENTRY = re.compile(
    r'authentication failed|no password supplied|no pg_hba.conf entry|(?:role|database) ".*" does not exist'
)
"""A refused connection has no SQLSTATE on the client's side, only libpq's words."""
_COLUMN_WORDS = re.compile(r"[Cc]olumn '([^']{1,80})'|constraint failed: (\S{1,120})|for key '([^']{1,120})'")
_MISSING_SQLITE = re.compile(r"no such (?:table|column): (\S{1,120})|has no column named (\S{1,80})")


class DatabaseErrors:
    """Makes the errors of one connection."""

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def translated(self, error: Exception, operation: str, *, committing: bool = False) -> BryggaError:
        """A driver's error as ours. `committing`: the line broke while a change was being confirmed."""
        meaning, status, what = _judged(error)
        if committing and meaning.code == UNREACHABLE:
            return self.in_doubt(operation)
        return self.error(
            meaning.kind,
            operation,
            meaning.code,
            meaning.sv.format(what=what or "databasen"),
            message=f"{status or type(error).__name__}: {meaning.code.replace('_', ' ')}"
            + (f" ({what})" if what else ""),
            fault=meaning.fault,
        )

    def in_doubt(self, operation: str) -> OutcomeUnknown:
        """The answer to a commit never came: the change may stand."""
        return OutcomeUnknown(
            f"{self._connection}: {operation}: the line broke during commit",
            code="outcome_unknown",
            sv="Förbindelsen bröts medan ändringen bekräftades. Vi läser efter innan något skrivs igen.",
            connection=self._connection,
            operation=operation,
            correlation_id=correlation.current(),
            fault=Fault.NETWORK,
        )

    def error(
        self,
        kind: type[BryggaError],
        operation: str,
        code: str,
        sv: str,
        *,
        message: str = "",
        fault: Fault = Fault.OFFICE,
    ) -> BryggaError:
        """An error of this connection, with the trace number of the work under way."""
        return kind(
            f"{self._connection}: {operation}: {message or code.replace('_', ' ')}",
            code=code,
            sv=sv,
            connection=self._connection,
            operation=operation,
            correlation_id=correlation.current(),
            fault=fault,
        )


def _judged(error: Exception) -> tuple[Meaning, str, str]:
    """The row of the table, the database's own code, and what it is about."""
    if isinstance(error, psycopg.Error):
        return _postgres(error)
    if isinstance(error, sqlite3.Error):
        return _sqlite(error)
    number = str(error.args[0]) if error.args and isinstance(error.args[0], int) else ""
    if number:
        return _mysql(number, str(error.args[1]) if len(error.args) > 1 else "")
    return (DOWN if isinstance(error, OSError) else OTHER), "", ""


def _postgres(error: psycopg.Error) -> tuple[Meaning, str, str]:
    state, diag = error.sqlstate or "", error.diag
    if not state:
        refused = _NO_ENTRY.search(str(error)) is not None
        down = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return (SIGN_IN if refused else DOWN if down else OTHER), "", ""
    what = diag.column_name or diag.constraint_name or diag.table_name or ""
    if state == "42501" and _ROW_SECURITY_WORDS in (diag.message_primary or ""):
        return ROW_SECURITY, state, _quoted(diag.message_primary)
    if state == "23503" and "still referenced" in (diag.message_detail or ""):
        return USED, state, what
    if state == "23505" and (columns := re.match(r"Key \(([^)]{1,120})\)", diag.message_detail or "")):
        what = columns[1]
    meaning = _longest(POSTGRES, state)
    if meaning is RAISED:
        what = _message(diag.message_primary)
    elif not what and meaning in {NO_RIGHT, SHAPE}:
        what = _quoted(diag.message_primary)
    return meaning, state, what


def _sqlite(error: sqlite3.Error) -> tuple[Meaning, str, str]:
    name = getattr(error, "sqlite_errorname", "") or ""
    words = str(error)
    if missing := _MISSING_SQLITE.search(words):
        return SHAPE, name, missing[1] or missing[2]
    meaning = _longest(SQLITE, name)
    if meaning is RAISED:
        return meaning, name, _message(words)
    if "cannot start a transaction" in words or isinstance(error, sqlite3.DataError | sqlite3.InterfaceError):
        return VALUE, name, ""
    return meaning, name, _column(words)


def _mysql(number: str, words: str) -> tuple[Meaning, str, str]:
    meaning = _longest(MYSQL, number)
    return meaning, number, _message(words) if meaning is RAISED else _column(words)


def _longest(table: dict[str, Meaning], code: str) -> Meaning:
    for length in range(len(code), 1, -1):
        if (found := table.get(code[:length])) is not None:
            return found
    return OTHER


def _column(words: str) -> str:
    found = _COLUMN_WORDS.search(words)
    return (found[1] or found[2] or found[3] or "").strip(",'") if found else ""


def _quoted(words: Any) -> str:
    found = re.search(r'"([^"]{1,120})"', str(words or "")) or re.search(
        r"for \w+ (\w{1,80})", str(words or "")
    )
    return found[1] if found else ""


def _message(words: Any) -> str:
    """Somebody's own message, without persons and secrets."""
    return mask(hide_secrets(str(words or "")))[:200]
