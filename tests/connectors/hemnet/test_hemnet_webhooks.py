"""Webhooks are believed by the signature over their raw bytes and the time in it, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from brygga.connectors.abilities import WebhookRequest
from brygga.connectors.hemnet.api import Hemnet
from brygga.connectors.hemnet.api.webhooks import sign
from brygga.model import Invalid, NeedsSignIn, Rejected

BODY = (
    b'{"type": "listing", "action": "approved", '
    b'"data": {"listingId": "L1", "externalId": "vitec:OBJ1", "title": "Trea \\u0026 balkong"}}'
)


@pytest.fixture
def connector(kit: Any) -> Callable[..., Hemnet]:
    def make(*, settings: dict[str, Any] | None = None, **keys: str) -> Hemnet:
        secrets = kit.FakeVault(**(keys or {"webhook_key": "now"}))
        return Hemnet(
            None,  # type: ignore[arg-type]  # nobody is called
            connection="hemnet",
            settings=settings or {},
            secrets=secrets,
            now=lambda: kit.NOW,
        )

    return make


@pytest.fixture
def request_of(kit: Any) -> Callable[..., WebhookRequest]:
    def make(
        body: bytes = BODY, *, age_s: float = 1.0, signed: str | None = None, **more: str
    ) -> WebhookRequest:
        sent = kit.NOW - timedelta(seconds=age_s)
        stamp = str(round(sent.timestamp() * 1000))
        headers = {
            "x-timestamp": stamp,
            "x-signature": sign(body, key="now") if signed is None else signed,
            "x-request-id": "4c1c9f0e-0000-4000-8000-000000000001",
        }
        return WebhookRequest(headers={**headers, **more}, body=body, received_at=kit.NOW)

    return make


async def test_a_signed_webhook_is_accepted_and_told_as_one_notice(connector: Any, request_of: Any) -> None:
    await connector().verify(request_of())
    (notice,) = connector().notices(request_of())
    assert (notice.event, notice.kind, notice.source_id) == ("status", "publication", "L1")
    assert notice.key == "4c1c9f0e-0000-4000-8000-000000000001"
    assert notice.facts["reference"] == "vitec:OBJ1"


async def test_the_raw_bytes_are_signed_not_json_written_anew(connector: Any, request_of: Any) -> None:
    """The trap: `\\u0026` becomes `&` when the body is parsed and written again."""
    anew = json.dumps(json.loads(BODY)).encode()
    assert anew != BODY
    with pytest.raises(Rejected, match="bad_signature"):
        await connector().verify(request_of(signed=sign(anew, key="now")))
    with pytest.raises(Rejected, match="bad_signature"):
        await connector().verify(request_of(anew, signed=sign(BODY, key="now")))


async def test_during_a_change_either_of_two_signatures_and_two_keys_will_do(
    connector: Any, request_of: Any
) -> None:
    both = f"{sign(BODY, key='old')}, {sign(BODY, key='new')}"
    await connector(webhook_key="new").verify(request_of(signed=both))
    await connector(webhook_key="old").verify(request_of(signed=both))
    await connector(webhook_key="new", webhook_key_previous="old").verify(
        request_of(signed=sign(BODY, key="old"))
    )
    with pytest.raises(Rejected):
        await connector(webhook_key="other").verify(request_of(signed=both))


@pytest.mark.parametrize("signed", ["", ",", "0" * 64, "å" * 64, sign(BODY, key="")])
async def test_a_wrong_or_missing_signature_is_refused(connector: Any, request_of: Any, signed: str) -> None:
    with pytest.raises(Rejected) as caught:
        await connector().verify(request_of(signed=signed))
    assert caught.value.code == "bad_signature"


async def test_an_empty_secret_of_ours_never_verifies_anything(connector: Any, request_of: Any) -> None:
    with pytest.raises(NeedsSignIn):
        await connector(webhook_key="").verify(request_of(signed=sign(BODY, key="")))


async def test_a_changed_body_is_refused(connector: Any, request_of: Any) -> None:
    changed = BODY.replace(b"L1", b"L2")
    with pytest.raises(Rejected):
        await connector().verify(request_of(changed, signed=sign(BODY, key="now")))


@pytest.mark.parametrize("age_s", [301, -301, 86_400])
async def test_a_stale_or_future_one_is_refused(connector: Any, request_of: Any, age_s: float) -> None:
    with pytest.raises(Rejected) as caught:
        await connector().verify(request_of(age_s=age_s))
    assert caught.value.code == "stale"


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1" * 40, "²"])
async def test_a_time_that_is_none_is_refused(connector: Any, request_of: Any, stamp: str) -> None:
    with pytest.raises(Rejected, match="stale"):
        await connector().verify(request_of(**{"x-timestamp": stamp}))


async def test_the_window_is_a_setting(connector: Any, request_of: Any) -> None:
    await connector(settings={"webhook_window_s": 1000}).verify(request_of(age_s=900))


async def test_the_time_stamp_can_be_part_of_what_is_signed(connector: Any, request_of: Any) -> None:
    timed = connector(settings={"signature_mode": "timestamp+body"})
    stamp = request_of().headers["x-timestamp"]
    signed = sign(BODY, key="now", timestamp=stamp, mode="timestamp+body")
    await timed.verify(request_of(signed=signed))
    with pytest.raises(Rejected):
        await timed.verify(request_of())


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"action": "x"}', b'{"type": 1}', b"\xff"])
def test_a_body_that_is_no_event_is_invalid(connector: Any, request_of: Any, body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        connector().notices(request_of(body, signed=""))
    assert caught.value.code == "not_an_event"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"listingId": "A"}, "A"),
        ({"listing": {"id": "B"}}, "B"),
        ({"id": 7}, "7"),
        ({}, ""),
        ({"listingId": ["x"]}, ""),
    ],
)
def test_the_listings_id_is_found_where_the_settings_say(
    connector: Any, request_of: Any, data: dict[str, Any], found: str
) -> None:
    body = json.dumps({"type": "listing", "action": "changed", "data": data}).encode()
    (notice,) = connector().notices(request_of(body, signed=""))
    assert (notice.source_id, notice.event) == (found, "update")


async def test_the_imitations_own_webhooks_verify_also_while_its_key_is_changed(stand: Any, kit: Any) -> None:
    await kit.drive(stand.connector(), stand.publication())
    stand.imitation.mutate("change_webhook_key", {})
    stand.imitation.mutate("take_down", {})
    events = list(stand.imitation.hooks.events)
    assert b"\\u0026" in events[0].body
    assert "," in events[-1].headers["X-Signature"]
    for event in events:
        headers = {name.lower(): value for name, value in event.headers.items()}
        request = WebhookRequest(headers=headers, body=event.body, received_at=kit.NOW)
        await stand.connector().verify(request)
        assert stand.connector().notices(request)[0].source_id == next(iter(stand.imitation.listings))
