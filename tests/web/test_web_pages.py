"""Every page: full, empty, faulty, for each role, in both languages; written as the house writes."""

from __future__ import annotations

import itertools
import re
from types import ModuleType
from typing import Any

import httpx
import pytest

from brygga.hub import Hub
from brygga.model import Retryable
from brygga.web.app import App

PAGES = (
    "/",
    "/objekt",
    "/objekt?urval=wrong",
    "/objekt?q=stor",
    "/objekt?q=finnsinte",
    "/objekt/vitec:OBJ1",
    "/objekt/vitec:OBJ1?visa=bids",
    "/objekt/vitec:OBJ9",
    "/atgarda",
    "/ko",
    "/ko/in",
    "/ko/at-sidan",
    "/ko/osakra",
    "/data",
    "/data?kod=out_of_range",
    "/rapport",
    "/logg",
    "/logg?anslutning=hemnet",
    "/meny",
    "/publicera?objekt=vitec:OBJ9&plats=hemnet",
    "/avpublicera?objekt=vitec:OBJ1&plats=hemnet",
    "/ko/kasta?slag=out&n=1",
    "/ko/kasta?slag=aside&anslutning=vitec&post=estate&kalla=OBJ99",
)
EMPTY_PAGES = ("/", "/objekt", "/atgarda", "/ko", "/ko/in", "/data", "/rapport", "/logg", "/meny")
TAG = re.compile(r"<[^>]+>")


def plain(html: str) -> str:
    """What a page says, without its drawings and addresses."""
    html = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    html = re.sub(r"<(script|style).*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"[ \t\n]+", " ", TAG.sub(" ", html))


async def repair_pages(browser: httpx.AsyncClient) -> list[str]:
    text = (await browser.get("/atgarda")).text
    return sorted(set(re.findall(r'href="(/atgarda/[0-9a-f]+)"', text)))


@pytest.mark.parametrize("role", ["administrator", "auditor"])
@pytest.mark.parametrize("lang", ["sv", "en"])
async def test_every_page_answers_for_every_role_in_both_languages(
    app: App, people: Any, role: str, lang: str
) -> None:
    async with getattr(people, role)(app, lang) as browser:
        pages = [*PAGES, *(await repair_pages(browser))]
        assert len(pages) == len(PAGES) + 3
        for page in pages:
            answer = await browser.get(page)
            assert answer.status_code == 200, page
            assert f'<html lang="{lang}">' in answer.text, page
            assert answer.text.count("<h1") == 1, page
            assert "{" not in plain(answer.text), page


async def test_an_empty_hub_says_what_will_come_and_why(empty: Hub, people: Any) -> None:
    app = App(empty)
    async with people.administrator(app) as browser:
        for page in EMPTY_PAGES:
            assert (await browser.get(page)).status_code == 200, page
        assert "Börja med mäklarsystemet." in (await browser.get("/")).text
        assert (
            "De kommer när mäklarsystemet har hämtats första gången." in (await browser.get("/objekt")).text
        )
        assert "Inget att åtgärda." in (await browser.get("/atgarda")).text
        assert "Kön är tom." in (await browser.get("/ko")).text
        assert "Inga fynd i 0 objekt" in (await browser.get("/data")).text
    await app.close()


@pytest.mark.parametrize(
    "page",
    [
        "/nope",
        "/objekt/vitec:NOPE",
        "/atgarda/0123456789abcdef",
        "/ko/nope",
        "/data?kod=nope",
        "/logg?anslutning=nope",
        "/objekt?sida=0",
        "/objekt?sida=x",
        "/objekt?sida=99999999999999",
        "/ko/kasta?slag=out&n=999",
        "/ko/kasta?slag=nope&n=1",
        "/ko/kasta",
        "/publicera",
        "/avpublicera?objekt=vitec:OBJ1&plats=vitec",
        "/atgarda/x/ta-bort",
        "/static/../app.py",
        "/objekt/",
        "/objekt/%00",
        "/static/nope.css",
        "/ko/kasta?slag=out&n=%C2%B2",
    ],
)
async def test_what_is_not_there_is_said_plainly(browser: httpx.AsyncClient, page: str) -> None:
    answer = await browser.get(page)
    assert answer.status_code == 404 if page != "/objekt/" else answer.status_code in {200, 404}
    if answer.status_code == 404:
        assert "Sidan finns inte. Objektet kan ha tagits bort." in answer.text
        assert "Sök objekt" in answer.text


async def test_a_fault_of_ours_gives_a_case_number_and_no_trace(
    app: App, people: Any, monkeypatch: Any, caplog: Any
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("kanariehemlighet 070-1740605")

    async with people.administrator(app) as browser:
        monkeypatch.setattr(app.site.hub.store, "repair_list", broken)
        app.site.looks.forget()
        answer = await browser.get("/")
    assert answer.status_code == 500
    assert "Något gick fel hos oss." in answer.text
    case = re.search(r"Ärende ([0-9A-F]{4}-[0-9A-F]{2})", answer.text)
    assert case is not None
    assert case[1] in caplog.text
    assert "kanarie" not in answer.text + caplog.text
    assert "KeyError" not in answer.text


async def test_a_database_that_is_away_is_said_so(app: App, people: Any, monkeypatch: Any) -> None:
    def away(*_: Any) -> None:
        raise Retryable("the database is away", sv="Databasen svarar inte.")

    async with people.administrator(app) as browser:
        monkeypatch.setattr(app.site.hub.store, "repair_list", away)
        app.site.looks.forget()
        answer = await browser.get("/")
    assert answer.status_code == 503
    assert "Vi når inte vår egen databas just nu." in answer.text


async def test_swedish_pages_are_written_as_the_house_writes(browser: httpx.AsyncClient) -> None:
    for page in [*PAGES, *(await repair_pages(browser))]:
        html = (await browser.get(page)).text
        assert len(re.findall(r"<time datetime=\"[0-9T:+-]+\">", html)) == html.count("<time"), page
        text = plain(html)
        assert not re.search(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b", text), page
        assert not re.search(r"\b[0-2]?[0-9]:[0-5][0-9]\b", text), page
        assert not re.search(r"[0-9] [0-9]{3}\b", text), page
        assert not re.search(r"[0-9] (?:kr|m²|rum|%|s|min|kB|MB)\b", text), page
        assert not re.search(
            r"\b(?:vänligen|tyvärr|ogiltig|webhook|token|payload|synk|null|None|True|False)\b", text
        ), page


async def test_codes_stand_only_with_the_technician(browser: httpx.AsyncClient) -> None:
    for page in await repair_pages(browser):
        html = re.sub(r"<details.*?</details>", "", (await browser.get(page)).text, flags=re.DOTALL)
        assert not re.search(r"key_refused|outcome_unknown|\b401\b", plain(html)), page


async def test_a_page_weighs_little(browser: httpx.AsyncClient) -> None:
    for page in PAGES:
        html = (await browser.get(page)).text
        assert html.count("<") / 2 < 1_500, page
        assert len(html) < 80_000, page


async def test_headings_do_not_jump_and_nothing_is_inline(browser: httpx.AsyncClient) -> None:
    for page in [*PAGES, *(await repair_pages(browser))]:
        html = (await browser.get(page)).text
        levels = [int(level) for level in re.findall(r"<h([1-6])", html) if level]
        body = levels[levels.index(1) :]
        assert all(after - before <= 1 for before, after in itertools.pairwise(body)), page
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script>", html), page
        assert not re.search(r"""(?:href|src|action)=["'](?:https?:)?//""", html), page


async def test_the_practice_mode_is_striped_on_every_page(office: ModuleType, hub: Hub, people: Any) -> None:
    office.connect(hub, practice=True)
    app = App(hub)
    async with people.administrator(app) as browser:
        for page in PAGES:
            assert "Övningsläge. Inget lämnar den här datorn." in (await browser.get(page)).text, page
    await app.close()


async def test_counts_stand_beside_the_menu_and_zero_is_not_shown(
    browser: httpx.AsyncClient, empty: Hub, people: Any
) -> None:
    html = (await browser.get("/")).text
    assert 'Att åtgärda <span class="count hot">3</span>' in html
    assert 'Objekt <span class="count">12</span>' in html
    app = App(empty)
    async with people.administrator(app) as other:
        assert 'class="count' not in (await other.get("/")).text
    await app.close()


async def test_the_list_of_homes_says_each_place_in_words(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/objekt")).text
    assert (
        "Hemnet: Gammalt pris. 4\u00a0200\u00a0000\u00a0kr visas, 4\u00a0050\u00a0000\u00a0kr väntar" in html
    )
    assert "Hemnet: Syns inte" in html


async def test_long_lists_come_in_pages(browser: httpx.AsyncClient, hub: Hub, office: ModuleType) -> None:
    from brygga.store import Batch, Incoming

    homes = [Incoming(record=office.home(n, id=f"vitec:X{n}")) for n in range(12, 120)]
    hub.store.apply(Batch(connection="vitec", now=office.NOW, incoming=homes))
    first = (await browser.get("/objekt")).text
    assert "1–50 av 120" in first
    assert "Visa 51–100" in first
    assert "101–120 av 120" in (await browser.get("/objekt?sida=3")).text
