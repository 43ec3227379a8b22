"""Pictures of the real page for the documents, taken in Chromium: docs/pictures/*.png.

    python scripts/take_screenshots.py --home brygga-data
    python scripts/take_screenshots.py --home brygga-data --object vitec:OBJ1 --only oversikt,tidslinje
    python scripts/take_screenshots.py --home brygga-data --invent --only utdrag,konflikter

The home is one that `brygga demo` or `brygga up` has filled; it is only looked at, but for `--invent`.
`oversikt` and `tidslinje` (of `--object`, else of the home with the most to tell) are always there.
`utdrag` is taken when some home has an extract; `--invent` makes one for a house, by its own facts with
a few that differ, and puts it on the shelf. `konflikter` is taken when a conflict is open; docs/sources.md
says how one arises. Needs Chromium (`CHROMIUM=path` if it is not on the path) and the development
packages.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import sys
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from brygga.extracts.generating import Noise
from brygga.extracts.generating.draft import Grid, Part, Table
from brygga.extracts.generating.drawing import drawn_pages
from brygga.extracts.generating.own import Own
from brygga.extracts.generating.pdfwriter import pdf_of
from brygga.extracts.generating.plusr import grouped
from brygga.hub import Hub, Settings
from brygga.hub.crosschecking import check_and_keep, sellers
from brygga.hub.extracting import shelf, take_file
from brygga.model import Contact, Estate
from brygga.swedish import coordinates
from brygga.web.app import App
from brygga.web.serving import Server, config, listen, url_of
from brygga.web.sessions import ADMINISTRATOR

SIZE = {"width": 1440, "height": 900}
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WORTH = {"visible": 5, "webhook": 2, "mail": 3}
"""What makes a timeline worth a picture; every other event counts one."""
SEED = 49
"""Of the invented extracts one with two owners and mortgages that a house can bear."""


def most_told(hub: Hub) -> str:
    """The home with the most to tell, changes of price counted high."""
    score: Counter[str] = Counter()
    for event in hub.store.events(limit=20_000):
        if event.kind == "estate" and event.id:
            score[event.id] += WORTH.get(event.what, 1)
    for home, _ in score.most_common(50):
        changes = hub.store.history("estate", home)
        score[home] += sum(20 if row.path == "price.asking_kr" else 0 for row in changes)
    if not score:
        sys.exit("There is nothing to show in this home yet; run brygga demo first.")
    return score.most_common(1)[0][0]


class Fitting(Own):
    """An extract of a house that we hold: its place and its first seller, beside an owner who does not
    sell, another plot and another living area."""

    def __init__(self, estate: Estate, seller: Contact) -> None:
        super().__init__(random.Random(SEED))  # noqa: S311  # invention, not secrecy
        self._estate, self._seller = estate, seller

    def _general(self) -> Part:
        home, position = self._estate.address, self._estate.address.position
        pairs = [
            ("Beteckning", self._estate.taxation.designations[0]),
            ("Kommunkod", home.municipality_code),
            ("Aktualitetsdatum inskrivning", "2026-06-02"),
            ("Adress", f"{home.street}, {home.postcode} {home.town}"),
            ("Totalareal", grouped(round(self._estate.areas.plot_m2 or 0) - 87)),
        ]
        if position is not None:
            north, east = coordinates.from_wgs84(position.latitude, position.longitude)
            pairs.insert(4, ("Läge, karta", f"N {north:.0f} E {east:.0f}"))
        return Part("Allmänna uppgifter", [Grid([[pair] for pair in pairs], inline=True)])

    def _owner(self, path: str, share: str, *, current: bool) -> list[Grid | Table]:
        blocks = super()._owner(path, share, current=current)
        number = self._seller.personnummer
        if current and path.endswith(".0"):
            who = f"{self._seller.first_name} {self._seller.last_name}, {number[:8]}-{number[8:]}"
            blocks[0].rows[0][1] = who
        return blocks

    def _taxation(self) -> list[Part]:
        parts = super()._taxation()
        living = round(self._estate.areas.living_m2 or 0) - 9
        for row in parts[0].blocks[0].rows:
            if row[0][0] == "Bostadsyta":
                row[0] = ("Bostadsyta", f"{living} kvm")
        return parts


async def invent(hub: Hub) -> str:
    """Put an invented extract on the shelf of the first house that has what it needs; that house's id."""
    for row in hub.store.find_estates(per_page=5_000).lines:
        estate = hub.store.get("estate", row.id)
        sold_by = sellers(hub.services, row.id)
        known = estate.taxation is not None and len(estate.taxation.designations) == 1
        if estate.type == "house" and known and sold_by and sold_by[0].personnummer:
            chance = random.Random(SEED)  # noqa: S311  # invention, not secrecy
            sheets = drawn_pages(Fitting(estate, sold_by[0]).draft(), Noise(), chance)
            await take_file(hub, row.id, pdf_of(sheets), name="utdrag.pdf", by="page")
            await check_and_keep(hub.services, row.id)
            return row.id
    sys.exit("No house here has both a designation and a seller with a personal number.")


async def places(hub: Hub, home: str) -> dict[str, str]:
    """Name of a picture → the address of its page, of those that there is something to show on."""
    found = {"oversikt": "/", "tidslinje": f"/objekt/{home}"}
    if hub.store.conflicts(state="open", limit=1):
        found["konflikter"] = "/konflikter"
    kept = [event.id for event in hub.store.events(limit=20_000) if event.what == "extract.kept"]
    if kept:
        about = (await shelf(hub).of(kept[-1]))[0]
        found["utdrag"] = f"/utdrag/{about.id}?objekt={quote(kept[-1])}"
    return found


def serve(hub: Hub) -> tuple[App, Server, threading.Thread]:
    """The page in a thread of its own."""
    listener = listen("127.0.0.1", 0)
    hub.listening_at = url_of(listener)
    app = App(hub)
    server = Server(config(app))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    return app, server, thread


def take(app: App, url: str, pages: dict[str, str], out: Path) -> list[Path]:
    """The pictures, in light."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        page = browser.new_context(viewport=SIZE, color_scheme="light", locale="sv-SE").new_page()
        page.goto(f"{url}/in?nyckel={app.door.invite(ADMINISTRATOR)}")
        for name, path in pages.items():
            page.goto(url + path, wait_until="networkidle")
            page.evaluate("document.fonts.ready")
            if name == "utdrag":
                page.locator(".disagree a").nth(1).click()
                page.locator(".papers").evaluate("pane => { pane.scrollTop = 0 }")
                page.locator(".beside").evaluate("place => place.scrollIntoView()")
            made.append(out / f"{name}.png")
            page.screenshot(path=made[-1])
        browser.close()
    return made


def main() -> None:
    """Parse, serve, take, tell."""
    parser = argparse.ArgumentParser(description="Pictures of the real page for the documents.")
    parser.add_argument("--home", type=Path, default=Path("brygga-data"))
    parser.add_argument("--database", default="")
    parser.add_argument("--object", default="")
    parser.add_argument("--only", default="", help="names with commas between")
    parser.add_argument("--invent", action="store_true", help="put an invented extract on a house's shelf")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "docs" / "pictures")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    hub = Hub(Settings(home=given.home, database=given.database))
    if given.invent:
        asyncio.run(invent(hub))
    wanted = [name for name in given.only.split(",") if name]
    pages = asyncio.run(places(hub, given.object or most_told(hub)))
    pages = {name: path for name, path in pages.items() if not wanted or name in wanted}
    app, server, thread = serve(hub)
    try:
        for picture in take(app, hub.listening_at, pages, given.out):
            sys.stdout.write(f"{picture}\n")
    finally:
        server.should_exit = True
        thread.join(10)
        hub.store.close()


if __name__ == "__main__":
    main()
