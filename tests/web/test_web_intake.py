"""Webhooks from outside: verified, committed, only then answered; refusals say nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import httpx
import pytest

from brygga.hub import Hub
from brygga.model import Retryable
from brygga.web.app import App
from brygga.web.intake import LIVE_S, MOST_AT_ONCE, MOST_BYTES, Intake, kept_headers

SECRET = "en-lang-hemlighet"
KEY = "nyckel-till-underskrifter"


@pytest.fixture
async def door(
    empty: Hub, office: ModuleType, people: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Hub, App]]:
    """An outsider in front of a hub that takes unsigned notices (a secret in the address) and signed ones."""
    office.connect(empty, practice=True)
    await empty.vault.update("default", "vitec", {"webhook_secret": SECRET, "password": "x"})
    await empty.vault.update("default", "hemnet", {"webhook_key": KEY, "token": "x"})
    app = App(empty)
    async with people.stranger(app, client="192.0.2.9", host="hub.example.test") as outsider:
        yield outsider, empty, app
    await app.close()


def notice(number: int = 1, **more: Any) -> bytes:
    return json.dumps(
        {"type": "Estate", "event": "Update", "id": f"OBJ{number}", "customerId": "M1", **more}
    ).encode()


def signed(hub: Hub, body: bytes, request_id: str = "r1", key: str = KEY) -> dict[str, str]:
    now_ms = int(hub.services.now().timestamp() * 1000)
    signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return {"x-signature": signature, "x-timestamp": str(now_ms), "x-request-id": request_id}


async def test_a_verified_notice_is_kept_whole_and_answered(door: Any) -> None:
    outsider, hub, _ = door
    answer = await outsider.post(
        f"/in/vitec/{SECRET}?type=Estate", content=notice(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 200
    assert answer.content == b""
    kept = hub.store.inbox_list("new")
    assert [(k.connection, k.body, k.query) for k in kept] == [("vitec", notice(), (("type", "Estate"),))]
    assert kept[0].headers["content-type"] == "application/json"
    assert kept[0].correlation_id


async def test_it_is_on_disk_before_the_answer(door: Any, monkeypatch: Any) -> None:
    """The answer waits for the commit, however long that takes."""
    outsider, hub, _ = door
    written: list[float] = []
    write = hub.store.inbox_add_many

    def slow(rows: Any) -> Any:
        time.sleep(0.2)
        made = write(rows)
        written.append(time.perf_counter())
        return made

    monkeypatch.setattr(hub.store, "inbox_add_many", slow)
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice())).status_code == 200
    assert written[0] < time.perf_counter()


@pytest.mark.parametrize(
    "path",
    [
        "/in/vitec/wrong",
        "/in/vitec",
        "/in/vitec/",
        "/in/nobody/x",
        f"/in/smtp/{SECRET}",
        "/in/",
        "/in/" + "x" * 5000,
    ],
)
async def test_a_wrong_address_does_not_exist(door: Any, path: str) -> None:
    outsider, hub, _ = door
    answer = await outsider.post(path, content=notice())
    assert answer.status_code == 404
    assert answer.text == "no\n"
    assert hub.store.inbox_counts() == {}


async def test_a_wrong_signature_is_refused_without_a_reason_and_opens_one_repair(door: Any) -> None:
    outsider, hub, _ = door
    for number in range(5):
        body = notice(number)
        answer = await outsider.post("/in/hemnet", content=body, headers=signed(hub, body, key="another"))
        assert (answer.status_code, answer.text) == (401, "no\n")
    assert hub.store.inbox_counts() == {}
    repairs = hub.store.repair_list()
    assert [(r.code, r.connection, r.count) for r in repairs] == [("bad_signature", "hemnet", 1)]


async def test_repeated_forgeries_are_noted_at_most_once_a_minute(door: Any, clock: Any) -> None:
    from datetime import timedelta

    outsider, hub, _ = door
    for minute in (0, 0, 0, 2, 2):
        clock.at = clock.at.replace(minute=5) + timedelta(minutes=minute)
        await outsider.post("/in/hemnet", content=b"{}", headers=signed(hub, b"{}", key="another"))
    assert hub.store.repair_list()[0].count == 2
    assert hub.store.repair_list()[0].facts["refused"] == 4


async def test_a_stale_message_is_refused_but_nobody_is_bothered(door: Any) -> None:
    outsider, hub, _ = door
    headers = signed(hub, b"{}") | {"x-timestamp": "1"}
    assert (await outsider.post("/in/hemnet", content=b"{}", headers=headers)).status_code == 403
    assert hub.store.repair_list() == []


async def test_a_repeat_with_the_providers_own_id_is_kept_once(door: Any) -> None:
    outsider, hub, _ = door
    body = json.dumps({"type": "LISTING", "action": "UPDATED", "data": {"id": "L1"}}).encode()
    for _ in range(3):
        assert (
            await outsider.post("/in/hemnet", content=body, headers=signed(hub, body, "r7"))
        ).status_code == 200
    assert (
        await outsider.post("/in/hemnet", content=body, headers=signed(hub, body, "r8"))
    ).status_code == 200
    kept = hub.store.inbox_list("new")
    assert sorted((k.key, k.repeats) for k in kept) == [("r7", 2), ("r8", 0)]


async def test_a_repeat_without_id_is_merged_only_while_the_first_one_waits(door: Any) -> None:
    outsider, hub, _ = door
    for _ in range(3):
        assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice())).status_code == 200
    assert hub.store.inbox_counts() == {"new": 1}
    hub.store.inbox_new("vitec")
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice())).status_code == 200
    assert hub.store.inbox_counts() == {"new": 2}


async def test_what_cannot_be_understood_is_kept_all_the_same(door: Any) -> None:
    """Verified is enough: it is looked into later, and set aside then if it must be."""
    outsider, hub, _ = door
    for body in (b"", b"not json", b"[" * 50_000, b"\xff\x00", b'{"type": 7}'):
        assert (await outsider.post(f"/in/vitec/{SECRET}", content=body)).status_code == 200
    assert hub.store.inbox_counts() == {"new": 5}


async def test_a_body_that_is_too_large_is_not_read(door: Any) -> None:
    outsider, hub, _ = door
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=b"x" * (MOST_BYTES + 1))).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    assert (await outsider.post(f"/in/vitec/{SECRET}", content=endless())).status_code == 413
    assert hub.store.inbox_counts() == {}


async def test_other_methods_are_not_taken(door: Any) -> None:
    outsider, _, _ = door
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        answer = await outsider.request(method, f"/in/vitec/{SECRET}")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"


async def test_with_the_store_down_the_sender_is_told_to_come_again(door: Any, monkeypatch: Any) -> None:
    outsider, hub, _ = door

    def away(*_: Any, **__: Any) -> Any:
        raise Retryable("the database is away")

    monkeypatch.setattr(hub.store, "inbox_add_many", away)
    answer = await outsider.post(f"/in/vitec/{SECRET}", content=notice())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    monkeypatch.setattr(hub.store, "setting_get", away)
    assert (await outsider.post("/in/hemnet", content=b"{}")).status_code == 503


async def test_an_answer_never_takes_two_seconds(door: Any, monkeypatch: Any) -> None:
    outsider, hub, _ = door
    monkeypatch.setattr(hub.store, "inbox_add_many", lambda rows: time.sleep(2.2) or [None] * len(rows))
    begun = time.perf_counter()
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice())).status_code == 503
    assert time.perf_counter() - begun < 2


async def test_a_missing_secret_of_ours_loses_nothing(door: Any) -> None:
    """We cannot verify yet: the sender keeps it and comes again."""
    outsider, hub, _ = door
    await hub.vault.delete("default", "hemnet")
    assert (await outsider.post("/in/hemnet", content=b"{}", headers=signed(hub, b"{}"))).status_code == 503


async def test_a_paused_connection_still_takes_its_notices(door: Any) -> None:
    outsider, hub, _ = door
    kept = hub.store.setting_get("connection:vitec")
    hub.store.setting_put("connection:vitec", {**kept, "paused_by": "Anna Berg"})
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice())).status_code == 200


async def test_many_at_once_are_each_kept_once_and_written_in_groups(door: Any, monkeypatch: Any) -> None:
    outsider, hub, _ = door
    groups: list[int] = []
    write = hub.store.inbox_add_many
    monkeypatch.setattr(hub.store, "inbox_add_many", lambda rows: groups.append(len(rows)) or write(rows))
    answers = await asyncio.gather(
        *(outsider.post(f"/in/vitec/{SECRET}", content=notice(n)) for n in range(200))
    )
    assert {a.status_code for a in answers} == {200}
    assert hub.store.inbox_counts() == {"new": 200}
    assert sum(groups) == 200
    assert len(groups) < 100


async def test_beyond_the_most_at_once_the_rest_come_again(door: Any, monkeypatch: Any) -> None:
    outsider, _, app = door
    monkeypatch.setattr(app.intake, "_under_way", MOST_AT_ONCE)
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice())).status_code == 503


async def test_a_changed_secret_is_in_use_within_seconds(door: Any) -> None:
    outsider, hub, app = door
    ticks = [0.0]
    app.asgi.intake = Intake(hub, clock=lambda: ticks[0])
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice(1))).status_code == 200
    await hub.vault.update("default", "vitec", {"webhook_secret": "ny-hemlighet"})
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice(2))).status_code == 200
    ticks[0] = LIVE_S
    assert (await outsider.post("/in/vitec/ny-hemlighet", content=notice(3))).status_code == 200
    assert (await outsider.post(f"/in/vitec/{SECRET}", content=notice(4))).status_code == 404


def test_credentials_and_addresses_are_not_kept_with_a_notice() -> None:
    headers = {
        "authorization": "Bearer kanariehemlighet",
        "cookie": "a=b",
        "x-api-key": "kanariehemlighet",
        "x-forwarded-for": "192.0.2.1",
        "x-signature": "abc",
        "x-request-id": "r1",
        "content-type": "application/json",
        "user-agent": "u",
        "webhook-id": "w",
    }
    assert sorted(kept_headers(headers)) == [
        "content-type",
        "user-agent",
        "webhook-id",
        "x-request-id",
        "x-signature",
    ]
