"""One product's calls: signing in, asking, and telling an answer from a fault.

Signing in is by OAuth 2 with one token per product, or by a system account (Basic). A fault's body
is kept as it came; of its inside only an optional code and text are looked at (contract, §3).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from brygga.connectors import manifest
from brygga.connectors.abilities import Caller, Secrets
from brygga.connectors.lantmateriet.mapping import xml
from brygga.connectors.lantmateriet.schema.products import Product, Settings
from brygga.connectors.lantmateriet.schema.register import Fault as FaultAnswer
from brygga.model import Fault, Invalid, Retryable
from brygga.swedish.masking import mask
from brygga.wire import Profile
from brygga.wire.basic import basic
from brygga.wire.call import Answer, Call
from brygga.wire.oauth import BearerLine, ClientCredentials, Line, Pair

JSON: Final = "application/json"
XML: Final = "application/xml"
FAULTS: Final = frozenset({400, 403, 404, 406, 409, 410, 415, 422})
"""Answers that say something about this product or property, not about the line: handed back."""
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SAID: Final = 300


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a product said: its decoded answer, or a fault. `body` is as it came."""

    value: Any = None
    body: bytes = b""
    fault: FaultAnswer | None = None


class ProductLine:
    """Calls to any of the products of one connection."""

    def __init__(
        self,
        wire: Caller,
        *,
        connection: str,
        settings: Settings,
        table: Mapping[str, Product],
        secrets: Secrets,
    ) -> None:
        self._wire, self._connection, self._settings = wire, connection, settings
        self._table, self._secrets = table, secrets
        self.tokens = ClientCredentials(
            self._token_line,
            pair=Pair(lambda: secrets("consumer_key"), lambda: secrets("consumer_secret")),
            connection=connection,
        )
        self._bearer = BearerLine(wire, self.tokens)

    async def ask(
        self,
        product: str,
        what: str,
        path: str,
        *,
        query: tuple[tuple[str, str], ...] = (),
        json: Any = None,
    ) -> Said:
        """One call: GET, or POST where there is a body. All of them only read.

        Raises what wire raises, Rejected `scope_refused` when the product is not the firm's, and
        Retryable when the answer cannot be read.
        """
        made = self._table[product]
        as_xml = product in self._settings.xml_products
        call = Call(
            operation=f"{product}.{what}",
            method="GET" if json is None else "POST",
            path=f"{made.path}{path}",
            query=query,
            headers={"Accept": XML if as_xml else JSON},
            json=json,
            sensitive=made.personal,
            accept_status=FAULTS,
        )
        answer = await self._signed(call, made.scope)
        if answer.status in FAULTS:
            return Said(body=answer.body, fault=fault_of(answer))
        return Said(value=self._decoded(call, answer.body), body=answer.body)

    async def _signed(self, call: Call, scope: str) -> Answer:
        if self._settings.sign_in != "basic":
            return await self._bearer.call(call, scope=scope)
        header = basic(self._settings.username, await self._secrets("password"))
        return await self._wire.call(msgspec.structs.replace(call, headers={**call.headers, **header}))

    def _decoded(self, call: Call, body: bytes) -> Any:
        try:
            if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                return xml.read(body)
            return msgspec.json.decode(body) if body.strip() else []
        except (msgspec.DecodeError, UnicodeDecodeError, Invalid) as error:
            raise Retryable(
                f"{self._connection}: {call.operation}: the answer is neither JSON nor XML",
                code="answer_unreadable",
                sv="Lantmäteriet svarade med något vi inte kan läsa. Försök igen om en stund.",
                connection=self._connection,
                operation=call.operation,
                fault=Fault.PROVIDER,
            ) from error

    def _token_line(self) -> AbstractAsyncContextManager[Line]:
        """A line to the token endpoint (a path lies below the products' address), on the shared limits."""
        from brygga.wire import Wire

        url = self._settings.token_url
        if url.startswith("/"):
            url = f"{self._settings.base_url.rstrip('/')}{url}"
        declared, own = manifest.load("lantmateriet"), self._settings
        set_here = {"calls": own.calls, "per_s": own.per_s, "at_once": own.at_once}
        limits = {name: value for name, value in set_here.items() if value is not None}
        profile = Profile(
            connection=self._connection,
            base_url=url,
            limits=msgspec.structs.replace(declared.limits, **limits),
            errors=declared.errors,
            allow_private=self._settings.allow_private or self._same_machine(url),
        )
        return Wire(profile, getattr(self._wire, "kit", None))

    def _same_machine(self, token_url: str) -> bool:
        """The register itself is on this machine (practice): then its tokens may be as well."""
        asked = urlsplit(token_url).hostname
        return asked in _LOCAL and asked == urlsplit(self._settings.base_url).hostname


def fault_of(answer: Answer) -> FaultAnswer:
    """A fault with its body as it came; `text` is short, with persons hidden."""
    found = _fault_members(answer.body)
    return FaultAnswer(
        status=answer.status,
        code=mask(found.get("code", ""))[:_SAID],
        text=mask(found.get("text", ""))[:_SAID],
        raw=answer.body,
    )


def _fault_members(body: bytes) -> dict[str, str]:
    """Code and text, wherever a fault of one or two levels holds them."""
    try:
        value = xml.read(body) if body.lstrip().startswith(b"<") else msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, Invalid):
        return {}
    rows = [value] if isinstance(value, dict) else []
    rows += [inner for row in rows for inner in row.values() if isinstance(inner, dict)]
    flat = {name.lower(): v for row in reversed(rows) for name, v in row.items() if isinstance(v, str | int)}
    code = next((flat[n] for n in ("code", "kod", "faultcode") if n in flat), "")
    text = next((flat[n] for n in ("text", "message", "description", "faultstring") if n in flat), "")
    return {"code": str(code), "text": str(text)}
