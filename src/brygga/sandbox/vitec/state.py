"""The imitated broker system's memory: which estates there are and what was changed since start."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from brygga.sandbox.content.ident import wall
from brygga.sandbox.vitec.amounts import Amounts
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.contacts import SELLERS, Contacts
from brygga.sandbox.vitec.csv.estates import CsvRow, build_from_csv
from brygga.sandbox.vitec.estate import build
from brygga.sandbox.vitec.office import GROUP, Agency
from brygga.sandbox.vitec.row import Row, rows
from brygga.swedish.dates import STOCKHOLM

MOST_OFFICES: Final = 3
ESTATES_FOR_OFFICES: Final = 30


class World:
    """All that is true in the imitated system. `now` is its wall clock.

    `made` are rows with a body of their own (from a CSV file) instead of `estates` seeded ones.
    """

    def __init__(
        self,
        *,
        seed: int,
        estates: int,
        now: Callable[[], datetime],
        made: Callable[[Agency], list[Row]] | None = None,
        amounts: Amounts | None = None,
    ) -> None:
        self.seed = seed
        self.now = now
        today = now().astimezone(STOCKHOLM).replace(hour=0, minute=0, second=0, microsecond=0)
        offices = MOST_OFFICES if estates >= ESTATES_FOR_OFFICES and made is None else 1
        self.agency = Agency(
            seed=seed, today=today, offices=offices, estates=estates, amounts=None if made else amounts
        )
        listed = made(self.agency) if made else rows(self.agency, estates)
        self.rows: dict[str, Row] = {row.id: row for row in listed}
        self.by_index: dict[int, Row] = {row.index: row for row in listed}
        self.contacts = Contacts(self.agency, estates=len(listed))
        self.overrides: dict[tuple[str, str], Json] = {}
        self.parties: set[tuple[str, str, str, str]] = set()
        """Estate, contact, part and viewing of those who showed interest or booked; sellers stand apart."""
        self.rng = random.Random(f"{seed}:life")  # noqa: S311 - content, not secrecy

    def offices_of(self, customer: str) -> list[int] | None:
        """The offices behind a customer id: one, or all for the group's; None if there is none."""
        if customer == GROUP:
            return list(range(self.agency.offices))
        for office in range(self.agency.offices):
            if self.agency.customer(office) == customer:
                return [office]
        return None

    def listed(self, offices: Sequence[int]) -> list[Row]:
        """Estates published on the website, whatever their sale status (contract §6)."""
        return [r for r in self.rows.values() if r.published and not r.removed and r.office in offices]

    def find(self, identifier: str, offices: Sequence[int]) -> Row | None:
        """An estate by id; it may have left the list and still be there (contract §6)."""
        row = self.rows.get(identifier)
        return row if row is not None and not row.removed and row.office in offices else None

    def body(self, row: Row) -> Json:
        """An estate as the broker system holds it. Do not change it: use `edit`."""
        return row.body if row.body is not None else self._built(row)

    def _built(self, row: Row) -> Json:
        return build_from_csv(row, self.agency) if isinstance(row, CsvRow) else build(row, self.agency)

    def edit(self, row: Row) -> Json:
        """The body to be changed in place; the change date becomes now."""
        if row.body is None:
            row.body = self._built(row)
        row.changed_at = self.now()
        row.body["changedAt"] = wall(row.changed_at)
        return row.body

    def shown(self, row: Row) -> Json:
        """An estate after the display rules, as the advertising section answers it (contract §2)."""
        body = dict(self.body(row))
        if "price" in row.hidden:
            body["price"] = dict.fromkeys(body["price"])
        if "address" in row.hidden:
            hidden = {"streetAddress": None, "directions": None, "wgs84Coordinate": None}
            body["address"] = {**body["address"], **hidden}
        body["bidding"] = shown_bids(body["bidding"], row.bids_shown)
        return body

    def record(self, kind: str, identifier: str, built: Callable[[], Json]) -> Json:
        """An office, agent, … as changed, or as built from the seed."""
        return self.overrides.get((kind, identifier)) or built()

    def change_record(self, kind: str, identifier: str, built: Callable[[], Json], changes: Json) -> Json:
        """Keep a changed office, agent, …; its change date becomes now."""
        body = copy.deepcopy(self.record(kind, identifier, built))
        self.overrides[kind, identifier] = {**body, **changes, "changedAt": wall(self.now())}
        return self.overrides[kind, identifier]

    def sold_by(self, identifier: str, offices: Sequence[int]) -> list[Row]:
        """The listed estates that a contact sells, those of contacts merged into it too."""
        numbers = {n for n in self.contacts.stands_for(identifier) if n < SELLERS}
        if not numbers:
            return []
        return [row for row in self.listed(offices) if self.contacts.seller_of(row.index) in numbers]

    def parties_of(self, identifier: str, part: str) -> list[tuple[str, str]]:
        """Estate and viewing of each such part that a contact has, merges followed."""
        found = {
            (estate, viewing)
            for estate, contact, word, viewing in self.parties
            if word == part and self.contacts.merged.get(contact, contact) == identifier
        }
        return sorted(found)

    def sellers(self, row: Row) -> list[str]:
        """Contact ids of those who sell an estate, merges followed."""
        identifier = self.contacts.identifier(self.contacts.seller_of(row.index))
        return [self.contacts.merged.get(identifier, identifier)]


def shown_bids(bidding: Json, rule: str) -> Json:
    """Bids after the broker's rule: all, the highest only, none but active, or nothing at all."""
    if rule == "none":
        return {**bidding, "isActive": False, "bids": []}
    if rule == "in_progress":
        return {**bidding, "bids": []}
    standing = [bid for bid in bidding["bids"] if not bid["isCanceled"]]
    if rule == "highest" and standing:
        return {**bidding, "bids": [max(standing, key=lambda bid: int(bid["amount"]))]}
    return bidding


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Leaves by path: `price.startingPrice`, `viewings[VIS…].startsAt`, `buildings[0].area.living`.

    List members with an `id` text are named by it, others by place; empty lists and objects are
    leaves themselves, so that a comparer sees them.
    """
    if isinstance(value, dict) and value:
        parts = [flat(inner, f"{path}.{name}" if path else name) for name, inner in value.items()]
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        parts = [flat(inner, f"{path}[{_name(inner, place)}]") for place, inner in enumerate(value)]
    else:
        return {path: value}
    return {name: leaf for part in parts for name, leaf in part.items()}


def _name(inner: Any, place: int) -> str:
    found = inner.get("id") if isinstance(inner, dict) else None
    return found if isinstance(found, str) else str(place)
