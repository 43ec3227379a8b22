"""Every call of the connector through the real wire, against the imitated Mspecs on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from brygga.connectors.abilities import Notice, RawRecord, Ref, WebhookRequest
from brygga.connectors.manifest import load
from brygga.connectors.mspecs.api import MspecsConnector
from brygga.model import Bid, Contact, Estate, NeedsSignIn, Rejected, Retryable, Viewing
from brygga.sandbox.faults import OneShot
from brygga.sandbox.mspecs import MspecsImitation
from brygga.sandbox.mspecs.world import PENDING, PUBLISHED, Deal
from brygga.sandbox.server import Sandbox
from brygga.wire import Kit, Profile, Wire

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
FAST = {
    "calls": 1000,
    "at_once": 24,
    "attempts": 3,
    "first_wait_s": 0.005,
    "most_wait_s": 0.01,
    "deadline_s": 5.0,
}


class House:
    """A connector joined to an imitation, and what it has been told."""

    def __init__(self, imitation: MspecsImitation, url: str, **settings: Any) -> None:
        self.imitation, self.world = imitation, imitation.world
        self.given = imitation.settings() | {"base_url": url} | settings
        self.secrets = {"password": self.given["password"], "webhook_secret": imitation.secret}
        self.wire = Wire(self._profile(url), Kit())
        self.connector = MspecsConnector(self.wire, connection="m", settings=self.given, secrets=self._secret)

    async def _secret(self, name: str) -> str:
        if not self.secrets.get(name):
            raise NeedsSignIn(f"{name} is not set")
        return self.secrets[name]

    def _profile(self, url: str) -> Profile:
        manifest = load("mspecs")
        return Profile(
            connection="m",
            base_url=url,
            limits=msgspec.structs.replace(manifest.limits, **FAST),
            errors=manifest.errors,
            authorise=MspecsConnector.authorise(self.given, self._secret),
            allow_private=True,
        )

    async def fetch(self, source_id: str, kind: str = "estate") -> RawRecord | None:
        return await self.connector.fetch(Ref(kind=kind, source_id=source_id))

    async def home(self, source_id: str) -> Estate:
        raw = await self.fetch(source_id)
        assert raw is not None
        found = self.connector.map(raw).records[0]
        assert isinstance(found, Estate)
        return found

    async def listed(self, stream: str, **how: Any) -> tuple[list[Ref], list[RawRecord]]:
        refs: list[Ref] = []
        records: list[RawRecord] = []
        async for page in self.connector.pages(stream, **how):
            refs += page.refs
            records += page.records
        return refs, records

    async def told(self, since: int = 0) -> list[Notice]:
        """The events sent since event number `since`: each verified, each turned into notices."""
        found: list[Notice] = []
        for event in list(self.imitation.hooks.events)[since:]:
            request = WebhookRequest(headers=event.headers, body=event.body, received_at=NOW)
            await self.connector.verify(request)
            found += self.connector.notices(request)
        return found

    def a_deal(self, *, sold: bool = False) -> Deal:
        return next(deal for deal in self.world.shown(sold=sold) if "project" not in deal.facts)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    imitation = MspecsImitation(deals=26, now=lambda: NOW)
    async with Sandbox(imitation) as sandbox:
        made = House(imitation, sandbox.url("mspecs"), sold_limit=2)
        try:
            yield made
        finally:
            await made.wire.close()


# ---------------------------------------------------------------------- each call


async def test_every_call_there_is_gets_its_answer(house: House) -> None:
    house.world.granted = frozenset({"READ_SELLER.READ_SENSITIVE"})
    joined = House(house.imitation, house.given["base_url"], grants="READ_SELLER.READ_SENSITIVE")
    for_sale, sold = house.a_deal(), house.a_deal(sold=True)
    try:
        assert (await joined.connector.check()).ok
        for stream in joined.connector.streams:
            refs, records = await joined.listed(stream)
            assert refs or records, stream
        office, user = house.imitation.truth(["offices", "users"]).values()
        assert await joined.fetch(office[0], "office") is not None
        assert await joined.fetch(user[-1], "agent") is not None
        await joined.connector.acknowledge(for_sale.id, True)
        assert await joined.connector.restricted(for_sale.id) is not None
        assert (await joined.connector.statistics(sold.id) or {})["finalPrice"] == sold.final_price
        assert await joined.connector.statistics(for_sale.id) is None
        home = await joined.home(for_sale.id)
        assert (await joined.connector.image(home.images[0].id)).startswith(b"\xff\xd8")
        assert (await joined.connector.file(home.documents[0].id)).startswith(b"%PDF")
    finally:
        await joined.wire.close()
    asked = {(one.method, one.path.split("/")[2]) for one in house.imitation.arrivals.recent}
    assert asked >= {
        ("GET", "provider"),
        ("GET", "marketing"),
        ("PUT", "marketing"),
        ("GET", "dealService"),
        ("GET", "statistics"),
        ("GET", "image"),
        ("GET", "document"),
    }
    assert {one.status for one in house.imitation.arrivals.recent} == {200, 500}


async def test_a_colleagues_portrait_is_asked_for_through_the_colleague(house: House) -> None:
    raw = await house.fetch(house.imitation.truth(["users"])["users"][0], "agent")
    assert raw is not None
    agent = house.connector.map(raw).records[0]
    portrait = await house.connector.image(agent.image.id)  # type: ignore[attr-defined]  # an Agent
    assert portrait.startswith(b"\xff\xd8")


# ---------------------------------------------------------------------- the night, and no other time


async def test_catching_up_all_day_long_asks_mspecs_for_nothing(house: House) -> None:
    for _ in range(50):
        for stream in house.connector.streams:
            await house.listed(stream, since=NOW)
    assert not house.world.list_calls
    assert list(house.imitation.arrivals.recent) == []


async def test_a_night_asks_for_each_list_once_and_a_sold_page_at_a_time(house: House) -> None:
    for stream in house.connector.streams:
        await house.listed(stream)
    pages = -(-len(house.world.shown(sold=True)) // 2)
    assert pages > 1
    assert house.world.list_calls == {"subscribers": 1, "organization": 1, "deals": 1, "sold": pages}


async def test_the_nightly_comparison_names_all_that_is_published_and_finds_what_no_event_told_of(
    house: House,
) -> None:
    def held(refs: list[Ref], records: list[RawRecord]) -> dict[str, Any]:
        return {ref.source_id: ref.changed_at for ref in refs} | {raw.source_id: raw.body for raw in records}

    before = held(*await house.listed("estate"))
    truth = {d.id for sold in (True, False) for d in house.world.shown(sold=sold) if "project" not in d.facts}
    assert before.keys() == truth
    (gone,) = house.imitation.mutate("lose", {"gone": True})
    (changed,) = house.imitation.mutate("lose", {"gone": False})
    assert house.imitation.hooks.counts["made"] == 0
    after = held(*await house.listed("estate"))
    assert before.keys() - after.keys() == {gone["id"]}
    assert {one for one in after if before[one] != after[one]} == {changed["id"]}
    assert await house.fetch(gone["id"]) is None


async def test_a_second_night_without_changes_gives_the_same_times_and_bytes(house: House) -> None:
    assert (await house.listed("estate"))[0] == (await house.listed("estate"))[0]
    first, second = (await house.listed("estate"))[1], (await house.listed("estate"))[1]
    assert [raw.body for raw in first] == [raw.body for raw in second]
    refs, _ = await house.listed("estate")
    home = await house.home(refs[0].source_id)
    assert home.changed_at == refs[0].changed_at


# ---------------------------------------------------------------------- events, end to end


async def test_a_publication_is_told_fetched_and_reported_back_exactly_once(house: House) -> None:
    (fact,) = house.imitation.mutate("publish", {})
    (notice,) = await house.told()
    raw = await house.fetch(notice.source_id)
    assert raw is not None
    assert house.connector.pending(raw)
    await house.connector.acknowledge(notice.source_id, True)
    assert house.world.reports == [(fact["id"], PUBLISHED)]
    again = await house.fetch(notice.source_id)
    assert again is not None
    assert not house.connector.pending(again)


async def test_reporting_twice_changes_nothing_and_a_lost_answer_is_repeated_safely(house: House) -> None:
    (fact,) = house.imitation.mutate("publish", {})
    house.imitation.next_faults(OneShot(fault="lost-answer", method="PUT"))
    await house.connector.acknowledge(fact["id"], True)
    deal = house.world.deals[fact["id"]]
    before = house.imitation.answers.publishing(deal)
    await house.connector.acknowledge(fact["id"], True)
    assert house.imitation.answers.publishing(deal) == before
    assert {status for _, status in house.world.reports} == {PUBLISHED}
    assert deal.status == PUBLISHED


async def test_a_sale_is_told_by_publish_and_answered_in_the_sold_shape(house: House) -> None:
    (fact,) = house.imitation.mutate("sell", {})
    (notice,) = await house.told()
    assert (notice.facts["type"], notice.facts["sale_status"]) == ("PUBLISH", "ENUMS_SALE_STATUS_SOLD")
    home = await house.home(notice.source_id)
    assert (home.status, home.price.final_kr) == ("sold", fact["kr"])
    _, records = await house.listed("estate")
    assert fact["id"] in {raw.source_id for raw in records}


async def test_viewings_and_bids_are_told_and_read(house: House) -> None:
    (viewed,) = house.imitation.mutate("viewing", {})
    house.imitation.mutate("bid", {"id": viewed["id"], "count": 3})
    told = await house.told()
    assert [one.facts["type"] for one in told] == ["VIEWING", "BIDDING", "BIDDING", "BIDDING"]
    raw = await house.fetch(viewed["id"])
    assert raw is not None
    found = house.connector.map(raw).records
    assert len([one for one in found if isinstance(one, Bid)]) == 3
    assert [one for one in found if isinstance(one, Viewing)]


async def test_an_unpublished_home_is_removed_at_its_word_and_gone_when_asked_for(house: House) -> None:
    (fact,) = house.imitation.mutate("unpublish", {})
    assert {one.merged_ids for one in await house.told()} == {(fact["id"],)}
    assert await house.fetch(fact["id"]) is None


async def test_each_event_of_a_deal_service_is_told(house: House) -> None:
    for kind in ("ACTIVATE", "UPDATE", "CANCEL"):
        house.imitation.mutate("activate", {"event": kind})
    assert [one.event for one in await house.told()] == ["update", "update", "remove", "remove"]


async def test_switching_the_service_off_and_on_again(house: House) -> None:
    house.imitation.mutate("subscriber", {"on": False})
    with pytest.raises(NeedsSignIn):
        await house.connector.check()
    with pytest.raises(NeedsSignIn):
        await house.listed("office")
    house.imitation.mutate("subscriber", {"on": True})
    assert (await house.connector.check()).ok
    types = [(one.kind, one.facts["type"]) for one in await house.told()]
    assert types == [("subscription", "SUBSCRIBER_REMOVED"), ("subscription", "SUBSCRIBER_ADDED")]


async def test_while_the_secret_is_changed_both_are_taken_and_afterwards_only_the_new_one(
    house: House,
) -> None:
    house.imitation.mutate("publish", {})
    old, house.imitation.secret = house.imitation.secret, "the-new-secret"
    house.imitation.mutate("publish", {})
    house.secrets |= {"webhook_secret": "the-new-secret", "webhook_secret_previous": old}
    assert len(await house.told()) == 2
    house.secrets["webhook_secret_previous"] = ""
    assert len(await house.told(since=1)) == 1
    with pytest.raises(Rejected):
        await house.told()


async def test_an_unsigned_event_is_refused(house: House) -> None:
    house.imitation.secret = ""
    house.imitation.mutate("publish", {})
    with pytest.raises(Rejected):
        await house.told()


# ---------------------------------------------------------------------- grants and trouble


async def test_a_provider_that_leaks_leaves_nothing_here(house: House) -> None:
    house.world.leaks = True
    deal = next(one for one in house.world.shown(sold=False) if one.sellers)
    raw = await house.fetch(deal.id)
    assert raw is not None
    personal = {row[name] for row in deal.sellers for name in ("identifier", "email")}
    assert not [value for value in personal if value.encode() in raw.body]
    assert b'"sellers"' not in raw.body
    assert not [one for one in house.connector.map(raw).records if isinstance(one, Contact)]
    assert house.connector.dropped["sellers.identifier"] == len(deal.sellers)


async def test_what_is_granted_comes_and_is_kept(house: House) -> None:
    house.world.granted = frozenset({"READ_SELLER.READ_BASIC"})
    joined = House(house.imitation, house.given["base_url"], grants="READ_SELLER.READ_BASIC")
    deal = next(one for one in house.world.shown(sold=False) if one.sellers)
    try:
        home = await joined.home(deal.id)
        assert len(home.seller_ids) == len(deal.sellers)
    finally:
        await joined.wire.close()


@pytest.mark.parametrize(
    "fault", ["500", "html200", "truncated", "malformed", "reset", "refused", "throttled"]
)
async def test_a_passing_fault_is_tried_again_and_the_home_arrives(house: House, fault: str) -> None:
    house.imitation.faults.options = msgspec.structs.replace(
        house.imitation.faults.options, retry_after_s=0.01
    )
    deal = house.a_deal()
    house.imitation.next_faults(OneShot(fault=fault))
    try:
        assert (await house.home(deal.id)).id == f"m:{deal.id}"
    except Retryable:
        # A body that is torn off under status 200 is told to the hub, which comes back by itself.
        assert fault in {"truncated", "malformed"}
        assert (await house.home(deal.id)).id == f"m:{deal.id}"


async def test_a_refused_sign_in_needs_a_person(house: House) -> None:
    house.secrets["password"] = "wrong"
    with pytest.raises(NeedsSignIn) as refused:
        await house.connector.check()
    assert refused.value.code == "key_refused"
    assert "Mspecs" in refused.value.sv


async def test_an_expired_picture_address_is_renewed_over_the_wire(house: House) -> None:
    home = await house.home(house.a_deal().id)
    house.imitation.answers.token = "t2"
    assert (await house.connector.image(home.images[0].id)).startswith(b"\xff\xd8")
    statuses = [one.status for one in house.imitation.arrivals.recent if "/files/" in one.path]
    assert statuses == [403, 200]


async def test_many_events_at_once_are_fetched_side_by_side(house: House) -> None:
    house.imitation.mutate("price", {"count": 20})
    ids = sorted({one.source_id for one in await house.told()})
    homes = await asyncio.gather(*(house.home(one) for one in ids))
    assert [one.price.asking_kr for one in homes] == [
        house.world.deals[one].facts["saleInformation"]["price"] for one in ids
    ]
    assert all(house.world.deals[one].status == PENDING for one in ids)
