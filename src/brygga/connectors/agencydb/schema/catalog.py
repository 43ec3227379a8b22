"""What a database holds, as read from its own catalogue: tables, columns, keys, rules."""

from __future__ import annotations

import msgspec


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column. `base`: text · int · numeric · float · bool · date · time · moment · moment_tz · uuid ·
    enum · array · other. `declared` is the type as the database writes it. `words`: the values of
    an enum type or of a CHECK … IN list, in their order. `identity`: always · default · ``."""

    name: str
    base: str
    declared: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    nullable: bool = True
    default: str = ""
    generated: bool = False
    identity: str = ""
    words: tuple[str, ...] = ()

    @property
    def filled(self) -> bool:
        """Whether a row gets a value here without our giving one."""
        return bool(self.default) or self.generated or bool(self.identity)

    @property
    def sequenced(self) -> bool:
        """Whether the database numbers it by itself."""
        return bool(self.identity) or "nextval(" in self.default


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True):
    """One foreign key: our columns → the columns `to` of `table`."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table or view. `rights`: insert · update · delete · select, as far as our user has them."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    foreign: tuple[ForeignKey, ...] = ()
    triggers: tuple[str, ...] = ()
    row_security: bool = False
    view: bool = False
    rights: frozenset[str] = frozenset({"select", "insert", "update", "delete"})

    def column(self, name: str) -> Column | None:
        """The column by that name."""
        return next((one for one in self.columns if one.name == name), None)

    def foreign_of(self, column: str) -> ForeignKey | None:
        """The foreign key of this very column alone."""
        return next((one for one in self.foreign if one.columns == (column,)), None)


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """A database's schema. `time_zone`: in which a column without zone is filled by `now()`."""

    dialect: str
    schema: str
    tables: dict[str, Table]
    time_zone: str = ""
    read_only: bool = False
