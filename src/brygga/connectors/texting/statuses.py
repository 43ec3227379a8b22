"""A provider's words and codes for what became of a message → our events, by its own `statuses.toml`."""

from __future__ import annotations

import functools
from importlib import resources

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`event`: one of EVENTS; empty: the status decides. `final`: nothing comes after it.

    `account`: what it says of our account (`no_credit`), not of this message. `error`: the code of
    the error when a send is refused so; `again`: then it may be tried later.
    """

    event: str = ""
    sv: str = ""
    final: bool = False
    account: str = ""
    error: str = ""
    again: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows by status word (lower case) and by code (digits as text)."""

    status: dict[str, Row]
    code: dict[str, Row] = {}


UNKNOWN = Row(event="unknown", sv="Leverantören säger något om sms:et som vi inte känner till.")


@functools.cache
def table(package: str) -> Table:
    """The table that lies in a connector's mapping package."""
    data = resources.files(package).joinpath("statuses.toml").read_bytes()
    return msgspec.toml.decode(data, type=Table)


def meaning(found: Table, status: str, code: str = "") -> Row:
    """What a status means, more exactly told by the code where that is known. Never raises."""
    by_status = found.status.get(status.casefold(), UNKNOWN)
    by_code = found.code.get(code)
    if by_code is None or by_status.event == "delivered":
        return by_status
    return msgspec.structs.replace(
        by_code, event=by_code.event or by_status.event, final=by_code.final or by_status.final
    )
