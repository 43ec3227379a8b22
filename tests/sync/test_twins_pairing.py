"""Knowing a record again in another system."""

from __future__ import annotations

from typing import Any

from brygga.sync.twins import Match, choose, keys_of, likeness

ANNA = {
    "first_name": "Anna",
    "last_name": "Åkesson",
    "personnummer": "191212121212",
    "email": "anna@example.com",
    "mobile": "+46701740605",
}


def found(kind: str, mine: Any, **others: Any) -> Match:
    """As the store does it: those that share a key, with the rules they share."""
    keys = keys_of(kind, mine)
    shared = {}
    for name, values in others.items():
        theirs = {key.print for key in keys_of(kind, values)}
        rules = {key.rule for key in keys if key.print in theirs}
        if rules:
            shared[name] = (values, rules)
    return choose(kind, mine, keys, shared)


def test_the_same_personal_number_is_the_same_person_however_the_name_is_spelled() -> None:
    other = {"first_name": "ANNA", "last_name": "Akesson", "personnummer": "191212121212"}
    made = found("contact", ANNA, k1=other)
    assert (made.twin, made.rule) == ("k1", "personnummer")


def test_the_same_mail_under_another_name_is_only_worth_a_look() -> None:
    made = found("contact", ANNA, k1={"first_name": "Bo", "last_name": "Ek", "email": "Anna@example.com"})
    assert not made.twin
    assert [(one, round(how.score, 1)) for one, how in made.like] == [("k1", 0.4)]
    assert made.like[0][1].sv == "samma e-post 0,4"


def test_a_couple_that_shares_mail_phone_and_surname_stays_two() -> None:
    other = {"first_name": "Bo", "last_name": "Åkesson", "email": ANNA["email"], "mobile": ANNA["mobile"]}
    made = found("contact", ANNA, k1=other)
    assert not made.twin
    assert made.like


def test_mail_and_name_together_are_enough() -> None:
    other = {"first_name": "anna", "last_name": "ÅKESSON", "email": "anna@example.com"}
    assert found("contact", ANNA, k1=other).twin == "k1"


def test_different_personal_numbers_are_different_persons_whatever_else_agrees() -> None:
    other = {**ANNA, "personnummer": "190001189810"}
    assert found("contact", ANNA, k1=other) == Match()


def test_two_that_fit_equally_are_a_question_and_no_guess() -> None:
    assert found("contact", ANNA, k1=ANNA, k2=ANNA).several == ("k1", "k2")


def test_the_same_object_number_at_another_address_is_another_home() -> None:
    mine = {"reference": "1001", "address.street": "Storgatan 1"}
    other = {"reference": "1001", "address.street": "Nygatan 9"}
    assert found("estate", mine, o1=other) == Match()
    assert found("estate", mine, o1={**other, "address.street": "STORGATAN 1"}).twin == "o1"


def test_a_house_is_known_by_its_address_and_a_flat_by_address_and_number() -> None:
    house = {"type": "house", "address.street": "Storgatan 1", "address.postcode": "903 25"}
    assert found("estate", house, o1={**house, "address.postcode": "90325"}).twin == "o1"
    flat = {**house, "type": "apartment", "share.apartment_number": "1101"}
    assert not found("estate", flat, o1={**flat, "share.apartment_number": "1102"}).twin
    assert found("estate", flat, o1=dict(flat)).twin == "o1"


def test_a_relation_is_known_by_whom_what_and_as_what() -> None:
    mine = {"estate_id": "r:1", "contact_id": "r:2", "role": "seller"}
    assert found("relation", mine, a=dict(mine), b={**mine, "role": "buyer"}).twin == "a"


def test_likeness_is_the_same_both_ways() -> None:
    other = {"last_name": "Åkesson", "mobile": "+46701740605"}
    assert likeness("contact", ANNA, other) == likeness("contact", other, ANNA)
