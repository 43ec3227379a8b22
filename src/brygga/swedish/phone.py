"""Phone numbers (*telefonnummer*) → E.164, for example `+46701740605`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_DROPPED = str.maketrans("", "", " -()./")
_SWEDISH_MOBILE = re.compile(r"(?:(?:\+46|0046|46)0?|0)(7[02369][0-9]{7})")
_BETWEEN = re.compile(r"[/,;|]| eller | och | alt\.? ")


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """A dialable number. `str` and `repr` hide it; ask for `e164` on purpose."""

    e164: str
    mobile: bool = False

    def __repr__(self) -> str:
        """Never the number: values end up in logs."""
        return "Phone(***)"

    def __str__(self) -> str:
        """As logs may show it."""
        return "tel:***"

    @property
    def masked(self) -> str:
        """`070-*** ** 67`, for the page until somebody asks to see it."""
        start = f"0{self.e164[3:5]}-" if self.e164.startswith("+46") else f"{self.e164[:3]} "
        return f"{start}*** ** {self.e164[-2:]}"


def parse(text: str) -> Phone:
    """Any usual Swedish writing, or an international one with `+` or `00`.

    Swedish mobiles take a short way of about 2 µs; the rest is judged by the `phonenumbers`
    package. Raises NotUnderstood: `empty`, `too_long`, `several_numbers`,
    `not_dialable_e164` (also short numbers such as 1177), `format`.
    """
    cleaned = field(text, kind="phone")
    if found := _SWEDISH_MOBILE.fullmatch(cleaned.translate(_DROPPED)):
        return Phone(f"+46{found[1]}", mobile=True)
    if sum(_digits(part) >= 5 for part in _BETWEEN.split(cleaned)) > 1:
        raise NotUnderstood("phone", "several_numbers")
    return _judged(cleaned)


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _judged(cleaned: str) -> Phone:
    import phonenumbers

    try:
        number = phonenumbers.parse(cleaned, "SE")
    except phonenumbers.NumberParseException as error:
        raise NotUnderstood("phone", "format") from error
    if not phonenumbers.is_valid_number(number):
        raise NotUnderstood("phone", "not_dialable_e164")
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), mobile=mobile)
