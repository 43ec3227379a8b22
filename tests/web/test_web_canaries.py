"""What must never stand in a page: secrets, personal numbers, phones, e-mail; and hostile texts."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import httpx
import pytest

from brygga.hub import Hub
from brygga.model.parts import Address, Price, Texts
from brygga.store import Batch, Event, InboxAdd, Incoming
from brygga.web.app import App
from brygga.web.page import address

PAGES = (
    "/",
    "/objekt",
    "/objekt?q=kanarie",
    "/objekt/vitec:OBJ1",
    "/objekt/vitec:OBJ2",
    "/atgarda",
    "/ko",
    "/ko/in",
    "/ko/at-sidan",
    "/ko/osakra",
    "/data",
    "/data?kod=out_of_range",
    "/rapport",
    "/logg",
    "/meny",
    "/ko/kasta?slag=out&n=2",
    "/health/ready",
    "/health/live",
    "/metrics",
)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}\u202e\u2066javascript:'


async def every_page(browser: httpx.AsyncClient) -> list[tuple[str, str]]:
    repairs = set(re.findall(r'href="(/atgarda/[0-9a-f]+)"', (await browser.get("/atgarda")).text))
    return [(page, (await browser.get(page)).text) for page in [*PAGES, *sorted(repairs)]]


@pytest.mark.parametrize("role", ["auditor", "administrator"])
async def test_no_canary_is_in_any_page(
    app: App, hub: Hub, people: Any, office: ModuleType, role: str, caplog: Any
) -> None:
    plant(hub, office)
    async with getattr(people, role)(app) as browser:
        for page, html in await every_page(browser):
            for canary in office.CANARIES:
                if canary == "Kanarie" and "q=kanarie" in page:
                    continue
                assert canary.lower() not in html.lower(), (page, canary)
    for canary in office.CANARIES:
        assert canary.lower() not in caplog.text.lower()


def plant(hub: Hub, office: ModuleType) -> None:
    """In every place that a provider or a person can write to."""
    told = "Ring 070-1740605 eller canary@example.com, 191212121212"
    home = office.home(
        1,
        address=Address(street="Björkvägen 3, tel 070-1740605", town="canary@example.com", postcode="903 26"),
        texts=Texts(long=told, heading=told),
        reference="191212121212",
    )
    batch = Batch(connection="vitec", now=office.NOW, incoming=[Incoming(record=home)])
    hub.store.apply(batch)
    hub.store.event_add(
        [
            Event(
                connection="hemnet", kind="estate", id="vitec:OBJ2", what="publish.update", facts={"sv": told}
            )
        ]
    )
    hub.store.repair_open("rejected_item", "hemnet", "estate|vitec:OBJ2", {"sv": told, "operation": told})
    hub.store.inbox_add_many(
        [InboxAdd(connection="vitec", body=told.encode(), headers={"x-secret": "kanariehemlighet"})]
    )
    remarks = [{"code": "x", "sv": told, "stops": True}]
    hub.store.link_merge("estate", "vitec:OBJ2", "hemnet", {"blocked": True, "remarks": remarks})


async def test_who_has_no_rights_sees_no_bids_and_no_names_at_all(app: App, people: Any) -> None:
    async with people.auditor(app) as browser:
        for page, html in await every_page(browser):
            assert "4\u00a0000\u00a0000" not in html, page
            assert "Anna Berg" not in html, page
            assert "budgivare 1" not in html, page
        assert "Bud (dolt)" in (await browser.get("/objekt/vitec:OBJ1")).text


async def test_hostile_texts_are_shown_as_text(app: App, hub: Hub, people: Any, office: ModuleType) -> None:
    """A provider, or whoever writes in its fields, never makes markup of ours."""
    home = office.home(
        1,
        id="vitec:OBJ2",
        address=Address(street=HOSTILE, town=HOSTILE),
        status=HOSTILE,
        type=HOSTILE,
        price=Price(asking_kr=1),
    )
    odd = office.home(2, id=f"vitec:{HOSTILE}", address=Address(street="Å" * 10_000))
    hub.store.apply(
        Batch(connection="vitec", now=office.NOW, incoming=[Incoming(record=home), Incoming(record=odd)])
    )
    hub.store.repair_open(HOSTILE, "vitec", HOSTILE, {"sv": HOSTILE})
    async with people.administrator(app) as browser:
        pages = await every_page(browser)
        pages.append(("odd", (await browser.get(str(address(f"/objekt/vitec:{HOSTILE}").unescape()))).text))
        pages.append(("search", (await browser.get("/objekt", params={"q": HOSTILE})).text))
        for page, html in [(page, html) for page, html in pages if page != "/metrics"]:
            assert "<script>alert" not in html, page
            assert "<img" not in html, page
            assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(.{2})", html), page
            assert not re.search(r'href="\s*javascript:', html), page
        assert any("&lt;script&gt;" in html for _, html in pages)


def test_an_address_of_ours_is_escaped_once_and_for_all() -> None:
    made = address("/objekt/vitec:a b/<c>", visa="bids", antal=0, q="å&ä")
    assert made == "/objekt/vitec:a%20b/%3Cc%3E?visa=bids&amp;q=%C3%A5%26%C3%A4"
