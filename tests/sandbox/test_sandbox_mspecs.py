"""The imitated Mspecs: sign-in, the brokerage, lists, shapes, signed events, faults."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from brygga.connectors.mspecs.schema import names
from brygga.model import Invalid
from brygga.sandbox.faults import OneShot
from brygga.sandbox.mspecs import PASSWORD, USER, MspecsImitation, make
from brygga.sandbox.mspecs.deals import TYPES
from brygga.sandbox.serving import Plan, build
from brygga.sandbox.serving import names as systems

FIXED = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


class Client:
    """Calls the imitation as a provider does."""

    def __init__(self, client: Any, imitation: MspecsImitation) -> None:
        self._session, self._base = client.session, client.base
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        self.headers = {"Authorization": f"Basic {pair}", "subscriber-id": imitation.world.subscriber_id}
        self.control = client.control

    async def ask(
        self, path: str, *, method: str = "GET", body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        sent = {name: value for name, value in {**self.headers, **headers}.items() if value}
        async with self._session.request(method, self._base + path, headers=sent, json=body) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.read())


@pytest.fixture
def imitation() -> MspecsImitation:
    return MspecsImitation(deals=39, now=lambda: FIXED)


@pytest.fixture
async def mspecs(start: Any, imitation: MspecsImitation) -> Client:
    return Client(await start(imitation), imitation)


@pytest.fixture(scope="module")
def schemas(shared_providers: Path) -> dict[str, Any]:
    """The captured schemas of the outline."""
    text = (shared_providers / "mspecs" / "marketing-provider.outline.openapi.json").read_text()
    made: dict[str, Any] = json.loads(text)["components"]["schemas"]
    return made


def fits(schemas: dict[str, Any], name: str, value: Any) -> None:
    """Raises ValidationError if the value is not what the outline's schema says."""
    document = {"components": {"schemas": schemas}, "$ref": f"#/components/schemas/{name}"}
    jsonschema.Draft202012Validator(document).validate(value)


def members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from members(inner)


async def whole(mspecs: Client) -> list[dict[str, Any]]:
    _, rows = await mspecs.ask("/api/marketing/deals")
    return [(await mspecs.ask(f"/api/marketing/deals/{row['id']}"))[1] for row in rows]


# ---------------------------------------------------------------------- who asks


@pytest.mark.parametrize("sign_in", ["", "Basic x", "Bearer x", "Basic " + base64.b64encode(b"a:b").decode()])
async def test_without_sign_in_nothing_is_answered(mspecs: Client, sign_in: str) -> None:
    for path in ("/api/provider/subscribers", "/api/marketing/deals", "/files/image/1/0.jpg"):
        assert (await mspecs.ask(path, Authorization=sign_in))[0] == 401


@pytest.mark.parametrize("subscriber", ["", "MDAtMQ..", "x"])
async def test_without_our_brokerage_in_the_header_it_is_a_bad_request(
    mspecs: Client, subscriber: str
) -> None:
    for path in ("/api/marketing/deals", "/api/provider/subscriber"):
        assert (await mspecs.ask(path, **{"subscriber-id": subscriber}))[0] == 400


async def test_a_brokerage_that_switched_us_off_is_inactive_and_closed(mspecs: Client) -> None:
    await mspecs.control("mutate", {"what": "subscriber", "on": False})
    _, rows = await mspecs.ask("/api/provider/subscribers")
    assert [row["status"].rpartition("_")[2] for row in rows] == ["INACTIVE", "INACTIVE"]
    assert (await mspecs.ask("/api/marketing/deals"))[0] == 400


async def test_one_office_or_colleague_is_picked_and_the_office_goes_first(mspecs: Client) -> None:
    _, everything = await mspecs.ask("/api/provider/subscriber")
    office, user = everything["offices"][1]["id"], everything["users"][2]["id"]
    _, one = await mspecs.ask(f"/api/provider/subscriber?officeId={office}&userId={user}")
    assert [row["id"] for row in one["offices"]] == [office]
    assert len(one["users"]) == len(everything["users"])
    _, other = await mspecs.ask(f"/api/provider/subscriber?userId={user}")
    assert [row["id"] for row in other["users"]] == [user]


# ---------------------------------------------------------------------- deals


async def test_every_object_type_is_there_and_ids_end_in_dots(mspecs: Client) -> None:
    deals = await whole(mspecs)
    assert {deal["objectType"]["constant"] for deal in deals} == {f"OBJECT_TYPE_{kind}" for kind in TYPES}
    assert all(deal["id"].endswith("..") for deal in deals)
    assert {row["type"] for deal in deals for row in deal["viewings"]} == {
        f"ENUMS_VIEWINGS_TYPE_{kind}"
        for kind in ("DATE_AND_TIME", "TIME_SLOTS", "DATE_ONLY", "CONTACT_BROKER", "COMMENT_ONLY")
    }


async def test_answers_hold_no_member_that_the_specification_lacks(
    mspecs: Client, imitation: MspecsImitation
) -> None:
    imitation.world.leaks = True
    loose = {"householdElectricity", "insurance", "isInstalled"}
    found: set[str] = set()
    for path in (
        "/api/marketing/deals",
        "/api/marketing/sold/deals",
        "/api/provider/subscriber",
        "/api/organization/brokerOrganizations",
        "/api/provider/subscribers",
    ):
        found |= set(members((await mspecs.ask(path))[1]))
    found |= set(members(await whole(mspecs)))
    assert found - names() - loose <= {"deals", "next", "rentDescription"}


async def test_answers_fit_the_captured_schemas(
    mspecs: Client, imitation: MspecsImitation, schemas: dict[str, Any]
) -> None:
    imitation.world.leaks = True
    seen = set()
    for deal in await whole(mspecs):
        for row in deal.get("sellers", []):
            seen.add(row["type"])
            fits(schemas, "common_sellerPerson" if row["type"] == "PERSON" else "common_sellerCompany", row)
        for viewing in deal["viewings"]:
            fits(schemas, "ApiViewingSlotsModel", viewing)
    assert seen == {"PERSON", "COMPANY"}


async def test_the_list_of_published_deals_has_no_sold_ones_and_one_picture_each(mspecs: Client) -> None:
    _, rows = await mspecs.ask("/api/marketing/deals")
    assert {row["publishingInformation"]["saleStatus"] for row in rows} == {
        f"ENUMS_SALE_STATUS_{word}" for word in ("FOR_SALE", "COMING", "PRE_MARKET", "RESERVED")
    }
    assert {len(row["images"]) for row in rows} == {1}


async def test_sold_deals_are_newest_first_and_paged_by_a_cursor(mspecs: Client) -> None:
    found: list[dict[str, Any]] = []
    cursor, pages = "", 0
    while True:
        _, page = await mspecs.ask(f"/api/marketing/sold/deals?limit=2{cursor}")
        found += page["deals"]
        pages += 1
        if "next" not in page:
            break
        cursor = f"&next={page['next']}"
    times = [deal["publishingInformation"]["updated"] for deal in found]
    assert times == sorted(times, reverse=True)
    assert (len({deal["id"] for deal in found}), pages) == (len(found), -(-len(found) // 2))
    _, later = await mspecs.ask(f"/api/marketing/sold/deals?afterDate={times[2].replace('+', '%2B')}")
    assert len(later["deals"]) == 2
    assert (await mspecs.ask("/api/marketing/sold/deals?next=nonsense"))[0] == 400


async def test_a_deal_that_is_unknown_or_unpublished_is_404(
    mspecs: Client, imitation: MspecsImitation
) -> None:
    (fact,) = imitation.mutate("unpublish", {})
    for deal_id in (fact["id"], "MDAwMA..", "a%7Cb"):
        assert (await mspecs.ask(f"/api/marketing/deals/{deal_id}"))[0] == 404


async def test_statistics_answer_500_for_a_deal_that_is_unknown_or_not_sold(
    mspecs: Client, imitation: MspecsImitation
) -> None:
    for_sale, sold = imitation.world.shown(sold=False)[0], imitation.world.shown(sold=True)[0]
    for deal_id in (for_sale.id, "MDAwMA.."):
        assert (await mspecs.ask(f"/api/statistics/sold/deals/{deal_id}"))[0] == 500
    assert (await mspecs.ask(f"/api/statistics/sold/deals/{sold.id}"))[0] == 200


async def test_a_publication_stays_pending_until_it_is_reported(
    mspecs: Client, imitation: MspecsImitation
) -> None:
    (fact,) = imitation.mutate("publish", {})
    path = f"/api/marketing/deals/{fact['id']}"
    assert (await mspecs.ask(path))[1]["publishingInformation"]["status"].endswith("_PENDING")
    for bad in ({"status": "X"}, {}, [], {"status": None}):
        assert (await mspecs.ask(f"{path}/status", method="PUT", body=bad))[0] == 400
    report = {"status": "ENUM_DEAL_MARKETING_PLACES_STATUS_PUBLISHED"}
    answers = [await mspecs.ask(f"{path}/status", method="PUT", body=report) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][1]["status"].endswith("_PUBLISHED")


async def test_restricted_data_need_their_grant(mspecs: Client, imitation: MspecsImitation) -> None:
    path = f"/api/dealService/deals/{imitation.world.shown(sold=False)[0].id}/restricted"
    assert (await mspecs.ask(path))[0] == 400
    imitation.world.granted = frozenset({"READ_SELLER.READ_SENSITIVE"})
    assert (await mspecs.ask(path))[0] == 200


async def test_files_are_real_and_their_addresses_pass(mspecs: Client, imitation: MspecsImitation) -> None:
    deal = (await whole(mspecs))[0]
    path = "/files/" + deal["images"][0]["originalUrl"].partition("/files/")[2]
    status, body = await mspecs.ask(path)
    assert (status, body[:2]) == (200, b"\xff\xd8")
    imitation.answers.token = "t2"
    assert (await mspecs.ask(path))[0] == 403


# ---------------------------------------------------------------------- lists are counted


async def test_every_asking_for_a_list_is_counted(mspecs: Client) -> None:
    for path in ("/api/marketing/deals", "/api/marketing/deals", "/api/marketing/sold/deals"):
        await mspecs.ask(path)
    await whole(mspecs)
    told = await mspecs.control("truth?kinds=list_calls")
    assert told == {"list_calls": {"deals": 3, "sold": 1}}


# ---------------------------------------------------------------------- events


@pytest.mark.parametrize(
    "what", ["publish", "price", "sell", "unpublish", "viewing", "bid", "subscriber", "activate"]
)
async def test_every_event_is_signed_over_time_and_raw_body(imitation: MspecsImitation, what: str) -> None:
    imitation.mutate(what, {})
    (event,) = imitation.hooks.events
    stamp, _, digest = event.headers["x-mspecs-signature"].removeprefix("t=").partition(",s=")
    made = hmac.new(imitation.secret.encode(), stamp.encode() + b"." + event.body, hashlib.sha256)
    assert (digest, int(stamp)) == (made.hexdigest(), int(FIXED.timestamp()))
    assert json.loads(event.body)["subscriberId"] == imitation.world.subscriber_id


def test_publication_events_fit_the_captured_schema(
    imitation: MspecsImitation, schemas: dict[str, Any]
) -> None:
    for what in ("publish", "price", "sell", "unpublish", "viewing", "bid"):
        imitation.mutate(what, {})
    bodies = [json.loads(event.body) for event in imitation.hooks.events]
    for body in bodies:
        fits(schemas, "marketing_marketingPublishHook", body)
    assert [body["eventType"] for body in bodies] == [
        "PUBLISH",
        "PUBLISH",
        "PUBLISH",
        "UN_PUBLISH",
        "VIEWING",
        "BIDDING",
    ]


async def test_a_new_secret_replaces_all_others_and_none_means_unsigned(
    mspecs: Client, imitation: MspecsImitation
) -> None:
    _, made = await mspecs.ask("/api/provider/webhookSecret", method="PUT")
    assert imitation.settings()["webhook_secret"] == made["secret"]
    await mspecs.ask("/api/provider/webhookSecret", method="DELETE")
    imitation.mutate("publish", {})
    assert imitation.hooks.events[-1].headers == {}


def test_a_mutation_that_is_none_or_fits_nothing_says_so(imitation: MspecsImitation) -> None:
    for what, arguments, code in (("fly", {}, "unknown_mutation"), ("price", {"id": "x"}, "nothing_fits")):
        with pytest.raises(Invalid) as refused:
            imitation.mutate(what, arguments)
        assert refused.value.code == code


# ---------------------------------------------------------------------- the frame


async def test_listing_faults_strike_lists_and_nothing_else(
    mspecs: Client, imitation: MspecsImitation
) -> None:
    _, rows = await mspecs.ask("/api/marketing/deals")
    imitation.use_profile("empty-list")
    assert (await mspecs.ask("/api/marketing/deals"))[1] == []
    assert (await mspecs.ask("/api/marketing/sold/deals"))[1]["deals"] == []
    assert (await mspecs.ask(f"/api/marketing/deals/{rows[0]['id']}"))[0] == 200
    imitation.use_profile("shrunk")
    assert 0 < len((await mspecs.ask("/api/marketing/deals"))[1]) < len(rows)


async def test_one_shot_faults_strike(mspecs: Client, imitation: MspecsImitation) -> None:
    imitation.next_faults(OneShot(fault="throttled", route="/api/marketing/*"))
    status, _ = await mspecs.ask("/api/marketing/deals")
    assert status in {429, 503}
    assert (await mspecs.ask("/api/marketing/deals"))[0] == 200


def test_the_same_seed_makes_the_same_deals() -> None:
    first, second = (MspecsImitation(deals=15, seed=3, now=lambda: FIXED).truth(["deals"]) for _ in range(2))
    assert first == second
    assert first != MspecsImitation(deals=15, seed=4, now=lambda: FIXED).truth(["deals"])


def test_the_whole_sandbox_finds_the_imitation_by_its_name() -> None:
    assert importlib.util.find_spec("brygga.sandbox.mspecs")
    assert "mspecs" in systems()
    sandbox = build(Plan(estates=5), only=("mspecs",))
    assert sandbox.imitations.keys() == {"mspecs"}
    assert len(make(Plan(estates=100_000)).world.deals) == 400
