"""Numbers, dates, shares and words of an extract: text as printed → value, sure or not, or a named error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from brygga.extracts.facts import Share
from brygga.extracts.fold import has_stray
from brygga.swedish import NotUnderstood, dates

DATE = r"(?:1[6-9]|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"
ACT = (
    r"(?:D-?\d{4}-?\d{8}:\d{1,4}|\d{2}/\d{1,7}[A-Z]?(?![\d/])"
    r"|\d{2}-[A-Z]{2}\d-\d{2}/\d{1,7}(?:\.\d{1,3})?|\d{2,4}[A-Z]?-[A-Z]?\d{1,4}/\d{1,6}(?:\.\d{1,3})?)"
)
SHARE = r"\d{1,9}/\d{1,9}(?![\d/])"
MONEY = r"(?:\d{1,3}(?:[ \n]\d{3})+|\d{1,12})(?!\d)"


@dataclass(frozen=True, slots=True)
class Read:
    """A value that was understood."""

    value: Any
    sure: bool = True
    remark: str = ""


_ISO = re.compile(DATE)
_NUMBER = re.compile(r"(?P<whole>[1-9]\d{0,2}(?: \d{3})+|[1-9]\d*|0)(?:[.,](?P<part>\d{1,4}))?")
_KR = re.compile(r" ?(?:kr|kronor|SEK|:-|,-)?$", re.IGNORECASE)
_UNIT_M2 = re.compile(r" ?(?:kvm|m²|m2|kvadratmeter)\.?$", re.IGNORECASE)
_SHARE = re.compile(r"(\d{1,9}) ?/ ?(\d{1,9})")


_PHRASES = {
    phrase.replace(" ", ""): phrase
    for phrase in (
        "Köp, avser hela fastigheten", "Köp, avser även annan fastighet", "Köp",
        "Köp, avser del av fastigheten",
        "Gåva", "Arv", "Bouppteckning", "Arvskifte", "Bodelning", "Testamente", "Byte", "Inlösen",
        "Belastar även", "Avtalsservitut", "Avtalsnyttjanderätt", "Officialservitut", "Ledningsrätt",
        "Fastighetens andelar i samfälligheter kan vara ofullständiga.", "Ledning mm.", "Ledning m.m.",
        "Väg mm.", "Avlopp mm.", "Vattentäkt mm.",
        "Beviljad", "Vilande", "Digitalt", "Skriftligt", "Lagfaren ägare", "Småhusenhet, bebyggd",
        "betalas av säljaren", "av säljaren", "av köparen",
    )
}  # fmt: skip  # phrases whose blanks a layout may drop: known ones are put right


def fail(kind: str, code: str) -> NotUnderstood:
    """The named error of a text that is not of its kind."""
    return NotUnderstood(kind, code)


def text(raw: str) -> Read:
    """Any words."""
    if not raw or not any(c.isalnum() for c in raw):
        raise fail("text", "empty")
    known = _PHRASES.get(raw.replace(" ", ""))
    if known is not None:
        return Read(known)
    if spaced(raw)[1]:
        return Read(raw, sure=False, remark="spaces_restored")
    strange = has_stray(raw) or "\ufffd" in raw
    return Read(raw, sure=not strange, remark="ambiguous" if strange else "")


def day(raw: str) -> Read:
    """A date, ISO as all known layouts print it."""
    compact = raw.replace(" ", "")
    if not _ISO.fullmatch(compact):
        raise fail("date", "not_date")
    return Read(dates.parse(compact))


def _number(raw: str, tail: re.Pattern[str], kind: str) -> tuple[int, str]:
    bare = tail.sub("", raw.strip())
    found = _NUMBER.fullmatch(bare)
    if not found:
        raise fail(kind, "format")
    return int(found["whole"].replace(" ", "")), found["part"] or ""


def money(raw: str) -> Read:
    """Whole kronor: `2 150 000`, `0 kr`, `2 000,00 kr`. Öre are refused unless nought."""
    whole, part = _number(raw, _KR, "price")
    if part.strip("0"):
        raise fail("price", "format")
    if whole > 10**12:
        raise fail("price", "out_of_range")
    return Read(whole)


def thousands(raw: str) -> Read:
    """Thousands of kronor (*tkr*), as kronor."""
    whole, part = _number(re.sub(r" ?tkr$", "", raw), _KR, "price")
    if part.strip("0"):
        raise fail("price", "format")
    return Read(whole * 1000)


def area(raw: str) -> Read:
    """Square metres, whole: `1 440`, `1 440 kvm`."""
    whole, part = _number(raw, _UNIT_M2, "area")
    if part.strip("0") or whole > 10**11:
        raise fail("area", "format")
    return Read(whole)


def decimal_area(raw: str) -> Read:
    """Square metres of a flat: `58.5 kvm`, `58,5 m²`."""
    whole, part = _number(raw, _UNIT_M2, "area")
    if whole > 10_000 or len(part) > 2:
        raise fail("area", "out_of_range" if whole > 10_000 else "format")
    return Read(float(f"{whole}.{part or 0}"))


def percent(raw: str) -> Read:
    """`0,6123 %`, `100 %`."""
    if "%" not in raw:
        raise fail("share", "unknown_unit")
    whole, part = _number(raw.replace("%", ""), re.compile(r" ?$"), "share")
    if whole > 100 or (whole == 100 and part.strip("0")):
        raise fail("share", "out_of_range")
    return Read(float(f"{whole}.{part or 0}"))


def percent_or_plain(raw: str) -> Read:
    """As `percent`, the sign not needed: columns that say it in their label."""
    return percent(raw if "%" in raw else f"{raw} %")


def whole(raw: str) -> Read:
    """A whole number without unit."""
    number, part = _number(raw, re.compile(r"$"), "number")
    if part:
        raise fail("number", "format")
    return Read(number)


def measure(raw: str) -> Read:
    """A whole number that may name its unit: `83 kWh/m² och år`, `1 250 kr/kvm`, `31 poäng`."""
    bare = re.sub(r" ?(?:kWh|kr|SEK|poäng|p\b).{0,30}$", "", raw.strip(), flags=re.IGNORECASE)
    return whole(bare)


def rooms(raw: str) -> Read:
    """`2`, `2,5`, `2 rum och kök`."""
    found = re.fullmatch(r"(\d{1,2})(?:[.,](5|0))?(½)?(?: ?(?:rum och kök|rum|rok|RoK))?", raw.strip())
    if not found:
        raise fail("rooms", "not_rooms")
    half = 0.5 if found[2] == "5" or found[3] else 0.0
    return Read(int(found[1]) + half)


def year(raw: str) -> Read:
    """A year, 1500–2200."""
    if not re.fullmatch(r"\d{4}", raw.strip()) or not 1500 <= int(raw) <= 2200:
        raise fail("date", "no_year")
    return Read(int(raw))


def digits(raw: str, *, least: int, most: int) -> Read:
    """A code of so many digits, kept as text."""
    if not re.fullmatch(rf"\d{{{least},{most}}}", raw.strip()):
        raise fail("number", "format")
    return Read(raw.strip())


def floor(raw: str) -> Read:
    """A floor as printed: `2`, `2 av 4`, `BV`, `0,5 tr`."""
    if not re.fullmatch(
        r"-?\d{1,2}(?:[.,]\d)?(?: ?(?:tr|av|/) ?\d{0,2})?|(?:BV|bv|NB|KV|EV|1/2 tr|Bottenvåning|Suterräng)",
        raw,
    ):
        raise fail("number", "format")
    return Read(raw)


def share(raw: str) -> Read:
    """`1/2`; above nought and at most one."""
    found = _SHARE.fullmatch(raw.strip())
    if not found:
        raise fail("share", "format")
    numerator, denominator = int(found[1]), int(found[2])
    if not 0 < numerator <= denominator:
        raise fail("share", "out_of_range")
    return Read(Share(numerator, denominator))


def joint_share(raw: str) -> Read:
    """A share in a joint facility, kept as printed: `1/12`, `4,5`."""
    if not re.fullmatch(r"\d{1,9}(?:,\d{1,4})?(?: ?/ ?\d{1,9})?", raw):
        raise fail("share", "format")
    return Read(raw.replace(" ", ""))


def act(raw: str) -> Read:
    """A file reference (*akt*): `D-2022-00000001:3`, `91/10269`. Kept as text."""
    compact = raw.replace(" ", "")
    if not re.fullmatch(ACT, compact):
        raise fail("text", "format")
    return Read(compact)


def spaced(names: str) -> tuple[str, bool]:
    """`TestkommunEKLUNDA` → `Testkommun EKLUNDA`; whether a blank had to be put in."""
    spaced = re.sub(r"(?<=[a-zåäöéü])(?=[A-ZÅÄÖÉÜ])", " ", names)
    return spaced, spaced != names


def own_number(raw: str) -> Read:
    """An association's own number of a flat: `14`, `A12`."""
    if not re.fullmatch(r"[A-ZÅÄÖ]{0,3}-?\d{1,6}[A-Z]?", raw):
        raise fail("number", "format")
    return Read(raw)


def tax_unit(raw: str) -> Read:
    """A tax unit's number (*taxeringsenhetsnummer*): `047618-2`."""
    if not re.fullmatch(r"\d{6}-\d", raw):
        raise fail("number", "format")
    return Read(raw)


def energy_class(raw: str) -> Read:
    """A to G."""
    found = re.fullmatch(r"(?:Energiklass )?([A-G])", raw.strip())
    if not found:
        raise fail("energy", "format")
    return Read(found[1])


def email(raw: str) -> Read:
    """An e-mail address."""
    if not re.fullmatch(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", raw):
        raise fail("text", "format")
    return Read(raw)


def is_phrase(raw: str) -> bool:
    """Whether a text is one of the known phrases, however its blanks are."""
    return raw.replace(" ", "") in _PHRASES
