"""The Luhn check digit (ISO/IEC 7812-1, annex B) that all Swedish ten-digit numbers carry."""

from __future__ import annotations

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def valid(digits: str) -> bool:
    """True when the last digit checks the others. `digits` holds decimal digits only."""
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + sum(_DOUBLED[value] for value in values[1::2])) % 10 == 0
