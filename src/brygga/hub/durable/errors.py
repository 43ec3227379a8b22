"""What can go wrong with durable flows, each with one sentence that says what to do."""

from __future__ import annotations

import asyncio

from brygga.model.errors import BryggaError, Invalid, SetupError


class FlowDatabaseError(SetupError):
    """The database of the flows cannot be opened, reached, read or written."""

    kind = "flow_database"


class FlowDatabaseInUse(FlowDatabaseError):
    """Another process already works on this SQLite file."""

    kind = "flow_database_in_use"


class WorkerIdInUse(FlowDatabaseError):
    """Another living process uses the same worker id on the same PostgreSQL."""

    kind = "worker_id_in_use"


class FlowEngineStopped(SetupError):
    """The engine is not launched (any more), or is launched already and cannot be changed."""

    kind = "flow_engine_stopped"


class UnknownFlow(Invalid):
    """No flow, queue or flow id by that name."""

    kind = "unknown_flow"


class NotJson(Invalid):
    """Arguments or a result cannot be stored as JSON."""

    kind = "not_json"


class FlowFailed(BryggaError):
    """A step or flow ended in an exception that is not one of ours; `what` names its type."""

    kind = "flow_failed"

    def __init__(self, message: str, *, what: str = "Exception") -> None:
        sv = "Något gick fel inne i brygga. Felet är antecknat; allt annat fortsätter."
        super().__init__(message, sv=sv)
        self.what = what


class FlowChanged(BryggaError):
    """The flow's code no longer asks for the steps that were recorded when it first ran."""

    kind = "flow_changed"


class FlowInterrupted(asyncio.CancelledError):
    """The flow must stop here without a result and be resumed later, here or elsewhere.

    Raised inside flows when the engine stops, when this worker has been taken over, or when
    the flow database cannot be written. It is a CancelledError, so that no `except Exception`
    of a flow mistakes it for a failure of its own work.
    """
