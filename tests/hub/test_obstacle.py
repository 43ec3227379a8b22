"""Obstacles: said once when met, told to who waits when they last, forgotten when passed."""

from __future__ import annotations

from brygga.hub.obstacle import LASTING_S, Obstacles
from brygga.model import SetupError


def test_an_obstacle_is_new_once_and_lasting_after_a_while() -> None:
    now = [100.0]
    obstacles = Obstacles(clock=lambda: now[0])
    full = SetupError("The disk is full.")
    assert obstacles.met("store", full)
    assert not obstacles.met("store", full)
    assert obstacles.lasting() is None
    now[0] += LASTING_S
    assert obstacles.lasting() is full


def test_a_passed_obstacle_is_forgotten_and_the_oldest_is_told_first() -> None:
    now = [0.0]
    obstacles = Obstacles(clock=lambda: now[0])
    first, second = SetupError("first"), SetupError("second")
    obstacles.met("a", first)
    now[0] += 1
    obstacles.met("b", second)
    now[0] += LASTING_S
    assert obstacles.lasting() is first
    assert obstacles.passed("a")
    assert not obstacles.passed("a")
    assert obstacles.lasting() is second
