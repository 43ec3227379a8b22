from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.swedish import sms
from brygga.swedish.sms import GSM_MANY, GSM_ONE, UCS2_MANY, UCS2_ONE, Sms


def test_every_shared_vector_is_measured_as_stated(shared_providers: Path) -> None:
    path = shared_providers / "46elks" / "sms-text-vectors.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["vectors"]
    wrong = []
    for row in rows:
        text = "".join(run * times for run, times in row["text_runs"])
        wanted = Sms(row["encoding"], row["units"], tuple(row["units_per_segment"]))
        if (found := sms.measure(text)) != wanted or found.parts != row["segments"]:
            wrong.append((row["id"], found))
    assert len(rows) >= 30
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", Sms("GSM-7", 0, ())),
        ("åäöÅÄÖéÉ" * 20, Sms("GSM-7", 160, (160,))),
        ("a" * 161, Sms("GSM-7", 161, (153, 8))),
        ("a" * 152 + "€" + "b" * 20, Sms("GSM-7", 174, (152, 22))),
        ("kl 13–14", Sms("UCS-2", 8, (8,))),
        ("a\u030a", Sms("UCS-2", 2, (2,))),
        ("š" * 66 + "😀" + "š" * 10, Sms("UCS-2", 78, (66, 12))),
        ("\x1b", Sms("UCS-2", 1, (1,))),
    ],
)
def test_parts_are_counted_and_pairs_never_split(text: str, value: Sms) -> None:
    assert sms.measure(text) == value


@given(st.text(st.sampled_from("aå€[š😀\n"), max_size=400) | st.text(max_size=200))
def test_parts_hold_the_whole_text_and_none_holds_too_much(text: str) -> None:
    found = sms.measure(text)
    one, many = (GSM_ONE, GSM_MANY) if found.encoding == "GSM-7" else (UCS2_ONE, UCS2_MANY)
    assert sum(found.units_per_part) == found.units
    assert all(0 < units <= (one if found.parts == 1 else many) for units in found.units_per_part)
    assert all(units >= many - 1 for units in found.units_per_part[:-1])
    assert (found.parts <= 1) == (found.units <= one)


def test_the_plainer_text_fits_more() -> None:
    written = "Välkommen på visning kl 13–14, ”Solsidan”… 3\u00a0250\u00a0000 kr fo\u0308r dig"
    assert sms.measure(written).encoding == "UCS-2"
    plainer = sms.plainer(written)
    assert plainer == 'Välkommen på visning kl 13-14, "Solsidan"... 3 250 000 kr för dig'
    assert sms.measure(plainer).encoding == "GSM-7"
