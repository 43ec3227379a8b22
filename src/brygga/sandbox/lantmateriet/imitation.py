"""Lantmäteriet's register products over loopback HTTP, with a token endpoint of its own.

Tokens name one or more scopes and end; what is asked without a good one gets 401, without the
right scope 403. `ordered` says which products the invented firm has: for the others no token is
given a scope. Errors have the fault's likely form; its real members are not known.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from brygga.connectors.lantmateriet.schema.products import products
from brygga.model import Invalid
from brygga.sandbox.lantmateriet import answers
from brygga.sandbox.lantmateriet.world import Plot, World, as_facts
from brygga.sandbox.server import Imitation, utc_now
from brygga.sandbox.trouble import json_answer

if TYPE_CHECKING:
    from brygga.sandbox.serving import Plan

KEY: Final = "sandbox-consumer-key"
SECRET: Final = "sandbox-consumer-secret"  # noqa: S105 - opens nothing but this imitation
USER, PASSWORD = "sandbox-system", "sandbox-register-password"
MOST_PROPERTIES: Final = 200
LEAST_SEARCHED: Final = 3
MOST_AT_ONCE: Final = 250
Answer = Callable[[web.Request], Any]


class LantmaterietImitation(Imitation):
    """The register with `properties` invented ones. `life_s`: how long a token is good."""

    name = "lantmateriet"

    def __init__(
        self,
        *,
        properties: int = 40,
        seed: int = 7,
        faults: str = "none",
        now: Callable[[], datetime] = utc_now,
        life_s: float = 3600.0,
        ordered: Sequence[str] | None = None,
    ) -> None:
        super().__init__(seed=seed, faults=faults, now=now)
        self.world = World(seed=seed, properties=min(properties, MOST_PROPERTIES))
        self.life_s = life_s
        self.ordered = set(products() if ordered is None else ordered)
        self.tokens: dict[str, tuple[frozenset[str], datetime]] = {}
        self.given = 0

    def routes(self) -> Sequence[web.RouteDef]:
        """The token endpoint and the operations that a look-up uses."""
        made = [web.post("/token", self._token)]
        for product, (method, path, answer) in self._operations():
            guarded = self._guarded(product, answer)
            made.append(web.route(method, f"/{products()[product].path}{path}", guarded))
        return made

    def _operations(self) -> list[tuple[str, tuple[str, str, Answer]]]:
        of, many = self._of_plot, self._many
        return [
            ("registerbeteckning", ("GET", "/referens/fritext", self._search)),
            ("inskrivning", ("GET", "/beror/{id}", of(answers.ownership))),
            ("fastighet", ("GET", "/{id}", of(answers.land))),
            ("belagenhetsadress", ("GET", "/registerenhet/{id}", of(answers.address))),
            ("byggnad", ("GET", "/referens/beror/{id}", self._named(answers.building))),
            ("byggnad", ("POST", "/", many(answers.building, ""))),
            ("taxering", ("GET", "/referens/beror/{id}", self._tax_units)),
            ("taxering", ("POST", "/", self._taxed)),
            ("rattighet", ("GET", "/referens/beror/{id}", self._named(answers.right, has="easement"))),
            ("rattighet", ("POST", "/", many(answers.right, "id"))),
            (
                "gemensamhetsanlaggning",
                ("GET", "/referens/delagande/{id}", self._named(answers.facility, has="facility")),
            ),
            ("gemensamhetsanlaggning", ("POST", "/", many(answers.facility, ""))),
        ]

    # ------------------------------------------------------------------ signing in

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not _pair_is(request, KEY, SECRET):
            return json_answer({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "client_credentials":
            return json_answer({"error": "unsupported_grant_type"}, status=400)
        asked = str(form.get("scope", "")).split()
        granted = [s for s in asked if any(p.scope == s and n in self.ordered for n, p in products().items())]
        self.given += 1
        token = f"sandbox-token-{self.seed}-{self.given}"
        self.tokens[token] = (frozenset(granted), self.now() + timedelta(seconds=self.life_s))
        return json_answer(
            {
                "access_token": token,
                "scope": " ".join(granted) or "am_application_scope default",
                "token_type": "Bearer",
                "expires_in": self.life_s,
            }
        )

    def _guarded(self, product: str, answer: Answer) -> Callable[[web.Request], Any]:
        async def checked(request: web.Request) -> web.StreamResponse:
            status = self._status(request, product)
            if status:
                return self.refuse(status, "Missing Credentials" if status == 401 else "Access denied")
            found = answer(request)
            if hasattr(found, "__await__"):
                found = await found
            return found if isinstance(found, web.StreamResponse) else json_answer(found)

        return checked

    def _status(self, request: web.Request, product: str) -> int:
        """0 when the caller may; else what is answered."""
        if product not in self.ordered:
            return 403
        header = request.headers.get("Authorization", "")
        if header.startswith("Basic "):
            return 0 if _pair_is(request, USER, PASSWORD) else 401
        kept = self.tokens.get(header.removeprefix("Bearer "))
        if kept is None or kept[1] <= self.now():
            return 401
        return 0 if products()[product].scope in kept[0] else 403

    def refuse(self, status: int, text: str) -> web.Response:
        """A fault; the members are a guess (the contract, §3)."""
        return json_answer({"fault": {"code": 900_000 + status, "message": text}}, status=status)

    # ------------------------------------------------------------------ products

    def _search(self, request: web.Request) -> Any:
        text = request.query.get("beteckning", "")
        if len(text.strip()) < LEAST_SEARCHED:
            return self.refuse(400, "beteckning: minst 3 tecken")
        most = request.query.get("maxHits", "100")
        hits = self.world.named(text)[: int(most) if most.isdigit() else 100]
        return [answers.reference(plot) for plot in hits]

    def _plot(self, request: web.Request) -> Plot:
        found = self.world.plots.get(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound(reason="Objektet finns inte.")
        return found

    def _of_plot(self, make: Callable[[Plot], answers.Json]) -> Answer:
        def answer(request: web.Request) -> Any:
            plot = self._plot(request)
            return answers.collection([(plot.id, make(plot))])

        return answer

    def _named(self, make: Callable[[Plot], answers.Json], *, has: str = "") -> Answer:
        def answer(request: web.Request) -> Any:
            plot = self._plot(request)
            return [make(plot)["objektidentitet"]] if not has or getattr(plot, has) else []

        return answer

    def _many(self, make: Callable[[Plot], answers.Json], member: str) -> Answer:
        async def answer(request: web.Request) -> Any:
            body = await request.json()
            ids = body.get(member) if member and isinstance(body, dict) else body
            if not isinstance(ids, list) or len(ids) > MOST_AT_ONCE:
                return self.refuse(400, "en lista med högst 250 id")
            known = {made["objektidentitet"]: made for made in map(make, self.world.plots.values())}
            return answers.collection([(one, known[one]) for one in ids if one in known])

        return answer

    def _tax_units(self, request: web.Request) -> Any:
        return {"taxeringsenhetsreferens": [{"taxeringsenhetsnummer": self._plot(request).tax_unit}]}

    async def _taxed(self, request: web.Request) -> Any:
        body = await request.json()
        units = body.get("taxeringsenhetsnummer") if isinstance(body, dict) else None
        if not isinstance(units, list):
            return self.refuse(400, "taxeringsenhetsnummer saknas")
        known = [unit for unit in units if self.world.taxed_in(unit)]
        return answers.collection([(unit, answers.taxation(self.world, unit)) for unit in known])

    # ------------------------------------------------------------------ for tests and practice

    def settings(self) -> dict[str, Any]:
        """Keys and the token endpoint, which lies below the same address."""
        return {
            "calls": 1000,
            "at_once": 24,
            "token_url": "/token",
            "consumer_key": KEY,
            "consumer_secret": SECRET,
            "username": USER,
            "password": PASSWORD,
        }

    def truth(self, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """`properties`: id → facts."""
        made = {"properties": {plot.id: as_facts(plot) for plot in self.world.plots.values()}}
        return {kind: value for kind, value in made.items() if not kinds or kind in kinds}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """`order` / `cancel` {product}: what the firm has; `forget_tokens`: all tokens end now."""
        if what == "forget_tokens":
            self.tokens.clear()
        elif what in ("order", "cancel"):
            change = self.ordered.add if what == "order" else self.ordered.discard
            change(str(arguments.get("product", "")))
        else:
            raise Invalid(f"{self.name} has no mutation {what!r}", code="unknown_mutation")
        return []


def _pair_is(request: web.Request, user: str, password: str) -> bool:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, f"{user}:{password}".encode())


def make(plan: Plan) -> LantmaterietImitation:
    """The imitation for a whole sandbox (`serving`)."""
    return LantmaterietImitation(properties=plan.estates, seed=plan.seed, faults=plan.faults, now=plan.now)
