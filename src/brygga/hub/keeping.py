"""Keeping the hub's own things in order: keys rotated, what is past its date purged."""

from __future__ import annotations

from typing import Any

from brygga.hub.hub import Hub
from brygga.hub.wiring import make_vault
from brygga.model import SetupError
from brygga.vault import KeyRing


async def rotate_keys(hub: Hub) -> dict[str, Any]:
    """A new key in the ring's file; all credentials are sealed with it, older payloads stay readable.

    Raises SetupError when the keys come from the environment: then whoever sets it adds the key.
    """
    path = hub.settings.keys_path
    if not path.exists():
        raise SetupError(
            "The keys come from BRYGGA_KEYS; add the new one there and start the hub again.",
            sv="Nycklarna kommer från miljön. Lägg till den nya där och starta om.",
        )
    ring = KeyRing.add_key(path)
    done = await make_vault(hub.store, ring).rotate()
    hub.store.audit_add("cli", "keys.rotate", f"v{ring.current}", {}, hub.services.now())
    return {"version": ring.current, "credentials": done.rewrapped}
