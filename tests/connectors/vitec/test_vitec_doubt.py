"""A doubtful upsert never makes a second contact: answers that are lost, and merges meanwhile."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from brygga.connectors.abilities import Written
from brygga.model import Contact, OutcomeUnknown, Rejected

UNUSED_NUMBER = "191212121212"  # from the published test series, and nobody's in the imitation
SEEDS = range(200) if os.environ.get("BRYGGA_CHAOS") else range(12)


# ---------------------------------------------------------------------- answers that are lost


@pytest.mark.parametrize("fault", ["lost-answer", "late500", "truncated", "html200", "reset"])
async def test_an_upsert_without_a_sure_answer_is_a_question_and_reading_back_answers_it(
    line: Any, anybody: Any, wish: Any, fault: str
) -> None:
    at = await line()
    before = at.counts()["contacts"]
    at.lose("/Contacts/*", fault=fault)
    outcome = await at.write("create", anybody())
    assert isinstance(outcome, OutcomeUnknown), outcome
    found = await at.connector.read_back(wish("create", anybody()))
    made = at.counts()["contacts"] - before
    if fault == "html200":  # the page came instead of the work
        assert (found, made) == (None, 0)
        return
    assert isinstance(found, Written)
    assert (found.matched_by, made) == ("email", 1)


async def test_an_upsert_that_never_arrived_is_certainly_not_there(
    line: Any, anybody: Any, wish: Any
) -> None:
    at = await line()
    at.lose("/Contacts/*", fault="refused")
    assert isinstance(await at.write("create", anybody()), OutcomeUnknown)
    assert await at.connector.read_back(wish("create", anybody())) is None
    again = await at.written("create", anybody())
    assert again.matched_by == ""


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_doubtful_upsert_never_makes_a_second_contact(
    line: Any, anybody: Any, wish: Any, seed: int
) -> None:
    """Answers are lost at random; whoever is in doubt reads back, and sends again only on a sure no."""
    at = await line(seed=seed, estates=4)
    before = at.counts()["contacts"]
    at.vitec.faults.seed = seed
    at.vitec.use_profile("lost-answer")
    people = [
        anybody(id=f"agency:{n}", first_name=f"Prov{n}", email=f"prov{n}@example.test", mobile="+46701740698")
        for n in range(5)
    ]
    people[0].personnummer = UNUSED_NUMBER
    ids: list[set[str]] = [await carried_out(at, wish("create", one), lambda: None) for one in people]
    ids_again = [await carried_out(at, wish("create", one), lambda: None) for one in people]
    assert ids == ids_again
    assert all(len(one) == 1 for one in ids)
    assert len(set.union(*ids)) == len(people)
    assert at.counts()["contacts"] == before + len(people)


async def carried_out(at: Any, one: Any, meanwhile: Callable[[], None]) -> set[str]:
    """As the hub does it: write; in doubt read back; only a sure no is sent again."""
    for _ in range(20):
        (outcome,) = await at.connector.write([one])
        if isinstance(outcome, OutcomeUnknown):
            meanwhile()
            outcome = await at.connector.read_back(one)
        if isinstance(outcome, Written):
            return {outcome.source_id}
        assert outcome is None, outcome
    raise AssertionError("it never came through")


async def test_where_reading_back_cannot_tell_a_person_is_asked(line: Any, anybody: Any, wish: Any) -> None:
    at = await line()
    at.lose("/Contacts/*")
    assert isinstance(await at.write("create", anybody()), OutcomeUnknown)
    twin = {"firstName": "Tolvan", "lastName": "Prövander", "emailAddress": "tolvan.provander@example.test"}
    at.vitec._desk._upserts.add("Person", twin, 0)
    with pytest.raises(OutcomeUnknown) as caught:
        await at.connector.read_back(wish("create", anybody()))
    assert caught.value.code == "several_matches"
    assert "flera kan vara den" in caught.value.sv


async def test_a_search_that_is_late_does_not_make_a_second_contact(
    line: Any, anybody: Any, wish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search index knows nothing yet; the contacts made lately do."""
    at = await line()
    at.lose("/Contacts/*")
    assert isinstance(await at.write("create", anybody()), OutcomeUnknown)
    monkeypatch.setattr("brygga.sandbox.vitec.searching._holds", lambda *_: False)
    found = await at.connector.read_back(wish("create", anybody()))
    assert isinstance(found, Written)
    assert found.matched_by == "email"


async def test_a_doubtful_change_is_read_back_by_its_id(line: Any, wish: Any) -> None:
    at = await line()
    record = at.held(70)
    record.last_name = "Nyberg"
    one = wish("update", record, source_id=at.person(70), fields=("last_name",))
    assert await at.connector.read_back(one) is None
    at.lose("/Contacts/*")
    (outcome,) = await at.connector.write([one])
    assert isinstance(outcome, OutcomeUnknown)
    found = await at.connector.read_back(one)
    assert isinstance(found, Written)
    assert at.map(found).last_name == "Nyberg"


# ---------------------------------------------------------------------- merged meanwhile


async def test_a_contact_merged_while_its_upsert_is_in_flight_is_found_under_the_other_id(
    line: Any, anybody: Any, wish: Any
) -> None:
    at = await line()
    at.lose("/Contacts/*")
    assert isinstance(await at.write("create", anybody()), OutcomeUnknown)
    (made,) = [e.identity for e in at.vitec.writes.entries]
    at.vitec.mutate("merge_contacts", {"ids": [at.person(70), made]})
    before = at.counts()["contacts"]
    found = await at.connector.read_back(wish("create", named_as(at, 70, anybody())))
    assert isinstance(found, Written)
    assert found.source_id == at.person(70)
    again = await at.write("create", named_as(at, 70, anybody()))
    assert isinstance(again, Written)
    assert at.counts()["contacts"] == before


async def test_a_contact_merged_into_another_name_is_a_question_and_not_sent_again(
    line: Any, anybody: Any, wish: Any
) -> None:
    at = await line()
    at.lose("/Contacts/*")
    assert isinstance(await at.write("create", anybody()), OutcomeUnknown)
    (made,) = [e.identity for e in at.vitec.writes.entries]
    at.vitec.mutate("merge_contacts", {"ids": [at.person(70), made]})
    before = at.counts()["contacts"]
    with pytest.raises(OutcomeUnknown):
        await at.connector.read_back(wish("create", anybody()))
    assert isinstance(await at.write("create", anybody()), Rejected)
    assert at.counts()["contacts"] == before


def named_as(at: Any, number: int, contact: Contact) -> Contact:
    body = at.body(at.person(number))
    contact.first_name, contact.last_name = body["firstName"], body["lastName"]
    return contact


async def test_a_change_of_a_contact_that_was_merged_away_is_not_sent(line: Any) -> None:
    at = await line()
    record = at.held(70)
    at.vitec.mutate("merge_contacts", {"ids": [at.person(71), at.person(70)]})
    before = at.counts()["contacts"]
    outcome = await at.write("update", record, source_id=at.person(70), fields=("email",))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "remote_gone"
    assert (at.sent(), at.counts()["contacts"]) == ([], before)


async def test_a_merge_between_the_look_and_the_change_is_seen_by_the_id_that_is_answered(
    line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await line()
    record = at.held(70)
    upserts = at.vitec._desk._upserts
    really = upserts.write

    def merged_first(kind: str, body: Any, offices: list[int]) -> Any:
        at.vitec.world.contacts.merge([at.person(70)], at.person(71))
        return really(kind, body, offices)

    monkeypatch.setattr(upserts, "write", merged_first)
    before = at.counts()["contacts"]
    outcome = await at.write("update", record, source_id=at.person(70), fields=("email",))
    made = at.counts()["contacts"] - (before - 1)
    assert isinstance(outcome, Written)
    assert outcome.source_id != at.person(70)
    assert made == 1  # the name was another's: Vitec made one, and the answer says under which id
    assert outcome.matched_by


@pytest.mark.parametrize("seed", SEEDS)
async def test_faults_and_merges_at_random_never_make_a_person_twice(
    line: Any, anybody: Any, wish: Any, seed: int
) -> None:
    """Each wish ends as written, or as a question; whichever, it was made at most once.

    The one that is left keeps the address of the one that goes, as far as it has room: each is merged
    into another. Where a merge loses the address there is no trace left to find.
    """
    at, chance = await line(seed=seed, estates=4), random.Random(seed)
    for number in range(6):
        one = wish("create", anybody(id=f"agency:{number}", email=f"prov{number}@example.test",
                                     first_name=f"Prov{number}", mobile="+46701740698"))  # fmt: skip
        at.lose(
            "/Contacts/*", fault=chance.choice(["lost-answer", "late500", "reset", "truncated", "refused"])
        )
        await settled(at, one, chance, into=at.person(66 + number))
    made = [entry.identity for entry in at.vitec.writes.entries if entry.operation == "contact.create"]
    assert len(made) == len(set(made)) <= 6


async def settled(at: Any, one: Any, chance: random.Random, *, into: str) -> None:
    """Until the wish is written or a person must be asked; merges happen in between."""
    for _ in range(20):
        (outcome,) = await at.connector.write([one])
        if isinstance(outcome, OutcomeUnknown):
            merge_the_newest(at, chance, into)
            try:
                outcome = await at.connector.read_back(one)
            except OutcomeUnknown:
                return
        if isinstance(outcome, Written | Rejected):
            return
        assert outcome is None, outcome
    raise AssertionError("it never came to an end")


def merge_the_newest(at: Any, chance: random.Random, into: str) -> None:
    made = [entry.identity for entry in at.vitec.writes.entries if entry.operation == "contact.create"]
    if made and chance.random() < 0.5 and at.vitec.world.contacts.known(made[-1]) is not None:
        at.vitec.mutate("merge_contacts", {"ids": [into, made[-1]]})
