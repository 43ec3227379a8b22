"""Pictures of the description: which one leads, which are plans, and how the rest stand in rows."""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.documents.wording import line

MOST_PICTURES = 60

_PAIR = 2


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A JPEG rendition (about 1,600–1,800 px; larger ones only cost memory) with its alternative text.

    `alt` says what the picture shows, for who cannot see it; without it we say what we know.
    `caption` is printed. `floor_plan` (*planritning*) gets a page of its own and is never cropped.
    """

    data: bytes
    width_px: int
    height_px: int
    alt: str = ""
    caption: str = ""
    floor_plan: bool = False


def named(pictures: list[Picture]) -> dict[str, bytes]:
    """File name → bytes, as the typesetter finds them."""
    return {_name(number): picture.data for number, picture in enumerate(pictures[:MOST_PICTURES])}


def arranged(pictures: list[Picture], address: str) -> dict[str, Any]:
    """`cover` (or None), `rows` of one or two pictures, and `plans`, as data for the template."""
    shown = [_shown(number, p, len(pictures), address) for number, p in enumerate(pictures[:MOST_PICTURES])]
    photos = [one for one in shown if not one["plan"]]
    return {
        "cover": photos[0] if photos else None,
        "rows": _rows(photos[1:]),
        "plans": [one for one in shown if one["plan"]],
    }


def _shown(number: int, picture: Picture, count: int, address: str) -> dict[str, Any]:
    what = "Planritning" if picture.floor_plan else "Bild"
    told = line(picture.alt) or line(picture.caption) or f"{what} {number + 1} av {count}: {address}"
    return {
        "file": _name(number),
        "alt": told,
        "caption": line(picture.caption),
        "plan": picture.floor_plan,
        "upright": picture.height_px > picture.width_px,
    }


def _rows(photos: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """One wide picture, then two pairs, and again; upright ones always stand two and two."""
    rows: list[list[dict[str, Any]]] = []
    upright = [p for p in photos if p["upright"]]
    lying = [p for p in photos if not p["upright"]]
    while lying:
        take = 1 if len(lying) == 1 or (len(rows) % 3 == 0 and len(lying) != _PAIR) else _PAIR
        rows.append([lying.pop(0) for _ in range(take)])
    rows += [upright[n : n + _PAIR] for n in range(0, len(upright), _PAIR)]
    return rows


def _name(number: int) -> str:
    return f"picture-{number:03}.jpg"
