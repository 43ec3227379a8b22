"""The connector: looks a property up by its designation, never by a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brygga.connectors.abilities import Caller, Checked, Secrets
from brygga.connectors.lantmateriet.api.gathering import Gathering
from brygga.connectors.lantmateriet.api.line import ProductLine, Said
from brygga.connectors.lantmateriet.mapping import searching
from brygga.connectors.lantmateriet.mapping.searching import Hit
from brygga.connectors.lantmateriet.schema.products import SEARCH, settings_of, table_of
from brygga.connectors.lantmateriet.schema.register import Register
from brygga.model import BryggaError, Fault, NeedsSignIn, Rejected

WIDER = 10


class Lantmateriet:
    """One firm's access to the property register. Abilities: check, register."""

    def __init__(
        self, wire: Caller, *, connection: str, settings: Mapping[str, Any], secrets: Secrets
    ) -> None:
        """Raises Invalid when a setting names a product or member that there is not."""
        self._connection = connection
        self._settings = settings_of(settings)
        self._table = table_of(self._settings)
        self._line = ProductLine(
            wire, connection=connection, settings=self._settings, table=self._table, secrets=secrets
        )
        self._gathering = Gathering(self._line, settings=self._settings, table=self._table)

    async def check(self) -> Checked:
        """A search for a word that always has hits, and a token for each product named in the settings.

        A token says that the key may use the product's name; whether the subscription behind it
        holds shows only when it is used.
        """
        self._well(await self._search(self._settings.check_text, most=1))
        refused = [self._table[name].sv for name in self._settings.products if not await self._may(name)]
        lacking = f" Inte beställt: {', '.join(refused)}." if refused else ""
        return Checked(
            ok=True,
            sv=f"Lantmäteriet svarar och godtar inloggningen.{lacking}",
            abilities={"check": "ok", "register": "ok"},
            facts={"products": len(self._settings.products) - len(refused), "not_ordered": refused},
        )

    async def extract(self, designation: str) -> Register:
        """All that the firm's products say of the property with this designation.

        Raises Invalid (`not_a_designation`), Rejected (`designation_not_found`, `several_exact`,
        and what the search product refuses) and what wire raises. A product that says nothing, is
        not ordered or is down is named in the result.
        """
        wanted = searching.search_text(designation)
        return await self._gathering.gather(await self._find(wanted), asked=wanted)

    async def _find(self, wanted: str) -> Hit:
        """The property by exactly that name. A full page of neighbours may hide it: then ask for more."""
        most = self._settings.max_hits
        said = self._well(await self._search(wanted, most=most))
        if isinstance(said.value, list) and len(said.value) >= most:
            try:
                return searching.exact(said.value, wanted)
            except Rejected:
                said = self._well(await self._search(wanted, most=most * WIDER))
        return searching.exact(said.value, wanted)

    async def _search(self, text: str, *, most: int) -> Said:
        query = (("beteckning", text), ("status", "gällande"), ("maxHits", str(most)))
        return await self._line.ask(SEARCH, "search", "/referens/fritext", query=query)

    async def _may(self, product: str) -> bool:
        if self._settings.sign_in == "basic":
            return True
        try:
            await self._line.tokens.token(self._table[product].scope)
        except Rejected:
            return False
        return True

    def _well(self, said: Said) -> Said:
        """A search that found nothing is an empty list; any other fault stops the look-up."""
        if said.fault is None:
            return said
        if said.fault.status == 404:
            return Said(value=[], body=said.body)
        no_right = said.fault.status == 403
        kind: type[BryggaError] = NeedsSignIn if no_right else Rejected
        raise kind(
            f"{self._connection}: the search answered {said.fault.status} {said.fault.code}".rstrip(),
            code="no_right" if no_right else "search_refused",
            sv="Lantmäteriet släpper inte in oss i Registerbeteckning. Kontrollera abonnemanget."
            if no_right
            else "Lantmäteriet tog inte emot sökningen. Kontrollera beteckningen.",
            connection=self._connection,
            operation=f"{SEARCH}.search",
            fault=Fault.OFFICE,
            status=said.fault.status,
        )
