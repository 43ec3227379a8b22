"""Numbers, times and amounts in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from brygga.hub.views.tongue import ENGLISH, SWEDISH, tongue_of

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "args", "sv", "en"),
    [
        ("number", (4050000,), "4\u00a0050\u00a0000", "4,050,000"),
        ("number", (2.5, 1), "2,5", "2.5"),
        ("kr", (4050000,), "4\u00a0050\u00a0000\u00a0kr", "SEK\u00a04,050,000"),
        ("m2", (67.5,), "67,5\u00a0m²", "67.5\u00a0m²"),
        ("rooms", (3,), "3\u00a0rum", "3\u00a0rooms"),
        ("rooms", (1,), "1\u00a0rum", "1\u00a0room"),
        ("percent", (12.3,), "12,3\u00a0%", "12.3%"),
        ("clock", (NOW,), "kl.\u00a014.05", "14:05"),
        ("clock", (NOW.replace(hour=8, minute=15),), "kl.\u00a09.15", "9:15"),
        ("column", (NOW.replace(hour=8),), "09.05", "09:05"),
        ("second", (NOW,), "14.05.00", "14:05:00"),
        ("day", (NOW,), "23 nov 2026", "23 Nov 2026"),
        ("short_day", (date(2026, 3, 1),), "1 mars", "1 Mar"),
        ("moment", (NOW,), "23 nov 2026 kl.\u00a014.05", "23 Nov 2026, 14:05"),
        ("when", (NOW, NOW), "kl.\u00a014.05", "14:05"),
        ("when", (NOW - timedelta(days=1), NOW), "22 nov kl.\u00a014.05", "22 Nov, 14:05"),
        ("when", (NOW - timedelta(days=365), NOW), "23 nov 2025 kl.\u00a014.05", "23 Nov 2025, 14:05"),
        ("relative", (NOW - timedelta(minutes=12), NOW), "för 12\u00a0minuter sedan", "12\u00a0minutes ago"),
        ("relative", (NOW - timedelta(seconds=20), NOW), "nyss", "just now"),
        ("relative", (NOW + timedelta(minutes=12), NOW), "om 12\u00a0minuter", "in 12\u00a0minutes"),
        ("duration", (1.9,), "1,9\u00a0s", "1.9\u00a0s"),
        ("duration", (6 * 86400,), "6\u00a0dagar", "6\u00a0days"),
        (
            "heading",
            (date(2026, 11, 23), date(2026, 11, 23)),
            "I dag, måndag 23 november",
            "Today, Monday 23 November",
        ),
        (
            "heading",
            (date(2026, 11, 22), date(2026, 11, 23)),
            "I går, söndag 22 november",
            "Yesterday, Sunday 22 November",
        ),
        ("heading", (date(2025, 5, 1), date(2026, 11, 23)), "Torsdag 1 maj 2025", "Thursday 1 May 2025"),
        ("words", (3,), "tre", "three"),
        ("words", (13,), "13", "13"),
    ],
)
def test_it_is_written_as_the_house_writes(method: str, args: tuple[object, ...], sv: str, en: str) -> None:
    assert getattr(SWEDISH, method)(*args) == sv
    assert getattr(ENGLISH, method)(*args) == en


def test_the_day_is_stockholms_also_just_before_midnight_elsewhere() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert SWEDISH.when(late, NOW) == "kl.\u00a00.30"


def test_an_unknown_language_is_swedish() -> None:
    assert tongue_of("de") is SWEDISH
    assert tongue_of("en") is ENGLISH
