"""Booli, read only: sold homes, homes for sale and areas over the signed interface (CONTRACT.md §1).

Wire asks for a fresh signature at each try (`sign`). Calls are marked sensitive: an answer that
repeated the signed address would otherwise stand in an error's text.
"""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from brygga.connectors.abilities import Caller, Captured, Checked, Page, RawRecord, Ref, Secrets
from brygga.connectors.booli import mapping
from brygga.connectors.booli.api.listing import (
    LARGEST_PAGE,
    Listing,
    first_questions,
    odd_answer,
    raw_home,
)
from brygga.connectors.booli.api.signing import Pair, Signer
from brygga.connectors.booli.api.slices import LISTINGS, SOLD, Slice
from brygga.connectors.booli.mapping.captured import captured
from brygga.connectors.booli.mapping.rest import source_id_of
from brygga.connectors.booli.schema import ListAnswer
from brygga.model import Invalid, Mapped, SetupError, Unsupported
from brygga.swedish.dates import STOCKHOLM
from brygga.wire.call import Answer, Call

JSON = "application/vnd.booli-v2+json"
LATE_DAYS = 21
"""A sale is often told of some weeks after its day; catching up looks so far back."""
_ANSWER = msgspec.json.Decoder(ListAnswer)
_BOM = b"\xef\xbb\xbf"


class BooliConnector:
    """Reads homes of the market in the areas that the connection names."""

    streams: tuple[str, ...] = ("comparable",)

    def __init__(
        self,
        wire: Caller,
        *,
        connection: str,
        settings: Mapping[str, Any],
        secrets: Secrets,
        clock: Callable[[], float] = time.time,
    ) -> None:
        del secrets  # only the signature needs the key
        self._wire = wire
        self._connection = connection
        self._clock = clock
        self._areas = [one.strip() for one in str(settings.get("areas") or "").split(",") if one.strip()]
        self._q = str(settings.get("q") or "").strip()
        self._sold_from = _day(settings.get("sold_from"), connection)
        self._size = int(settings.get("page_size") or LARGEST_PAGE)
        self._cap = int(settings.get("cap") or 10_000)
        self._listing: Listing | None = None
        self._headers = {"Accept": JSON}
        if settings.get("referer"):
            self._headers["Referer"] = str(settings["referer"])
        if self._q:
            self.streams = ("area", "comparable")

    @classmethod
    def sign(
        cls,
        settings: Mapping[str, Any],
        secrets: Secrets,
        *,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
    ) -> Callable[[Call], Awaitable[Call]]:
        """callerId, time, unique and hash, made anew for each try; the key is read at use."""
        signer = Signer(str(settings.get("caller_id") or ""), clock=clock, rng=rng or random.SystemRandom())

        async def signed(call: Call) -> Call:
            return signer.signed(call, await secrets("key"))

        return signed

    # ------------------------------------------------------------------ check

    async def check(self) -> Checked:
        """One row of what is for sale. Raises SetupError when the connection names no place."""
        whole = self._first(since=None)[-1]
        answer = await self._get(f"{LISTINGS}.check", f"/{LISTINGS}", whole.query(1))
        counted = self._decoded(answer.body, LISTINGS).total_count
        return Checked(
            ok=True,
            sv="Booli svarar och godtar nyckeln.",
            abilities={"check": "ok", "read": "ok"},
            facts={"for_sale": counted},
        )

    # ------------------------------------------------------------------ read

    def pages(self, stream: str, *, since: datetime | None = None, cursor: str = "") -> AsyncIterator[Page]:
        """Areas of the words to search for; or homes, each whole.

        With `since`: what was published or sold from then on, sales from three weeks before, because
        they are told of late. A changed price is found by the comparison of all. Raises Refused when
        an answer is larger than paging reaches and cannot be split.
        """
        if stream == "area" and self._q:
            return self._area_page()
        if stream != "comparable":
            raise Unsupported(
                f"Booli has no list of {stream}.", connection=self._connection, operation="list"
            )
        listing = self._listing
        if listing is None or not cursor or listing.at != cursor:
            listing = self._listing = Listing(
                self._ask, connection=self._connection, size=self._size, cap=self._cap, today=self._today()
            )
        return listing.pages(self._first(since), cursor)

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One home by its number, sold or for sale; None when Booli knows neither."""
        if ref.kind == "area":
            return await self._fetch_area(ref.source_id)
        if ref.kind != "comparable":
            raise Unsupported(f"Booli has no {ref.kind}.", connection=self._connection, operation="read")
        if not (ref.source_id.isascii() and ref.source_id.isdigit()):
            return None  # a row that came without a number cannot be asked for
        for what in (SOLD, LISTINGS):
            answer = await self._get(f"{what}.read", f"/{what}/{ref.source_id}", (), frozenset({404}))
            if answer.status == 404:
                continue
            found = self._decoded(answer.body, what)
            rows = (found.sold if what == SOLD else found.listings) or []
            if rows:
                return raw_home(what, ref.source_id, bytes(rows[0]))
        return None

    def map(self, raw: RawRecord) -> Mapped:
        """Pure; see `mapping.to_model`."""
        return mapping.to_model(raw, self._connection)

    def covers(self, stream: str, source_id: str) -> bool:
        """The lists name every home in the areas, from an absolute day on."""
        return True

    def follow(self, mapped: Mapped) -> list[Ref]:
        """A home names nothing that is not in the lists."""
        return []

    # ------------------------------------------------------------------ captured files

    @staticmethod
    def captured(body: bytes, *, fetched_at: datetime) -> Captured | None:
        """Pure: the rows of a file somebody saved; None when it is nothing of Booli's."""
        return captured(body, fetched_at=fetched_at)

    @staticmethod
    def map_captured(raw: RawRecord, connection: str) -> Mapped:
        """Pure: as `map`, without a connection that is set up."""
        return mapping.to_model(raw, connection)

    # ------------------------------------------------------------------ calls

    def _first(self, since: datetime | None) -> list[Slice]:
        if not self._areas and not self._q:
            raise SetupError(
                "The connection names neither areas nor words for a place.",
                code="no_place",
                sv="Anslutningen säger inte vilka områden som ska hämtas. Ange områden eller sökord.",
                connection=self._connection,
            )
        published = since.astimezone(STOCKHOLM).date() if since else None
        sold = published - timedelta(days=LATE_DAYS) if published else None
        bounds = [day for day in (sold, self._sold_from) if day is not None]
        return first_questions(
            self._areas, self._q, sold_from=max(bounds, default=None), published_from=published
        )

    async def _ask(self, question: Slice, limit: int) -> bytes:
        path = f"/{question.what}"
        return (await self._get(f"{question.what}.list", path, question.query(limit))).body

    async def _area_page(self) -> AsyncIterator[Page]:
        """All areas in one answer: the list has a limit and no offset."""
        answer = await self._areas_of(self._q)
        rows = [self._raw_area(bytes(row)) for row in answer.areas or []]
        yield Page(records=[row for row in rows if row.source_id], last=True, total=answer.total_count)

    async def _fetch_area(self, source_id: str) -> RawRecord | None:
        rows = [self._raw_area(bytes(row)) for row in (await self._areas_of(self._q)).areas or []]
        return next((row for row in rows if row.source_id == source_id), None)

    async def _areas_of(self, q: str) -> ListAnswer:
        query = (("q", q), ("limit", str(LARGEST_PAGE)))
        return self._decoded((await self._get("area.list", "/areas", query)).body, "area")

    def _raw_area(self, row: bytes) -> RawRecord:
        source_id = source_id_of(msgspec.json.decode(row, type=dict[str, Any]))
        body = b'{"areas":[%s]}' % row
        return RawRecord(kind="area", source_id=source_id, body=body, fetched_at=datetime.now(UTC))

    async def _get(
        self, operation: str, path: str, query: tuple[Pair, ...], accept: frozenset[int] = frozenset()
    ) -> Answer:
        return await self._wire.call(
            Call(
                operation=operation,
                path=path,
                query=query,
                headers=self._headers,
                accept_status=accept,
                sensitive=True,
            )
        )

    def _decoded(self, body: bytes, what: str) -> ListAnswer:
        try:
            return _ANSWER.decode(body.removeprefix(_BOM))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise odd_answer(self._connection, f"{what}.read") from error

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), STOCKHOLM).date()


def _day(value: Any, connection: str) -> date | None:
    """The setting `sold_from`. Raises Invalid when it is no date."""
    text = str(value or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(
            "sold_from must be a date such as 2024-01-01.",
            sv="Sålda från och med ska vara ett datum, till exempel 2024-01-01.",
            connection=connection,
        ) from error
