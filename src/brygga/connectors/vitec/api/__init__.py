"""Calls to Vitec.

connector  the class that the manifest names: abilities, and what goes where
listings   lists of the advertising section
dealings   the CRM section: which streams there are, what is followed, who writes
asking     what all calls to it share
contacts   contacts: one, batches, lists; `lookup` finds one that is there already
relations  who sells what
writing    drafts → writers: `persons`, `bids`, `meetings`, `parties`, `estates`
webhooks   notifications → notices
"""

from __future__ import annotations

from brygga.connectors.vitec.api.connector import VitecConnector

__all__ = ["VitecConnector"]
