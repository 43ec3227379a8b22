"""Calls to Booli's signed interface.

connector  the class that the manifest names: abilities, and what goes where
signing    the signature in the query, made anew for every try
slices     a question small enough to be paged through, and how a larger one is split
listing    pages of one slice after the other, each home once
"""

from __future__ import annotations

from brygga.connectors.booli.api.connector import BooliConnector

__all__ = ["BooliConnector"]
