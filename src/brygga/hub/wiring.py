"""Plugging the rooms together: wire with the limits, breakers and answers that the store shares."""

from __future__ import annotations

from brygga.hub.connections import WireFactory
from brygga.hub.settings import Settings
from brygga.store import Store
from brygga.swedish.masking import mask
from brygga.wire import Profile, Wire


def make_wires(store: Store, settings: Settings) -> WireFactory:
    """A function that opens the pipeline for one connection."""
    slots, breakers, answers = store.wire_state()

    def make(profile: Profile) -> Wire:
        return Wire(profile, slots=slots, breakers=breakers, answers=answers, mask=mask)

    del settings
    return make
