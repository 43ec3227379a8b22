"""The imitated Booli: it checks every signature, refuses a `unique` that was used, and pages by 500.

What the contract leaves open is decided here and said: 401 for a signature that does not hold, 403 for
one that is replayed, `time` may be ten minutes off, and rows beyond `cap` are not given although they
are counted. `tune` makes answers begin with a byte order mark, as saved ones do.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol

import msgspec
from aiohttp import web

from brygga.sandbox.booli.asking import chosen, interpreted
from brygga.sandbox.booli.homes import areas, homes
from brygga.sandbox.server import Imitation, spoil_rows, utc_now

CALLER_ID: Final = "brygga-sandbox"
KEY: Final = "sandbox-booli-key"
LARGEST_PAGE: Final = 500
USUAL_PAGE: Final = 30
LATE_S: Final = 600
_BOM: Final = b"\xef\xbb\xbf"
Json = dict[str, Any]


class Plan(Protocol):
    """What the imitation reads of the sandbox's plan."""

    @property
    def seed(self) -> int: ...
    @property
    def faults(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def make(plan: Plan) -> Booli:
    """The imitation as the sandbox starts it."""
    return Booli(seed=plan.seed, faults=plan.faults, now=plan.now)


class Booli(Imitation):
    """Booli's signed interface with `count` invented homes."""

    name = "booli"

    def __init__(
        self,
        *,
        seed: int = 7,
        count: int = 600,
        faults: str = "none",
        now: Callable[[], datetime] = utc_now,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(seed=seed, faults=faults, now=now)
        self.areas = areas()
        self.listings, self.sold = homes(count, seed=seed, today=_fixed_day(now()))
        self.cap = 10_000
        self.bom = False
        self.used: set[str] = set()
        self._wall_s = wall_s

    def routes(self) -> Sequence[web.RouteDef]:
        """Five paths, all GET."""
        return [
            web.get("/listings", self._guarded(self._list_of("listings"))),
            web.get("/sold", self._guarded(self._list_of("sold"))),
            web.get("/listings/{id}", self._guarded(self._one_of("listings"))),
            web.get("/sold/{id}", self._guarded(self._one_of("sold"))),
            web.get("/areas", self._guarded(self._areas)),
        ]

    def settings(self) -> Json:
        """Invented credentials, all municipalities as areas, and no reason to be slow."""
        ids = ",".join(str(area["booliId"]) for area in self.areas if area["types"] == ["Kommun"])
        return {"caller_id": CALLER_ID, "key": KEY, "areas": ids, "calls": 50, "at_once": 5}

    def is_listing(self, request: web.Request) -> bool:
        """Lists may suffer listing faults; single homes not."""
        return "id" not in request.match_info

    def first_page(self, request: web.Request) -> bool:
        """Whether a question begins at the start."""
        return request.query.get("offset", "0") == "0"

    def reshape(self, fault: str, payload: Any, request: web.Request, rng: Any) -> Any:
        """Listing faults strike the rows; the counters stay as they were."""
        found = dict(payload)
        for name in ("listings", "sold", "areas"):
            if name in found:
                share = self.faults.options.shrink_share
                first = self.first_page(request)
                found[name] = spoil_rows(fault, found[name], rng, first_page=first, shrink_share=share)
        return found

    def truth(self, kinds: Sequence[str] = ()) -> Json:
        """All homes by kind and number."""
        found = {
            kind: {str(row["booliId"]): row for row in rows}
            for kind, rows in (("listings", self.listings), ("sold", self.sold), ("areas", self.areas))
        }
        return {kind: rows for kind, rows in found.items() if not kinds or kind in kinds}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[Json]:
        """`sell`: a listing `id` is sold for `price_kr`. `tune`: `cap`, `bom`."""
        if what == "sell":
            return [self._sell(int(arguments["id"]), int(arguments["price_kr"]))]
        if what == "tune":
            self.cap = int(arguments.get("cap", self.cap))
            self.bom = bool(arguments.get("bom", self.bom))
            return [{"cap": self.cap, "bom": self.bom}]
        return super().mutate(what, arguments)

    def _sell(self, number: int, price_kr: int) -> Json:
        home = next(home for home in self.listings if home["booliId"] == number)
        self.listings.remove(home)
        home |= {
            "soldDate": _fixed_day(self.now()).isoformat(),
            "soldPrice": price_kr,
            "soldPriceSource": "bid",
        }
        self.sold.insert(0, home)
        return home

    # ------------------------------------------------------------------ answers

    def _guarded(self, handler: Callable[[web.Request], Json]) -> Callable[[web.Request], Any]:
        """Signature first, then the answer."""

        async def checked(request: web.Request) -> web.StreamResponse:
            self._check(request.query)
            body = msgspec.json.encode(handler(request))
            return web.Response(body=_BOM + body if self.bom else body, content_type="application/json")

        return checked

    def _check(self, query: Mapping[str, str]) -> None:
        """Raises HTTPUnauthorized (signature, time) or HTTPForbidden (replayed)."""
        unique, moment = query.get("unique", ""), query.get("time", "")
        signed = hashlib.sha1(  # noqa: S324 - the provider's own choice
            f"{query.get('callerId', '')}{moment}{KEY}{unique}".encode()
        ).hexdigest()
        held = hmac.compare_digest(signed.encode(), query.get("hash", "").encode("utf-8", "replace"))
        if query.get("callerId") != CALLER_ID or len(unique) != 16 or not held:
            raise web.HTTPUnauthorized(reason="Invalid hash")
        if not moment.isdigit() or abs(int(moment) - self._wall_s()) > LATE_S:
            raise web.HTTPUnauthorized(reason="Invalid time")
        if unique in self.used:
            raise web.HTTPForbidden(reason="Already used")
        self.used.add(unique)

    def _list_of(self, what: str) -> Callable[[web.Request], Json]:
        def answer(request: web.Request) -> Json:
            asked = interpreted(request.query, self.areas)
            found = chosen(what, self.listings if what == "listings" else self.sold, asked, self.areas)
            limit, offset = _whole(request, "limit", USUAL_PAGE), _whole(request, "offset", 0)
            limit = min(limit, LARGEST_PAGE)
            rows = found[offset : min(offset + limit, self.cap)]
            return {
                "totalCount": len(found),
                "count": len(rows),
                what: rows,
                "limit": limit,
                "offset": offset,
                "searchParams": asked,
            }

        return answer

    def _one_of(self, what: str) -> Callable[[web.Request], Json]:
        def answer(request: web.Request) -> Json:
            rows = self.listings if what == "listings" else self.sold
            found = [home for home in rows if str(home["booliId"]) == request.match_info["id"]]
            if not found:
                raise web.HTTPNotFound(reason="Not found")
            return {what: [found[0] | {"pageviews": 55} if what == "listings" else found[0]]}

        return answer

    def _areas(self, request: web.Request) -> Json:
        words = request.query.get("q", "").strip().lower()
        if not words:
            raise web.HTTPBadRequest(reason="Ange q.")
        found = [area for area in self.areas if words in area["fullName"].lower()]
        limit = min(_whole(request, "limit", USUAL_PAGE), LARGEST_PAGE)
        return {
            "totalCount": len(found),
            "count": len(found[:limit]),
            "areas": found[:limit],
            "searchParams": {"q": request.query["q"], "listings": 1, "transactions": 0},
            "limit": limit,
        }


def _whole(request: web.Request, name: str, usual: int) -> int:
    text = request.query.get(name, str(usual))
    if not text.isascii() or not text.isdigit():
        raise web.HTTPBadRequest(reason=f"Felaktigt värde i {name}.")
    return int(text)


def _fixed_day(moment: datetime) -> date:
    return moment.date()
