from __future__ import annotations

import pytest

from brygga.swedish import NotUnderstood, typkod


@pytest.mark.parametrize(
    "text", ["220", "Småhus (220)", "Småhusenhet, bebyggd (220).", "typkod 220", "220 Småhusenhet, bebyggd"]
)
def test_the_code_is_found_among_its_words(text: str) -> None:
    code = typkod.parse(text)
    assert (str(code), code.group, code.name) == ("220", "småhus", "småhusenhet, bebyggd")


def test_a_code_without_a_confirmed_name_is_valid_all_the_same() -> None:
    code = typkod.parse("321")
    assert (code.code, code.group, code.name) == ("321", "hyreshus", None)


@pytest.mark.parametrize("text", ["920", "020", "22", "2200", "småhus", "220 221"])
def test_what_is_not_a_code_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood, match="not_typkod"):
        typkod.parse(text)
