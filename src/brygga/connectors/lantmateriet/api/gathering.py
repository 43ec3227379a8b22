"""One property from all products: search, then the others side by side, each on its own.

A product that is not ordered, refuses or is down takes nothing from the others: it is said so.
Source: the contract, §3, "Recipe for one property".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from brygga.connectors.lantmateriet.api.line import ProductLine, Said
from brygga.connectors.lantmateriet.mapping import buildings, land, ownership, rights, taxes, xml
from brygga.connectors.lantmateriet.mapping.reading import Ledger, Members
from brygga.connectors.lantmateriet.mapping.searching import Hit
from brygga.connectors.lantmateriet.schema.products import SEARCH, Product, Settings
from brygga.connectors.lantmateriet.schema.register import Fault as FaultAnswer
from brygga.connectors.lantmateriet.schema.register import Got, Odd, Outcome, Register
from brygga.model import BryggaError, Rejected

MISSING: Final = frozenset({404, 410})
_SV: Final = {
    Got.NOTHING: "{title} har inget om fastigheten.",
    Got.NOT_ORDERED: "{title} är inte beställd, så de uppgifterna saknas.",
    Got.NO_RIGHT: "{title} släpper inte in oss: abonnemang eller behörighet saknas.",
    Got.REFUSED: "{title} tog inte emot frågan.",
    Got.LATER: "{title} svarar inte just nu. Försök igen om en stund.",
}


class Answers(msgspec.Struct, kw_only=True):
    """One product's answers, decoded, with what its mapping made of them."""

    outcome: Outcome
    made: dict[str, Any] = {}
    odd: list[Odd] = []
    unknown: dict[str, object] = {}
    raw: list[bytes] = []


class _Stopped(Exception):
    """A product's fault; never leaves this module."""

    def __init__(self, fault: FaultAnswer) -> None:
        super().__init__(fault.status)
        self.fault = fault


class Gathering:
    """Looks one property up in every product that the connection names."""

    def __init__(self, line: ProductLine, *, settings: Settings, table: Mapping[str, Product]) -> None:
        self._line, self._settings, self._table = line, settings, table

    async def gather(self, hit: Hit, *, asked: str) -> Register:
        """Everything about the property found. Raises nothing that concerns one product only."""
        wanted = [name for name in self._table if name != SEARCH]
        got = await asyncio.gather(*(self._one(name, hit) for name in wanted))
        made = {key: value for one in got for key, value in one.made.items()}
        return Register(
            designation=hit.designation,
            object_id=hit.object_id,
            asked=asked,
            outcomes=[one.outcome for one in got],
            odd=[odd for one in got for odd in one.odd],
            unknown={path: value for one in got for path, value in one.unknown.items()},
            raw={name: one.raw for name, one in zip(wanted, got, strict=True) if one.raw},
            **made,
        )

    async def _one(self, product: str, hit: Hit) -> Answers:
        if product not in self._settings.products:
            return self._told(product, Got.NOT_ORDERED)
        how: Callable[[Hit], Awaitable[list[Said]]] = getattr(self, f"_{product}")
        try:
            said = await how(hit)
        except _Stopped as stopped:
            return self._faulted(product, stopped.fault)
        except BryggaError as error:
            return self._told(product, _meaning(error), sv=error.sv)
        return self._read(product, said, hit)

    def _read(self, product: str, said: list[Said], hit: Hit) -> Answers:
        """The last answer is the one with the facts; those before it only named what to ask for."""
        ledger = Ledger(product)
        document = said[-1].value if said else None
        rows = list(_properties(document, ledger))
        made = READERS[product](rows, hit.object_id.lower())
        got = Got.ANSWERED if any(made.values()) else Got.NOTHING
        answers = self._told(product, got)
        answers.made, answers.odd = made, ledger.odd
        answers.unknown = {at: v for row in rows for at, v in ledger.unread(row.raw, row.path).items()}
        answers.raw = [one.body for one in said]
        return answers

    def _told(self, product: str, got: Got, *, sv: str = "", fault: FaultAnswer | None = None) -> Answers:
        title = self._table[product].sv
        text = _SV[got].format(title=title) if got in _SV else sv
        return Answers(outcome=Outcome(product=product, title=title, got=got, sv=text, fault=fault))

    def _faulted(self, product: str, fault: FaultAnswer) -> Answers:
        got = Got.NOTHING if fault.status in MISSING else Got.NO_RIGHT if fault.status == 403 else Got.REFUSED
        answers = self._told(product, got, fault=fault)
        answers.raw = [fault.raw]
        return answers

    # ------------------------------------------------------------------ one way of asking per product

    async def _inskrivning(self, hit: Hit) -> list[Said]:
        return [await self._get("inskrivning", "read", "/beror", hit, self._settings.register_include)]

    async def _fastighet(self, hit: Hit) -> list[Said]:
        return [await self._get("fastighet", "read", "", hit, self._settings.property_include)]

    async def _belagenhetsadress(self, hit: Hit) -> list[Said]:
        include = self._settings.address_include
        return [await self._get("belagenhetsadress", "read", "/registerenhet", hit, include)]

    async def _byggnad(self, hit: Hit) -> list[Said]:
        named = await self._get("byggnad", "list", "/referens/beror", hit)
        return [named, *await self._batches("byggnad", _ids(named.value), self._settings.building_include)]

    async def _rattighet(self, hit: Hit) -> list[Said]:
        named = await self._get("rattighet", "list", "/referens/beror", hit)
        include = self._settings.right_include
        return [named, *await self._batches("rattighet", _ids(named.value), include, member="id")]

    async def _gemensamhetsanlaggning(self, hit: Hit) -> list[Said]:
        named = await self._get("gemensamhetsanlaggning", "list", "/referens/delagande", hit)
        include = self._settings.facility_include
        return [named, *await self._batches("gemensamhetsanlaggning", _ids(named.value), include)]

    async def _taxering(self, hit: Hit) -> list[Said]:
        named = await self._get("taxering", "list", "/referens/beror", hit)
        numbers = taxes.unit_numbers(Members(named.value, "", Ledger("taxering")))
        include, member = self._settings.taxation_include, "taxeringsenhetsnummer"
        return [named, *await self._batches("taxering", numbers, include, member=member)]

    async def _get(self, product: str, what: str, path: str, hit: Hit, include: str = "") -> Said:
        query = (("includeData", include),) if include else ()
        where = f"{path}/{quote(hit.object_id, safe='')}"
        return _well(await self._line.ask(product, what, where, query=query))

    async def _batches(self, product: str, ids: list[str], include: str, *, member: str = "") -> list[Said]:
        """Many by their ids, in batches (250 is the most per question); one answer for all of them."""
        size = max(1, self._settings.batch)
        parts = [ids[n : n + size] for n in range(0, len(ids), size)]
        query = (("includeData", include),) if include else ()
        said = [
            _well(
                await self._line.ask(
                    product, "read", "/", query=query, json={member: part} if member else part
                )
            )
            for part in parts
        ]
        if not said:
            return [Said(value=[])]
        return [*said[:-1], msgspec.structs.replace(said[-1], value=[one.value for one in said])]


def _well(said: Said) -> Said:
    if said.fault is not None:
        raise _Stopped(said.fault)
    return said


def _meaning(error: BryggaError) -> Got:
    if isinstance(error, Rejected):
        return Got.NOT_ORDERED if error.code == "scope_refused" else Got.REFUSED
    return Got.NO_RIGHT if error.kind == "needs_sign_in" else Got.LATER


def _ids(value: Any) -> list[str]:
    """Ids out of a list of ids, a list of references, or either inside an object; each once."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        own = value.get("objektidentitet") or value.get("id")
        if isinstance(own, str) and own:
            return [own]
        value = list(value.values())
    found = [one for inner in value for one in _ids(inner)] if isinstance(value, list) else []
    return list(dict.fromkeys(found))


def _properties(document: Any, ledger: Ledger, path: str = "") -> Iterator[Members]:
    """The `properties` of every feature, wherever the answer wraps them; a bare object is its own."""
    if isinstance(document, list):
        for number, one in enumerate(document):
            yield from _properties(one, ledger, f"{path}[{number}]")
    elif isinstance(document, dict) and any(name.endswith("Response") for name in document):
        for number, row in enumerate(xml.features(document)):
            yield Members(row, f"{path}member[{number}]", ledger)
    elif isinstance(document, dict) and "features" in document:
        under = f"{path}.features" if path else "features"
        rows = document["features"]
        yield from _properties(rows if isinstance(rows, list) else [rows], ledger, under)
    elif isinstance(document, dict) and isinstance(inner := document.get("properties"), dict):
        yield Members(inner, f"{path}.properties" if path else "properties", ledger)
    elif isinstance(document, dict) and document:
        yield Members(document, path, ledger)


def _owners(rows: list[Members], _: str) -> dict[str, Any]:
    both = [ownership.owners(row) for row in rows]
    return {
        "owners": [one for now, _ in both for one in now],
        "former_owners": [one for _, before in both for one in before],
        "entries": [one for row in rows for one in ownership.entries(row)],
    }


def _land(rows: list[Members], _: str) -> dict[str, Any]:
    return {"property": land.land(rows[0]) if rows else None}


READERS: Final[dict[str, Callable[[list[Members], str], dict[str, Any]]]] = {
    "inskrivning": _owners,
    "fastighet": _land,
    "taxering": lambda rows, own: {"taxation": [u for r in rows if (u := taxes.tax_unit(r, own))]},
    "belagenhetsadress": lambda rows, _: {"addresses": [land.address(row) for row in rows]},
    "byggnad": lambda rows, _: {"buildings": [buildings.building(row) for row in rows]},
    "rattighet": lambda rows, own: {"rights": [rights.right(row, own) for row in rows]},
    "gemensamhetsanlaggning": lambda rows, own: {"facilities": [rights.facility(row, own) for row in rows]},
}
"""Product → what its rows become, by the member of `Register` that holds it."""
