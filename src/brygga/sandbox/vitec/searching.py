"""Finding contacts: free text, personal numbers, what changed or was made in a window.

Source: contract §3 and its *Further details* 1. The name of each search's parameter and the form of
its answer are this imitation's guess: lists of ids by kind, as the list of contacts has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from brygga.sandbox.content.ident import moment
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.contacts import KINDS
from brygga.sandbox.vitec.state import World
from brygga.sandbox.vitec.upsert import digits, number_digits

SYNC_KINDS: Final = {"Person": "persons", "Company": "companies", "Estate": "estates"}
"""The sync list says `estates` where the list of contacts says `deceasedEstates`."""


class Searching:
    """Searches over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read: dict[str, tuple[Json, str, frozenset[str]]] = {}

    def free_text(self, request: web.Request, offices: list[int]) -> Json:
        """Contacts in which every word of `text` stands somewhere; phones by their digits."""
        text = request.query.get("text", "").strip()
        if not text:
            raise web.HTTPBadRequest(reason="Söktext saknas.")
        words, dialled = text.casefold().split(), digits(text)
        return self._by_kind(offices, lambda body: _holds(*self._index(body), words, dialled))

    def _index(self, body: Json) -> tuple[str, frozenset[str]]:
        """A contact's words and numbers, made once for as long as it is not changed."""
        kept = self._read.get(body["id"])
        if kept is None or kept[0] is not body:
            numbers = frozenset(digits(one) for one in body["telephone"].values())
            kept = self._read[body["id"]] = (body, _words(body), numbers)
        return kept[1], kept[2]

    def social_number(self, request: web.Request, offices: list[int]) -> Json:
        """Persons with a personal number, however it is written."""
        wanted = number_digits(request.query.get("socialSecurityNumber"))
        if not wanted:
            raise web.HTTPBadRequest(reason="Personnummer saknas.")
        return self._by_kind(offices, lambda body: number_digits(body.get("socialSecurityNumber")) == wanted)

    def sync_list(self, question: Json, offices: list[int]) -> list[Json]:
        """Ids with change dates per kind, one entry per customer."""
        return [self._entry(question, office) for office in offices]

    def _entry(self, question: Json, office: int) -> Json:
        entry: Json = {"customerId": self._world.agency.customer(office)}
        entry |= {name: [] for name in SYNC_KINDS.values()}
        for body in self._world.contacts.bodies([office]):
            if within(body["changedAt"], question.get("changedDateFrom"), question.get("changedDateTo")):
                row = {"contactId": body["id"], "dateChanged": body["changedAt"]}
                entry[SYNC_KINDS[body["type"]]].append(row)
        return entry

    def _by_kind(self, offices: list[int], fits: Callable[[Json], bool]) -> Json:
        found: dict[str, list[Json]] = {name: [] for name in KINDS.values()}
        for body in self._world.contacts.bodies(offices):
            if fits(body):
                found[KINDS[body["type"]]].append({"id": body["id"], "changedAt": body["changedAt"]})
        return found


def within(text: str, low: Any, high: Any) -> bool:
    """Whether a time lies in a window. Raises HTTPBadRequest for a bound that is no time."""
    try:
        at = moment(text)
        return (not low or moment(str(low)) <= at) and (not high or at <= moment(str(high)))
    except ValueError as error:
        raise web.HTTPBadRequest(reason="Datumet kan inte tolkas.") from error


def _words(body: Json) -> str:
    named = " ".join(str(body.get(name) or "") for name in ("firstName", "lastName", "name"))
    mails = " ".join(str(one or "") for one in body["email"].values())
    return f"{named} {mails} {body.get('corporateNumber') or ''}".casefold()


def _holds(said: str, numbers: frozenset[str], words: list[str], dialled: str) -> bool:
    return all(word in said for word in words) or (len(dialled) >= 6 and dialled in numbers)
