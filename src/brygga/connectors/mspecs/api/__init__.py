"""Calls to Mspecs and what comes from it.

connector  the class named in the manifest        calls     each call there is
listings   the nightly comparison                 files     pictures and documents
webhooks   signatures and events
"""

from __future__ import annotations

from brygga.connectors.mspecs.api.connector import MspecsConnector

__all__ = ["MspecsConnector"]
