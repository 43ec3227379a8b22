"""Lists of homes: filtered, sorted, a page at a time, from the narrow index alone.

The index begins with the id, so that new homes are added to it where they are added to the
table; begun with the status it would be written all over, which made a first load a fifth slower.
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from brygga.store.database import Row
from brygga.store.moments import maybe_from_us
from brygga.store.room import Room
from brygga.store.rows import EstateLine, Filters, Page

_COLUMNS = "id, status, type, town, street, agent_id, office_id, price_kr, living_m2, changed_us, deleted_us"
_ORDERS = {
    "id": "id",
    "street": "street, id",
    "town": "town, street, id",
    "status": "status, street, id",
    "price": "price_kr IS NULL, price_kr, id",
    "area": "living_m2 IS NULL, living_m2, id",
    "changed": "changed_us IS NULL, changed_us, id",
}


_LEADS = (
    "NOT EXISTS (SELECT 1 FROM twin t WHERE t.right_id = rec_estate.id AND t.kind = 'estate'"
    " AND t.right_id <> '' AND t.left_id <> '' AND t.left_gone = 0)"
)
"""A home that two systems have is listed once: as the leading one has it."""


class Homes(Room):
    """The list of homes."""

    def estate_count(self) -> int:
        """How many homes there are, each counted once however many systems have it."""
        return int(
            self._db.rows(f"SELECT count(*) FROM rec_estate WHERE deleted_us IS NULL AND {_LEADS}")[0][0]
        )

    def find_estates(self, filters: Filters | None = None, page: int = 1, per_page: int = 50) -> Page:
        """One page of the homes that fit, and how many fit. Pages count from 1."""
        asked = filters if filters is not None else Filters()
        where, values = _where(asked, self._db.among)
        if asked.status:
            values.append(self._db.array(asked.status))
        total = self._db.rows(f"SELECT count(*) FROM rec_estate WHERE {where}", values)[0][0]
        sql = (
            f"SELECT {_COLUMNS} FROM rec_estate WHERE {where} ORDER BY {_order(asked.order)} LIMIT ? OFFSET ?"
        )
        rows = self._db.rows(sql, (*values, per_page, max(0, page - 1) * per_page))
        return Page(lines=[_line(row) for row in rows], total=int(total), page=page, per_page=per_page)

    def estate_words(self, column: str) -> list[tuple[str, int]]:
        """What stands in `status`, `type`, `town`, `agent_id` or `office_id`, and how often; for choosing."""
        if column not in {"status", "type", "town", "agent_id", "office_id"}:
            raise KeyError(column)
        sql = (
            f"SELECT {column}, count(*) FROM rec_estate WHERE deleted_us IS NULL AND {_LEADS}"
            f" GROUP BY {column} ORDER BY {column}"
        )
        return [(str(word), int(count)) for word, count in self._db.rows(sql)]


def _where(f: Filters, among: str) -> tuple[str, list[object]]:
    """The conditions and their values; the statuses' value comes last, added by the caller."""
    parts = ["deleted_us IS NOT NULL" if f.removed else "deleted_us IS NULL"]
    if not f.connection:
        parts.append(_LEADS)
    values: list[object] = []
    for sql, value in (
        ("id >= ?", f"{f.connection}:" if f.connection else None),
        ("id < ?", f"{f.connection};" if f.connection else None),
        ("type = ?", f.type or None),
        ("town = ?", f.town or None),
        ("agent_id = ?", f.agent_id or None),
        ("office_id = ?", f.office_id or None),
        ("price_kr >= ?", f.price_from_kr),
        ("price_kr <= ?", f.price_to_kr),
        ("living_m2 >= ?", f.living_from_m2),
        ("living_m2 <= ?", f.living_to_m2),
    ):
        if value is not None:
            parts.append(sql)
            values.append(value)
    if f.text:
        parts.append(
            "(" + " OR ".join(f"lower({c}) LIKE ? ESCAPE '!'" for c in ("street", "town", "id")) + ")"
        )
        values += ["%" + f.text.lower().translate(_LITERAL) + "%"] * 3
    if f.status:
        parts.append(f"status {among}")
    return " AND ".join(parts), values


_LITERAL = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})


def _order(name: str) -> str:
    """Columns to sort by; what is not stated comes last, also backwards."""
    columns = _ORDERS[name.removeprefix("-")].split(", ")
    backwards = " DESC" if name.startswith("-") else ""
    return ", ".join(c if c.endswith("IS NULL") else c + backwards for c in columns)


def _line(row: Row) -> EstateLine:
    (record_id, status, type_, town, street, agent_id, office_id, price_kr, living_m2,
     changed_us, deleted_us) = row  # fmt: skip
    return EstateLine(
        id=record_id,
        connection=record_id.partition(":")[0],
        status=status or "",
        type=type_ or "",
        town=town or "",
        street=street or "",
        agent_id=agent_id or "",
        office_id=office_id or "",
        price_kr=price_kr,
        living_m2=living_m2,
        changed_at=maybe_from_us(changed_us),
        deleted_at=maybe_from_us(deleted_us),
    )
