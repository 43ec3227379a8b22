"""Who gets in: one-time links, sessions, roles, forged requests, names that are not ours."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from brygga.web.app import App
from brygga.web.front import host_name, is_at_home
from brygga.web.sessions import ADMINISTRATOR, AUDITOR, IDLE_S, LINK_S, Door

CHANGES = (
    ("/hamta", {"objekt": "vitec:OBJ1", "kalla": "vitec"}),
    ("/publicera", {"objekt": "vitec:OBJ9", "plats": "hemnet"}),
    ("/avpublicera", {"objekt": "vitec:OBJ1", "plats": "hemnet"}),
    ("/ko/forsok", {"slag": "out", "n": "1"}),
    ("/ko/alla", {"rader": "1"}),
    ("/ko/avgor", {"n": "1", "svar": "kom-fram"}),
    ("/ko/kasta", {"slag": "out", "n": "1", "varfor": "prov"}),
    ("/atgarda/0123456789abcdef", {"svar": "klart"}),
    ("/granskare", {}),
)


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_link_works_once() -> None:
    door = Door(clock=Ticks())
    key = door.invite(ADMINISTRATOR)
    assert door.enter("something else") is None
    cookie = door.enter(key)
    assert cookie is not None
    assert door.enter(key) is None
    session = door.session(cookie)
    assert session is not None
    assert session.may_change


def test_links_and_sessions_grow_old() -> None:
    ticks = Ticks()
    door = Door(clock=ticks)
    key, used = door.invite(ADMINISTRATOR), door.invite(AUDITOR)
    cookie = door.enter(used)
    assert cookie is not None
    ticks.now = IDLE_S - 1
    assert door.session(cookie) is not None
    ticks.now += IDLE_S + 1
    assert door.session(cookie) is None
    ticks.now = LINK_S + 1
    assert door.enter(key) is None


def test_neither_links_nor_cookies_are_kept_as_they_are() -> None:
    door = Door(clock=Ticks())
    key = door.invite(ADMINISTRATOR)
    assert key not in repr(vars(door))
    cookie = door.enter(key)
    assert cookie is not None
    assert cookie not in repr(vars(door))


def test_only_so_many_sessions_are_kept() -> None:
    door = Door(clock=Ticks())
    cookies = [door.enter(door.invite(AUDITOR)) for _ in range(150)]
    assert cookies[0] is not None
    assert cookies[-1] is not None
    assert door.session(cookies[0]) is None
    assert door.session(cookies[-1]) is not None


@pytest.mark.parametrize(
    "path", ["/", "/objekt", "/objekt/vitec:OBJ1", "/atgarda", "/ko", "/data", "/meny", "/strom", "/nope"]
)
async def test_without_a_session_every_page_is_the_same_refusal(app: App, people: Any, path: str) -> None:
    async with people.stranger(app) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 403
    assert "Sidan öppnas med en länk från den som startade brygga." in answer.text
    assert "Storgatan" not in answer.text
    assert "nav" not in re.sub(r"navy", "", answer.text).split("<body", 1)[1].split("<main", 1)[1]


async def test_a_forged_cookie_opens_nothing(app: App, people: Any) -> None:
    async with people.stranger(app) as browser:
        for value in ("x", "a" * 5000, '"', "brygga=brygga; ="):
            answer = await browser.get("/", headers={"cookie": f"brygga={value}"})
            assert answer.status_code == 403


async def test_the_cookie_is_locked_down_and_the_key_leaves_the_address(app: App, people: Any) -> None:
    async with people.stranger(app) as browser:
        key = app.door.invite(ADMINISTRATOR)
        answer = await browser.get("/in", params={"nyckel": key})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        kept = answer.headers["set-cookie"].lower()
        assert "httponly" in kept
        assert "samesite=strict" in kept
        assert "path=/" in kept
        assert (await browser.get("/in", params={"nyckel": key})).status_code == 403


@pytest.mark.parametrize("path", ["/", "/objekt", "/nope", "/static/brygga.css", "/in?nyckel=x"])
async def test_every_answer_of_the_page_keeps_the_browser_strict(app: App, people: Any, path: str) -> None:
    async with people.administrator(app) as browser:
        headers = (await browser.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == (
        "no-store" if "static" not in path else "public, max-age=31536000, immutable"
    )


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", ""])
async def test_a_foreign_name_that_leads_here_is_refused(app: App, people: Any, host: str) -> None:
    async with people.administrator(app) as browser:
        answer = await browser.get("/", headers={"host": host})
    assert answer.status_code == 403
    assert "Storgatan" not in answer.text


async def test_the_page_is_only_for_this_machine_and_not_through_a_proxy(app: App, people: Any) -> None:
    async with people.stranger(app, client="192.0.2.7") as browser:
        assert (await browser.get("/")).status_code == 403
        assert (await browser.get("/metrics")).status_code == 403
        assert (await browser.get("/health/live")).status_code == 200
    async with people.administrator(app) as browser:
        assert (await browser.get("/", headers={"x-forwarded-for": "192.0.2.7"})).status_code == 403


@pytest.mark.parametrize(
    ("host", "name"),
    [("127.0.0.1:8740", "127.0.0.1"), ("[::1]:8740", "[::1]"), ("LOCALHOST", "localhost"), ("", "")],
)
def test_the_name_in_a_host_header(host: str, name: str) -> None:
    assert host_name(host) == name


def test_a_caller_without_an_address_is_not_at_home() -> None:
    assert not is_at_home({"client": None, "headers": [(b"host", b"127.0.0.1")]})
    assert not is_at_home({"client": ("not an address", 1), "headers": [(b"host", b"127.0.0.1")]})
    assert is_at_home({"client": ("::1", 1), "headers": [(b"host", b"[::1]:8740")]})


def form_of(html: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("path", "fields"), CHANGES)
async def test_an_auditor_changes_nothing(app: App, people: Any, path: str, fields: dict[str, str]) -> None:
    async with people.auditor(app) as browser:
        secret = form_of((await browser.get("/meny")).text)
        answer = await browser.post(path, data={**fields, "form": secret})
    assert answer.status_code == 403
    assert "Rollen Administratör kan." in answer.text
    assert app.site.hub.store.audit_list() == []


@pytest.mark.parametrize(("path", "fields"), CHANGES)
async def test_a_form_without_the_sessions_secret_changes_nothing(
    browser: httpx.AsyncClient, app: App, path: str, fields: dict[str, str]
) -> None:
    for secret in ({}, {"form": ""}, {"form": "wrong"}):
        assert (await browser.post(path, data={**fields, **secret})).status_code == 403
    assert app.site.hub.store.audit_list() == []


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
async def test_a_form_sent_from_another_site_changes_nothing(
    browser: httpx.AsyncClient, app: App, origin: str
) -> None:
    secret = form_of((await browser.get("/meny")).text)
    data = {"slag": "out", "n": "1", "form": secret}
    assert (await browser.post("/ko/forsok", data=data, headers={"origin": origin})).status_code == 403
    fine = await browser.post("/ko/forsok", data=data, headers={"origin": "http://127.0.0.1"})
    assert fine.status_code == 303


async def test_nothing_is_changed_by_a_get(browser: httpx.AsyncClient, app: App) -> None:
    for path, fields in CHANGES:
        answer = await browser.get(path, params=fields)
        assert answer.status_code in {200, 404, 405, 422}
    assert app.site.hub.store.audit_list() == []


async def test_the_language_is_the_browsers_until_another_is_chosen(app: App, people: Any) -> None:
    async with people.administrator(app, "en-GB,en;q=0.9") as browser:
        page = (await browser.get("/meny")).text
        assert "<h1>Menu</h1>" in page
        answer = await browser.post("/sprak", data={"till": "sv", "form": form_of(page)})
        assert answer.status_code == 303
        assert "<h1>Meny</h1>" in (await browser.get("/meny")).text
        assert (await browser.post("/sprak", data={"till": "xx", "form": form_of(page)})).status_code == 404


async def test_signing_out_ends_the_session(app: App, people: Any) -> None:
    async with people.auditor(app) as browser:
        cookie = browser.cookies["brygga"]
        answer = await browser.post("/logga-ut", data={"form": form_of((await browser.get("/meny")).text)})
        assert answer.status_code == 200
        assert (await browser.get("/", headers={"cookie": f"brygga={cookie}"})).status_code == 403


async def test_an_administrator_can_invite_an_auditor(
    app: App, people: Any, browser: httpx.AsyncClient
) -> None:
    page = await browser.post("/granskare", data={"form": form_of((await browser.get("/meny")).text)})
    link = re.search(r'value="(http://127\.0\.0\.1/in\?nyckel=[^"]+)"', page.text)
    assert link is not None
    async with people.stranger(app) as other:
        assert (await other.get(link[1])).status_code == 303
        assert "Granskare" in (await other.get("/meny")).text
