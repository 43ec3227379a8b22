"""The market view as one SVG: sales as dots over time, medians as a line, the home marked.

scales     from days and kronor to places, with round steps
pen        writing SVG so that no text can become markup
sentences  the picture in words
chart      what is drawn where
"""

from __future__ import annotations

from brygga.market.picture.chart import draw

__all__ = ["draw"]
