"""The shapes of Booli's answers: `rest` is the signed interface, `graphql` the present site's nodes.

Both are tolerant: members come and go, absence is by leaving out, numbers are whole or not.
"""

from __future__ import annotations

from brygga.connectors.booli.schema.graphql import NODES, KnownNode
from brygga.connectors.booli.schema.rest import Area, Home, ListAnswer

__all__ = ["NODES", "Area", "Home", "KnownNode", "ListAnswer"]
