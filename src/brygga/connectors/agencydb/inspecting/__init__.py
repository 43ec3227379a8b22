"""Looking at a database nobody has described to us: its catalogue, a proposed mapping, a check of one.

catalogue       what the database says of itself, per dialect
vocabulary      names of tables and columns, Swedish and English → kinds and fields
wordlists       words of enum columns → the hub's
tables, columns guesses, each with how sure it is and why
proposal        all of it as a mapping file
checking        a mapping held against the live schema
"""

from __future__ import annotations

from brygga.connectors.agencydb.inspecting.catalogue import read_catalog
from brygga.connectors.agencydb.inspecting.checking import Remark, check_plan
from brygga.connectors.agencydb.inspecting.proposal import Proposal, propose

__all__ = ["Proposal", "Remark", "check_plan", "propose", "read_catalog"]
