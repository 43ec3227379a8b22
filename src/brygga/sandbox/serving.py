"""Starts a whole sandbox: every imitation there is, the SMTP sink, one port.

The command line calls `serve`; tests use `build` and start and stop it themselves.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from brygga import connectors
from brygga.model import SetupError
from brygga.sandbox.faults import PROFILES
from brygga.sandbox.hooks import DELIVERIES
from brygga.sandbox.server import Imitation, Sandbox, forever, utc_now

OFFICE = ("vitec", "hemnet")
"""What an office that practises is joined to: one broker system and one portal. The others by choice."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a sandbox holds. With `from_csv` its rows are the estates and `estates` is not used.

    `contacts`, `viewings`, `bids`: totals in the broker system; None leaves them to the seed.
    """

    estates: int = 40
    seed: int = 7
    from_csv: Path | None = None
    faults: str = "none"
    now: Callable[[], datetime] = utc_now
    contacts: int | None = None
    viewings: int | None = None
    bids: int | None = None


def names() -> list[str]:
    """Connectors that have an imitation, by name."""
    rooms = [room.name for room in pkgutil.iter_modules(connectors.__path__) if room.ispkg]
    return [name for name in rooms if importlib.util.find_spec(f"brygga.sandbox.{name}")]


def build(plan: Plan, *, port: int = 0, smtp_port: int = 0, only: tuple[str, ...] = OFFICE) -> Sandbox:
    """A sandbox with these imitations, not started yet.

    Raises SetupError for a fault profile that is none, a CSV file that cannot be used, or a system
    that has no imitation.
    """
    from brygga.sandbox.smtp import SmtpSink

    check_profile(plan.faults)
    imitations: list[Imitation] = []
    for name in only:
        _check_name(name)
        make = getattr(importlib.import_module(f"brygga.sandbox.{name}"), "make", None)
        if make is not None:
            imitations.append(make(plan))
    # The source comes first: the control API answers for it when no system is named.
    imitations.sort(key=lambda imitation: not imitation.is_source)
    return Sandbox(*imitations, port=port, smtp=SmtpSink(port=smtp_port))


def _check_name(name: str) -> None:
    if name not in names():
        raise SetupError(
            f"there is no imitation of {name!r}; there are {', '.join(names())}",
            code="unknown_imitation",
            sv=f"Det finns ingen övning för {name}. Välj bland: {', '.join(names())}.",
        )


def check_profile(profile: str) -> None:
    """Raises SetupError (`unknown_profile`) with the names there are."""
    known = [*PROFILES, *DELIVERIES]
    if profile not in known:
        raise SetupError(
            f"no fault profile {profile!r}; there are {', '.join(known)}",
            code="unknown_profile",
            sv=f"Felprofilen {profile} finns inte. Välj en av: {', '.join(known)}.",
        )


async def serve(
    plan: Plan,
    *,
    port: int = 0,
    ready: Callable[[dict[str, Any]], None],
    smtp_port: int = 0,
    more: tuple[str, ...] = (),
) -> None:
    """Run a sandbox until cancelled: the office's imitations and `more`. `ready` gets the
    settings of all imitations once they answer.

    Raises SetupError: `port_taken`, `unknown_profile`, `unknown_imitation`, `csv_…`.
    """
    only = (*OFFICE, *(name for name in more if name not in OFFICE))
    async with build(plan, port=port, smtp_port=smtp_port, only=only) as sandbox:
        ready({"url": sandbox.url(), "systems": sandbox.settings()})
        await forever()
