"""Imitations of the outside systems over real loopback HTTP, faults included.

An imitation lives in the module named like its connector and has `make(plan) -> Imitation`;
`serve` finds it by that. See `server` for the frame, `control` for how tests steer it.
"""

from __future__ import annotations

from brygga.sandbox.faults import FAULTS, PROFILES, FaultPlan, OneShot, Options
from brygga.sandbox.hooks import DELIVERIES, Delivery, Event
from brygga.sandbox.server import Imitation, Sandbox

__all__ = [
    "DELIVERIES",
    "FAULTS",
    "PROFILES",
    "Delivery",
    "Event",
    "FaultPlan",
    "Imitation",
    "OneShot",
    "Options",
    "Sandbox",
]
