"""The collector rests from full collections during a pull, and only then."""

from __future__ import annotations

import gc

import pytest

from brygga.hub.flows.calm import calm_collector


def test_the_threshold_of_full_collections_comes_back_when_the_last_one_leaves() -> None:
    before = gc.get_threshold()
    with calm_collector():
        with calm_collector():
            assert gc.get_threshold()[2] > before[2]
            assert gc.get_threshold()[:2] == before[:2]
        assert gc.get_threshold()[2] > before[2]
    assert gc.get_threshold() == before


def test_it_comes_back_after_an_error_too() -> None:
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), calm_collector():
        raise ZeroDivisionError
    assert gc.get_threshold() == before
