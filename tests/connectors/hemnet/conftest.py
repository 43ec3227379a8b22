"""A home ready for Hemnet, the imitated Hemnet on loopback, pictures it can fetch, and the hub's loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import pyvips
from aiohttp import web
from aiohttp.test_utils import TestServer

from brygga.connectors import manifest
from brygga.connectors.abilities import Party, PictureLink, Publication, Remark
from brygga.connectors.hemnet.api import Hemnet
from brygga.model import Agent, Contact, Estate, NeedsSignIn, Office, Viewing
from brygga.model.parts import Address, Areas, Building, Energy, Fee, Price, Sale, Share, Texts
from brygga.sandbox.hemnet import Hemnet as Imitation
from brygga.sandbox.server import Sandbox
from brygga.wire import Kit, Profile, Wire
from brygga.wire.call import Answer, Call

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PERSONNUMMER = "189001019802"
"""From Skatteverket's published test numbers."""
FAST = {
    "image_first_wait_s": 0.01,
    "image_most_wait_s": 0.05,
    "approval_first_wait_s": 0.01,
    "approval_most_wait_s": 0.05,
}


def an_estate(**changes: Any) -> Estate:
    """A flat with nothing missing."""
    facts: dict[str, Any] = {
        "id": "vitec:OBJ1",
        "type": "apartment",
        "tenure": "tenant_ownership",
        "status": "for_sale",
        "office_id": "vitec:K1",
        "agent_id": "vitec:M1",
        "address": Address(street="Björkvägen 3", postcode="114 32", town="Stockholm"),
        "price": Price(asking_kr=4_050_000),
        "areas": Areas(living_m2=76.0),
        "rooms": 3.0,
        "fee": Fee(amount_kr=4_312, frequency="Monthly"),
        "texts": Texts(heading="Ljus trea & balkong", long="En ljus trea med balkong."),
        "share": Share(association_id="vitec:F1", registration_number="1203"),
        "buildings": [Building(year_built=1938, floor=2.0, elevator=True, energy=Energy(rating="D"))],
    }
    return Estate(**(facts | changes))


def a_publication(pictures: list[PictureLink] | None = None, **changes: Any) -> Publication:
    """A publication with nothing missing; `estate` may be given whole."""
    facts: dict[str, Any] = {
        "estate": an_estate(),
        "office": Office(id="vitec:K1", name="Bryggan Fastigheter", email="kontor@example.com"),
        "agent": Agent(id="vitec:M1", name="Kim Test", email="kim@example.com", mobile="+46701740605"),
        "sellers": [
            Contact(
                id="vitec:C1",
                first_name="Tolvan",
                last_name="Tolvansson",
                personnummer=PERSONNUMMER,
                email="tolvan@example.com",
            )
        ],
        "billing": Party(
            name="Tolvan Tolvansson", street="Björkvägen 3", postcode="114 32", town="Stockholm"
        ),
        "pictures": pictures if pictures is not None else [a_picture("B1"), a_picture("B2")],
        "viewings": [
            Viewing(id="vitec:V1", starts_at=datetime(2026, 11, 29, 12, 0, tzinfo=UTC)),
        ],
    }
    return Publication(**(facts | changes))


def a_picture(
    image_id: str, url: str = "https://bilder.example.com/b/1.jpg", content: str = "a"
) -> PictureLink:
    return PictureLink(image_id=image_id, content_hash=content * 64, url=url, width_px=2400, height_px=1600)


def sold(estate: Estate, **changes: Any) -> Estate:
    """The same home sold for 4 300 000 kr on 20 November."""
    price = msgspec.structs.replace(estate.price, final_kr=4_300_000)
    deal = Sale(contract_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    return msgspec.structs.replace(estate, status="sold", price=price, sale=deal, **changes)


class Crash(Exception):
    """The process died here."""


class Fragile:
    """A caller that dies after the write with number `dies_after` (from 1) has been carried out."""

    def __init__(self, wire: Wire, *, dies_after: int = 0) -> None:
        self._wire = wire
        self.dies_after = dies_after
        self.writes = 0
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        answer = await self._wire.call(call)
        if call.method != "GET":
            self.writes += 1
            if self.writes == self.dies_after:
                raise Crash(call.operation)
        return answer


class FakeVault:
    """Secrets of one connection with the vault's swap, in memory."""

    def __init__(self, **fields: str) -> None:
        self.fields = fields

    async def __call__(self, field: str) -> str:
        if field not in self.fields:
            raise NeedsSignIn(f"{field} is not set")
        return self.fields[field]

    async def swap(self, field: str, value: str) -> None:
        assert f"{field}_old" not in self.fields
        self.fields[f"{field}_old"], self.fields[field] = self.fields[field], value

    async def confirm(self, field: str) -> None:
        del self.fields[f"{field}_old"]

    async def revert(self, field: str) -> None:
        self.fields[field] = self.fields.pop(f"{field}_old")


class Stand:
    """The imitation, the pictures, and connectors to it."""

    def __init__(self, imitation: Imitation, sandbox: Sandbox, pictures: str) -> None:
        self.imitation = imitation
        self.sandbox = sandbox
        self.picture_url = pictures
        self.vault = FakeVault(**{k: str(v) for k, v in imitation.settings().items()})
        self.now = NOW
        self.wires: list[Wire] = []

    def connector(self, *, dies_after: int = 0, **settings: Any) -> Hemnet:
        """A connector as after a start of the program."""
        base_url = self.sandbox.url("hemnet")
        settings = {"base_url": base_url, **FAST, **settings}
        limits = msgspec.structs.replace(
            manifest.load("hemnet").limits,
            calls=10_000,
            at_once=50,
            attempts=3,
            first_wait_s=0.01,
            most_wait_s=0.05,
        )
        profile = Profile(
            connection="hemnet",
            base_url=base_url,
            limits=limits,
            errors=manifest.load("hemnet").errors,
            authorise=Hemnet.authorise(settings, self.vault),
            allow_private=True,
        )
        wire = Wire(profile, Kit())
        self.wires.append(wire)
        self.line = Fragile(wire, dies_after=dies_after)
        return Hemnet(
            self.line, connection="hemnet", settings=settings, secrets=self.vault, now=lambda: self.now
        )

    def picture(self, name: str, content: str = "a") -> PictureLink:
        """A picture that the imitation can fetch (`broken` is no JPEG, `missing` is not there)."""
        return a_picture(name, url=f"{self.picture_url}/b/{name}.jpg?sig=1", content=content)

    def publication(self, **changes: Any) -> Publication:
        """A publication whose pictures can be fetched."""
        return a_publication(**({"pictures": [self.picture("B1"), self.picture("B2")]} | changes))

    @property
    def ads(self) -> list[dict[str, Any]]:
        """What a visitor can see, one row per listing."""
        return list(self.imitation.truth(["listings"])["listings"].values())

    @property
    def sent_twice(self) -> dict[str, int]:
        return self.imitation.writes.repeated()


async def drive(
    connector: Hemnet, publication: Publication, state: dict[str, Any] | None = None, *, most: int = 60
) -> tuple[dict[str, Any], list[str]]:
    """The hub's loop: plan, do the first step, keep the state, wait, plan again. State and steps done."""
    state = dict(state or {})
    done: list[str] = []
    for _ in range(most):
        steps = connector.steps(publication, state)
        if not steps:
            return state, done
        result = await connector.run(steps[0].name, publication, state)
        state |= result.state
        done.append(steps[0].name)
        if result.again_after_s:
            await asyncio.sleep(result.again_after_s)
    raise AssertionError(f"no end in {most} steps: {done}")


def once(steps: list[str]) -> list[str]:
    """Steps without the repeats of waiting."""
    return list(dict.fromkeys(steps))


@pytest.fixture(scope="session")
def jpeg_bytes() -> bytes:
    return bytes(pyvips.Image.black(40, 30).jpegsave_buffer())


@pytest.fixture
async def picture_server(jpeg_bytes: bytes) -> AsyncIterator[str]:
    async def serve(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name.startswith("missing"):
            raise web.HTTPNotFound
        return web.Response(body=b"GIF89a" if name.startswith("broken") else jpeg_bytes)

    app = web.Application()
    app.router.add_get("/b/{name}", serve)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield f"http://127.0.0.1:{server.port}"
    await server.close()


@pytest.fixture
async def stand(picture_server: str) -> AsyncIterator[Stand]:
    imitation = Imitation(seed=1, now=lambda: NOW, approve_after_s=0.02, image_delay_s=0.0)
    async with Sandbox(imitation) as sandbox:
        made = Stand(imitation, sandbox, picture_server)
        yield made
        for wire in made.wires:
            await wire.close()


@pytest.fixture
def offline() -> Iterator[Callable[..., Hemnet]]:
    """A connector that cannot call anybody: for what is pure."""

    class Nobody:
        async def call(self, call: Call) -> Answer:
            raise AssertionError(f"{call.operation} was called")

    def make(**settings: Any) -> Hemnet:
        return Hemnet(Nobody(), connection="hemnet", settings=settings, secrets=FakeVault(), now=lambda: NOW)

    return make


@pytest.fixture
def make_publication() -> Callable[..., Publication]:
    return a_publication


@pytest.fixture
def kit() -> Any:
    """The makers above, for test files (test folders are no packages)."""
    import types

    return types.SimpleNamespace(
        an_estate=an_estate,
        a_publication=a_publication,
        a_picture=a_picture,
        sold=sold,
        drive=drive,
        once=once,
        Crash=Crash,
        FakeVault=FakeVault,
        NOW=NOW,
        PERSONNUMMER=PERSONNUMMER,
    )


@pytest.fixture
def check(offline: Any, kit: Any) -> Callable[..., dict[str, Remark]]:
    """Code → remark for a whole publication with some parts changed."""

    def run(
        *, state: dict[str, Any] | None = None, settings: dict[str, Any] | None = None, **changes: Any
    ) -> dict[str, Remark]:
        estate = {k.removeprefix("estate_"): changes.pop(k) for k in list(changes) if k.startswith("estate_")}
        publication: Publication = kit.a_publication(**changes)
        if estate:
            publication.estate = kit.an_estate(**estate)
        found = offline(**(settings or {})).preflight(publication, state or {})
        return {remark.code: remark for remark in found}

    return run
