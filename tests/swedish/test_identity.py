from __future__ import annotations

from datetime import date

import pytest

from brygga.swedish import NotUnderstood, identity
from brygga.swedish.orgnr import Orgnr
from brygga.swedish.personnummer import Personnummer

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("556036-0793", Orgnr("5560360793")),
        ("165560360793", Orgnr("5560360793")),
        ("900111-2383", Personnummer("199001112383")),
        ("19900111-2383", Personnummer("199001112383")),
        ("090527+1474", Personnummer("190905271474")),
        ("730288-9931", Personnummer("197302889931")),
    ],
)
def test_a_person_and_an_organisation_are_told_apart(text: str, value: Orgnr | Personnummer) -> None:
    assert identity.parse(text, today=TODAY) == value


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("556036-0794", "orgnr", "checksum"),
        ("900111-2384", "personnummer", "checksum"),
        ("000000-0000", "personnummer", "placeholder_zeros"),
        ("SKYDDAD", "personnummer", "protected"),
        ("hej", "personnummer", "format"),
        ("", "orgnr", "empty"),
    ],
)
def test_the_error_is_that_of_the_likelier_kind(text: str, kind: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        identity.parse(text, today=TODAY)
    assert (caught.value.kind, caught.value.code) == (kind, code)
