"""Errors by what the caller should do about them.

    BryggaError
    ├── Retryable        try again later; `after_s` may say when
    ├── NeedsSignIn      only a person can mend it: opens a repair
    ├── Rejected         the receiver refused this item; repeating changes nothing
    ├── OutcomeUnknown   sent, no answer: read back before sending again
    ├── Unsupported      the receiver cannot do this; nothing was sent
    ├── Invalid          a value cannot be used; nothing was sent or stored
    ├── Refused          we stopped it ourselves: a rule of the house forbids it
    └── SetupError       the program cannot start as it is set up

Each carries connection, operation and correlation id, and a Swedish text for the person
who meets it: what happened, what still works, who can mend it, which step.
"""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """Whose fault an error is; decides who is asked to mend it."""

    PROVIDER = "provider"
    OFFICE = "office"
    OURS = "ours"
    NETWORK = "network"
    NOBODY = "nobody"


class BryggaError(Exception):
    """Base of all errors that brygga raises on purpose."""

    kind = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        sv: str = "",
        connection: str = "",
        operation: str = "",
        correlation_id: str = "",
        fault: Fault = Fault.NOBODY,
        status: int | None = None,
        after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.kind
        self.sv = sv or message
        self.connection = connection
        self.operation = operation
        self.correlation_id = correlation_id
        self.fault = fault
        self.status = status
        self.after_s = after_s

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders (durable flows) as their named facts."""
        return (_rebuild, (type(self), self.message, self.facts()))

    def facts(self) -> dict[str, str | int | float | None]:
        """The error as plain values, fit for a table row or a log line."""
        return {
            "code": self.code,
            "sv": self.sv,
            "connection": self.connection,
            "operation": self.operation,
            "correlation_id": self.correlation_id,
            "fault": str(self.fault),
            "status": self.status,
            "after_s": self.after_s,
        }


def _rebuild(cls: type[BryggaError], message: str, facts: dict[str, object]) -> BryggaError:
    return cls(message, **{**facts, "fault": Fault(str(facts["fault"]))})  # type: ignore[arg-type]  # facts() made them


class Retryable(BryggaError):
    """Try again later. `after_s` (seconds) may say when the provider wants us back."""

    kind = "retryable"


class NeedsSignIn(BryggaError):
    """Only a person can fix it: opens a repair."""

    kind = "needs_sign_in"


class Rejected(BryggaError):
    """The receiver refused this item. Repeating changes nothing."""

    kind = "rejected"


class OutcomeUnknown(BryggaError):
    """Sent, no answer. Read back before sending again."""

    kind = "outcome_unknown"


class Unsupported(BryggaError):
    """The receiver cannot do this; known before anything was sent."""

    kind = "unsupported"


class Invalid(BryggaError):
    """A value, setting or answer cannot be used."""

    kind = "invalid"


class Refused(BryggaError):
    """We stopped it ourselves: the vanish brake, a closed breaker, an address we do not call."""

    kind = "refused"


class SetupError(BryggaError):
    """The program cannot start or go on as it is set up: one sentence, non-zero exit."""

    kind = "setup"


ALL_KINDS: dict[str, type[BryggaError]] = {
    cls.kind: cls
    for cls in (Retryable, NeedsSignIn, Rejected, OutcomeUnknown, Unsupported, Invalid, Refused, SetupError)
}
