"""Who and where in an extract: designations, addresses, positions, districts, identity numbers."""

from __future__ import annotations

import re

from brygga.extracts.facts import Address, IdentityKind, Position
from brygga.extracts.fold import has_stray
from brygga.extracts.values import Read, fail, spaced, text
from brygga.swedish import coordinates, orgnr, personnummer

_POSTCODE = re.compile(r"(?<!\d)(\d{3}) ?(\d{2})(?!\d),? ?([^\W\d_][^\d,]*)$")
_ID = re.compile(r"(?<![\d-])(?:\d{8} ?[-+]? ?\d{4}|\d{6} ?[-+]? ?\d{4})(?![\d-])")
PROTECTED = re.compile(r"SKYDDA(?:D|DE) ?(?:PERSON)?UPPGIFT|SEKRETESS|SKYDDAD ?FOLKBOKFÖRING", re.IGNORECASE)
_DESIGNATION = re.compile(
    r"(?P<names>[^\W\d_][^\d>*:|;]{1,78}?)(?P<gap> ?)"
    r"(?P<unit>(?:\d{1,4}|S|FS|GA) ?: ?\d{1,5}|\d{1,5})(?P<area>>\d{1,4})?"
)


def designation(raw: str) -> Read:
    """`Testkommun EKLUNDA 1:76`; a block (*kvarter*) has a unit without colon."""
    found = _DESIGNATION.fullmatch(raw.strip())
    if not found or sum(c.isalpha() for c in found["names"]) < 3:
        raise fail("designation", "format")
    names, restored = spaced(found["names"].strip())
    unit = found["unit"].replace(" ", "") + (found["area"] or "")
    restored = restored or not found["gap"]
    if " " not in names and ":" not in unit and restored:
        raise fail("designation", "ambiguous")
    return Read(f"{names} {unit}", sure=not restored, remark="spaces_restored" if restored else "")


def full_designation(raw: str) -> Read:
    """A designation with its municipality: at least two names and a colon, or a block's number."""
    read = designation(raw)
    if " " not in read.value.rsplit(" ", 1)[0]:
        raise fail("designation", "format")
    return read


def loose_designation(raw: str) -> Read:
    """As associations' systems print it, without municipality or colon: `Exempeltomten 1 1`. Kept as is."""
    if not re.fullmatch(r"[^\W\d_][^\d:;,]{1,60}? ?\d{1,5}(?:[ :]\d{1,5})?", raw):
        raise fail("designation", "format")
    glued = re.search(r"[^\W\d_]\d", raw) is not None
    return Read(raw, sure=not glued, remark="spaces_restored" if glued else "")


def address(raw: str) -> Read:
    """`Testvägen 3, 114 18 Stockholm`; a street without number or postcode is not taken for one."""
    found = _POSTCODE.search(raw)
    street = (raw[: found.start()] if found else raw).strip(" ,")
    if not re.search(r"[^\W\d_]{2}", street) and not (found and not street):
        raise fail("address", "format")
    if not found and not re.fullmatch(
        r"[^\W\d_][^,:;.]{1,60} \d{1,4} ?[A-Za-z]?(?: (?:lgh|LGH) \d{4})?", street
    ):
        raise fail("address", "format")
    split, restored = _spaced_address(street)
    town = found[3].strip(" ,") if found else ""
    respaced, town_restored = spaced(town)
    restored = restored or town_restored
    value = Address(street=split, postcode=f"{found[1]}{found[2]}" if found else "", town=respaced)
    if len(split) > 120 or len(respaced) > 60:
        raise fail("address", "too_long")
    strange = has_stray(respaced) or not split  # a town alone: its street may have been lost
    doubt = restored or strange
    return Read(
        value, sure=not doubt, remark="spaces_restored" if restored else "ambiguous" if strange else ""
    )


def _spaced_address(street: str) -> tuple[str, bool]:
    spaced = re.sub(r"(?<=[a-zåäöéü])(?=[A-ZÅÄÖÉÜ]|\d)", " ", re.sub(r",(?=\S)", ", ", street))
    return spaced, spaced != street


def position(raw: str) -> Read:
    """`N 6580743 E 674571` in SWEREF 99 TM, with WGS84 beside it. Raises when outside Sweden."""
    found = coordinates.parse(raw)
    if found.epsg == coordinates.WGS84:
        raise fail("coordinates", "unknown_system")
    latitude, longitude = coordinates.to_wgs84(found.north, found.east, epsg=found.epsg)
    if found.epsg != coordinates.SWEREF99_TM:
        north, east = coordinates.from_wgs84(latitude, longitude)
        return Read(Position(north_m=north, east_m=east, latitude=latitude, longitude=longitude), sure=False)
    return Read(Position(north_m=found.north, east_m=found.east, latitude=latitude, longitude=longitude))


def association_number(raw: str) -> Read:
    """An organisation number, ten digits with or without dash."""
    return Read(str(orgnr.parse(raw)))


def identity(raw: str) -> tuple[Read, IdentityKind]:
    """A person's or an organisation's number, canonical. Raises NotUnderstood with the reason."""
    compact = raw.replace(" ", "")
    bare = compact.replace("-", "").replace("+", "")
    if not bare.strip("0"):
        raise fail("personnummer", "placeholder_zeros")
    short = bare[2:] if len(bare) == 12 else bare
    if len(bare) in {10, 12} and short[2:4] >= "20" and (len(bare) == 10 or bare.startswith("16")):
        return Read(str(orgnr.parse(short))), IdentityKind.ORGANISATION
    return Read(personnummer.parse(compact).written), IdentityKind.PERSON


def find_identity(raw: str) -> re.Match[str] | None:
    """The first thing in a text that is written like an identity number."""
    return _ID.search(raw)


def district(raw: str) -> Read:
    """`Testdistrikt (000000)`: the name; its code is read by `district_code`."""
    found = re.fullmatch(r"([^\d(]+?) ?\((\d{6})\)", raw)
    if found:
        name, restored = spaced(found[1].strip())
        return Read(name, sure=not restored, remark="spaces_restored" if restored else "")
    if re.search(r"[\d:()]", raw):
        raise fail("text", "format")
    return text(raw)


def district_code(raw: str) -> Read:
    """The six digits in parentheses."""
    found = re.fullmatch(r"[^\d(]+? ?\((\d{6})\)", raw)
    if not found:
        raise fail("number", "format")
    return Read(found[1])
