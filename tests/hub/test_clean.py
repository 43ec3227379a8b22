"""Texts of errors made fit to be kept: what a connector quoted does not go on."""

from __future__ import annotations

from brygga.hub.clean import clean, clean_facts
from brygga.model import Rejected
from brygga.wire.log import remember_secret


def test_persons_and_credentials_in_use_are_hidden() -> None:
    remember_secret("nyckel-till-hamnen-17")
    text = clean("nyckel-till-hamnen-17 gäller inte för 19900111-2383, kund@example.com")
    assert text == "*** gäller inte för pnr:***, mail:***"


def test_every_text_among_the_facts_is_cleaned_and_the_numbers_stay() -> None:
    facts = clean_facts(Rejected("no", sv="Nej till kund@example.com", status=422, operation="estate.read"))
    assert facts["sv"] == "Nej till mail:***"
    assert (facts["status"], facts["operation"]) == (422, "estate.read")
