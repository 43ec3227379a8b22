"""How long a field may be at Vitec (CONTRACT.md §4), held before anything is sent; and references.

A value that is too long is refused with its field's name, never cut: half a name is another name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from brygga.connectors.vitec.mapping.reading import is_id
from brygga.model import Contact, Invalid, Record, marks_of

PHONE_MOST: Final = 17
CONTACT: Final[Mapping[str, int]] = {
    "first_name": 30,
    "last_name": 30,
    "email": 100,
    "email_other": 100,
    "phone": PHONE_MOST,
    "phone_work": PHONE_MOST,
    "mobile": PHONE_MOST,
    "phone_other": PHONE_MOST,
    "address.street": 68,
    "address.postcode": 15,
    "address.town": 25,
    "personnummer": 20,
    "foreign_id": 20,
}
"""Model path → most characters."""


def check_lengths(record: Contact) -> None:
    """Raises Invalid (`too_long`) naming every field that Vitec has no room for."""
    long = {path: most for path, most in CONTACT.items() if len(str(at(record, path) or "")) > most}
    if not long:
        return
    named = ", ".join(f"{term(record, path)} (högst {most} tecken)" for path, most in long.items())
    raise Invalid(
        f"Too long for Vitec: {', '.join(long)}.",
        code="too_long",
        sv=f"Vitec har inte plats för allt: {named}. Inget skickades. Korta av uppgiften och försök igen.",
    )


def at(record: Record, path: str) -> Any:
    """The value at a model path such as `address.street`; None where a part on the way is missing."""
    value: Any = record
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def term(record: Record, path: str) -> str:
    """The Swedish term of a model path; the path itself if it has none."""
    mark = marks_of(type(record)).get(path)
    return mark.sv if mark is not None else path


def bare(value: str, connection: str, path: str) -> str:
    """Vitec's own id in a reference, with or without our connection's name before it.

    Raises Invalid (`bad_reference`) naming the field when it is empty or another system's.
    """
    own = value.removeprefix(f"{connection}:")
    if is_id(own):
        return own
    raise Invalid(
        f"{path} is not a reference to a record in Vitec.",
        code="bad_reference",
        sv="Posten hör ihop med något som inte finns i Vitec än. Inget skickades. "
        "Det får vänta tills det finns.",
    )


def stated(body: dict[str, Any]) -> dict[str, Any]:
    """Only the members that say something: a blank one might empty what Vitec holds."""
    kept = {name: stated(value) if type(value) is dict else value for name, value in body.items()}
    return {name: value for name, value in kept.items() if value not in (None, "", [], {})}
