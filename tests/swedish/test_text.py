from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brygga.swedish import (
    NotUnderstood,
    apartment,
    area,
    clean,
    coordinates,
    dates,
    designation,
    energy,
    floor,
    identity,
    municipality,
    orgnr,
    personnummer,
    phone,
    postcode,
    price,
    rooms,
    share,
    size,
    typkod,
)
from brygga.swedish.kinds import KINDS, Reading, reader
from brygga.swedish.text import LONGEST_FIELD

PARSERS: list[Callable[[str], object]] = [
    area.parse, dates.parse, dates.wall_clock, orgnr.parse, personnummer.parse, phone.parse,
    postcode.parse, price.parse, price.parse_range, rooms.parse, size.parse, apartment.parse, apartment.own,
    apartment.both, coordinates.parse, designation.parse, energy.parse, floor.parse, identity.parse,
    municipality.parse, municipality.county, share.parse, typkod.parse,
]  # fmt: skip  # one list

PIECES = (
    "1|2½|1/2|3 995|000|½|,5|.250|-|–|+|/|:-|kr|Mkr|tkr|mån|m²|kvm|ha|rum|rok|tomt|ca|från|jan|2022|"
    "Uppsala|Mark|Berga |kv.|1:23|S:2|>2|(|)|vån|tr|bv|lgh|1204|A|energiklass|%|220|N |E |6580743|674571|"
    "2026-02-30|kl|12:61|SE|070|+46|\u00a0| |٣|²|ⅷ|\u202e|e|T|Z|99999999"
)
TEXTS = st.text(max_size=40) | st.lists(st.sampled_from(PIECES.split("|")), max_size=8).map("".join)


@pytest.mark.parametrize("parse", PARSERS, ids=lambda f: f"{f.__module__.rsplit('.', 1)[-1]}.{f.__name__}")
@given(text=TEXTS)
def test_any_text_gives_a_value_or_the_named_error_and_nothing_else(
    parse: Callable[[str], object], text: str
) -> None:
    try:
        outcome = parse(text)
    except NotUnderstood as error:
        outcome = error
    if isinstance(outcome, NotUnderstood):
        assert outcome.code
        assert "skälet är okänt" not in outcome.sv
        assert outcome.position is None or 0 <= outcome.position <= len(text)
    else:
        assert outcome == parse(clean(text))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "sms"])
@given(text=TEXTS)
def test_every_kind_by_name_gives_what_json_can_hold_or_the_named_error(kind: str, text: str) -> None:
    for single in (False, True):
        try:
            value = reader(kind, Reading(single=single))(text)
        except NotUnderstood as error:
            value = error.code
        assert json.loads(json.dumps(value)) == value


HUGE = [
    "1",
    " ",
    "1 ",
    "å",
    "a\u0308",
    "½",
    "-",
    "/",
    ",1",
    "1:",
    "Uppsala ",
    "kr ",
    "(",
    "\u00ad",
    "\x00",
    "²",
    "1+",
]


@pytest.mark.parametrize("parse", PARSERS, ids=lambda f: f"{f.__module__.rsplit('.', 1)[-1]}.{f.__name__}")
def test_a_text_of_any_length_takes_bounded_time(parse: Callable[[str], object]) -> None:
    """At the longest length that is read at all, and far beyond it."""
    started = time.perf_counter()
    for piece in HUGE:
        for length in (LONGEST_FIELD, 100_000):
            for text in ((piece * length)[:length], ("3 995 000" + piece * length)[:length]):
                with contextlib.suppress(NotUnderstood):
                    parse(text)
    assert time.perf_counter() - started < 1


@given(st.from_regex(r"(SE-?)?[0-9]{3} ?[0-9]{2}( ?[A-Öa-ö]{2,8})?", fullmatch=True))
def test_canonical_forms_are_read_as_themselves(text: str) -> None:
    try:
        code = postcode.parse(text).code
    except NotUnderstood:
        return
    assert postcode.parse(code).code == code


def test_canonical_numbers_are_read_as_themselves() -> None:
    assert str(orgnr.parse(str(orgnr.parse("5560360793")))) == "556036-0793"
    assert phone.parse(phone.parse("070-174 06 05").e164) == phone.parse("0701740605")
    number = personnummer.parse("900111-2383")
    assert personnummer.parse(number.digits) == personnummer.parse(number.written) == number


@given(st.text())
@example("a\u0308\u200b\u0308")
@example("\ud800x")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\u00a0b\u202fc\td", "a b c d"),
        ("1–2—3−4‑5", "1-2-3-4-5"),
        ("A\u030alega\u0308rd", "Ålegärd"),
        ("pris\u202e000\u202c", "pris000"),
        ("so\u00adft\u200b\ufeff", "soft"),
        ("\x00a\x1b[31m", "a[31m"),
        ("  x   y ", "x y"),
    ],
)
def test_spaces_dashes_controls_and_bidi_marks_become_plain(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_importing_the_room_loads_no_heavy_package() -> None:
    program = (
        "import sys; from brygga.swedish import price, area, rooms, size, personnummer, orgnr, phone, "
        "postcode, dates, masking, format, designation, coordinates, kinds, sms; "
        "print([m for m in ('phonenumbers', 'personnummer', 'stdnum', 'msgspec') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert ran.stdout.strip() == "[]"
