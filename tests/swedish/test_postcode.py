from __future__ import annotations

import pytest

from brygga.swedish import NotUnderstood, postcode
from brygga.swedish.postcode import Postcode


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("114 18", Postcode("114 18")),
        ("11418", Postcode("114 18")),
        ("SE-114\u00a018", Postcode("114 18")),
        ("S-114 18", Postcode("114 18")),
        ("12950Hägersten", Postcode("129 50", "Hägersten")),
        ("129 50  HA\u0308GERSTEN", Postcode("129 50", "HÄGERSTEN")),
        ("SE 194 62, Upplands Väsby", Postcode("194 62", "Upplands Väsby")),
    ],
)
def test_a_postcode_is_grouped_and_the_town_kept(text: str, value: Postcode) -> None:
    assert postcode.parse(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [("1141", "not_postcode"), ("01234", "range"), ("ABC 12", "not_postcode"), ("114 18 7", "not_postcode")],
)
def test_what_is_not_a_postcode_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        postcode.parse(text)
    assert caught.value.code == code
