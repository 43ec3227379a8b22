"""The Hemnet connector: checks, publishes, receives webhooks and renews its key.

It only translates. The order of a publication stands in `mapping.plan`, its repeats in `saga`, calls in
`calls`, bodies in `mapping` and `body.toml`, what must be there first in `preflight`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from brygga.connectors.abilities import (
    Caller,
    Checked,
    Notice,
    Publication,
    Remark,
    Secrets,
    Step,
    StepResult,
    WebhookRequest,
)
from brygga.connectors.hemnet.api import webhooks
from brygga.connectors.hemnet.api.calls import MISSING, Calls
from brygga.connectors.hemnet.api.keys import KeyKeeper, Renewal, RotatingSecrets
from brygga.connectors.hemnet.api.saga import Saga
from brygga.connectors.hemnet.mapping import plan, preflight
from brygga.connectors.hemnet.mapping.bodies import Bodies
from brygga.connectors.hemnet.schema import progress_of, publication_status, settings_of
from brygga.model import NeedsSignIn, Rejected, Unsupported
from brygga.wire.call import Call


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class Hemnet:
    """One connection to Hemnet's BostadsAPI. Abilities: check, publish, webhooks."""

    def __init__(
        self,
        wire: Caller,
        *,
        connection: str,
        settings: Mapping[str, Any],
        secrets: Secrets,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._connection = connection
        self._secrets = secrets
        self._now = now
        self._settings = settings_of(settings)
        self._bodies = Bodies(self._settings)
        self._calls = Calls(wire, connection=connection, settings=self._settings)
        self._saga = Saga(
            self._calls, connection=connection, bodies=self._bodies, settings=self._settings, now=now
        )

    @classmethod
    def authorise(
        cls,
        settings: Mapping[str, Any],  # noqa: ARG003 - the same shape for every connector
        secrets: Secrets,
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """The header that carries the key, read at each try so that a renewed one is used at once."""

        async def headers(_: Call) -> Mapping[str, str]:
            token = (await secrets("token")).strip()
            if not (token.isascii() and token.isprintable()):
                raise NeedsSignIn(
                    "the key has characters that no header may have",
                    code="key_refused",
                    sv="Nyckeln till Hemnet gick inte att använda. Byt nyckel.",
                )
            return {"Authorization": f"Bearer {token}"}

        return headers

    async def check(self) -> Checked:
        """`GET /keys`: fast, changes nothing, never empty when the key is good (developer guide)."""
        keys = await self._calls.keys()
        signed = "ok" if await self._webhook_keys() else "unknown"
        return Checked(
            ok=True,
            sv="Hemnet svarar och godtar nyckeln.",
            abilities={"publish": "ok", "webhooks": signed},
            facts={"keys": len(keys)},
        )

    async def renew_key(self, *, force: bool = False) -> Renewal:
        """Renew the key when it nears its end. Meant to be called once a day.

        Raises NeedsSignIn when the key is dead already, Unsupported when the secrets given at
        construction cannot be swapped.
        """
        if not isinstance(self._secrets, RotatingSecrets):
            raise Unsupported("these secrets cannot be renewed", connection=self._connection)
        keeper = KeyKeeper(self._calls, secrets=self._secrets, settings=self._settings, now=self._now)
        return await keeper.renew(force=force)

    def preflight(self, publication: Publication, state: Mapping[str, Any]) -> list[Remark]:
        """What is missing or odd, in Swedish, before anything is sent. Pure."""
        case = preflight.Case(
            p=publication,
            progress=progress_of(state),
            settings=self._settings,
            bodies=self._bodies,
            now=self._now(),
        )
        return preflight.remarks(case)

    def steps(self, publication: Publication, state: Mapping[str, Any]) -> list[Step]:
        """The steps that lead from `state` to the wish; empty when nothing differs. Pure."""
        return plan.plan(publication, progress_of(state), bodies=self._bodies, settings=self._settings)

    async def run(self, step: str, publication: Publication, state: Mapping[str, Any]) -> StepResult:
        """Do one step. The result's `state` is the whole new state."""
        return await self._saga.run(step, publication, state)

    async def read_back(
        self, step: str, publication: Publication, state: Mapping[str, Any]
    ) -> StepResult | None:
        """After a doubtful outcome: the new state if Hemnet has it, None if the step may be run again."""
        return await self._saga.read_back(step, publication, state)

    async def remote_view(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """How the listing stands at Hemnet now; `missing` when it is not there (any more)."""
        progress = progress_of(state)
        gone = {"published": False, "approved": False, "market_state": "", "price_kr": None, "missing": True}
        if not progress.listing_id:
            return gone
        try:
            listing = await self._calls.listing(progress.listing_id)
        except Rejected as error:
            if error.status == MISSING or error.code == "remote_missing":
                return gone
            raise
        status = publication_status(listing)
        return {
            "published": status.is_published,
            "approved": status.is_approved,
            "visible": status.is_published and status.is_approved,
            "market_state": status.market_state,
            "allowed_market_states": list(status.allowed_market_states),
            "price_kr": self._bodies.price_in(listing),
            "missing": False,
        }

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected when signature or time do not hold, NeedsSignIn without a secret of ours."""
        keys = await self._webhook_keys()
        if not keys:
            raise NeedsSignIn(
                "no webhook key is set",
                code="webhook_key_missing",
                sv="Hemligheten för meddelanden från Hemnet saknas. Fyll i den.",
                connection=self._connection,
            )
        webhooks.verify(request, keys=keys, settings=self._settings, connection=self._connection)

    def notices(self, request: WebhookRequest) -> list[Notice]:
        """The event in a verified request. Raises Invalid on a body that is not one."""
        return webhooks.notices(
            request, settings=self._settings, tables=self._bodies.tables, connection=self._connection
        )

    async def _webhook_keys(self) -> list[str]:
        """The secrets that may have signed: the one in use and, while it is changed, the one before."""
        found: list[str] = []
        for name in ("webhook_key", "webhook_key_previous"):
            try:
                found.append(await self._secrets(name))
            except NeedsSignIn:
                continue
        return [key for key in found if key]
