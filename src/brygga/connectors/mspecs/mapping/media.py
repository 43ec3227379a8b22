"""Pictures, documents and links of a deal. Their bytes are fetched by us; see `api.files`.

A file's id here is `<owner>~<key>`: the owner is the deal or colleague whose answer names it, so
that its address, which may live for a short time only, can be asked for anew.
"""

from __future__ import annotations

import re
from typing import Any, Final

from brygga.connectors.mspecs.mapping.reading import Part, Reading, file_key, is_id
from brygga.model.parts import Document, Image, Link

OWNER: Final = "~"
"""Stands between owner and key; no id of Mspecs' holds it."""

_PIXELS = re.compile(r"([0-9]{1,5})\s*[xX×]\s*([0-9]{1,5})")
_LAST: Final = 1_000_000


def images(root: Part, r: Reading, owner: str) -> list[Image]:
    """The pictures to show, main picture first, then in the broker's order; the area's own last."""
    found = [
        (_order(part), part) for part in r.parts(root, "images") if part.look("isPublished") is not False
    ]
    made = [image(part, r, owner) for _, part in sorted(found, key=lambda one: one[0])]
    location = Part(r.section(root.look("location"), root.at("location")), root.at("location"))
    area = [Part(r.section(location.look("image"), "location.image"), "location.image")]
    area += [Part(row, "location.images") for row in r.rows(location.look("images"), "location.images")]
    made += [image(part, r, owner, category="area") for part in area if part]
    seen: dict[str, Image] = {}
    for one in made:
        if one is not None:
            seen.setdefault(one.id, one)
    return list(seen.values())


def _order(part: Part) -> tuple[bool, int]:
    order = part.look("displayOrder")
    return part.look("isMainImage") is not True, order if type(order) is int else _LAST


def image(part: Part, r: Reading, owner: str, *, category: str = "") -> Image | None:
    """One picture; None when it has no address to fetch it from."""
    url = r.url(part.read("originalUrl"), part.at("originalUrl"))
    if not url:
        r.note("bad_row", part.path)
        return None
    width, height = _pixels(r.line(part, "originalResolution", most=20))
    for name in ("viewUrl", "thumbnailUrl", "viewResolution", "thumbnailResolution", "displayOrder",
                 "isMainImage", "isPublished"):  # fmt: skip  # renditions and order, not facts of the picture
        part.read(name)
    given = part.read("id")
    return Image(
        id=f"{owner}{OWNER}{given if is_id(given) else file_key(url)}",
        category=category or r.word(part, "category", "image_categories"),
        name=r.line(part, "title"),
        description=r.prose(part, "description"),
        extension=r.line(part, "extension", most=20).removeprefix("."),
        width_px=width,
        height_px=height,
    )


def _pixels(text: str) -> tuple[int | None, int | None]:
    found = _PIXELS.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else (None, None)


def documents(root: Part, r: Reading, owner: str) -> list[Document]:
    """The documents; those without an address are left out. The category is Mspecs' constant."""
    made = []
    for part in r.parts(root, "files"):
        url = r.url(part.read("url"), part.at("url"))
        if not url:
            r.note("bad_row", part.path)
            continue
        category = part.read("category")
        word = category.get("constant") if type(category) is dict else category
        made.append(
            Document(
                id=f"{owner}{OWNER}{file_key(url)}",
                name=r.line(part, "title"),
                category=r.text(word, part.at("category"), most=100),
                extension=r.line(part, "extension", most=20).removeprefix("."),
            )
        )
    return made


def links(root: Part, publishing: Part, r: Reading) -> list[Link]:
    """Links beside the home, and its page at the brokerage."""
    made = [
        Link(
            url=r.url(part.read("url"), part.at("url")),
            name=r.line(part, "name"),
            category=r.line(part, "category"),
        )
        for part in r.parts(root, "urls")
    ]
    page = r.url(publishing.read("webPageUrl"), publishing.at("webPageUrl"))
    if page:
        made.append(Link(url=page, category="webpage"))
    return [one for one in made if one.url]


def addresses(answer: dict[str, Any]) -> dict[str, str]:
    """Key of each file that an answer names → its address now. Pure; tolerant of any shape."""
    found: dict[str, str] = {}
    location = answer.get("location")
    place = location if type(location) is dict else {}
    pictures = [*_dicts(answer.get("images")), *_dicts(place.get("images")), *_dicts([place.get("image")])]
    pictures += _dicts([answer.get("image")])
    for row in pictures:
        url, given = row.get("originalUrl"), row.get("id")
        if type(url) is str:
            found[str(given) if is_id(given) else file_key(url)] = url
    for row in _dicts(answer.get("files")):
        if type(row.get("url")) is str:
            found[file_key(row["url"])] = row["url"]
    return found


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if type(row) is dict] if type(value) is list else []
