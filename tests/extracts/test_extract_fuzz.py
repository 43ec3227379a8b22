"""Mutated PDFs and texts: no crash, no hang, no memory above the limit; always a reading or a named error."""

from __future__ import annotations

import os
import random
import time

from brygga.extracts.errors import CODES
from brygga.extracts.facts import Outcome
from brygga.extracts.generating import Noise, make
from brygga.extracts.limits import Limits
from brygga.extracts.reader import Reader
from brygga.model.errors import Invalid

SECONDS = 600.0 if os.environ.get("BRYGGA_CHAOS") else 3.0
LIMITS = Limits(wall_s=5.0, cpu_s=5)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled or put in."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 3, 10, 60])):
        at = rng.randrange(len(out))
        match rng.randrange(5):
            case 0:
                out[at] = rng.randrange(256)
            case 1:
                del out[at : at + rng.randrange(1, 40)]
            case 2:
                out[at:at] = out[at : at + rng.randrange(1, 200)]
            case 3:
                out[at:at] = rng.choice([b"\x00", b"99999999999", b"<<", b"]", b"\n", "ä".encode(), b"-"])
            case _:
                out[at : at + 1] = bytes([out[at] ^ (1 << rng.randrange(8))])
        if not out:
            return b"%PDF-"
    return bytes(out)


async def test_mutated_files_give_a_reading_or_a_named_error() -> None:
    rng = random.Random(int(os.environ.get("BRYGGA_SEED", "11")))
    sources = [
        make(n, kind=kind, noise=Noise(hidden=True)) for n, kind in enumerate(("plus_r", "flat", "own"))
    ]
    files = [data for made in sources for data in (made.pdf, made.text.encode(), made.text.encode("utf-16"))]
    end = time.monotonic() + SECONDS
    outcomes: set[str] = set()
    async with Reader(limits=LIMITS, ocr=False) as reader:
        while time.monotonic() < end:
            data = mutated(rng.choice(files), rng)
            began = time.monotonic()
            try:
                outcomes.add((await reader.read(data)).outcome)
            except Invalid as error:
                outcomes.add(error.code)
            assert time.monotonic() - began < LIMITS.wall_s + 5
    assert Outcome.READ in outcomes
    assert outcomes <= {*Outcome, *(f"extract_{code}" for code in CODES)}
    assert "extract_reader_fell" not in outcomes
