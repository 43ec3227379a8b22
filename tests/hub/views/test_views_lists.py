"""Overview, lists, queues, repairs, findings, log, report: what the page and the commands are given."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import msgspec
import pytest

from brygga.hub import Hub
from brygga.hub.views.findings import all_findings, findings_page
from brygga.hub.views.log import log, recent
from brygga.hub.views.objects import field_history, object_list, one_object, page_of_objects
from brygga.hub.views.overview import connection_rows, overview
from brygga.hub.views.queues import inbox_rows, outbox_rows, parked_rows, queue_page
from brygga.hub.views.repairs import KINDS, due_causes, grouped, listed, one_repair, open_repairs, repair_id
from brygga.hub.views.report import report_of
from brygga.hub.views.snapshot import look
from brygga.hub.views.tongue import ENGLISH, SWEDISH
from brygga.model import Invalid
from brygga.store import InboxAdd


def test_the_headline_says_what_is_down_and_that_the_rest_goes(hub: Hub) -> None:
    view = overview(hub)
    assert view["headline"] == "Hemnet tar inte emot ändringar. Allt annat går ut."
    assert view["lead"] == "I dag har 49 ändringar gått ut och 1 väntar. En sändning är osäker."
    assert [r["code"] for r in view["repairs"]] == ["key_refused", "outcome_unknown", "vanish"]


def test_an_empty_hub_says_where_to_begin(empty: Hub) -> None:
    view = overview(empty)
    assert view["headline"] == "Börja med mäklarsystemet."
    assert view["first_time"]
    assert view["connections"] == []


def test_all_well_says_so(hub: Hub) -> None:
    for r in hub.store.repair_list():
        hub.store.repair_close(r.code, r.connection, r.subject)
    for row in hub.store.outbox_list("waiting"):
        hub.store.outbox_done(row.n)
    assert overview(hub)["headline"] == "Allt går ut som det ska."


def test_questions_are_counted_when_nothing_is_down(hub: Hub) -> None:
    hub.store.repair_close("key_refused", "hemnet", "")
    assert overview(hub)["headline"] == "Två saker väntar på ditt svar. Allt annat går ut."
    assert overview(hub, "en")["headline"] == "Two things wait for your answer. Everything else goes out."


def test_connections_stand_with_those_that_need_someone_first(hub: Hub) -> None:
    rows = connection_rows(hub)
    assert [(r["name"], r["state"], r["waiting"]) for r in rows] == [
        ("hemnet", "refused", 1),
        ("smtp", "asks", 0),
        ("vitec", "asks", 0),
    ]
    assert rows[0]["state_sv"] == "Nekas"
    assert rows[0]["line_sv"] == "Godtar inte nyckeln sedan kl.\u00a012.31"
    assert len(rows[0]["strip"]) == 48


def test_the_strip_is_said_in_a_sentence(hub: Hub) -> None:
    rows = {r["name"]: r["strip_text"] for r in connection_rows(hub)}
    assert rows["hemnet"] == "Fel sedan kl.\u00a014.00"
    assert rows["vitec"] == "Utan fel; gles trafik"


def test_the_hours_of_today_are_counted(hub: Hub) -> None:
    hours = overview(hub)["hours"]
    assert len(hours["per_hour"]) == 15
    assert sum(hours["per_hour"]) == hours["total"] == 49
    assert hours["text"].startswith("Störst kl. 10 med ")


def test_the_short_log_leaves_out_steps_and_repeated_fetching(hub: Hub) -> None:
    texts = [line["text"] for line in recent(hub, look(hub), SWEDISH, limit=6)]
    assert texts[0] == "Storgatan 14 B väntar på Hemnet"
    assert texts[1] == "Ett mejl: osäkert om det kom fram"
    assert sum(text.startswith("Hämtat från Vitec") for text in texts) == 1
    assert not any("Skickar bilderna" in text for text in texts)


def test_the_long_log_has_everything_and_can_be_narrowed(hub: Hub) -> None:
    seen = look(hub)
    whole = log(hub, seen, SWEDISH, limit=1000)
    only = log(hub, seen, SWEDISH, connection="hemnet", limit=10)
    assert len(whole["lines"]) > 60
    assert not whole["more"]
    assert {line["connection"] for line in only["lines"]} == {"hemnet"}
    assert only["more"]


def test_objects_come_in_pages_for_any_limit_and_offset(hub: Hub) -> None:
    whole = page_of_objects(hub, limit=100)
    assert whole["total"] == 12
    ids = [row["id"] for row in whole["objects"]]
    for limit in (1, 5, 7):
        found = [
            row["id"]
            for offset in range(0, 12, limit)
            for row in page_of_objects(hub, limit=limit, offset=offset)["objects"]
        ]
        assert found == ids
    assert [row["id"] for row in page_of_objects(hub, limit=4, offset=3)["objects"]] == ids[3:7]


def test_objects_are_found_by_street_status_and_type(hub: Hub) -> None:
    assert page_of_objects(hub, text="storg")["total"] == 1
    assert page_of_objects(hub, status="sold")["total"] == 3
    assert {r["type"] for r in page_of_objects(hub, type="house")["objects"]} == {"house"}


def test_the_list_shows_each_place_and_what_is_not_right(hub: Hub, office: ModuleType) -> None:
    view = object_list(hub, look(hub), SWEDISH)
    rows = {row["id"]: row for row in view["rows"]}
    assert view["wrong"] == 2
    assert rows[office.HOME]["places"]["hemnet"].word == "Gammalt pris"
    assert rows["vitec:OBJ2"]["places"]["hemnet"].word == "Stämmer"
    assert rows["vitec:OBJ3"]["places"]["hemnet"].word == "Stoppad"
    assert rows["vitec:OBJ9"]["places"] == {}
    wrong = object_list(hub, look(hub), SWEDISH, choice="wrong")
    assert [row["id"] for row in wrong["rows"]] == [office.HOME, "vitec:OBJ3"]


def test_one_object_is_plain_values_and_its_history_has_every_field(hub: Hub, office: ModuleType) -> None:
    whole = one_object(hub, office.HOME)
    assert msgspec.json.decode(msgspec.json.encode(whole))["record"]["price"]["asking_kr"] == 4_050_000
    assert whole["published"]["hemnet"]["status"] == "visible"
    price = next(row for row in field_history(hub, office.HOME) if row["field"] == "price.asking_kr")
    assert (price["old"], price["new"], price["field_sv"]) == (4_200_000, 4_050_000, "utgångspris")
    with pytest.raises(Invalid):
        one_object(hub, "vitec:NOPE")


def test_findings_are_counted_by_cause(hub: Hub) -> None:
    found = all_findings(hub)
    assert found["by_code"] == {"out_of_range": 7, "unknown_value": 7}
    assert found["total"] == 14
    assert found["set_aside"][0]["source_id"] == "OBJ99"
    assert all_findings(hub, code="out_of_range", limit=3)["total"] == 7
    page = findings_page(hub, look(hub), SWEDISH, code="out_of_range")
    assert page["homes"] == 7
    assert len(page["chosen"]) == 7


def test_queues_never_show_whom_a_message_was_for(hub: Hub) -> None:
    rows = outbox_rows(hub)
    assert {row["state"] for row in rows} == {"waiting", "unknown"}
    assert [row["id"] for row in rows if row["kind"] == "mail"] == ["mail"]
    assert "canary" not in str(rows)
    assert parked_rows(hub)[0]["code"] == "not_json"


def test_webhooks_that_wait_are_listed_without_their_bodies(hub: Hub) -> None:
    hub.store.inbox_add_many([InboxAdd(connection="vitec", body=b"kanariehemlighet")])
    rows = inbox_rows(hub)
    assert [(row["connection"], row["state"]) for row in rows] == [("vitec", "new")]
    assert "kanarie" not in str(rows)


@pytest.mark.parametrize(
    ("tab", "title"),
    [
        ("out", "Väntar på ny nyckel till Hemnet"),
        ("aside", "Uppgifter från Vitec som inte gick att läsa"),
        ("doubt", "Osäkert om det kom fram till E-post (SMTP)"),
    ],
)
def test_each_tab_groups_by_what_is_waited_for(hub: Hub, tab: str, title: str) -> None:
    page = queue_page(hub, look(hub), SWEDISH, tab)
    assert [group["title"] for group in page["groups"]] == [title]
    assert page["counts"] == {"out": 1, "in": 0, "aside": 1, "doubt": 1}


def test_repairs_stand_worst_first_and_have_their_five_answers(hub: Hub) -> None:
    rows = open_repairs(hub)
    assert rows[0]["title"] == "Hemnet godtar inte kontorets nyckel"
    assert rows[0]["works"] == "Det som redan syns ligger kvar. 1 ändring väntar i ordning."
    assert rows[2]["title"] == "Vitec visar 2 objekt i stället för 12"
    for row in rows:
        assert all(row[part] for part in ("title", "happened", "works", "who", "button", "due"))


def test_every_kind_of_repair_can_be_told_in_both_languages(empty: Hub, office: ModuleType) -> None:
    office.connect(empty)
    for code in [*KINDS, "something_new"]:
        empty.store.repair_open(code, "hemnet", "estate|vitec:OBJ1", {"sv": "Skäl."})
    seen = look(empty)
    for tongue in (SWEDISH, ENGLISH):
        told = listed(empty, seen, tongue)
        assert len(told) == len(KINDS) + 1
        assert not any("{" in str(value) for row in told for value in row.values() if isinstance(value, str))


def test_a_repair_that_is_put_off_leaves_the_list_and_comes_back(hub: Hub, clock: Any) -> None:
    later = hub.services.now().replace(hour=14)
    hub.store.repair_snooze("vanish", "vitec", "estate", later)
    assert "vanish" not in {r["code"] for r in overview(hub)["repairs"]}
    assert [r["urgency"] for r in open_repairs(hub) if r["code"] == "vanish"] == ["snoozed"]
    clock.at = later
    assert "vanish" in {r["code"] for r in overview(hub)["repairs"]}


def test_a_solved_repair_can_still_be_read(hub: Hub) -> None:
    hub.store.repair_close("key_refused", "hemnet", "", by="Anna Berg")
    found = one_repair(hub, look(hub), SWEDISH, repair_id("key_refused", "hemnet", ""))
    assert found is not None
    assert found["solved"] == "Löst 23 nov 2026 kl.\u00a014.05 av Anna Berg."
    assert one_repair(hub, look(hub), SWEDISH, "nope") is None


def test_the_report_counts_what_happened(hub: Hub) -> None:
    made = report_of(hub)
    hemnet, vitec = made["connections"]["hemnet"], made["connections"]["vitec"]
    assert (hemnet["published"], hemnet["visible"], hemnet["blocked"], hemnet["waiting"]) == (6, 5, 1, 1)
    assert (vitec["created"], vitec["notices"]) == (12, 1)
    assert made["totals"]["doubtful"] == 1
    assert made["totals"]["set_aside"] == 1
    assert made["sections"]["Hemnet"]["Syns"] == 5
    assert made["sections"]["Uppgifter hos oss"]["Objekt"] == 12
    assert msgspec.json.encode(made)


def test_an_empty_hub_has_an_empty_report(empty: Hub) -> None:
    assert report_of(empty)["connections"] == {}


def test_one_cause_is_one_row_however_many_messages_it_touches(hub: Hub) -> None:
    for number in (2, 4):
        subject = f"mail|visible|hemnet|vitec:OBJ{number}|1"
        hub.store.repair_open(
            "rejected_item", "smtp", subject, {"sv": "En adress går inte att använda.", "n": 1}
        )
    seen = look(hub)
    rows = [r for r in grouped(hub, seen, SWEDISH) if r["told_as"] == "rejected_mail"]
    assert [(r["title"], r["link"]) for r in rows] == [
        ("E-post (SMTP): 2 mejl togs inte emot", "/ko/at-sidan")
    ]
    assert due_causes(seen) == len(grouped(hub, seen, SWEDISH)) == 4
    assert overview(hub)["repairs_total"] == 4
    singly = [r["title"] for r in listed(hub, seen, SWEDISH) if r["told_as"] == "rejected_mail"]
    assert singly == ["Ett mejl om Björkvägen 3 togs inte emot", "Ett mejl om Kungsgatan 61 togs inte emot"]
