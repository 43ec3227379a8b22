"""The status table: which row holds, and what error it makes."""

from __future__ import annotations

from typing import Any

import pytest

from brygga.model.errors import (
    ALL_KINDS,
    Fault,
    NeedsSignIn,
    OutcomeUnknown,
    Rejected,
    Retryable,
    Unsupported,
)
from brygga.wire import Call, ErrorRule, Profile, Repeat
from brygga.wire.verdict import DEFAULTS, Table


def _row(code: str, status: str, operation: str = "", kind: str = "rejected") -> ErrorRule:
    return ErrorRule(
        status=status, kind=kind, fault=Fault.PROVIDER, code=code, sv=f"Text {code}.", operation=operation
    )


_TABLE = Table(
    Profile(
        connection="prov",
        errors=(
            _row("any-4xx", "4xx"),
            _row("any-409", "409"),
            _row("estate-4xx", "4xx", "estate"),
            _row("write-4xx", "4xx", "estate.write"),
            _row("estate-409", "409", "estate"),
            _row("slow-image", "timeout", "image"),
        ),
    )
)


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [
        ("estate.write", "409", "write-4xx"),  # the longest prefix wins, even with a class
        ("estate.read", "409", "estate-409"),  # within a prefix the exact status wins
        ("estate.read", "404", "estate-4xx"),
        ("image.read", "409", "any-409"),
        ("image.read", "404", "any-4xx"),
        ("image.read", "timeout", "slow-image"),
        ("estate.read", "timeout", "timeout"),  # from here on our own
        ("estate.read", "503", "provider_down"),
        ("estate.read", "501", "unsupported"),
        ("estate.read", "302", "redirected"),
        ("estate.read", "199", "odd_status"),
        ("estate.read", "600", "odd_status"),
    ],
)
def test_the_right_row_is_found(operation: str, status: str, code: str) -> None:
    for _ in range(2):
        assert _TABLE.rule(operation, status).code == code


def test_every_default_names_an_error_and_speaks_swedish() -> None:
    for rule in DEFAULTS:
        assert rule.kind in ALL_KINDS
        assert rule.sv.endswith(".")


def test_a_row_with_an_unknown_kind_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no such error kind: odd"):
        Table(Profile(connection="prov", errors=(_row("x", "500", kind="odd"),)))


async def _error(wire_to: Any, call: Call, **profile: Any) -> Any:
    with pytest.raises(Exception, match="prov") as raised:
        await wire_to(profile=profile, attempts=1).call(call)
    return raised.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, NeedsSignIn), (403, NeedsSignIn), (404, Rejected), (422, Rejected),
     (429, Retryable), (500, Retryable), (501, Unsupported), (503, Retryable)],
)  # fmt: skip
async def test_without_a_table_a_status_means_what_it_usually_means(
    provider: Any, wire_to: Any, read: Any, status: int, kind: type[Exception]
) -> None:
    provider.script = [status]
    error = await _error(wire_to, read(correlation_id="c1"))
    assert type(error) is kind
    assert (error.status, error.connection, error.operation) == (status, "prov", "estate.read")
    assert error.correlation_id == "c1"
    assert error.sv != error.message


async def test_a_connectors_row_decides(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [404]
    rule = _row("gone-fishing", "404", kind="retryable")
    error = await _error(wire_to, read(), errors=(rule,))
    assert isinstance(error, Retryable)
    assert (error.code, error.sv) == ("gone-fishing", "Text gone-fishing.")


async def test_accepted_statuses_are_handed_back_as_they_are(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [{"status": 404, "text": "<html>"}]
    answer = await wire_to().call(read(accept_status=frozenset({404})))
    assert (answer.status, answer.body) == (404, b"<html>")


@pytest.mark.parametrize("repeat", [Repeat.NONE, Repeat.READBACK])
@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, OutcomeUnknown),
        (408, OutcomeUnknown),
        (303, OutcomeUnknown),
        ({"status": 503, "headers": {"Retry-After": "9"}}, Retryable),
        (429, Retryable),
        (425, Retryable),
        (501, Unsupported),
        (400, Rejected),
        (401, NeedsSignIn),
        (409, Rejected),
        ({"status": 200, "text": "<html>maintenance</html>"}, OutcomeUnknown),
        ({"status": 200, "text": "{broken"}, OutcomeUnknown),
    ],
)
async def test_what_a_write_that_cannot_be_repeated_makes_of_an_answer(
    provider: Any, wire_to: Any, read: Any, repeat: Repeat, step: Any, kind: type[Exception]
) -> None:
    provider.script = [step]
    assert type(await _error(wire_to, read(method="POST", repeat=repeat, json={}))) is kind


@pytest.mark.parametrize("repeat", [Repeat.KEY, Repeat.NATURAL, Repeat.READ])
async def test_what_can_be_repeated_is_never_a_doubt(
    provider: Any, wire_to: Any, read: Any, repeat: Repeat
) -> None:
    provider.script = [500]
    assert type(await _error(wire_to, read(method="PUT", repeat=repeat))) is Retryable


async def test_a_connector_that_knows_its_provider_may_call_a_500_definite(
    provider: Any, wire_to: Any, read: Any
) -> None:
    provider.script = [500]
    rule = _row("duplicate", "500", "estate", kind="rejected")
    call = read(operation="estate.write", method="POST", repeat=Repeat.NONE)
    assert type(await _error(wire_to, call, errors=(rule,))) is Rejected
