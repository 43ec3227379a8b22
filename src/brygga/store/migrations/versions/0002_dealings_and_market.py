"""Meetings, search profiles and the homes of the market.

Revision 0002. Stands by itself, as all of them do.
"""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, Text

revision = "0002"
down_revision = "0001"

KEY = Text().with_variant(Text(collation="C"), "postgresql")
KINDS = ("meeting", "searchprofile", "comparable")


def _number(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable)


def upgrade() -> None:
    """Make the three tables, shaped as those of the other kinds."""
    for kind in KINDS:
        op.create_table(
            f"rec_{kind}",
            Column("id", KEY, primary_key=True, nullable=False),
            Column("connection", Text, nullable=False),
            Column("source_id", KEY, nullable=False),
            _number("version"),
            Column("hash", LargeBinary, nullable=False),
            _number("changed_us", nullable=True),
            _number("seen_us"),
            _number("seq"),
            _number("deleted_us", nullable=True),
            Column("owner_id", KEY, nullable=True),
            Column("doc", Text, nullable=False),
        )
