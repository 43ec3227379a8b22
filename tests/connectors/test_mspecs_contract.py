"""Our requests held against the outline of Mspecs' specification: paths, methods, headers, queries."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from brygga.connectors.abilities import Ref
from brygga.connectors.manifest import load
from brygga.connectors.mspecs.api import MspecsConnector, webhooks
from brygga.connectors.mspecs.mapping import tables
from brygga.connectors.mspecs.schema import names
from brygga.wire.call import Answer, Call

DEAL = "MDAwNHwwMDAwMDAwMDc1NHw1OA.."
OURS = "MDAtMXwwMDAwMDAwMDAwMnwyODQ."
BODIES: dict[str, Any] = {
    "subscriber.list": [{"subscriberId": OURS, "status": "X_STATUS_ACTIVE"}],
    "organization.read": {"offices": [], "users": []},
    "deal.list": [],
    "sold.list": {"deals": []},
}


class Recorder:
    """A wire that notes what is asked and answers the least that satisfies the connector."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        body = json.dumps(BODIES.get(call.operation, {"id": DEAL})).encode()
        return Answer(status=200, headers={}, body=body)


async def secret(name: str) -> str:
    return f"the-{name}"


@pytest.fixture(scope="module")
def outline(shared_providers: Path) -> dict[str, Any]:
    """The outline of the vendor's document."""
    text = (shared_providers / "mspecs" / "marketing-provider.outline.openapi.json").read_text()
    made: dict[str, Any] = json.loads(text)
    return made


async def every_request(**settings: Any) -> list[Call]:
    wire = Recorder()
    given = {"subscriber_id": OURS, "grants": "READ_SELLER.READ_SENSITIVE", "sold_catchup": True, **settings}
    connector = MspecsConnector(wire, connection="m", settings=given, secrets=secret)
    await connector.check()
    for stream in connector.streams:
        async for _ in connector.pages(stream):
            pass
    async for _ in connector.pages("estate", cursor="sold:abc"):
        pass
    for kind in ("estate", "office", "agent"):
        await connector.fetch(Ref(kind=kind, source_id=DEAL))
    await connector.acknowledge(DEAL, True)
    await connector.restricted(DEAL)
    await connector.statistics(DEAL)
    return wire.calls


def described(outline: dict[str, Any], call: Call) -> tuple[str, dict[str, Any]]:
    """The path template and operation that a call is; fails when there is none."""
    for template, operations in outline["paths"].items():
        pattern = re.sub(r"\\\{[^/]+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, call.path) and call.method.lower() in operations:
            return template, operations[call.method.lower()]
    raise AssertionError(f"{call.method} {call.path} stands nowhere in the outline")


def parameters(outline: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for one in operation.get("parameters", []):
        named = one.get("$ref", "").rpartition("/")[2]
        found.append(outline["components"]["parameters"][named] if named else one)
    return found


@pytest.mark.parametrize(
    "organization", ["/api/provider/subscriber", "/api/organization/brokerOrganizations"]
)
async def test_every_request_is_one_that_the_outline_describes(
    outline: dict[str, Any], organization: str
) -> None:
    calls = await every_request(organization_path=organization)
    assert {call.operation for call in calls} == {
        "subscriber.list",
        "organization.read",
        "deal.list",
        "sold.list",
        "deal.read",
        "deal.status",
        "deal.restricted",
        "statistics.read",
    }
    for call in calls:
        _, operation = described(outline, call)
        allowed = parameters(outline, operation)
        headers = {one["name"]: one for one in allowed if one["in"] == "header"}
        queries = {one["name"]: one for one in allowed if one["in"] == "query"}
        for name, one in headers.items():
            assert not one.get("required") or name in call.headers, (call.path, name)
        if organization != "/api/provider/subscriber" and call.operation == "organization.read":
            continue  # this answer is read whole: the narrowing queries are the other path's
        for name, value in call.query:
            assert name in queries, (call.path, name)
            if queries[name]["schema"]["type"] == "integer":
                assert int(value) <= queries[name]["schema"].get("maximum", int(value))
        assert bool(call.json) is ("requestBody" in operation)


async def test_the_statuses_that_calls_take_as_answers_are_described(outline: dict[str, Any]) -> None:
    for call in await every_request():
        _, operation = described(outline, call)
        told = {int(status) for status in operation["responses"]}
        if call.operation in {"deal.read", "deal.list", "sold.list", "deal.restricted", "statistics.read"}:
            assert call.accept_status <= told


def test_the_manifest_names_the_outlines_server(outline: dict[str, Any]) -> None:
    assert load("mspecs").base_url in [one["url"] for one in outline["servers"]]


def test_each_event_of_the_outline_is_understood(outline: dict[str, Any]) -> None:
    hook = outline["components"]["schemas"]["marketing_marketingPublishHook"]["properties"]
    assert set(hook["eventType"]["enum"]) == set(webhooks.PUBLISHING)
    assert hook["saleStatus"]["example"] in tables()["sale_statuses"]
    told = outline["x-webhooks"]["activateDealEvent"]["post"]["summary"].partition(": ")[2]
    assert set(told.split(", ")) <= set(webhooks.SERVICE)


def test_each_captured_viewing_type_and_member_is_known(outline: dict[str, Any]) -> None:
    schemas = outline["components"]["schemas"]
    viewing = schemas["ApiViewingSlotsModel"]["properties"]
    assert set(viewing["type"]["enum"]) == set(tables()["viewing_types"])
    captured = {
        *viewing,
        *schemas["ApiViewingSlotModel"]["properties"],
        *schemas["common_sellerContact"]["properties"],
    }
    for name in ("common_sellerPerson", "common_sellerCompany"):
        captured |= set(schemas[name]["allOf"][-1]["properties"])
    captured |= set(schemas["common_seller"]["properties"])
    assert captured <= names()
