"""Vitec's calls, against a wire that answers from a table."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from brygga.connectors.abilities import ABILITIES, Page, RawRecord, Ref
from brygga.connectors.manifest import class_of, load
from brygga.connectors.vitec.api import VitecConnector
from brygga.model import Invalid, NeedsSignIn, Rejected, Retryable, Unsupported
from brygga.model.errors import ALL_KINDS
from brygga.wire.call import Answer, Call

FETCHED = datetime(2026, 5, 12, tzinfo=UTC)


class TableWire:
    """Answers by path; what is not in the table is a 404, which the call must have asked for."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        key = f"{call.path}?{dict(call.query).get('paging.pageIndex', '')}".removesuffix("?")
        found = self.table.get(key, self.table.get(call.path))
        if isinstance(found, Exception):
            raise found
        if found is None:
            if 404 not in call.accept_status:
                raise Rejected("answered 404", status=404)
            return Answer(status=404, headers={}, body=b"", fetched_at=FETCHED)
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        return Answer(status=200, headers={}, body=body, fetched_at=FETCHED)


async def secret(name: str) -> str:
    return f"the-{name}"


def joined(table: Mapping[str, Any], **settings: Any) -> tuple[VitecConnector, TableWire]:
    wire = TableWire(table)
    held = {"customer_id": "M90001", **settings}
    return VitecConnector(wire, connection="v", settings=held, secrets=secret), wire


def listing(*ids: str, index: int = 0, count: int = 1, total: int | None = None) -> dict[str, Any]:
    rows = [{"id": one, "customerId": "M90001", "changedAt": "2026-05-04T11:46:09.65"} for one in ids]
    return {"index": index, "count": count, "totalRowCount": total or len(ids), "rows": rows}


async def all_pages(connector: VitecConnector, stream: str = "estate", **how: Any) -> list[Page]:
    return [page async for page in connector.pages(stream, **how)]


ESTATES = "/Advertising/Estate/M90001"


# ---------------------------------------------------------------------- listings


async def test_a_listing_is_read_to_its_last_page() -> None:
    pages = {
        f"{ESTATES}?0": listing("A", "B", count=2, total=3),
        f"{ESTATES}?1": listing("C", index=1, count=2, total=3),
    }
    connector, wire = joined(pages)
    read = await all_pages(connector)
    assert [[ref.source_id for ref in page.refs] for page in read] == [["A", "B"], ["C"]]
    assert [(page.cursor, page.last, page.total) for page in read] == [("1", False, 3), ("2", True, 3)]
    assert read[0].refs[0].changed_at == datetime(2026, 5, 4, 9, 46, 9, 650000, tzinfo=UTC)
    assert dict(wire.calls[0].query) == {"paging.pageIndex": "0", "paging.pageSize": "100"}
    assert wire.calls[0].headers["Accept"] == "application/json"
    assert wire.calls[0].operation == "estate.list"


async def test_a_listing_goes_on_from_its_cursor() -> None:
    connector, wire = joined({f"{ESTATES}?1": listing("C", index=1, count=2, total=3)})
    (page,) = await all_pages(connector, cursor="1")
    assert page.last
    assert len(wire.calls) == 1


async def test_what_changed_since_is_asked_for_with_an_explicit_offset() -> None:
    connector, wire = joined({ESTATES: listing("A")})
    await all_pages(connector, since=datetime(2026, 5, 4, 9, 46, tzinfo=UTC))
    assert ("criteria.changedAtMinValue", "2026-05-04T09:46:00Z") in wire.calls[0].query


async def test_a_row_that_comes_twice_is_given_once() -> None:
    pages = {f"{ESTATES}?0": listing("A", "B", count=2), f"{ESTATES}?1": listing("B", "C", index=1, count=2)}
    read = await all_pages(joined(pages)[0])
    assert [ref.source_id for page in read for ref in page.refs] == ["A", "B", "C"]


async def test_a_row_without_a_usable_id_does_not_stop_the_others() -> None:
    answer = listing("A", "B", total=5)
    answer["rows"] += [{"id": None}, {"id": "../M2"}, "row"]
    (page,) = await all_pages(joined({ESTATES: answer})[0])
    assert [ref.source_id for ref in page.refs] == ["A", "B"]
    assert page.total == 5


async def test_an_empty_listing_is_one_last_page() -> None:
    (page,) = await all_pages(joined({ESTATES: listing(count=0)})[0])
    assert (page.last, page.refs) == (True, [])


async def test_a_page_past_the_end_is_the_last() -> None:
    (page,) = await all_pages(joined({f"{ESTATES}?7": listing(index=7, count=3)})[0], cursor="7")
    assert page.last


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (listing(index=0, count=3), "empty_page"),
        (listing("A", index=4, count=9), "other_page"),
        (b'{"index": 0, "count": 1, "rows": [{"id"', "not_json"),
        (b'{"index": 0, "count": 1, "rows": "none"}', "not_json"),
        (b"null", "not_json"),
        ([], "not_json"),
    ],
)
async def test_a_listing_that_contradicts_itself_is_tried_again(answer: Any, code: str) -> None:
    with pytest.raises(Retryable) as caught:
        await all_pages(joined({ESTATES: answer})[0])
    assert caught.value.code == code
    assert caught.value.connection == "v"


async def test_brands_come_whole_and_have_a_path_of_their_own() -> None:
    row = {"id": "VAR1", "name": "Exempel", "changedAt": "2026-05-04T11:46:09.65"}
    answer = {"index": 0, "count": 1, "totalRowCount": 1, "rows": [row]}
    connector, wire = joined({"/Advertising/Brand/List/M90001": answer, "/Advertising/Brand/VAR1": row})
    (page,) = await all_pages(connector, "brand")
    (raw,) = page.records
    assert connector.map(raw).records[0].id == "v:VAR1"
    assert dict(wire.calls[0].query) == {"criteria.paging.pageIndex": "0", "criteria.paging.pageSize": "100"}
    assert await connector.fetch(Ref(kind="brand", source_id="VAR1")) is not None


async def test_there_is_no_list_of_associations() -> None:
    with pytest.raises(Unsupported):
        await all_pages(joined({})[0], "association")


# ---------------------------------------------------------------------- records


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("estate", "/Advertising/Estate/M90001/X1"),
        ("project", "/Advertising/Project/M90001/X1"),
        ("agent", "/Advertising/User/M90001/X1"),
        ("office", "/Advertising/Office/M90001/X1"),
        ("area", "/Advertising/Area/M90001/X1"),
        ("association", "/Advertising/Association/M90001/X1"),
    ],
)
async def test_a_record_is_fetched_by_its_id(kind: str, path: str) -> None:
    connector, wire = joined({path: b'{"id": "X1"}'})
    raw = await connector.fetch(Ref(kind=kind, source_id="X1"))
    assert raw == RawRecord(kind=kind, source_id="X1", body=b'{"id": "X1"}', fetched_at=FETCHED)
    assert wire.calls[0].operation == f"{kind}.read"
    assert wire.calls[0].query == ()


async def test_an_unknown_id_is_none() -> None:
    assert await joined({})[0].fetch(Ref(kind="estate", source_id="X1")) is None


@pytest.mark.parametrize("bad", ["", "..", "a/b", "a?b", "a#b", "a b", "a\nb", "x" * 101, "%2e%2e"])
async def test_an_id_that_could_choose_another_path_is_never_sent(bad: str) -> None:
    connector, wire = joined({})
    for fetch in (
        connector.fetch(Ref(kind="estate", source_id=bad)),
        connector.image(bad),
        connector.file(bad),
    ):
        with pytest.raises(Invalid):
            await fetch
    assert wire.calls == []


async def test_extended_reading_is_one_value_with_the_joiner_of_the_setting() -> None:
    path = "/Advertising/Estate/M90001/X1"
    connector, wire = joined({path: {"id": "X1"}}, extend="$estate, primaryAgent", extend_joiner=" ")
    await connector.fetch(Ref(kind="estate", source_id="X1"))
    assert wire.calls[0].query == (("extend", "$estate primaryAgent"),)


async def test_a_kind_that_vitec_does_not_have_is_unsupported() -> None:
    with pytest.raises(Unsupported):
        await joined({})[0].fetch(Ref(kind="lead", source_id="X1"))


async def test_an_office_named_by_its_customer_id_is_found_in_the_list() -> None:
    table = {
        "/Advertising/Office/M90001": listing("FIR1", "FIR2"),
        "/Advertising/Office/M90001/FIR1": {"id": "FIR1", "customerId": "M90007"},
        "/Advertising/Office/M90001/FIR2": {"id": "FIR2", "customerId": "M90001"},
    }
    raw = await joined(table)[0].fetch(Ref(kind="office", source_id="M90001"))
    assert raw is not None
    assert raw.source_id == "FIR2"


async def test_a_groups_areas_are_listed_office_by_office() -> None:
    table = {
        "/Advertising/Office/G1": listing("FIR1", "FIR2"),
        "/Advertising/Office/G1/FIR1": {"id": "FIR1", "customerId": "M2"},
        "/Advertising/Office/G1/FIR2": {"id": "FIR2", "customerId": "M1"},
        "/Advertising/Area/M1?0": listing("STD1", count=2),
        "/Advertising/Area/M1?1": listing("STD2", index=1, count=2),
        "/Advertising/Area/M2": listing("STD2", "STD3"),
    }
    connector, wire = joined(table, customer_id="G1")
    read = await all_pages(connector, "area")
    assert [ref.source_id for page in read for ref in page.refs] == ["STD1", "STD2", "STD3"]
    assert [(page.cursor, page.last) for page in read] == [("0.1", False), ("1.0", False), ("2.0", True)]
    assert "/Advertising/Area/G1" not in {call.path for call in wire.calls}
    for cursor in ("0.1", "1.0"):
        rest = await all_pages(connector, "area", cursor=cursor)
        assert [ref.source_id for page in rest for ref in page.refs] == ["STD2", "STD3"]
        assert rest[-1].last


async def test_a_group_without_offices_has_an_empty_list_of_areas() -> None:
    connector, _ = joined({"/Advertising/Office/G1": listing(count=0)}, customer_id="G1")
    (page,) = await all_pages(connector, "area")
    assert (page.last, page.refs) == (True, [])


@pytest.mark.parametrize("kind", ["Person", "Company", "DeceasedEstate"])
async def test_a_contact_is_looked_for_under_each_kind(kind: str) -> None:
    connector, wire = joined({f"/CRM/Contact/M90001/{kind}/ADR1": {"id": "ADR1", "type": kind}})
    raw = await connector.fetch(Ref(kind="contact", source_id="ADR1"))
    assert raw is not None
    assert connector.map(raw).records[0].id == "v:ADR1"
    assert all(call.sensitive for call in wire.calls)


@pytest.mark.parametrize("empty", [b"", b"null", b"[]"])
async def test_a_contact_that_is_nowhere_is_none(empty: bytes) -> None:
    connector, wire = joined({"/CRM/Contact/M90001/Person/ADR1": empty})
    assert await connector.fetch(Ref(kind="contact", source_id="ADR1")) is None
    assert len(wire.calls) == 3


async def test_a_contact_in_a_list_of_one_is_that_contact() -> None:
    connector, _ = joined({"/CRM/Contact/M90001/Person/ADR1": [{"id": "ADR1", "firstName": "Test"}]})
    raw = await connector.fetch(Ref(kind="contact", source_id="ADR1"))
    assert raw is not None
    assert connector.map(raw).findings == []


async def test_an_association_is_followed_from_its_flat(filled: Any) -> None:
    connector, _ = joined({})
    answer = filled("estate")
    answer["extensions"]["housingCooperative"]["association"]["id"] = "ORGBRF1"
    raw = RawRecord(
        kind="estate", source_id=answer["id"], body=json.dumps(answer).encode(), fetched_at=FETCHED
    )
    assert connector.follow(connector.map(raw)) == [Ref(kind="association", source_id="ORGBRF1")]


# ---------------------------------------------------------------------- files, check, credentials


async def test_pictures_and_files_come_as_bytes() -> None:
    connector, wire = joined(
        {"/Advertising/Image/M90001/MED1": b"\xff\xd8", "/Advertising/File/M90001/F1": b"%PDF"}
    )
    assert await connector.image("MED1") == b"\xff\xd8"
    assert await connector.file("F1") == b"%PDF"
    assert [call.operation for call in wire.calls] == ["image.read", "file.read"]


async def test_an_empty_picture_is_tried_again() -> None:
    with pytest.raises(Retryable):
        await joined({"/Advertising/Image/M90001/MED1": b""})[0].image("MED1")


async def test_a_check_reads_one_row_of_each_list_and_changes_nothing() -> None:
    connector, wire = joined(
        {"/Advertising/Office/M90001": listing("FIR1"), ESTATES: listing("A", total=214)}
    )
    checked = await connector.check()
    assert checked.ok
    assert checked.facts == {"offices": 1, "estates": 214}
    assert {call.method for call in wire.calls} == {"GET"}
    assert dict(wire.calls[0].query)["paging.pageSize"] == "1"


async def test_a_check_passes_on_what_wire_says() -> None:
    with pytest.raises(NeedsSignIn):
        await joined({"/Advertising/Office/M90001": NeedsSignIn("401")})[0].check()


async def test_credentials_are_basic_and_read_at_each_try() -> None:
    held = {"password": "gammalt-å"}

    async def secrets(name: str) -> str:
        return held[name]

    headers = VitecConnector.authorise({"username": "partner"}, secrets)
    first = (await headers(Call(operation="x")))["Authorization"]
    held["password"] = "nytt"
    second = (await headers(Call(operation="x")))["Authorization"]
    assert base64.b64decode(first.removeprefix("Basic ")).decode() == "partner:gammalt-å"
    assert base64.b64decode(second.removeprefix("Basic ")).decode() == "partner:nytt"


# ---------------------------------------------------------------------- the manifest


def test_the_class_can_what_the_manifest_says() -> None:
    manifest = load("vitec")
    connector = class_of(manifest)(None, connection="v", settings={}, secrets=secret)
    assert [name for name in manifest.abilities if not isinstance(connector, ABILITIES[name])] == []


def test_the_manifest_keeps_the_contracts_limits_and_blocks_a_closed_office() -> None:
    manifest = load("vitec")
    assert (manifest.limits.calls, manifest.limits.per_s, manifest.limits.at_once) == (10, 1.0, 5)
    rules = {(rule.operation, rule.status): rule for rule in manifest.errors}
    assert rules["", "403"].blocks_office
    assert rules["", "401"].blocks_office
    assert not rules["contact", "403"].blocks_office
    assert rules["contact", "403"].kind == "unsupported"
    assert all(rule.kind in ALL_KINDS for rule in manifest.errors)


def test_secrets_are_marked_and_every_unknown_has_its_setting() -> None:
    manifest = load("vitec")
    named = {setting.name: setting for setting in manifest.settings}
    assert {name for name, setting in named.items() if setting.secret} == {"password", "webhook_secret"}
    assert {unknown.setting for unknown in manifest.unknown} <= named.keys() | {"limits"}


def test_what_brokers_read_uses_no_forbidden_word() -> None:
    forbidden = {
        "vänligen",
        "tyvärr",
        "ogiltig",
        "timeout",
        "webhook",
        "token",
        "payload",
        "systemet",
        "null",
    }
    texts = [rule.sv for rule in load("vitec").errors]
    texts += [text for s in load("vitec").settings for text in (s.sv, s.help_sv)]
    for text in texts:
        words = text.lower().replace(".", " ").replace(",", " ").split()
        assert not set(words) & forbidden, text
        assert "!" not in text
        assert " api" not in f" {text.lower()}"
