"""Calls to Hemnet: the connector, and the steps that a publication goes through.

connector  the class that the manifest names
calls      one method per call; the only file that knows paths
saga       runs a step or looks whether it was done; `adding`, `pictures` and `showing` hold the
           steps, `stage` what these share
keys       renewal of the key
webhooks   whether a notification is Hemnet's, and what it says
"""

from __future__ import annotations

from brygga.connectors.hemnet.api.connector import Hemnet

__all__ = ["Hemnet"]
