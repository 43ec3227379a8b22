"""Pictures and files of an estate: their entries, and from an id which picture is meant."""

from __future__ import annotations

from typing import Final

from brygga.sandbox.content import paper, pictures
from brygga.sandbox.content.ident import long_id
from brygga.sandbox.vitec.blank import Json, image
from brygga.sandbox.vitec.draft import Draft
from brygga.sandbox.vitec.office import picture_id
from brygga.sandbox.vitec.row import WITHOUT_PICTURES, Row
from brygga.sandbox.vitec.words import word

INDOORS: Final = ("room", "kitchen", "room", "room", "facade", "kitchen", "room", "facade")
OUTDOORS: Final = ("meadow", "facade", "meadow")
FILE_NAMES: Final = {
    "HousingCooperative": ("Årsredovisning 2025", "Stadgar", "Ekonomisk plan"),
    "House": ("Energideklaration", "Besiktningsprotokoll", "Frågelista"),
}
OPEN_LAND: Final = frozenset({"Plot", "Farm"})


def attach(d: Draft) -> None:
    """Add one to fifteen pictures, the floor plan last, and some documents."""
    if d.row.index != WITHOUT_PICTURES:
        count = d.rng.randint(1, 15)
        d.body["images"] = [
            entry(d.row, number, d.agency.seed, changed=d.ago(2, 90)) for number in range(count)
        ]
        if d.row.type not in OPEN_LAND and count > 2:
            d.body["images"][-1] = plan_entry(d)
    names = FILE_NAMES.get(d.row.type, ("Objektsbeskrivning",))
    d.body["files"] = [
        {
            "id": file_id(d.row, number, d.agency.seed),
            "name": name,
            "extension": "pdf",
            "dataChangedAt": d.ago(2, 90),
        }
        for number, name in enumerate(names[: d.rng.randint(0, len(names))])
    ]


def entry(row: Row, number: int, seed: int, *, changed: str) -> Json:
    """A photograph's entry; the category's name is the office's own word (contract §5)."""
    names = {"facade": "Exteriör", "meadow": "Exteriör", "kitchen": "Kök", "room": "Interiör"}
    name = names[motif(row, number)]
    return image(
        picture_id("estate", row.index, number, seed=seed), changed=changed, category=word("Other", name)
    )


def plan_entry(d: Draft) -> Json:
    """The floor plan: some offices file it as `Other` with their own name (contract §5)."""
    identifier = picture_id("estate", d.row.index, PLAN_NUMBER, seed=d.agency.seed)
    coded = word("Layout", "Planritning") if d.rng.random() < 0.8 else word("Other", "Planritning")
    return image(identifier, changed=d.ago(2, 90), category=coded, name="Planritning")


PLAN_NUMBER: Final = 0xF00


def motif(row: Row, number: int) -> str:
    """What a picture of an estate shows."""
    if number == PLAN_NUMBER:
        return "plan"
    if row.type in OPEN_LAND:
        return OUTDOORS[number % len(OUTDOORS)]
    return "facade" if number == 0 else INDOORS[(row.index + number) % len(INDOORS)]


def picture(row: Row, number: int, version: str, body: Json) -> bytes:
    """The JPEG bytes of one picture; two of three carry the home's position in their EXIF.

    `version` is the entry's `dataChangedAt`: new data gives another picture.
    """
    point = body["address"]["wgs84Coordinate"]
    tagged = point and number % 3 != 2 and number != PLAN_NUMBER
    position = (point["latitude"], point["longitude"]) if tagged else None
    return pictures.jpeg(motif(row, number), f"{row.id}:{number}:{version}", position=position)


def file_id(row: Row, number: int, seed: int) -> str:
    """A document's id, opaque but for this imitation."""
    head = f"E{row.index:07X}{number:04X}"
    return f"MED{head}{long_id('', seed, head)[:20]}"


def file_owner(identifier: str) -> int | None:
    """The index of the estate that a document's id belongs to, None if it is no such id."""
    try:
        return int(identifier[4:11], 16) if identifier[3:4] == "E" else None
    except ValueError:
        return None


def document(name: str, body: Json) -> bytes:
    """A document's bytes: a real PDF that names the home."""
    street = body["address"]["streetAddress"] or body["id"]
    return paper.pdf(name, [f"Avser {street}", f"Objekt {body['referenceId']}", "Upprättad för prov."])
