"""The documented shapes against the vendor's own specification."""

from __future__ import annotations

import json
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import fields

from brygga.connectors.vitec import schema

SERVICES = "Advertising.Services.Advertising"
PAIRS: dict[str, type[msgspec.Struct]] = {
    f"{SERVICES}Estate": schema.Estate,
    f"{SERVICES}Project": schema.Project,
    f"{SERVICES}User": schema.User,
    f"{SERVICES}Office": schema.Office,
    f"{SERVICES}Area": schema.Area,
    f"{SERVICES}Brand": schema.Brand,
    "Advertising.Models.AdvertisingAssociation": schema.Association,
    f"{SERVICES}EstateListRow": schema.ListRow,
    f"{SERVICES}ProjectListRow": schema.ListRow,
    f"{SERVICES}OfficeListRow": schema.ListRow,
    f"{SERVICES}AreaListRow": schema.ListRow,
    f"{SERVICES}UserListRow": schema.UserListRow,
    "Models.Api.Page`1_AdvertisingEstateListRow": schema.ListPage,
    "Models.Api.Page`1_AdvertisingBrand": schema.ListPage,
}


@pytest.fixture(scope="module")
def definitions(shared_providers: Path) -> dict[str, Any]:
    text = (shared_providers / "vitec" / "advertising.openapi.json").read_text("utf-8")
    return typing.cast("dict[str, Any]", json.loads(text)["definitions"])


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_every_member_of_the_specification_has_its_place_and_no_other(
    name: str, definitions: dict[str, Any]
) -> None:
    assert list(_differences(name, PAIRS[name], definitions)) == []


def _differences(name: str, shape: type[msgspec.Struct], definitions: dict[str, Any]) -> typing.Iterator[str]:
    members = definitions[name]["properties"]
    ours = {f.encode_name: f for f in fields(shape)}
    yield from (f"{name}: {member}" for member in members.keys() ^ ours.keys())
    for member in members.keys() & ours.keys():
        part = members[member].get("items", members[member]).get("$ref", "").rpartition("/")[2]
        inner = _struct_in(ours[member].type)
        if part and inner is not None:
            yield from _differences(part, inner, definitions)
        elif part and shape is not schema.ListPage:
            yield f"{name}.{member} is not an object of its own"


def _struct_in(hint: Any) -> type[msgspec.Struct] | None:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next((found for arg in typing.get_args(hint) if (found := _struct_in(arg))), None)


def test_a_shape_writes_the_vendors_spelling_and_gives_nulls() -> None:
    written = msgspec.to_builtins(schema.Estate(id="OBJ1"))
    assert written["id"] == "OBJ1"
    assert written["primaryAgentId"] is None
    assert len(written) == 33
