"""The pages about extracts: upload, list, an extract beside its facts, filling in; who may what."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import brygga.web.app as application
from brygga.hub import Hub
from brygga.hub.extracting import shelf, take_file
from brygga.model import Estate
from brygga.model import parts as p
from brygga.store import Batch, Incoming
from brygga.web.app import App
from brygga.web.routes import data, extract

HOME = "vitec:OBJ4"
ELSEWHERE = re.compile(r"(?:src|href|action)=\"(?!/|#|\")[^\"]*\"")


@pytest.fixture(autouse=True)
def with_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the application lists these routes itself, they ride along with another page's."""
    if hasattr(application, "extract"):
        return
    others = data.routes
    monkeypatch.setattr(data, "routes", lambda site: [*others(site), *extract.routes(site)])


@pytest.fixture
def sample(shared_providers: Path) -> bytes:
    folder = shared_providers / "lantmateriet/samples/synthetic"
    return (folder / "fastighetsrapport_plus_r.linear.txt").read_bytes()


@pytest.fixture
def villa(hub: Hub, office: Any) -> str:
    """A house whose record differs from the sample extract."""
    home = office.home(
        3,
        type="house",
        tenure="freehold",
        areas=p.Areas(living_m2=120.0, plot_m2=900.0),
        taxation=p.Taxation(designations=["Umeå Eklunda 1:2"]),
    )
    hub.store.apply(Batch(connection="vitec", now=office.NOW, incoming=[Incoming(record=home)]))
    return str(home.id)


@pytest.fixture
async def kept(hub: Hub, villa: str, sample: bytes) -> str:
    return (await take_file(hub, villa, sample, name="utdrag.txt", by="test")).id


async def form_key(browser: httpx.AsyncClient) -> str:
    page = (await browser.get(f"/utdrag?objekt={HOME}")).text
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def test_a_home_without_extracts_says_what_to_do(browser: httpx.AsyncClient, villa: str) -> None:
    page = await browser.get(f"/utdrag?objekt={villa}")
    assert page.status_code == 200
    assert "Inga utdrag än" in page.text
    assert 'type="file"' in page.text
    assert "Slå upp i fastighetsregistret" not in page.text


async def test_an_uploaded_file_is_read_and_shown_beside_its_facts(
    browser: httpx.AsyncClient, hub: Hub, villa: str, sample: bytes
) -> None:
    secret = await form_key(browser)
    answer = await browser.post(
        f"/utdrag?objekt={villa}", data={"form": secret}, files={"fil": ("utdrag.txt", sample, "text/plain")}
    )
    assert answer.status_code == 303
    page = (await browser.get(answer.headers["location"])).text
    assert "Utdraget är sparat." in page
    assert "Testkommun EKLUNDA 1:76" in page
    assert "uppgifter stämmer inte med utdraget" in page
    assert "Tomtarean är 900" in page.replace("\u00a0", " ")
    assert [one.name for one in await shelf(hub).of(villa)] == ["utdrag.txt"]
    assert "plot_area_differs" in {f.code for f in hub.store.findings(kind="estate", id=villa)}


async def test_each_fact_leads_to_the_line_it_stands_on(
    browser: httpx.AsyncClient, villa: str, kept: str
) -> None:
    page = (await browser.get(f"/utdrag/{kept}?objekt={villa}")).text
    links = re.findall(r'<dt>Totalareal</dt><dd><a href="#(k[0-9]+)"', page)
    assert len(links) == 1
    assert re.search(rf'<li id="{links[0]}">1 440</li>', page)
    targets = set(re.findall(r'href="#(k[0-9]+)"', page))
    assert targets <= set(re.findall(r'id="(k[0-9]+)"', page))
    marks = re.findall(r'id="(k[0-9]+)"', page)
    assert len(marks) == len(set(marks))


async def test_a_pdfs_page_is_shown_as_a_picture_with_boxes(
    browser: httpx.AsyncClient, hub: Hub, villa: str
) -> None:
    from brygga.extracts.generating import make

    about = await take_file(hub, villa, make(5).pdf, name="rapport.pdf", by="test")
    page = (await browser.get(f"/utdrag/{about.id}?objekt={villa}")).text
    assert 'viewBox="0 0 595' in page
    assert page.count("<rect id=") > 10
    source = re.search(r'<img src="(/utdrag-sida/[^"]+)"', page)
    assert source is not None
    picture = await browser.get(source[1].replace("&amp;", "&"))
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    assert "private" in picture.headers["cache-control"]
    assert (await browser.get(f"/utdrag-sida/{about.id}?objekt={villa}&sida=99")).status_code == 404


async def test_no_personal_number_stands_on_the_page(
    browser: httpx.AsyncClient, villa: str, kept: str
) -> None:
    page = (await browser.get(f"/utdrag/{kept}?objekt={villa}")).text
    assert "19921021" not in page
    assert "pnr:***" in page


async def test_who_may_not_see_persons_sees_facts_without_them_and_no_file(
    app: App, people: Any, villa: str, kept: str
) -> None:
    async with people.auditor(app) as browser:
        page = await browser.get(f"/utdrag/{kept}?objekt={villa}")
        assert page.status_code == 200
        assert "Exempelsson" not in page.text
        assert "Testvägen 3, 114 18 Stockholm" in page.text
        assert "1 440" in page.text
        assert 'name="falt"' not in page.text
        assert (await browser.get(f"/utdrag-sida/{kept}?objekt={villa}")).status_code == 403
        listed = await browser.get(f"/utdrag?objekt={villa}")
        assert 'type="file"' not in listed.text


async def test_who_may_not_change_uploads_and_fills_in_nothing(
    app: App, people: Any, hub: Hub, villa: str, kept: str
) -> None:
    async with people.auditor(app) as browser:
        for path in (
            f"/utdrag?objekt={villa}",
            f"/utdrag/{kept}/infor?objekt={villa}",
            f"/utdrag/uppslag?objekt={villa}",
        ):
            assert (await browser.post(path, data={"form": "x"})).status_code == 403
    assert len(await shelf(hub).of(villa)) == 1


async def test_a_form_from_elsewhere_uploads_nothing(
    browser: httpx.AsyncClient, hub: Hub, villa: str
) -> None:
    secret = await form_key(browser)
    for sent, headers in (({"form": "wrong"}, {}), ({"form": secret}, {"origin": "http://evil.example"})):
        answer = await browser.post(
            f"/utdrag?objekt={villa}",
            data=sent,
            files={"fil": ("a.txt", b"x", "text/plain")},
            headers=headers,
        )
        assert answer.status_code == 403
    assert await shelf(hub).of(villa) == []


async def test_a_stranger_sees_nothing(app: App, people: Any, villa: str, kept: str) -> None:
    async with people.stranger(app) as browser:
        for path in (
            f"/utdrag?objekt={villa}",
            f"/utdrag/{kept}?objekt={villa}",
            f"/utdrag-sida/{kept}?objekt={villa}",
        ):
            assert (await browser.get(path)).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/utdrag?objekt=vitec:NONE",
        "/utdrag",
        "/utdrag/abc?objekt=vitec:OBJ4",
        "/utdrag/..%2F..%2Fetc?objekt=vitec:OBJ4",
        "/utdrag/abc?objekt=vitec:OBJ4&nr=x",
        "/utdrag-sida/abc?objekt=vitec:OBJ4&sida=-1",
    ],
)
async def test_what_is_not_there_is_not_found(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


async def test_an_extract_of_one_home_is_not_found_under_another(
    browser: httpx.AsyncClient, villa: str, kept: str
) -> None:
    assert (await browser.get(f"/utdrag/{kept}?objekt=vitec:OBJ1")).status_code == 404


async def test_a_file_that_is_too_large_is_refused_in_words(
    browser: httpx.AsyncClient, hub: Hub, villa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brygga.hub.extracting.FILE_BYTES", 1_000)
    secret = await form_key(browser)
    big = {"fil": ("a.txt", b"x" * 2_000, "text/plain")}
    answer = await browser.post(f"/utdrag?objekt={villa}", data={"form": secret}, files=big)
    assert answer.status_code == 422
    assert "tas emot" in answer.text
    assert await shelf(hub).of(villa) == []


async def test_far_too_much_is_stopped_at_the_door(browser: httpx.AsyncClient, villa: str) -> None:
    secret = await form_key(browser)
    huge = {"fil": ("a.pdf", b"x" * (extract.FORM_BYTES + 1), "application/pdf")}
    answer = await browser.post(f"/utdrag?objekt={villa}", data={"form": secret}, files=huge)
    assert answer.status_code == 413


async def test_no_file_at_all_is_said(browser: httpx.AsyncClient, villa: str) -> None:
    secret = await form_key(browser)
    answer = await browser.post(f"/utdrag?objekt={villa}", data={"form": secret})
    assert answer.status_code == 422
    assert "Filen är tom." in answer.text


async def test_a_look_up_without_a_register_says_so(browser: httpx.AsyncClient, villa: str) -> None:
    secret = await form_key(browser)
    sent = {"form": secret, "beteckning": "Uppsala Eklunda 1:1"}
    answer = await browser.post(f"/utdrag/uppslag?objekt={villa}", data=sent)
    assert answer.status_code == 422
    assert "Ladda upp ett utdrag som fil" in answer.text


async def test_a_source_that_cannot_be_changed_says_so_and_lists_what_to_type_in(
    browser: httpx.AsyncClient, hub: Hub, villa: str, kept: str
) -> None:
    page = (await browser.get(f"/utdrag/{kept}?objekt={villa}")).text
    assert "För in i objektet" in page
    assert "Vitec kan inte ändras härifrån" in page
    assert 'name="falt"' not in page
    assert 'name="varfor"' not in page
    before = hub.store.get("estate", villa)
    row = hub.store.row("estate", villa)
    assert row is not None
    sent = {
        "form": await form_key(browser),
        "version": str(row.version),
        "falt": "areas.plot_m2",
        "varfor": "enligt utdrag",
    }
    answer = await browser.post(f"/utdrag/{kept}/infor?objekt={villa}", data=sent)
    assert answer.status_code == 422
    after = hub.store.get("estate", villa)
    assert isinstance(after, Estate)
    assert after == before


async def test_where_the_source_can_be_changed_the_chosen_fields_are_filled_in(
    browser: httpx.AsyncClient, hub: Hub, villa: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    async def apply(_: Hub, proposal: Any, chosen: Any, by: str, why: str) -> None:
        asked.append((proposal.estate_id, list(chosen), by, why))

    monkeypatch.setattr("brygga.hub.filling.another_property", lambda *_: "")
    monkeypatch.setattr("brygga.hub.filling._takes", lambda able, field: True)
    monkeypatch.setattr("brygga.hub.filling._live", lambda hub, name: object())
    monkeypatch.setattr("brygga.hub.filling._writable", lambda live: object())
    monkeypatch.setattr("brygga.hub.filling.apply", apply)
    page = (await browser.get(f"/utdrag/{kept}?objekt={villa}")).text
    ticked = re.findall(r'name="falt" value="([^"]+)" checked', page)
    assert "areas.plot_m2" in ticked
    version = re.search(r'name="version" value="([0-9]+)"', page)
    assert version is not None
    sent = {
        "form": await form_key(browser),
        "version": version[1],
        "falt": ticked[:2],
        "varfor": "enligt utdrag",
    }
    answer = await browser.post(f"/utdrag/{kept}/infor?objekt={villa}", data=sent)
    assert answer.status_code == 303
    assert asked == [(villa, ticked[:2], "page", "enligt utdrag")]
    assert "Uppgifterna är införda." in (await browser.get(answer.headers["location"])).text


async def test_a_proposal_made_for_an_older_record_is_shown_anew(
    browser: httpx.AsyncClient, villa: str, kept: str
) -> None:
    sent = {"form": await form_key(browser), "version": "0", "falt": "areas.plot_m2", "varfor": "x"}
    answer = await browser.post(f"/utdrag/{kept}/infor?objekt={villa}", data=sent)
    assert answer.status_code == 422
    assert "Objektet har ändrats" in answer.text


async def test_a_file_that_could_not_be_read_is_shown_as_kept(
    browser: httpx.AsyncClient, hub: Hub, villa: str
) -> None:
    about = await take_file(hub, villa, b"%PDF-1.4\nnothing more", name="trasig.pdf", by="test")
    page = await browser.get(f"/utdrag/{about.id}?objekt={villa}")
    assert page.status_code == 200
    assert "Filen är sparad men gick inte att läsa" in page.text
    listed = (await browser.get(f"/utdrag?objekt={villa}")).text
    assert "Inte läst" in listed


@pytest.mark.parametrize("lang", ["sv", "en"])
async def test_the_pages_are_strict_and_whole_in_both_languages(
    app: App, people: Any, villa: str, kept: str, lang: str
) -> None:
    async with people.administrator(app, lang) as browser:
        for path in (f"/utdrag?objekt={villa}", f"/utdrag/{kept}?objekt={villa}"):
            answer = await browser.get(path)
            page = answer.text
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            assert f'<html lang="{lang}">' in page
            assert " style=" not in page
            assert "onclick" not in page
            assert not ELSEWHERE.findall(page)
            assert page.count("<h1") == 1
            assert ("Facts in the extract" in page) is (lang == "en" and kept in path)


async def test_hostile_text_in_an_extract_stays_text(
    browser: httpx.AsyncClient, hub: Hub, villa: str
) -> None:
    body = b"Fastighetsrapport\nPlus R\nFastighet\n<script>alert(1)</script>\n"
    about = await take_file(hub, villa, body, name="<img src=x>.txt", by="test")
    page = (await browser.get(f"/utdrag/{about.id}?objekt={villa}")).text
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_every_sentence_of_the_pages_has_both_languages_and_is_used() -> None:
    said = extract.words().entries
    folder = Path(extract.__file__).parents[1]
    used = "".join((folder / "templates" / name).read_text() for name in ("extract.html", "extracts.html"))
    used += Path(extract.__file__).read_text(encoding="utf-8")
    for key, one in said.items():
        assert one["sv"]
        assert one["en"]
        assert re.findall(r"{\w+}", one["sv"]) == re.findall(r"{\w+}", one["en"])
        if not key.startswith(("weight.", "done.")):
            assert f'"{key}"' in used, key


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LIT = """name => { const e = document.querySelector(name); const b = e.getBoundingClientRect();
  const p = e.closest('.papers').getBoundingClientRect();
  const whole = b.top >= p.top - 2 && b.bottom <= p.bottom + 2;
  return [getComputedStyle(e).fillOpacity, whole, b.right <= p.right]; }"""


@pytest.fixture
async def address(app: App) -> AsyncIterator[str]:
    """The page on a loopback port, with a way in."""
    import asyncio

    from brygga.web.serving import Server, config, listen, url_of

    listener = listen("127.0.0.1", 0)
    server = Server(config(app))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.02)
    yield url_of(listener)
    server.should_exit = True
    await serving


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("scripts", [True, False])
async def test_in_a_browser_a_chosen_fact_is_lit_where_it_stands(
    address: str, app: App, hub: Hub, villa: str, scripts: bool
) -> None:
    from playwright.async_api import async_playwright

    from brygga.extracts.generating import make

    about = await take_file(hub, villa, make(5).pdf, name="rapport.pdf", by="test")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            context = await chromium.new_context(
                viewport={"width": 1440, "height": 900}, locale="sv-SE", java_script_enabled=scripts
            )
            page = await context.new_page()
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            await page.goto(f"{address}/in?nyckel={app.door.invite('administrator')}")
            await page.goto(f"{address}/utdrag/{about.id}?objekt={villa}")
            link = page.locator(".factlist a[href^='#k']").nth(8)
            mark = await link.get_attribute("href")
            await link.click()
            assert page.url.endswith(str(mark))
            if scripts:
                assert await page.evaluate(LIT, mark) == ["0.38", True, True]
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert said == []
        finally:
            await chromium.close()
