"""A process' side of the breaker: may we call, and what did the call say about the provider.

Kept per ability of a connection (`estate` of `estate.read`), because a provider's pictures may
be down while its records are well; a closed office is kept for the whole connection. The state
itself is shared (`state.BreakerStore`); here it is remembered for a moment, so that a call to a
well provider costs no question.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import msgspec

from brygga.model.errors import BryggaError, Fault, NeedsSignIn, Retryable
from brygga.wire.call import Limits
from brygga.wire.state import BreakerStore, BreakerView
from brygga.wire.threads import ask

BLOCK_REST_S = 86_400.0  # a closed office is tried once a day
BLOCK_AGAIN_S = 3_600.0  # …and an hour after a probe that told nothing, because it failed on the way
_REMEMBER_S = 1.0


class Pass(msgspec.Struct, frozen=True):
    """Leave to send one call. `probes`: the breakers (key → probe id) whose one probe this call is."""

    ability_key: str
    probes: dict[str, str] = {}

    @property
    def is_probe(self) -> bool:
        """Whether the call is a probe: it is then tried once only."""
        return bool(self.probes)

    def probes_block(self, scope: str) -> bool:
        """Whether it tries if a closed office has opened."""
        return scope in self.probes


class _Seen(msgspec.Struct):
    view: BreakerView
    at: float


class Breaker:
    """The breakers of one connection. `clock`: seconds, monotonic."""

    def __init__(
        self,
        scope: str,
        limits: Limits,
        store: BreakerStore,
        *,
        clock: Callable[[], float],
        told: Callable[[str, str], None] | None = None,
    ) -> None:
        self.scope, self._limits, self._store, self._clock = scope, limits, store, clock
        self._told = told
        self._seen: dict[str, _Seen] = {}
        self._passes: dict[str, Pass] = {}
        self._remember_s = _REMEMBER_S if store.blocking else 0.0

    async def admit(self, operation: str) -> Pass:
        """Leave to send a call of `operation`, perhaps as the one probe.

        Raises NeedsSignIn while the office is blocked, Retryable while the breaker rests;
        nothing has been sent then.
        """
        usual = self._usual(operation)
        probes: dict[str, str] = {}
        for key in (self.scope, usual.ability_key):
            view = await self._look(key)
            if view.mode == "closed":
                continue
            try:
                probes[key] = await self._ask_to_probe(key, view, operation)
            except BryggaError:
                await self.told_nothing(Pass(usual.ability_key, probes))
                raise
        return Pass(usual.ability_key, probes) if probes else usual

    async def check(self, operation: str) -> None:
        """Raise as `admit` does while a breaker rests, without asking to be its probe."""
        for key in (self.scope, self._usual(operation).ability_key):
            view = await self._look(key)
            if view.mode != "closed" and view.rest_s > 0:
                raise self._resting(key, view, operation)

    def _usual(self, operation: str) -> Pass:
        usual = self._passes.get(operation)
        if usual is None:
            usual = self._passes[operation] = Pass(f"{self.scope}#{operation.partition('.')[0]}")
        return usual

    async def went_well(self, leave: Pass) -> None:
        """The provider answered: it is alive, whatever it thought of the item."""
        for key in (self.scope, leave.ability_key):
            probe = leave.probes.get(key, "")
            seen = self._seen.get(key)
            if probe or (seen is not None and seen.view.failures):
                await ask(self._store, self._store.succeeded, key, probe=probe)
                self._remember(key, BreakerView())

    async def went_wrong(self, leave: Pass, code: str) -> None:
        """A fault of provider or network."""
        limits = self._limits
        if self.scope in leave.probes:
            view = await ask(
                self._store,
                self._store.failed,
                self.scope,
                opens_at=1,
                rest_s=BLOCK_AGAIN_S,
                probe=leave.probes[self.scope],
                code=code,
            )
            self._remember(self.scope, view)
        view = await ask(
            self._store,
            self._store.failed,
            leave.ability_key,
            opens_at=limits.breaker_failures,
            rest_s=limits.breaker_rest_s,
            probe=leave.probes.get(leave.ability_key, ""),
            code=code,
        )
        self._remember(leave.ability_key, view)

    async def told_nothing(self, leave: Pass) -> None:
        """The call was not sent, or cut short by us: a probe that it was may be tried again at once."""
        for key, probe in leave.probes.items():
            await ask(self._store, self._store.failed, key, opens_at=1, rest_s=0.0, probe=probe)
            self._seen.pop(key, None)

    async def block(self, code: str, sv: str) -> None:
        """The provider has closed the office: no calls until a probe tomorrow."""
        await ask(self._store, self._store.block, self.scope, rest_s=BLOCK_REST_S, code=code, sv=sv)
        self._remember(self.scope, BreakerView("blocked", 0, BLOCK_REST_S, code, sv))

    async def release(self) -> None:
        """A person has mended the connection: call again at once."""
        watched = await ask(self._store, self._store.watch)
        ours = {key for key in watched if key.startswith(f"{self.scope}#")}
        for key in {self.scope, *ours, *self._seen}:
            await ask(self._store, self._store.release, key)
            self._remember(key, BreakerView())

    async def _look(self, key: str) -> BreakerView:
        seen = self._seen.get(key)
        now = self._clock()
        if seen is not None and now - seen.at < self._remember_s:
            return _aged(seen.view, now - seen.at)
        view = await ask(self._store, self._store.look, key)
        self._remember(key, view)
        return view

    async def _ask_to_probe(self, key: str, view: BreakerView, operation: str) -> str:
        if view.rest_s > 0:
            raise self._resting(key, view, operation)
        probe = secrets.token_hex(8)
        holds_s = self._limits.timeout_s + 5.0
        if not await ask(self._store, self._store.probe, key, probe=probe, holds_s=holds_s):
            self._seen.pop(key, None)
            raise self._resting(key, msgspec.structs.replace(view, rest_s=1.0), operation)
        return probe

    def _resting(self, key: str, view: BreakerView, operation: str) -> BryggaError:
        if view.mode == "blocked":
            return NeedsSignIn(
                f"{self.scope} is blocked ({view.code}); nothing was sent",
                code=view.code,
                sv=view.sv,
                operation=operation,
                fault=Fault.OFFICE,
                after_s=view.rest_s,
            )
        return Retryable(
            f"{key} rests after {view.failures} faults ({view.code}); nothing was sent",
            code="breaker_open",
            sv="Tjänsten har svarat fel flera gånger i rad. Brygga vilar och provar igen av sig själv; "
            "inget skickades och inget är förlorat. Ni behöver inte göra något.",
            operation=operation,
            fault=Fault.PROVIDER,
            after_s=view.rest_s,
        )

    def _remember(self, key: str, view: BreakerView) -> None:
        before = self._seen.get(key)
        self._seen[key] = _Seen(view, self._clock())
        if self._told is not None and (before.view.mode if before else "closed") != view.mode:
            self._told(key.partition("#")[2], view.mode)


def _aged(view: BreakerView, by_s: float) -> BreakerView:
    if view.rest_s <= 0:
        return view
    return msgspec.structs.replace(view, rest_s=max(0.0, view.rest_s - by_s))
