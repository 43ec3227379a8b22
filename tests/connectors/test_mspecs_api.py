"""Mspecs' calls and lists, against a wire that answers from a table."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from brygga.connectors.abilities import ABILITIES, Page, RawRecord, Ref
from brygga.connectors.manifest import class_of, load
from brygga.connectors.mspecs.api import MspecsConnector
from brygga.connectors.mspecs.api.listings import KEPT_S
from brygga.connectors.mspecs.schema import settings_of
from brygga.connectors.mspecs.schema.settings import defaults
from brygga.model import Invalid, NeedsSignIn, Rejected, Retryable, Unsupported
from brygga.model.errors import ALL_KINDS
from brygga.wire.call import Answer, Call, Repeat

FETCHED = datetime(2026, 5, 12, tzinfo=UTC)
SINCE = datetime(2026, 5, 11, 22, 30, tzinfo=UTC)
OURS = "MDAtMXwwMDAwMDAwMDAwMnwyODQ."
DEAL = "MDAwNHwwMDAwMDAwMDc1NHw1OA.."
DEALS, SOLD = "/api/marketing/deals", "/api/marketing/sold/deals"
SUBSCRIBERS, OFFICES = "/api/provider/subscribers", "/api/provider/subscriber"
ACTIVE = "ENUMS_PROVIDER_SERVICE_SUBSCRIPTION_STATUS_ACTIVE"


class TableWire:
    """Answers by path and cursor; what is not in the table is a 404, which the call must have asked for."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = dict(table)
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        found = self.table.get(f"{call.path}?{dict(call.query).get('next', '')}", self.table.get(call.path))
        if isinstance(found, list) and found and isinstance(found[0], Answer):
            return found.pop(0)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Answer):
            return found
        if found is None:
            if 404 not in call.accept_status:
                raise Rejected("answered 404", status=404)
            return Answer(status=404, headers={}, body=b"", fetched_at=FETCHED)
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        return Answer(status=200, headers={}, body=body, fetched_at=FETCHED)

    @property
    def paths(self) -> list[str]:
        return [call.path for call in self.calls]


async def secret(name: str) -> str:
    return f"the-{name}"


class Clock:
    """Seconds that stand still until moved."""

    def __init__(self) -> None:
        self.s = 1_000.0

    def __call__(self) -> float:
        return self.s


def joined(
    table: Mapping[str, Any], *, clock: Clock | None = None, **settings: Any
) -> tuple[MspecsConnector, TableWire]:
    wire = TableWire(table)
    held = {"subscriber_id": OURS, **settings}
    made = MspecsConnector(wire, connection="m", settings=held, secrets=secret, clock=clock or Clock())
    return made, wire


def row(deal_id: Any, updated: str = "2026-05-04T12:00:00+02:00", kind: str = "HOUSE") -> dict[str, Any]:
    return {
        "id": deal_id,
        "objectType": {"constant": f"OBJECT_TYPE_{kind}", "translation": "?"},
        "publishingInformation": {"status": "X", "updated": updated},
    }


async def pages(connector: MspecsConnector, stream: str = "estate", **how: Any) -> list[Page]:
    return [page async for page in connector.pages(stream, **how)]


SUBSCRIBED = [{"subscriberId": "other", "status": ACTIVE}, {"subscriberId": OURS, "status": ACTIVE}]
ORGANIZATION = {
    "organization": {},
    "offices": [{"id": "K1.", "name": "A"}, {"id": "K2."}],
    "users": [{"id": "U1."}],
}


# ---------------------------------------------------------------------- no routine polling


@pytest.mark.parametrize("stream", ["office", "agent", "estate", "project"])
async def test_a_catch_up_asks_for_nothing_at_all(stream: str) -> None:
    connector, wire = joined({DEALS: [row(DEAL)], SOLD: {"deals": [row("S1.")]}})
    read = await pages(connector, stream, since=SINCE)
    assert [(page.refs, page.records, page.last) for page in read] == [([], [], True)]
    assert wire.calls == []


async def test_a_setting_lets_a_catch_up_ask_for_sold_homes_and_only_those() -> None:
    connector, wire = joined({SOLD: {"deals": [row("S1.")]}}, sold_catchup=True)
    read = [page for stream in connector.streams for page in await pages(connector, stream, since=SINCE)]
    assert [raw.source_id for page in read for raw in page.records] == ["S1."]
    assert wire.paths == [SOLD]
    assert dict(wire.calls[0].query) == {"limit": "1000", "afterDate": "2026-05-11T22:30:00Z"}


async def test_the_nightly_comparison_asks_for_each_list_once() -> None:
    table = {
        SUBSCRIBERS: SUBSCRIBED,
        OFFICES: ORGANIZATION,
        DEALS: [row(DEAL), row("P1.", kind="HOUSING_DEVELOPMENT")],
        SOLD: {"deals": []},
    }
    connector, wire = joined(table)
    found: dict[str, list[str]] = {}
    for stream in connector.streams:
        for page in await pages(connector, stream):
            found.setdefault(stream, []).extend(one.source_id for one in [*page.refs, *page.records])
    assert found == {"office": ["K1.", "K2."], "agent": ["U1."], "estate": [DEAL], "project": ["P1."]}
    assert sorted(wire.paths) == sorted([SUBSCRIBERS, OFFICES, DEALS, SOLD])


async def test_an_answer_for_two_kinds_is_given_once_and_not_kept_long() -> None:
    clock = Clock()
    connector, wire = joined({DEALS: [row(DEAL)]}, clock=clock, sold=False)
    await pages(connector, "estate")
    clock.s += KEPT_S + 1
    await pages(connector, "project")
    assert len(wire.calls) == 2
    await pages(connector, "project")
    assert len(wire.calls) == 3


# ---------------------------------------------------------------------- lists


async def test_published_deals_are_references_with_their_time() -> None:
    connector, wire = joined({DEALS: [row(DEAL), row("B.", "2026-10-25T02:30:00+01:00")]}, sold=False)
    (page,) = await pages(connector)
    assert [ref.source_id for ref in page.refs] == [DEAL, "B."]
    assert page.refs[0].changed_at == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert page.refs[1].changed_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert (page.last, page.total) == (True, 2)
    assert wire.calls[0].headers["subscriber-id"] == OURS


async def test_a_setting_has_every_deal_fetched_whatever_its_time() -> None:
    connector, _ = joined({DEALS: [row(DEAL)]}, sold=False, compare_whole=True)
    (page,) = await pages(connector)
    assert page.refs[0].changed_at is None


async def test_a_row_without_a_usable_id_makes_a_hole_in_the_list() -> None:
    odd = [row(DEAL), row(DEAL), row(None), row("../x"), row(".."), "row", None]
    connector, _ = joined({DEALS: odd}, sold=False)
    (page,) = await pages(connector)
    assert [ref.source_id for ref in page.refs] == [DEAL]
    assert page.total == 6


async def test_sold_deals_come_whole_page_by_page() -> None:
    table = {
        DEALS: [row(DEAL)],
        f"{SOLD}?": {"deals": [row("S1."), row(DEAL)], "next": "c2"},
        f"{SOLD}?c2": {"deals": [row("S2."), row("S1.")]},
    }
    connector, wire = joined(table)
    read = await pages(connector)
    assert [[raw.source_id for raw in page.records] for page in read] == [[], ["S1."], ["S2."]]
    assert [(page.cursor, page.last) for page in read] == [("sold:", False), ("sold:c2", False), ("", True)]
    assert [call.path for call in wire.calls] == [DEALS, SOLD, SOLD]


async def test_sold_deals_go_on_from_their_cursor_without_the_list_before_them() -> None:
    connector, wire = joined({f"{SOLD}?c2": {"deals": [row("S2.")]}})
    (page,) = await pages(connector, cursor="sold:c2")
    assert [raw.source_id for raw in page.records] == ["S2."]
    assert [dict(call.query)["next"] for call in wire.calls] == ["c2"]


async def test_a_cursor_that_goes_round_is_a_fault_and_no_end() -> None:
    connector, wire = joined(
        {DEALS: [], f"{SOLD}?c2": {"deals": [], "next": "c2"}, SOLD: {"deals": [], "next": "c2"}}
    )
    with pytest.raises(Retryable) as odd:
        await pages(connector)
    assert odd.value.code == "other_page"
    assert len(wire.calls) == 3


async def test_nothing_published_may_be_answered_by_404() -> None:
    connector, _ = joined({})
    assert [(page.refs, page.last) for page in await pages(connector)][-1] == ([], True)
    strict, _ = joined({}, empty_is_404=False)
    with pytest.raises(Rejected):
        await pages(strict)


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"{}", b'"x"', b"\xff"])
async def test_a_list_that_is_none_is_a_passing_fault(body: bytes) -> None:
    connector, _ = joined({DEALS: body})
    with pytest.raises(Retryable) as odd:
        await pages(connector)
    assert odd.value.code == "not_json"


async def test_a_kind_without_a_list_is_unsupported() -> None:
    connector, wire = joined({})
    with pytest.raises(Unsupported):
        await pages(connector, "contact")
    with pytest.raises(Unsupported):
        await connector.fetch(Ref(kind="contact", source_id="C1."))
    assert wire.calls == []


async def test_without_projects_they_are_not_a_stream() -> None:
    connector, _ = joined({}, projects=False)
    assert connector.streams == ("office", "agent", "estate")
    assert not connector.covers("project", "P.")
    assert connector.covers("estate", DEAL)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"subscriberId": "other", "status": ACTIVE}],
        [{"subscriberId": OURS, "status": "X_STATUS_INACTIVE"}],
    ],
)
async def test_a_brokerage_that_switched_us_off_needs_a_person_and_loses_nothing(rows: list[Any]) -> None:
    connector, wire = joined({SUBSCRIBERS: rows, OFFICES: ORGANIZATION})
    for ask in (pages(connector, "office"), connector.check()):
        with pytest.raises(NeedsSignIn) as ended:
            await ask
        assert ended.value.code == "subscription_ended"
    assert set(wire.paths) == {SUBSCRIBERS}


async def test_a_check_is_one_call_and_tells_of_waiting() -> None:
    connector, wire = joined({SUBSCRIBERS: SUBSCRIBED}, grants="READ_SELLER.READ_BASIC")
    checked = await connector.check()
    assert (checked.ok, checked.abilities["webhooks"], len(wire.calls)) == (True, "ok", 1)
    assert checked.facts["grants"] == ["READ_SELLER.READ_BASIC"]
    waiting, _ = joined({SUBSCRIBERS: [{"accessToken": OURS, "status": "X_STATUS_PENDING"}]})
    assert (await waiting.check()).ok is False


# ---------------------------------------------------------------------- records


@pytest.mark.parametrize(
    ("deal_id", "segment"),
    [(DEAL, DEAL), ("00-1|00000000123|58", "00-1%7C00000000123%7C58"), ("a=b+c@d..", "a%3Db%2Bc%40d..")],
)
async def test_an_id_is_one_safe_segment_of_the_path(deal_id: str, segment: str) -> None:
    connector, wire = joined({f"{DEALS}/{segment}": row(deal_id)})
    raw = await connector.fetch(Ref(kind="estate", source_id=deal_id))
    assert raw is not None
    assert raw.source_id == deal_id
    assert wire.paths == [f"{DEALS}/{segment}"]
    assert wire.calls[0].sensitive


@pytest.mark.parametrize(
    "bad", ["", ".", "..", "...", "a/b", "a\\b", "a?b", "a#b", "a%2e", "a b", "a\n", "å", "x" * 201]
)
async def test_what_is_no_id_is_never_put_into_a_path(bad: str) -> None:
    connector, wire = joined({})
    for ask in (
        connector.fetch(Ref(kind="estate", source_id=bad)),
        connector.acknowledge(bad, True),
        connector.statistics(bad),
    ):
        with pytest.raises(Invalid):
            await ask
    assert wire.calls == []


async def test_a_deal_that_mspecs_does_not_have_is_none() -> None:
    connector, _ = joined({})
    assert await connector.fetch(Ref(kind="estate", source_id=DEAL)) is None


async def test_a_deal_says_itself_whether_it_is_a_project() -> None:
    connector, _ = joined({f"{DEALS}/{DEAL}": row(DEAL, kind="HOUSING_DEVELOPMENT")})
    raw = await connector.fetch(Ref(kind="estate", source_id=DEAL))
    assert raw is not None
    assert raw.kind == "project"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7"])
async def test_a_deal_that_cannot_be_read_is_a_passing_fault(body: bytes) -> None:
    connector, _ = joined({f"{DEALS}/{DEAL}": body})
    with pytest.raises(Retryable):
        await connector.fetch(Ref(kind="estate", source_id=DEAL))


async def test_offices_and_colleagues_are_picked_out_of_their_answer() -> None:
    connector, wire = joined({OFFICES: ORGANIZATION})
    office = await connector.fetch(Ref(kind="office", source_id="K2."))
    agent = await connector.fetch(Ref(kind="agent", source_id="U9."))
    assert office is not None
    assert (json.loads(office.body), agent) == ({"id": "K2."}, None)
    assert [call.query for call in wire.calls] == [(("officeId", "K2."),), (("userId", "U9."),)]


async def test_the_other_answer_about_offices_can_be_chosen() -> None:
    path = "/api/organization/brokerOrganizations"
    connector, wire = joined({SUBSCRIBERS: SUBSCRIBED, path: ORGANIZATION}, organization_path=path)
    await pages(connector, "office")
    assert wire.paths == [SUBSCRIBERS, path]


async def test_what_a_deal_names_is_followed() -> None:
    connector, _ = joined({})
    answer = {**row(DEAL), "office": {"id": "K1."}, "users": [{"id": "U1."}, {"id": "U2."}]}
    raw = RawRecord(kind="estate", source_id=DEAL, body=json.dumps(answer).encode(), fetched_at=FETCHED)
    named = [(ref.kind, ref.source_id) for ref in connector.follow(connector.map(raw))]
    assert named == [("agent", "U1."), ("agent", "U2."), ("office", "K1.")]


async def test_every_call_carries_sign_in_read_at_each_try() -> None:
    headers = await MspecsConnector.authorise({"username": "användare"}, secret)(Call(operation="x"))
    assert base64.b64decode(headers["Authorization"].split()[1]).decode() == "användare:the-password"


# ---------------------------------------------------------------------- reporting back


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        (True, "ENUM_DEAL_MARKETING_PLACES_STATUS_PUBLISHED"),
        (False, "ENUM_DEAL_MARKETING_PLACES_STATUS_ERROR"),
    ],
)
async def test_a_publication_is_reported_by_one_put_that_may_be_repeated(shown: bool, status: str) -> None:
    connector, wire = joined({f"{DEALS}/{DEAL}/status": {}})
    await connector.acknowledge(DEAL, shown)
    (call,) = wire.calls
    assert (call.method, call.json, call.repeat) == ("PUT", {"status": status}, Repeat.NATURAL)


async def test_the_reports_path_and_words_are_settings() -> None:
    other = {"status_path": "/api/marketing/deals/status/{dealId}", "status_not_shown": "UNPUBLISHED"}
    connector, wire = joined({f"/api/marketing/deals/status/{DEAL}": {}}, **other)
    await connector.acknowledge(DEAL, False)
    assert wire.calls[0].json == {"status": "UNPUBLISHED"}


@pytest.mark.parametrize(
    ("status", "waits"),
    [("A_STATUS_PENDING", True), ("A_STATUS_PUBLISHED", False), (None, False), (7, False)],
)
def test_only_a_pending_publication_waits_for_a_report(status: Any, waits: bool) -> None:
    connector, _ = joined({})
    body = json.dumps({"publishingInformation": {"status": status}}).encode()
    assert connector.pending(RawRecord(kind="estate", source_id=DEAL, body=body, fetched_at=FETCHED)) is waits
    nothing = RawRecord(kind="estate", source_id=DEAL, body=b"{", fetched_at=FETCHED)
    assert connector.pending(nothing) is False


async def test_statistics_of_a_deal_that_is_not_sold_are_none() -> None:
    path = f"/api/statistics/sold/deals/{DEAL}"
    connector, wire = joined({path: Answer(status=500, headers={}, body=b"oops")})
    assert await connector.statistics(DEAL) is None
    assert 500 in wire.calls[0].accept_status


# ---------------------------------------------------------------------- files

BASE = "https://integration.mspecs.se"


def with_picture(token: str) -> dict[str, Any]:
    return {**row(DEAL), "images": [{"id": "P1.", "originalUrl": f"{BASE}/files/1.jpg?token={token}"}]}


async def test_a_pictures_address_is_remembered_from_the_deal() -> None:
    connector, wire = joined({f"{DEALS}/{DEAL}": with_picture("a"), "/files/1.jpg": b"JPEG"})
    await connector.fetch(Ref(kind="estate", source_id=DEAL))
    assert await connector.image(f"{DEAL}~P1.") == b"JPEG"
    assert wire.paths == [f"{DEALS}/{DEAL}", "/files/1.jpg"]
    assert wire.calls[1].query == (("token", "a"),)


async def test_an_address_that_has_expired_is_asked_for_anew_once() -> None:
    expired = Answer(status=403, headers={}, body=b"expired", fetched_at=FETCHED)
    good = Answer(status=200, headers={}, body=b"JPEG", fetched_at=FETCHED)
    connector, wire = joined({f"{DEALS}/{DEAL}": with_picture("a"), "/files/1.jpg": [expired, good]})
    await connector.fetch(Ref(kind="estate", source_id=DEAL))
    wire.table[f"{DEALS}/{DEAL}"] = with_picture("b")
    assert await connector.image(f"{DEAL}~P1.") == b"JPEG"
    assert [dict(call.query).get("token") for call in wire.calls] == [None, "a", None, "b"]


async def test_after_a_restart_the_deal_is_asked_for_its_addresses() -> None:
    connector, wire = joined({f"{DEALS}/{DEAL}": with_picture("a"), "/files/1.jpg": b"JPEG"})
    assert await connector.image(f"{DEAL}~P1.") == b"JPEG"
    assert wire.paths == [f"{DEALS}/{DEAL}", "/files/1.jpg"]


async def test_a_picture_that_is_gone_is_rejected() -> None:
    connector, _ = joined({f"{DEALS}/{DEAL}": row(DEAL)})
    with pytest.raises(Rejected) as gone:
        await connector.image(f"{DEAL}~P1.")
    assert gone.value.code == "remote_missing"


async def test_a_picture_elsewhere_is_fetched_without_our_sign_in() -> None:
    url = "https://integration.mspecs.se.example.com/1.jpg?width=100"
    answer = {**row(DEAL), "images": [{"id": "P1.", "originalUrl": url}]}
    connector, wire = joined({f"{DEALS}/{DEAL}": answer, url: b"JPEG"})
    assert await connector.image(f"{DEAL}~P1.") == b"JPEG"
    last = wire.calls[-1]
    assert (last.path, last.elsewhere, dict(last.headers)) == (url, True, {"Accept": "*/*"})


@pytest.mark.parametrize(
    "url",
    [
        "https://integration.mspecs.se@example.com/1.jpg",
        "http://integration.mspecs.se/1.jpg",
        "https://integration.mspecs.se/files/../api/provider",
        "https://integration.mspecs.se/files/%2e%2e/api/provider",
        "//integration.mspecs.se/1.jpg",
    ],
)
async def test_our_sign_in_goes_to_no_other_place_than_mspecs(url: str) -> None:
    answer = {**row(DEAL), "images": [{"id": "P1.", "originalUrl": url}]}
    connector, wire = joined({f"{DEALS}/{DEAL}": answer})
    with pytest.raises(Rejected) as elsewhere:
        await connector.image(f"{DEAL}~P1.")
    assert elsewhere.value.code == "file_elsewhere"
    assert wire.paths == [f"{DEALS}/{DEAL}"]


@pytest.mark.parametrize("bad", ["", "P1.", f"{DEAL}~", "~P1.", "../x~P1.", "..~P1."])
async def test_what_names_no_file_of_ours_is_refused_unsent(bad: str) -> None:
    connector, wire = joined({})
    with pytest.raises(Invalid):
        await connector.file(bad)
    assert wire.calls == []


async def test_an_empty_file_is_a_passing_fault() -> None:
    connector, _ = joined({f"{DEALS}/{DEAL}": with_picture("a"), "/files/1.jpg": b""})
    with pytest.raises(Retryable):
        await connector.image(f"{DEAL}~P1.")


# ---------------------------------------------------------------------- manifest and settings


def test_the_class_has_the_abilities_that_the_manifest_promises() -> None:
    manifest = load("mspecs")
    made, _ = joined({})
    assert class_of(manifest) is MspecsConnector
    assert all(isinstance(made, ABILITIES[ability]) for ability in manifest.abilities)


def test_every_unknown_is_a_setting_and_every_error_is_a_kind() -> None:
    manifest = load("mspecs")
    assert {one.setting for one in manifest.unknown} <= {one.name for one in manifest.settings} | {"limits"}
    assert all(rule.kind in ALL_KINDS for rule in manifest.errors)
    assert all(rule.sv.endswith(".") for rule in manifest.errors)


def test_settings_have_the_manifests_defaults() -> None:
    made = settings_of({"subscriber_id": OURS, "sold_limit": "50", "grants": ["A", "B"], "unheard": 1})
    assert (made.sold_limit, made.grants, made.sold_catchup) == (50, "A,B", False)
    assert made.signature_tolerance_s == defaults()["signature_tolerance_s"]
    with pytest.raises(Invalid) as refused:
        settings_of({"sold_limit": "many"})
    assert refused.value.code == "setting_unusable"
