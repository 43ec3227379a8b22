"""Logs of a command: masked, on standard error, and only what matters unless asked for more."""

from __future__ import annotations

import os
import sys


def quiet() -> None:
    """Set logging up once. `BRYGGA_LOG=info|debug` shows more, `BRYGGA_LOG_JSON=1` as JSON lines."""
    from brygga.swedish.masking import mask
    from brygga.wire.log import configure_logging

    level = os.environ.get("BRYGGA_LOG", "warning").upper()
    configure_logging(
        stream=sys.stderr, json=os.environ.get("BRYGGA_LOG_JSON") == "1", mask=mask, level=level
    )
