"""Pictures of the real page for the README, taken in Chromium: docs/pictures/oversikt.png and tidslinje.png.

    python scripts/take_screenshots.py --home brygga-data
    python scripts/take_screenshots.py --home brygga-data --object vitec:OBJ1 --out docs/pictures

The home is one that `brygga demo` or `brygga up` has filled; it is only looked at. Without
`--object` the timeline shown is that of the home with the most to tell. Needs Chromium
(`CHROMIUM=path` if it is not on the path) and the development packages.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import threading
from collections import Counter
from pathlib import Path

from playwright.sync_api import sync_playwright

from brygga.hub import Hub, Settings
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


def take(app: App, url: str, home: str, out: Path) -> list[Path]:
    """Both pictures, in light."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        page = browser.new_context(viewport=SIZE, color_scheme="light", locale="sv-SE").new_page()
        page.goto(f"{url}/in?nyckel={app.door.invite(ADMINISTRATOR)}")
        for name, path in (("oversikt", "/"), ("tidslinje", f"/objekt/{home}")):
            page.goto(url + path)
            page.evaluate("document.fonts.ready")
            made.append(out / f"{name}.png")
            page.screenshot(path=made[-1])
        browser.close()
    return made


def main() -> None:
    """Parse, serve, take, tell."""
    parser = argparse.ArgumentParser(description="Pictures of the real page for the README.")
    parser.add_argument("--home", type=Path, default=Path("brygga-data"))
    parser.add_argument("--database", default="")
    parser.add_argument("--object", default="")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "docs" / "pictures")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    hub = Hub(Settings(home=given.home, database=given.database))
    app, server, thread = serve(hub)
    try:
        for picture in take(app, hub.listening_at, given.object or most_told(hub), given.out):
            sys.stdout.write(f"{picture}\n")
    finally:
        server.should_exit = True
        thread.join(10)
        hub.store.close()


if __name__ == "__main__":
    main()
