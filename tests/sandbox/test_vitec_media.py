"""Pictures and documents of the imitation are real files, drawn on demand."""

from __future__ import annotations

import base64
from typing import Any

import pypdfium2
import pytest
import pyvips

GROUP = "G90000"


@pytest.fixture
async def home(vitec: Any) -> dict[str, Any]:
    """An estate with pictures, a plan and documents."""
    truth = await vitec.control("truth?kinds=estates")
    for identifier in truth["estates"]:
        _, body = await vitec.get(f"/Advertising/Estate/{GROUP}/{identifier}")
        if body["files"] and len(body["images"]) > 3 and body["images"][-1]["name"] == "Planritning":
            return body
    raise AssertionError("no such estate in the seed")


async def test_a_picture_is_a_jpeg_of_full_size(vitec: Any, home: Any) -> None:
    status, kind, data = await vitec.raw(f"/Advertising/Image/{GROUP}/{home['images'][0]['id']}")
    assert (status, kind) == (200, "image/jpeg")
    picture = pyvips.Image.new_from_buffer(data, "")
    assert (picture.width, picture.height, picture.bands) == (1600, 1067, 3)


async def test_some_pictures_carry_where_the_home_lies(vitec: Any, home: Any) -> None:
    tagged = 0
    for entry in home["images"][:4]:
        _, _, data = await vitec.raw(f"/Advertising/Image/{GROUP}/{entry['id']}")
        fields = pyvips.Image.new_from_buffer(data, "").get_fields()
        tagged += "exif-ifd3-GPSLatitude" in fields
    assert 0 < tagged < 4


async def test_the_same_picture_has_the_same_bytes_and_as_base64_too(vitec: Any, home: Any) -> None:
    path = f"/Advertising/Image/{GROUP}/{home['images'][1]['id']}"
    _, _, first = await vitec.raw(path)
    _, kind, text = await vitec.raw(path, Accept="text/x-base64")
    assert kind == "text/x-base64"
    assert base64.b64decode(text) == first


async def test_the_plan_and_the_portrait_are_drawn_as_well(vitec: Any, home: Any) -> None:
    _, _, plan = await vitec.raw(f"/Advertising/Image/{GROUP}/{home['images'][-1]['id']}")
    _, _, photo = await vitec.raw(f"/Advertising/Image/{GROUP}/{home['images'][0]['id']}")
    assert pyvips.Image.new_from_buffer(plan, "").avg() > pyvips.Image.new_from_buffer(photo, "").avg()
    _, agent = await vitec.get(f"/Advertising/User/{GROUP}/{home['primaryAgentId']}")
    status, kind, _ = await vitec.raw(f"/Advertising/Image/{GROUP}/{agent['image']['id']}")
    assert (status, kind) == (200, "image/jpeg")


async def test_a_document_is_a_pdf_that_names_the_home(vitec: Any, home: Any) -> None:
    status, kind, data = await vitec.raw(f"/Advertising/File/{GROUP}/{home['files'][0]['id']}")
    assert (status, kind) == (200, "application/pdf")
    with pypdfium2.PdfDocument(data) as document:
        text = document[0].get_textpage().get_text_range()
    assert home["files"][0]["name"] in text


async def test_a_removed_picture_is_gone(vitec: Any, home: Any) -> None:
    (change,) = (await vitec.control("mutate", {"what": "image_removed", "id": home["id"]}))["changed"]
    status, _ = await vitec.get(f"/Advertising/Image/{GROUP}/{change['image']}")
    assert status == 404


async def test_one_estate_has_no_picture_at_all(vitec: Any) -> None:
    truth = await vitec.control("truth?kinds=estates")
    assert sum(e.get("images") == [] for e in truth["estates"].values()) == 1
