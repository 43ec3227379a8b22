"""The imitated search: pages of fifty homes, display texts instead of numbers, x as latitude."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import msgspec
from aiohttp import web

from brygga.sandbox.content.ident import wall
from brygga.sandbox.content.places import CITIES, near, street
from brygga.sandbox.server import Imitation, spoil_rows, utc_now
from brygga.sandbox.trouble import HTML, json_answer

PAGE_SIZE: Final = 50
AGREEMENT: Final = "BR-2026-1"
_NBSP: Final = "\u00a0"
Json = dict[str, Any]


class Plan(Protocol):
    """What the imitation reads of the sandbox's plan."""

    @property
    def seed(self) -> int: ...
    @property
    def faults(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def make(plan: Plan) -> Fastighetsbyran:
    """The imitation as the sandbox starts it."""
    return Fastighetsbyran(seed=plan.seed, faults=plan.faults, now=plan.now)


class Fastighetsbyran(Imitation):
    """The search with `count` invented homes. `mode`: `open` · `refusing` (403) · `page` (HTML)."""

    name = "fastighetsbyran"

    def __init__(
        self,
        *,
        seed: int = 7,
        count: int = 130,
        faults: str = "none",
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(seed=seed, faults=faults, now=now)
        rng = random.Random(f"fastighetsbyran:{seed}")  # noqa: S311 - invented content, not secrecy
        self.homes = [_home(rng, 2_300_000 + n, now()) for n in range(count)]
        self.mode = "open"

    def routes(self) -> Sequence[web.RouteDef]:
        """One path."""
        return [web.post("/HemsidanAPI/api/v1/soek/objekt/{page}/{flag}/", self._search)]

    def settings(self) -> Json:
        """There is no key; practice stands for the agreement, and there is no reason to be slow."""
        return {"agreement": AGREEMENT, "calls": 50, "per_s": 1.0, "at_once": 5}

    def is_listing(self, request: web.Request) -> bool:
        """Everything is a list."""
        return True

    def first_page(self, request: web.Request) -> bool:
        """Whether it is the first page."""
        return request.match_info.get("page") == "1"

    def reshape(self, fault: str, payload: Any, request: web.Request, rng: Any) -> Any:
        """Listing faults strike the results."""
        share, first = self.faults.options.shrink_share, self.first_page(request)
        rows = spoil_rows(fault, payload["results"], rng, first_page=first, shrink_share=share)
        return {**payload, "results": rows}

    def truth(self, kinds: Sequence[str] = ()) -> Json:
        """All homes by number."""
        return {"homes": {str(home["maeklarObjektId"]): home for home in self.homes}}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[Json]:
        """`tune`: `mode`."""
        if what != "tune":
            return super().mutate(what, arguments)
        self.mode = str(arguments.get("mode", self.mode))
        return [{"mode": self.mode}]

    async def _search(self, request: web.Request) -> web.StreamResponse:
        if self.mode == "refusing":
            raise web.HTTPForbidden(reason="Forbidden")
        if self.mode == "page":
            return web.Response(text=HTML, content_type="text/html")
        asked = _asked(await request.read())
        page = request.match_info["page"]
        if not page.isdigit() or int(page) < 1:
            raise web.HTTPBadRequest(reason="Felaktig sida")
        homes = [home for home in self.homes if asked.get("inkluderaPaaGaang", True) or not home["paaGang"]]
        start = (int(page) - 1) * PAGE_SIZE
        return json_answer(
            {
                "results": homes[start : start + PAGE_SIZE],
                "currentPage": int(page),
                "pageCount": -(-len(homes) // PAGE_SIZE),
                "pageSize": PAGE_SIZE,
                "rowCount": len(homes),
            }
        )


def _asked(body: bytes) -> Json:
    try:
        return msgspec.json.decode(body or b"{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(reason="Felaktig fråga") from error


def _home(rng: random.Random, number: int, now: datetime) -> Json:
    """An item as the site gives it; a coming home shows no price."""
    place = rng.choice(CITIES)
    kind, form = rng.choice((("Bostadsrätt", 1), ("Villa", 2), ("Radhus", 2), ("Fritidshus", 3)))
    coming = rng.random() < 0.2
    area = rng.randint(20, 200)
    asked = rng.randint(10, 120) * 50_000
    district = rng.choice(place.districts)
    slug = place.name.lower().translate(str.maketrans("åäö", "aao"))
    point = near(rng, place)
    since = wall(now - timedelta(days=rng.randint(0, 90), milliseconds=rng.randint(0, 999)))
    return {
        "maeklarObjektId": number,
        "bildUrl": f"https://media.example.test/{number}.jpg",
        "bildUrlLista": [
            f"https://media.example.test/{number}.jpg",
            f"https://media.example.test/{number}b.jpg",
        ],
        "litenRubrik": district if rng.random() < 0.8 else f"{place.name} - {district}",
        "storRubrik": street(rng, flat=form == 1),
        "metaData": [
            "" if coming else f"{asked:,} kr".replace(",", _NBSP if rng.random() < 0.5 else " "),
            f"{max(1, area // 25)} rum",
            f"{area}/{rng.choice((0, 12))} kvm" if form == 2 else f"{area},5 kvm",
        ],
        "xKoordinat": point["latitude"],
        "yKoordinat": point["longitude"],
        "paaGang": coming,
        "budgivningPagaar": not coming and rng.random() < 0.2,
        "aerNyproduktion": False,
        "aerProjekt": False,
        "aerReferensobjekt": False,
        "harDigitalLiveVisning": False,
        "maeklarId": 7_000_000 + rng.randint(1, 40),
        "avtalsdag": None,
        "senasteTidObjektetBlevTillSalu": None if coming else since,
        "senasteTidpunktSomObjektetBlevIntagetOchSkallAnnoserasFastStatusBaraIntaget": since
        if coming
        else None,
        "bostadsTyp": kind,
        "boendeform": form,
        "delomraaden": [rng.randint(1_000, 2_000)],
        "tidFoerNaestaAktuellaVisning": None,
        "naestaVisningAerDigitalLiveVisning": False,
        "url": f"https://www.example.test/sv/sverige/till-salu/lanet/{slug}/objekt/?objektID={number}",
    }
