"""`brygga normalize` as a filter: one JSON line for each line, whatever comes."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from brygga.cli import normalize
from brygga.cli.normalize import LONGEST_LINE_BYTES, Kind
from brygga.swedish.kinds import KINDS

PROGRAM = "import typer; from brygga.cli import normalize; a = typer.Typer(); normalize.add_to(a); a()"
CLI_KINDS = {
    "pris": "price", "area": "area", "rum": "rooms", "personnummer": "personnummer", "orgnr": "orgnr",
    "telefon": "phone", "postnr": "postcode", "fastighetsbeteckning": "designation", "lgh": "apartment",
    "andel": "share", "energiklass": "energy",
}  # fmt: skip  # one table


def _run(kind: str, given: bytes | str, *options: str) -> list[dict[str, Any]]:
    app = typer.Typer()
    normalize.add_to(app)
    done = CliRunner().invoke(app, [kind, *options], input=given)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout_bytes.decode("utf-8").split("\n")[:-1]]


def _values(kind: str, *texts: str) -> list[Any]:
    return [row.get("value", row.get("error")) for row in _run(kind, "\n".join(texts) + "\n")]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("personnummer", "19 900101 0017", "199001010017"),
        ("orgnr", "SE556036079301", "556036-0793"),
        ("designation", "Uppsala Kvarngärdet 1 : 23>2", "UPPSALA KVARNGÄRDET 1:23"),
        ("price", "3 995 000:-", {"kr": 3_995_000}),
        ("price", "4,2 Mkr", {"kr": 4_200_000}),
        ("price", "4 250 kr/mån", {"kr": 4_250, "per": "month"}),
        ("price", "ca 450 tkr", {"kr": 450_000, "approximate": True}),
        ("price", "3 195 000 – 6 752 500 kr", {"from_kr": 3_195_000, "to_kr": 6_752_500}),
        ("price", "3 mkr - 4 mkr", {"from_kr": 3_000_000, "to_kr": 4_000_000}),
        ("price", "3 995 000 EUR", "unknown_unit"),
        ("price", "från 3,2 Mkr", {"from_kr": 3_200_000, "to_kr": None}),
        ("price", "Pris på förfrågan", "on_request"),
        ("price", "5–4 Mkr", "reversed"),
        ("area", "67 + 12 m²", {"living_m2": 67, "other_m2": 12, "plot_m2": None}),
        ("area", "67,5 kvm", {"living_m2": 67.5, "other_m2": None, "plot_m2": None}),
        ("area", "2 089", {"living_m2": 2089, "other_m2": None, "plot_m2": None}),
        ("area", "1,8 ha", {"living_m2": None, "other_m2": None, "plot_m2": 18_000}),
        ("area", "ca 85 kvm", {"living_m2": 85, "other_m2": None, "plot_m2": None, "approximate": True}),
        ("area", "3 rum", "not_area"),
        ("area", "-5 kvm", "negative"),
        ("rooms", "2½ rum", {"rooms": 2.5}),
        ("rooms", "4-5 rum", {"rooms": 4, "most": 5}),
        ("phone", "070-174 06 05", "+46701740605"),
        ("postcode", "12950Hägersten", "129 50"),
        ("apartment", "lgh nr 1204", "1204"),
        ("share", " 35 / 100 ", "35/100"),
        ("energy", "energiklass: c", "C"),
        ("sms", "kl 13–14", {"encoding": "UCS-2", "units": 8, "parts": 1}),
        ("sms", "", {"encoding": "GSM-7", "units": 0, "parts": 0}),
        ("floor", "vån 4½", {"floor": 4.5, "word": "vån"}),
        ("date", "såld 15 januari 2022", "2022-01-15"),
        ("date", "15 januari", "no_year"),
        ("typkod", "Småhus (220)", "220"),
        (
            "municipality",
            "Stockholms stad",
            {"code": "0180", "name": "Stockholm", "county": "Stockholms län"},
        ),
        ("size", "42 m²   2 rum", {"living_m2": 42, "other_m2": None, "plot_m2": None, "rooms": 2}),
        ("identity", "900111-2383", "199001112383"),
    ],
)
def test_a_line_becomes_its_plain_value_or_its_error(kind: str, text: str, value: object) -> None:
    assert _values(kind, text) == [value]


def test_a_position_is_given_on_its_own_system_and_in_degrees() -> None:
    [value] = _values("coordinates", "6580743.008 674571.866")
    assert (value["north"], value["east"], value["epsg"]) == (6580743.008, 674571.866, 3006)
    assert (round(value["latitude"], 6), round(value["longitude"], 6)) == (59.3293, 18.0686)


def _plain(kind: str, value: Any) -> Any:
    """The shared table's own form of a value, for comparison."""
    if kind == "price":
        return [str(value["kr"]), value.get("per")]
    if kind == "area":
        [m2] = [value[name] for name in ("living_m2", "other_m2", "plot_m2") if value[name] is not None]
        return [f"{m2:g}", value.get("approximate", False)]
    return f"{value['rooms']:g}" if kind == "rooms" else value


def _rows_apart(vectors: list[dict[str, Any]], *options: str) -> Iterator[str]:
    for theirs, kind in CLI_KINDS.items():
        rows = [row for row in vectors if row["kind"] == theirs]
        today = ("--today", "2026-11-23") if kind == "personnummer" else ()
        answers = _run(kind, "\r\n".join(str(row["input"]) for row in rows) + "\r\n", *today, *options)
        assert [answer["input"] for answer in answers] == [row["input"] for row in rows]
        for row, answer in zip(rows, answers, strict=True):
            wanted = row["value"] if row["ok"] else str(row["error"]).split("_or_")[0]
            wanted = wanted[0] if kind == "postcode" and row["ok"] else wanted
            wanted = wanted["canonical"] if kind == "designation" and row["ok"] else wanted
            found = _plain(kind, answer["value"]) if row["ok"] and "value" in answer else answer.get("error")
            if found != wanted:
                yield str(row["input"])


def test_the_command_answers_every_shared_vector_as_stated(vectors: list[dict[str, Any]]) -> None:
    assert list(_rows_apart(vectors, "--single")) == []


def test_only_a_range_and_a_sum_are_read_further_than_the_vectors_do(vectors: list[dict[str, Any]]) -> None:
    assert sorted(_rows_apart(vectors)) == ["3 995 000 – 4 200 000 kr", "85 + 12 kvm"]


def test_the_two_lists_of_kinds_are_one() -> None:
    assert tuple(kind.value for kind in Kind) == KINDS


def test_windows_line_ends_a_mark_and_a_missing_last_end_change_nothing() -> None:
    rows = _run("price", b"\xef\xbb\xbf1 kr\r\n\r\n2 kr", "--json")
    assert rows == [
        {"input": "1 kr", "value": {"kr": 1}},
        {"input": "", "error": "empty"},
        {"input": "2 kr", "value": {"kr": 2}},
    ]


def test_bytes_that_are_no_text_are_named_and_cost_no_other_line() -> None:
    rows = _run("sms", b"3\xa0995 kr\n\x00\x01\n\xff\xfe\nhej\xef\xbf\xbd\nhej\n")
    assert [row.get("error") for row in rows] == ["not_utf8", None, "not_utf8", None, None]


def test_an_error_explains_itself_when_asked() -> None:
    [row] = _run("price", "3 995 000 EUR\n", "--explain")
    assert row == {
        "input": "3 995 000 EUR",
        "error": "unknown_unit",
        "position": 10,
        "sv": "Priset gick inte att läsa: enheten är okänd.",
    }


def test_a_line_of_any_length_is_answered_in_bounded_memory() -> None:
    class Endless:
        """Sixty megabytes without an end, made as they are read."""

        def __init__(self) -> None:
            self.left = 960

        def read1(self, size: int) -> bytes:
            self.left -= 1
            return b"x" * size if self.left > 0 else b"\n1 kr\n" if self.left == 0 else b""

    tracemalloc.start()
    lines = [line for batch in normalize._batches(Endless()) for line in batch]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [len(line) for line in lines] == [LONGEST_LINE_BYTES + 1, 4]
    assert peak < 8 * LONGEST_LINE_BYTES


def test_a_line_too_long_is_shown_by_its_beginning() -> None:
    long_but_whole, too_long, after = _run("sms", b"a" * 100_000 + b"\n" + b"b" * 1_100_000 + b"\nc\n")
    assert (len(long_but_whole["input"]), long_but_whole["value"]["units"]) == (100_000, 100_000)
    assert too_long == {"input": "b" * 200, "error": "too_long"}
    assert after["input"] == "c"


def test_each_line_is_answered_when_it_comes() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "rooms"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        for text, rooms in [("2½ rum", 2.5), ("3 rok", 3)]:
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["value"] == {"rooms": rooms}
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_a_reader_that_leaves_early_is_no_error() -> None:
    program = f"'{sys.executable}' -c '{PROGRAM}' price"
    command = f"yes '1 kr' | head -100000 | {program} | head -1; echo ${{PIPESTATUS[2]}}"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=20)
    assert ran.stdout.splitlines() == ['{"input":"1 kr","value":{"kr":1}}', "0"]
    assert ran.stderr == ""
