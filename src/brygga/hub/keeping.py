"""Keeping the hub's own things in order: keys rotated, what is past its date purged."""

from __future__ import annotations

from typing import Any

from brygga.hub.hub import Hub


def rotate_keys(hub: Hub) -> dict[str, Any]:
    """A new key in the ring; all credentials are sealed with it, older payloads stay readable."""
    version = hub.ring.add_key()
    count = hub.vault.rotate()
    hub.store.audit_add("cli", "keys.rotate", f"v{version}", {}, hub.services.now())
    return {"version": version, "credentials": count}
