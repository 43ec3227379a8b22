"""Copies of their own: whose data goes where the mail says `{{name}}`. Pure.

Where a value must be written otherwise in HTML than in text (`&`, `<`), the HTML gets a second
placeholder with the escaped value, so that nobody's name becomes markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from brygga.connectors.abilities import Mail
from brygga.connectors.mailing.boxes import BREAKS, Box, box, invalid, whole

_PLACE = re.compile(r"\{\{\s*([A-Za-z_]\w{0,99})\s*\}\}", re.ASCII)
IN_HTML = "__html"
BATCH = 1_000
"""Copies in one request."""


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of a copy, and the values of the placeholders that the mail has."""

    box: Box
    data: dict[str, str] = {}


def addressees(mail: Mail, *, wide: bool) -> tuple[Addressee, ...]:
    """Raises Invalid: `missing_value` (a placeholder without a value), `header_injection`."""
    wanted = set().union(*(places(t) for t in (mail.subject, mail.text, mail.html, mail.unsubscribe_url)))
    in_headers = places(mail.subject) | places(mail.unsubscribe_url)
    found = []
    for number, person in enumerate(mail.people, start=1):
        if missing := sorted(wanted - person.data.keys()):
            raise invalid(
                "missing_value",
                f"Mottagare nummer {number} saknar uppgiften {missing[0]}.",
                f"recipient {number} has no value for {missing[0]!r}",
            )
        data = {name: _text(person.data[name]) for name in sorted(wanted)}
        if any(BREAKS.search(data[name]) for name in in_headers):
            raise invalid("header_injection", f"En uppgift om mottagare nummer {number} har en radbrytning.")
        found.append(Addressee(box=box(person.address, name=person.name, wide=wide), data=data))
    return tuple(found)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise invalid("merge_value", "Uppgifter om mottagare måste vara text.")
    return whole(value)


def places(text: str) -> set[str]:
    """The names of the placeholders in a text."""
    return set(_PLACE.findall(text))


def filled(text: str, data: Mapping[str, str]) -> str:
    """The text with the values put in."""
    return _PLACE.sub(lambda found: data[found[1]], text)


def written(text: str, form: Callable[[str], str], *, escaped: frozenset[str] = frozenset()) -> str:
    """The text with the provider's placeholders; names in `escaped` take the value made for HTML."""
    return _PLACE.sub(lambda found: form(found[1] + (IN_HTML if found[1] in escaped else "")), text)


def to_escape(people: Sequence[Addressee], text: str) -> frozenset[str]:
    """Which of the HTML's values somebody has in a form that HTML must not hold as it is."""
    return frozenset(
        name for name in places(text) if any(html.escape(p.data[name]) != p.data[name] for p in people)
    )


def values(person: Addressee, escaped: frozenset[str]) -> dict[str, str]:
    """One person's values, with those made for HTML beside them."""
    return person.data | {name + IN_HTML: html.escape(person.data[name]) for name in sorted(escaped)}


def batches(people: Sequence[Addressee]) -> Iterator[tuple[Addressee, ...]]:
    """At most 1,000 to a request, an address at most once in each; the same copy twice goes once."""
    rounds: list[list[Addressee]] = []
    had: dict[str, list[Addressee]] = {}
    for person in people:
        before = had.setdefault(person.box.address.lower(), [])
        if any(one.data == person.data for one in before):
            continue
        if len(before) == len(rounds):
            rounds.append([])
        rounds[len(before)].append(person)
        before.append(person)
    for members in rounds:
        for start in range(0, len(members), BATCH):
            yield tuple(members[start : start + BATCH])
