"""A source that answers nonsense, half answers or traps: the others are stored, the bad one waits with
its reason, nothing is deleted, and a retry mends it."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Hostile, answer, home, hostile
from trouble_running import brygga

from brygga.connectors import manifest
from brygga.hub import Connection, Hub, Settings
from brygga.hub.checking import check_all
from brygga.hub.mending import drop_parked, retry_parked
from brygga.model import Estate

OWN = Path(__file__).with_name("own")
HOMES = 60


async def _half(writer: asyncio.StreamWriter) -> None:
    """Promises more than it sends and hangs up."""
    writer.write(
        answer(b'{"id": "H', more="X-Half: 1\r\n").replace(b"Content-Length: 9", b"Content-Length: 900")
    )
    await writer.drain()


async def _reset(writer: asyncio.StreamWriter) -> None:
    """Hangs up at once."""
    writer.transport.abort()


async def _silence(_: asyncio.StreamWriter) -> None:
    """Says nothing for longer than anybody waits."""
    await asyncio.sleep(1.0)


async def _dripping(writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(20):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


async def _endless(writer: asyncio.StreamWriter) -> None:
    """A body without end."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    for _ in range(100):
        writer.write(b"1," * 50_000)
        await writer.drain()


def _of(body: Any, **how: Any) -> bytes:
    return answer(body if isinstance(body, bytes) else json.dumps(body).encode(), **how)


BAD: dict[str, Any] = {
    "server error": _of(b"oops", status="500 Oops", kind="text/plain"),
    "a page instead": _of(b"<html><body>Vi uppdaterar</body></html>", kind="text/html"),
    "garbage": _of(bytes(range(256))),
    "nothing": _of(b""),
    "no content": answer(b"", status="204 No Content"),
    "truncated": _of(b'{"id": "H8", "street": "Storg'),
    "an array": _of([home(1)]),
    "null": _of(None),
    "a number": _of(7),
    "another home": _of(home(99)),
    "no id": _of({"street": "Storgatan 1"}),
    "too deep": _of(b"[" * 90_000),
    "not UTF-8": _of(b'{"id": "H\xff\xfe"}'),
    "too large": _of(b'{"id": "' + b"x" * 300_000 + b'"}'),
    "a bomb": _of(gzip.compress(b" " * 30_000_000), more="Content-Encoding: gzip\r\n"),
    "not gzip at all": _of(b'{"id": "H15"}', more="Content-Encoding: gzip\r\n"),
    "a way to the inside": answer(
        b"", status="302 Found", more="Location: http://169.254.169.254/secrets\r\n"
    ),
    "refused item": _of({"message": "no"}, status="422 No"),
    "other protocol": b"SSH-2.0-OpenSSH_9.9\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 99\r\n\r\n{}",
    "half": _half,
    "reset": _reset,
    "silence": _silence,
    "dripping": _dripping,
    "endless": _endless,
}
ODD: dict[str, dict[str, Any]] = {
    "control and bidi characters": {"street": "Stor\u202egatan\x00 \x1b[31m5"},
    "half a character": {"town": "Lund\ud83d"},
    "a script": {"text": "<p onclick='x()'>Fin</p><script>alert(1)</script>"},
    "a negative price": {"price": -5},
    "a price beyond reason": {"price": 10**40},
    "a price in words": {"price": "mycket"},
    "an area of infinity": {"living_area": "Infinity"},
    "a list as a street": {"street": ["Storgatan", 1]},
    "an unknown state": {"state": "exploded"},
    "a time that never was": {"changed": "2026-13-45T99:99:99"},
    "a street as long as a book": {"street": "x" * 100_000},
}


@pytest.fixture
def own_connector(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The connector in `own/` is there, as one's own connectors are."""
    monkeypatch.setenv("BRYGGA_CONNECTORS", str(OWN))
    monkeypatch.syspath_prepend(str(OWN))
    for cached in (manifest.load, manifest._places):
        cached.cache_clear()
    yield
    for cached in (manifest.load, manifest._places):
        cached.cache_clear()


@pytest.fixture
async def harbour() -> AsyncIterator[Hostile]:
    """A source with sixty homes, well-behaved until told otherwise."""
    async with hostile(HOMES) as source:
        yield source


@pytest.fixture
async def hub(own_connector: None, harbour: Hostile, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub at work whose one connection is that source."""
    made = Hub(Settings(home=tmp_path / "home"))
    connection = Connection(
        name="harbour", connector="harbour", settings={"base_url": harbour.url}, practice=True
    )
    await made.connect(connection, {"token": "harbour-token-4711"})
    await made.start(schedule=False)
    yield made
    await made.stop()


def _misbehave(source: Hostile) -> dict[str, str]:
    """Every bad answer at one home each; home → what is bad there."""
    bad = {f"H{number}": what for number, what in enumerate(BAD)}
    source.said = {f"/homes/{one}": BAD[what] for one, what in bad.items()}
    return bad


def _held(hub: Hub) -> set[str]:
    return set(hub.store.ids("estate", "harbour"))


async def test_bad_answers_are_set_aside_each_with_its_reason_and_mended_later(
    hub: Hub, harbour: Hostile
) -> None:
    bad = _misbehave(harbour)
    await hub.sync("harbour", wait_s=30)
    parked = {p.source_id: p for p in hub.store.parked("harbour")}
    assert {bad[one] for one in parked} == set(bad.values())
    assert _held(hub) == harbour.homes.keys() - bad.keys()
    assert all(p.reason_code and p.sv for p in parked.values())
    assert "/secrets" not in harbour.asked
    harbour.said = {}
    await hub.sync("harbour", wait_s=30)
    assert _held(hub) == harbour.homes.keys()
    assert hub.store.parked("harbour") == []


async def test_bad_answers_leave_what_we_hold_as_it_was(hub: Hub, harbour: Hostile) -> None:
    await hub.sync("harbour", wait_s=30)
    before, last = (
        {one: hub.store.row("estate", f"harbour:{one}") for one in harbour.homes},
        hub.store.feed_last(),
    )
    _misbehave(harbour)
    await hub.sync("harbour", mode="full", wait_s=30)
    assert {one: hub.store.row("estate", f"harbour:{one}") for one in harbour.homes} == before
    assert hub.store.feed_last() == last, "nothing was written, so nothing was half written"


async def test_odd_values_are_left_out_with_a_finding_and_the_record_is_kept(
    hub: Hub, harbour: Hostile
) -> None:
    odd = {f"H{number}": what for number, what in enumerate(ODD)}
    for one, what in odd.items():
        body = json.dumps({**harbour.homes[one], **ODD[what]})
        harbour.said[f"/homes/{one}"] = answer(body.encode())
    await hub.sync("harbour", wait_s=30)
    parked = {p.source_id for p in hub.store.parked("harbour")}
    assert _held(hub) == harbour.homes.keys() - parked
    for one, what in odd.items():
        found = hub.store.findings(id=f"harbour:{one}")
        assert found or one in parked, f"{what} vanished in silence"
        estate = hub.store.get("estate", f"harbour:{one}")
        if isinstance(estate, Estate):
            assert estate.address.town.startswith("Lund")
            assert "script" not in estate.texts.long
            assert estate.address.street.isprintable()


LISTS: dict[str, Any] = {
    "empty": _of({"homes": []}),
    "nothing": _of(b""),
    "null": _of(None),
    "no homes": _of({}),
    "homes as text": _of({"homes": "none"}),
    "a page instead": _of(b"<html>", kind="text/html"),
    "garbage": _of(bytes(range(256))),
    "truncated": _of(b'{"homes": [{"id": "H1"'),
    "server error": _of(b"oops", status="500 Oops"),
    "a third": _of({"homes": [{"id": f"H{n}"} for n in range(HOMES // 3)]}),
    "ids that climb": _of({"homes": [{"id": "../admin"}, {"id": "a b"}, {"id": ""}, {"id": "x?y=1"}]}),
    "closed": _of({}, status="401 No"),
    "half": _half,
    "silence": _silence,
}


async def test_no_list_however_odd_takes_anything_away(hub: Hub, harbour: Hostile) -> None:
    await hub.sync("harbour", wait_s=30)
    for what, reply in LISTS.items():
        harbour.said["/homes"] = reply
        await hub.sync("harbour", wait_s=30)
        assert _held(hub) >= harbour.homes.keys(), what
        assert hub.store.counts()["estate"][0] >= HOMES, what
    harbour.said = {}
    harbour.homes["H60"] = home(60)
    await hub.sync("harbour", wait_s=30)
    assert "H60" in _held(hub), "after all that it works as before"
    assert not any(path.startswith(("/admin", "/homes/..")) for path in harbour.asked)


async def test_a_connector_with_a_bug_is_told_as_one_and_not_by_what_it_held(
    hub: Hub, harbour: Hostile, tmp_path: Path
) -> None:
    harbour.said["/homes"] = _of({"homes": [{"id": "H1", "changed": "harbour-token-4711"}]})
    looked = await brygga("sync", "--dry-run", "--json", home=tmp_path / "home", BRYGGA_CONNECTORS=str(OWN))
    assert json.loads(looked.out)["connections"]["harbour"]["trouble"] == "flow_failed"
    live = hub.connections.live("harbour")

    async def check() -> Any:
        raise KeyError("harbour-token-4711")

    live.connector.check = check
    told = await check_all(hub, ["harbour"])
    assert told["harbour"]["exit"] == 1
    assert "4711" not in looked.err + looked.out + str(told) + str(hub.store.events("harbour"))


async def test_a_person_lists_retries_and_drops_what_was_set_aside(
    hub: Hub, harbour: Hostile, tmp_path: Path
) -> None:
    harbour.said = {
        "/homes/H3": BAD["another home"],
        "/homes/H4": BAD["server error"],
        "/homes/H5": BAD["null"],
    }
    await hub.sync("harbour", wait_s=30)
    listed = await brygga("parked", "list", "--json", home=tmp_path / "home", BRYGGA_CONNECTORS=str(OWN))
    rows = {row["source_id"]: row for row in json.loads(listed.out)["parked"]}
    assert rows.keys() == {"H3", "H4", "H5"}
    assert all(row["code"] and row["sv"] for row in rows.values())
    again = await brygga(
        "parked", "retry", "harbour", "estate", "H3", home=tmp_path / "home", BRYGGA_CONNECTORS=str(OWN)
    )
    assert "another home" in again.sentence, "the kept answer has not become better"
    harbour.said = {}
    assert retry_parked(hub, "harbour", "estate", "H4", actor="test") == "asked"
    async with asyncio.timeout(10):
        while "H4" not in _held(hub):
            await asyncio.sleep(0.05)
    assert "H3" in _held(hub), "asking anew mends all that the source now tells well"
    assert hub.store.parked("harbour") == []
    harbour.said = {"/homes/H7": BAD["null"]}
    await hub.sync("harbour", mode="full", wait_s=30)
    drop_parked(hub, "harbour", "estate", "H7", reason="trial", actor="test")
    assert hub.store.parked("harbour") == []
    assert "H7" in _held(hub)
