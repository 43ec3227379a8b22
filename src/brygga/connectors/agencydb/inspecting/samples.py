"""A small look at the data: shapes, sizes, and the words of short lists. Nothing of it is kept."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from brygga.connectors.agencydb.api.statements import quoted
from brygga.wire.database_session import Row, Session

ROWS: Final = 200
MOST_WORDS: Final = 40


class Numbers(msgspec.Struct, frozen=True):
    """The middle of a column's numbers, and whether any has decimals."""

    middle: float
    decimals: bool


class Samples:
    """Looks into the tables of an open database. Without the right to read, it has seen nothing."""

    def __init__(self, session: Session, schema: str) -> None:
        self._session, self._schema = session, schema
        self._seen: dict[tuple[str, str], list[Row]] = {}
        self.scale = ""  # the unit that some price's numbers gave away: tkr, mkr or ore

    def numbers(self, table: str, column: str) -> Numbers | None:
        """How large a column's numbers are; None when there are too few to tell."""
        found = sorted(one for one in self.all_numbers(table, column) if one)
        if len(found) < 3:
            return None
        return Numbers(found[len(found) // 2], any(one != int(one) for one in found))

    def all_numbers(self, table: str, column: str) -> list[float]:
        """Some of a column's numbers, also those that stand as text with spaces or `kr`."""
        texts = (
            re.sub(r"[\s\u00a0]|kr$", "", str(row[0])).replace(",", ".") for row in self._rows(table, column)
        )
        return [float(one) for one in texts if _is_number(one)]

    def texts(self, table: str, column: str) -> list[str]:
        """Some of a column's texts, to look at their shape."""
        return [str(row[0]) for row in self._rows(table, column) if row[0] not in (None, "")]

    def words(self, table: str, column: str) -> list[str]:
        """The different texts of a column, when they are so few that they are a list of words."""
        found = self._ask(table, f"SELECT DISTINCT {self._name(column)}", f" LIMIT {MOST_WORDS + 1}")
        texts = [str(row[0]) for row in found if row[0] not in (None, "")]
        return texts if len(texts) <= MOST_WORDS else []

    def lookup(self, table: str, key: str, label: str) -> dict[str, str]:
        """A lookup table's rows: key → label; empty when it is too large to be one."""
        columns = f"SELECT {self._name(key)}, {self._name(label)}"
        found = self._ask(table, columns, f" LIMIT {MOST_WORDS + 1}")
        return {str(k): str(v) for k, v in found if v is not None} if len(found) <= MOST_WORDS else {}

    def _rows(self, table: str, column: str) -> list[Row]:
        at = (table, column)
        if at not in self._seen:
            name = self._name(column)
            self._seen[at] = self._ask(table, f"SELECT {name}", f" WHERE {name} IS NOT NULL LIMIT {ROWS}")
        return self._seen[at]

    def _ask(self, table: str, select: str, tail: str) -> list[Row]:
        dialect = self._session.dialect
        where = ".".join(quoted(one, dialect) for one in (self._schema, table) if one)
        try:
            with self._session.savepoint():
                return self._session.rows(f"{select} FROM {where}{tail}")
        except Exception as error:
            if not self._session.alive:
                raise
            if not _is_refusal(error):
                raise
            return []

    def _name(self, name: str) -> str:
        return quoted(name, self._session.dialect)


def _is_refusal(error: Exception) -> bool:
    """No right to this table: then there is nothing to see, which is no reason to stop."""
    return getattr(error, "sqlstate", "") == "42501" or bool(error.args and error.args[0] in {1142, 1143})


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and re.fullmatch(r"-?\d+(?:\.\d+)?", str(value)) is not None


def number_style(texts: list[str]) -> str:
    """How personal or organisation numbers are written, such as `YYYYMMDD-NNNN`; empty unknown."""
    shapes = {re.sub(r"\d", "9", one.strip()) for one in texts}
    for shape, style in (
        ("99999999-9999", "YYYYMMDD-NNNN"),
        ("999999999999", "YYYYMMDDNNNN"),
        ("999999-9999", "YYMMDD-NNNN"),
        ("9999999999", "YYMMDDNNNN"),
    ):
        if shape in shapes:
            return style
    return ""
