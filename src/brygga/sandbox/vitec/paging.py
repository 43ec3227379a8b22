"""Lists as the advertising section gives them: pages, change-date windows, one record or 404.

Source: contract §6. A page past the end is empty; `count` is the number of pages. The default
page size is this imitation's own choice, as none is documented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from aiohttp import web

from brygga.sandbox.content.ident import moment
from brygga.sandbox.vitec.blank import EXTENSIONS, Json

DEFAULT_PAGE_SIZE: Final = 100
T = TypeVar("T")


class Window:
    """`criteria.changedAtMinValue` and `…MaxValue`, both ends included.

    Raises HTTPBadRequest for a text that is no time (also one whose `+` became a space).
    """

    def __init__(self, request: web.Request) -> None:
        self._low = _time(request.query.get("criteria.changedAtMinValue"))
        self._high = _time(request.query.get("criteria.changedAtMaxValue"))

    def holds(self, changed_at: datetime) -> bool:
        """Whether a change date lies within."""
        return (self._low is None or self._low <= changed_at) and (
            self._high is None or changed_at <= self._high
        )


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return moment(text)
    except ValueError as error:
        raise web.HTTPBadRequest(reason="Datumet kan inte tolkas.") from error


def paged(
    request: web.Request, found: Sequence[T], row: Callable[[T], Json], *, prefix: str = "paging"
) -> Json:
    """One page of `found`, each made a row."""
    index = _whole(request, f"{prefix}.pageIndex", 0, least=0)
    size = _whole(request, f"{prefix}.pageSize", DEFAULT_PAGE_SIZE, least=1)
    return {
        "index": index,
        "count": -(-len(found) // size),
        "totalRowCount": len(found),
        "rows": [row(each) for each in found[index * size : (index + 1) * size]],
    }


def _whole(request: web.Request, name: str, default: int, *, least: int) -> int:
    text = request.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise web.HTTPBadRequest(reason=f"Felaktigt värde i {name}.")
    return int(text)


def listing(request: web.Request, bodies: Sequence[Json], more: Callable[[Json], Json]) -> Json:
    """A page of ids and change dates, with what else the rows of this list carry."""
    window = Window(request)
    held = [body for body in bodies if window.holds(moment(body["changedAt"]))]
    return paged(request, held, lambda body: {"id": body["id"], "changedAt": body["changedAt"], **more(body)})


def one(request: web.Request, bodies: Iterable[Json]) -> Json:
    """The record that the path names. Raises HTTPNotFound."""
    for body in bodies:
        if body["id"] == request.match_info["id"]:
            return body
    raise web.HTTPNotFound(reason="Uppgiften finns inte.")


def extensions_asked(text: str) -> set[str]:
    """The names in `extend`, joined by `+` (which may have become a space on the way).

    `$estate` stands for all estate types (contract §2).
    """
    names = {name for name in re.split(r"[+ ,]", text) if name}
    return names | set(EXTENSIONS[:6]) if "$estate" in names else names


def first_page(query: Any) -> bool:
    """Whether a listing request is for the first page."""
    index = query.get("paging.pageIndex") or query.get("criteria.paging.pageIndex")
    return index in {None, "0"}
