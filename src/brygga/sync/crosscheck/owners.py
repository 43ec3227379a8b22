"""Who may sell: sellers against registered owners.

A number decides; only without one a name may match, and then that is said. Names and numbers are
compared here and never put into a remark.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from brygga.extracts.facts import Owner
from brygga.model import Contact
from brygga.sync.crosscheck.case import Case, Checking, Said, known, sure_items

_WORD = re.compile(r"[^\W\d_]+")


def sellers_own(case: Case) -> Checking:
    """Each seller is an owner, each owner a seller, as far as the extract tells its owners whole."""
    owners = sure_items(case.extract.owners) if case.extract and case.sells_property else None
    if not owners:
        return
    yield from (_said("owner_protected", owner) for owner in owners if owner.protected)
    open_owners = [one for one in owners if not one.protected and (known(one.identity) or known(one.name))]
    hidden = len(owners) - len(open_owners)
    if not case.contacts:
        return
    unmatched = list(open_owners)
    strangers = 0
    for seller in case.contacts:
        owner = next((one for one in unmatched if _same_number(seller, one)), None)
        if owner is None and (owner := _by_name(seller, unmatched)) is not None:
            yield _said("owner_by_name_only", owner)
        if owner is None:
            strangers += 1
        else:
            unmatched.remove(owner)
    if strangers > hidden:  # an owner who is protected or could not be read may be any one of them
        yield Said(code="seller_not_owner", place=case.extract.owners.place if case.extract else None)
    yield from (_said("owner_not_seller", owner) for owner in unmatched)


def shares_add_up(case: Case) -> Checking:
    """The owners' shares make one whole; said only when each share was read for certain."""
    owners = sure_items(case.extract.owners) if case.extract else None
    shares = [known(owner.share) for owner in owners or []]
    if not shares or None in shares or any(share.denominator == 0 for share in shares):
        return
    total = sum((Fraction(share.numerator, share.denominator) for share in shares), Fraction(0))
    if total != 1:
        place = case.extract.owners.place if case.extract else None
        yield Said(code="shares_incomplete", words={"sum": str(total)}, place=place)


def _said(code: str, owner: Owner) -> Said:
    fact = owner.name or owner.share or owner.registered_on
    return Said(code=code, place=fact.place if fact else None)


def _same_number(seller: Contact, owner: Owner) -> bool:
    theirs = _ten(str(known(owner.identity) or ""))
    return bool(theirs) and theirs in {_ten(seller.personnummer), _ten(seller.orgnr)}


def _ten(text: str) -> str:
    """The last ten digits: the century is not written everywhere. Empty when there are fewer."""
    digits = re.sub(r"\D", "", text)
    return digits[-10:] if len(digits) >= 10 else ""


def _by_name(seller: Contact, owners: list[Owner]) -> Owner | None:
    """The one owner of the same name, where either side lacks a number; None when two share it."""
    name = folded(f"{seller.first_name} {seller.last_name} {seller.company_name}")
    numbered = bool(_ten(seller.personnummer) or _ten(seller.orgnr))
    found = [
        owner
        for owner in owners
        if name and folded(known(owner.name) or "") == name and not (numbered and known(owner.identity))
    ]
    return found[0] if len(found) == 1 else None


def folded(name: str) -> frozenset[str]:
    """A name's words without case, accents and order; å, ä and ö stay letters of their own."""
    plain = unicodedata.normalize("NFC", name).casefold()
    return frozenset(_WORD.findall(plain))
