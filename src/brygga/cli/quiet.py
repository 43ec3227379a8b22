"""Logs of a command: masked, on standard error, and only what matters unless asked for more."""

from __future__ import annotations

import os
import sys

LEVELS = ("debug", "info", "warning", "error")


def quiet(usual: str = "error") -> None:
    """Set logging up once. `BRYGGA_LOG=info|debug` shows more, `BRYGGA_LOG_JSON=1` as JSON lines.

    `usual`: the level when nothing is asked for. A command that ends says itself what went wrong;
    one that goes on (`up`, `sandbox`) has only its log to say it in.
    Raises SetupError for a level that is none.
    """
    from brygga.model import SetupError
    from brygga.swedish.masking import mask
    from brygga.wire.log import configure_logging

    level = os.environ.get("BRYGGA_LOG", "") or usual
    if level.lower() not in LEVELS:
        raise SetupError(
            f"BRYGGA_LOG is one of {', '.join(LEVELS)}, not {level[:20]!r}.",
            sv=f"BRYGGA_LOG ska vara något av {', '.join(LEVELS)}.",
        )
    as_json = os.environ.get("BRYGGA_LOG_JSON") == "1"
    configure_logging(stream=sys.stderr, json=as_json, mask=mask, level=level.upper())
