"""Values per second of every normaliser of Swedish text, in its usual writings.

    python bench/normalisers.py [--values 40000] [--rounds 3]

Texts are drawn before the clock starts. Kinds with few possible values repeat some, which helps nothing:
no reader remembers an answer. CPU time of the best round, in one thread. Goals: 200,000 values/s each, 30,000
for phones. Exit 0 when all hold.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from measuring import table

from brygga.swedish import (
    apartment,
    area,
    coordinates,
    dates,
    designation,
    energy,
    floor,
    luhn,
    municipality,
    orgnr,
    personnummer,
    phone,
    postcode,
    price,
    rooms,
    share,
    size,
    sms,
    typkod,
)

GOAL, PHONE_GOAL = 200_000, 30_000
WHERE = [m.name for m in municipality.everyone()]
TRACTS = ("KVARNGÄRDET", "Södermalm", "Valbo-Backa", "Testbyn", "Rådmansö", "Nedre Berga")
MONTHS = (
    "januari",
    "feb",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "sept",
    "oktober",
    "nov",
    "dec",
)

Maker = Callable[[random.Random], str]


def grouped(number: int, by: str) -> str:
    """`3 995 000`, with the space that is given."""
    return f"{number:,}".replace(",", by)


def checked(nine: str) -> str:
    """The nine digits and their check digit."""
    return next(nine + last for last in "0123456789" if luhn.valid(nine + last))


def a_price(rng: random.Random) -> str:
    """One of the writings of listings."""
    kr, by = rng.randrange(500_000, 20_000_000, 5_000), rng.choice(" \u00a0\u202f")
    forms = ("{} kr", "{}:-", "slutpris {} kr", "Utgångspris: {} kr", "{} SEK")
    if rng.random() < 0.2:
        return f"{kr / 1_000_000:.3f} Mkr".replace(".", ",")
    return rng.choice(forms).format(grouped(kr, by))


PUBLISHED = ("199001112383", "190905271474", "200002292399", "197302889931", "199001010017", "191212121212")


def a_person(rng: random.Random) -> str:
    """Published test numbers only, in the usual writings."""
    number = rng.choice(PUBLISHED)
    return rng.choice((number, f"{number[:8]}-{number[8:]}", f"{number[:8]}–{number[8:]}", number[2:]))


def a_designation(rng: random.Random) -> str:
    """Block and unit, a town block, or joint property."""
    head = f"{rng.choice(WHERE)} {rng.choice(TRACTS)}"
    head = head.upper() if rng.random() < 0.5 else head
    ends = (
        f"{rng.randrange(1, 200)}:{rng.randrange(1, 9999)}",
        f"S:{rng.randrange(1, 99)}",
        f"{rng.randrange(1, 99)}",
    )
    return f"{head} {rng.choices(ends, (8, 1, 1))[0]}"


def a_mobile(rng: random.Random) -> str:
    """Within the range set aside for fiction, in the usual writings."""
    last = f"{rng.randrange(605, 700)}"
    return rng.choice(("070-174 0{} {}", "0701740{}{}", "+46 70 174 0{} {}", "+46 (0)70-174 0{} {}")).format(
        last[0], last[1:]
    )


def a_landline(rng: random.Random) -> str:
    """Stockholm numbers of the range set aside for fiction."""
    return rng.choice(("08-465 004 {:02}", "+46 8 465 004 {:02}", "0046846500 4{:02}")).format(
        rng.randrange(100)
    )


def a_date(rng: random.Random) -> str:
    """As listings and registers write it."""
    day = date(1990, 1, 1) + timedelta(days=rng.randrange(13_000))
    words = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return rng.choice((f"{day}", words, f"såld {words}", f"{day:%Y%m%d}"))


def a_place(rng: random.Random) -> str:
    """On SWEREF 99 TM or in degrees."""
    if rng.random() < 0.3:
        return f"{rng.uniform(56, 68):.5f}, {rng.uniform(12, 20):.5f}"
    north, east = rng.uniform(6_200_000, 7_600_000), rng.uniform(300_000, 900_000)
    return rng.choice(("{:.3f}, {:.3f}", "N {:.0f} E {:.0f}")).format(north, east)


def an_sms(rng: random.Random) -> str:
    """A viewing, now and then with a dash that costs."""
    dash = "–" if rng.random() < 0.2 else "-"
    hour = rng.randrange(9, 18)
    where = f"Åkergatan {rng.randrange(1000)}"
    return f"Visning sön {rng.randrange(1, 29)}/4 kl {hour}{dash}{hour + 1}, {where}. Välkommen!"


def of(*forms: str, low: int = 1, high: int = 999) -> Maker:
    """Texts with one whole number in them."""
    return lambda rng: rng.choice(forms).format(rng.randrange(low, high))


KINDS: dict[str, tuple[Callable[[str], object], Maker, int]] = {
    "personnummer": (personnummer.parse, a_person, GOAL),
    "orgnr": (orgnr.parse, lambda rng: checked(f"556{rng.randrange(200_000, 999_999)}"), GOAL),
    "designation": (designation.parse, a_designation, GOAL),
    "price": (price.parse, a_price, GOAL),
    "area": (area.parse, of("{} m²", "{},5 kvm", "ca {} kvm", "1 {:03} m²", "{} m² tomt"), GOAL),
    "size": (size.parse, of("{} m²   3 rum", "{},5 m²   2,5 rum", "{} + 12 m²   4 rum"), GOAL),
    "rooms": (rooms.parse, of("{} rum", "{}½ rum", "{},5 rok", "{} rum och kök", high=12), GOAL),
    "phone (mobile)": (phone.parse, a_mobile, PHONE_GOAL),
    "phone (other)": (phone.parse, a_landline, PHONE_GOAL),
    "postcode": (postcode.parse, of("{:03} 18", "SE-{:03} 21", "{:03} 50 Hägersten", low=100), GOAL),
    "apartment": (apartment.parse, of("lgh 1{:03}", "LGH nr 1{:03}", "1{:03}", low=1, high=99), GOAL),
    "share": (share.parse, of("{}/1000", "0,{} %", "{} / 1000"), GOAL),
    "energy": (
        energy.parse,
        lambda rng: rng.choice(("{}", "energiklass: {}")).format(rng.choice("ABCDEFG")),
        GOAL,
    ),
    "sms": (sms.measure, an_sms, GOAL),
    "floor": (floor.parse, of("vån {}", "{} tr", "{}tr", "{}½ tr", high=12), GOAL),
    "date": (dates.parse, a_date, GOAL),
    "coordinates": (coordinates.parse, a_place, GOAL),
    "typkod": (typkod.parse, of("{}", "Småhus ({})", low=110, high=850), GOAL),
    "municipality": (municipality.parse, lambda rng: rng.choice(WHERE), GOAL),
}


def per_second(parse: Callable[[str], object], texts: Iterable[str], *, rounds: int) -> float:
    """Of the best round; the first, which loads and compiles, does not count."""
    texts = list(texts)
    best_s = float("inf")
    for number in range(rounds + 1):
        began_s = time.process_time()
        for text in texts:
            parse(text)
        if number:
            best_s = min(best_s, time.process_time() - began_s)
    return len(texts) / best_s


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    rng = random.Random(20)
    found = {
        name: per_second(parse, [make(rng) for _ in range(asked.values)], rounds=asked.rounds)
        for name, (parse, make, _) in KINDS.items()
    }
    goals = {name: goal for name, (_, _, goal) in KINDS.items()}
    table(
        ("kind", "values/s", "µs each", "goal"),
        [(name, f"{rate:,.0f}", f"{1e6 / rate:.2f}", f"{goals[name]:,}") for name, rate in found.items()],
    )
    return 0 if all(rate >= goals[name] for name, rate in found.items()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
