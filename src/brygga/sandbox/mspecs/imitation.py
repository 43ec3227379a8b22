"""The imitated Mspecs over HTTP: sign-in, the brokerage by header, deals, files, publication reports.

What the contract leaves open is said beside the code that decides it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web

from brygga.sandbox.content import paper, pictures
from brygga.sandbox.mspecs import people
from brygga.sandbox.mspecs.answers import MOTIFS, Answers
from brygga.sandbox.mspecs.brokerage import Brokerage
from brygga.sandbox.mspecs.events import SECRET, event
from brygga.sandbox.mspecs.idents import Json, ident, zulu
from brygga.sandbox.mspecs.world import ERROR, INACTIVE, PUBLISHED, Deal, World
from brygga.sandbox.server import Imitation, spoil_rows, utc_now
from brygga.sandbox.trouble import json_answer

if TYPE_CHECKING:
    from brygga.sandbox.serving import Plan

USER: Final = "brygga-provider"
PASSWORD: Final = "sandbox-mspecs-password"  # noqa: S105 - opens nothing but this imitation
MOST_SOLD: Final = 1_000
MOST_DEALS: Final = 400
Handler = Callable[[web.Request], Any]


class MspecsImitation(Imitation):
    """Mspecs with `deals` seeded homes and projects of one brokerage, and one other brokerage."""

    name = "mspecs"
    is_source = True

    def __init__(
        self,
        *,
        deals: int = 40,
        seed: int = 7,
        faults: str = "none",
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(seed=seed, faults=faults, now=now)
        self.secret = SECRET
        self.world = World(seed=seed, deals=deals, now=now, tell=self.tell)
        self.answers = Answers(self.world)
        self.brokerage = Brokerage(self.world)

    def tell(self, facts: Json) -> None:
        """Send one event, signed with the secret of now."""
        self.hooks.send(event(facts, secret=self.secret, at=self.now()))

    def routes(self) -> Sequence[web.RouteDef]:
        """All paths; the ones with a name are listings, which are counted."""
        signed, ours = self._signed_in, self._of_subscriber
        return [
            web.get("/api/provider/subscribers", signed(self._subscribers), name="list.subscribers"),
            web.get("/api/provider/subscriber", ours(self._organization), name="list.organization"),
            web.get("/api/organization/brokerOrganizations", ours(self._broker_organization)),
            web.put("/api/provider/webhookSecret", signed(self._new_secret)),
            web.delete("/api/provider/webhookSecret", signed(self._no_secret)),
            web.get("/api/marketing/deals", ours(self._deals), name="list.deals"),
            web.get("/api/marketing/sold/deals", ours(self._sold_deals), name="list.sold"),
            web.get("/api/marketing/deals/{deal}", ours(self._deal)),
            web.put("/api/marketing/deals/{deal}/status", ours(self._report)),
            web.get("/api/dealService/deals/{deal}/restricted", ours(self._restricted)),
            web.get("/api/statistics/sold/deals/{deal}", signed(self._statistics)),
            web.get("/files/image/{deal}/{number}.jpg", signed(self._image)),
            web.get("/files/document/{deal}/1.pdf", signed(self._document)),
            web.get("/files/portrait/{user}.jpg", signed(self._portrait)),
        ]

    # ------------------------------------------------------------------ who asks

    def _signed_in(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """HTTP Basic first (401)."""

        async def checked(request: web.Request) -> web.StreamResponse:
            if not signed_in(request.headers.get("Authorization", "")):
                raise web.HTTPUnauthorized(reason="Authentication information is missing or invalid")
            name = request.match_info.route.name or ""
            if name:
                self.world.list_calls[name.partition(".")[2]] += 1
            answer = handler(request)
            answer = await answer if isinstance(answer, Awaitable) else answer
            return answer if isinstance(answer, web.StreamResponse) else json_answer(answer)

        return checked

    def _of_subscriber(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Then the brokerage by header: missing, unknown or switched off is a bad request (not described)."""

        def checked(request: web.Request) -> Any:
            known = self.world.subscription != INACTIVE
            if request.headers.get("subscriber-id") != self.world.subscriber_id or not known:
                raise web.HTTPBadRequest(reason="Invalid ID supplied")
            return handler(request)

        return self._signed_in(checked)

    def refuse(self, status: int, text: str) -> web.Response:
        """`{"error": …}`; the bodies of errors are not described."""
        answer = json_answer({"error": text}, status=status)
        if status == 401:
            answer.headers["WWW-Authenticate"] = 'Basic realm="integration"'
        return answer

    # ------------------------------------------------------------------ the brokerage

    def _subscribers(self, _: web.Request) -> list[Json]:
        return self.brokerage.subscribers()

    def _organization(self, request: web.Request) -> Json:
        asked = {name: request.query.get(f"{name}Id", "") for name in ("office", "user")}
        return self.brokerage.subscriber(self.root(request), **asked)

    def _broker_organization(self, request: web.Request) -> Json:
        return self.brokerage.organization(self.root(request))

    def _new_secret(self, _: web.Request) -> Json:
        """A new secret, shown once; all others cease at once."""
        made = self.faults.rng(self.hooks.counts["made"], purpose="secret").randbytes(16).hex()
        self.secret = made
        return {"secret": made, "createdDate": zulu(self.now())}

    def _no_secret(self, _: web.Request) -> Json:
        self.secret = ""
        return {}

    # ------------------------------------------------------------------ deals

    def _deals(self, request: web.Request) -> list[Json]:
        """An empty list when nothing is published (404 is thinkable; not described)."""
        return [self.answers.row(deal, self.root(request)) for deal in self.world.shown(sold=False)]

    def _sold_deals(self, request: web.Request) -> Json:
        """Newest first; the cursor is the place, in a form that clients must not read."""
        rows = sorted(self.world.shown(sold=True), key=lambda deal: deal.updated, reverse=True)
        after = request.query.get("afterDate")
        if after:
            rows = [deal for deal in rows if deal.updated > datetime.fromisoformat(after)]
        limit = min(int(request.query.get("limit", MOST_SOLD)), MOST_SOLD)
        start = _place(request.query.get("next", ""))
        page, more = rows[start : start + limit], len(rows) > start + limit
        made: Json = {"deals": [self.answers.sold(deal, self.root(request)) for deal in page]}
        return made | ({"next": _cursor(start + limit)} if more else {})

    def _deal(self, request: web.Request) -> Json:
        return self.answers.deal(self._found(request), self.root(request))

    async def _report(self, request: web.Request) -> Json:
        """The publication report; the first one that says published sets the time of that."""
        deal = self._found(request)
        try:
            body = msgspec.json.decode(await request.read(), type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise web.HTTPBadRequest(reason="Bad request") from error
        status = body.get("status")
        if status not in {PUBLISHED, ERROR}:
            raise web.HTTPBadRequest(reason="Bad request")
        self.world.reports.append((deal.id, status))
        self.writes.note(
            "deal.status", identity=f"{deal.id} {deal.updated.isoformat()}", body=status.encode()
        )
        deal.status = status
        return self.answers.publishing(deal)

    def _restricted(self, request: web.Request) -> Json:
        """Only with a grant for sensitive data; without one 400 (not described)."""
        deal = self._found(request)
        if not any(grant.endswith("READ_SENSITIVE") for grant in self.world.granted):
            raise web.HTTPBadRequest(reason="Bad request")
        return {"commission": {}, "cashDefinitiveStatement": {"id": deal.id}}

    def _statistics(self, request: web.Request) -> Json:
        """500 for a deal that is unknown or not sold, as the contract says."""
        deal = self.world.find(request.match_info["deal"])
        if deal is None or not deal.sold:
            raise web.HTTPInternalServerError(reason="The deal could not be found or is not sold")
        return {"id": deal.id, "finalPrice": deal.final_price, "contractDate": deal.contract}

    def _found(self, request: web.Request) -> Deal:
        deal = self.world.find(request.match_info["deal"])
        if deal is None:
            raise web.HTTPNotFound(reason="Deal not found")
        return deal

    # ------------------------------------------------------------------ files

    def _image(self, request: web.Request) -> web.Response:
        """A picture, while the token of its address is the one of now."""
        if request.query.get("token") != self.answers.token:
            raise web.HTTPForbidden(reason="Expired")
        deal, number = request.match_info["deal"], int(request.match_info["number"])
        body = pictures.jpeg(MOTIFS[number % len(MOTIFS)], f"mspecs:{self.seed}:{deal}:{number}")
        return web.Response(body=body, content_type="image/jpeg")

    def _document(self, request: web.Request) -> web.Response:
        if request.query.get("token") != self.answers.token:
            raise web.HTTPForbidden(reason="Expired")
        body = paper.pdf("Energideklaration", [f"Objekt {request.match_info['deal']}"])
        return web.Response(body=body, content_type="application/pdf")

    def _portrait(self, request: web.Request) -> web.Response:
        body = pictures.jpeg("portrait", f"mspecs:{self.seed}:{request.match_info['user']}")
        return web.Response(body=body, content_type="image/jpeg")

    def root(self, request: web.Request) -> str:
        """Where this imitation lies, for addresses in answers."""
        return f"{request.scheme}://{request.host}/{self.name}"

    # ------------------------------------------------------------------ for tests and the control API

    def is_listing(self, request: web.Request) -> bool:
        """Whether the route is one of the lists."""
        return (request.match_info.route.name or "").startswith("list.")

    def first_page(self, request: web.Request) -> bool:
        """Whether the first page is asked for."""
        return "next" not in request.query

    def reshape(self, fault: str, payload: Any, request: web.Request, rng: random.Random) -> Any:
        """A listing's rows under a fault: a list, or an object with `deals`."""
        whole = isinstance(payload, dict) and isinstance(payload.get("deals"), list)
        rows = payload["deals"] if whole else payload
        if not isinstance(rows, list):
            return payload
        share = self.faults.options.shrink_share
        spoilt = spoil_rows(fault, rows, rng, first_page=self.first_page(request), shrink_share=share)
        return {**payload, "deals": spoilt} if whole else spoilt

    def settings(self) -> dict[str, Any]:
        """Sign-in, the brokerage's id and the secret of the events; limits far above the real one's."""
        return {
            "calls": 1000,
            "at_once": 24,
            "username": USER,
            "password": PASSWORD,
            "subscriber_id": self.world.subscriber_id,
            "webhook_secret": self.secret,
        }

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """See `world.MUTATIONS`."""
        return self.world.carry_out(what, arguments)

    def truth(self, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """`deals` (id → facts), `sold`, `offices`, `users`, `reports`, `list_calls`: all, or the `kinds`."""
        world = self.world
        made: dict[str, Callable[[], Any]] = {
            "deals": lambda: {deal.id: deal.facts for deal in world.shown(sold=False)},
            "sold": lambda: {deal.id: deal.final_price for deal in world.shown(sold=True)},
            "offices": lambda: [ident("office", n + 1) for n in range(world.offices)],
            "users": lambda: [ident("user", n + 1) for n in range(world.offices * people.COLLEAGUES)],
            "reports": lambda: [list(one) for one in world.reports],
            "list_calls": lambda: dict(world.list_calls),
        }
        return {kind: make_it() for kind, make_it in made.items() if not kinds or kind in kinds}


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"{place}".encode()).decode()


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor))
    except (ValueError, binascii.Error) as error:
        raise web.HTTPBadRequest(reason="Invalid ID supplied") from error


def signed_in(header: str) -> bool:
    """Whether an Authorization header is Basic with the right pair (RFC 7617)."""
    scheme, _, text = header.partition(" ")
    try:
        given = base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, f"{USER}:{PASSWORD}".encode())


def make(plan: Plan) -> MspecsImitation:
    """The imitation for a whole sandbox (`serving`); a small brokerage, however large the other system."""
    return MspecsImitation(
        deals=min(plan.estates, MOST_DEALS), seed=plan.seed, faults=plan.faults, now=plan.now
    )
