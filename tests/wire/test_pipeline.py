"""The whole pipeline: credentials, repeats, deadlines, bodies, metrics, spans."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest

from brygga.connectors.abilities import Caller
from brygga.model.errors import Invalid, NeedsSignIn, OutcomeUnknown, Refused, Rejected, Retryable
from brygga.wire import Call, Profile, Repeat, Wire
from brygga.wire.meters import Meters


async def test_a_well_call_gives_its_answer(provider: Any, wire_to: Any, read: Any) -> None:
    wire: Caller = wire_to()
    answer = await wire.call(read())
    assert (answer.status, answer.body, answer.attempts, answer.stale) == (200, b'{"ok": true}', 1, False)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.fetched_at is not None
    assert answer.fetched_at.tzinfo is not None


async def test_credentials_are_asked_for_at_each_try(provider: Any, wire_to: Any, read: Any) -> None:
    keys = iter(["old", "new"])

    async def authorise(_: Call) -> dict[str, str]:
        return {"Authorization": f"Bearer {next(keys)}"}

    provider.script = [500, web.json_response]
    await wire_to(profile={"authorise": authorise}, first_wait_s=0.0).call(read())
    assert [r[2]["Authorization"] for r in provider.requests] == ["Bearer old", "Bearer new"]


async def test_missing_credentials_stop_the_call_before_it_is_sent(
    provider: Any, wire_to: Any, read: Any
) -> None:
    async def authorise(_: Call) -> dict[str, str]:
        raise NeedsSignIn("no password is set")

    with pytest.raises(NeedsSignIn) as raised:
        await wire_to(profile={"authorise": authorise}).call(read())
    assert (raised.value.connection, raised.value.operation) == ("prov", "estate.read")
    assert provider.calls == 0


async def test_credentials_that_never_come_end_with_the_deadline(
    provider: Any, wire_to: Any, read: Any
) -> None:
    async def authorise(_: Call) -> dict[str, str]:
        await asyncio.sleep(30)
        return {}

    with pytest.raises(Retryable) as raised:
        await wire_to(profile={"authorise": authorise}).call(read(deadline_s=0.1))
    assert raised.value.code == "credentials_slow"
    assert provider.calls == 0


async def test_waiting_for_a_slot_ends_with_the_deadline(provider: Any, wire_to: Any, read: Any) -> None:
    wire = wire_to(calls=1, per_s=30.0, at_once=1)
    await wire.call(read())
    with pytest.raises(Retryable) as raised:
        await wire.call(read(deadline_s=0.1))
    assert raised.value.code == "no_slot"
    assert provider.calls == 1


async def test_a_write_carries_body_key_and_headers(provider: Any, wire_to: Any, read: Any) -> None:
    call = read(
        operation="listing.write",
        method="PUT",
        path="listing/å 1".replace(" ", "%20"),
        query=(("extend", "a+b"), ("q", "å&=")),
        json={"price": 1},
        repeat=Repeat.KEY,
        idempotency_key="k-1",
    )
    await wire_to().call(call)
    method, target, headers, body = provider.requests[0]
    assert (method, body) == ("PUT", b'{"price":1}')
    assert target == "/listing/%C3%A5%201?extend=a%2Bb&q=%C3%A5%26%3D"
    assert headers["Idempotency-Key"] == "k-1"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"].startswith("brygga/")


@pytest.mark.parametrize(
    "path",
    ["/a/../admin", "..", "/a/%2e%2e/b", "/a/./b", "/a?x=1", "/a#b", "/a\\b", "/a b", "/a\r\nb"],
)
async def test_an_identifier_cannot_choose_another_endpoint(
    provider: Any, wire_to: Any, read: Any, path: str
) -> None:
    with pytest.raises(Invalid):
        await wire_to().call(read(path=path))
    assert provider.calls == 0


async def test_a_path_is_never_another_host(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [404]
    with pytest.raises(Rejected):
        await wire_to().call(read(path="https://example.com/x"))
    with pytest.raises(Rejected):
        await wire_to().call(read(path="//example.com/x"))
    assert provider.calls == 2


async def test_a_header_cannot_smuggle_a_second_one(provider: Any, wire_to: Any, read: Any) -> None:
    with pytest.raises(Invalid):
        await wire_to().call(read(headers={"X-Id": "a\r\nX-Admin: 1"}))
    assert provider.calls == 0


async def test_a_body_that_is_no_json_is_told_before_sending(provider: Any, wire_to: Any, read: Any) -> None:
    with pytest.raises(Invalid):
        await wire_to().call(read(method="POST", json={"x": object()}))
    assert provider.calls == 0


def test_a_base_address_that_may_not_be_called_is_refused_at_once() -> None:
    for url in ("http://example.com", "https://127.0.0.1", "https://169.254.169.254"):
        with pytest.raises(Refused):
            Wire(Profile(connection="prov", base_url=url))


async def test_a_timed_out_write_is_a_doubt_and_a_timed_out_read_is_repeated(
    provider: Any, wire_to: Any, read: Any
) -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(3)
        return web.Response()

    provider.script = [slow, web.json_response]
    wire = wire_to(timeout_s=0.2, per_s=0.1, first_wait_s=0.0)
    assert (await wire.call(read())).attempts == 2
    provider.script = [slow]
    with pytest.raises(OutcomeUnknown) as doubt:
        await wire.call(read(method="POST", repeat=Repeat.NONE))
    assert doubt.value.code == "timeout"
    assert provider.calls == 3


async def test_an_answer_with_success_and_no_body_is_fine_for_a_write(
    provider: Any, wire_to: Any, read: Any
) -> None:
    for status in (200, 201, 202, 204):
        provider.script = [{"status": status}]
        assert (await wire_to().call(read(method="POST", repeat=Repeat.NONE))).status == status


async def test_the_providers_words_are_in_the_error_but_no_person_is(
    provider: Any, wire_to: Any, read: Any
) -> None:
    said = '{"error":"price missing for anna@example.com","token":"abc123secret"}'
    provider.script = [{"status": 422, "text": said}]
    with pytest.raises(Rejected) as refused:
        await wire_to().call(read())
    assert "price missing" in refused.value.message
    assert "anna" not in refused.value.message
    assert "abc123secret" not in refused.value.message
    with pytest.raises(Rejected) as quiet:
        await wire_to().call(read(sensitive=True))
    assert "price" not in quiet.value.message


async def test_a_cancelled_call_gives_its_slot_back(provider: Any, wire_to: Any, read: Any) -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(3)
        return web.Response()

    provider.script = [slow, web.json_response]
    wire = wire_to(calls=10, at_once=1, per_s=0.1)
    task = asyncio.create_task(wire.call(read()))
    while provider.calls < 1:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await wire.call(read(deadline_s=2.0))).status == 200


async def test_calls_waits_and_repeats_are_counted(provider: Any, wire_to: Any, read: Any) -> None:
    registry = CollectorRegistry()
    provider.script = [500, web.json_response, 422, 500]
    wire = wire_to(
        kit={"meters": Meters(registry)}, calls=3, per_s=0.2, first_wait_s=0.0, attempts=2, breaker_failures=2
    )
    await wire.call(read(query=(("phone", "070-1740605"),)))
    with pytest.raises(Rejected):
        await wire.call(read())
    with pytest.raises(Retryable):
        await wire.call(read())

    def value(name: str, **more: str) -> float | None:
        return registry.get_sample_value(f"brygga_wire_{name}", {"connection": "prov", **more})

    assert value("calls_total", operation="estate.read", outcome="ok") == 1
    assert value("calls_total", operation="estate.read", outcome="rejected") == 1
    assert value("calls_total", operation="estate.read", outcome="retryable") == 1
    assert value("retries_total", operation="estate.read", reason="provider_down") == 2
    assert value("call_seconds_count", operation="estate.read") == 3
    assert (value("slot_wait_seconds_sum") or 0) > 0.1
    assert value("breaker", ability="estate") == 1
    assert "1740605" not in generate_latest(registry).decode()


async def test_spans_tell_what_happened_and_hold_no_values(provider: Any, wire_to: Any, read: Any) -> None:
    kept = InMemorySpanExporter()
    traces = TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(kept))
    provider.script = [web.json_response, 422]
    wire = wire_to(kit={"tracer": traces.get_tracer("test")})
    call = read(query=(("phone", "070-1740605"),), correlation_id="c0")
    await wire.call(call)
    with pytest.raises(Rejected):
        await wire.call(call)
    well, badly = kept.get_finished_spans()
    assert well.name == "prov estate.read"
    assert well.attributes["http.response.status_code"] == 200
    assert well.attributes["brygga.correlation_id"] == "c0"
    assert badly.attributes["error.type"] == "rejected"
    assert not badly.status.is_ok
    assert "1740605" not in well.to_json() + badly.to_json()
    traces.shutdown()
