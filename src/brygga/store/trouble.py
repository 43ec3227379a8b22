"""What a database's error means for whoever runs the program: one table for each of the two."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from brygga.model import BryggaError, Fault, Retryable, SetupError

if TYPE_CHECKING:
    import psycopg


def _setup(code: str, message: str, sv: str) -> SetupError:
    return SetupError(message, code=code, sv=sv, fault=Fault.OURS)


def wrong_url(url: str) -> SetupError:
    """The address cannot be understood. It may hold a password, so only its scheme is told."""
    scheme = url.split(":", 1)[0][:20] if ":" in url else ""
    return _setup(
        "wrong_database_url",
        f"The database address (scheme {scheme!r}) must be sqlite:///path/to/file.db or postgresql://…",
        "Databasens adress kan inte användas: den ska vara sqlite:///sökväg/fil.db eller postgresql://…",
    )


def disk_full(where: str) -> SetupError:
    """No room left: nothing half-written, the last commit stands."""
    return _setup(
        "disk_full",
        f"The disk is full where {where} is kept; nothing was half-written.",
        f"Disken är full där {where} ligger; inget har skrivits halvt. Frigör plats och starta igen.",
    )


def read_only(where: str) -> SetupError:
    """The database may be read but not written."""
    return _setup(
        "read_only",
        f"The database {where} cannot be written: it is read-only.",
        f"Databasen {where} är skrivskyddad och går inte att skriva i.",
    )


def _busy(where: str) -> Retryable:
    return Retryable(
        f"The database {where} is busy; nothing was written.",
        code="database_busy",
        sv="Databasen är upptagen just nu. Inget har skrivits; försök igen.",
        fault=Fault.OURS,
        after_s=1.0,
    )


def _away(where: str) -> Retryable:
    return Retryable(
        f"The database {where} cannot be reached.",
        code="database_away",
        sv="Databasen går inte att nå just nu. Det som redan är sparat finns kvar; försök igen.",
        fault=Fault.OURS,
        after_s=5.0,
    )


def _cannot_open(where: str) -> SetupError:
    return _setup(
        "cannot_open",
        f"The database file {where} cannot be opened or made: is the folder there, and may we write in it?",
        f"Databasfilen {where} går inte att öppna eller skapa: finns mappen, och får vi skriva i den?",
    )


def _damaged(where: str) -> SetupError:
    return _setup(
        "not_a_database",
        f"The file {where} is not a SQLite database, or it is damaged.",
        f"Filen {where} är inte en SQLite-databas, eller så är den skadad.",
    )


def _disk_error(where: str) -> SetupError:
    return _setup(
        "disk_error",
        f"The disk refused to write {where}: a fault, a quota or a limit on file size.",
        f"Disken vägrade skriva {where}: ett fel, en kvot eller en gräns för filstorlek.",
    )


_SQLITE = {
    sqlite3.SQLITE_FULL: disk_full,
    sqlite3.SQLITE_READONLY: read_only,
    sqlite3.SQLITE_PERM: read_only,
    sqlite3.SQLITE_BUSY: _busy,
    sqlite3.SQLITE_LOCKED: _busy,
    sqlite3.SQLITE_CANTOPEN: _cannot_open,
    sqlite3.SQLITE_NOTADB: _damaged,
    sqlite3.SQLITE_CORRUPT: _damaged,
    sqlite3.SQLITE_IOERR: _disk_error,
}


def of_sqlite(error: sqlite3.Error, where: str) -> BryggaError | None:
    """Our error for SQLite's primary result code; None if it is a fault in our own SQL."""
    code = getattr(error, "sqlite_errorcode", None)
    made = _SQLITE.get(code & 0xFF) if code is not None else None
    return made(where) if made is not None else None


def of_postgres(error: psycopg.Error, where: str) -> BryggaError | None:
    """Our error for an SQLSTATE; None if it is a fault in our own SQL.

    Source: PostgreSQL 18, appendix A (error codes)."""
    state = error.sqlstate or ""
    if state == "53100":
        return disk_full(where)
    if state in ("25006", "42501"):
        return read_only(where)
    if state in ("55P03", "57014", "40001", "40P01", "53200", "53300"):
        return _busy(where)
    if state[:2] in ("08", "57") or not state:
        return _away(where)
    return None


_REFUSALS = (
    ("password authentication failed", "wrong_password", "refused the password", "avvisade lösenordet"),
    ("no password supplied", "wrong_password", "wants a password", "vill ha ett lösenord"),
    (
        "does not exist",
        "no_such_database",
        "has no such database or user",
        "har ingen sådan databas eller användare",
    ),
    ("pg_hba.conf", "not_let_in", "does not let us in from here", "släpper inte in oss härifrån"),
    ("too many clients", "too_many_clients", "has no connection to spare", "har ingen ledig anslutning"),
)


def of_connecting(error: psycopg.Error, where: str) -> SetupError:
    """Why the first connection to PostgreSQL failed, in one sentence.

    libpq gives no SQLSTATE for a refused connection, so its English text is searched."""
    text = str(error)
    for needle, code, en, sv in _REFUSALS:
        if needle in text:
            return _setup(
                code, f"The PostgreSQL server at {where} {en}.", f"PostgreSQL-servern på {where} {sv}."
            )
    return _setup(
        "unreachable",
        f"The PostgreSQL server at {where} cannot be reached: is it running, and is the address right?",
        f"PostgreSQL-servern på {where} går inte att nå: är den igång, och stämmer adressen?",
    )
