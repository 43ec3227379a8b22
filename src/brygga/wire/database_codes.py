"""Codes of databases and what they mean: one row of `Meaning` each, the longest code that fits wins.

Sources: SQLSTATE as in PostgreSQL, appendix A "Error Codes"; result codes of SQLite; error numbers of
MySQL and MariaDB.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from brygga.model.errors import BryggaError, Fault, NeedsSignIn, Rejected, Retryable, SetupError

AGAIN: Final = "Vi försöker igen. Du behöver inte göra något."
UNREACHABLE: Final = "unreachable"


class Meaning(NamedTuple):
    """One row: the error, its code, whose fault, the Swedish text (`{what}`: column, constraint, message)."""

    kind: type[BryggaError]
    code: str
    fault: Fault
    sv: str


BUSY = Meaning(Retryable, "busy", Fault.NOBODY, f"Databasen var upptagen av någon annans ändring. {AGAIN}")
DOWN = Meaning(Retryable, UNREACHABLE, Fault.NETWORK, f"Databasen går inte att nå just nu. {AGAIN}")
SLOW = Meaning(Retryable, "timeout", Fault.PROVIDER, f"Databasen svarade för långsamt. {AGAIN}")
FULL = Meaning(Retryable, "disk_full", Fault.PROVIDER, "Databasen har slut på utrymme. Vi försöker igen.")
SIGN_IN = Meaning(
    NeedsSignIn,
    "sign_in_refused",
    Fault.OFFICE,
    "Databasen godtar inte inloggningen. Byt användare eller lösenord.",
)
NO_RIGHT = Meaning(
    NeedsSignIn,
    "no_right",
    Fault.OFFICE,
    "Databasens användare saknar rätt till {what}. Den som sköter databasen behöver ge rätten.",
)
READ_ONLY = Meaning(
    NeedsSignIn,
    "read_only",
    Fault.OFFICE,
    "Databasen tar inte emot ändringar: användaren eller servern får bara läsa. Inget skrevs.",
)
ROW_SECURITY = Meaning(
    Rejected,
    "row_security",
    Fault.OFFICE,
    "Databasens radskydd tillåter inte raden i {what}. Inget skrevs.",
)
REFERENCE = Meaning(
    Rejected, "reference_missing", Fault.NOBODY, "En rad som {what} hänvisar till finns inte i databasen."
)
TAKEN = Meaning(
    Rejected,
    "already_there",
    Fault.OFFICE,
    "Värdet i {what} finns redan på en annan rad och måste vara unikt.",
)
EMPTY = Meaning(Rejected, "value_missing", Fault.OFFICE, "Kolumnen {what} måste ha ett värde.")
CHECK = Meaning(Rejected, "check_failed", Fault.OFFICE, "Databasens villkor {what} tillåter inte värdet.")
USED = Meaning(
    Rejected, "still_used", Fault.OFFICE, "Raden används fortfarande av {what} och kan inte tas bort."
)
VALUE = Meaning(Rejected, "bad_value", Fault.OURS, "Databasen kan inte ta emot ett av värdena ({what}).")
RAISED = Meaning(Rejected, "raised", Fault.OFFICE, "Databasen avvisade ändringen: {what}")
SHAPE = Meaning(
    SetupError,
    "schema_changed",
    Fault.OFFICE,
    "Databasen ser inte ut som i mappningen ({what} saknas). Jämför mappningen med databasen.",
)

POSTGRES: Final[dict[str, Meaning]] = {
    "08": DOWN,
    "0A": VALUE,
    "22": VALUE,
    "23": CHECK,
    "23001": USED,
    "23502": EMPTY,
    "23503": REFERENCE,
    "23505": TAKEN,
    "23514": CHECK,
    "25006": READ_ONLY,
    "28": SIGN_IN,
    "3D": SIGN_IN,
    "3F": SHAPE,
    "40": BUSY,
    "42501": NO_RIGHT,
    "42703": SHAPE,
    "42P01": SHAPE,
    "42704": SHAPE,
    "44": CHECK,
    "53": DOWN,
    "53100": FULL,
    "55": BUSY,
    "57014": SLOW,
    "57P": DOWN,
    "58": DOWN,
    "P0": RAISED,
    "45": RAISED,
}
MYSQL: Final[dict[str, Meaning]] = {
    "1044": NO_RIGHT,
    "1045": SIGN_IN,
    "1048": EMPTY,
    "1049": SIGN_IN,
    "1054": SHAPE,
    "1062": TAKEN,
    "1142": NO_RIGHT,
    "1143": NO_RIGHT,
    "1146": SHAPE,
    "1205": BUSY,
    "1213": BUSY,
    "1227": NO_RIGHT,
    "1264": VALUE,
    "1265": VALUE,
    "1290": READ_ONLY,
    "1292": VALUE,
    "1364": EMPTY,
    "1366": VALUE,
    "1406": VALUE,
    "1451": USED,
    "1452": REFERENCE,
    "1644": RAISED,
    "1698": SIGN_IN,
    "1792": READ_ONLY,
    "1836": READ_ONLY,
    "20": DOWN,
    "3024": SLOW,
    "3819": CHECK,
    "4025": CHECK,
}
SQLITE: Final[dict[str, Meaning]] = {
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_PERM": READ_ONLY,
    "SQLITE_AUTH": NO_RIGHT,
    "SQLITE_CANTOPEN": DOWN,
    "SQLITE_IOERR": DOWN,
    "SQLITE_FULL": FULL,
    "SQLITE_MISMATCH": VALUE,
    "SQLITE_INTERRUPT": SLOW,
    "SQLITE_CONSTRAINT": CHECK,
    "SQLITE_CONSTRAINT_CHECK": CHECK,
    "SQLITE_CONSTRAINT_FOREIGNKEY": REFERENCE,
    "SQLITE_CONSTRAINT_NOTNULL": EMPTY,
    "SQLITE_CONSTRAINT_UNIQUE": TAKEN,
    "SQLITE_CONSTRAINT_PRIMARYKEY": TAKEN,
    "SQLITE_CONSTRAINT_TRIGGER": RAISED,
}
OTHER = Meaning(Rejected, "refused", Fault.PROVIDER, "Databasen tog inte emot det ({what}).")
