"""Knowing a record again in another system: by what is strong enough, never by a guess.

A strong fact (personal number, organisation number, object number with its address, e-mail of a
colleague) joins two records by itself when nothing contradicts it. E-mail, phone and name are
shared by couples and offices: together they may join, alone they only make a finding.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from brygga.model.codec import encode
from brygga.sync.mirror_refs import NEEDED

Values = Mapping[str, Any]
ENOUGH: Final = 0.8
"""How alike two records must be to be joined without a strong fact."""
WORTH_SAYING: Final = 0.4


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A fact by which a record may be known. `rule` names it; `print` tells values apart and no more."""

    rule: str
    print: bytes
    strong: bool = True


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """How alike two records are, 0 to 1, and why: (Swedish reason, what it weighs)."""

    score: float
    reasons: tuple[tuple[str, float], ...] = ()
    against: str = ""

    @property
    def sv(self) -> str:
        """The score explained, without any value."""
        told = ", ".join(f"{reason} {weight:.1f}".replace(".", ",") for reason, weight in self.reasons)
        return told + (f"; men {self.against}" if self.against else "")


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for one record. `twin`: the one it is; `several`: it could be any of these;
    `like`: not joined, but worth a look (id, likeness)."""

    twin: str = ""
    rule: str = ""
    several: tuple[str, ...] = ()
    like: tuple[tuple[str, Likeness], ...] = ()


def fold(text: Any) -> str:
    """Text as it is compared: no case, no accents but å ä ö, no spaces, signs or "AB"."""
    plain = unicodedata.normalize("NFC", str(text or "")).casefold()
    kept = []
    for sign in plain:
        base = sign if sign in "åäö" else unicodedata.normalize("NFD", sign)[0]
        if base.isalnum():
            kept.append(base)
    return "".join(kept)


def keys_of(kind: str, values: Values) -> list[Key]:
    """The facts by which a record may be known again; pointing fields hold the ids of one side."""
    made = _KEYS.get(kind, _named)(values)
    return [
        Key(rule=rule, print=_print(kind, rule, parts), strong=strong)
        for rule, parts, strong in made
        if all(part not in (None, "", []) for part in parts)
    ]


def choose(
    kind: str, mine: Values, keys: Sequence[Key], found: Mapping[str, tuple[Values, set[str]]]
) -> Match:
    """Which of the found records is the same thing. `found`: id → (its values, the rules that found it)."""
    strong_rules = {key.rule for key in keys if key.strong}
    alike = {one: likeness(kind, mine, values) for one, (values, _) in found.items()}
    sure = {
        one: next(iter(sorted(rules & strong_rules)))
        for one, (_, rules) in found.items()
        if rules & strong_rules and not alike[one].against
    }
    if len(sure) == 1:
        [(one, rule)] = sure.items()
        return Match(twin=one, rule=rule)
    if len(sure) > 1:
        return Match(several=tuple(sorted(sure)))
    near = sorted(one for one, how in alike.items() if how.score >= ENOUGH and not how.against)
    if len(near) == 1:
        return Match(twin=near[0], rule="+".join(sorted(found[near[0]][1])))
    if near:
        return Match(several=tuple(near))
    like = [(one, how) for one, how in sorted(alike.items()) if how.score >= WORTH_SAYING and not how.against]
    return Match(like=tuple(like))


def likeness(kind: str, a: Values, b: Values) -> Likeness:
    """How alike two records of a kind are, and whether something speaks against it."""
    judge = {"contact": _alike_contacts, "estate": _alike_estates}.get(kind)
    return judge(a, b) if judge else Likeness(score=0.0)


def _alike_contacts(a: Values, b: Values) -> Likeness:
    for path, reason in (("personnummer", "olika personnummer"), ("orgnr", "olika organisationsnummer")):
        if a.get(path) and b.get(path) and fold(a[path]) != fold(b[path]):
            return Likeness(score=0.0, against=reason)
    reasons = []
    if _mails(a) & _mails(b):
        reasons.append(("samma e-post", 0.4))
    if _phones(a) & _phones(b):
        reasons.append(("samma telefon", 0.4))
    if _name(a) and _name(a) == _name(b):
        reasons.append(("samma namn", 0.4))
    elif fold(a.get("last_name")) and fold(a.get("last_name")) == fold(b.get("last_name")):
        reasons.append(("samma efternamn", 0.1))
    if _street(a) and _street(a) == _street(b):
        reasons.append(("samma adress", 0.2))
    score = min(1.0, sum(weight for _, weight in reasons))
    named = any(reason == "samma namn" for reason, _ in reasons)
    return Likeness(score=score if named else min(score, ENOUGH - 0.1), reasons=tuple(reasons))


def _alike_estates(a: Values, b: Values) -> Likeness:
    mine, theirs = _street(a), _street(b)
    if mine and theirs and mine != theirs:
        return Likeness(score=0.0, against="olika adresser")
    flat = [fold(v.get("share.apartment_number")) for v in (a, b)]
    if all(flat) and flat[0] != flat[1]:
        return Likeness(score=0.0, against="olika lägenhetsnummer")
    if mine and mine == theirs:
        return Likeness(score=0.6, reasons=(("samma adress", 0.6),))
    return Likeness(score=0.0)


def _contact_keys(v: Values) -> list[tuple[str, tuple[Any, ...], bool]]:
    found: list[tuple[str, tuple[Any, ...], bool]] = [
        ("personnummer", (fold(v.get("personnummer")),), True),
        ("orgnr", (fold(v.get("orgnr")),), True),
        ("foreign_id", (fold(v.get("foreign_id")),), True),
    ]
    found += [("email", (mail,), False) for mail in sorted(_mails(v))]
    found += [("phone", (phone,), False) for phone in sorted(_phones(v))]
    return found


def _estate_keys(v: Values) -> list[tuple[str, tuple[Any, ...], bool]]:
    flat = fold(v.get("share.apartment_number"))
    place = (_street(v), fold(v.get("address.postcode")) or fold(v.get("address.town")))
    return [
        ("reference", (fold(v.get("reference")),), True),
        ("address+apartment", (*place, flat), True),
        ("address", place, not flat and v.get("type") not in ("apartment", "condominium")),
    ]


def _needed(kind: str, *paths: str) -> Callable[[Values], list[tuple[str, tuple[Any, ...], bool]]]:
    def keys(v: Values) -> list[tuple[str, tuple[Any, ...], bool]]:
        needed = tuple(v.get(path) for path in sorted(NEEDED.get(kind, ())))
        return [("+".join(paths) or "parts", (*needed, *(v.get(path) for path in paths)), True)]

    return keys


def _named(v: Values) -> list[tuple[str, tuple[Any, ...], bool]]:
    return [("name", (fold(v.get("name")),), True)]


_KEYS: Final[dict[str, Callable[[Values], list[tuple[str, tuple[Any, ...], bool]]]]] = {
    "contact": _contact_keys,
    "estate": _estate_keys,
    "agent": lambda v: [
        ("email", (_mail(v.get("email")),), True),
        ("name", (fold(v.get("name")),), not v.get("email")),
    ],
    "association": lambda v: [("orgnr", (fold(v.get("orgnr")),), True), *_named(v)],
    "relation": _needed("relation", "role"),
    "viewing": _needed("viewing", "starts_at"),
    "bid": _needed("bid", "amount_kr", "placed_at"),
    "meeting": _needed("meeting", "estate_id", "starts_at"),
    "searchprofile": _needed("searchprofile", "name"),
}


def _print(kind: str, rule: str, parts: tuple[Any, ...]) -> bytes:
    return hashlib.blake2b(encode([kind, rule, *parts]), digest_size=12).digest()


def _mails(v: Values) -> set[str]:
    return {_mail(v.get(p)) for p in ("email", "email_other")} - {""}


def _mail(text: Any) -> str:
    return str(text or "").strip().casefold()


def _phones(v: Values) -> set[str]:
    return {fold(v.get(p)) for p in ("mobile", "phone", "phone_work", "phone_other")} - {""}


def _name(v: Values) -> str:
    return fold(v.get("company_name")) or fold(f"{v.get('first_name', '')}{v.get('last_name', '')}")


def _street(v: Values) -> str:
    return fold(v.get("address.street"))
