"""What an SMTP server's replies and failures mean, as the house's errors with their Swedish texts.

Sources: RFC 5321 §4.2 (reply codes), RFC 3463 (enhanced codes), RFC 4954 §6 (535).
"""

from __future__ import annotations

import re
from typing import Final

from brygga.model.errors import BryggaError, Fault, NeedsSignIn, Refused, Rejected, Retryable
from brygga.wire import correlation

AGAIN: Final = "Vi försöker igen. Du behöver inte göra något."
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CANNOT_LOG_IN = frozenset({530, 534, 535, 538})
_FAULTS = {
    "later": Fault.PROVIDER,
    "unreachable": Fault.NETWORK,
    "outcome_unknown": Fault.NETWORK,
    "no_slot": Fault.OURS,
}
"""Error code → whose fault it is; all others are the office's."""


class SmtpErrors:
    """Makes the errors of one connection. The server's own words stay out: they may name people."""

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def certificate(self, operation: str) -> BryggaError:
        """The server did not prove who it is."""
        return self.error(
            Refused,
            operation,
            "certificate",
            "Mejlserverns certifikat stämmer inte. Inget skickades. Be den som sköter servern se efter.",
        )

    def sign_in_needed(self, operation: str, message: str) -> BryggaError:
        """Only a person can mend it."""
        return self.error(
            NeedsSignIn,
            operation,
            "sign_in_refused",
            "Mejlservern godtar inte inloggningen. Mejlen väntar så länge. Byt lösenordet.",
            message=message,
        )

    def judged(self, operation: str, code: int, words: str) -> BryggaError:
        """A reply as an error: 4xx later, 5xx never, and those that ask for a sign-in."""
        shown = enhanced(code, words)
        if code in _CANNOT_LOG_IN:
            return self.sign_in_needed(operation, f"the server answered {shown}")
        if 400 <= code < 500:
            sv = f"Mejlservern bad oss vänta. {AGAIN}"
            return self.error(Retryable, operation, "later", sv, message=f"answered {shown}", status=code)
        sv = f"Mejlservern tog inte emot mejlet ({shown}). Att skicka igen hjälper inte."
        return self.error(Rejected, operation, "refused", sv, message=f"answered {shown}", status=code)

    def error(
        self,
        kind: type[BryggaError],
        operation: str,
        code: str,
        sv: str,
        *,
        message: str = "",
        status: int | None = None,
    ) -> BryggaError:
        """An error of this connection, with the trace number of the work under way."""
        return kind(
            f"{self._connection}: {operation}: {message or code.replace('_', ' ')}",
            code=code,
            sv=sv,
            connection=self._connection,
            operation=operation,
            correlation_id=correlation.current(),
            fault=_FAULTS.get(code, Fault.OFFICE),
            status=status,
        )


def enhanced(code: int, words: str) -> str:
    """The enhanced status code in a reply (`5.1.1`), else the reply code itself."""
    found = _ENHANCED.search(words)
    return found[1] if found else str(code)
