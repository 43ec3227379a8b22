"""The shapes of Vitec's lists (CONTRACT.md §6)."""

from __future__ import annotations

import msgspec

from brygga.connectors.vitec.schema.parts import Shape


class ListRow(Shape):
    """A row of a list: what changed and when (bare Swedish time)."""

    id: str | None = None
    customer_id: str | None = None
    changed_at: str | None = None


class ListPage(Shape):
    """A page of a list. `count` is the number of pages; a page past the end is empty."""

    index: int = 0
    count: int = 0
    total_row_count: int | None = None
    rows: list[msgspec.Raw] = msgspec.field(default_factory=list)
