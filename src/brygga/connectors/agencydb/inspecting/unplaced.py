"""Questions about what a proposal does not hold: numbers as statuses, hidden rows, a second table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from brygga.connectors.agencydb.inspecting import vocabulary
from brygga.connectors.agencydb.inspecting.naming import squashes
from brygga.connectors.agencydb.inspecting.questions import Question
from brygga.connectors.agencydb.inspecting.reasons import KINDS
from brygga.connectors.agencydb.inspecting.samples import Samples
from brygga.connectors.agencydb.inspecting.tables import Rival
from brygga.connectors.agencydb.inspecting.wordlists import WORDS
from brygga.connectors.agencydb.mapping.folding import squashed
from brygga.connectors.agencydb.schema import Catalog, Column, Plan, Table

_NUMBERED: Final = ("status", "type", "tenure")
"""Fields of words that some keep as numbers without a list of what they mean."""
_MOST: Final = 12


def thrown_away(table: Table) -> str:
    """The column by which their program hides a row instead of deleting it; empty when there is none."""
    return next((c.name for c in table.columns if squashed(c.name) in vocabulary.SOFT_DELETE), "")


def of_the_rest(
    plan: Plan, catalog: Catalog, samples: Samples, rivals: Mapping[str, Rival]
) -> list[Question]:
    """What must be asked though no line of the mapping is a guess."""
    found: list[Question] = []
    for name, held in plan.tables.items():
        table = catalog.tables[name]
        fields = {one.field for one in held.columns.values()}
        found += [
            _numbers(name, column, field, samples)
            for column in table.columns
            if column.name not in held.columns and column.base == "int" and column.name not in table.key
            for field in _NUMBERED
            if field not in fields and _may_be(held.kind, name, column, field)
        ]
        if soft := thrown_away(table):
            text = "rader med ett värde här är borttagna hos er, men läses ändå. Finns det en vy utan dem?"
            found.append(Question(f"{name}.{soft}", text))
    found += [
        Question(name, f"ser också ut som {KINDS[one.kind]}, men {one.winner} togs. Är det rätt tabell?")
        for name, one in rivals.items()
        if one.close
    ]
    return found


def _may_be(kind: str, table: str, column: Column, field: str) -> bool:
    return any(field in vocabulary.fields_of(kind, one) for one in squashes(column.name, table))


def _numbers(table: str, column: Column, field: str, samples: Samples) -> Question:
    """A line to fill in, with the numbers that are seen."""
    seen = sorted({int(one) for one in samples.all_numbers(table, column.name)})[:_MOST] or [0, 1]
    words = ", ".join(f'{one} = ""' for one in seen)
    ours = ", ".join(dict.fromkeys(one.partition("/")[0] for one in WORDS[field].values()))
    declared = "int" if column.declared == "int" else f"int {column.declared}"
    line = (
        f'{column.name} = {{ field = "{field}", as = "choice", type = "{declared}", words = {{ {words} }} }}'
    )
    text = (
        f"vad betyder talen? Fyll i raden nedan (och back åt andra hållet) bland kolumnerna. Våra ord: {ours}"
    )
    return Question(f"{table}.{column.name}", text, line)
