"""Settling conflicts: by hand, with who and why, on the command line and on the page."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent / "toys"))

from mirror_office import Between, between, home, person, toys, written

from brygga.cli import conflicts as conflicts_command
from brygga.cli import mirror as mirror_command
from brygga.connectors.writing import Writable
from brygga.hub import mirror_looking, settling
from brygga.model import Invalid
from brygga.web.app import App
from brygga.web.sessions import ADMINISTRATOR, AUDITOR

__all__ = ["between", "toys"]


@pytest.fixture
async def differing(between: Between) -> Between:
    """One contact whose e-mail was edited on both sides in the same moment."""
    between.left.put(person("K1", email="a@example.com"))
    await between.sync()
    between.left.put(person("K1", email="left@example.com"))
    right = between.twin("contact", "K1")
    between.right.put(msgspec.structs.replace(right, email="right@example.com"))
    await between.sync()
    return between


@pytest.mark.parametrize(
    ("take", "value", "wins"),
    [
        ("left", None, "left@example.com"),
        ("right", None, "right@example.com"),
        ("value", "ny@example.com", "ny@example.com"),
    ],
)
async def test_an_answer_is_written_to_both_sides_with_who_and_why(
    differing: Between, take: str, value: Any, wins: str
) -> None:
    store = differing.hub.store
    [one] = store.conflicts()
    settling.settle(differing.hub, one.n, take=take, value=value, why="frågade kunden", who="Anna")
    await differing.mirror()
    assert differing.left.get("contact", "K1").email == differing.twin("contact", "K1").email == wins
    [settled] = store.conflicts(state="settled")
    assert (settled.who, settled.why, settled.take) == ("Anna", "frågade kunden", take)
    assert (settled.left, settled.right, settled.choice) == (None, None, None)
    [line] = [row for row in store.audit_list() if row.action == "conflict.settle"]
    assert (line.actor, line.facts["why"]) == ("Anna", "frågade kunden")
    [told] = [e for e in store.events() if e.what == "mirror.settled"]
    assert (told.id, told.facts["field"]) == ("left:K1", "email")
    assert written(await differing.sync("full")) == 0


async def test_an_answer_needs_a_reason_and_a_way(differing: Between) -> None:
    [one] = differing.hub.store.conflicts()
    with pytest.raises(Invalid, match="reason"):
        settling.settle(differing.hub, one.n, take="left", why=" ", who="Anna")
    differing.right.can["contact"] = Writable(create=True)
    with pytest.raises(Invalid, match="by hand"):
        settling.settle(differing.hub, one.n, take="left", why="x", who="Anna")
    with pytest.raises(Invalid, match="no open conflict"):
        settling.settle(differing.hub, 99, take="left", why="x", who="Anna")


async def test_a_value_that_changes_after_the_answer_is_asked_about_again(differing: Between) -> None:
    [one] = differing.hub.store.conflicts()
    settling.settle(differing.hub, one.n, take="left", why="x", who="Anna")
    differing.right.fault = lambda _: "busy"
    await differing.mirror()
    assert differing.hub.store.conflicts(state="open") == []
    differing.right.fault = lambda _: ""
    await differing.mirror()
    assert differing.twin("contact", "K1").email == "left@example.com"
    assert differing.hub.store.conflicts() == []


async def test_an_edit_that_was_put_off_by_a_busy_side_arrives_later(between: Between) -> None:
    between.left.put(person("K1", email="a@example.com"))
    await between.sync()
    between.right.fault = lambda _: "busy"
    between.left.put(person("K1", email="b@example.com"))
    await between.sync()
    between.right.fault = lambda _: ""
    await between.mirror()
    assert between.twin("contact", "K1").email == "b@example.com"


async def test_a_dry_run_plans_and_writes_nothing(between: Between) -> None:
    between.left.put(person("K1", email="hemlig@example.com", personnummer="191212121212"))
    between.left.put(home("O1", seller_ids=["left:K1"]))
    between.right.put(person("9", "right", personnummer="191212121212"))
    between.pull("left")
    between.pull("right")
    outcome = await mirror_looking.plan_without_touching(between.hub, ["right"])
    kinds = outcome["mirrors"]["right"]["kinds"]
    assert kinds["estate"]["right.create"] == 1
    assert kinds["contact"]["right.update"] == 1
    assert "hemlig" not in str(outcome)
    assert {"kind": "estate", "op": "create"}.items() <= outcome["mirrors"]["right"]["sample"][-1].items()
    assert between.right.calls["write"] == 0
    assert between.hub.store.twin_counts("right") == {}


def command(part: Any) -> typer.Typer:
    app = typer.Typer()
    part.add_to(app)
    app.command("other")(lambda: None)
    return app


async def test_the_command_lists_shows_and_settles(differing: Between) -> None:
    folder = ["--home", str(differing.folder)]
    run = CliRunner()
    listed = run.invoke(command(conflicts_command), ["conflicts", "list", "--json", *folder])
    assert listed.exit_code == 1
    rows = msgspec.json.decode(listed.stdout)["conflicts"]
    assert (rows[0]["field_sv"], rows[0]["left"]["value"]) == ("e-post", "left@example.com")
    n = str(rows[0]["n"])
    bare = run.invoke(command(conflicts_command), ["conflicts", *folder, "--json"])
    assert msgspec.json.decode(bare.stdout)["conflicts"] == rows
    assert run.invoke(command(conflicts_command), ["conflicts", "show", n, *folder]).exit_code == 0
    arguments = ["conflicts", "settle", n, "--take", "right", "--why", "x", *folder, "--json"]
    dry = run.invoke(command(conflicts_command), [*arguments, "--dry-run"])
    assert msgspec.json.decode(dry.stdout)["value"] == "right@example.com"
    assert differing.hub.store.conflict_count() == 1
    done = run.invoke(command(conflicts_command), [*arguments, "--by", "Anna"])
    assert done.exit_code == 0, done.output
    [one] = differing.hub.store.conflicts()
    assert (one.state, one.take, one.who) == ("chosen", "right", "Anna")


def test_the_mirror_command_shows_its_plan(between: Between) -> None:
    between.left.put(person("K1"))
    between.pull("left")
    done = CliRunner().invoke(
        command(mirror_command), ["mirror", "--dry-run", "--json", "--home", str(between.folder)]
    )
    assert done.exit_code == 0, done.output
    found = msgspec.json.decode(done.stdout)
    assert found["mirrors"]["right"]["kinds"]["contact"]["right.create"] == 1


@pytest.fixture
async def page(differing: Between) -> AsyncIterator[App]:
    made = App(differing.hub, every_s=1.0)
    yield made
    await made.close()


async def opened(app: App, role: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app.asgi, client=("127.0.0.1", 50_000), raise_app_exceptions=False)
    browser = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
    answer = await browser.get("/in", params={"nyckel": app.door.invite(role)})
    assert answer.status_code == 303
    return browser


async def test_the_page_shows_both_values_and_takes_an_answer(differing: Between, page: App) -> None:
    browser = await opened(page, ADMINISTRATOR)
    text = (await browser.get("/konflikter")).text
    for expected in ("En uppgift skiljer sig", "left@example.com", "right@example.com", "Anna Nr K1"):
        assert expected in text
    secret = text.split('name="form" value="')[1].split('"')[0]
    [one] = differing.hub.store.conflicts()
    form = {"form": secret, "n": str(one.n), "svar": "right", "varfor": ""}
    refused = await browser.post("/konflikter", data=form)
    assert refused.status_code == 422
    assert "Skriv varför." in refused.text
    done = await browser.post("/konflikter", data={**form, "varfor": "frågade kunden"})
    assert (done.status_code, done.headers["location"]) == (303, "/konflikter?klart=conflict")
    await differing.mirror()
    assert differing.left.get("contact", "K1").email == "right@example.com"
    assert "Inga konflikter. Alla system är överens." in (await browser.get("/konflikter")).text
    await browser.aclose()


async def test_who_may_change_nothing_sees_no_persons_and_no_buttons(differing: Between, page: App) -> None:
    browser = await opened(page, AUDITOR)
    text = (await browser.get("/konflikter")).text
    assert "left@example.com" not in text
    assert 'name="svar"' not in text
    await browser.aclose()
