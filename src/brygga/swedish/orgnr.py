"""Organisation numbers (*organisationsnummer*): canonical form `NNNNNN-NNNN`.

Ten digits with a Luhn check digit; the third and fourth are 20 or more, which is what tells
them from a personal number (lag (1974:174) om identitetsbeteckning för juridiska personer).
A sole trader uses the owner's personal number: that is refused here, because it is personal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish import luhn
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_FORM = re.compile(r"(?:16)?([0-9]{10})|SE([0-9]{10})[0-9]{2}")
_DROPPED = str.maketrans("", "", " .-")
_PERSON = re.compile(r"(?:18|19|20)[0-9]{2}[01][0-9]{7}")


@dataclass(frozen=True, slots=True)
class Orgnr:
    """A legal person's number, ten digits."""

    digits: str

    def __str__(self) -> str:
        """`NNNNNN-NNNN`, the canonical form."""
        return f"{self.digits[:6]}-{self.digits[6:]}"

    @property
    def vat(self) -> str:
        """The VAT number (*momsregistreringsnummer*), `SE` + ten digits + `01`."""
        return f"SE{self.digits}01"


def parse(text: str) -> Orgnr:
    """`556036-0793`, `5560360793`, `165560360793`, `SE556036079301`.

    Raises NotUnderstood: `empty`, `too_long`, `format`, `looks_like_personnummer`,
    `placeholder_zeros`, `checksum`.
    """
    compact = field(text, kind="orgnr").translate(_DROPPED).upper()
    found = _FORM.fullmatch(compact)
    if not found:
        raise NotUnderstood("orgnr", "looks_like_personnummer" if _PERSON.fullmatch(compact) else "format")
    digits = found[1] or found[2]
    if not digits.strip("0"):
        raise NotUnderstood("orgnr", "placeholder_zeros")
    if digits[2:4] < "20":
        raise NotUnderstood("orgnr", "looks_like_personnummer")
    if not luhn.valid(digits):
        raise NotUnderstood("orgnr", "checksum")
    return Orgnr(digits)
