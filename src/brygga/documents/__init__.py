"""Documents that the agency hands out, as PDF: today the object description (*objektsbeskrivning*)."""

from brygga.documents.description import render
from brygga.documents.pictures import Picture
from brygga.documents.typeset import NotTypeset, TookTooLong

__all__ = ["NotTypeset", "Picture", "TookTooLong", "render"]
