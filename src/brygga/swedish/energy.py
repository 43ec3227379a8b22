"""Energy classes (*energiklass*) of the energy declaration (*energideklaration*): A to G.

Classes exist since 2014 (Boverkets föreskrifter BFS 2007:4, as amended); older declarations carry only
kilowatt-hours per square metre and year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_KIND = "energy"
_CLASS = re.compile(
    r"(?:energi ?(?:prestanda)?-?(?:klass(?:en)?)?|(?:energi)?klass)?[ :=-]{0,3}\"?(?P<letter>[a-g])\"?"
    r"(?:(?: ?[,;/(-] ?| )(?P<kwh>[0-9]{1,4}) ?kwh ?(?:/|per) ?(?:m²|m2|kvm)"
    r"(?: ?(?:,|och|/|per)? ?(?:och )?år)?\)?)?"
)


@dataclass(frozen=True, slots=True)
class EnergyClass:
    """A letter A–G, and the yearly use in kWh/m² when it stands beside it."""

    letter: str
    kwh_per_m2: int | None = None

    def __str__(self) -> str:
        """The canonical form."""
        return self.letter


def parse(text: str) -> EnergyClass:
    """`C`, `energiklass: c`, `Energiklass D, 112 kWh/m² och år`.

    Raises NotUnderstood: `too_long`, `not_class` (also for an empty text: there is no class then).
    """
    if not text.strip():
        raise NotUnderstood(_KIND, "not_class")
    try:
        lowered = field(text, kind=_KIND).lower()
    except NotUnderstood as error:
        raise NotUnderstood(_KIND, error.code.replace("empty", "not_class")) from None
    found = _CLASS.fullmatch(lowered)
    if found is None:
        raise NotUnderstood(_KIND, "not_class", position=0)
    return EnergyClass(found["letter"].upper(), int(found["kwh"]) if found["kwh"] else None)
