"""Texts per second of what every text message passes: alphabet and parts, plainer text, the whole request.

    python bench/sms.py [--texts 40000] [--rounds 5]

Texts are those of an agency (viewings, bids, new prices; some with a dash, an emoji or several parts),
drawn before the clock starts. CPU time of the best round, in one thread. Goal: 300,000 texts/s measured.
Exit 0 when it holds.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from measuring import table

from brygga.connectors import manifest
from brygga.connectors.abilities import Sms
from brygga.swedish import sms

GOAL = 300_000
CONNECTORS: dict[str, dict[str, Any]] = {
    "elks46": {"username": "u1"},
    "twilio": {"account_sid": "AC" + "0a" * 16},
    "sinch": {"service_plan_id": "plan1"},
}


def a_text(rng: random.Random) -> str:
    """One message as an agency writes it."""
    street, kr = f"Åkergatan {rng.randrange(1, 99)}", rng.randrange(1_000_000, 9_000_000, 5_000)
    forms = (
        f"Visning av {street} söndag {rng.randrange(1, 29)}/4 kl 13-14. Välkommen! /Bryggan Fastigheter",
        f"Nytt bud på {street}: {kr:,} kr. Vill du bjuda över? Ring 070-174 06 90.".replace(",", " "),
        f"Ny prisbild – {street} har nu utgångspris {kr} kr… Läs mer på https://example.com/o/{kr}",
        f"Hej! Här är påminnelsen om visningen på {street} imorgon. " * 4,
        f"Grattis till nya hemmet på {street} 🎉 Vi hör av oss om tillträdet.",
        f"Dokumenten för [{street}] är klara. Pris: {kr} € – hör av dig vid frågor. " * 5,
    )
    return rng.choices(forms, (6, 5, 3, 2, 1, 1))[0]


def per_second(run: Callable[[Any], object], values: Sequence[Any], rounds: int) -> float:
    """Values per second of CPU time in the best round."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for value in values:
            run(value)
        best = min(best, time.process_time() - started)
    return len(values) / best


def connector(name: str) -> Any:
    """A connector that calls nobody."""

    async def secrets(_: str) -> str:
        return "hemligt"

    more = {"sender": "Bryggan", "most_parts": 20, "webhook_url": "https://kontor.example.com/in/x"}
    settings = {**CONNECTORS[name], **more}
    made = manifest.class_of(manifest.load(name))
    return made(None, connection=name, settings=settings, secrets=secrets)


def main() -> int:
    """Print the table; 0 when the goal holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rng = random.Random(46)
    texts = [a_text(rng) for _ in range(given.texts)]
    few = [
        Sms(to=f"+4670174{rng.randrange(605, 700):04}", text=text, key=f"k{n}")
        for n, text in enumerate(texts[: given.texts // 8])
    ]
    measured = per_second(sms.measure, texts, given.rounds)
    rows = [
        ("measure (alphabet, units, parts)", f"{measured:,.0f}", f"{GOAL:,}"),
        ("plainer", f"{per_second(sms.plainer, texts, given.rounds):,.0f}", ""),
    ]
    for name in CONNECTORS:
        made = connector(name)
        rows.append(
            (f"{name}: the whole request", f"{per_second(made.sms_calls, few, given.rounds):,.0f}", "")
        )
    table(("what", "per second", "goal"), rows)
    return 0 if measured >= GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
