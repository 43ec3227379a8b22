"""Health (*driftläge*): how each connection is doing, worked out from facts that the store holds.

Pure functions: facts in, a state out. Nothing here reads, asks or writes.
"""

from brygga.health.state import SHAPES, ConnectionFacts, State, order_of, state_of
from brygga.health.strip import BUCKETS, Bar, Stretch, bars, stretches
from brygga.health.told import Told, told_by

__all__ = [
    "BUCKETS",
    "SHAPES",
    "Bar",
    "ConnectionFacts",
    "State",
    "Stretch",
    "Told",
    "bars",
    "order_of",
    "state_of",
    "stretches",
    "told_by",
]
