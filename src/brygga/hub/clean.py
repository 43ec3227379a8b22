"""Texts of errors made fit to be kept and shown.

What wire raises is clean already. A connector's own words may quote what it should not: the
answer it could not read, the key it was given. So every error's text goes through here before
it is stored, shown or printed.
"""

from __future__ import annotations

from typing import Any

from brygga.model import BryggaError
from brygga.swedish.masking import mask
from brygga.wire.log import hide_secrets


def clean(text: str) -> str:
    """`text` without credentials in use, personal numbers, phones and e-mail addresses."""
    return mask(hide_secrets(text))


def clean_facts(error: BryggaError) -> dict[str, Any]:
    """The error's facts, each text cleaned."""
    return {name: clean(value) if isinstance(value, str) else value for name, value in error.facts().items()}
