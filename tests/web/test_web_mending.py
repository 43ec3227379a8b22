"""What a person can do on the page: answer, retry, discard, remove, change a key. All without scripts."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import httpx
import pytest

from brygga.hub import Hub
from brygga.hub.views.repairs import repair_id
from brygga.store import InboxAdd
from brygga.web.app import App
from brygga.web.routes import repairs as repair_routes


class Person:
    """Reads a page, fills in its form, sends it."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self.browser = browser

    async def send(self, path: str, **fields: Any) -> httpx.Response:
        page = (await self.browser.get("/meny")).text
        secret = re.search(r'name="form" value="([^"]+)"', page)
        assert secret is not None
        return await self.browser.post(path, data={"form": secret[1], **fields})

    async def follow(self, answer: httpx.Response) -> str:
        assert answer.status_code == 303, answer.text
        page = await self.browser.get(answer.headers["location"])
        assert page.status_code == 200
        return page.text


@pytest.fixture
def person(browser: httpx.AsyncClient) -> Person:
    return Person(browser)


def page_of(code: str, connection: str, subject: str = "") -> str:
    return f"/atgarda/{repair_id(code, connection, subject)}"


VANISH = page_of("vanish", "vitec", "estate")
KEY = page_of("key_refused", "hemnet")
DOUBT = page_of("outcome_unknown", "smtp", "mail|visible|smtp|vitec:OBJ2|1")


def open_codes(hub: Hub) -> set[str]:
    return {repair.code for repair in hub.store.repair_list()}


async def test_keeping_all_removes_nothing_and_closes_the_question(person: Person, hub: Hub) -> None:
    text = await person.follow(await person.send(VANISH, svar="behall"))
    assert "Alla ligger kvar." in text
    assert "vanish" not in open_codes(hub)
    assert not hub.store.setting_get("vanish_allowed:vitec:estate")
    assert hub.store.counts()["estate"] == (12, 0)


async def test_a_removal_is_asked_for_twice_and_ticked(person: Person, hub: Hub) -> None:
    question = (await person.browser.get(f"{VANISH}/ta-bort")).text
    assert "<h1" in question
    assert "Ta bort 10 objekt?" in question
    assert question.index("Nej, behåll alla") < question.index("Ja, ta bort 10 objekt")
    unticked = await person.send(VANISH, svar="ta-bort")
    assert unticked.status_code == 422
    assert "<title>Fel: " in unticked.text
    assert unticked.text.count("Kryssa för att du har sett efter") == 2
    assert "vanish" in open_codes(hub)
    text = await person.follow(await person.send(VANISH, svar="ta-bort", sett="ja"))
    assert "Vi stämmer av igen" in text
    assert hub.store.setting_get("vanish_allowed:vitec:estate") is True
    assert hub.store.counts()["estate"] == (12, 0), (
        "only the next comparison removes, after asking the source"
    )
    assert [s.key for s in hub.store.signals_pending(flow="pull")] == ["vitec|compare"]


async def test_a_doubtful_sending_that_arrived_is_not_sent_again(person: Person, hub: Hub) -> None:
    text = await person.follow(await person.send(DOUBT, svar="kom-fram"))
    assert "Noterat att det kom fram." in text
    assert [row.state for row in hub.store.outbox_list(connection="smtp")] == ["done"]
    assert "outcome_unknown" not in open_codes(hub)


async def test_a_doubtful_sending_that_did_not_arrive_is_sent_once_more(person: Person, hub: Hub) -> None:
    await person.follow(await person.send(DOUBT, svar="kom-inte-fram"))
    assert [row.state for row in hub.store.outbox_list(connection="smtp")] == ["waiting"]


async def test_not_knowing_puts_the_question_off_for_an_hour(person: Person, hub: Hub, clock: Any) -> None:
    text = await person.follow(await person.send(DOUBT, svar="senare"))
    assert "Vi påminner om en timme." in text
    repair = next(r for r in hub.store.repair_list() if r.code == "outcome_unknown")
    assert repair.snoozed_until is not None
    assert (repair.snoozed_until - clock()).total_seconds() == 3600
    assert [row.state for row in hub.store.outbox_list(connection="smtp")] == ["unknown"]


async def test_the_queue_answers_for_doubts_as_well(person: Person, hub: Hub) -> None:
    n = hub.store.outbox_list("unknown")[0].n
    await person.follow(await person.send("/ko/avgor", n=n, svar="kom-fram"))
    assert hub.store.outbox_list("unknown") == []
    text = await person.follow(await person.send("/ko/avgor", n=n, svar="kom-fram"))
    assert "Raden finns inte längre." in text


async def test_a_waiting_row_can_be_tried_now(person: Person, hub: Hub, clock: Any) -> None:
    row = hub.store.outbox_list("waiting")[0]
    assert row.next_at > clock()
    text = await person.follow(await person.send("/ko/forsok", slag="out", n=row.n))
    assert "Vi försöker nu." in text
    tried = hub.store.outbox_get(row.n)
    assert tried is not None
    assert tried.next_at <= clock()


async def test_trying_a_doubtful_row_never_sends_it(person: Person, hub: Hub) -> None:
    n = hub.store.outbox_list("unknown")[0].n
    await person.follow(await person.send("/ko/alla", rader=f"{n}"))
    assert hub.store.outbox_list("unknown")[0].n == n


async def test_discarding_needs_a_reason_and_keeps_it(person: Person, hub: Hub) -> None:
    row = hub.store.outbox_list("waiting")[0]
    asked = (await person.browser.get(f"/ko/kasta?slag=out&n={row.n}")).text
    assert "Kasta Storgatan 14 B?" in asked
    assert "Den når aldrig Hemnet. Det går inte att ångra." in asked
    bare = await person.send("/ko/kasta", slag="out", n=row.n, varfor="  ")
    assert bare.status_code == 422
    assert bare.text.count("Skriv varför ändringen ska kastas") == 2
    assert hub.store.outbox_list("waiting")
    await person.follow(await person.send("/ko/kasta", slag="out", n=row.n, varfor="Annonsen tas bort ändå"))
    assert hub.store.outbox_list("waiting") == []
    line = hub.store.audit_list()[-1]
    assert (line.actor, line.action, line.facts) == (
        "page",
        "outbox.drop",
        {"reason": "Annonsen tas bort ändå"},
    )


async def test_a_webhook_and_a_record_set_aside_can_be_discarded(person: Person, hub: Hub) -> None:
    n = hub.store.inbox_add_many([InboxAdd(connection="vitec", body=b"{}")])[0]
    assert "Kasta Meddelande?" in (await person.browser.get(f"/ko/kasta?slag=in&n={n}")).text
    await person.follow(await person.send("/ko/kasta", slag="in", n=n, varfor="prov"))
    assert hub.store.inbox_counts() == {"dropped": 1}
    record = {"slag": "aside", "anslutning": "vitec", "post": "estate", "kalla": "OBJ99"}
    await person.follow(await person.send("/ko/kasta", **record, varfor="prov"))
    assert hub.store.parked() == []


async def test_reading_again_what_still_cannot_be_read_says_so(person: Person, hub: Hub) -> None:
    record = {"slag": "aside", "anslutning": "vitec", "post": "estate", "kalla": "OBJ99"}
    text = await person.follow(await person.send("/ko/forsok", **record))
    assert "Det ligger kvar åt sidan." in text
    assert len(hub.store.parked()) == 1


@pytest.mark.parametrize(
    ("exits", "status", "says", "closed"),
    [
        (0, 303, "Nyckeln gäller. Det som väntar skickas nu.", True),
        (1, 422, "Hemnet godtog inte nyckeln. Pröva en annan", False),
        (2, 422, "Hemnet svarade inte. Nyckeln är sparad", False),
    ],
)
async def test_a_new_key_is_kept_and_tried_before_the_repair_closes(
    person: Person,
    hub: Hub,
    monkeypatch: Any,
    office: ModuleType,
    exits: int,
    status: int,
    says: str,
    closed: bool,
) -> None:
    office.connect(hub, practice=True)

    async def checked(*_: Any) -> dict[str, Any]:
        return {"exit": exits, "sv": ""}

    monkeypatch.setattr(repair_routes, "check_one", checked)
    answer = await person.send(KEY, svar="nyckel", token="kanariehemlighet")
    assert answer.status_code == status
    text = await person.follow(answer) if status == 303 else answer.text
    assert says in text
    assert "kanariehemlighet" not in text
    assert ("key_refused" not in open_codes(hub)) is closed
    kept = await hub.vault.get("default", "hemnet")
    assert kept["token"].reveal() == "kanariehemlighet"


async def test_an_empty_key_is_pointed_at_in_the_same_words_twice(person: Person) -> None:
    answer = await person.send(KEY, svar="nyckel", token="")
    assert answer.status_code == 422
    assert answer.text.count("Klistra in nyckeln till Hemnet") == 2
    assert 'href="#k0"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Fel: " in answer.text


async def test_a_solved_repair_says_who_and_when_and_takes_no_answers(person: Person, hub: Hub) -> None:
    hub.store.repair_close("vanish", "vitec", "estate", by="Anna Berg")
    page = (await person.browser.get(VANISH)).text
    assert "Löst 23 nov 2026 kl.\u00a014.05 av Anna Berg." in page
    assert "<form action=" not in page
    await person.follow(await person.send(VANISH, svar="ta-bort", sett="ja"))
    assert not hub.store.setting_get("vanish_allowed:vitec:estate")


async def test_publishing_and_taking_down_are_asked_first(
    person: Person, hub: Hub, office: ModuleType
) -> None:
    office.connect(hub, practice=True)
    asked = (await person.browser.get("/avpublicera?objekt=vitec:OBJ2&plats=hemnet")).text
    assert "Avpublicera Björkvägen 3?" in asked
    assert asked.index("Nej, låt den ligga kvar") < asked.index("Ja, avpublicera")
    text = await person.follow(await person.send("/avpublicera", objekt="vitec:OBJ2", plats="hemnet"))
    assert "Ändringen är på väg." in text
    assert (hub.store.link_get("estate", "vitec:OBJ2", "hemnet") or {})["wish"] == "unpublished"
    await person.follow(await person.send("/publicera", objekt="vitec:OBJ9", plats="hemnet"))
    assert (hub.store.link_get("estate", "vitec:OBJ9", "hemnet") or {})["wish"] == "published"
    assert (await person.send("/publicera", objekt="vitec:NOPE", plats="hemnet")).status_code == 404


async def test_fetching_again_leaves_a_wish_for_the_source(person: Person, hub: Hub) -> None:
    await person.follow(await person.send("/hamta", objekt="vitec:OBJ2", kalla="vitec"))
    assert [s.key for s in hub.store.signals_pending(flow="pull")] == ["vitec|catchup"]
    assert (await person.send("/hamta", objekt="vitec:OBJ2", kalla="hemnet")).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (VANISH, {"svar": "nope"}),
        (VANISH, {"svar": ""}),
        ("/atgarda/0123456789abcdef", {"svar": "behall"}),
        ("/ko/forsok", {"slag": "out", "n": "x"}),
        ("/ko/forsok", {}),
        ("/ko/kasta", {"slag": "nope", "n": "1", "varfor": ""}),
        ("/ko/avgor", {}),
    ],
)
async def test_an_odd_form_changes_nothing(
    person: Person, hub: Hub, path: str, fields: dict[str, str]
) -> None:
    assert (await person.send(path, **fields)).status_code == 404
    assert hub.store.audit_list() == []


async def test_a_closed_page_does_not_show_buttons_to_who_may_not_press_them(app: App, people: Any) -> None:
    async with people.auditor(app) as browser:
        for path in (VANISH, KEY, DOUBT):
            page = (await browser.get(path)).text
            assert "Rollen Administratör kan åtgärda det här." in page
            assert f'action="{path}"' not in page
        assert "Försök nu" not in (await browser.get("/ko")).text
        assert "Avpublicera" not in (await browser.get("/objekt/vitec:OBJ1")).text
