"""What keeps this process from going on: a full disk, a database that takes nothing.

Work that meets one is not lost: it waits where it lies, and goes on when the obstacle is gone.
But somebody who stands waiting for it (`brygga sync`) is told instead of being left to wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from brygga.model import SetupError

LASTING_S = 3.0
"""An obstacle younger than this may pass by itself, such as a database that is being restarted."""


class Obstacles:
    """The obstacles met at each place of work and not passed yet. `clock`: seconds, monotonic."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._met: dict[str, tuple[float, SetupError]] = {}

    def met(self, place: str, error: SetupError) -> bool:
        """Work at `place` could not go on. True if that is new, so that it is said once."""
        since_s, _ = self._met.get(place, (self._clock(), error))
        is_new = place not in self._met
        self._met[place] = (since_s, error)
        return is_new

    def passed(self, place: str) -> bool:
        """Work at `place` goes on. True if something had been in its way."""
        return self._met.pop(place, None) is not None

    def lasting(self) -> SetupError | None:
        """The oldest obstacle that has lasted, or None."""
        old = [(at, error) for at, error in self._met.values() if self._clock() - at >= LASTING_S]
        return min(old, key=lambda one: one[0])[1] if old else None
