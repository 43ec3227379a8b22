"""Real JPEG pictures drawn on demand: house fronts, rooms, plans, portraits, 1600 × 1067 pixels.

The same seed gives the same bytes. Some carry EXIF with a camera's name and a GPS position, so
that it can be proven that a receiver never sees them. A little noise makes the size lifelike.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

WIDTH_PX, HEIGHT_PX = 1600, 1067
KEPT_PICTURES = 48

WALLS: Final = ("#a33b32", "#e9dfc7", "#d9a441", "#8d9f8b", "#cfd6da", "#b9876a", "#f1efe9")
ROOFS: Final = ("#4a4140", "#7c3f33", "#2f3a40")
FLOORS: Final = ("#b98d5e", "#8a6644", "#cfb28c", "#a9a39a")
TEXTILES: Final = ("#335c67", "#9e2a2b", "#e09f3e", "#5f7470", "#7a6c9d")

Rng = random.Random


def facade(rng: Rng) -> str:
    """A house front under a sky, with rows of windows and a door."""
    floors, columns = rng.randint(1, 4), rng.randint(3, 7)
    left, right, bottom = rng.randint(180, 320), rng.randint(1250, 1430), 880
    top = bottom - 150 * floors - 40
    wall, roof = rng.choice(WALLS), rng.choice(ROOFS)
    step = (right - left) / columns
    windows = "".join(
        box(left + step * (c + 0.25), top + 40 + 150 * f, step * 0.5, 90, "#22333f", stroke="#fff")
        for c in range(columns)
        for f in range(floors)
    )
    ridge = f"{left - 30},{top} {(left + right) / 2},{top - 170} {right + 30},{top}"
    gable = f'<polygon points="{ridge}" fill="{roof}"/>'
    door = box((left + right) / 2 - 35, bottom - 130, 70, 130, rng.choice(TEXTILES))
    tree = f'<circle cx="{rng.randint(60, 160)}" cy="700" r="{rng.randint(70, 120)}" fill="#4c7a45"/>'
    ground = box(0, bottom, WIDTH_PX, HEIGHT_PX - bottom, rng.choice(("#6f9b5a", "#87907a", "#a3a8a0")))
    return (
        sky(rng) + ground + tree + box(left, top, right - left, bottom - top, wall) + gable + windows + door
    )


def room(rng: Rng) -> str:
    """A room in one-point perspective: window, sofa or table, lamp, picture on the wall."""
    wall, textile = rng.choice(("#eceae4", "#dfe5e3", "#e8ddd0", "#cdd6df")), rng.choice(TEXTILES)
    back = box(320, 190, 960, 560, wall)
    sides = f'<polygon points="0,0 320,190 320,750 0,1067" fill="{wall}" opacity="0.8"/>' + (
        f'<polygon points="1600,0 1280,190 1280,750 1600,1067" fill="{wall}" opacity="0.7"/>'
    )
    floor = f'<polygon points="0,1067 320,750 1280,750 1600,1067" fill="{rng.choice(FLOORS)}"/>'
    left = rng.randint(380, 700)
    window = box(left, 250, 330, 320, "url(#sky)", stroke="#fff") + box(left + 160, 250, 8, 320, "#fff")
    seat = rng.randint(300, 700)
    sofa = (
        box(seat, 690, 520, 150, textile)
        + box(seat, 620, 520, 90, textile)
        + box(seat + 30, 840, 460, 26, "#333")
    )
    picture = box(1060, 280, 130, 170, rng.choice(TEXTILES), stroke="#222")
    lamp = f'<circle cx="{rng.randint(700, 900)}" cy="215" r="46" fill="#fff6cf"/>'
    return box(0, 0, WIDTH_PX, HEIGHT_PX, "#f6f4ef") + sides + back + floor + window + sofa + picture + lamp


def kitchen(rng: Rng) -> str:
    """Cupboards above and below a worktop, with stove and tap."""
    front = rng.choice(("#e7ece8", "#38504f", "#b3a58f", "#f4f1ea"))
    upper = "".join(box(120 + 200 * n, 160, 190, 260, front, stroke="#bbb") for n in range(7))
    lower = "".join(box(120 + 200 * n, 640, 190, 280, front, stroke="#bbb") for n in range(7))
    top = box(100, 600, 1420, 44, rng.choice(FLOORS))
    stove = box(120 + 200 * rng.randint(1, 5), 650, 190, 250, "#2b2b2b", stroke="#999")
    floor = box(0, 920, WIDTH_PX, 147, rng.choice(FLOORS))
    return box(0, 0, WIDTH_PX, HEIGHT_PX, "#f3f1ec") + upper + lower + top + stove + floor


def plan(rng: Rng) -> str:
    """A floor plan: outer walls, inner walls with gaps for doors, arcs for the doors."""
    across, down = rng.randint(700, 1000), rng.randint(500, 760)
    left, top = (WIDTH_PX - across) // 2, (HEIGHT_PX - down) // 2
    split, level = left + across * rng.uniform(0.35, 0.65), top + down * rng.uniform(0.4, 0.6)
    lines = f"M{split},{top} V{level - 110} M{split},{level} V{top + down} M{left},{level} H{split - 130}"
    lines += f" M{split},{level} H{left + across - 140}"
    doors = f"M{split},{level - 110} a110,110 0 0 1 -110,110 M{split - 130},{level} a130,130 0 0 0 130,-130"
    return (
        box(0, 0, WIDTH_PX, HEIGHT_PX, "#ffffff")
        + box(left, top, across, down, "#fbfaf6", stroke="#111", thick=14)
        + f'<path d="{lines}" stroke="#111" stroke-width="9" fill="none"/>'
        + f'<path d="{doors}" stroke="#777" stroke-width="3" fill="none"/>'
        + box(left + 30, top + 20, 200, 60, "#d9dee2", stroke="#555", thick=3)
    )


def meadow(rng: Rng) -> str:
    """Open land with a forest edge: plots, farms and areas."""
    trees = "".join(
        f'<circle cx="{x + rng.randint(-20, 20)}" cy="{rng.randint(520, 580)}" r="{rng.randint(50, 95)}" '
        f'fill="{rng.choice(("#3f6b3a", "#557f45", "#2f5a3b"))}"/>'
        for x in range(0, 1700, 90)
    )
    field = box(0, 600, WIDTH_PX, 467, rng.choice(("#a8b86a", "#c9b662", "#7fa35b")))
    way = f"M{rng.randint(500, 1100)},1067 Q800,800 {rng.randint(600, 1000)},600"
    path = f'<path d="{way}" stroke="#d8cdb0" stroke-width="40" fill="none"/>'
    return sky(rng) + trees + field + path


def portrait(rng: Rng) -> str:
    """A drawn colleague: never a real face."""
    hair = rng.choice(("#3b2a20", "#8a5a2b", "#c9a15b", "#777777"))
    return (
        box(0, 0, WIDTH_PX, HEIGHT_PX, rng.choice(("#dfe7ea", "#efe6da", "#e3e8dd")))
        + f'<ellipse cx="800" cy="1080" rx="420" ry="380" fill="{rng.choice(TEXTILES)}"/>'
        + '<circle cx="800" cy="480" r="210" fill="#e8c4a2"/>'
        + f'<path d="M590,470 a210,210 0 0 1 420,0 q-210,-120 -420,0" fill="{hair}"/>'
        + '<circle cx="730" cy="490" r="14"/><circle cx="870" cy="490" r="14"/>'
        + '<path d="M720,580 q80,60 160,0" stroke="#944" stroke-width="10" fill="none"/>'
    )


DRAWN: Final[dict[str, Callable[[Rng], str]]] = {
    "facade": facade,
    "room": room,
    "kitchen": kitchen,
    "plan": plan,
    "meadow": meadow,
    "portrait": portrait,
}
"""Motif → drawing."""


def box(
    x: float, y: float, width: float, height: float, fill: str, *, stroke: str = "none", thick: int = 5
) -> str:
    """An SVG rectangle, in pixels."""
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{thick}"/>'
    )


def sky(rng: Rng) -> str:
    """The gradient over everything out of doors, and a sun."""
    return box(0, 0, WIDTH_PX, HEIGHT_PX, "url(#sky)") + (
        f'<circle cx="{rng.randint(100, 1500)}" cy="{rng.randint(80, 220)}" r="60" fill="#fff3b0"/>'
    )


@lru_cache(maxsize=KEPT_PICTURES)
def jpeg(motif: str, seed: str, *, position: tuple[float, float] | None = None) -> bytes:
    """A picture as JPEG bytes. `position` (latitude, longitude in degrees) goes into its EXIF."""
    import pyvips

    rng = random.Random(f"{seed}:{motif}")  # noqa: S311 - a drawing, not a secret
    hue = rng.choice(("#8fbbe0", "#b7c9d8", "#e8b98a", "#7fa9d6"))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{HEIGHT_PX}"><defs>'
        f'<linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="{hue}"/>'
        f'<stop offset="1" stop-color="#f7f4ea"/></linearGradient></defs>{DRAWN[motif](rng)}</svg>'
    )
    drawn = pyvips.Image.svgload_buffer(svg.encode()).flatten(background=255)
    if motif != "plan":
        noise = pyvips.Image.gaussnoise(WIDTH_PX, HEIGHT_PX, sigma=4, mean=0, seed=rng.randrange(1 << 30))
        drawn = drawn + noise
    picture = drawn.cast("uchar").copy(interpretation="srgb")
    if position is not None:
        mark(picture, pyvips.GValue.gstr_type, position)
    return bytes(picture.jpegsave_buffer(Q=80))


def mark(picture: Any, text_type: int, position: tuple[float, float]) -> None:
    """Write camera and place into the EXIF fields, as a telephone would (Exif 2.32 §4.6.6)."""
    latitude, longitude = position
    fields = {
        "exif-ifd0-Make": "Exempelkamera",
        "exif-ifd0-Software": "brygga sandbox",
        "exif-ifd3-GPSLatitudeRef": "N" if latitude >= 0 else "S",
        "exif-ifd3-GPSLatitude": degrees(latitude),
        "exif-ifd3-GPSLongitudeRef": "E" if longitude >= 0 else "W",
        "exif-ifd3-GPSLongitude": degrees(longitude),
    }
    for name, value in fields.items():
        picture.set_type(text_type, name, value)


def degrees(value: float) -> str:
    """Degrees, minutes and seconds as EXIF rationals."""
    minutes, seconds = divmod(round(abs(value) * 3600 * 100), 60 * 100)
    return f"{minutes // 60}/1 {minutes % 60}/1 {seconds}/100"
