"""What a table's columns are given when all are looked at: degrees in their places, words for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from brygga.connectors.agencydb.inspecting.evidence import beyond_degrees, degrees, swapped
from brygga.connectors.agencydb.schema import Column, ColumnPlan

if TYPE_CHECKING:
    from brygga.connectors.agencydb.inspecting.columns import Found, Table_


def positions(at: Table_, found: dict[str, Found]) -> None:
    """Degrees that the rows show to have changed places, or to be no degrees."""
    names = {f: n for n, one in found.items() if (f := one.plan.field).startswith("address.position.")}
    if len(names) != 2:
        for name in names.values():
            del found[name]
        return
    (lat, first), (lon, second) = (
        (n, degrees(at.samples, at.table.name, n)) for _, n in sorted(names.items())
    )
    if beyond_degrees(first) or beyond_degrees(second):
        del found[lat], found[lon]
    elif swapped(first, second):
        for name, other in ((lat, "longitude"), (lon, "latitude")):
            plan = msgspec.structs.replace(found[name].plan, field=f"address.position.{other}", sure=False)
            found[name].plan = plan
            found[name].why = f"är det {other}? Raderna säger det, namnet det andra"


_NOTHING: Final = ("Uppgift saknas", "Saknas", "-")
"""What stands in a text column that may not be empty when a home hides its address, say."""


_NO_IS_SAFE: Final = frozenset({"wants_advertising", "protected", "deceased", "hidden", "self_registration"})
"""Flags whose "no" claims nothing that "not stated" does not."""


def _no_for_nothing(one: Found, column: Column) -> None:
    """A flag that may not be empty says no where nothing is stated."""
    safe = one.plan.field in _NO_IS_SAFE
    word = "0" if column.base == "int" else "false"
    one.plan = msgspec.structs.replace(one.plan, missing=word, sure=one.plan.sure and safe)
    one.why = one.why if safe else "kolumnen får inte vara tom: nej skrivs där vi inget vet. Är det rätt?"


_EMPTY: Final = frozenset(
    {"email", "phone", "postcode", "url", "personnummer", "orgnr", "id_number", "street_number", "name_part"}
)
"""Transformations of what many lack: an empty text stands for nothing, as such programs themselves write."""
_EMPTY_FIELDS: Final = frozenset({"first_name", "last_name", "company_name", "address.country_code"})


def words_for_nothing(at: Table_, found: dict[str, Found]) -> None:
    """What stands in a column that may not be empty; a text that must be unique cannot have such a word."""
    unique = {name for group in (at.table.key, *at.table.uniques) for name in group}
    for name, one in found.items():
        column = at.table.column(name)
        if column is None or not one.plan.required:
            continue
        if one.plan.how == "flag":
            _no_for_nothing(one, column)
        elif name not in unique and column.base == "text" and not column.words:
            word = _word(one.plan, column)
            one.plan = one.plan if word is None else msgspec.structs.replace(one.plan, missing=word)


def _word(plan: ColumnPlan, column: Column) -> str | None:
    if plan.how in _EMPTY or plan.field in _EMPTY_FIELDS:
        return ""
    if plan.how not in {"text", "long_text"} or plan.field == "email":
        return None
    return next((w for w in _NOTHING if len(w) <= (column.length or len(w))), None)
