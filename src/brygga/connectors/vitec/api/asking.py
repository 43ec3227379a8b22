"""Asking and telling the CRM section: what all its calls share (CONTRACT.md §3).

Everything there concerns persons, so no body is logged or kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from brygga.connectors.abilities import Caller, RawRecord
from brygga.connectors.vitec.api.listings import JSON, odd_answer
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.model import OutcomeUnknown, Unsupported
from brygga.wire.call import Answer, Call, Repeat

AT_ONCE = 20
"""Most contact ids in one question."""
_MISSING = frozenset({404})


class Names:
    """The provider's names of members that nobody could tell us, as a setting: `theirs=ours, …`."""

    def __init__(self, text: str) -> None:
        pairs = [one.split("=", 1) for one in text.split(",") if "=" in one]
        self._ours = {theirs.strip(): ours.strip() for theirs, ours in pairs}
        self._theirs = {ours: theirs for theirs, ours in self._ours.items()}

    def inward(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """An answer's members in our names."""
        return {self._ours.get(name, name): value for name, value in row.items()}

    def outward(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A body's members in the provider's names."""
        return {self._theirs.get(name, name): value for name, value in body.items()}


class Crm:
    """Calls of one customer. Raises what wire raises."""

    def __init__(self, wire: Caller, *, connection: str, customer: str) -> None:
        self._wire = wire
        self.connection = connection
        self.customer = customer
        self.root = f"/CRM/Contact/{segment(customer)}"

    async def get(
        self, operation: str, path: str, query: tuple[tuple[str, str], ...] = (), *, missing: bool = False
    ) -> Answer:
        """`missing`: a 404 is an answer too."""
        accept = _MISSING if missing else frozenset[int]()
        return await self._wire.call(
            Call(
                operation=operation,
                path=path,
                query=query,
                headers=JSON,
                accept_status=accept,
                sensitive=True,
            )
        )

    async def ask(self, operation: str, path: str, question: Any) -> Answer:
        """A question that travels as a POST and changes nothing."""
        return await self._wire.call(
            Call(operation=operation, method="POST", path=path, json=question, headers=JSON, sensitive=True)
        )

    async def tell(
        self, operation: str, path: str, body: Any = None, *, method: str = "POST", repeat: Repeat
    ) -> Answer:
        """A write. Raises OutcomeUnknown where it may have been carried out and cannot be sent again."""
        return await self._wire.call(
            Call(
                operation=operation,
                method=method,
                path=path,
                json=body,
                headers=JSON,
                repeat=repeat,
                sensitive=True,
            )
        )

    def decoded(self, answer: Answer, operation: str) -> Any:
        """The answer's JSON. Raises Retryable when it is none."""
        try:
            return msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise odd_answer(
                self.connection, operation, "not_json", "The answer could not be read."
            ) from error

    def rows(self, answer: Answer, operation: str) -> list[dict[str, Any]]:
        """A list of objects. Raises Unsupported when the answer is something else."""
        rows = self.decoded(answer, operation)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.unknown_shape(operation)
        return rows

    def new_id(self, answer: Answer, operation: str) -> str:
        """The id that a write answers as a bare JSON string. Raises OutcomeUnknown when it is none."""
        try:
            told = msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            told = None
        if is_id(told):
            return str(told)
        raise OutcomeUnknown(
            "Vitec took it but did not say as what.",
            code="no_id_answered",
            sv="Vitec tog emot uppgiften men svarade inte med vad den heter där. Vi ser efter innan något "
            "skickas igen.",
            connection=self.connection,
            operation=operation,
        )

    def unknown_shape(self, operation: str) -> Unsupported:
        """An answer that is not what this connector knows how to read: nothing is concluded from it."""
        return Unsupported(
            f"Vitec's answer to {operation} is not of a form that is known here.",
            code="unknown_answer",
            sv="Vitecs svar ser inte ut som väntat. Allt annat fungerar som vanligt. "
            "Se över inställningarna för anslutningen.",
            connection=self.connection,
            operation=operation,
        )


def segment(text: str) -> str:
    """One step of a path, whatever is in it."""
    return quote(text, safe="")


def raw(kind: str, source_id: str, body: bytes, answer: Answer) -> RawRecord:
    """A record's exact bytes, with when they were fetched."""
    at = answer.fetched_at or datetime.now(UTC)
    return RawRecord(kind=kind, source_id=source_id, body=body, fetched_at=at)
