"""What goes into the pipeline and what comes out: a call, an answer, a connection's profile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from brygga.model.errors import Fault


class Repeat(StrEnum):
    """How a repeat of a call is made safe (decision 2).

    read: reads only · key: the receiver honours an idempotency key · natural: PUT on a known
    id, or an act that is the same done twice · readback: can be looked up afterwards · none:
    nothing helps, a doubtful outcome is a question for a person.
    """

    READ = "read"
    KEY = "key"
    NATURAL = "natural"
    READBACK = "readback"
    NONE = "none"

    @property
    def may_resend(self) -> bool:
        """Whether wire itself may send the call again after a doubtful outcome."""
        return self in (Repeat.READ, Repeat.KEY, Repeat.NATURAL)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One outgoing HTTP call. `path` is joined to the connection's base address.

    `operation` is the stable name for limits, metrics, breaker and the error table, such as
    `estate.read`. `sensitive`: neither bodies are logged, cached nor kept. `deadline_s` bounds
    everything, waits and repeats included. `accept_status`: answers to hand back as they are.
    `elsewhere`: `path` is a whole https address that an answer named, such as a picture's. It is
    called without credentials and never on a private network, whatever the connection allows.
    """

    operation: str
    method: str = "GET"
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    json: Any = None
    body: bytes | None = None
    content_type: str = ""
    repeat: Repeat = Repeat.READ
    idempotency_key: str = ""
    deadline_s: float | None = None
    max_bytes: int | None = None
    cacheable: bool = False
    sensitive: bool = False
    accept_status: frozenset[int] = frozenset()
    elsewhere: bool = False
    correlation_id: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A successful answer. `age_s` > 0 and `stale` mean it is the last good one, not a fresh one."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    attempts: int = 1
    from_cache: bool = False
    stale: bool = False
    fetched_at: datetime | None = None
    age_s: float = 0.0


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection's limits, held over all processes. `calls` per `per_s` seconds, `at_once` under way."""

    calls: int = 10
    per_s: float = 1.0
    at_once: int = 5
    answer_bytes: int = 20_000_000
    timeout_s: float = 30.0
    deadline_s: float = 300.0
    attempts: int = 6
    first_wait_s: float = 0.5
    most_wait_s: float = 60.0
    longest_retry_after_s: float = 300.0
    breaker_failures: int = 8
    breaker_rest_s: float = 30.0


class ErrorRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a connector's status table: what a status means, whose fault, and the words.

    `status` is a number as text, a class such as `5xx`, or a named condition: `timeout`,
    `connect`, `reset`, `not_json`, `html`, `too_large`. `kind` names an error of
    `brygga.model.errors` (`retryable`, `needs_sign_in`, `rejected`, …). `operation` limits the
    row to operations with that prefix; the longest match wins. `blocks_office`: stop calling for
    this office and probe daily (a closed office must not be called on and on).
    """

    status: str
    kind: str
    fault: Fault
    code: str
    sv: str
    operation: str = ""
    blocks_office: bool = False


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What wire must know of one connection.

    `authorise` gives the headers that carry the credentials, asked for at each try so that a
    renewed key is used at once. `sign` makes of each try what is sent, for those who want a fresh
    signature in every request. `allow_private`: loopback and private addresses may be called
    (practice mode and an agency's own server; never taken from a provider's answer).
    """

    connection: str
    tenant: str = "default"
    base_url: str = ""
    limits: Limits = Limits()
    errors: tuple[ErrorRule, ...] = ()
    authorise: Callable[[Call], Awaitable[Mapping[str, str]]] | None = None
    sign: Callable[[Call], Awaitable[Call]] | None = None
    allow_private: bool = False
    user_agent: str = "brygga/0.1"
