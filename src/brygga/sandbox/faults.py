"""Which request meets which fault: profiles, one-shot faults, and the decision.

The decision depends only on the plan's seed and the request's number within its imitation,
so the same run meets the same faults. How a fault is carried out stands in `trouble`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from brygga.model import Invalid

When = Literal["before", "after", "reshape", "pace"]

FAULTS: Final[dict[str, When]] = {
    "latency": "pace",
    "slow": "pace",
    "throttled": "before",
    "500": "before",
    "expired": "before",
    "forbidden": "before",
    "html200": "before",
    "garbage": "before",
    "refused": "before",
    "reset": "after",
    "truncated": "after",
    "malformed": "after",
    "lost-answer": "after",
    "late500": "after",
    "empty-page": "reshape",
    "empty-list": "reshape",
    "shrunk": "reshape",
    "duplicated": "reshape",
    "shuffled": "reshape",
}
"""Fault → when it strikes. `before`: instead of the work, so a write has no effect. `after`: the
work is done and only the answer suffers. `reshape`: a listing's rows are changed. `pace`: time."""

LISTING_FAULTS: Final = frozenset(name for name, when in FAULTS.items() if when == "reshape")
WRITE_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Chance(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a profile: this fault strikes this share (0–1) of the requests it fits."""

    fault: str
    share: float
    writes_only: bool = False


def _of(fault: str, share: float) -> tuple[Chance, ...]:
    return (Chance(fault=fault, share=share),)


PROFILES: Final[dict[str, tuple[Chance, ...]]] = {
    "none": (),
    "latency": _of("latency", 1.0),
    "throttled": _of("throttled", 0.2),
    "flaky500": _of("500", 0.2),
    "down": _of("500", 1.0),
    "forbidden-office": _of("forbidden", 1.0),
    "reset": _of("reset", 0.15),
    "truncated": _of("truncated", 0.15),
    "malformed": _of("malformed", 0.15),
    "html200": _of("html200", 0.15),
    "empty-page": _of("empty-page", 1.0),
    "empty-list": _of("empty-list", 1.0),
    "shrunk": _of("shrunk", 1.0),
    "garbage": _of("garbage", 1.0),
    "slow": _of("slow", 0.1),
    "duplicated": _of("duplicated", 1.0),
    "shuffled": _of("shuffled", 1.0),
    "expired-keys": _of("expired", 1.0),
    "lost-answer": (Chance(fault="lost-answer", share=0.3, writes_only=True),),
    "mixed": (
        Chance(fault="latency", share=0.03),
        Chance(fault="throttled", share=0.025),
        Chance(fault="500", share=0.035),
        Chance(fault="reset", share=0.015),
        Chance(fault="refused", share=0.01),
        Chance(fault="truncated", share=0.015),
        Chance(fault="malformed", share=0.01),
        Chance(fault="html200", share=0.01),
        Chance(fault="lost-answer", share=0.04, writes_only=True),
        Chance(fault="late500", share=0.02, writes_only=True),
    ),
}
"""Names for `--faults` and the control API. Webhook names (`webhooks-…`) stand in `hooks`."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What some faults need to know. `office` is the one that `forbidden-office` closes (empty: the
    imitation's own choice); `slow_s` is how long `slow` hangs before it cuts the line."""

    office: str = ""
    retry_after_s: float = 1.0
    latency_low_s: float = 0.02
    latency_high_s: float = 0.3
    slow_s: float = 60.0
    shrink_share: float = 0.3


class OneShot(msgspec.Struct, kw_only=True):
    """The next `times` requests whose method and path fit meet `fault`, after `skip` that do not.

    `route` is a shell pattern over the path below the imitation's prefix (`*` fits slashes too).
    """

    fault: str
    times: int = 1
    route: str = "*"
    method: str = "*"
    skip: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Whether a request is one that this fault is meant for."""
        return fnmatchcase(method, self.method) and fnmatchcase(path, self.route)


class FaultPlan:
    """The faults of one imitation. Change it at any time; the next request sees it."""

    def __init__(self, profile: str = "none", *, seed: int = 0, options: Options | None = None) -> None:
        self.seed = seed
        self.options = options or Options()
        self.shots: list[OneShot] = []
        self.struck: dict[str, int] = {}
        self.use(profile)

    def use(self, profile: str) -> None:
        """Switch the profile. Raises Invalid (`unknown_profile`) for a name that is none."""
        if profile not in PROFILES:
            raise Invalid(
                f"no fault profile {profile!r}; there are {', '.join(PROFILES)}", code="unknown_profile"
            )
        self.profile = profile

    def next(self, shots: Sequence[OneShot]) -> None:
        """Queue one-shot faults. Raises Invalid (`unknown_fault`)."""
        for shot in shots:
            if shot.fault not in FAULTS:
                raise Invalid(f"no fault {shot.fault!r}; there are {', '.join(FAULTS)}", code="unknown_fault")
        self.shots.extend(shots)

    def clear(self) -> None:
        """No faults from now on."""
        self.profile = "none"
        self.shots.clear()

    def rng(self, number: int, *, purpose: str = "") -> random.Random:
        """The randomness of one request: the same for the same seed, number and purpose."""
        return random.Random(f"{self.seed}:{number}:{purpose}")  # noqa: S311 - imitation, not secrecy

    def decide(self, number: int, *, method: str, path: str, listing: bool) -> str:
        """The fault that request `number` meets, or an empty text. One-shots go first."""
        fault = self._one_shot(method, path) or self._by_chance(number, method=method, listing=listing)
        if fault:
            self.struck[fault] = self.struck.get(fault, 0) + 1
        return fault

    def _one_shot(self, method: str, path: str) -> str:
        for shot in self.shots:
            if not shot.fits(method, path):
                continue
            if shot.skip:
                shot.skip -= 1
                continue
            shot.times -= 1
            self.shots = [left for left in self.shots if left.times > 0]
            return shot.fault
        return ""

    def _by_chance(self, number: int, *, method: str, listing: bool) -> str:
        drawn = self.rng(number).random()
        for chance in PROFILES[self.profile]:
            if chance.writes_only and method not in WRITE_METHODS:
                continue
            if chance.fault in LISTING_FAULTS and not listing:
                continue
            if drawn < chance.share:
                return chance.fault
            drawn -= chance.share
        return ""
