"""Text and addresses of a mail, made fit to be sent. Pure.

Sources: RFC 5322 (addresses), RFC 5890 (international domains go as A-labels).
"""

from __future__ import annotations

import re

import msgspec

from brygga.model import Fault, Invalid

BREAKS = re.compile(r"[\r\n\x00\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPECIAL = re.compile(r"[\s\x00-\x1f\x7f<>()\[\],;:\\\"]")
_FORM = re.compile(r'\s*(?:"?(?P<name>[^"<>]*?)"?\s*<(?P<inner>[^<>]*)>|(?P<bare>[^<>"]*))\s*')
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
LONGEST_ADDRESS = 500


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """One mailbox: the address as servers take it, and the name shown before it."""

    address: str
    name: str = ""


def box(text: str, *, name: str = "", wide: bool = False) -> Box:
    """One address, with or without a name before it. `wide`: letters beyond ASCII may stand before the @.

    Raises Invalid: `header_injection`, `address`, `address_not_ascii`. The address is not repeated
    in the error: it may be a person's.
    """
    plain(text, name)
    text = whole(text)
    form = _FORM.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    shown = name or ((form["name"] or "").strip() if form else "")
    spec = (form["inner"] or form["bare"] or "").strip() if form else ""
    local, at, domain = spec.rpartition("@")
    if not (at and local and domain) or "@" in local or _SPECIAL.search(spec) or len(spec) > 254:
        raise invalid("address", "En e-postadress går inte att använda.")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise invalid("address", "En e-postadress går inte att använda.")
    if not (wide or local.isascii()):
        raise invalid("address_not_ascii", "En e-postadress har å, ä, ö eller liknande före @.")
    return Box(address=f"{local}@{_a_labels(domain)}", name=whole(shown))


def _a_labels(domain: str) -> str:
    try:
        found = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise invalid("address", "En e-postadress går inte att använda.") from error
    if not all(_LABEL.fullmatch(label) for label in found.split(".")):
        raise invalid("address", "En e-postadress går inte att använda.")
    return found


def boxes(
    texts: tuple[str, ...], *, wide: bool = False, but: frozenset[str] = frozenset()
) -> tuple[Box, ...]:
    """Each mailbox once, without those in `but`; which letters are large makes no difference."""
    found = {one.address.lower(): one for one in reversed([box(text, wide=wide) for text in texts])}
    return tuple(one for address, one in reversed(found.items()) if address not in but)


def plain(*texts: str) -> None:
    """Raises Invalid (`header_injection`) if one has a line break: it would begin another header."""
    if any(BREAKS.search(text) for text in texts):
        raise invalid("header_injection", "Ämne, adress, rubrik eller filnamn innehåller en radbrytning.")


def whole(text: str) -> str:
    """The text with halves of emoji joined; a half that stands alone becomes U+FFFD (not valid UTF-8)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def invalid(code: str, sv: str, message: str = "") -> Invalid:
    """A mail that cannot be sent, without the value itself."""
    return Invalid(message or f"the mail cannot be sent: {code}", code=code, sv=sv, fault=Fault.OURS)
