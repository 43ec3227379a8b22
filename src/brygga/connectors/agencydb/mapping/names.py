"""A person's name in one column, and a street with its number in two: taken apart and joined."""

from __future__ import annotations

import re
from typing import Final

_PARTICLES: Final = frozenset(
    {"von", "van", "de", "der", "den", "af", "av", "du", "la", "le", "di", "da", "el", "al"}
)
_NUMBER = re.compile(
    r"(?P<name>.*?\S)\s+(?P<number>[0-9]+\s?[A-Za-zÅÄÖåäö]?(?:\s*[-–/]\s*[0-9]+\s?[A-Za-z]?)?.*)"
)


def parted(name: str) -> tuple[str, str]:
    """`Anna Maria von Platen` → (`Anna Maria`, `von Platen`). One word is a last name."""
    words = name.split()
    if len(words) < 2:
        return "", name.strip()
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:])


def joined(*parts: str) -> str:
    """The parts that there are, with one space between."""
    return " ".join(" ".join(parts).split())


def street(text: str) -> tuple[str, str]:
    """`Storgatan 12 B` → (`Storgatan`, `12 B`). Without a number the second is empty."""
    found = _NUMBER.fullmatch(text.strip())
    return (found["name"], found["number"]) if found else (text.strip(), "")


COUNTIES: Final[dict[str, str]] = {
    "01": "Stockholms län", "03": "Uppsala län", "04": "Södermanlands län", "05": "Östergötlands län",
    "06": "Jönköpings län", "07": "Kronobergs län", "08": "Kalmar län", "09": "Gotlands län",
    "10": "Blekinge län", "12": "Skåne län", "13": "Hallands län", "14": "Västra Götalands län",
    "17": "Värmlands län", "18": "Örebro län", "19": "Västmanlands län", "20": "Dalarnas län",
    "21": "Gävleborgs län", "22": "Västernorrlands län", "23": "Jämtlands län", "24": "Västerbottens län",
    "25": "Norrbottens län",
}  # fmt: skip
"""County codes: the first two digits of a municipality's. Source: Statistics Sweden, län och kommuner."""
