"""The shapes of Vitec's answers, as documented types.

Mappings read plain JSON through an `Intake`, so a wrong type in one field never fails a record;
these types say what the fields are, tell known members from new ones, and let the imitation
build answers. Members and spelling follow `advertising.openapi.json`.

lists     pages of lists        homes     homes of all types
projects  new-build projects    people    people, offices, associations, areas, brands, notices
kinds     what only some types of home have
dealings  bids, meetings and search profiles of the CRM section
parts     buildings, and what several answers share
"""

from __future__ import annotations

import msgspec

from brygga.connectors.vitec.schema.dealings import CrmBid, Meeting, SearchProfile
from brygga.connectors.vitec.schema.homes import Estate
from brygga.connectors.vitec.schema.lists import ListPage, ListRow
from brygga.connectors.vitec.schema.parts import Shape
from brygga.connectors.vitec.schema.people import (
    Area,
    Association,
    Brand,
    Contact,
    Notice,
    Office,
    User,
    UserListRow,
)
from brygga.connectors.vitec.schema.projects import Project

SHAPES: dict[str, type[msgspec.Struct]] = {
    "estate": Estate,
    "project": Project,
    "office": Office,
    "agent": User,
    "association": Association,
    "area": Area,
    "brand": Brand,
    "contact": Contact,
    "bid": CrmBid,
    "meeting": Meeting,
    "searchprofile": SearchProfile,
}
"""Record kind → the shape of its answer."""

__all__ = [
    "SHAPES",
    "Area",
    "Association",
    "Brand",
    "Contact",
    "CrmBid",
    "Estate",
    "ListPage",
    "ListRow",
    "Meeting",
    "Notice",
    "Office",
    "Project",
    "SearchProfile",
    "Shape",
    "User",
    "UserListRow",
]
