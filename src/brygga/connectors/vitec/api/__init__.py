"""Calls to Vitec.

connector  the class that the manifest names: abilities, and what goes where
listings   lists of the advertising section
relations  who sells what, from the CRM section
webhooks   notifications → notices
"""

from __future__ import annotations

from brygga.connectors.vitec.api.connector import VitecConnector

__all__ = ["VitecConnector"]
