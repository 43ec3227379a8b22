"""Calls to the property register: the connector, and what a look-up goes through.

connector  the class that the manifest names
line       signing in (a token per product, or a system account), and what an answer is
gathering  one property from all products that the firm may use
"""

from __future__ import annotations

from brygga.connectors.lantmateriet.api.connector import Lantmateriet

__all__ = ["Lantmateriet"]
