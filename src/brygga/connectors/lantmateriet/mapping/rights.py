"""Rättighet 2.1 and Gemensamhetsanläggning 2.1 → rights, easements, joint facilities.

No example of these answers was found: the members are looked for by the names that the product
pages and the sister products use. Whether ours is the serving or the served property is said only
where the answer names ours under *last* or *förmån*.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brygga.connectors.lantmateriet.mapping.land import written
from brygga.connectors.lantmateriet.mapping.reading import Members
from brygga.connectors.lantmateriet.schema.register import Facility, Right


def right(properties: Members, object_id: str) -> Right:
    """One right or easement that concerns the property with this id."""
    properties.ignore("objektidentitet")
    return Right(
        at=properties.at,
        kind=properties.found("rattighetstyp", "typ"),
        purpose=properties.found("andamal", "rattighetsandamal"),
        name=properties.found("rattighetsbeteckning", "aktbeteckning", "beteckning"),
        side=_side(properties, object_id),
    )


def _side(properties: Members, object_id: str) -> str:
    """`burden` where our id stands below a member called *last…*, `benefit` below *formån…*."""
    sides = {side for side, found in _placed(properties, "", 0) if object_id and found.lower() == object_id}
    return sides.pop() if len(sides) == 1 else ""


def _placed(members: Members, side: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > 6:
        return
    for name in members.names():
        low = name.lower()
        inside = "burden" if low.startswith("last") else "benefit" if low.startswith("forman") else side
        for one in members.each(name):
            if inside:
                yield inside, one.text("objektidentitet")
            yield from _placed(one, inside, depth + 1)


def facility(properties: Members, object_id: str) -> Facility:
    """One joint facility, with our property's share where the answer tells it."""
    properties.ignore("objektidentitet")
    name = next((written(row) for row in properties.each("registerbeteckning")), "")
    return Facility(
        at=properties.at,
        designation=name or properties.found("beteckning"),
        purpose=properties.found("andamal"),
        share=_share(properties, object_id),
    )


def _share(properties: Members, object_id: str) -> str:
    for row in properties.each("delagare"):
        if row.inner("delagare").text("objektidentitet").lower() == object_id:
            return row.text("andelstal") or _fraction(row)
    return ""


def _fraction(row: Any) -> str:
    share = row.share("andel")
    return f"{share.numerator}/{share.denominator}" if share else ""
