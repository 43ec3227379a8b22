"""One home's timeline: business events, their deliveries, and the one sentence that answers."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from brygga.hub import Hub
from brygga.hub.views.snapshot import look
from brygga.hub.views.timeline import timeline
from brygga.hub.views.tongue import ENGLISH, SWEDISH
from brygga.model import Bid, Invalid, Viewing
from brygga.model.parts import Areas, Price, Texts
from brygga.store import Batch, Event, Incoming, OutboxRow


def story(hub: Hub, home: str, *, full: bool = True, **named: Any) -> dict[str, Any]:
    return timeline(hub, home, look(hub), SWEDISH, may_see_persons=full, **named)


def lines(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for day in view["days"] for line in day["lines"]]


def titles(view: dict[str, Any]) -> list[str]:
    return ["".join(text for _, text in line["title"]) for line in lines(view)]


def take_in(hub: Hub, at: Any, *records: Any) -> Any:
    batch = Batch(connection="vitec", now=at, incoming=[Incoming(record=r) for r in records])
    return hub.store.apply(batch)


def test_a_change_is_one_line_with_its_notice_and_its_deliveries(hub: Hub, office: ModuleType) -> None:
    first = lines(story(hub, office.HOME))[0]
    assert (
        "".join(text for _, text in first["title"])
        == "Priset sänkt från 4\u00a0200\u00a0000 till 4\u00a0050\u00a0000\u00a0kr"
    )
    assert ("from", "4\u00a0200\u00a0000") in first["title"]
    assert first["text"].startswith("Vitec meddelade oss kl.\u00a014.01.")
    assert [(row["place"], row["shape"]) for row in first["fan"]] == [
        ("Vår databas", "ok"),
        ("Hemnet", "bad"),
    ]
    assert first["fan"][0]["took_text"] == "4\u00a0s"
    assert first["shape"] == "bad"


def test_the_whole_publication_is_one_line_with_its_steps_folded(hub: Hub, office: ModuleType) -> None:
    published = next(line for line in lines(story(hub, office.HOME)) if line["kind"] == "publish")
    assert "".join(text for _, text in published["title"]) == "Publicerad på Hemnet"
    assert [row["place"] for row in published["fan"]] == ["Hemnet", "Kontoret"]
    summary, steps = published["details"][0]
    assert summary == "Visa de 6 stegen till Hemnet"
    assert [step["text"] for step in steps][:2] == [
        "Kopplar kontoret hos Hemnet",
        "Lägger upp annonsen hos Hemnet",
    ]
    assert published["trace"] == "c4f2a81b09d3e5571"


def test_days_are_headed_and_newest_first(hub: Hub, office: ModuleType) -> None:
    view = story(hub, office.HOME)
    assert [day["heading"] for day in view["days"]] == [
        "I dag, måndag 23 november",
        "I går, söndag 22 november",
    ]
    times = [line["at"] for line in lines(view)]
    assert times == sorted(times, reverse=True)


def test_viewings_to_come_stand_apart(hub: Hub, office: ModuleType) -> None:
    planned = story(hub, office.HOME)["planned"]
    assert [(p["day"], p["title"]) for p in planned] == [("29 nov", "Visning kl.\u00a013.05–13.50")]


def test_bids_are_told_by_number_and_hidden_from_who_may_not_see_them(hub: Hub, office: ModuleType) -> None:
    assert "Bud 4\u00a0000\u00a0000\u00a0kr från budgivare 1" in titles(story(hub, office.HOME))
    masked = story(hub, office.HOME, full=False)
    assert "Bud (dolt)" in titles(masked)
    assert "4\u00a0000\u00a0000" not in str(masked)
    assert "Anna Berg" not in str(masked)


def test_a_corrected_bid_is_a_line_of_its_own_and_the_first_one_stays(hub: Hub, office: ModuleType) -> None:
    bid = Bid(
        id="vitec:BID1", estate_id=office.HOME, contact_id="vitec:K2", amount_kr=4_000_000, cancelled=True
    )
    take_in(hub, office.NOW, bid)
    told = titles(story(hub, office.HOME))
    assert "Bud 4\u00a0000\u00a0000\u00a0kr från budgivare 1" in told
    assert "Budet 4\u00a0000\u00a0000\u00a0kr från budgivare 1 återtaget" in told


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"status": "sold"}, "Läget ändrat från till salu till såld"),
        (
            {"price": Price(asking_kr=5_000_000)},
            "Priset höjt från 4\u00a0050\u00a0000 till 5\u00a0000\u00a0000\u00a0kr",
        ),
        ({"areas": Areas(living_m2=78.0)}, "Boarea ändrad från 76\u00a0m² till 78\u00a0m²"),
        ({"texts": Texts(long="Ring Kanarie på 070-1740605")}, "Ändrat: lång beskrivning"),
        ({"rooms": 4.0, "areas": Areas(living_m2=78.0), "reference": "X1"}, "Tre uppgifter ändrade"),
        ({"images": []}, "3 bilder borttagna"),
    ],
)
def test_a_change_is_said_as_a_broker_would(
    hub: Hub, office: ModuleType, change: dict[str, Any], title: str
) -> None:
    images = list(hub.store.get("estate", office.HOME).images)  # type: ignore[union-attr]  # it is there
    now = {"images": images, "price": Price(asking_kr=4_050_000)} | change
    take_in(hub, office.NOW, office.home(**now))
    assert titles(story(hub, office.HOME))[0] == title


def test_a_change_that_says_nothing_to_a_person_is_no_line(hub: Hub, office: ModuleType) -> None:
    before = len(titles(story(hub, office.HOME)))
    old = hub.store.get("estate", office.HOME)
    old.changed_at = office.NOW  # type: ignore[union-attr]  # it is there
    take_in(hub, office.NOW, old)
    assert len(titles(story(hub, office.HOME))) == before


def test_a_removed_home_keeps_its_story_and_says_so(hub: Hub, office: ModuleType) -> None:
    hub.store.apply(Batch(connection="vitec", now=office.NOW, removed=[("estate", office.HOME)]))
    view = story(hub, office.HOME)
    assert titles(view)[0] == "Borttaget i Vitec"
    assert view["why"].text == "Objektet är borttaget i Vitec. Historien finns kvar här."


def test_notices_that_changed_nothing_become_one_quiet_line(hub: Hub, office: ModuleType) -> None:
    for minute in range(5):
        at = office.NOW - timedelta(seconds=50 - minute)
        hub.store.event_add([Event(at=at, connection="vitec", kind="estate", id=office.HOME, what="webhook")])
    first = lines(story(hub, office.HOME))[0]
    assert first["kind"] == "notice"
    assert titles(story(hub, office.HOME)).count("Vitec meddelade en ändring") == 1


def test_a_moved_viewing_tells_from_when_to_when(hub: Hub, office: ModuleType) -> None:
    moved = Viewing(id="vitec:V1", estate_id=office.HOME, starts_at=office.NOW + timedelta(days=7))
    take_in(hub, office.NOW, moved)
    assert titles(story(hub, office.HOME))[0] == (
        "Visningen flyttad från 29 nov 2026 kl.\u00a013.05 till 30 nov 2026 kl.\u00a014.05"
    )


def test_a_choice_shows_only_its_own_and_counts_all(hub: Hub, office: ModuleType) -> None:
    view = story(hub, office.HOME, topic="bids")
    assert titles(view) == ["Bud 4\u00a0000\u00a0000\u00a0kr från budgivare 1"]
    assert view["topics"] == {
        "all": 5,
        "price": 1,
        "pictures": 1,
        "viewings": 1,
        "bids": 1,
        "messages": 1,
        "stuck": 1,
    }


def test_older_events_wait_behind_a_link(hub: Hub, office: ModuleType) -> None:
    view = story(hub, office.HOME, most=2)
    assert len(lines(view)) == 2
    assert view["more"]


def test_a_home_that_is_not_there_is_invalid(hub: Hub) -> None:
    with pytest.raises(Invalid):
        story(hub, "vitec:NOPE")


def test_the_english_timeline_says_the_same(hub: Hub, office: ModuleType) -> None:
    view = timeline(hub, office.HOME, look(hub), ENGLISH, may_see_persons=True)
    assert view["why"].text == "The price changed at 14:02 but waits for a new key to Hemnet."
    assert titles(view)[0] == "Price lowered from 4,200,000 to SEK\u00a04,050,000"


# -- why does it not show what I changed? ---------------------------------------------------------


def why(hub: Hub, home: str) -> tuple[str, str]:
    found = story(hub, home)["why"]
    return found.code, found.text


def settle(hub: Hub) -> None:
    """No trouble any more: the key holds, nothing waits."""
    for repair in hub.store.repair_list():
        hub.store.repair_close(repair.code, repair.connection, repair.subject, by="page")
    for row in hub.store.outbox_list("waiting"):
        hub.store.outbox_done(row.n)


def waiting(
    hub: Hub, home: str, state: str = "waiting", code: str = "", sv: str = "", minutes: int = 15
) -> None:
    row = OutboxRow(
        connection="hemnet",
        ability="publish",
        operation="publish",
        repeat="readback",
        kind="estate",
        id=home,
        key=f"t|{home}|{state}",
    )
    n = hub.store.outbox_add([row])[0]
    assert n is not None
    if code:
        group = ("hemnet", "publish", "estate", home)
        hub.store.outbox_trouble(group, n, state, hub.services.now() + timedelta(minutes=minutes), code, sv)


def test_it_waits_for_a_key(hub: Hub, office: ModuleType) -> None:
    assert why(hub, office.HOME)[1] == "Priset ändrades kl.\u00a014.02 men väntar på ny nyckel till Hemnet."


def test_it_is_right_and_since_when(hub: Hub, office: ModuleType) -> None:
    settle(hub)
    code, text = why(hub, "vitec:OBJ2")
    assert code == "right"
    assert text == "Det stämmer: Hemnet visar 4\u00a0055\u00a0000\u00a0kr sedan 22 nov kl.\u00a010.07."


def test_it_is_held_by_the_check_with_its_reason(hub: Hub) -> None:
    settle(hub)
    assert why(hub, "vitec:OBJ3") == ("stopped", "Objektet är stoppat: energiklass saknas.")


def test_a_protected_person_goes_before_other_reasons(hub: Hub, office: ModuleType) -> None:
    remarks = [{"code": "protected_person", "sv": "En person har skyddade uppgifter.", "stops": True}]
    hub.store.link_merge("estate", "vitec:OBJ3", "hemnet", {"remarks": remarks})
    assert why(hub, "vitec:OBJ3")[1] == "Objektet publiceras inte, eftersom en person har skyddade uppgifter."


def test_the_provider_asked_us_to_wait(hub: Hub) -> None:
    settle(hub)
    waiting(hub, "vitec:OBJ2", code="asked_to_wait", sv="Hemnet bad oss vänta.")
    assert why(hub, "vitec:OBJ2")[1] == "Hemnet bad oss vänta; ändringen går ut omkring kl.\u00a014.20."


def test_the_provider_is_down(hub: Hub, office: ModuleType) -> None:
    settle(hub)
    for _ in range(9):
        hub.kit.breakers.failed("default/hemnet", opens_at=5, rest_s=600, code="no_answer")
    at = office.NOW - timedelta(minutes=5)
    hub.store.event_add([Event(at=at, connection="hemnet", what="trouble.retryable", level="wait")])
    waiting(hub, "vitec:OBJ2", code="no_answer", sv="Hemnet svarar inte.")
    _code, text = why(hub, "vitec:OBJ2")
    assert text.startswith("Hemnet har inte svarat sedan kl.\u00a0")
    assert text.endswith("vi försöker igen kl.\u00a014.20.")


def test_the_provider_did_not_accept_it(hub: Hub) -> None:
    settle(hub)
    waiting(hub, "vitec:OBJ2", "parked", "not_accepted", "Texten är 214 tecken för lång.")
    assert why(hub, "vitec:OBJ2")[1] == "Hemnet tog inte emot ändringen: texten är 214 tecken för lång."


def test_nobody_knows_whether_it_arrived(hub: Hub) -> None:
    settle(hub)
    waiting(hub, "vitec:OBJ2", "unknown", "cut_off", "Linjen bröts.")
    assert why(hub, "vitec:OBJ2")[0] == "doubt"


def test_it_awaits_approval(hub: Hub) -> None:
    settle(hub)
    hub.store.link_merge(
        "estate", "vitec:OBJ2", "hemnet", {"remote": {"status": "published_pending_approval"}}
    )
    assert why(hub, "vitec:OBJ2")[1] == "Hemnet har annonsen, men säljaren har inte godkänt den."


def test_pictures_are_still_being_processed(hub: Hub) -> None:
    settle(hub)
    images = {"a": {"id": "1", "state": "in_progress"}, "b": {"id": "2", "state": "completed"}}
    hub.store.link_merge("estate", "vitec:OBJ2", "hemnet", {"remote": {"status": "draft", "images": images}})
    waiting(hub, "vitec:OBJ2")
    assert why(hub, "vitec:OBJ2")[1].startswith("1 av 2 bilder behandlas ännu av Hemnet")


def test_somebody_paused_the_receiver(hub: Hub, office: ModuleType) -> None:
    settle(hub)
    kept = hub.store.setting_get("connection:hemnet")
    paused = {"paused_by": "Anna Berg", "paused_at": (office.NOW - timedelta(days=3)).isoformat()}
    hub.store.setting_put("connection:hemnet", kept | paused)
    assert why(hub, "vitec:OBJ2")[1] == "Anna Berg pausade Hemnet 20 nov kl.\u00a014.05."


def test_the_source_never_told_us(hub: Hub, office: ModuleType) -> None:
    settle(hub)
    hub.store.event_add(
        [
            Event(
                at=office.NOW - timedelta(days=2),
                connection="vitec",
                kind="estate",
                id="vitec:OBJ2",
                what="webhook",
            )
        ]
    )
    take_in(hub, office.NOW - timedelta(minutes=1), office.home(1, status="booked"))
    assert (
        why(hub, "vitec:OBJ2")[1]
        == "Vitec meddelade oss aldrig; vi fann ändringen själva kl.\u00a014.04 och den är nu ute."
    )


def test_the_source_refuses_our_key_and_that_hides_the_rest(hub: Hub) -> None:
    settle(hub)
    hub.store.repair_open("key_refused", "vitec", "", {})
    assert why(hub, "vitec:OBJ2")[0] == "source_key"


def test_it_is_published_nowhere(hub: Hub) -> None:
    settle(hub)
    assert why(hub, "vitec:OBJ9")[0] == "nowhere"


# -- gathering -------------------------------------------------------------------------------------


def step(at: Any, name: str, home: str = "vitec:OBJ9", level: str = "ok") -> Event:
    return Event(
        at=at, connection="hemnet", kind="estate", id=home, what=name, level=level, facts={"sv": "Steg"}
    )


def test_a_change_in_mid_publication_does_not_take_its_steps(hub: Hub, office: ModuleType) -> None:
    """The steps belong to the wish until the home is visible, whatever else happens meanwhile."""
    settle(hub)
    home, at = "vitec:OBJ9", office.NOW - timedelta(minutes=9)
    hub.store.link_put("estate", home, "hemnet", {"wish": "published", "wished_at": at.isoformat()}, at)
    seconds = [at + timedelta(seconds=n) for n in range(1, 9)]
    hub.store.event_add([step(seconds[0], "publish.listing")])
    take_in(hub, seconds[1], office.home(8, price=Price(asking_kr=1_000_000)))
    hub.store.event_add([step(seconds[2], "publish.images"), step(seconds[3], "publish.publish")])
    hub.store.event_add([step(seconds[4], "visible"), step(seconds[6], "publish.update")])
    found = {line["kind"]: line for line in lines(story(hub, home))}
    assert [len(steps) for _, steps in found["publish"]["details"]] == [3]
    assert [len(steps) for _, steps in found["estate"]["details"]] == [1]


def test_a_change_that_came_in_mid_publication_went_with_it(hub: Hub, office: ModuleType) -> None:
    settle(hub)
    home, at = "vitec:OBJ9", office.NOW - timedelta(minutes=9)
    hub.store.link_put("estate", home, "hemnet", {"wish": "published", "wished_at": at.isoformat()}, at)
    take_in(hub, at + timedelta(seconds=2), office.home(8, price=Price(asking_kr=1_000_000)))
    hub.store.event_add(
        [step(at + timedelta(seconds=1), "publish.listing"), step(at + timedelta(seconds=5), "visible")]
    )
    changed = next(line for line in lines(story(hub, home)) if line["kind"] == "estate")
    assert [(r["place"], r["text"]) for r in changed["fan"]] == [
        ("Vår databas", "Sparat"),
        ("Hemnet", "Följde med när objektet publicerades"),
    ]


def test_a_wish_that_nothing_has_come_of_says_what_was_asked(hub: Hub, office: ModuleType) -> None:
    settle(hub)
    at = office.NOW - timedelta(minutes=1)
    hub.store.link_put(
        "estate", "vitec:OBJ9", "hemnet", {"wish": "published", "wished_at": at.isoformat()}, at
    )
    first = lines(story(hub, "vitec:OBJ9"))[0]
    assert first["title"] == [("", "Ska synas på Hemnet")]
    assert first["shape"] == "wait"


def test_a_delivery_long_after_its_cause_stands_by_itself(hub: Hub, office: ModuleType) -> None:
    settle(hub)
    take_in(hub, office.NOW - timedelta(hours=2), office.home(8, rooms=4.0))
    hub.store.event_add([step(office.NOW - timedelta(hours=1), "publish.update")])
    kinds = [line["kind"] for line in lines(story(hub, "vitec:OBJ9"))]
    assert kinds[:2] == ["publish", "estate"]


def test_the_bars_of_deliveries_share_one_scale(hub: Hub, office: ModuleType) -> None:
    for line in lines(story(hub, office.HOME)):
        for row in line["fan"]:
            assert 0 <= row["bar_x"] <= 98
            assert 2 <= row["bar_w"] <= 100
            assert row["bar_x"] + row["bar_w"] <= 102
