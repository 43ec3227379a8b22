"""How any call leaves the house: one pipeline, with limits held over all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brygga.wire.call import Answer, Call, ErrorRule, Limits, Profile, Repeat

if TYPE_CHECKING:
    from brygga.wire.pipeline import Kit, Wire

__all__ = ["Answer", "Call", "ErrorRule", "Kit", "Limits", "Profile", "Repeat", "Wire"]


def __getattr__(name: str) -> Any:
    """Load the pipeline on first use: connectors import this package only for the shape of a call."""
    if name in ("Kit", "Wire"):
        from brygga.wire import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
