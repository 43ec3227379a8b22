"""What is drawn where. The picture stands alone: no script, no outside font or file.

Colours are the house's, written out for readers that know no style sheets; a small style changes
them where the reader prefers dark. Every sentence of it is also in title and description.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from brygga.market.figures import Period
from brygga.market.picture.pen import num, safe, tag, words
from brygga.market.picture.scales import Scale, day_marks, round_steps, shown_range
from brygga.market.picture.sentences import described, per_m2, period_word, sources, summary
from brygga.market.sales import Sale
from brygga.market.view import View, asking_kr_m2
from brygga.swedish import format as sv

WIDTH, HEIGHT = 960, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 92.0, 908.0, 128.0, 444.0
_MOST_DOTS: Final = 4_000
_SANS: Final = "Inter, 'Segoe UI', 'Noto Sans', system-ui, sans-serif"
_SERIF: Final = "'Source Serif 4', Georgia, 'Noto Serif', serif"

SURFACE, LINE, TEXT, MUTED = "#FFFFFF", "#DCD8CF", "#1A1D20", "#565A5F"
ACCENT, BAND, HOME = "#0B5568", "#E3EDEF", "#9F1F18"
_DARK: Final = (
    ("surface", "fill:#1A1E22"), ("line", "stroke:#333A41"), ("text", "fill:#EDEEEF"),
    ("muted", "fill:#A8AFB6"), ("dot", "fill:#7FC6DA"), ("band", "fill:#24343A"),
    ("median", "stroke:#7FC6DA"), ("point", "fill:#1A1E22;stroke:#7FC6DA"),
    ("home", "fill:#F79E94"), ("homeline", "stroke:#F79E94"), ("halo", "stroke:#1A1E22"),
)  # fmt: skip  # one list
"""Part → how it looks where dark is preferred; the same colours as the page's dark ones."""


class _Frame(msgspec.Struct, frozen=True):
    """The scales of one picture and the marks along its sides."""

    x: Scale
    y: Scale
    kronor: list[float]
    days: list[tuple[date, str]]
    outside: int

    def at(self, day: date) -> float:
        return self.x.place(day.toordinal())


def draw(view: View) -> str:
    """The view as an SVG document in Swedish, 960 × 560. Also without a single sale."""
    frame = _frame(view)
    parts = [
        tag("title", safe(view.title), id="bm-title"),
        tag("desc", safe(described(view)), id="bm-desc"),
        _style(),
        tag("rect", width=WIDTH, height=HEIGHT, fill=SURFACE, class_="bm-surface", rx=8),
        _heading(view),
    ]
    parts += [_nothing()] if frame is None else _inside(view, frame)
    parts.append(_footer(view))
    return tag(
        "svg",
        "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        role="img",
        aria_labelledby="bm-title bm-desc",
        lang="sv",
        font_family=_SANS,
    )


def _frame(view: View) -> _Frame | None:
    if not view.sales:
        return None
    values = [sale.kr_m2 for sale in view.sales]
    low, high = shown_range(values)
    asked = asking_kr_m2(view)
    if asked is not None:
        low, high = min(low, asked), max(high, asked)
    steps = [max(0.0, step) for step in round_steps(low, high)]
    first, last = _days_shown(view)
    return _Frame(
        x=Scale(first.toordinal(), last.toordinal(), _LEFT, _RIGHT),
        y=Scale(steps[0], steps[-1], _BOTTOM, _TOP),
        kronor=steps,
        days=day_marks(first, last),
        outside=sum(not steps[0] <= value <= steps[-1] for value in values),
    )


def _days_shown(view: View) -> tuple[date, date]:
    """Whole months around the sales; a year that was asked for is shown whole."""
    days = [sale.day for sale in view.sales]
    first, last = min(days).replace(day=1), max(days)
    if view.question.year is not None:
        first, last = date(first.year, 1, 1), date(last.year, 12, 31)
    return first, max(last + timedelta(days=3), first + timedelta(days=30))


def _style() -> str:
    rules = "".join(f".bm-{name}{{{rule}}}" for name, rule in _DARK)
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


# ---------------------------------------------------------------------- words


def _heading(view: View) -> str:
    title = view.title if len(view.title) <= 62 else f"{view.title[:60]}…"
    return words(
        title, 32, 50, font_size=25, font_weight="600", font_family=_SERIF, fill=TEXT, class_="bm-text"
    ) + words(summary(view), 32, 78, font_size=15, fill=MUTED, class_="bm-muted")


def _footer(view: View) -> str:
    text = sources(view)
    shown = text if len(text) <= 130 else f"{text[:128]}…"
    return words(shown, 32, HEIGHT - 24, font_size=12.5, fill=MUTED, class_="bm-muted")


def _nothing() -> str:
    return words(
        "Inga försäljningar svarar mot frågan.",
        WIDTH / 2,
        (_TOP + _BOTTOM) / 2,
        text_anchor="middle",
        font_size=17,
        fill=MUTED,
        class_="bm-muted",
    )


# ---------------------------------------------------------------------- the picture itself


def _inside(view: View, frame: _Frame) -> list[str]:
    return [
        _band(view, frame),
        _sides(frame),
        _dots(view.sales, frame),
        _home(view, frame),
        _medians(view, frame),
        _legend(view, frame),
    ]


def _band(view: View, frame: _Frame) -> str:
    """The middle half of all prices."""
    if view.spread is None:
        return ""
    top, bottom = frame.y.place(view.spread.high_quarter), frame.y.place(view.spread.low_quarter)
    return tag(
        "rect",
        x=_LEFT,
        y=top,
        width=_RIGHT - _LEFT,
        height=max(1.0, bottom - top),
        fill=BAND,
        class_="bm-band",
    )


def _sides(frame: _Frame) -> str:
    """Lines across with kronor, marks below with months or years."""
    parts = [words("kr/m²", _LEFT - 10, _TOP - 16, text_anchor="end", font_size=12.5, **_QUIET)]
    for value in frame.kronor:
        y = frame.y.place(value)
        parts.append(tag("path", d=f"M{num(_LEFT)} {num(y)}H{num(_RIGHT)}", **_HAIR))
        parts.append(words(sv.number(value), _LEFT - 10, y + 4.5, text_anchor="end", font_size=13, **_QUIET))
    for day, name in frame.days:
        x = frame.at(day)
        parts.append(tag("path", d=f"M{num(x)} {num(_BOTTOM)}v6", **_HAIR))
        anchor = "start" if x < _LEFT + 20 else "end" if x > _RIGHT - 24 else "middle"
        parts.append(words(name, x, _BOTTOM + 23, text_anchor=anchor, font_size=13, **_QUIET))
    return tag("g", "".join(parts))


_QUIET: Final[dict[str, str]] = {"fill": MUTED, "class_": "bm-muted"}
_HAIR: Final[dict[str, str]] = {"stroke": LINE, "stroke_width": "1", "fill": "none", "class_": "bm-line"}


def _dots(sales: Sequence[Sale], frame: _Frame) -> str:
    """One dot a sale; the more there are, the smaller and fainter."""
    shown = sales if len(sales) <= _MOST_DOTS else sales[:: -(-len(sales) // _MOST_DOTS)]
    radius, faint = (4.5, 0.55) if len(shown) <= 60 else (3.2, 0.4) if len(shown) <= 400 else (2.1, 0.26)
    dots = "".join(
        f'<circle cx="{num(frame.at(s.day))}" cy="{num(frame.y.place(s.kr_m2))}" r="{radius}"/>'
        for s in shown
    )
    return tag("g", dots, fill=ACCENT, fill_opacity=f"{faint}", class_="bm-dot")


def _medians(view: View, frame: _Frame) -> str:
    """The line through the medians, each where the sales of its period lie."""
    places = _median_places(view, frame)
    line = "M" + "L".join(f"{num(x)} {num(y)}" for x, y in places)
    halo = {"fill": "none", "stroke_linejoin": "round", "stroke_linecap": "round"}
    drawn = ""
    if len(places) > 1:
        drawn += tag("path", d=line, stroke=SURFACE, stroke_width="6", class_="bm-halo", **halo)
        drawn += tag("path", d=line, stroke=ACCENT, stroke_width="2.6", class_="bm-median", **halo)
    look = {"fill": SURFACE, "stroke": ACCENT, "stroke_width": "2.4", "class_": "bm-point"}
    return drawn + "".join(tag("circle", cx=x, cy=y, r="4.6", **look) for x, y in places)


def _median_places(view: View, frame: _Frame) -> list[tuple[float, float]]:
    days = sorted(sale.day for sale in view.sales)
    return [(_middle(p, days, frame), frame.y.place(p.median)) for p in view.trend.periods]


def _middle(period: Period, days: Sequence[date], frame: _Frame) -> float:
    """At the middle one of the period's days of sale."""
    first, after = bisect_left(days, period.from_day), bisect_right(days, period.to_day)
    return frame.at(days[(first + after - 1) // 2])


def _home(view: View, frame: _Frame) -> str:
    """The home's own price: a dashed line, a diamond at its right end, and its words."""
    asked = asking_kr_m2(view)
    if asked is None:
        return ""
    y = frame.y.place(asked)
    line = tag(
        "path",
        d=f"M{num(_LEFT)} {num(y)}H{num(_RIGHT)}",
        stroke=HOME,
        stroke_width="1.6",
        stroke_dasharray="6 5",
        fill="none",
        class_="bm-homeline",
    )
    mark = f"M{num(_RIGHT)} {num(y - 9)}l9 9l-9 9l-9-9z"
    look = {"fill": HOME, "stroke": SURFACE, "stroke_width": "2", "class_": "bm-home"}
    last = max(_median_places(view, frame))[1]
    above = y - 11 if (last >= y and y > _TOP + 30) or y > _BOTTOM - 30 else y + 24
    label = f"Bostaden: {per_m2(asked)}"
    wide = len(label) * 8.4
    plate = tag(
        "rect",
        x=_RIGHT - 20 - wide,
        y=above - 15,
        width=wide + 8,
        height=20,
        rx=4,
        fill=SURFACE,
        fill_opacity="0.88",
        class_="bm-surface",
    )
    text = words(
        label,
        _RIGHT - 18,
        above,
        text_anchor="end",
        font_size=14,
        font_weight="600",
        fill=HOME,
        class_="bm-home",
    )
    return line + tag("path", d=mark, **look) + plate + text


def _legend(view: View, frame: _Frame) -> str:
    """What dot, line and band mean, in a row below the picture."""
    y = _BOTTOM + 54
    dot = tag("circle", cx=_LEFT + 5, cy=y - 4.5, r=4.5, fill=ACCENT, fill_opacity="0.55", class_="bm-dot")
    dash = tag(
        "path",
        d=f"M{num(_LEFT + 110)} {num(y - 4.5)}h24",
        stroke=ACCENT,
        stroke_width="2.6",
        class_="bm-median",
    )
    box = tag("rect", x=_LEFT + 290, y=y - 12, width=22, height=14, fill=BAND, class_="bm-band")
    said = [
        words("försäljning", _LEFT + 17, y, font_size=13, **_QUIET),
        words(f"median per {period_word(view)}", _LEFT + 142, y, font_size=13, **_QUIET),
        words("hälften av priserna", _LEFT + 320, y, font_size=13, **_QUIET),
    ]
    if frame.outside:
        away = f"{frame.outside} utanför skalan, ritade på kanten"
        said.append(words(away, _RIGHT, y, text_anchor="end", font_size=13, **_QUIET))
    return tag("g", dot + dash + box + "".join(said))
