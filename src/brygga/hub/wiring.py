"""Plugging the rooms together: wire with the limits, breakers and answers that the store shares."""

from __future__ import annotations

from brygga.hub.connections import WireFactory
from brygga.hub.keys import PayloadSealer
from brygga.store import Store
from brygga.store.credentials import SqlCredentials
from brygga.store.wire_state import SqlAnswers, SqlBreakers, SqlSlots
from brygga.swedish.masking import mask
from brygga.vault import KeyRing, Vault
from brygga.wire import Kit, Profile, Wire


def make_kit(store: Store, sealer: PayloadSealer) -> Kit:
    """What every line out of this process shares, and through the store with other processes."""
    database = store.database
    return Kit(
        slots=SqlSlots(database),
        breakers=SqlBreakers(database),
        answers=SqlAnswers(database, sealer),
        mask=mask,
    )


def make_wires(kit: Kit) -> WireFactory:
    """A function that opens the pipeline for one connection."""

    def make(profile: Profile) -> Wire:
        return Wire(profile, kit)

    return make


def make_vault(store: Store, ring: KeyRing) -> Vault:
    """The vault over the store's table."""
    return Vault(SqlCredentials(store.database), ring)
