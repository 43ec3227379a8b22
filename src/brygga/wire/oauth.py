"""OAuth 2.0 client credentials over the pipeline: one token per credential and scope, asked for once.

A token is kept in memory until shortly before it ends. Callers that need the same one at the same
time wait for a single request. A token that the receiver refuses (401) is forgotten and asked for
anew once; what then is refused is refused.
Source: RFC 6749 §4.4 (the grant), §5.1 and §5.2 (the answers), §3.3 (scope); RFC 6750 §2.1 (Bearer).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import msgspec

from brygga.model.errors import BryggaError, Fault, NeedsSignIn, Rejected, Retryable
from brygga.wire.call import Answer, Call
from brygga.wire.log import remember_secret

OPERATION = "token.ask"
ASSUMED_LIFE_S = 300.0
"""For an answer without `expires_in`: the member is recommended, not required (RFC 6749 §5.1)."""
MARGIN_S = 30.0
REFUSED = frozenset({400, 401, 403})
UNAUTHORISED = 401


class Line(Protocol):
    """The one way out, as this module sees it: `Wire`, or what stands in for it in a test."""

    async def call(self, call: Call) -> Answer:
        """Send one call and give its successful answer."""
        ...


OpenLine = Callable[[], AbstractAsyncContextManager[Line]]
"""Opens a line to the token endpoint; closed again after the one request, which is rare."""
Ask = Callable[[], Awaitable[str]]


class Pair(msgspec.Struct, frozen=True):
    """A client's id and secret, as two questions asked at use, so that a changed one is used at once."""

    key: Ask
    secret: Ask


class _Kept(msgspec.Struct, frozen=True):
    token: str
    renew_at: float


class ClientCredentials:
    """Tokens of one client. `clock` is monotonic seconds; the token endpoint is what `line` leads to."""

    def __init__(
        self, line: OpenLine, *, pair: Pair, connection: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._line, self._pair, self._connection, self._clock = line, pair, connection, clock
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    async def token(self, scope: str) -> str:
        """A token that is good for `scope` for a while yet.

        Raises NeedsSignIn (`client_refused`), Rejected (`scope_refused`: the client may not use the
        scope), Retryable, and what the questions for key and secret raise.
        """
        basic = _basic(await self._pair.key(), await self._pair.secret())
        name = (hashlib.sha256(basic.encode()).hexdigest(), scope)
        async with self._locks.setdefault(name, asyncio.Lock()):
            kept = self._kept.get(name)
            if kept is None or self._clock() >= kept.renew_at:
                kept = self._kept[name] = await self._asked(basic, scope)
        return kept.token

    def refused(self, token: str) -> None:
        """The receiver did not take this token: forget it, so that the next one is a new one."""
        for name in [name for name, kept in self._kept.items() if kept.token == token]:
            del self._kept[name]

    async def _asked(self, basic: str, scope: str) -> _Kept:
        started = self._clock()
        form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        call = Call(
            operation=OPERATION,
            method="POST",
            headers={"Accept": "application/json", "Authorization": f"Basic {basic}"},
            body=urlencode(form).encode(),
            content_type="application/x-www-form-urlencoded",
            sensitive=True,
            accept_status=REFUSED,
        )
        async with self._line() as line:
            answer = await line.call(call)
        if answer.status in REFUSED:
            raise self._refusal(answer, scope)
        return self._read(answer, scope, started)

    def _read(self, answer: Answer, scope: str, started: float) -> _Kept:
        """The token of a good answer. One that was given without the scope is of no use (§3.3)."""
        body = _object(answer.body)
        token = body.get("access_token")
        if not (isinstance(token, str) and token and token.isascii() and token.isprintable()):
            raise self._error(
                Retryable, "token_unreadable", "the answer holds no token", "Inloggningstjänstens svar"
                " gick inte att läsa. Vi försöker igen. Du behöver inte göra något.", Fault.PROVIDER,
            )  # fmt: skip  # one sentence
        granted = body.get("scope")
        if scope and isinstance(granted, str) and granted.strip() and scope not in granted.split():
            raise self._scope_refused(scope)
        remember_secret(token)
        life_s = _seconds(body.get("expires_in"))
        return _Kept(token, started + life_s - min(MARGIN_S, life_s / 2))

    def _refusal(self, answer: Answer, scope: str) -> BryggaError:
        """What an error answer means (§5.2): the client, the scope, or the request itself."""
        code = _object(answer.body).get("error")
        if code in ("invalid_scope", "unauthorized_client"):
            return self._scope_refused(scope)
        said = code if isinstance(code, str) and code.isascii() and code.isprintable() else "no reason"
        return self._error(
            NeedsSignIn,
            "client_refused",
            f"the token endpoint answered {answer.status} ({said[:60]})",
            "Inloggningen godtas inte. Kontrollera nyckeln och hemligheten under Anslutningar.",
            Fault.OFFICE,
            status=answer.status,
        )

    def _scope_refused(self, scope: str) -> Rejected:
        error = self._error(
            Rejected,
            "scope_refused",
            f"the client may not use the scope {scope}",
            "Kontots nyckel får inte använda den här tjänsten. Beställ den, eller ta bort den här.",
            Fault.OFFICE,
        )
        assert isinstance(error, Rejected)  # noqa: S101 – said for the type checker
        return error

    def _error(
        self,
        kind: type[BryggaError],
        code: str,
        why: str,
        sv: str,
        fault: Fault,
        *,
        status: int | None = None,
    ) -> BryggaError:
        message = f"{self._connection}: {OPERATION}: {why}"
        return kind(
            message,
            code=code,
            sv=sv,
            connection=self._connection,
            operation=OPERATION,
            fault=fault,
            status=status,
        )


class BearerLine:
    """Calls signed with the token of their scope; a refused token is renewed once."""

    def __init__(self, line: Line, tokens: ClientCredentials) -> None:
        self._line, self._tokens = line, tokens

    async def call(self, call: Call, *, scope: str) -> Answer:
        """Send one call. Raises what the line raises, and what asking for a token raises."""
        token = await self._tokens.token(scope)
        try:
            return await self._line.call(_signed(call, token))
        except NeedsSignIn as error:
            if error.status != UNAUTHORISED:
                raise
            self._tokens.refused(token)
        return await self._line.call(_signed(call, await self._tokens.token(scope)))


def _signed(call: Call, token: str) -> Call:
    return msgspec.structs.replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})


def _basic(key: str, secret: str) -> str:
    """Id and secret for a Basic header, each form-encoded first (§2.3.1)."""
    pair = f"{quote(key, safe='')}:{quote(secret, safe='')}"
    return base64.b64encode(pair.encode()).decode("ascii")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(value: Any) -> float:
    """How long a token lives; a number or one as text, else what is assumed."""
    try:
        life_s = float(value)
    except (TypeError, ValueError):
        return ASSUMED_LIFE_S
    return life_s if 0 < life_s < float("inf") else ASSUMED_LIFE_S
