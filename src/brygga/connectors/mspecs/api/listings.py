"""The nightly comparison: the brokerage's offices and colleagues, its published and its sold deals.

The vendor forbids routine polling. So a catch-up (`since` given) asks for nothing, except sold
deals where a setting allows it; only a full comparison, or the first reading, reads the lists.
One answer serves two kinds (offices and colleagues, homes and projects) and is asked for once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from brygga.connectors.abilities import Page, RawRecord, Ref
from brygga.connectors.mspecs.api.calls import Calls
from brygga.connectors.mspecs.mapping import granting, is_id, is_project
from brygga.connectors.mspecs.schema import Settings
from brygga.model import Fault, NeedsSignIn, Unsupported
from brygga.model.intake import Intake

ORGANIZATION: Final = {"office": "offices", "agent": "users"}
DEALS: Final = ("estate", "project")
STREAMS: Final = (*ORGANIZATION, *DEALS)
SOLD: Final = "sold:"
"""A cursor inside the sold deals; what follows is the vendor's own cursor."""
KEPT_S: Final = 300.0
"""How long an answer that holds two kinds waits for the second to be asked for."""
ENDED: Final = "_STATUS_INACTIVE"


class Listings:
    """The lists of one brokerage. `clock`: seconds, monotonic; `dropped` counts what was not granted."""

    def __init__(
        self,
        calls: Calls,
        *,
        connection: str,
        settings: Settings,
        grants: frozenset[str],
        dropped: Counter[str],
        clock: Callable[[], float],
    ) -> None:
        self._calls = calls
        self._connection = connection
        self._settings = settings
        self._grants = grants
        self._dropped = dropped
        self._clock = clock
        self._kept: dict[str, tuple[float, list[dict[str, Any]]]] = {}

    async def pages(self, stream: str, *, since: datetime | None, cursor: str) -> AsyncIterator[Page]:
        """One kind's list. Raises Unsupported for a kind that has none, NeedsSignIn when switched off."""
        if stream in ORGANIZATION:
            listing = self._organization(stream, since)
        elif stream in DEALS:
            listing = self._deals(stream, since, cursor)
        else:
            raise Unsupported(
                f"Mspecs has no list of {stream}.", connection=self._connection, operation="list"
            )
        async for page in listing:
            yield page

    async def subscription(self) -> dict[str, Any]:
        """Our row in the list of subscribers. Raises NeedsSignIn when the brokerage has switched us off."""
        rows = await self._calls.subscribers()
        own = [row for row in rows if self._settings.subscriber_id in _names(row)]
        if not own or str(own[0].get("status") or "").endswith(ENDED):
            raise NeedsSignIn(
                "the brokerage is not among the subscribers of our service",
                code="subscription_ended",
                sv="Kontoret har inte vår tjänst påslagen i Mspecs. Det som är hämtat finns kvar. "
                "Slå på tjänsten igen i Mspecs, eller ta bort anslutningen här.",
                connection=self._connection,
                operation="subscriber.list",
                fault=Fault.OFFICE,
            )
        return own[0]

    # ------------------------------------------------------------------ offices and colleagues

    async def _organization(self, stream: str, since: datetime | None) -> AsyncIterator[Page]:
        if since is not None:
            yield Page(last=True)
            return
        rows = self._recall(stream)
        if rows is None:
            await self.subscription()
            answer = await self._calls.organization()
            for kind, member in ORGANIZATION.items():
                self._keep(kind, _rows(answer.get(member)))
            rows = self._recall(stream) or []
        now = datetime.now(UTC)
        records = {
            row["id"]: RawRecord(
                kind=stream, source_id=row["id"], body=msgspec.json.encode(row), fetched_at=now
            )
            for row in rows
            if is_id(row.get("id"))
        }
        unusable = sum(not is_id(row.get("id")) for row in rows)
        yield Page(records=list(records.values()), last=True, total=len(records) + unusable)

    # ------------------------------------------------------------------ homes and projects

    async def _deals(self, stream: str, since: datetime | None, cursor: str) -> AsyncIterator[Page]:
        with_sold = stream == "estate" and (
            self._settings.sold if since is None else self._settings.sold_catchup
        )
        seen: set[str] = set()
        if since is None and not cursor.startswith(SOLD):
            rows = await self._published(stream)
            refs = self._refs(stream, rows)
            seen.update(ref.source_id for ref in refs)
            unusable = sum(not is_id(row.get("id")) for row in rows)
            total = None if with_sold else len(refs) + unusable
            yield Page(refs=refs, cursor=SOLD, last=not with_sold, total=total)
        if with_sold:
            async for page in self._sold(cursor.removeprefix(SOLD), since, seen):
                yield page
        elif since is not None or cursor.startswith(SOLD):
            yield Page(last=True)

    async def _published(self, stream: str) -> list[dict[str, Any]]:
        """The list of published deals: those of one kind. An id that cannot be used counts as a home."""
        rows = self._recall(stream)
        if rows is None:
            found = await self._calls.published()
            self._keep("project", [row for row in found if is_project(row)])
            self._keep("estate", [row for row in found if not is_project(row)])
            rows = self._recall(stream) or []
        return rows

    def _refs(self, stream: str, rows: list[dict[str, Any]]) -> list[Ref]:
        """A reference for each id; with its time, so that only what was published anew is fetched."""
        found: dict[str, Ref] = {}
        for row in rows:
            if not is_id(row.get("id")):
                continue
            published = row.get("publishingInformation")
            updated = published.get("updated") if type(published) is dict else None
            moment = None if self._settings.compare_whole else Intake().moment(updated, "updated")
            found.setdefault(row["id"], Ref(kind=stream, source_id=row["id"], changed_at=moment))
        return list(found.values())

    async def _sold(self, cursor: str, since: datetime | None, seen: set[str]) -> AsyncIterator[Page]:
        """Sold deals come whole. A cursor that comes again would go round for ever: a fault there."""
        cursors = {cursor}
        while True:
            answer, body = await self._calls.sold(cursor=cursor, after=since)
            following = body.get("next")
            last = not (type(following) is str and following)
            if not last and following in cursors:
                raise self._calls.odd("sold.list", "other_page", "The same page of sold deals came again.")
            at = answer.fetched_at or datetime.now(UTC)
            records = list(self._records(body.get("deals"), seen, at))
            yield Page(records=records, cursor="" if last else f"{SOLD}{following}", last=last)
            if last:
                return
            cursor = str(following)
            cursors.add(cursor)

    def _records(self, value: Any, seen: set[str], at: datetime) -> Iterable[RawRecord]:
        for row in _rows(value):
            if not is_id(row.get("id")) or row["id"] in seen:
                continue
            seen.add(row["id"])
            kept, gone = granting.cut(row, self._grants)
            self._dropped.update(gone)
            yield RawRecord(
                kind="project" if is_project(kept) else "estate",
                source_id=row["id"],
                body=msgspec.json.encode(kept),
                fetched_at=at,
            )

    # ------------------------------------------------------------------ one answer, two kinds

    def _keep(self, kind: str, rows: list[dict[str, Any]]) -> None:
        self._kept[kind] = (self._clock(), rows)

    def _recall(self, kind: str) -> list[dict[str, Any]] | None:
        """The rows of a kind that came with another's a moment ago; given once."""
        at, rows = self._kept.pop(kind, (0.0, None))
        return rows if rows is not None and self._clock() - at <= KEPT_S else None


def _names(row: dict[str, Any]) -> tuple[Any, Any]:
    """What a row calls the brokerage; `accessToken` is the name that the vendor is leaving."""
    return row.get("subscriberId"), row.get("accessToken")


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row if type(row) is dict else {} for row in value] if type(value) is list else []
