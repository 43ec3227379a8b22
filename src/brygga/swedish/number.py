"""Swedish written numbers: `3 995 000`, `3.995.000`, `67,5`, `67.5`.

A decimal comma is always a decimal. A single point followed by exactly three digits is read
as a thousands mark (`1.200`), unless the caller says that the unit makes that unlikely
(`3.995 Mkr`). Both readings exist in the wild, so callers keep the raw text.
"""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = r"-?(?:[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?(?![0-9])"
"""Pattern of one number, for use inside other patterns. Has no groups."""

_POINT_GROUPS = re.compile(r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")


def read(token: str, *, point_groups: bool = True) -> Decimal:
    """The value of a token that matched NUMBER.

    `point_groups=False` reads a single point as a decimal point even before three digits.
    """
    token = token.replace(" ", "")
    groups = token.count(".") > 1 or (point_groups and "." in token)
    if groups and _POINT_GROUPS.fullmatch(token):
        token = token.replace(".", "")
    return Decimal(token.replace(",", "."))
