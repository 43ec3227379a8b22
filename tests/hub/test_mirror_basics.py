"""Mirrors: both ways, once, in order, and nothing lost."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent / "toys"))

from mirror_office import Between, between, home, person, toys, written

from brygga.connectors.writing import Writable
from brygga.model import Agent, Bid, OutcomeUnknown, Relation, Retryable, Viewing
from brygga.wire.call import Repeat

__all__ = ["between", "toys"]


def replaced(record: Any, **facts: Any) -> Any:
    return msgspec.structs.replace(record, **facts)


async def test_what_the_left_has_lands_on_the_right_and_a_second_run_writes_nothing(between: Between) -> None:
    between.left.put(Agent(id="left:A1", name="Anna Berg", email="anna@example.com"))
    between.left.put(person("K1", agent_id="left:A1"))
    between.left.put(home("O1", agent_id="left:A1", seller_ids=["left:K1"]))
    between.left.put(Relation(id="left:R1", estate_id="left:O1", contact_id="left:K1", role="seller"))
    between.left.put(Viewing(id="left:V1", estate_id="left:O1", starts_at=between.clock()))
    between.left.put(Bid(id="left:B1", estate_id="left:O1", contact_id="left:K1", amount_kr=1))
    counts = await between.sync()
    assert counts["right.create"] == 6
    made = between.twin("estate", "O1")
    assert between.twin("agent", "A1").id == made.agent_id
    assert made.seller_ids == [between.twin("contact", "K1").id]
    assert between.twin("bid", "B1").contact_id == between.twin("contact", "K1").id
    for mode in ("", "full"):
        again = await between.sync(mode)
        assert written(again) == 0


async def test_an_edit_on_either_side_reaches_the_other(between: Between) -> None:
    between.left.put(person("K1", email="a@example.com"))
    await between.sync()
    between.clock.forward(minutes=1)
    between.left.put(person("K1", email="b@example.com"))
    await between.sync()
    right = between.twin("contact", "K1")
    assert right.email == "b@example.com"
    between.clock.forward(minutes=1)
    between.right.put(replaced(right, mobile="+46701740605"))
    counts = await between.sync()
    assert between.left.get("contact", "K1").mobile == "+46701740605"
    assert counts["left.update"] == 1
    assert written(await between.sync()) == 0


async def test_what_the_right_cannot_hold_never_flows_back(between: Between) -> None:
    def whole(record: Any) -> Any:
        if hasattr(record, "rooms") and record.rooms is not None:
            record.rooms = float(int(record.rooms))
        return record

    between.right.hold = whole
    between.left.put(home("O1", rooms=2.5))
    await between.sync()
    assert between.twin("estate", "O1").rooms == 2.0
    between.clock.forward(minutes=1)
    between.left.put(home("O1", rooms=2.5, tags=["sjönära"]))
    await between.sync()
    assert between.left.get("estate", "O1").rooms == 2.5
    assert written(await between.sync("full")) == 0


async def test_a_field_of_the_leading_side_is_put_back_and_told(between: Between) -> None:
    between.left.put(home("O1"))
    await between.sync()
    right = between.twin("estate", "O1")
    between.right.put(replaced(right, rooms=9.0))
    await between.sync()
    assert between.twin("estate", "O1").rooms == 2.5
    told = [e for e in between.hub.store.events() if e.what == "mirror.overruled"]
    assert told[0].facts == {"fields": ["rooms"]}


async def test_edits_of_the_same_moment_wait_as_a_conflict_with_both_values(between: Between) -> None:
    between.left.put(person("K1", email="a@example.com"))
    await between.sync()
    between.clock.forward(minutes=1)
    between.left.put(person("K1", email="left@example.com"))
    between.right.put(replaced(between.twin("contact", "K1"), email="right@example.com"))
    await between.sync()
    [one] = between.hub.store.conflicts()
    assert (one.path, one.code, one.left, one.right) == (
        "email",
        "differs",
        "left@example.com",
        "right@example.com",
    )
    assert written(await between.sync("full")) == 0
    assert b"left@example.com" not in _bytes_of(between, "conflict")


def _bytes_of(between: Between, table: str) -> bytes:
    rows = between.hub.store.database.rows(f"SELECT * FROM {table}")
    return repr(rows).encode()


async def test_a_record_waits_named_for_what_it_points_at_and_is_made_when_that_comes(
    between: Between,
) -> None:
    between.left.put(Relation(id="left:R1", estate_id="left:O1", contact_id="left:K1", role="seller"))
    between.left.put(home("O1"))
    await between.sync()
    [waiting] = between.hub.store.twins_in("right", ["waits"])
    assert (waiting.left_id, waiting.waits_for) == ("left:R1", "left:K1")
    between.left.put(person("K1"))
    counts = await between.sync()
    assert counts["right.create"] == 2
    assert between.twin("relation", "R1").contact_id == between.twin("contact", "K1").id


async def test_records_that_are_there_already_are_paired_and_not_made_twice(between: Between) -> None:
    between.left.put(person("K1", personnummer="191212121212", email="a@example.com"))
    between.left.put(home("O1"))
    between.right.put(person("9", "right", first_name="ANNA", personnummer="191212121212"))
    between.right.put(home("77", "right", reference="1001", rooms=None, address=home("O1").address))
    await between.sync()
    assert len(between.right.rows["contact"]) == len(between.right.rows["estate"]) == 1
    assert between.twin("contact", "K1").email == "a@example.com"
    assert between.right.get("estate", "77").rooms == 2.5
    assert written(await between.sync("full")) == 0


async def test_two_that_could_be_the_same_are_a_question(between: Between) -> None:
    between.left.put(person("K1", personnummer="191212121212"))
    for sid in ("8", "9"):
        between.right.put(person(sid, "right", personnummer="191212121212"))
    await between.sync()
    [one] = between.hub.store.conflicts()
    assert (one.path, one.code, one.right) == ("(pair)", "ambiguous", ["right:8", "right:9"])
    assert len(between.right.rows["contact"]) == 2


async def test_the_same_person_under_another_spelling_is_a_finding_with_its_reasons_and_no_guess(
    between: Between,
) -> None:
    between.left.put(person("K1", last_name="Åkesson", email="a@example.com"))
    between.right.put(person("9", "right", first_name="Ann", last_name="Akeson", email="A@example.com"))
    await between.sync()
    found = {f.code: f for f in between.hub.store.findings("left")}
    assert found["possible_duplicate"].sv == "Kan vara samma som right:9 (0,4: samma e-post 0,4)."
    assert len(between.right.rows["contact"]) == 2


async def test_a_contact_made_on_the_right_is_made_on_the_left_once(between: Between) -> None:
    between.right.put(person("1", "right", email="ny@example.com"))
    await between.sync()
    assert [c.email for c in between.left.all("contact")] == ["ny@example.com"]
    assert written(await between.sync("full")) == 0
    assert len(between.left.rows["contact"]) == len(between.right.rows["contact"]) == 1


async def test_a_follower_that_may_not_write_back_keeps_what_is_its_own(toys: None, tmp_path: Path) -> None:
    office = Between(tmp_path / "hub", both_ways=False)
    office.right.put(person("1", "right"))
    office.left.put(person("K1", email="a@example.com"))
    await office.sync()
    office.right.put(replaced(office.twin("contact", "K1"), email="b@example.com"))
    await office.sync()
    assert office.twin("contact", "K1").email == "a@example.com"
    assert len(office.left.rows["contact"]) == 1
    office.close()


@pytest.mark.parametrize("repeat", [Repeat.READBACK, Repeat.KEY, Repeat.NONE])
async def test_an_answer_that_was_lost_never_makes_a_second_contact(between: Between, repeat: Repeat) -> None:
    can = between.right.can["contact"]
    between.right.can["contact"] = replaced(can, repeat=repeat)
    between.right.fault = lambda _: "lost"
    between.left.put(person("K1"))
    await between.sync()
    between.right.fault = lambda _: ""
    await between.sync("full")
    assert len(between.right.rows["contact"]) == 1
    assert between.twin("contact", "K1").last_name == "Nr K1"


async def test_a_doubt_that_cannot_be_looked_up_is_a_repair_and_waits_for_a_person(between: Between) -> None:
    between.right.knows_keys = False
    between.right.fault = lambda _: "lost"
    between.left.put(person("K1"))
    await between.sync()
    between.right.fault = lambda _: ""
    for _ in range(3):
        await between.sync("full")
    assert len(between.right.rows["contact"]) == 1
    assert [(r.code, r.subject) for r in between.hub.store.repair_list()] == [
        ("outcome_unknown", "contact|left:K1")
    ]
    [one] = between.hub.store.conflicts()
    assert (one.path, one.code) == ("(doubt)", "doubt")
    there = next(iter(between.right.rows["contact"]))
    between.hub.store.conflict_choose(one.n, "value", f"right:{there}", who="Anna", why="syns där")
    await between.sync()
    assert len(between.right.rows["contact"]) == 1
    assert between.twin("contact", "K1").id == f"right:{there}"


async def test_a_crash_between_writing_and_keeping_makes_nothing_twice(
    between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    between.left.put(person("K1"))
    between.pull("left")
    plain = type(between.hub.store).mirror_keep

    def dies(store: Any, done: Any, **more: Any) -> Any:
        if done.batches:
            raise KeyboardInterrupt
        return plain(store, done, **more)

    monkeypatch.setattr(type(between.hub.store), "mirror_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        await between.mirror()
    monkeypatch.undo()
    between.restart()
    await between.sync()
    assert between.right.made["contact"] == 1
    assert between.twin("contact", "K1").last_name == "Nr K1"


async def test_a_row_edited_while_we_wrote_is_not_overwritten(between: Between) -> None:
    between.left.put(person("K1", email="a@example.com"))
    await between.sync()
    sid = between.twin("contact", "K1").id.split(":")[1]
    between.clock.forward(minutes=1)
    between.left.put(person("K1", email="b@example.com"))
    between.pull("left")

    def meanwhile(_: Any) -> None:
        between.right.before_write = lambda _: None
        between.right.put(replaced(between.right.get("contact", sid), mobile="+46701740606"))

    between.right.before_write = meanwhile
    await between.mirror()
    right = between.right.get("contact", sid)
    assert (right.email, right.mobile) == ("b@example.com", "+46701740606")
    assert between.left.get("contact", "K1").mobile == "+46701740606"


async def test_a_side_that_is_away_is_tried_again_and_loses_nothing(between: Between) -> None:
    between.left.put(person("K1"))
    between.right.down = Retryable("away")
    between.pull("left")
    counts = await between.mirror()
    assert counts["failed"] == 1
    between.right.down = None
    await between.mirror()
    assert len(between.right.rows["contact"]) == 1


async def test_a_trigger_that_raises_stops_that_record_only_and_opens_a_repair(between: Between) -> None:
    between.right.fault = lambda draft: "reject" if draft.record.email == "bad@example.com" else ""
    between.left.put(person("K1", email="bad@example.com"))
    between.left.put(person("K2", email="good@example.com"))
    await between.sync()
    assert [c.email for c in between.right.all("contact")] == ["good@example.com"]
    assert [r.subject for r in between.hub.store.repair_list()] == ["contact|left:K1"]
    between.right.fault = lambda _: ""
    await between.sync("full")
    assert len(between.right.rows["contact"]) == 2
    assert between.hub.store.repair_list() == []


async def test_an_edit_that_the_left_cannot_take_is_kept_as_a_conflict_and_blocks_nothing(
    between: Between,
) -> None:
    between.left.can["contact"] = Writable(create=True)
    between.left.put(person("K1", email="a@example.com"))
    await between.sync()
    between.right.put(replaced(between.twin("contact", "K1"), email="b@example.com"))
    between.left.put(person("K2"))
    await between.sync()
    assert [(c.path, c.code) for c in between.hub.store.conflicts()] == [("email", "cannot_write")]
    assert len(between.right.rows["contact"]) == 2


async def test_a_clock_an_hour_off_wins_nothing_silently(between: Between) -> None:
    between.left.put(person("K1", email="a@example.com"))
    await between.sync()
    between.left.put(person("K1", email="left@example.com"))
    right = replaced(between.twin("contact", "K1"), email="right@example.com")
    right.changed_at = between.clock() + timedelta(hours=1)
    between.right.put(right, dated=False)
    await between.sync()
    assert [c.path for c in between.hub.store.conflicts()] == ["email"]


async def test_removals_follow_the_rule_of_their_kind(between: Between) -> None:
    between.left.put(person("K1"))
    between.left.put(home("O1"))
    between.left.put(Viewing(id="left:V1", estate_id="left:O1", starts_at=between.clock()))
    between.left.put(Bid(id="left:B1", estate_id="left:O1", amount_kr=1))
    await between.sync()
    for kind, sid in (("contact", "K1"), ("viewing", "V1"), ("bid", "B1")):
        between.left.drop(kind, sid)
    await between.sync()
    assert between.right.rows["viewing"] == {}
    assert [b.cancelled for b in between.right.all("bid")] == [True]
    assert len(between.right.rows["contact"]) == 1
    assert [(c.path, c.code) for c in between.hub.store.conflicts()] == [("(removed)", "removed_left")]
    assert written(await between.sync("full")) == 0


async def test_a_row_deleted_on_the_right_while_edited_on_the_left_keeps_both(between: Between) -> None:
    between.left.put(person("K1", email="a@example.com"))
    await between.sync()
    sid = between.twin("contact", "K1").id.split(":")[1]
    between.right.drop("contact", sid)
    between.left.put(person("K1", email="b@example.com"))
    await between.sync()
    [one] = between.hub.store.conflicts()
    assert (one.code, one.left["email"], one.right) == ("removed_edited", "b@example.com", None)
    between.hub.store.conflict_choose(one.n, "left", None, who="Anna", why="kunden finns kvar")
    await between.sync()
    assert [c.email for c in between.right.all("contact")] == ["b@example.com"]
    assert between.hub.store.conflicts() == []


async def test_a_home_that_is_only_not_shown_any_more_is_not_removed(between: Between) -> None:
    from brygga.model.parts import Marketing

    between.left.put(home("O1", marketing=Marketing(published=True)))
    await between.sync()
    between.left.put(home("O1", status="sold", marketing=Marketing(published=False)))
    await between.sync()
    assert between.twin("estate", "O1").status == "sold"
    assert between.hub.store.conflicts() == []


async def test_contacts_merged_while_an_upsert_is_in_flight_end_on_the_one_that_lives_on(
    between: Between,
) -> None:
    between.left.put(person("K1", email="a@example.com"))
    between.left.put(home("O1", seller_ids=["left:K1"]))
    await between.sync()
    right = between.twin("contact", "K1")
    between.clock.forward(minutes=1)
    between.right.put(replaced(right, mobile="+46701740605"))
    between.pull("right")
    between.left.drop("contact", "K1")
    between.left.put(person("K2", email="a@example.com"))
    await between.mirror()
    between.hub.store.merged_note("contact", {"left:K1": "left:K2"})
    await between.sync()
    assert between.twin("contact", "K2").id == right.id
    assert between.left.get("contact", "K2").mobile == "+46701740605"
    assert between.twin("estate", "O1").seller_ids == [right.id]
    assert written(await between.sync("full")) == 0


async def test_after_a_merge_what_named_the_one_that_died_names_the_other(between: Between) -> None:
    for sid in ("K1", "K2"):
        between.left.put(person(sid))
    between.left.put(home("O1", seller_ids=["left:K1"]))
    await between.sync()
    between.left.drop("contact", "K1")
    between.hub.store.merged_note("contact", {"left:K1": "left:K2"})
    await between.sync()
    assert between.twin("estate", "O1").seller_ids == [between.twin("contact", "K2").id]
    assert [c.code for c in between.hub.store.conflicts()] == ["merged"]


async def test_a_system_that_is_down_for_good_says_so_and_a_doubt_for_all_is_looked_up(
    between: Between,
) -> None:
    between.left.put(person("K1"))
    between.right.down = OutcomeUnknown("the line broke")
    between.pull("left")
    await between.mirror()
    between.right.down = None
    await between.sync("full")
    [one] = between.hub.store.conflicts()
    assert one.code == "doubt"
    assert between.right.rows["contact"] == {}
