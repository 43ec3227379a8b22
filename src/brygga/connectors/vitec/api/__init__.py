"""Calls to Vitec: the connector, its listings, and what its notifications say."""

from __future__ import annotations

from brygga.connectors.vitec.api.connector import VitecConnector

__all__ = ["VitecConnector"]
