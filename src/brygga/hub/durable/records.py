"""The only module that knows DBOS: what is recorded of flows, and nothing more.

We use DBOS' tables, their migrations, and its reads and writes of flows and steps: a write is
accepted only with the token of the flow's newest claim, so that a process which has lost a
flow can no longer change what is known of it. We do not use its runtime. Measured and read in
DBOS 3.4: its queue threads cost 7 % of a core per queue at a poll of 50 ms; and when a result
cannot be stored (disk full), its async path stores that trouble as the step's or the flow's
failure, so that work which was done counts as failed for ever. `runner.py` waits instead.
"""

from __future__ import annotations

import logging
import uuid
from typing import Any

import sqlalchemy as sa
from dbos import Serializer
from dbos._error import (
    DBOSBaseException,
    DBOSConflictingWorkflowError,
    DBOSStepNondeterminismError,
    DBOSUnexpectedStepError,
)
from dbos._sys_db import SystemDatabase, WorkflowStatusInternal

from brygga.hub.durable.claims import FLOW_VERSION, Owned
from brygga.hub.durable.context import StepOutcome
from brygga.hub.durable.errors import FlowChanged, FlowInterrupted, UnknownFlow
from brygga.hub.durable.values import error_to_json, from_json, to_json

APP_NAME = "brygga"
_DELETE_AT_ONCE = 500
_FINISHED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


class JsonSerializer(Serializer):
    """JSON for everything DBOS stores; its own default is pickle, which runs code when read."""

    def name(self) -> str:
        """Stored beside each value."""
        return "brygga_json"

    def serialize(self, data: Any) -> str:
        """A value, or an exception by its facts."""
        return error_to_json(data) if isinstance(data, Exception) else to_json(data)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - named so in the base class
        """The value or the exception."""
        return from_json(serialized_data)


class FlowRecords:
    """Flows and their steps in one database. All methods block: call them in a thread."""

    def __init__(self, engine: sa.Engine, *, schema: str, launch_id: str) -> None:
        # DBOS tells at INFO what it does; only trouble is of interest.
        logging.getLogger("dbos").setLevel(logging.WARNING)
        self._serializer, self._launch_id, self._engine = JsonSerializer(), launch_id, engine
        self._db = SystemDatabase.create(
            # Only tells DBOS the dialect; the connections come from the engine.
            system_database_url="sqlite://" if engine.dialect.name == "sqlite" else "postgresql://",
            engine_kwargs={},
            engine=engine,
            schema=schema,
            serializer=self._serializer,
            executor_id=launch_id,
            use_listen_notify=False,
            app_name=APP_NAME,
            # It would wait in a thread that nothing can end; our runner waits where it can be told to stop.
            retry_connection_errors=False,
        )
        self._table = self._db.tables.workflow_status

    def create(self) -> None:
        """Create or upgrade DBOS' tables."""
        self._db.run_migrations()

    def close(self) -> None:
        """Close the pool."""
        self._db.destroy()
        self._engine.dispose()

    def add(
        self, name: str, args: dict[str, Any], *, flow_id: str, queue: str, key: str, priority: int
    ) -> bool:
        """Insert a waiting flow. False if the id existed already (then nothing changes)."""
        status = self._waiting(name, args)
        status["workflow_uuid"], status["priority"] = flow_id, priority
        status["queue_name"], status["queue_partition_key"] = queue, key
        try:
            return self._db.init_workflow(status, creator_xid=str(uuid.uuid4()))[1]
        except DBOSConflictingWorkflowError as error:
            raise UnknownFlow(f"The flow id {flow_id!r} belongs to another kind of flow.") from error

    def _waiting(self, name: str, args: dict[str, Any]) -> WorkflowStatusInternal:
        """A row as DBOS would write it for `name(**args)`; what we do not use is empty."""
        return {
            "workflow_uuid": "",
            "status": "ENQUEUED",
            "name": name,
            "inputs": self._serializer.serialize({"args": [], "kwargs": args}),
            "serialization": self._serializer.name(),
            "executor_id": self._launch_id,
            "app_version": FLOW_VERSION,
            "application_name": APP_NAME,
            "priority": 0,
            "is_debounced": False,
            "queue_name": None,
            "queue_partition_key": None,
            "class_name": None,
            "config_name": None,
            "authenticated_user": None,
            "assumed_role": None,
            "authenticated_roles": None,
            "created_at": None,
            "updated_at": None,
            "app_id": None,
            "recovery_attempts": None,
            "workflow_timeout_ms": None,
            "workflow_deadline_epoch_ms": None,
            "deduplication_id": None,
            "forked_from": None,
            "parent_workflow_id": None,
            "started_at_epoch_ms": None,
            "delay_until_epoch_ms": None,
            "attributes": None,
            "schedule_name": None,
            "debounce_deadline_epoch_ms": None,
            "shard_key": None,
        }

    def step(self, flow: Owned, number: int, name: str) -> StepOutcome | None:
        """What was recorded of the step, or None.

        Raises FlowChanged if another step was recorded under the number, FlowInterrupted if
        the flow is no longer to be run."""
        try:
            found = self._db.check_operation_execution(flow.flow_id, number, name)
        except DBOSUnexpectedStepError as error:
            raise FlowChanged(f"The flow's steps no longer match its record: {error}") from error
        except DBOSBaseException as error:
            raise FlowInterrupted(str(error)) from error
        return None if found is None else self._serializer.deserialize(str(found["output"]))

    def keep_step(
        self, flow: Owned, number: int, name: str, outcome: StepOutcome, *, began_ms: int, ended_ms: int
    ) -> None:
        """Record the step. May be repeated with the same times.

        Raises FlowInterrupted if the flow now belongs to another claim."""
        try:
            self._db.record_operation_result(
                {
                    "workflow_uuid": flow.flow_id,
                    "function_id": number,
                    "function_name": name,
                    "output": self._serializer.serialize(outcome),
                    "error": None,
                    "serialization": self._serializer.name(),
                    "started_at_epoch_ms": began_ms,
                    "child_workflow_id": None,
                },
                completed_at_epoch_ms=ended_ms,
                owner_xid=flow.owner,
            )
        except DBOSStepNondeterminismError as error:
            raise FlowChanged(f"The flow's steps no longer match its record: {error}") from error
        except DBOSBaseException as error:
            raise FlowInterrupted("The flow now belongs to another claim.") from error

    def end(self, flow: Owned, result: Any) -> bool:
        """Record the flow's end: a value, or the exception that ended it. False if it is not ours
        (any more); also when the same end was recorded before."""
        text, failed = self._serializer.serialize(result), isinstance(result, Exception)
        return self._db.update_workflow_outcome(
            flow.flow_id,
            "ERROR" if failed else "SUCCESS",
            output=None if failed else text,
            error=text if failed else None,
            owner_xid=flow.owner,
        )

    def state(self, flow_id: str) -> str | None:
        """DBOS' word for the state of a flow, or None."""
        query = sa.select(self._table.c.status).where(self._table.c.workflow_uuid == flow_id)
        with self._db.engine.connect() as connection:
            return connection.execute(query).scalar()

    def unfinished(self) -> list[tuple[str, str, str]]:
        """(id, name, state) of all flows that wait or run, oldest first."""
        table = self._table
        query = (
            sa.select(table.c.workflow_uuid, table.c.name, table.c.status)
            .where(table.c.status.in_(("ENQUEUED", "PENDING")))
            .order_by(table.c.created_at, table.c.workflow_uuid)
        )
        with self._db.engine.connect() as connection:
            return [(str(i), str(n), str(s)) for i, n, s in connection.execute(query)]

    def result(self, flow_id: str) -> tuple[str | None, Any]:
        """(state, value or exception) of a flow; (None, None) if it is not known."""
        kept = self._db.tables.workflow_output
        query = (
            sa.select(self._table.c.status, kept.c.output, kept.c.error)
            .select_from(self._table.outerjoin(kept, kept.c.workflow_uuid == self._table.c.workflow_uuid))
            .where(self._table.c.workflow_uuid == flow_id)
        )
        with self._db.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None, None
        text = row.output if row.output is not None else row.error
        return str(row.status), None if text is None else self._serializer.deserialize(text)

    def forget(self, before_ms: int) -> int:
        """Delete flows that ended before; returns how many."""
        table, deleted = self._table, 0
        query = (
            sa.select(table.c.workflow_uuid)
            .where(table.c.completed_at < before_ms, table.c.status.in_(_FINISHED))
            .limit(_DELETE_AT_ONCE)
        )
        while True:
            with self._db.engine.connect() as connection:
                flow_ids = [str(row[0]) for row in connection.execute(query)]
            if not flow_ids:
                return deleted
            self._db.delete_workflows(flow_ids)
            deleted += len(flow_ids)
