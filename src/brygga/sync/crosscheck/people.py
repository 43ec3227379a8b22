"""Numbers of the sellers: whether they can be numbers at all. A number itself is never repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from brygga.swedish import orgnr, personnummer
from brygga.swedish.outcome import NotUnderstood
from brygga.sync.crosscheck.case import Case, Checking, Said

_REASONS: Final = {
    "checksum": "kontrollsiffran är fel",
    "no_such_day": "dagen finns inte",
    "future": "datumet ligger i framtiden",
    "placeholder_zeros": "det är bara nollor",
    "interim_number": "det är ett tillfälligt nummer",
    "birth_number_000": "födelsenumret är 000",
    "looks_like_personnummer": "det ser ut som ett personnummer",
}


def numbers(case: Case) -> Checking:
    """Every number given; none is asked for, and a protected person's is left alone."""
    for contact in case.contacts:
        if contact.protected:
            continue
        for code, text, parse in (
            ("personal_number_wrong", contact.personnummer, personnummer.parse),
            ("organisation_number_wrong", contact.orgnr, orgnr.parse),
        ):
            reason = _wrong(parse, text)
            if reason:
                yield Said(code=code, words={"reason": reason}, field=f"contact.{contact.id}")


def _wrong(parse: Callable[[str], Any], text: str) -> str:
    if not text.strip():
        return ""
    try:
        parse(text)
    except NotUnderstood as error:
        return _REASONS.get(error.code, "formen är fel")
    return ""
