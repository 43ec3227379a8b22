"""Pictures and documents: their bytes, by an id that names owner and file.

Their addresses come with the owner's answer and may live for a short time only. So none is
stored: the newest ones are remembered here for a while, and asked for anew when they are not, or
when an address no longer answers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from brygga.connectors.mspecs.api.calls import Calls
from brygga.connectors.mspecs.mapping import is_id
from brygga.connectors.mspecs.mapping.media import OWNER, addresses
from brygga.connectors.mspecs.mapping.people import USER
from brygga.model import Fault, Invalid, Rejected

KEPT_OWNERS: Final = 500
IMAGE_BYTES: Final = 60_000_000
FILE_BYTES: Final = 100_000_000

Ask = Callable[[str], Awaitable[dict[str, Any] | None]]
"""Id of a deal or colleague → its answer now, or None."""


class Files:
    """Fetches files of one connection. Only below `base_url` our sign-in goes along."""

    def __init__(self, calls: Calls, *, connection: str, base_url: str, deal: Ask, user: Ask) -> None:
        self._calls = calls
        self._connection = connection
        self._base = base_url.rstrip("/")
        self._deal, self._user = deal, user
        self._known: OrderedDict[str, dict[str, str]] = OrderedDict()

    def remember(self, owner: str, answer: dict[str, Any]) -> None:
        """Note the addresses that an answer names."""
        self._known[owner] = addresses(answer)
        self._known.move_to_end(owner)
        while len(self._known) > KEPT_OWNERS:
            self._known.popitem(last=False)

    async def read(self, source_id: str, *, most: int) -> bytes:
        """The file's bytes. Raises Rejected when it is gone, or lies where this connection cannot call."""
        owner, _, key = source_id.partition(OWNER)
        if not key or not is_id(owner.removeprefix(USER)):
            raise Invalid("That is not a file of Mspecs'.", code="bad_reference", connection=self._connection)
        known = self._known.get(owner, {}).get(key)
        if known is not None and (body := await self._bytes(known, most)) is not None:
            return body
        fresh = (await self._ask(owner)).get(key)
        if fresh is not None and fresh != known and (body := await self._bytes(fresh, most)) is not None:
            return body
        raise self._gone("remote_missing", "Filen finns inte längre i Mspecs.")

    async def _ask(self, owner: str) -> dict[str, str]:
        asked = self._user if owner.startswith(USER) else self._deal
        answer = await asked(owner.removeprefix(USER))
        if answer is None:
            return {}
        self.remember(owner, answer)
        return self._known[owner]

    async def _bytes(self, url: str, most: int) -> bytes | None:
        """None when the address no longer answers."""
        if self._base and url.startswith(f"{self._base}/"):
            path, query = self._below(url)
            answer = await self._calls.bytes_at(path, query, most=most)
        else:
            answer = await self._calls.bytes_elsewhere(self._public(url), most=most)
        if answer.status >= 400:
            return None
        if not answer.body:
            raise self._calls.odd("file.read", "empty", "The file is empty.")
        return answer.body

    def _below(self, url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Path and query of an address below our base address; our sign-in must go nowhere else."""
        parts = urlsplit(url[len(self._base) :])
        if ".." in unquote(parts.path).split("/"):
            raise self._gone("file_elsewhere", "Filens adress går inte att använda.")
        return parts.path, tuple(parse_qsl(parts.query, keep_blank_values=True))

    def _public(self, url: str) -> str:
        """An address on the web without a user name in it. What lies behind its name, wire judges."""
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
            raise self._gone("file_elsewhere", "Filens adress går inte att använda.")
        return url

    def _gone(self, code: str, sv: str) -> Rejected:
        return Rejected(
            f"a file cannot be read: {code}",
            code=code,
            sv=sv,
            connection=self._connection,
            operation="file.read",
            fault=Fault.PROVIDER,
        )
