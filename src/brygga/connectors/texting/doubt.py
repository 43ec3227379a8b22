"""After a doubtful send: is the message among those that the provider shows?

No provider of text messages promises to drop a repeat, so absence is believed only when nothing
that may be the message is there, and only some time after the send. Connectors do not know each
other, so each has this file; a test keeps the copies alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from brygga.model import Fault, OutcomeUnknown
from brygga.swedish import sms as swedish_sms

LOOK_BACK = timedelta(hours=24)
SKEW = timedelta(minutes=2)
"""Their clock may stand this much before ours."""

_SV = (
    "Vi skickade ett sms men fick inget säkert svar, och det går inte att se om det gick fram. "
    "Kontrollera med mottagaren innan det skickas igen."
)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the provider shows it. Empty members are those it does not tell."""

    id: str
    to: str = ""
    sender: str = ""
    text: str = ""
    key: str = ""
    parts: int = 0
    at: datetime | None = None
    cost: str = ""


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. `first_at`, `left_at`: its first and last try; None when nobody remembers."""

    key: str
    to: str
    sender: str
    text: str
    parts: int
    now: datetime
    first_at: datetime | None = None
    left_at: datetime | None = None
    settle_s: float = 120.0

    @property
    def since(self) -> datetime:
        """From when on the provider is asked."""
        return (self.first_at or self.left_at or self.now - LOOK_BACK) - SKEW


def settle(rows: Iterable[Seen], sought: Sought, *, known: Collection[str] = ()) -> Seen | None:
    """The message among `rows`, or None when it certainly was not taken.

    `known`: ids there that already belong to other messages of ours. Raises OutcomeUnknown
    (`too_early`, `several_fit`, `cannot_tell`).
    """
    left = [row for row in rows if row.id not in known]
    for row in left:
        if row.key and row.key == sought.key:
            return row
    fit = [row for row in left if _may_be(row, sought)]
    if len(fit) == 1 and fit[0].to == sought.to:
        return fit[0]
    if fit:
        raise doubt("several_fit" if len(fit) > 1 else "cannot_tell")
    if sought.left_at and sought.now - sought.left_at < timedelta(seconds=sought.settle_s):
        raise doubt("too_early")
    return None


def _may_be(row: Seen, sought: Sought) -> bool:
    """What the provider does not tell, or tells masked, speaks neither for nor against."""
    if row.key or (row.at is not None and row.at < sought.since):
        return False
    return (
        (row.to == sought.to or not row.to.removeprefix("+").isdigit())
        and (not row.sender or not sought.sender or row.sender == sought.sender)
        and (not row.parts or row.parts == sought.parts)
        and (not row.text or _bare(row.text) == _bare(sought.text))
    )


def _bare(text: str) -> str:
    """Providers trim texts and make characters plainer."""
    return "".join(swedish_sms.plainer(text).split())


def doubt(code: str) -> OutcomeUnknown:
    """Nobody but a person can tell."""
    return OutcomeUnknown(
        f"it cannot be told whether the text message was sent: {code}",
        code=code,
        sv=_SV,
        operation="sms.send",
        fault=Fault.PROVIDER,
    )


class Departures:
    """When messages whose outcome is doubtful left, in memory: the last thousand of them."""

    MOST = 1_000

    def __init__(self) -> None:
        self._times: dict[str, tuple[datetime, datetime]] = {}

    def note(self, key: str, at: datetime) -> None:
        """A try of `key` ended in doubt."""
        first, _ = self._times.pop(key, (at, at))
        self._times[key] = (first, at)
        if len(self._times) > self.MOST:
            del self._times[next(iter(self._times))]

    def of(self, key: str) -> tuple[datetime | None, datetime | None]:
        """First and last try."""
        return self._times.get(key, (None, None))
