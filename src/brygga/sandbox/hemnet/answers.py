"""The imitated Hemnet's keys, pages and error envelope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from aiohttp import web

from brygga.sandbox.hemnet.listing import Problem
from brygga.sandbox.trouble import json_answer

PAGE: Final = 20


class Key(msgspec.Struct, kw_only=True):
    """A key; the token is opaque to whoever holds it."""

    id: str
    name: str
    token: str
    expires_at: datetime

    def shown(self) -> dict[str, Any]:
        """As the interface gives it: never with its token."""
        return {"id": self.id, "name": self.name, "expiresAt": self.expires_at.isoformat()}


async def body_of(request: web.Request) -> dict[str, Any]:
    """The request's JSON object. Raises HTTPBadRequest for anything else."""
    raw = await request.read()
    try:
        return msgspec.json.decode(raw, type=dict[str, Any]) if raw else {}
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(reason="the body is not a JSON object") from error


def page(name: str, rows: Sequence[Any], request: web.Request) -> web.Response:
    """A page of a listing: `limit` (20 unless told, 100 at most) rows from `offset`."""
    try:
        limit = min(100, max(1, int(request.query.get("limit", PAGE))))
        offset = max(0, int(request.query.get("offset", 0)))
    except ValueError as error:
        raise web.HTTPBadRequest(reason="limit and offset must be whole numbers") from error
    return json_answer({name: list(rows[offset : offset + limit])})


def refusal(problems: Sequence[Problem], *, status: int = 422) -> web.Response:
    """The error envelope; 422 for what was understood but cannot be done."""
    return json_answer({"errors": list(problems)}, status=status)
