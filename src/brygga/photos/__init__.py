"""Pictures of homes: foreign bytes in, safe renditions out."""

from brygga.photos.darkroom import Darkroom, Negative, Print
from brygga.photos.errors import NotAPicture, NotDeveloped, TooLarge, Truncated
from brygga.photos.recipe import Limits, Recipe
from brygga.photos.rendition import Album, Picture, Rendition

__all__ = [
    "Album",
    "Darkroom",
    "Limits",
    "Negative",
    "NotAPicture",
    "NotDeveloped",
    "Picture",
    "Print",
    "Recipe",
    "Rendition",
    "TooLarge",
    "Truncated",
]
