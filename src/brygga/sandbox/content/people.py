"""Invented people for the imitations: names, phones, e-mail, numbers.

Personal numbers are only ones that Skatteverket publishes for tests. Phone numbers are from the
series that PTS keeps for fiction (070-174 06 05 – 99), addresses end in example.com.
"""

from __future__ import annotations

import unicodedata
from typing import Final

FIRST_NAMES: Final = (
    "Alva", "Bo", "Cecilia", "David", "Elsa", "Farah", "Gustav", "Hanna", "Ivar", "Johanna", "Karim", "Lena",
    "Måns", "Nadia", "Oskar", "Petra", "Rickard", "Sara", "Tove", "Ulf", "Vera", "Wilma", "Yngve",
    "Åsa", "Örjan",
)  # fmt: skip  # one list
LAST_NAMES: Final = (
    "Almkvist", "Bergdal", "Cederlöv", "Dalström", "Ekbäck", "Forsmark", "Granlid", "Hedkvist", "Isberg",
    "Jönsäter", "Källqvist", "Lövdahl", "Moberg", "Nylander", "Ohlin", "Palmér", "Roslund", "Sandell",
    "Törnblad", "Uddgren", "Vikner", "Wallmo", "Åhslund", "Östman",
)  # fmt: skip  # one list

TEST_NUMBERS: Final = (
    "195603212696", "196806129299", "197604202395", "197608212390", "197610232394", "197612272398",
    "197702062386", "197702092391", "197706052391", "197708112383", "197708192393", "197805042384",
    "197807212399", "197905292392", "197906212381", "197910242382", "198001312399", "198002292384",
    "198004082387", "198202192384", "198301112382", "198302042380", "198310072395", "198311092384",
    "198311282399", "198409192393", "198503162383", "198510112389", "198512182398", "198607112383",
    "198608292390", "198707032390", "198803242398", "198805132399", "198911052382", "199006072384",
    "199007122394", "199008202385", "199205143028", "199206242381", "199207222390", "199401075198",
    "199401252391", "199402118567", "199405062382", "199408182385", "199503162399", "199705312388",
    "199709072384", "199709142385", "199907042395", "199910022392", "200001282391", "200002262384",
    "200002292381", "200012052395", "200105042394", "200108082389", "200202152393", "200211202387",
)  # fmt: skip  # one list
"""Twelve digits each, from the tax agency's published series for tests."""

PHONE_FIRST, PHONE_LAST = 1740605, 1740699


def full_name(index: int) -> tuple[str, str]:
    """First and last name of invented person `index`; all pairs come before one returns."""
    first = FIRST_NAMES[index % len(FIRST_NAMES)]
    last = LAST_NAMES[(index + index // len(FIRST_NAMES)) % len(LAST_NAMES)]
    return first, last


def phone(index: int) -> str:
    """A fictive Swedish mobile number, `070-174 06 05`."""
    digits = str(PHONE_FIRST + index % (PHONE_LAST - PHONE_FIRST + 1))
    return f"070-{digits[:3]} {digits[3:5]} {digits[5:]}"


def msisdn(index: int) -> str:
    """The same number for machines, `46701740605`."""
    return f"4670{PHONE_FIRST + index % (PHONE_LAST - PHONE_FIRST + 1)}"


def email(first: str, last: str, index: int) -> str:
    """`asa.ostman7@example.com`: one address for each index."""
    return f"{plain(first)}.{plain(last)}{index}@example.com"


def plain(text: str) -> str:
    """Lower-case ASCII for an address: `Åsa Östman` → `asa-ostman`."""
    flat = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return "-".join(flat.split())


def orgnr(serial: int, *, association: bool) -> str:
    """An invented organisation number with a right check digit, from the end of its series.

    769… is the series of housing associations, 559… of limited companies.
    """
    nine = f"{'76999' if association else '55999'}{serial % 10_000:04d}"
    return f"{nine[:6]}-{nine[6:]}{luhn_digit(nine)}"


def luhn_digit(digits: str) -> int:
    """The check digit that makes `digits` plus it pass Luhn (ISO/IEC 7812)."""
    doubled = [int(d) * (2 - place % 2) for place, d in enumerate(reversed(digits))]
    return (10 - sum(n - 9 if n > 9 else n for n in doubled) % 10) % 10
