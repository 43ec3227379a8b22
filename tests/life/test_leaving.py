"""Disconnecting a system: secrets and settings go, records stay, nothing unsettled is lost."""

from __future__ import annotations

import pytest
from conftest_life import World
from msgspec.structs import replace

from brygga.hub.connections import TENANT
from brygga.hub.leaving import leave, leaving
from brygga.hub.routing import publish_row
from brygga.model import Refused, SetupError
from brygga.vault import CredentialMissing


async def test_leaving_forgets_keys_and_settings_and_keeps_records(sqlite_world: World) -> None:
    await sqlite_world.sync()
    hub = sqlite_world.hub
    held = len(hub.store.ids("estate", "vitec"))
    facts = await leave(hub, "vitec", actor="test")
    assert facts["stays"]["estate"] == held == len(hub.store.ids("estate", "vitec"))
    with pytest.raises(SetupError):
        hub.connections.get("vitec")
    with pytest.raises(CredentialMissing):
        await hub.vault.get(TENANT, "vitec")
    assert hub.store.audit_list(limit=1)[0].action == "disconnect"


async def test_nobody_leaves_while_a_change_waits(sqlite_world: World) -> None:
    await sqlite_world.sync()
    hub = sqlite_world.hub
    hub.connections.save(
        replace(hub.connections.get("hemnet"), paused_by="test", paused_at="2026-11-23T12:00:00+00:00")
    )
    hub.store.outbox_add([publish_row(f"vitec:{sqlite_world.fit()[0]}", "hemnet", ask="now")])
    assert leaving(hub, "hemnet")["unsettled"] == 1
    with pytest.raises(Refused, match="wait or are in doubt"):
        await leave(hub, "hemnet", actor="test")
    assert hub.connections.get("hemnet").name == "hemnet"
