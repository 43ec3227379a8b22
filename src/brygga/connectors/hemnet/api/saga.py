"""Does the steps of a publication. Each looks in the progress, then at Hemnet, and only then writes.

So a step can be run again with the progress as it was before it: after a crash between the
remote effect and our saving of it, what was made is found and taken over, never made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from brygga.connectors.abilities import Publication, StepResult
from brygga.connectors.hemnet.api.adding import Adding
from brygga.connectors.hemnet.api.calls import Calls
from brygga.connectors.hemnet.api.pictures import Pictures
from brygga.connectors.hemnet.api.showing import Showing
from brygga.connectors.hemnet.api.stage import Look, Run
from brygga.connectors.hemnet.mapping import plan
from brygga.connectors.hemnet.mapping.bodies import Bodies
from brygga.connectors.hemnet.schema import Settings, kept, progress_of
from brygga.model import OutcomeUnknown, Refused, Unsupported
from brygga.wire import correlation
from brygga.wire.call import Repeat


class Saga:
    """All steps of one connection."""

    def __init__(
        self,
        calls: Calls,
        *,
        connection: str,
        bodies: Bodies,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._runs: dict[str, Run] = {}
        self._looks: dict[str, Look] = {}
        for stage in (Adding, Pictures, Showing):
            made = stage(calls, connection=connection, bodies=bodies, settings=settings, now=now)
            self._runs.update(made.runs())
            self._looks.update(made.looks())

    async def run(self, step: str, publication: Publication, state: Mapping[str, Any]) -> StepResult:
        """Do one step; the whole new state. Raises Unsupported for a step that is none."""
        if step not in self._runs:
            raise Unsupported(f"there is no step {step!r}", code="unknown_step", connection=self._connection)
        progress = progress_of(state)
        with _traced(publication):
            done = await self._runs[step](publication, progress)
        return StepResult(state=kept(progress, state), again_after_s=done.again_after_s, sv=done.sv)

    async def read_back(
        self, step: str, publication: Publication, state: Mapping[str, Any]
    ) -> StepResult | None:
        """Look whether a doubtful step was done. A step that may simply be repeated counts as not done."""
        look = self._looks.get(step)
        if look is None:
            return None
        if plan.step_of(step, self._settings).repeat is Repeat.NONE:
            raise self._doubt(step, "this connection has no reference of ours to look it up by")
        progress = progress_of(state)
        try:
            with _traced(publication):
                found = await look(publication, progress)
        except Refused as error:
            raise self._doubt(step, error.message) from error
        return StepResult(state=kept(progress, state)) if found else None

    def _doubt(self, step: str, why: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"{step}: {why}",
            code="outcome_unknown",
            sv="Vi vet inte om det kom fram till Hemnet. Vi skickar inte igen förrän du har svarat.",
            connection=self._connection,
            operation=step,
        )


def _traced(publication: Publication) -> AbstractContextManager[str]:
    """All calls of a step carry the publication's trace number, or the one already in use."""
    return correlation.use(publication.correlation_id or correlation.current())
