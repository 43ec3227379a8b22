"""All raw answers of a connection, page by page, for mapping them again."""

from __future__ import annotations

from datetime import datetime

from brygga.store.moments import from_us
from brygga.store.room import Room
from brygga.store.sealing import label, unpack

RawRow = tuple[str, str, bytes, datetime]
"""Kind, source id, the bytes as they came, when they were fetched."""


class Raws(Room):
    """Read what is kept of what came."""

    def raw_page(
        self, connection: str, *, after: tuple[str, str] = ("", ""), limit: int = 500
    ) -> list[RawRow]:
        """Raw answers in the order of kind and source id, after the given one."""
        sql = (
            "SELECT kind, source_id, body, fetched_us FROM raw WHERE connection = ?"
            " AND (kind > ? OR (kind = ? AND source_id > ?)) ORDER BY kind, source_id LIMIT ?"
        )
        return [
            (kind, sid, unpack(self._sealer.open(body, aad=label("raw", connection, kind, sid))), from_us(at))
            for kind, sid, body, at in self._db.rows(sql, (connection, after[0], *after, limit))
        ]
