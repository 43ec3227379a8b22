"""OpenTelemetry spans for outgoing calls. Only the API is used: without an SDK they cost next to nothing."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from brygga.model.errors import BryggaError
from brygga.wire.call import Answer, Call

NAME = "brygga.wire"


def tracer() -> Tracer:
    """The tracer of whatever SDK the program set up, or one that does nothing."""
    return trace.get_tracer(NAME)


def start(tracer: Tracer, call: Call, *, connection: str, correlation_id: str) -> Span:
    """A client span. No address, query, header or body: those may hold persons and secrets."""
    span = tracer.start_span(f"{connection} {call.operation}", kind=SpanKind.CLIENT)
    if span.is_recording():
        span.set_attribute("brygga.connection", connection)
        span.set_attribute("brygga.operation", call.operation)
        span.set_attribute("brygga.correlation_id", correlation_id)
        span.set_attribute("http.request.method", call.method)
    return span


def ended_well(span: Span, answer: Answer) -> None:
    """The span of a call that got its answer."""
    if span.is_recording():
        span.set_attribute("http.response.status_code", answer.status)
        span.set_attribute("brygga.attempts", answer.attempts)
        span.set_attribute("brygga.from_cache", answer.from_cache)
        span.set_attribute("brygga.stale", answer.stale)
    span.end()


def ended_badly(span: Span, error: BryggaError) -> None:
    """The span of a call that failed: the error's kind and code, not its text."""
    if span.is_recording():
        if error.status is not None:
            span.set_attribute("http.response.status_code", error.status)
        span.set_attribute("error.type", error.kind)
        span.set_status(Status(StatusCode.ERROR, error.code))
    span.end()
