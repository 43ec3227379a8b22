"""A plan as readable TOML: one line a column, a comment on why, and what was left out at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from brygga.connectors.agencydb.schema.plan import ColumnPlan, Plan, TablePlan

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEAD: Final = """\
# Mappning mellan databasens tabeller och bryggas modell. Föreslagen av maskin; rätta den för hand där
# det behövs och pröva den sedan. `sure = false` betyder: vi gissade, se efter.
#
#   field   fält i modellen            as     hur värdet görs om
#   words   databasens ord → våra      back   våra ord → databasens (flera av våra kan få samma)
#   write   false: läses men skrivs inte      required   får inte vara tom
"""


def written(
    plan: Plan,
    *,
    why: Mapping[str, str] | None = None,
    left_out: Sequence[tuple[str, str]] = (),
) -> str:
    """The file's text. `why`: `table` or `table.column` → comment; `left_out`: name and reason."""
    reasons = why or {}
    lines = [_HEAD, f"version = {plan.version}", f"dialect = {_value(plan.dialect)}"]
    if plan.schema:
        lines.append(f"schema = {_value(plan.schema)}")
    if plan.side_table:
        lines.append("side_table = true")
    for name, table in plan.tables.items():
        lines += ["", *_table(name, table, reasons)]
    if left_out:
        lines += ["", "# Utelämnat, och varför:"]
        lines += [f"#   {_one_line(name)}: {_one_line(reason)}" for name, reason in left_out]
    return "\n".join(lines) + "\n"


def _table(name: str, table: TablePlan, why: Mapping[str, str]) -> list[str]:
    path = f"tables.{_key(name)}"
    lines = [f"# {_one_line(why[name])}"] if name in why else []
    lines.append(f"[{path}]")
    facts = {k: v for k, v in msgspec.to_builtins(table).items() if k != "columns"}
    always = {"kind", "key", "key_made", "sure"}
    usual = {"create": True, "remove": True}
    shown = {k: v for k, v in facts.items() if k in always or (v != usual[k] if k in usual else v)}
    lines += [f"{k} = {_value(v)}" for k, v in shown.items()]
    lines += ["", f"[{path}.columns]"]
    for column, one in table.columns.items():
        if comment := why.get(f"{name}.{column}"):
            lines.append(f"# {_one_line(comment)}")
        lines.append(f"{_key(column)} = {_inline(one)}")
    return lines


def _inline(column: ColumnPlan) -> str:
    made: dict[str, Any] = msgspec.to_builtins(column)
    usual = msgspec.to_builtins(ColumnPlan())
    shown = {k: v for k, v in made.items() if k in {"field", "as", "type", "sure"} or v != usual[k]}
    shown = {k: v for k, v in shown.items() if v not in ("", None)}
    return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in shown.items()) + " }"


def _value(value: Any) -> str:
    """A TOML value. JSON's strings are TOML's, but for the escape of DEL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(k))} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", text)[:300]
