"""Calls to the agency's database.

connector   the class that the manifest names: abilities
reading     listings page by page, and single rows
writing     drafts → rows, in bulk, with one outcome each
items       one draft made ready, and what stops it before anything is sent
statements  the SQL of one table, for each dialect
changelog   triggers that note changes, put in and taken out on request
opening     settings → the line and the mapping
"""

from __future__ import annotations

from brygga.connectors.agencydb.api.connector import AgencyDb

__all__ = ["AgencyDb"]
