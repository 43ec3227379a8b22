"""Personal numbers, phones and e-mail addresses hidden in free text and URLs, for logs.

A masker by field name is not enough: people end up in sentences, file names and query strings.
Personal numbers are found by pattern **and** check digit, so that ordinary numbers survive;
organisation numbers, UUIDs and time stamps are not touched. Replacements: `pnr:***`, `tel:***`,
`mail:***`. Tokens and keys are not this module's business: they are hidden where they are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from brygga.swedish import luhn

_DASH = r"[-‐‑‒–—−]"
_GAP = rf"(?:(?:[ \u00a0\u202f\u2009+_]|{_DASH}|%20|%2B|%2b|%C2%A0){{0,3}})"
_ENDS = (
    r"(?![0-9])(?!(?<=19[0-9]{2}|20[0-9]{2})-[0-9]{2}-[0-9]{2})"  # not into the year of a date that follows
)
_PERSON = re.compile(
    rf"(?<![0-9])(?:(?:18|19|20){_GAP})?"
    rf"([0-9]{{2}}){_GAP}([0-9]{{2}}){_GAP}([0-9]{{2}}){_GAP}(?:([0-9]{{2}}){_GAP}([0-9]{{2}}){_ENDS}"
    rf"|([TRSUWXJKLMNtrsuwxjklmn])([0-9]{{3}})(?![0-9A-Za-z]))"
)

_PHONE_GAP = rf"(?:(?:[ \u00a0\u202f\u2009()/]|{_DASH}|%20|%28|%29|%2F){{0,3}})"
_PHONE = re.compile(
    rf"(?<![0-9])(?<![0-9][.,])(?:(?:\+|%2B|%2b|00){_PHONE_GAP}[1-9](?:{_PHONE_GAP}[0-9]){{7,13}}"
    rf"|46{_PHONE_GAP}7[02369](?:{_PHONE_GAP}[0-9]){{7}}"
    rf"|0[1-9](?:{_PHONE_GAP}[0-9]){{6,8}})(?![0-9])"
)

_MACHINE_ID = (
    r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    r"|(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{16,128}(?![0-9A-Za-z])"
)
_TIME_STAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:(?:[Tt ]|%20)[0-9]{2}(?::|%3A)[0-9]{2}(?:(?::|%3A)[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?:[Zz]|(?:[+-]|%2B)[0-9]{2}(?::|%3A)?[0-9]{2}(?![0-9]))?)?(?![0-9])"
)
_NOT_A_PERSON = re.compile(_MACHINE_ID)
_NOT_A_PHONE = re.compile(f"{_MACHINE_ID}|{_TIME_STAMP}")

_MAIL = re.compile(r"[\w.+'%-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")

_MANY_DIGITS = re.compile(r"[0-9](?:[^0-9]{0,18}[0-9]){7}")


def mask(text: str) -> str:
    """`text` with persons hidden. Idempotent; returns the same object when nothing is to hide."""
    if "@" in text or "%40" in text:
        text = _MAIL.sub("mail:***", text)
    if _MANY_DIGITS.search(text) is None:
        return text
    return _mask_phones(_mask_persons(text))


def _mask_persons(text: str) -> str:
    """Candidates may overlap, so every starting point is tried.

    In `1203 19900111-2383` the first ten digits may pass by chance and hide the start of a right one.
    """
    if _PERSON.search(text) is None:
        return text
    shadow = _NOT_A_PERSON.sub(_blank, text)
    spans: list[tuple[int, int]] = []
    position = 0
    while found := _PERSON.search(shadow, position):
        if _is_person(found):
            spans.append(found.span())
        position = found.start() + 1
    return _hide(text, spans, mark="pnr:***")


def _is_person(found: re.Match[str]) -> bool:
    """A possible month and day, and the right check digit. The century does not enter the digit.

    A coordination number may have month 00 and day 60 (birth date not known).
    """
    year, month, day, first, last, letter, rest = found.groups()
    tail = f"1{rest}" if letter else first + last
    possible = ("01" <= day <= "31" and month > "00") or "60" <= day <= "91"
    return possible and month <= "12" and tail[:3] != "000" and luhn.valid(year + month + day + tail)


def _mask_phones(text: str) -> str:
    if _PHONE.search(text) is None:
        return text
    shadow = _NOT_A_PHONE.sub(_blank, text)
    return _hide(text, (found.span() for found in _PHONE.finditer(shadow)), mark="tel:***")


def _hide(text: str, spans: Iterable[tuple[int, int]], *, mark: str) -> str:
    """Replace spans, given by rising start, by `mark`; what overlaps is replaced as one."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            parts += (text[done:start], mark)
        done = max(done, end)
    return text if not parts else "".join((*parts, text[done:]))


def _blank(found: re.Match[str]) -> str:
    return "x" * len(found[0])
