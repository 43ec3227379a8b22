"""The picture in words: its summary, its description for those who do not see it, its sources."""

from __future__ import annotations

from brygga.market.view import View, asking_kr_m2
from brygga.swedish import format as sv

_LISTED = 40
"""Periods that the description names."""


def summary(view: View) -> str:
    """Median, the middle half, how many, and the trend, on one line."""
    if view.spread is None:
        return "Inga försäljningar"
    parts = [f"Median {per_m2(view.spread.median)}", _counted(view.spread.n)]
    low, high = sv.number(view.spread.low_quarter), sv.number(view.spread.high_quarter)
    parts.insert(1, f"hälften mellan {low} och {high}")
    if view.trend.percent_a_year is not None:
        parts.append(f"trend {sv.percent_change(view.trend.percent_a_year)} om året")
    return " · ".join(parts)


def per_m2(value: float) -> str:
    """`114 330 kr/m²`."""
    return f"{sv.number(value)}{sv.NBSP}kr/m²"


def _counted(n: int) -> str:
    return f"{sv.number(n)}{sv.NBSP}{'försäljning' if n == 1 else 'försäljningar'}"


def described(view: View) -> str:
    """The picture in words, for those who do not see it."""
    if view.spread is None:
        return "Inga försäljningar svarar mot frågan."
    text = f"{summary(view)}. Varje prick är en försäljning; linjen är medianen per {period_word(view)}: "
    text += "; ".join(f"{p.label} {per_m2(p.median)} ({p.n} st)" for p in view.trend.periods[:_LISTED]) + "."
    asked = asking_kr_m2(view)
    if asked is not None:
        text += f" Bostadens utgångspris är {per_m2(asked)}."
    return f"{text} {sources(view)}"


def period_word(view: View) -> str:
    """What a median stands for: *kvartal*, *halvår* or *år*."""
    return {"quarter": "kvartal", "half": "halvår", "year": "år"}[view.trend.per]


def sources(view: View) -> str:
    """Who gathered the sales, their days, and when they were read."""
    told = [
        f"{source.name}, {_counted(source.n)} {sv.day(source.oldest)} – {sv.day(source.newest)}"
        + (f", läst {sv.day(source.read_on)}" if source.read_on else "")
        for source in view.sources
    ]
    return f"Källor: {'; '.join(told)}." if told else ""
