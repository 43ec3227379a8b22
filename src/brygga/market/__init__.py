"""The market around a home: which sales compare with it, what they say together, and a picture of it.

Pure functions over the model; nothing is fetched and nothing is stored here.

places    names, streets and distances
sales     a home of the market as a sale that can be compared, or why it cannot
choosing  which sales compare with a home, in steps that widen until they are enough
figures   median, quartiles, periods and a slope that odd sales do not move
view      all of it together, in plain values and Swedish sentences
picture   the same as an SVG
files     lists of sold homes from files that have no provider: a table or lines of text
"""

from __future__ import annotations

from brygga.market.view import Question, View, market_view

__all__ = ["Question", "View", "market_view"]
