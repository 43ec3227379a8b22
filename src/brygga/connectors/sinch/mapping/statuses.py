"""What Sinch's statuses mean: `statuses.toml` beside this."""

from __future__ import annotations

from functools import partial

from brygga.connectors.texting import statuses

table = partial(statuses.table, __package__ or "")


def row(status: str, code: str = "") -> statuses.Row:
    """What a status means, more exactly told by the code where that is known. Never raises."""
    return statuses.meaning(table(), status, code)
