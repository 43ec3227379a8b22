"""A small world that lives once, with every kind of failure, while all that it says is collected."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from canaries import Canaries
from conftest_life import World, world
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest
from trouble_running import environment

from brygga.hub import Hub
from brygga.hub.mending import resolve_repair
from brygga.hub.wiring import make_wires
from brygga.model import BryggaError, Invalid, Rejected
from brygga.sandbox import OneShot
from brygga.sandbox.trouble import json_answer
from brygga.web.app import App
from brygga.web.serving import Server, config, listen, url_of
from brygga.web.sessions import AUDITOR
from brygga.wire.call import Call
from brygga.wire.state import Kept

CRASHING = Path(__file__).with_name("crashing.py")


@dataclasses.dataclass
class Seen:
    """What the world said, place by place, and what was planted in it."""

    canaries: Canaries
    home: Path
    places: dict[str, str | bytes]
    pages: dict[str, tuple[int, str]]
    spans: int


async def live(home: Path) -> Seen:
    """One life with every trouble in it."""
    canaries, errors = Canaries(), [""]
    async with world(home, estates=12) as made, _page(made) as app:
        spans = await _traced(made.hub)
        await _plant(made, canaries)
        await made.sync()
        _plant_persons(made.hub, canaries)
        await _webhooks(made, canaries)
        await _publish(made)
        await _failures(made, canaries, errors)
        pages = await _pages(app)
        finished = spans.get_finished_spans()
        places: dict[str, str | bytes] = {
            "errors": "\n".join(errors),
            "spans": "\n".join(span.to_json() for span in finished),
            "metrics": generate_latest(made.hub.kit.meters.registry).decode(),
        }
    places |= tables(home / "brygga.db")
    places["flow log"] = file_bytes(home, "flows.db")
    places["crash dump"] = _crash(home, canaries, in_thread=False)
    places["crash dump of a thread"] = _crash(home, canaries, in_thread=True)
    return Seen(canaries, home, places, pages, len(finished))


async def _traced(hub: Hub) -> InMemorySpanExporter:
    """Spans of all calls from now on, as an exporter would send them."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    hub.kit = dataclasses.replace(hub.kit, tracer=provider.get_tracer("canary"))
    hub.connections._make_wire = make_wires(hub.kit)
    await hub.connections.close()
    return exporter


@contextlib.asynccontextmanager
async def _page(made: World) -> AsyncIterator[App]:
    """The page and the webhook intake over loopback, in front of that hub."""
    listener = listen("127.0.0.1", 0)
    made.hub.listening_at = url_of(listener)
    app = App(made.hub)
    server = Server(config(app))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield app
    finally:
        await app.close()
        server.should_exit = True
        await serving
        listener.close()


async def _plant(made: World, canaries: Canaries) -> None:
    """Credentials of every connection, the key ring, texts, and an address that only the outbox knows."""
    hub, given = made.hub, made.sandbox.settings()
    canaries.plant("secret", "key ring", (hub.settings.home / "keys").read_text().split(":")[1].strip())
    canaries.plant("secret", "vitec password", given["vitec"]["password"])
    for name in ("token", "webhook_key"):
        canaries.plant("secret", f"hemnet {name}", given["hemnet"][name])
    vitec, smtp = hub.connections.get("vitec"), hub.connections.get("smtp")
    hook = canaries.plant("secret", "webhook secret", "kanarie-krok-hemlig-5521")
    await hub.connect(vitec, {"webhook_secret": hook})
    await hub.connect(smtp, {"password": canaries.plant("secret", "smtp password", "kanarie-post-lösen-88")})
    basic = f"{given['vitec']['username']}:{given['vitec']['password']}"
    canaries.plant("secret", "sign-in header", basic)
    sender = canaries.plant("sealed", "sender of mails", "kanarie-avsandare@example.test")
    hub.services.settings = hub.settings.model_copy(update={"mail_from": sender})
    canaries.plant("sealed", "a member of the raw answers", '"socialSecurityNumber"')
    text = canaries.plant("text", "ad text", "Kanariegul stuga med utsikt mot sundet och en brygga i lä")
    made.mutate("text", id=made.fit()[0], text=text)
    kept = canaries.plant("sealed", "kept answer", "kanarie-behallet-svar-3310")
    made.hub.kit.answers.put("scope", "key", Kept(200, {}, kept.encode(), 1.0))


def _plant_persons(hub: Hub, canaries: Canaries) -> None:
    """Every contact that was read, and on pages those that are not also the staff's."""
    staff = b"".join(_documents(hub, kind) for kind in ("agent", "office"))
    rows = [hub.store.get("contact", f"vitec:{one}") for one in hub.store.ids("contact", "vitec")]
    assert len(rows) >= 3, "sellers have been read"
    for n, row in enumerate(rows):
        contact: Any = row
        canaries.person(
            f"contact {n}",
            number=contact.personnummer,
            phone=contact.mobile,
            email=contact.email,
            name=f"{contact.first_name} {contact.last_name}",
        )
    for label, value in [*canaries.values["person"].items(), *canaries.values["name"].items()]:
        if value.encode() not in staff:
            canaries.plant("contact", label, value)


def _documents(hub: Hub, kind: str) -> bytes:
    return "\n".join(str(doc) for (doc,) in hub.store.database.rows(f"SELECT doc FROM rec_{kind}")).encode()


async def _webhooks(made: World, canaries: Canaries) -> None:
    """A good one, one with a wrong secret, one that is nonsense; each with a canary in its body."""
    body = canaries.plant("sealed", "webhook body", "kanarie-i-en-krok-9417")
    secret = canaries.values["secret"]["webhook secret"]
    notice = {"type": "Estate", "event": "Update", "id": made.fit()[0], "data": {"note": body}}
    async with httpx.AsyncClient(base_url=made.hub.listening_at) as outside:
        good = await outside.post(f"/in/vitec/{secret}", json=notice)
        await outside.post("/in/vitec/fel-hemlighet", json=notice)
        await outside.post(f"/in/vitec/{secret}", content=f"{{{body}")
        await outside.post(f"/in/vitec/{secret}", content=json.dumps({"type": body}))
    assert good.status_code == 200
    await made.quiet()


async def _publish(made: World) -> None:
    """One home becomes visible, with mail and description, and stays so."""
    outcome = await made.publish(made.fit()[0])
    assert outcome["status"] == "visible", outcome
    await made.quiet()


async def _failures(made: World, canaries: Canaries, errors: list[str]) -> None:
    """Refusals that echo what they were sent, faults of ours that quote what they held."""
    secrets = {k: v for k, v in canaries.values["secret"].items() if k != "key ring"}  # nobody is sent that
    echo = " ".join([*secrets.values(), *canaries.values["person"].values()])
    for imitation in (made.hemnet, made.vitec):
        imitation._trouble._refuse = lambda status, text: json_answer({"message": echo}, status=status)
    made.hemnet.faults.next([OneShot(fault="500", times=50)])
    await _call(made.hub, "hemnet", errors)
    made.hemnet.faults.clear()
    made.hemnet.faults.next([OneShot(fault="expired", times=50)])
    await _publish_in_vain(made, made.fit(2)[1])
    _quoting_mapping(made.hub, echo)
    await made.sync("full")
    _quoting_listing(made.hub, RuntimeError(echo))
    await made.sync("full")
    _quoting_listing(made.hub, Rejected(f"{echo} was refused", sv=f"{echo} godtogs inte"))
    await made.sync("full")
    await made.hub.connections.close()
    made.vitec.use_profile("expired-keys")
    await made.sync("full")
    errors += [
        str(vars(row)) if hasattr(row, "__dict__") else repr(row) for row in made.hub.store.repair_list()
    ]
    made.vitec.use_profile("none")
    resolve_repair(made.hub, "key_refused", "vitec", "", remove=False, actor="test")


async def _publish_in_vain(made: World, source_id: str) -> None:
    """Ask for it, and wait until the receiver has refused."""
    made.hub.publish(f"vitec:{source_id}", "hemnet")
    async with asyncio.timeout(20):
        while not any(row.error_code for row in made.hub.store.outbox_list(connection="hemnet")):
            await asyncio.sleep(0.05)


async def _call(hub: Hub, name: str, errors: list[str]) -> None:
    with pytest.raises(BryggaError) as caught:
        await hub.connections.live(name).wire.call(Call(operation="trial", path="/listing/x", deadline_s=0.4))
    errors += [str(caught.value), repr(caught.value), json.dumps(caught.value.facts())]


def _quoting_mapping(hub: Hub, echo: str) -> None:
    """A mapping with a bug whose errors quote the whole record."""
    faults: Iterator[Callable[[Any], Exception]] = iter(())

    def mapped(raw: Any) -> Any:
        nonlocal faults
        make = next(faults, None)
        if make is None:
            faults = iter(
                [lambda r: ValueError(r.body.decode()), lambda r: Invalid(f"{echo} in {r.source_id}")]
            )
            make = next(faults)
        raise make(raw)

    hub.connections.live("vitec").connector.map = mapped


def _quoting_listing(hub: Hub, error: Exception) -> None:
    """A listing that fails with an error which quotes what it was given."""

    async def pages(stream: str, **_: Any) -> AsyncIterator[Any]:
        raise error
        yield  # an async generator needs one

    hub.connections.live("vitec").connector.pages = pages


async def _pages(app: App) -> dict[str, tuple[int, str]]:
    """Every page of the site for nobody, and for an auditor, in both languages."""
    from litestar import Litestar

    framework = app.asgi._page._app  # type: ignore[attr-defined]  # the front keeps it
    assert isinstance(framework, Litestar)
    hub = app.site.hub
    paths = [route.path for route in framework.routes if "{" not in route.path and "GET" in route.methods]
    paths += [f"/objekt/vitec:{one}" for one in sorted(hub.store.ids("estate", "vitec"))[:6]]
    paths += [f"/ko/{tab}" for tab in ("ut", "in", "undan", "tvekan", "out", "aside", "doubt")]
    paths = [path for path in paths if path not in {"/strom", "/in"} and not path.startswith("/static")]
    found: dict[str, tuple[int, str]] = {}
    transport = httpx.ASGITransport(app=app.asgi, client=("127.0.0.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        for path in [*paths, "/metrics", "/health/ready"]:
            answer = await browser.get(path)
            found[f"nobody {path}"] = (answer.status_code, answer.text)
        cookie = app.door.enter(app.door.invite(AUDITOR))
        for lang in ("sv", "en"):
            headers = {"Cookie": f"{app.site.cookie}={cookie}", "Accept-Language": lang}
            for path in paths:
                answer = await browser.get(path, headers=headers, follow_redirects=True)
                found[f"auditor {lang} {path}"] = (answer.status_code, answer.text)
    return found


TABLES = (
    "event", "repair", "outbox", "inbox", "parked", "breaker", "audit", "heartbeat", "setting", "link",
    "cursor", "signal", "slot", "finding", "listing", "feed", "answer",
)  # fmt: skip


def tables(path: Path) -> dict[str, str | bytes]:
    """Every table that says how things went, all its columns as text. Records and their history lie open."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        return {f"table {name}": repr(db.execute(f"SELECT * FROM {name}").fetchall()) for name in TABLES}


def file_bytes(home: Path, name: str) -> bytes:
    """A database's file with its log."""
    return b"".join(path.read_bytes() for path in sorted(home.glob(f"{name}*")))


def _crash(home: Path, canaries: Canaries, *, in_thread: bool) -> str:
    """What a program leaves on stderr that ends in an error of its own with all this in its hands."""
    persons = canaries.values["person"]
    held = {
        "names": list(canaries.values["name"].values()),
        "numbers": [v for k, v in persons.items() if " number " in k][:8],
        "mails": [v for k, v in persons.items() if k.endswith("e-mail")],
        "phones": [v for k, v in persons.items() if " phone " in k and v.startswith(("0", "+"))][:4],
    }
    file = home.parent / "held.json"
    file.write_text(json.dumps(held))
    arguments = [str(home), str(file), *(["thread"] if in_thread else [])]
    done = subprocess.run(
        [sys.executable, str(CRASHING), *arguments],
        capture_output=True,
        text=True,
        env=environment(None),
        timeout=30,
        check=False,
    )
    assert "RuntimeError" in done.stderr, done.stderr
    return done.stderr
