"""The Luhn check digit (ISO/IEC 7812-1, annex B) that all Swedish ten-digit numbers carry."""

from __future__ import annotations

_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")


def valid(digits: str) -> bool:
    """True when the last digit checks the others. `digits` holds the digits 0–9 only."""
    codes = digits.encode("ascii")
    total = sum(codes[-1::-2]) + sum(codes[-2::-2].translate(_DOUBLED))
    return (total - 48 * len(codes)) % 10 == 0
