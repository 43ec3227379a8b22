"""Invented extracts with their truth, for tests and the sandbox: text and PDF, clean or with noise.

Every property, name and reference is made up; personal numbers come from the tax agency's
published test series. The same seed gives the same bytes.
"""

from __future__ import annotations

from brygga.extracts.generating.invent import Made, make
from brygga.extracts.generating.noise import Noise
from brygga.extracts.generating.truth import Score, score

__all__ = ["Made", "Noise", "Score", "make", "score"]
