"""The table of colours, computed anew from the stylesheet (WCAG 2.2, contrast of 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import brygga.web

CSS = (Path(brygga.web.__file__).parent / "static" / "brygga.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+):(#[0-9A-Fa-f]{3,6})", block))
    for block in re.findall(r":root\{(.*?)\}", CSS, flags=re.DOTALL)[:2]
)
STATES = ("ok", "warn", "bad", "info", "idle", "doubt")
GROUNDS = ("bg", "surface", "sunk")


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21() -> None:
    assert ratio("#000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_has_at_least_4_5(scheme: dict[str, str]) -> None:
    pairs = [(text, ground) for text in ("text", "muted", "accent") for ground in GROUNDS]
    pairs += [(state, ground) for state in STATES for ground in ("bg", "surface", f"{state}-bg")]
    pairs += [("text", f"{state}-bg") for state in STATES]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-hi"), ("surface", "text")]
    too_weak = {pair: ratio(scheme[pair[0]], scheme[pair[1]]) for pair in pairs}
    assert {pair: round(r, 2) for pair, r in too_weak.items() if r < 4.5} == {}


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_fields_and_rings_have_at_least_3(scheme: dict[str, str]) -> None:
    for ground in GROUNDS:
        assert ratio(scheme["edge"], scheme[ground]) >= 3
        assert ratio(scheme["accent"], scheme[ground]) >= 3


def test_the_stylesheet_asks_nobody_and_hides_nothing_from_print() -> None:
    assert not re.search(r"@import|url\((?!fonts/|#)|https?:", CSS)
    assert "@media print" in CSS
    assert "prefers-reduced-motion" in CSS
    assert "forced-colors" in CSS


def test_what_is_shipped_of_others_has_its_licence_beside_it() -> None:
    static = Path(brygga.web.__file__).parent / "static"
    for font, licence in (("inter", "OFL-inter.txt"), ("source-serif-4", "OFL-source-serif-4.txt")):
        assert (static / "fonts" / f"{font}.woff2").stat().st_size > 10_000
        assert "SIL OPEN FONT LICENSE" in (static / "fonts" / licence).read_text(encoding="utf-8").upper()
    assert "BSD" in (static / "htmx-LICENSE.txt").read_text(encoding="utf-8")
