"""The head of a proposed mapping: what a person must answer, each with its place, before it is used."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from brygga.connectors.agencydb.inspecting.reasons import ONLY_KEY
from brygga.connectors.agencydb.schema import Plan

_WIDTH: Final = 100
_INNER: Final = "#     "


class Question(NamedTuple):
    """What is asked, where (`table` or `table.column`), and a line to put in, if there is one."""

    where: str
    text: str
    line: str = ""


def of_columns(plan: Plan, why: Mapping[str, str]) -> list[Question]:
    """A question for every table and column that is a guess."""
    found = []
    for name, table in plan.tables.items():
        if not table.sure:
            found.append(Question(name, f"är det här {table.kind}? {why.get(name, '')}"))
        for column, one in table.columns.items():
            if not one.sure:
                where = f"{name}.{column}"
                wanted = one.field or f"{one.missing} i varje ny rad"
                found.append(Question(where, why.get(where) or f"är det {wanted}?"))
    return found


def written_head(text: str, questions: Sequence[Question]) -> str:
    """The mapping's text with its questions before its first line."""
    head = _lines(questions)
    return re.sub(r"(?m)^version = ", lambda found: "\n".join([*head, "", found[0]]), text, count=1)


def _lines(questions: Sequence[Question]) -> list[str]:
    if not questions:
        return ["# Inget i den är gissat."]
    together = _together(questions)
    lines = [f"# ATT SVARA PÅ ({len(together)}). Rätta raden, och sätt sure = true när den stämmer."]
    for number, one in enumerate(together, 1):
        whole = f"{number}. {_plain(one.where)}: {_plain(one.text)}"
        lines += textwrap.wrap(
            whole, _WIDTH, initial_indent="#  ", subsequent_indent=_INNER, break_long_words=False
        )
        if one.line:
            lines.append(f"{_INNER}{_plain(one.line)}")
    return lines


def _together(questions: Sequence[Question]) -> list[Question]:
    """The same question about several columns is asked once."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in questions:
        groups.setdefault((one.text, one.line), []).append(one.where)
    return [Question(", ".join(places), text, line) for (text, line), places in groups.items()]


def _plain(text: str) -> str:
    """One line: nothing in a name or a value may end the comment."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", text)


def gathered(left_out: Sequence[tuple[str, str]], tables: Mapping[str, object]) -> list[tuple[str, str]]:
    """Left-out columns of a table with the same reason on one line, keys of rows not named."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, why in left_out:
        table = next((t for t in tables if name.startswith(f"{t}.")), "")
        if why != ONLY_KEY:
            groups.setdefault((table, why), []).append(name.removeprefix(f"{table}.") if table else name)
    return [
        (f"{table}: {', '.join(part)}" if table else ", ".join(part), why)
        for (table, why), names in groups.items()
        for part in (names[n : n + 8] for n in range(0, len(names), 8))
    ]
