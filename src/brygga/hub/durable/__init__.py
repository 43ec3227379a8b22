"""Durable flows: work that is finished once, also when the process is killed in the middle.

A flow is an async function of named steps. Each step's result is recorded; a flow that was cut
off runs again from the top, and its finished steps answer from the record. DBOS keeps the
records (`records.py`, the only module that knows it): one SQLite file for one process, or a
schema of a PostgreSQL that several processes share.

What is guaranteed
* A step whose result was recorded is never run again. A step that was cut off between its
  effect and its record is run again: steps must bear that, or find out what happened first.
* When the database takes no records (away, full), a finished step waits with its result; it
  is neither failed nor repeated, unless the process ends meanwhile.
* An id starts one flow, until `forget` removes it.
* Of one key at most one flow is marked as running, over all processes, always: a claim and
  the marks it looks at are one transaction, and claims on a queue exclude each other.
* SQLite: one process per file, by a lock of the operating system. Network file systems may
  not keep it. With durability FULL also a power cut loses nothing recorded.
* PostgreSQL: a worker that has not renewed its heartbeat for `takeover_after_s` is taken over
  by a living one. It has stopped by its own clock at four fifths of that time: no step begins
  after (`still_mine`), steps in progress are cancelled, and nothing it still tries to record is
  accepted, because every claim writes a new token and each record needs the newest.

What is not
* A process frozen by the system in the middle of a step (stopped, swapped out, a paused
  virtual machine) and thawed after a takeover finishes the statement it was in before it can
  notice. What that sends may meet what the new owner sends for the same step. Ask
  `still_mine` right before each sending, and give each sending a key of its own.
* The clock that does not run while a machine sleeps (suspend) does not see that time pass;
  the database's does. The first heartbeat after waking then ends the lease.
* Two processes that are given the same `worker_id` are told apart by a lock of their database
  session and by the heartbeat. If the first loses its session in the very moment in which the
  second starts, the second takes its flows; the first is fenced at its next heartbeat.
* After a fence the worker stays fenced until it is launched anew, also if the cause was only
  a database that was away for longer than the limit.
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
