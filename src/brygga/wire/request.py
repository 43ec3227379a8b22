"""Making a request of a call: address, headers, body. Whatever a value holds, it stays a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from yarl import URL

from brygga.model.errors import Fault, Invalid
from brygga.wire.call import Call, Profile
from brygga.wire.guard import check_url

_BAD_PATH = re.compile(r"[\x00-\x20\x7f?#\\]|(?:^|/)(?:\.|%2e|%2E){1,2}(?:/|$)")
_BAD_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PACKED = "gzip, deflate"


class Requests:
    """Makes the requests of one connection."""

    def __init__(self, profile: Profile) -> None:
        """Raises Refused when the base address may not be called."""
        self._connection = profile.connection
        self._base = check_url(profile.base_url, allow_private=profile.allow_private).rstrip("/")
        self._always = {"User-Agent": profile.user_agent, "Accept-Encoding": _PACKED}

    def url(self, call: Call) -> URL:
        """The base address, the call's path and its query, each query value quoted in full.

        Raises Invalid when the path climbs (`..`), carries a query of its own or odd characters:
        an identifier from outside must not choose which endpoint is called. Raises Refused for an
        address elsewhere that is not a public one.
        """
        path = call.path
        if call.elsewhere:
            return URL(check_url(path), encoded=path.isascii())
        if path and _BAD_PATH.search(path):
            raise self._invalid("bad_path", "the path of the call is not a plain one")
        text = f"{self._base}/{path.lstrip('/')}" if path else self._base
        if call.query:
            text = f"{text}?{urlencode(call.query)}"
        return URL(text, encoded=path.isascii())

    def headers(self, call: Call, credentials: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, str]:
        """All headers of one try; the call's own win over ours, credentials over both."""
        headers = {**self._always, **asked}
        if call.json is not None or call.content_type:
            headers["Content-Type"] = call.content_type or "application/json"
        if call.idempotency_key:
            headers["Idempotency-Key"] = call.idempotency_key
        headers.update(call.headers)
        headers.update(credentials)
        for value in headers.values():
            if _BAD_HEADER.search(value):
                raise self._invalid("bad_header", "a header of the call holds control characters")
        return headers

    def body(self, call: Call) -> bytes | None:
        """The bytes to send. Raises Invalid when `json` cannot be written as JSON."""
        if call.json is None:
            return call.body
        try:
            return msgspec.json.encode(call.json)
        except (TypeError, ValueError) as error:
            raise self._invalid("bad_body", "the body of the call cannot be written as JSON") from error

    def _invalid(self, code: str, message: str) -> Invalid:
        return Invalid(
            f"{self._connection}: {message}; nothing was sent",
            code=code,
            sv="Anropet gick inte att bygga av posten; inget skickades. Titta på posten.",
            connection=self._connection,
            fault=Fault.OURS,
        )


def expects_json(call: Call) -> bool:
    """Whether the call asked for JSON (`Accept`), so that anything else is a fault of the provider."""
    return any("json" in v for k, v in call.headers.items() if k == "Accept" or k.lower() == "accept")
