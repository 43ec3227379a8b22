"""brygga: an integration hub for Swedish estate agencies.

An object changes in one place, and every other place follows, once, soon, and provably.
The public world is what this module names; everything else may move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["Hub", "Settings", "__version__"]

if TYPE_CHECKING:
    from brygga.hub import Hub, Settings


def __getattr__(name: str) -> Any:
    """Load the hub on first use, so that `import brygga` stays quick (measured in bench/)."""
    if name in {"Hub", "Settings"}:
        from brygga import hub

        return getattr(hub, name)
    raise AttributeError(f"module 'brygga' has no attribute {name!r}")
