"""Pure functions both ways, and the tables they read.

bodies     our model → what Hemnet is sent, by the table `body.toml` (`table` applies it)
plan       which steps lead from what was sent to what is wished
preflight  what is missing or odd before that, in the sentences of `preflight.toml`
words      the other sentences for the broker; `english` has their English halves
"""

from __future__ import annotations

from brygga.connectors.hemnet.mapping import english, plan, preflight, words
from brygga.connectors.hemnet.mapping.bodies import Bodies, fingerprint, image_key, party_of
from brygga.connectors.hemnet.mapping.table import Tables, look, tables

__all__ = [
    "Bodies",
    "Tables",
    "english",
    "fingerprint",
    "image_key",
    "look",
    "party_of",
    "plan",
    "preflight",
    "tables",
    "words",
]
