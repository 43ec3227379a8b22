"""Pages of homes, question after question, each home once and none cut off unsaid (CONTRACT.md §1.4).

Rows may shift while one pages: a home that moves down comes twice and is given once; one that moves
up may be missed. Therefore each page begins with the last row of the one before: if another row
stands there, or fewer homes were seen than are counted, the question is gone through a second time.
What is still in doubt after that stands in the page's `total`, so that nothing is removed by such a
list.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime

import msgspec

from brygga.connectors.abilities import Page, RawRecord
from brygga.connectors.booli.api.slices import LISTINGS, SOLD, Slice, split
from brygga.connectors.booli.mapping.rest import source_id_of
from brygga.connectors.booli.schema import ListAnswer
from brygga.model import Fault, Invalid, Refused, Retryable

LARGEST_PAGE = 500
_ANSWER = msgspec.json.Decoder(ListAnswer)
_BOM = b"\xef\xbb\xbf"

Ask = Callable[[Slice, int], Awaitable[bytes]]
"""Sends one question with a limit and gives the answer's bytes."""


class _Row(msgspec.Struct):
    booliId: int | str | None = None  # noqa: N815 – the provider's own spelling


_ROW = msgspec.json.Decoder(_Row)


class Place(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Where a listing is; as JSON its cursor.

    `todo`: questions left. `given`: homes given. `short`: homes counted but never seen. `here`: homes
    seen under the first question of `todo`; `again`: it is being gone through a second time; `edge`: the
    last row of the page before; `moved`: another row stood in its place.
    """

    todo: list[Slice]
    given: int = 0
    short: int = 0
    here: int = 0
    again: bool = False
    edge: str = ""
    moved: bool = False


class Listing:
    """The homes of some first questions. `cap`: how far paging reaches; `today` bounds open ends.

    It remembers which homes it gave, so who goes on at the cursor `at` should go on with the same one.
    """

    def __init__(self, ask: Ask, *, connection: str, size: int, cap: int, today: date) -> None:
        self._ask = ask
        self._connection = connection
        self._size = max(1, min(size, LARGEST_PAGE))
        self._cap = max(1, cap)
        self._today = today
        self._seen: set[str] = set()
        self._here: set[str] = set()
        self.at = ""

    async def pages(self, first: list[Slice], cursor: str = "") -> AsyncIterator[Page]:
        """Pages from `cursor` on. Raises Refused when a question is too large and cannot be split."""
        place = _place(cursor) or Place(todo=list(first))
        while place.todo:
            now = place.todo[0]
            answer = self._read(now, await self._ask(now, self._size))
            rows = (answer.sold if now.what == SOLD else answer.listings) or []
            total = answer.total_count if answer.total_count is not None else len(rows)
            if now.offset + len(rows) < total and (total > self._cap or not rows):
                self._make_smaller(place, now, total)
                continue
            _look_at_edge(place, rows)
            fresh = self._new(place, rows, now.what)
            self._go_on(place, now, len(rows), total)
            yield self._page(place, fresh)
        if not first:
            yield Page(last=True)

    def _page(self, place: Place, fresh: list[RawRecord]) -> Page:
        last = not place.todo
        self.at = "" if last else msgspec.json.encode(place).decode()
        return Page(records=fresh, cursor=self.at, last=last, total=place.given + place.short)

    def _make_smaller(self, place: Place, now: Slice, total: int) -> None:
        """Split what paging cannot reach to its end; an empty page before the end tells that too."""
        halves = split(now, self._today)
        if halves is None:
            raise Refused(
                f"A question counts {total} homes and cannot be split below {self._cap}.",
                code="too_many_homes",
                sv=(
                    f"Booli räknar {total} bostäder på samma dag och till samma pris, fler än det går att "
                    "bläddra i. Inget är hämtat därifrån. Välj mindre områden i anslutningens uppgifter."
                ),
                connection=self._connection,
                operation="comparable.list",
                fault=Fault.OFFICE,
            )
        place.todo[:1] = halves
        self._begin(place)

    def _go_on(self, place: Place, now: Slice, came: int, total: int) -> None:
        """The next page, the same question once more, or the next question."""
        reached = now.offset + came
        if reached < total:
            overlap = 1 if came > 1 else 0
            place.edge = place.edge if overlap else ""
            place.todo[0] = msgspec.structs.replace(now, offset=reached - overlap)
            return
        doubtful = max(total - place.here, int(place.moved), 0)
        if doubtful and not place.again:
            place.todo[0] = msgspec.structs.replace(now, offset=0)
            place.again, place.edge, place.moved = True, "", False
        else:
            place.short += doubtful
            del place.todo[0]
            self._begin(place)

    def _begin(self, place: Place) -> None:
        """Another question comes first."""
        self._here.clear()
        place.here, place.again, place.edge, place.moved = 0, False, "", False

    def _new(self, place: Place, rows: list[msgspec.Raw], what: str) -> list[RawRecord]:
        """The rows that were not given before. One without a number gets a made-up one and is set aside."""
        fresh = []
        for row in rows:
            source_id = _number_of(row)
            if source_id not in self._here:
                self._here.add(source_id)
                place.here += 1
            if source_id in self._seen:
                continue
            self._seen.add(source_id)
            fresh.append(raw_home(what, source_id, bytes(row)))
        place.given += len(fresh)
        return fresh

    def _read(self, now: Slice, body: bytes) -> ListAnswer:
        try:
            return _ANSWER.decode(body.removeprefix(_BOM))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise odd_answer(self._connection, f"{now.what}.list") from error


def first_questions(
    areas: list[str], q: str, *, sold_from: date | None, published_from: date | None
) -> list[Slice]:
    """One question per area and kind; sold homes first, so that a sale goes before its old listing."""
    places = [(one, "") for one in areas] or [("", q)]
    return [
        Slice(what=what, area=area, q=words, from_day=day)
        for what, day in ((SOLD, sold_from), (LISTINGS, published_from))
        for area, words in places
    ]


def raw_home(what: str, source_id: str, row: bytes) -> RawRecord:
    """A row in the form of a single answer, so that it tells whether it is sold or for sale."""
    body = b'{"%s":[%s]}' % (what.encode(), row)
    return RawRecord(kind="comparable", source_id=source_id, body=body, fetched_at=datetime.now(UTC))


def odd_answer(connection: str, operation: str) -> Retryable:
    """An answer with status 200 that is none: the provider's passing fault."""
    return Retryable(
        "The answer could not be read.",
        code="not_json",
        sv="Booli gav ett svar som inte gick att läsa. Vi försöker igen. Du behöver inte göra något.",
        connection=connection,
        operation=operation,
        fault=Fault.PROVIDER,
    )


def _look_at_edge(place: Place, rows: list[msgspec.Raw]) -> None:
    """Whether the list stands still: a page begins with the last row of the page before."""
    if place.edge and rows and _number_of(rows[0]) != place.edge:
        place.moved = True
    place.edge = _number_of(rows[-1]) if rows else ""


def _place(cursor: str) -> Place | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(cursor, type=Place)
    except msgspec.DecodeError as error:
        raise Invalid("That is not a place in a list of homes.", code="bad_cursor") from error


def _number_of(row: msgspec.Raw) -> str:
    try:
        found = source_id_of({"booliId": _ROW.decode(row).booliId})
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = ""
    return found or f"row-{hashlib.blake2b(bytes(row), digest_size=8).hexdigest()}"
