"""What leaves for Hemnet and how its answers are read, against answers made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from brygga.connectors.hemnet.api.calls import Calls
from brygga.connectors.hemnet.schema.answers import publication_status
from brygga.connectors.hemnet.schema.settings import settings_of
from brygga.model import Invalid, OutcomeUnknown, Rejected, Retryable
from brygga.wire.call import Answer, Call, Repeat


class Told:
    """Answers in order, and keeps what was asked."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.asked: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.asked.append(call)
        status, body = self._answers.pop(0)
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return Answer(status=status, headers={}, body=data)


@pytest.fixture
def line() -> Callable[..., tuple[Calls, Told]]:
    def make(*answers: Any, **settings: Any) -> tuple[Calls, Told]:
        told = Told(*answers)
        return Calls(told, connection="hemnet", settings=settings_of(settings)), told

    return make


async def test_an_id_from_outside_stays_one_piece_of_the_path(line: Any) -> None:
    calls, told = line((200, {"listing": {"id": 1}}))
    await calls.listing("../keys?x=1#y")
    assert told.asked[0].path == "/listings/..%2Fkeys%3Fx%3D1%23y"


async def test_a_path_and_its_method_are_settings(line: Any) -> None:
    calls, told = line((200, {}), path_listing_unpublish="DELETE /listings/{id}/publication")
    await calls.unpublish("L1")
    assert (told.asked[0].method, told.asked[0].path) == ("DELETE", "/listings/L1/publication")


async def test_creates_may_not_be_resent_by_wire_and_updates_may(line: Any) -> None:
    calls, told = line((201, {"listing": {"id": "L"}}), (200, {}), (200, {}))
    await calls.create_listing({})
    await calls.update_listing("L", {})
    await calls.listing("L")
    assert [call.repeat for call in told.asked] == [Repeat.READBACK, Repeat.NATURAL, Repeat.READ]


async def test_bodies_are_wrapped_when_the_setting_says_so(line: Any) -> None:
    calls, told = line((201, {"listing": {"id": "L"}}), (200, {}), wrap_requests=True)
    await calls.create_listing({"a": 1})
    await calls.publish("L", auto_approve=True)
    assert [call.json for call in told.asked] == [{"listing": {"a": 1}}, {"allowedAutoApprove": True}]


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", {}, {"listing": {}}, b'{"listing": {"id"'])
async def test_a_create_whose_answer_names_nothing_leaves_us_in_doubt(line: Any, body: Any) -> None:
    calls, _ = line((200, body))
    with pytest.raises(OutcomeUnknown):
        await calls.create_listing({})


@pytest.mark.parametrize("body", [b"<html>", b"\xff\xfe", b'{"listing"'])
async def test_an_unreadable_answer_to_what_may_be_repeated_is_only_asked_again(
    line: Any, body: bytes
) -> None:
    calls, _ = line((200, body), (200, body))
    with pytest.raises(Retryable):
        await calls.listing("L")
    with pytest.raises(Retryable):
        await calls.update_listing("L", {})


@pytest.mark.parametrize("body", [{}, {"error": "x"}, 7, "text", None])
async def test_an_answer_that_is_no_list_is_not_an_empty_one(line: Any, body: Any) -> None:
    calls, _ = line((200, body))
    with pytest.raises(Retryable):
        await calls.keys()


@pytest.mark.parametrize("body", [[{"id": 1}], {"keys": [{"id": 1}]}, {"total": 1, "data": [{"id": 1}, "x"]}])
async def test_a_list_is_found_in_its_wrapping(line: Any, body: Any) -> None:
    calls, _ = line((200, body))
    assert await calls.keys() == [{"id": 1}]


async def test_pages_go_on_by_offset_until_a_short_one(line: Any) -> None:
    calls, told = line((200, [{"id": 1}, {"id": 2}]), (200, [{"id": 3}]), list_limit=2)
    assert [row["id"] async for row in calls.images("L")] == [1, 2, 3]
    assert [call.query for call in told.asked] == [
        (("limit", "2"),),
        (("limit", "2"), ("offset", "2")),
    ]


async def test_pages_go_on_by_a_next_member(line: Any) -> None:
    calls, told = line(
        (200, {"images": [{"id": 1}], "next": "abc"}),
        (200, {"images": [{"id": 2}], "next": "https://evil.example.com/steal?page=3&limit=9"}),
        (200, {"images": [{"id": 3}], "next": None}),
    )
    assert [row["id"] async for row in calls.images("L")] == [1, 2, 3]
    assert told.asked[1].query == (("limit", "100"), ("cursor", "abc"))
    assert told.asked[2].query == (("limit", "100"), ("page", "3"))
    assert {call.path for call in told.asked} == {"/listings/L/images"}


async def test_a_server_that_gives_the_same_page_for_ever_is_left(line: Any) -> None:
    same = (200, [{"id": 1}, {"id": 2}])
    calls, told = line(same, same, same, list_limit=2)
    assert len([row async for row in calls.images("L")]) == 2
    assert len(told.asked) == 2


async def test_a_listing_without_reference_query_is_looked_for_among_all(line: Any) -> None:
    calls, told = line((200, []), reference_query="")
    assert [row async for row in calls.listings("vitec:1")] == []
    assert told.asked[0].query == (("limit", "100"),)


async def test_a_422_names_its_codes_and_at_most_500_characters(line: Any) -> None:
    errors = [{"type": "TransitionError", "message": "Not now."}, {"type": "Other", "message": "x" * 900}]
    calls, _ = line((422, {"errors": errors}))
    with pytest.raises(Rejected) as caught:
        await calls.publish("L", auto_approve=False)
    assert "TransitionError, Other" in caught.value.message
    assert "Not now; xxx" in caught.value.sv
    assert len(caught.value.sv) < 650


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", {"errors": [{}]}, {"errors": None}])
async def test_a_422_without_reasons_is_a_refusal_all_the_same(line: Any, body: Any) -> None:
    calls, _ = line((422, body))
    with pytest.raises(Rejected) as caught:
        await calls.update_listing("L", {})
    assert caught.value.sv.startswith("Hemnet tog inte emot uppgifterna.")


async def test_removing_what_is_gone_is_well(line: Any) -> None:
    calls, told = line((404, b""), (404, b"nope"))
    await calls.delete_image("L", "I")
    await calls.delete_key("K")
    assert all(404 in call.accept_status for call in told.asked)


@pytest.mark.parametrize(
    "listing",
    [
        {"publicationStatus": {"marketState": "FOR_SALE", "isPublished": True, "isApproved": True}},
        {"publicationStatus": {"marketState": "FOR_SALE"}, "isPublished": True, "isApproved": True},
    ],
)
def test_the_two_flags_are_found_in_or_beside_the_status(listing: dict[str, Any]) -> None:
    status = publication_status(listing)
    assert (status.is_published, status.is_approved, status.market_state) == (True, True, "FOR_SALE")


def test_a_status_that_is_missing_is_not_published_and_a_broken_one_is_invalid() -> None:
    assert publication_status({}).is_published is False
    with pytest.raises(Invalid):
        publication_status({"publicationStatus": {"isPublished": "perhaps"}})
