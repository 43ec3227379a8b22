"""A document before it is drawn: parts with grids, tables and lines, all plain text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Grid:
    """Rows of labels with a value each; an empty value is drawn as nothing. `columns` per row."""

    rows: list[list[tuple[str, str]]]
    inline: bool = False


@dataclass(slots=True)
class Table:
    """A head and rows of cells. `edges` are the columns' left edges in points from the margin.

    `linear`: how its rows come out of a program that gives text without places: a `row` on one
    line, or each cell on a `line` of its own. `behind` is text that stands on the line below a row.
    """

    header: list[str]
    rows: list[list[str]]
    edges: list[float]
    linear: str = "cells"
    behind: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Lines:
    """Free lines."""

    lines: list[str]


@dataclass(slots=True)
class Part:
    """A heading and what stands under it."""

    heading: str
    blocks: list[Grid | Table | Lines] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A whole document: what is printed around every page, and its parts in order."""

    banner: list[str]
    footer: list[str]
    parts: list[Part]
    head: list[str] = field(default_factory=list)
    stamp: str = "2026-06-03 09:15"
