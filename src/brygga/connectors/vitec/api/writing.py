"""What may be written to Vitec, draft by draft: each kind by its own writer, one after the other.

Nothing may be written until the setting `write_kinds` names its kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeGuard

from brygga.connectors.abilities import Draft, Writable, Written
from brygga.connectors.vitec.mapping.outward import seen
from brygga.model import BryggaError, NeedsSignIn, OutcomeUnknown, Refused, Unsupported

_DOWN = "address_refused"


class Writer(Protocol):
    """Writes drafts of one kind."""

    async def write(self, draft: Draft) -> Written:
        """Carry one draft out. Raises the errors of `brygga.model.errors`."""
        ...

    async def read_back(self, draft: Draft) -> Written | None:
        """Look whether it was carried out."""
        ...


class Writing:
    """The writers of one customer, and which of them may be used."""

    def __init__(
        self, writers: Mapping[str, Writer], *, connection: str, settings: Mapping[str, Any]
    ) -> None:
        self._connection = connection
        named = {kind.strip() for kind in str(settings.get("write_kinds") or "").split(",")}
        wanted = set(writers) if "all" in named else named & set(writers)
        self._writers = {kind: writer for kind, writer in writers.items() if kind in wanted}
        self._known = set(writers)

    def writable(self) -> Mapping[str, Writable]:
        """Kind → what can be done, of the kinds that the settings allow."""
        return {kind: seen.WRITABLE[kind] for kind in self._writers}

    async def write(self, drafts: Sequence[Draft]) -> list[Written | BryggaError]:
        """One outcome per draft, in order.

        Raises Unsupported for a kind that cannot be written at all, and what stops the whole
        connection if it comes before the first draft was carried out.
        """
        writer = self._writer(drafts[0].kind) if drafts else None
        outcomes: list[Written | BryggaError] = []
        down: BryggaError | None = None
        for draft in drafts:
            if down is not None or writer is None:
                outcomes.append(down or self._closed(draft.kind))
                continue
            outcome = await self._one(self._writer(draft.kind), draft)
            outcomes.append(outcome)
            if _is_down(outcome):
                down = outcome
        if down is not None and not any(isinstance(one, Written | OutcomeUnknown) for one in outcomes):
            raise down
        return outcomes

    async def _one(self, writer: Writer, draft: Draft) -> Written | BryggaError:
        try:
            return await writer.write(draft)
        except BryggaError as error:
            return error

    async def read_back(self, draft: Draft) -> Written | None:
        """See `WriteRecords.read_back`."""
        return await self._writer(draft.kind).read_back(draft)

    def _writer(self, kind: str) -> Writer:
        writer = self._writers.get(kind)
        if writer is None:
            raise self._closed(kind)
        return writer

    def _closed(self, kind: str) -> Unsupported:
        possible = kind in self._known
        return Unsupported(
            f"Writing {kind} is not allowed by the settings." if possible else f"Vitec takes no {kind}.",
            code="not_allowed" if possible else "kind_unsupported",
            sv="Att skriva sådant till Vitec är inte påslaget för anslutningen. Inget skickades."
            if possible
            else "Vitec tar inte emot sådana uppgifter utifrån. Inget skickades. Lägg in dem för hand.",
            connection=self._connection,
            operation="write",
        )


def _is_down(outcome: Written | BryggaError) -> TypeGuard[BryggaError]:
    """Whether it stops the whole connection and not just this draft."""
    return isinstance(outcome, NeedsSignIn) or (isinstance(outcome, Refused) and outcome.code == _DOWN)
