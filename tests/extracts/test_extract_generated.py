"""Invented extracts with layout noise: every labelled field, and nothing that the page does not say."""

from __future__ import annotations

import os
import random

import pytest

from brygga.extracts.generating import Made, Noise, make, score
from brygga.extracts.generating.invent import MAKERS
from brygga.extracts.reading import read_bytes

SEEDS = range(500 if os.environ.get("BRYGGA_CHAOS") else 30)
KINDS = tuple(MAKERS)


def made(seed: int) -> Made:
    noise = Noise.drawn(random.Random(seed))
    return make(seed, kind=KINDS[seed % len(KINDS)], noise=noise, documents=2 if seed % 7 == 3 else 1)


@pytest.mark.parametrize("form", ["pdf", "text", "plain_pdf"])
def test_noise_makes_no_value_wrong_and_hardly_any_missing(form: str) -> None:
    labelled = right = 0
    wrong: list[str] = []
    for seed in SEEDS:
        file = made(seed)
        data = file.text.encode() if form == "text" else getattr(file, form)
        documents = read_bytes(data).documents
        assert len(documents) == len(file.truths), f"seed {seed}"
        for document, truth in zip(documents, file.truths, strict=True):
            result = score(document, truth)
            labelled, right = labelled + len(truth), right + result.right
            wrong += [f"seed {seed}: {line}" for line in result.wrong]
    assert wrong == []
    assert right / labelled >= 0.995, f"{right} of {labelled}"


@pytest.mark.parametrize("kind", KINDS)
def test_without_noise_every_field_is_right(kind: str) -> None:
    for seed in range(8):
        file = make(seed, kind=kind)
        for data in (file.pdf, file.text.encode(), file.plain_pdf):
            [document] = read_bytes(data).documents
            result = score(document, file.truths[0])
            assert (result.missing, result.wrong) == ([], [])
            assert result.right == len(file.truths[0]) > 20


def test_the_same_seed_gives_the_same_bytes() -> None:
    noise = Noise(shuffle=True, hidden=True, ligatures=True)
    first, second = make(3, noise=noise), make(3, noise=noise)
    assert (first.pdf, first.text, first.truths) == (second.pdf, second.text, second.truths)
    assert make(4, noise=noise).pdf != first.pdf


def test_the_score_tells_wrong_from_missing_and_invented() -> None:
    file = make(1)
    [document] = read_bytes(file.pdf).documents
    truth = {**file.truths[0], "designation": "Annan 1:1", "address": {"street": "Saknas 1"}}
    del truth["municipality_code"]
    result = score(document, truth)
    assert any(line.startswith("designation") for line in result.wrong)
    assert any("invented" in line and "municipality_code" in line for line in result.wrong)
    assert score(None, truth).missing
