"""One field for either a person's or an organisation's number (*person- eller organisationsnummer*).

The third and fourth digit tell them apart: a month in a person's, 20 or more in an organisation's. A
sole trader's number is the owner's own, so it comes out as a person's and is personal data.
"""

from __future__ import annotations

from datetime import date

from brygga.swedish import orgnr, personnummer
from brygga.swedish.orgnr import Orgnr
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.personnummer import Personnummer


def parse(text: str, *, today: date | None = None) -> Personnummer | Orgnr:
    """The one that the text is. Raises NotUnderstood as `orgnr.parse` and `personnummer.parse`."""
    try:
        return orgnr.parse(text)
    except NotUnderstood as error:
        if error.code not in {"looks_like_personnummer", "format", "placeholder_zeros"}:
            raise
    return personnummer.parse(text, today=today)
