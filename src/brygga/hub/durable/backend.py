# ruff: noqa: SLF001 - DBOS offers no public way to start a claimed flow, or to insert one and
# learn whether it was new; its version is pinned and the tests hold us to it.
"""The only module that knows DBOS: everything brygga wants of it, and nothing more.

DBOS is used for recording: rows of flows, rows of steps, and the token that lets only the
newest claim of a flow write (`owner_xid`). Its own queue threads are left idle, because they
poll each queue with three statements (7 % of a core per queue at 50 ms, measured);
`dispatch.py` and `claims.py` do that work, when there is something to take.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, Serializer
from dbos._core import execute_dequeued_workflow, prepare_enqueued_workflow
from dbos._error import (
    DBOSBaseException,
    DBOSConflictingWorkflowError,
    DBOSStepNondeterminismError,
    DBOSUnexpectedStepError,
)
from dbos._outcome import NoResult
from dbos._sys_db import SystemDatabase

from brygga.hub.durable.claims import FLOW_VERSION, Claim, Claims, launch_id_for
from brygga.hub.durable.context import StepOutcome
from brygga.hub.durable.errors import FlowChanged, FlowInterrupted, UnknownFlow
from brygga.hub.durable.values import error_to_json, from_json, to_json

log = logging.getLogger(__name__)

_THREADS = 32
_DELETE_AT_ONCE = 500
_FINISHED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
FlowBody = Callable[..., Coroutine[Any, Any, Any]]


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


class _NoFlowErrors(logging.Filter):
    """Drops DBOS' tracebacks of failed flows: the error is a flow's result, recorded and
    given to whoever asks for it, and its text may hold personal data."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for the records that only repeat a recorded or raised error."""
        text = record.msg if isinstance(record.msg, str) else ""
        return not text.startswith(
            ("Exception encountered in", "Asyncio task cancelled", "DBOS failed to launch")
        )


_FILTER = _NoFlowErrors()


class Backend:
    """One launched DBOS. All methods but `run_step` and `sleep` block: call them in a thread."""

    def __init__(self, engine: sa.Engine, *, schema: str, worker_id: str) -> None:
        self._engine, self._schema = engine, schema
        self.launch_id = launch_id_for(worker_id)
        self.claims = Claims(engine, schema=schema, launch_id=self.launch_id)
        self._bodies: dict[str, FlowBody] = {}
        self._dbos: DBOS | None = None
        self._pool_before: Any = None

    def prepare(self, bodies: dict[str, FlowBody]) -> None:
        """Make the DBOS singleton on the event loop whose flows it shall run."""
        logger = logging.getLogger("dbos")
        if not logger.handlers:
            # Without a handler DBOS adds one to the console and stops propagation.
            logger.addHandler(logging.NullHandler())
        if _FILTER not in logger.filters:
            logger.addFilter(_FILTER)
        self._pool_before = getattr(asyncio.get_running_loop(), "_default_executor", None)
        self._dbos = DBOS(config=self._config())
        self._dbos._background_event_loop.set_main_loop()
        for name, body in bodies.items():
            # No limit of attempts: being killed often is not a fault of the flow.
            self._bodies[name] = DBOS.workflow(name=name, max_recovery_attempts=None)(body)
        # None of its queue threads: dispatch.py claims.
        DBOS.listen_queues([])

    def _config(self) -> DBOSConfig:
        is_sqlite = self._engine.dialect.name == "sqlite"
        return {
            "name": "brygga",
            # Only tells DBOS the dialect; the connections come from the engine.
            "system_database_url": "sqlite:///given" if is_sqlite else "postgresql://given/given",
            "system_database_engine": self._engine,
            "dbos_system_schema": self._schema,
            "application_version": FLOW_VERSION,
            "executor_id": self.launch_id,
            "serializer": JsonSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
            "use_listen_notify": False,
            "max_executor_threads": _THREADS,
            # Notifications are not used; the interval only decides how long a stop takes.
            "notification_listener_polling_interval_sec": 0.1,
            "scheduler_polling_interval_sec": 3600.0,
        }

    def launch(self) -> None:
        """Create or upgrade the tables and start DBOS' threads."""
        DBOS.launch()

    def destroy(self) -> None:
        """End DBOS' threads and close the pool. Safe to call twice."""
        if self._dbos is not None and self._dbos._sys_db_field is not None:
            # Threads that wait for a lost database must end now rather than when it returns.
            self._dbos._sys_db_field._retry_connection_errors = False
        DBOS.destroy(destroy_registry=True)
        self._dbos = None
        self._engine.dispose()

    def give_back_pool(self, loop: asyncio.AbstractEventLoop) -> None:
        """DBOS made its threads the loop's default for to_thread; they are gone now."""
        from concurrent.futures import ThreadPoolExecutor

        loop.set_default_executor(self._pool_before or ThreadPoolExecutor())

    @property
    def _db(self) -> SystemDatabase:
        assert self._dbos is not None  # noqa: S101 - the engine calls nothing before launch
        return self._dbos._sys_db

    def enqueue(
        self, name: str, args: dict[str, Any], *, flow_id: str, queue: str, key: str, priority: int
    ) -> bool:
        """Insert the flow. False if the id existed already (then nothing changes)."""
        assert self._dbos is not None  # noqa: S101 - the engine calls nothing before launch
        status = prepare_enqueued_workflow(
            self._dbos,
            self._bodies[name],
            (),
            args,
            queue_name=queue,
            workflow_id=flow_id,
            queue_partition_key=key,
        )
        status["priority"] = priority
        try:
            return self._db.init_workflow(status, creator_xid=str(uuid.uuid4()))[1]
        except DBOSConflictingWorkflowError as error:
            raise UnknownFlow(f"The flow id {flow_id!r} belongs to another kind of flow.") from error

    def begin(self, claim: Claim) -> list[str]:
        """Start the claimed flows on the event loop; returns those that could not be."""
        assert self._dbos is not None  # noqa: S101 - the engine calls nothing before launch
        failed = set(claim.flow_ids)
        for status in self._db.get_workflow_statuses(claim.flow_ids):
            try:
                execute_dequeued_workflow(self._dbos, status, claim.owner)
                failed.discard(status["workflow_uuid"])
            except Exception:  # one flow that cannot start must not hold up the others
                log.warning("flow %s could not be started", status["workflow_uuid"], exc_info=True)
        return list(failed)

    async def run_step(self, name: str, run: Callable[[], Coroutine[Any, Any, StepOutcome]]) -> StepOutcome:
        """Record `run()` once. FlowInterrupted if it cannot be recorded; FlowChanged if the
        step does not fit the record."""
        with _as_ours():
            return await DBOS.run_step_async({"name": name}, run)

    async def sleep(self, seconds: float) -> None:
        """Durable sleep."""
        with _as_ours():
            await DBOS.sleep_async(seconds)

    @staticmethod
    def current_flow_id() -> str:
        """Id of the flow in which we are."""
        return str(DBOS.workflow_id)

    def state(self, flow_id: str) -> str | None:
        """DBOS' word for the state of a flow, or None."""
        table = self._db.tables.workflow_status
        with self._db.engine.connect() as connection:
            query = sa.select(table.c.status).where(table.c.workflow_uuid == flow_id)
            return connection.execute(query).scalar()

    def unfinished(self) -> list[tuple[str, str, str]]:
        """(id, name, state) of all flows that wait or run, oldest first."""
        table = self._db.tables.workflow_status
        query = (
            sa.select(table.c.workflow_uuid, table.c.name, table.c.status)
            .where(table.c.status.in_(("ENQUEUED", "PENDING", "DELAYED")))
            .order_by(table.c.created_at, table.c.workflow_uuid)
        )
        with self._db.engine.connect() as connection:
            return [(str(i), str(n), str(s)) for i, n, s in connection.execute(query)]

    def result(self, flow_id: str) -> tuple[bool, Any]:
        """(finished?, result). Raises what the flow raised."""
        found = self._db.check_workflow_result(flow_id, fail_if_missing=True)
        return (False, None) if isinstance(found, NoResult) else (True, found)

    def forget(self, before_ms: int) -> int:
        """Delete flows that finished before; returns how many."""
        table = self._db.tables.workflow_status
        query = (
            sa.select(table.c.workflow_uuid)
            .where(table.c.completed_at < before_ms, table.c.status.in_(_FINISHED))
            .limit(_DELETE_AT_ONCE)
        )
        deleted = 0
        while True:
            with self._db.engine.connect() as connection:
                flow_ids = [str(row[0]) for row in connection.execute(query)]
            if not flow_ids:
                return deleted
            self._db.delete_workflows(flow_ids)
            deleted += len(flow_ids)


@contextmanager
def _as_ours() -> Iterator[None]:
    """DBOS' and the driver's errors around a step, as what they mean for the flow.

    What the step itself raised never comes this way: it is part of the recorded outcome."""
    try:
        yield
    except (DBOSUnexpectedStepError, DBOSStepNondeterminismError) as error:
        raise FlowChanged(f"The flow's steps no longer match its record: {error}") from error
    except asyncio.CancelledError:
        raise
    except (Exception, DBOSBaseException) as error:
        log.warning("a step could not be recorded, its flow stops here: %s", error)
        raise FlowInterrupted(str(error)) from error
