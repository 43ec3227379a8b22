"""Makes a document from a seed: its text, its PDF as printed, a PDF of its plain text, and the truth."""

from __future__ import annotations

import random
from dataclasses import dataclass

from brygga.extracts.generating.draft import Draft
from brygga.extracts.generating.drawing import drawn_pages, linear_drawn
from brygga.extracts.generating.flats import Flat
from brygga.extracts.generating.linear import linear_pages
from brygga.extracts.generating.noise import Noise
from brygga.extracts.generating.own import Own
from brygga.extracts.generating.pdfwriter import pdf_of
from brygga.extracts.generating.plusr import PlusR
from brygga.extracts.generating.truth import Truth

MAKERS: dict[str, type[PlusR] | type[Flat]] = {"plus_r": PlusR, "own": Own, "flat": Flat}
"""Kinds of document that can be made."""


@dataclass(frozen=True, slots=True)
class Made:
    """One file's worth: its documents' truths in order, and the file in three forms."""

    kind: str
    noise: Noise
    truths: list[Truth]
    text: str
    pdf: bytes
    plain_pdf: bytes


def make(seed: int, *, kind: str = "plus_r", noise: Noise | None = None, documents: int = 1) -> Made:
    """A file of `documents` invented extracts of a kind (`plus_r`, `own`, `flat`). Same seed, same bytes."""
    rng = random.Random(seed)  # noqa: S311  # invention, not secrecy
    noise = noise or Noise()
    truths: list[Truth] = []
    texts: list[str] = []
    drawn, plain = [], []
    for _ in range(documents):
        maker = MAKERS[kind](rng)
        draft = maker.draft()
        _shuffle(draft, noise, rng)
        truths.append(maker.truth)
        pages = linear_pages(draft, noise, rng)
        texts += ["\n".join(noise.letters(line) for line in page) for page in pages]
        plain += linear_drawn(pages, noise, rng)
        drawn += drawn_pages(draft, noise, rng)
    return Made(kind, noise, truths, "\n".join(texts) + "\n", pdf_of(drawn), pdf_of(plain))


def _shuffle(draft: Draft, noise: Noise, rng: random.Random) -> None:
    if noise.shuffle:
        rng.shuffle(draft.parts)
