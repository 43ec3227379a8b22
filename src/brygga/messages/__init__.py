"""Messages in the hub's own words: facts in, subject and text out. A connector does the sending."""

from brygga.messages.compose import Composed, compose, preview
from brygga.messages.kinds import KINDS, LANGUAGES, Fact, Kind

__all__ = ["KINDS", "LANGUAGES", "Composed", "Fact", "Kind", "compose", "preview"]
