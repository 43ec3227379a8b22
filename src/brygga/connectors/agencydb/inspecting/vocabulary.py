"""Names of tables and columns, Swedish and English → kinds and fields; the names stand in `names.toml`.

All names are compared squashed (`folding.squashed`), so one spelling of each is enough. A column may
fit several fields; type, words and foreign keys then decide. `address.county`, `full_name`,
`name.first` and `day` are no fields of the model but are made into transformations.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, Final

_FILE: Final[dict[str, Any]] = tomllib.loads(
    resources.files(__package__).joinpath("names.toml").read_text(encoding="utf-8")
)


def _columns(kind: dict[str, str]) -> dict[str, list[str]]:
    own = {field: names.split() for field, names in kind.items() if field != "with"}
    shared = _FILE[kind["with"]] if "with" in kind else {}
    return {field: names.split() for field, names in shared.items()} | own


KIND_NAMES: Final[dict[str, frozenset[str]]] = {k: frozenset(n.split()) for k, n in _FILE["kinds"].items()}
"""Kind → names of its table."""
COLUMN_NAMES: Final[dict[str, dict[str, list[str]]]] = {k: _columns(v) for k, v in _FILE["columns"].items()}
"""Kind → field → names of its column, the clearest first."""
COLUMN_NAMES["estate"]["reference"] += [
    f"{name}{number}"
    for name in sorted(KIND_NAMES["estate"])
    for number in ("nr", "no", "nummer", "number", "ref", "kod", "code")
]
UNITS: Final[dict[str, str]] = _FILE["units"]
"""Words at a name's end (or start) that tell the unit → the transformation; empty is the usual unit."""


def _words(name: str) -> frozenset[str]:
    return frozenset(_FILE["words"][name].split())


NOT_TABLES: Final = _words("not_tables")
"""Words in a table's name that say that it holds something else about the same thing."""
CHANGED: Final = _words("changed")
"""Names of the column that tells when a row was last changed."""
SECRET: Final = _words("secret")
"""Columns that are never read."""
AMBIGUOUS: Final = _words("ambiguous")
"""Names of columns of which only the rows can make us sure."""
SOFT_DELETE: Final = _words("soft_delete")
"""Columns that tell that a row is thrown away, though it stands there."""
PLANE: Final = _words("plane")
"""Columns of coordinates that are no degrees."""
STREET_NAME: Final = _words("street_name")
STREET_NUMBER: Final = _words("street_number")


def fields_of(kind: str, squash: str) -> list[str]:
    """The fields that a squashed name may mean, in the order of the table."""
    return [field for field, names in COLUMN_NAMES[kind].items() if squash in names]


def rank(kind: str, field: str, squash: str) -> int:
    """How far down in a field's names this one stands: the first are the clearest."""
    names = COLUMN_NAMES[kind][field]
    return names.index(squash) if squash in names else len(names)


def kinds_of(squash: str) -> list[str]:
    """The kinds whose table may have this squashed name."""
    return [kind for kind, names in KIND_NAMES.items() if squash in names]
