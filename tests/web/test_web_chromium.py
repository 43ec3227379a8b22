"""The page in a real browser: Chromium, nothing but loopback, with and without scripts."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from brygga.hub import Hub
from brygga.store import Event
from brygga.web.app import App
from brygga.web.serving import Server, config, listen, url_of
from brygga.web.sessions import ADMINISTRATOR

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium (scripts/ensure-servers, or CHROMIUM=path)"
)

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
PAGES = (
    "/",
    "/objekt",
    "/objekt/vitec:OBJ1",
    "/atgarda",
    "/ko",
    "/ko/osakra",
    "/data",
    "/rapport",
    "/logg",
    "/meny",
)
DESK, PHONE, ZOOMED = (1440, 900), (390, 844), (320, 256)
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


SMALL_TARGETS = """
[...document.querySelectorAll('a,button,input,select,summary')].filter(e => {
  const b = e.getBoundingClientRect();
  return b.width && b.height && (b.width < 24 || b.height < 24) && getComputedStyle(e).display !== 'inline';
}).map(e => e.textContent.trim().slice(0, 40))
"""
STOPS = """
[...document.querySelectorAll('a[href],button,input,select,textarea,summary')].filter(e =>
  e.type !== 'hidden' && e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})).length
"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  e.dataset.n ??= String(Math.random());
  const s = getComputedStyle(e);
  return {id: e.dataset.n, text: e.textContent.trim().slice(0, 30),
    ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2};
}"""
CUT_TEXTS = """
[...document.querySelectorAll('main *')].filter(e => !e.closest('svg,.vh') && e.children.length === 0
  && getComputedStyle(e).overflow === 'hidden' && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.textContent.slice(0, 30))
"""
FONTS_LOADED = """
document.fonts.check('16px Inter')
  && [...document.fonts].some(f => f.family.includes('Source Serif') && f.status === 'loaded')
"""


class Served:
    """A furnished hub behind a real server in a thread, and keys to it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._listener = listen("127.0.0.1", 0)
        self.url = hub.listening_at = url_of(self._listener)
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._up.wait(10)

    async def _run(self) -> None:
        self.app = App(self.hub, every_s=0.1)
        self._server = Server(config(self.app))
        serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        while not self._server.started:
            await asyncio.sleep(0.01)
        self._up.set()
        await serving
        await self.app.close()

    def key(self) -> str:
        return f"{self.url}/in?nyckel={self.app.door.invite(ADMINISTRATOR)}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="module")
def served(
    office: ModuleType, furnished_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("chromium") / "home"
    shutil.copytree(furnished_folder, home)
    hub = office.empty_hub(home)
    office.connect(hub, practice=True)
    made = Served(hub)
    yield made
    made.stop()
    hub.store.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


Open = Callable[..., Any]


@pytest.fixture
def window(served: Served, chromium: Any) -> Open:
    """A signed-in page. Whatever it says on the console or asks elsewhere fails the test.

    Only a form that needs correcting may be answered with 422.
    """

    @contextmanager
    def opened(
        size: tuple[int, int] = DESK, scheme: str = "light", *, scripts: bool = True, **more: Any
    ) -> Iterator[Any]:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            locale="sv-SE",
            java_script_enabled=scripts,
            **more,
        )
        said: list[str] = []
        page = context.new_page()
        page.on(
            "console",
            lambda m: (
                said.append(f"{m.type}: {m.text}")
                if m.type in {"error", "warning"} and " 422 " not in m.text
                else None
            ),
        )
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on(
            "request",
            lambda r: (
                said.append(f"leaves: {r.url}") if not r.url.startswith((served.url, "data:")) else None
            ),
        )
        page.goto(served.key())
        yield page
        context.close()
        assert said == []

    return opened


def test_nothing_scrolls_sideways_is_too_small_or_complains(served: Served, window: Open) -> None:
    for size, scheme in ((DESK, "light"), (PHONE, "dark"), (ZOOMED, "light")):
        with window(size, scheme) as page:
            for path in PAGES:
                page.goto(served.url + path)
                over = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert over <= 0, (path, size)
                small = page.evaluate(SMALL_TARGETS)
                assert small == [], (path, size)


def test_axe_finds_nothing(served: Served, window: Open) -> None:
    import axe_core_python as axe

    source = Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        with window(size, scheme, bypass_csp=True, reduced_motion="reduce") as page:
            for path in PAGES:
                page.goto(served.url + path)
                page.evaluate(source)
                found = page.evaluate(
                    "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_RULES
                )
                told = [(v["id"], [n["target"] for n in v["nodes"][:3]]) for v in found["violations"]]
                assert told == [], (path, size, scheme)
                assert len(found["passes"]) > 20


def test_tab_begins_with_the_skip_link_and_reaches_every_stop_with_a_ring(
    served: Served, window: Open
) -> None:
    for size in (DESK, PHONE):
        with window(size) as page:
            for path in ("/", "/objekt/vitec:OBJ1", "/ko"):
                page.goto(served.url + path)
                want = page.evaluate(STOPS)
                seen: list[dict[str, Any]] = []
                for _ in range(want + 3):
                    page.keyboard.press("Tab")
                    stop = page.evaluate(FOCUSED)
                    if stop is None or any(stop["id"] == s["id"] for s in seen):
                        break
                    seen.append(stop)
                assert seen[0]["text"] == "Hoppa till innehållet", path
                assert len(seen) == want, (path, size)
                assert all(s["ring"] for s in seen), path
            page.goto(served.url)
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.tagName") == "MAIN"


def test_without_scripts_every_page_says_the_same(served: Served, window: Open) -> None:
    said: dict[bool, list[str]] = {}
    served.app.site.looks.forget()  # another test may just have changed what is looked at
    for scripts in (True, False):
        with window(scripts=scripts) as page:
            said[scripts] = []
            for path in PAGES:
                page.goto(served.url + path)
                said[scripts].append(" ".join(page.locator("main").inner_text().split()))
    assert said[True] == said[False]


def test_a_change_can_be_discarded_without_scripts(served: Served, window: Open) -> None:
    n = served.hub.store.outbox_list("waiting")[0].n
    with window(PHONE, scripts=False) as page:
        page.goto(f"{served.url}/ko")
        page.get_by_role("link", name="Kasta … Storgatan 14 B").click()
        assert page.locator("h1").inner_text() == "Kasta Storgatan 14 B?"
        page.get_by_role("button", name="Ja, kasta").click()
        assert page.title().startswith("Fel: ")
        page.get_by_label("Skriv varför", exact=True).fill("Såld")
        page.get_by_role("button", name="Ja, kasta").click()
        assert "Kastad." in page.locator("[role=status]").inner_text()
    row = served.hub.store.outbox_get(n)
    assert row is not None
    assert row.state == "dropped"
    served.hub.store.outbox_retry(n, row.next_at, "key_refused", "Hemnet godtar inte kontorets nyckel.")


def test_a_question_takes_focus_and_escape_is_the_harmless_answer(served: Served, window: Open) -> None:
    with window() as page:
        page.goto(f"{served.url}/avpublicera?objekt=vitec:OBJ1&plats=hemnet")
        assert page.evaluate("document.activeElement.tagName") == "H1"
        page.keyboard.press("Escape")
        page.wait_for_url("**/objekt/vitec:OBJ1")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("/x")
        assert page.locator("#q").input_value() == "/x"


def until(page: Any, expression: str) -> None:
    """Wait for something; the browser's own way of waiting is forbidden by our policy, as it should be."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def news(served: Served) -> None:
    at = served.hub.services.now()
    served.hub.store.event_add(
        [Event(at=at, connection="hemnet", kind="estate", id="vitec:OBJ2", what="visible")]
    )
    served.app.site.looks.forget()


def test_news_renew_the_page_by_themselves_but_not_under_the_pointer(served: Served, window: Open) -> None:
    with window() as page:
        page.clock.install()
        page.goto(f"{served.url}/logg")
        page.mouse.move(5, 5)
        before = page.locator("#lista li").count()
        page.wait_for_timeout(400)
        news(served)
        page.clock.fast_forward(6000)
        until(page, f"document.querySelectorAll('#lista li').length > {before}")
        page.locator("#lista li").first.hover()
        first = page.locator("#lista").evaluate("e => { e.dataset.same = 'yes'; return true }")
        assert first
        page.clock.fast_forward(6000)
        news(served)
        page.clock.fast_forward(6000)
        until(page, "document.getElementById('nytt') !== null")
        assert page.locator("#lista").get_attribute("data-same") == "yes"
        page.get_by_role("button", name="Visa", exact=True).click()
        until(page, "!document.querySelector('#lista').dataset.same")


def test_states_are_told_apart_without_colour(served: Served, window: Open) -> None:
    """Each shape's silhouette, 14 pixels high in one grey, differs from every other's."""
    import pyvips

    shapes = ("ok", "wait", "run", "warn", "bad", "pause", "doubt", "plan", "idle")
    grey: dict[str, list[int]] = {}
    with window(bypass_csp=True) as page:
        page.goto(served.url)
        drawn = {name: page.locator(f"symbol#{name}").evaluate("e => e.innerHTML") for name in shapes}
        for name, inner in drawn.items():
            page.set_content(
                "<style>body{margin:0;background:#fff;color:#555}.cut{stroke:#fff;fill:none;stroke-width:1.8}</style>"
                f'<svg width="14" height="14" viewBox="0 0 16 16">{inner}</svg>'
            )
            data = page.screenshot(clip={"x": 0, "y": 0, "width": 14, "height": 14})
            picture = pyvips.Image.new_from_buffer(data, "").colourspace("b-w")
            grey[name] = list(bytes(picture[0].write_to_memory()))
    for one in shapes:
        for other in shapes:
            if one < other:
                different = sum(abs(a - b) > 60 for a, b in zip(grey[one], grey[other], strict=True))
                assert different >= 12, (one, other, different)


def test_text_can_be_spaced_out_and_doubled(served: Served, window: Open) -> None:
    with window(DESK, bypass_csp=True) as page:
        for path in PAGES:
            page.goto(served.url + path)
            page.add_style_tag(
                content="*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
            )
            cut = page.evaluate(CUT_TEXTS)
            assert cut == [], path


def test_the_printed_timeline_has_no_menu(served: Served, window: Open) -> None:
    with window() as page:
        page.goto(f"{served.url}/objekt/vitec:OBJ1")
        page.emulate_media(media="print")
        for part in (".side", ".tabbar", ".top", ".pills", ".acts", ".practice"):
            assert all(
                not shown
                for shown in page.locator(part).evaluate_all("all => all.map(e => e.checkVisibility())")
            ), part
        assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_drawn_in_both_schemes(served: Served, window: Open, scheme: str, tmp_path: Path) -> None:
    import pyvips

    with window(DESK, scheme) as page:
        for name, path in (("oversikt", "/"), ("tidslinje", "/objekt/vitec:OBJ1")):
            page.goto(served.url + path)
            page.evaluate("document.fonts.ready")
            assert page.evaluate(FONTS_LOADED)
            target = tmp_path / f"{name}-{scheme}.png"
            page.screenshot(path=target)
            picture = pyvips.Image.new_from_file(str(target))
            assert (picture.width, picture.height) == DESK
            corner = picture(5, 5)[:3]
            assert corner == ([246, 245, 241] if scheme == "light" else [18, 21, 24])
