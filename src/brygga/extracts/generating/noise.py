"""What layouts and programs do to a text, each a switch."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass

_LIGATURES = (("ffi", "\ufb03"), ("ff", "\ufb00"), ("fi", "\ufb01"), ("fl", "\ufb02"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Which kinds of noise a made document has."""

    shuffle: bool = False
    break_lines: bool = False
    ligatures: bool = False
    drop_blanks: bool = False
    decompose: bool = False
    soft_hyphens: bool = False
    short_pages: bool = False
    hidden: bool = False
    bold_by_repeat: bool = False

    @classmethod
    def drawn(cls, rng: random.Random) -> Noise:
        """Each kind with some chance of its own; dropped blanks are the rarest."""
        return cls(
            shuffle=rng.random() < 0.4,
            break_lines=rng.random() < 0.3,
            ligatures=rng.random() < 0.4,
            drop_blanks=rng.random() < 0.1,
            decompose=rng.random() < 0.4,
            soft_hyphens=rng.random() < 0.4,
            short_pages=rng.random() < 0.4,
            hidden=rng.random() < 0.4,
            bold_by_repeat=rng.random() < 0.2,
        )

    def letters(self, text: str) -> str:
        """A text as this document's font and program give it."""
        if self.drop_blanks:
            text = re.sub(r"(?<=[^\W\d_]) (?=[^\W\d_])|(?<=,) ", "", text)
        if self.ligatures:
            for plain, joined in _LIGATURES:
                text = text.replace(plain, joined)
        if self.soft_hyphens:
            text = re.sub(r"(?<=\w)-(?=\w)", "\u00ad", text)
        return unicodedata.normalize("NFD", text) if self.decompose else text


def broken(text: str, rng: random.Random, *, chance: float) -> list[str]:
    """A line broken at one of its blanks, sometimes."""
    blanks = [m.start() for m in re.finditer(" ", text)]
    if not blanks or rng.random() >= chance:
        return [text]
    at = rng.choice(blanks)
    return [text[:at], text[at + 1 :]]
