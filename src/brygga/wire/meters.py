"""What wire counts, for Prometheus. Labels are names of ours (connection, operation), never values."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_MODES = {"closed": 0, "open": 1, "blocked": 2}


class Meters:
    """The metrics of one process; one object per registry, shared by all connections."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        into = registry if registry is not None else CollectorRegistry()
        self.registry = into
        per_call = ("connection", "operation")
        self._calls = Counter(
            "brygga_wire_calls_total", "Calls by outcome.", (*per_call, "outcome"), registry=into
        )
        self._seconds = Histogram(
            "brygga_wire_call_seconds",
            "Seconds per call, waits and repeats included.",
            per_call,
            buckets=_SECONDS,
            registry=into,
        )
        self._retries = Counter(
            "brygga_wire_retries_total", "Repeats by reason.", (*per_call, "reason"), registry=into
        )
        self._waits = Histogram(
            "brygga_wire_slot_wait_seconds",
            "Seconds that calls waited for the rate limit.",
            ("connection",),
            buckets=_SECONDS,
            registry=into,
        )
        self._breaker = Gauge(
            "brygga_wire_breaker",
            "0 closed, 1 open, 2 blocked by the provider; as this process last saw it.",
            ("connection", "ability"),
            registry=into,
        )
        self._ended: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}
        self._waiting: dict[str, Histogram] = {}

    def ended(self, connection: str, operation: str, outcome: str, took_s: float) -> None:
        """A call ended: `ok`, `cache`, `stale`, or the kind of its error."""
        at = (connection, operation, outcome)
        if at not in self._ended:
            self._ended[at] = (self._calls.labels(*at), self._seconds.labels(connection, operation))
        calls, seconds = self._ended[at]
        calls.inc()
        seconds.observe(took_s)

    def retried(self, connection: str, operation: str, reason: str) -> None:
        """A call is tried again; `reason` is the error's code."""
        self._retries.labels(connection, operation, reason).inc()

    def waited(self, connection: str, seconds: float) -> None:
        """A call got its slot after that long."""
        if connection not in self._waiting:
            self._waiting[connection] = self._waits.labels(connection)
        self._waiting[connection].observe(seconds)

    def breaker(self, connection: str, ability: str, mode: str) -> None:
        """A breaker changed; `ability` is empty for the whole connection."""
        self._breaker.labels(connection, ability).set(_MODES[mode])
