"""The breaker: opens on faults of provider and network, one probe over all processes, outlives a restart."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from brygga.model.errors import Fault, NeedsSignIn, Rejected, Retryable
from brygga.wire import ErrorRule, Wire
from brygga.wire.breaker import BLOCK_REST_S

_CLOSED_OFFICE = ErrorRule(
    status="403",
    kind="needs_sign_in",
    fault=Fault.OFFICE,
    code="office_closed",
    sv="Kontoret är stängt hos tjänsten. Beställ öppning där.",
    blocks_office=True,
)


@pytest.fixture
def shared(stores: Any) -> dict[str, Any]:
    return {"slots": stores.slots, "breakers": stores.breakers, "answers": stores.answers}


async def _fails(wire: Wire, call: Any, kind: type[Exception]) -> Any:
    with pytest.raises(kind) as raised:
        await wire.call(call)
    return raised.value


async def test_it_opens_after_its_faults_and_then_sends_nothing(
    provider: Any, wire_to: Any, read: Any, shared: Any
) -> None:
    provider.script = [500]
    wire = wire_to(kit=shared, attempts=1, breaker_failures=3, breaker_rest_s=60.0)
    for _ in range(3):
        await _fails(wire, read(), Retryable)
    error = await _fails(wire, read(), Retryable)
    assert error.code == "breaker_open"
    assert 50 < error.after_s <= 60
    assert provider.calls == 3


async def test_refused_items_and_too_many_calls_never_open_it(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [422, 404, 429, 409, 422, 429]
    wire = wire_to(attempts=1, breaker_failures=2, breaker_rest_s=60.0)
    for _ in range(6):
        await _fails(wire, read(), (Rejected, Retryable))
    assert provider.calls == 6


async def test_a_success_between_faults_keeps_it_closed(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [500, web.json_response, 500, web.json_response, 500, web.json_response]
    wire = wire_to(attempts=2, breaker_failures=2, breaker_rest_s=60.0, first_wait_s=0.0)
    for _ in range(3):
        await wire.call(read())
    assert provider.calls == 6


async def test_another_ability_goes_on_while_one_is_down(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [500, web.json_response]
    wire = wire_to(attempts=1, breaker_failures=1, breaker_rest_s=60.0)
    await _fails(wire, read(operation="image.read"), Retryable)
    assert (await wire.call(read(operation="estate.read"))).status == 200
    assert (await _fails(wire, read(operation="image.read"), Retryable)).code == "breaker_open"


async def test_it_survives_a_restart(
    provider: Any, wire_to: Any, read: Any, stores: Any, shared: Any
) -> None:
    provider.script = [500]
    await _fails(wire_to(kit=shared, attempts=1, breaker_failures=1, breaker_rest_s=60.0), read(), Retryable)
    again = stores.reopen()
    if again is None:
        pytest.skip("memory does not outlive its process")
    restarted = wire_to(kit={"slots": again.slots, "breakers": again.breakers})
    assert (await _fails(restarted, read(), Retryable)).code == "breaker_open"
    assert provider.calls == 1
    again.close()


async def test_one_probe_only_leaves_over_all_hubs(
    provider: Any, wire_to: Any, read: Any, stores: Any, shared: Any
) -> None:
    gate = asyncio.Event()

    async def held(_: web.Request) -> web.Response:
        await gate.wait()
        return web.json_response({})

    provider.script = [500, held]
    limits = {"attempts": 1, "breaker_failures": 1, "breaker_rest_s": 0.2}
    first = wire_to(kit=shared, **limits)
    await _fails(first, read(), Retryable)
    other_state = stores.reopen() or stores
    second = wire_to(kit={"slots": other_state.slots, "breakers": other_state.breakers}, **limits)
    await asyncio.sleep(0.25)
    calls = [asyncio.create_task(w.call(read())) for w in (first, second) for _ in range(10)]
    while provider.calls < 2:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    assert provider.calls == 2, "more than one probe was sent"
    gate.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(not isinstance(o, Exception) for o in outcomes) == 1
    await asyncio.sleep(1.05)  # the other process remembers for a second at most
    assert (await first.call(read())).status == 200
    assert (await second.call(read())).status == 200


async def test_a_probe_is_tried_once_and_a_failed_one_starts_the_rest_anew(
    provider: Any, wire_to: Any, read: Any
) -> None:
    provider.script = [500]
    wire = wire_to(attempts=5, breaker_failures=2, breaker_rest_s=0.1, first_wait_s=0.0)
    assert (await _fails(wire, read(), Retryable)).code == "breaker_open"
    assert provider.calls == 2
    await asyncio.sleep(0.12)
    assert (await _fails(wire, read(), Retryable)).status == 500
    assert provider.calls == 3
    assert (await _fails(wire, read(), Retryable)).code == "breaker_open"
    assert provider.calls == 3


async def test_a_cancelled_probe_does_not_hold_the_others_up(provider: Any, wire_to: Any, read: Any) -> None:
    async def never(_: web.Request) -> web.Response:
        await asyncio.sleep(10)
        return web.Response()

    provider.script = [500, never, web.json_response]
    wire = wire_to(attempts=1, breaker_failures=1, breaker_rest_s=0.05)
    await _fails(wire, read(), Retryable)
    await asyncio.sleep(0.06)
    probe = asyncio.create_task(wire.call(read()))
    while provider.calls < 2:
        await asyncio.sleep(0.01)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    assert (await wire.call(read())).status == 200


async def test_a_closed_office_is_not_called_again_until_tomorrows_probe(
    provider: Any, wire_to: Any, read: Any, shared: Any
) -> None:
    provider.script = [403, web.json_response]
    wire = wire_to(kit=shared, profile={"errors": (_CLOSED_OFFICE,)})
    assert (await _fails(wire, read(), NeedsSignIn)).code == "office_closed"
    for operation in ("estate.read", "image.read", "check.ping"):
        error = await _fails(wire, read(operation=operation), NeedsSignIn)
        assert error.code == "office_closed"
        assert error.sv == _CLOSED_OFFICE.sv
        assert BLOCK_REST_S - 60 < error.after_s <= BLOCK_REST_S
    assert provider.calls == 1


async def test_a_person_who_mended_it_unblocks_at_once(
    provider: Any, wire_to: Any, read: Any, shared: Any
) -> None:
    provider.script = [403, web.json_response]
    wire = wire_to(kit=shared, profile={"errors": (_CLOSED_OFFICE,)})
    await _fails(wire, read(), NeedsSignIn)
    await wire.unblock()
    assert (await wire.call(read())).status == 200


async def test_another_process_can_unblock_what_it_never_called(
    provider: Any, wire_to: Any, read: Any, shared: Any
) -> None:
    provider.script = [500, web.json_response]
    calling = wire_to(kit=shared, attempts=1, breaker_failures=1, breaker_rest_s=60.0)
    await _fails(calling, read(), Retryable)
    await wire_to(kit=shared).unblock()
    assert (await wire_to(kit=shared).call(read())).status == 200


async def test_tomorrows_probe_opens_the_office_or_leaves_it_closed(
    provider: Any, wire_to: Any, read: Any, stores: Any, shared: Any
) -> None:
    provider.script = [403, 401, web.json_response]
    wire = wire_to(kit=shared, profile={"errors": (_CLOSED_OFFICE,)})
    await _fails(wire, read(), NeedsSignIn)
    await _a_day_passes(stores, wire)
    await _fails(wire, read(), NeedsSignIn)
    assert provider.calls == 2
    await _fails(wire, read(), NeedsSignIn)
    assert provider.calls == 2
    await _a_day_passes(stores, wire)
    await wire.call(read())
    await wire.call(read())
    assert provider.calls == 4


async def _a_day_passes(stores: Any, wire: Wire) -> None:
    stores.breakers.block("default/prov", rest_s=0.0, code="office_closed", sv=_CLOSED_OFFICE.sv)
    wire._breaker._seen.clear()
    await asyncio.sleep(0.01)
