"""Amount and running total of a mortgage row, told apart by the sum so far (*inomläge*)."""

from __future__ import annotations

import re

from brygga.extracts.facts import Fact
from brygga.extracts.rows import BORDER, Row, one_line

Pair = tuple[int, int]


def amounts(row: Row, total_before: int | None) -> tuple[Fact[int] | None, Fact[int] | None]:
    """The row's two figures. Not sure when the total is not the sum; none when it cannot be told."""
    raw = row.raw("figures")
    place = row.place("figures")
    text = one_line(raw)
    pairs = _printed_apart(raw) or _readings(text)
    right = [pair for pair in pairs if total_before is not None and pair[0] + total_before == pair[1]]
    if len(right) == 1 and not row.doubtful:
        return (
            Fact[int](value=right[0][0], text=text, place=place),
            Fact[int](value=right[0][1], text=text, place=place),
        )
    sums = sorted({pair for pair in pairs if pair[1] >= pair[0]})
    if len(sums) == 1:
        adds_up = total_before is None or bool(right)
        remark = "ambiguous" if adds_up else "does_not_add_up"
        return tuple(  # type: ignore[return-value]  # two figures, two facts
            Fact[int](value=value, text=text, place=place, sure=False, remark=remark) for value in sums[0]
        )
    lost = Fact[int](value=None, text=text, place=place, sure=False, remark="ambiguous")
    return lost, None


def _printed_apart(raw: str) -> list[Pair]:
    """The two figures when cells or lines part them."""
    parts = [part.strip() for part in re.split(rf"[\n{BORDER}]+", raw) if part.strip()]
    if len(parts) != 2 or not all(_is_number(part) for part in parts):
        return []
    return [(_value(parts[0]), _value(parts[1]))]


def _readings(text: str) -> list[Pair]:
    """All ways to part a run of digits in two figures: at blanks where there are, else anywhere."""
    tokens = text.split()
    found = [
        (_value(" ".join(tokens[:cut])), _value(" ".join(tokens[cut:])))
        for cut in range(1, len(tokens))
        if _is_number(" ".join(tokens[:cut])) and _is_number(" ".join(tokens[cut:]))
    ]
    if found:
        return found
    digits = "".join(tokens)
    return [
        (int(digits[:cut]), int(digits[cut:]))
        for cut in range(1, len(digits))
        if digits[cut] != "0" and len(digits) < 30
    ]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[1-9]\d{0,2}(?: \d{3})*|[1-9]\d*", text) is not None


def _value(text: str) -> int:
    return int(text.replace(" ", ""))
