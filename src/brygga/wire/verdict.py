"""What an answer means: status or condition → error kind, whose fault, the Swedish text. A table, no ifs.

A connector's own rows come first: the longest operation prefix wins, within it an exact status
before a class. What no row covers is covered by `DEFAULTS`.
"""

from __future__ import annotations

from brygga.model.errors import ALL_KINDS, BryggaError, Fault, OutcomeUnknown
from brygga.wire.call import Call, ErrorRule, Profile

_AGAIN_SV = "Brygga provar igen av sig själv; ni behöver inte göra något."
_OURS_SV = "Det är ett fel i brygga eller i kopplingens inställningar; hör av er till den som sköter brygga."


def _row(status: str, kind: str, fault: Fault, code: str, sv: str) -> ErrorRule:
    return ErrorRule(status=status, kind=kind, fault=fault, code=code, sv=sv)


DEFAULTS: tuple[ErrorRule, ...] = (
    _row(
        "401",
        "needs_sign_in",
        Fault.OFFICE,
        "sign_in_needed",
        "Tjänsten godtar inte längre inloggningen. Byt uppgifterna under Anslutningar; "
        "allt som väntar ligger kvar.",
    ),
    _row(
        "403",
        "needs_sign_in",
        Fault.OFFICE,
        "no_right",
        "Tjänsten nekar oss den här uppgiften. Kontrollera behörigheten hos tjänsten; "
        "allt som väntar ligger kvar.",
    ),
    _row(
        "404",
        "rejected",
        Fault.NOBODY,
        "not_found",
        "Tjänsten känner inte till posten. Övriga påverkas inte.",
    ),
    _row("410", "rejected", Fault.NOBODY, "gone", "Posten är borttagen hos tjänsten. Övriga påverkas inte."),
    _row("408", "retryable", Fault.NETWORK, "too_slow", f"Anropet kom inte fram i tid. {_AGAIN_SV}"),
    _row(
        "409",
        "rejected",
        Fault.NOBODY,
        "conflict",
        "Posten har ändrats hos tjänsten under tiden. Titta på den.",
    ),
    _row(
        "412",
        "rejected",
        Fault.NOBODY,
        "conflict",
        "Posten har ändrats hos tjänsten under tiden. Titta på den.",
    ),
    _row("425", "retryable", Fault.OURS, "too_early", f"Tjänsten bad oss komma tillbaka. {_AGAIN_SV}"),
    _row("429", "retryable", Fault.OURS, "too_many", f"Tjänsten bad oss vänta: för många anrop. {_AGAIN_SV}"),
    _row(
        "3xx", "rejected", Fault.PROVIDER, "redirected", f"Tjänsten hänvisar till en annan adress. {_OURS_SV}"
    ),
    _row(
        "4xx", "rejected", Fault.OURS, "refused_item", "Tjänsten tog inte emot posten. Övriga påverkas inte."
    ),
    _row(
        "501", "unsupported", Fault.PROVIDER, "unsupported", "Tjänsten kan inte det här. Inget har ändrats."
    ),
    _row("5xx", "retryable", Fault.PROVIDER, "provider_down", f"Tjänsten har ett eget fel. {_AGAIN_SV}"),
    _row("timeout", "retryable", Fault.NETWORK, "timeout", f"Tjänsten svarade inte i tid. {_AGAIN_SV}"),
    _row(
        "connect", "retryable", Fault.NETWORK, "unreachable", f"Tjänsten går inte att nå just nu. {_AGAIN_SV}"
    ),
    _row("reset", "retryable", Fault.NETWORK, "cut_off", f"Förbindelsen bröts mitt i svaret. {_AGAIN_SV}"),
    _row(
        "not_json", "retryable", Fault.PROVIDER, "not_json", f"Tjänstens svar gick inte att läsa. {_AGAIN_SV}"
    ),
    _row(
        "html",
        "retryable",
        Fault.PROVIDER,
        "html",
        f"Tjänsten svarade med en webbsida i stället för data. {_AGAIN_SV}",
    ),
    _row("too_large", "rejected", Fault.PROVIDER, "too_large", "Svaret var orimligt stort och lästes inte."),
)

_LAST = _row("", "rejected", Fault.PROVIDER, "odd_status", f"Tjänsten svarade något oväntat. {_OURS_SV}")

_DOUBT_SV = (
    "Vi skickade, men fick inget säkert svar. Det kan ha gått fram. Brygga skickar inte igen av sig själv: "
    "kontrollera hos tjänsten och välj sedan att skicka igen eller att det är klart."
)


class Table:
    """The rows that hold for one connection."""

    def __init__(self, profile: Profile) -> None:
        """Raises ValueError when a row names an error kind that does not exist."""
        odd = sorted({rule.kind for rule in profile.errors} - ALL_KINDS.keys())
        if odd:
            raise ValueError(f"{profile.connection}: no such error kind: {', '.join(odd)}")
        self._own, self._connection = profile.errors, profile.connection
        self._found: dict[tuple[str, str], ErrorRule] = {}

    def rule(self, operation: str, status: str) -> ErrorRule:
        """The row for `status` (a number as text or a named condition) of `operation`."""
        rule = self._found.get((operation, status))
        if rule is None:
            rule = self._found[operation, status] = self._find(operation, status)
        return rule

    def owns(self, rule: ErrorRule) -> bool:
        """Whether the row is the connector's own: it knows what its provider means by a status."""
        return rule in self._own

    def _find(self, operation: str, status: str) -> ErrorRule:
        names = (status, f"{status[0]}xx") if status.isdigit() else (status,)
        own = [r for r in self._own if r.status in names and operation.startswith(r.operation)]
        own.sort(key=lambda r: (len(r.operation), r.status == status), reverse=True)
        ours = [r for name in names for r in DEFAULTS if r.status == name]
        return next(iter(own + ours), _LAST)

    def error(
        self,
        call: Call,
        rule: ErrorRule,
        *,
        status: int | None,
        said: str,
        doubtful: bool,
        after_s: float | None,
        correlation_id: str,
    ) -> BryggaError:
        """The error to raise. `said`: what happened, masked. `doubtful`: it may have been carried out."""
        kind = OutcomeUnknown if doubtful else ALL_KINDS[rule.kind]
        return kind(
            f"{self._connection}: {call.operation}: {said}",
            code=rule.code,
            sv=_DOUBT_SV if kind is OutcomeUnknown and rule.kind != "outcome_unknown" else rule.sv,
            connection=self._connection,
            operation=call.operation,
            correlation_id=correlation_id,
            fault=rule.fault,
            status=status,
            after_s=after_s,
        )
