"""Durable flows: work that is finished once, also when the process is killed in the middle.

See `engine.DurableEngine`.
"""

from brygga.hub.durable.context import FlowContext
from brygga.hub.durable.engine import DurableEngine, FlowState, PendingFlow
from brygga.hub.durable.errors import (
    FlowChanged,
    FlowDatabaseError,
    FlowDatabaseInUse,
    FlowEngineStopped,
    FlowFailed,
    FlowInterrupted,
    NotJson,
    UnknownFlow,
    WorkerIdInUse,
)
from brygga.hub.durable.queues import FlowQueue

__all__ = [
    "DurableEngine",
    "FlowChanged",
    "FlowContext",
    "FlowDatabaseError",
    "FlowDatabaseInUse",
    "FlowEngineStopped",
    "FlowFailed",
    "FlowInterrupted",
    "FlowQueue",
    "FlowState",
    "NotJson",
    "PendingFlow",
    "UnknownFlow",
    "WorkerIdInUse",
]
