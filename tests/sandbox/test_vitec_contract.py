"""Every answer of the imitated advertising section against the official specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

GROUP = "G90000"


def nullable(schema: Any) -> Any:
    """Swagger 2.0 has no null: every typed member may also be null, as the real answers are."""
    if isinstance(schema, list):
        return [nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
    made = {name: nullable(part) for name, part in schema.items() if name not in {"description", "format"}}
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


@pytest.fixture(scope="module")
def specification(shared_providers: Path) -> dict[str, Any]:
    """The specification with nulls allowed and unknown members refused."""
    document = json.loads((shared_providers / "vitec" / "advertising.openapi.json").read_text())
    definitions = {}
    for name, schema in document["definitions"].items():
        made = nullable(schema)
        if "properties" in schema:
            made = {**made, "properties": {k: nullable(v) for k, v in schema["properties"].items()}}
            made["additionalProperties"] = False
        definitions[name] = made
    return {"paths": document["paths"], "definitions": definitions}


def fits(specification: dict[str, Any], path: str, answer: Any) -> None:
    """Raises ValidationError if the answer is not what the path promises."""
    schema = specification["paths"][path]["get"]["responses"]["200"]["schema"]
    jsonschema.Draft4Validator({**schema, "definitions": specification["definitions"]}).validate(answer)


async def everything(vitec: Any, listed: str) -> list[tuple[str, str]]:
    status, page = await vitec.get(f"/Advertising/{listed}/{GROUP}?paging.pageSize=500")
    assert status == 200
    return [(row.get("customerId") or GROUP, row["id"]) for row in page["rows"]]


@pytest.mark.parametrize(
    ("listed", "parameter"),
    [("Estate", "estateId"), ("Project", "projectId"), ("User", "userId"), ("Office", "officeId")],
)
async def test_lists_and_records_follow_the_specification(
    vitec: Any, specification: dict[str, Any], listed: str, parameter: str
) -> None:
    path = f"/Advertising/{listed}/{{customerId}}"
    status, page = await vitec.get(f"/Advertising/{listed}/M90001")
    assert status == 200
    fits(specification, path, page)
    records = await everything(vitec, listed)
    assert records
    for customer, identifier in records:
        status, body = await vitec.get(f"/Advertising/{listed}/{customer}/{identifier}")
        assert status == 200
        fits(specification, f"{path}/{{{parameter}}}", body)


async def test_every_type_of_estate_is_among_them(vitec: Any) -> None:
    kinds = set()
    for customer, identifier in await everything(vitec, "Estate"):
        _, body = await vitec.get(f"/Advertising/Estate/{customer}/{identifier}")
        kinds.add(body["type"]["id"])
    assert len(kinds) == 9


async def test_areas_associations_brands_and_forms_follow_it_too(
    vitec: Any, specification: dict[str, Any]
) -> None:
    _, areas = await vitec.get("/Advertising/Area/M90001")
    fits(specification, "/Advertising/Area/{customerId}", areas)
    _, area = await vitec.get(f"/Advertising/Area/M90001/{areas['rows'][0]['id']}")
    fits(specification, "/Advertising/Area/{customerId}/{areaId}", area)
    ring = area["coordinates"][0][0]
    assert ring[0] == ring[-1]
    assert 10 < ring[0][0] < 25 < 54 < ring[0][1] < 70
    _, brands = await vitec.get("/Advertising/Brand/List/M90001")
    fits(specification, "/Advertising/Brand/List/{customerId}", brands)
    _, brand = await vitec.get(f"/Advertising/Brand/{brands['rows'][0]['id']}")
    fits(specification, "/Advertising/Brand/{customerId}", brand)
    customer, estate = (await everything(vitec, "Estate"))[0]
    _, form = await vitec.get(f"/v2/Advertising/Form/{customer}/Estate/{estate}")
    fits(specification, "/v2/Advertising/Form/{customerId}/Estate/{estateId}", form)
    _, body = await vitec.get(f"/Advertising/Estate/{customer}/{estate}")
    association = body["extensions"]["housingCooperative"]["association"]["id"]
    status, found = await vitec.get(f"/Advertising/Association/{customer}/{association}")
    assert status == 200
    fits(specification, "/Advertising/Association/{customerId}/{associationId}", found)


async def test_changed_estates_still_follow_it(vitec: Any, specification: dict[str, Any]) -> None:
    names = (
        "price",
        "viewing",
        "bid",
        "bid_cancelled",
        "withdraw",
        "sold",
        "text",
        "image_added",
        "image_removed",
    )
    done = await vitec.control("mutate", {"steps": [{"what": name, "count": 2} for name in names]})
    for change in done["changed"]:
        _, body = await vitec.get(f"/Advertising/Estate/{GROUP}/{change['id']}?extend=$estate%2BprimaryAgent")
        fits(specification, "/Advertising/Estate/{customerId}/{estateId}", body)
        assert body["extensions"]["primaryAgent"]["id"] == body["primaryAgentId"]


async def test_the_check_itself_refuses_a_member_of_the_wrong_kind(
    vitec: Any, specification: dict[str, Any]
) -> None:
    customer, estate = (await everything(vitec, "Estate"))[0]
    _, body = await vitec.get(f"/Advertising/Estate/{customer}/{estate}")
    body["price"]["startingPrice"] = "3 995 000 kr"
    with pytest.raises(jsonschema.ValidationError):
        fits(specification, "/Advertising/Estate/{customerId}/{estateId}", body)


async def test_a_person_has_the_members_of_the_documented_example(vitec: Any, shared_providers: Path) -> None:
    example = json.loads((shared_providers / "vitec" / "examples" / "person-contact.json").read_text())
    _, contacts = await vitec.get("/CRM/Contact/M90001")
    seller = contacts["persons"][0]["id"]
    status, body = await vitec.get(f"/CRM/Contact/M90001/Person/{seller}")
    assert status == 200
    assert body.keys() == example.keys()
    assert body["address"].keys() == example["address"].keys()
    assert body["telephone"].keys() == example["telephone"].keys()


async def test_sellers_carry_only_published_test_numbers(vitec: Any, shared_providers: Path) -> None:
    series = json.loads(
        (shared_providers / "reference/personnummer/skatteverket_test_personnummer.sample.json").read_text()
    )
    truth = await vitec.control("truth?kinds=contacts")
    numbers = [c["socialSecurityNumber"] for c in truth["contacts"].values() if c.get("socialSecurityNumber")]
    assert len(numbers) == len(set(numbers)) > 50
    assert {number.replace("-", "") for number in numbers} <= set(series)
