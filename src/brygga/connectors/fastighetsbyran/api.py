"""Fastighetsbyrån's public search, read only and only under an agreement (CONTRACT.md §0, §1).

The manifest says `active = false`: the hub opens no line without the setting `agreement`. A refusal
or a web page instead of data blocks the connection for a day (the manifest's error table).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import Caller, Captured, Checked, Page, RawRecord, Ref, Secrets
from brygga.connectors.fastighetsbyran import mapping
from brygga.connectors.fastighetsbyran.mapping.captured import captured
from brygga.connectors.fastighetsbyran.mapping.search import source_id_of
from brygga.connectors.fastighetsbyran.schema import SearchAnswer, request_body
from brygga.model import Fault, Invalid, Mapped, Refused, Retryable, Unsupported
from brygga.wire.call import Call, Repeat

_ANSWER = msgspec.json.Decoder(SearchAnswer)
_BOM = b"\xef\xbb\xbf"


class FastighetsbyranConnector:
    """Reads homes for sale and coming homes from the site's own search."""

    streams: tuple[str, ...] = ("comparable",)

    def __init__(
        self, wire: Caller, *, connection: str, settings: Mapping[str, Any], secrets: Secrets
    ) -> None:
        self._wire = wire
        self._connection = connection
        self._agreement = str(settings.get("agreement") or "")
        self._path = str(settings.get("search_path") or "/HemsidanAPI/api/v1/soek/objekt/{page}/{flag}/")
        self._flag = str(settings.get("flag") or "false")
        self._headers = {
            "Accept": "application/json",
            "spraak": "sv",
            "webbmarknad": str(settings.get("market") or "204"),
        }
        self._body = request_body(
            municipalities=_words(settings.get("municipalities")),
            neighbourhoods=_numbers(settings.get("neighbourhoods"), "neighbourhoods", connection),
            home_types=_numbers(settings.get("home_types"), "home_types", connection),
        )

    # ------------------------------------------------------------------ check

    async def check(self) -> Checked:
        """The first page of the search."""
        page = await self._page(1)
        return Checked(
            ok=True,
            sv="Fastighetsbyrån svarar.",
            abilities={"check": "ok", "read": "ok"},
            facts={"homes": page.row_count},
        )

    # ------------------------------------------------------------------ read

    async def pages(
        self, stream: str, *, since: datetime | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """All homes of the search, from `cursor` (a page number) on; it cannot ask for changes only."""
        if stream != "comparable":
            raise Unsupported(
                f"Fastighetsbyrån has no list of {stream}.", connection=self._connection, operation="list"
            )
        number = int(cursor) if cursor.isascii() and cursor.isdigit() else 1
        seen: set[str] = set()
        while True:
            page = await self._page(number)
            last = page.current_page >= page.page_count or not page.results
            fresh = {one.source_id: one for one in map(self._raw, page.results) if one.source_id not in seen}
            seen.update(fresh)
            number += 1
            yield Page(records=list(fresh.values()), cursor=str(number), last=last, total=page.row_count)
            if last:
                return

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """Raises Unsupported: what a detail answers is not known."""
        raise Unsupported("A single home cannot be asked for.", connection=self._connection, operation="read")

    def map(self, raw: RawRecord) -> Mapped:
        """Pure; see `mapping.to_model`."""
        return mapping.to_model(raw, self._connection)

    def covers(self, stream: str, source_id: str) -> bool:
        """A home that leaves the search is sold or withdrawn; it cannot be asked for and is kept."""
        return False

    def follow(self, mapped: Mapped) -> list[Ref]:
        """Nothing is named that is not in the search."""
        return []

    # ------------------------------------------------------------------ captured files

    @staticmethod
    def captured(body: bytes, *, fetched_at: datetime) -> Captured | None:
        """Pure: the rows of a file somebody saved; None when it is nothing of Fastighetsbyrån's."""
        return captured(body, fetched_at=fetched_at)

    @staticmethod
    def map_captured(raw: RawRecord, connection: str) -> Mapped:
        """Pure: as `map`, without a connection that is set up."""
        return mapping.to_model(raw, connection)

    # ------------------------------------------------------------------ calls

    async def _page(self, number: int) -> SearchAnswer:
        self._need_agreement()
        answer = await self._wire.call(
            Call(
                operation="comparable.list",
                method="POST",
                path=self._path.replace("{page}", str(number)).replace("{flag}", self._flag),
                headers=self._headers,
                json=self._body,
                repeat=Repeat.READ,
            )
        )
        try:
            return _ANSWER.decode(answer.body.removeprefix(_BOM))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Retryable(
                "The answer could not be read.",
                code="not_json",
                sv="Fastighetsbyrån gav ett svar som inte gick att läsa. Vi försöker igen.",
                connection=self._connection,
                operation="comparable.list",
                fault=Fault.PROVIDER,
            ) from error

    def _need_agreement(self) -> None:
        """The hub asks too; this holds also where the class is used without it."""
        if not self._agreement:
            raise Refused(
                "Without a written agreement nothing is asked.",
                code="no_agreement",
                sv="Fastighetsbyrån får bara läsas med ett skriftligt avtal. Ange avtalet i anslutningen.",
                connection=self._connection,
                operation="comparable.list",
                fault=Fault.OFFICE,
            )

    def _raw(self, item: dict[str, Any]) -> RawRecord:
        body = msgspec.json.encode(item)
        source_id = source_id_of(item) or f"row-{hash_of(body)}"
        return RawRecord(kind="comparable", source_id=source_id, body=body, fetched_at=datetime.now(UTC))


def hash_of(body: bytes) -> str:
    """A short name for a row that has none of its own; it will be set aside."""
    return hashlib.blake2b(body, digest_size=8).hexdigest()


def _words(value: Any) -> list[str]:
    return [one.strip() for one in str(value or "").split(",") if one.strip()]


def _numbers(value: Any, name: str, connection: str) -> list[int]:
    try:
        return [int(one) for one in _words(value)]
    except ValueError as error:
        raise Invalid(
            f"{name} must be whole numbers, separated by commas.",
            sv="Nummer ska vara hela tal med komma emellan.",
            connection=connection,
        ) from error
