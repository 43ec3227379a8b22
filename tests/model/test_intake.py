"""The sanitising reader: clean values pass, odd ones are changed or left out, and it is told."""

from __future__ import annotations

import math
import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.model import Finding, Invalid, Severity
from brygga.model.intake import DEEPEST, FINDINGS_MOST, NAME_MOST, TEXT_MOST, Intake
from brygga.model.intake_words import SENTENCES

ANY_TEXT = st.text(st.characters(codec=None), max_size=400)  # lone surrogates too
MARKUP = st.lists(
    st.sampled_from(["<b>", "</b>", "<script>", "<", ">", "&lt;", "a", "<img src=x onerror=y>", "&", " "]),
    max_size=30,
).map("".join)


def codes(intake: Intake) -> list[str]:
    return [finding.code for finding in intake.findings]


def read(method: str, value: Any, **how: Any) -> tuple[Any, list[str]]:
    intake = Intake()
    return getattr(intake, method)(value, "field", **how), codes(intake)


# ---------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("value", "clean", "told"),
    [
        ("Storgatan 14 B", "Storgatan 14 B", []),
        ("  Åkervägen\u00a03 ", "Åkervägen\u00a03", []),
        ("A\u030akervägen", "Åkervägen", []),
        ("", "", []),
        (None, "", []),
        ("rad ett\r\n  rad två", "rad ett rad två", ["line_breaks"]),
        ("tabb\there", "tabb here", ["line_breaks"]),
        ("a\x00b\x1fc\x7f", "abc", ["hidden_characters"]),
        ("\u202eexe.gpj\u202c", "exe.gpj", ["hidden_characters"]),
        ("\ufeffText", "Text", ["hidden_characters"]),
        ("halv \ud83d bild", "halv  bild", ["broken_characters"]),
        ("familj 👨\u200d👩\u200d👧", "familj 👨\u200d👩\u200d👧", []),
        ("<b>Hej</b> & <script>x()</script>då", "Hej & då", ["unsafe_html"]),
        ("3 < 4 men > 2", "3 < 4 men > 2", []),
        ("&lt;b>", "&lt;b>", []),
        ("<i>&lt;script&gt;</i>", "script>", ["unsafe_html"]),
        (12, "12", ["text_as_number"]),
        (1.5, "1.5", ["text_as_number"]),
        (True, "", ["wrong_type"]),
        (math.nan, "", ["wrong_type"]),
        ({"a": 1}, "", ["nested"]),
        (["a"], "", ["nested"]),
    ],
)
def test_a_line_of_text(value: Any, clean: str, told: list[str]) -> None:
    assert read("text", value) == (clean, told)


@pytest.mark.parametrize(
    ("value", "clean", "told"),
    [
        ("Kök & bad.\nSovrum < 10 m².", "Kök & bad.\nSovrum < 10 m².", []),
        ("a\r\nb\u2028c", "a\nb\nc", []),
        ("<p>Ljus <b>tvåa</b>.<br/>Balkong</p>", "<p>Ljus <b>tvåa</b>.<br>Balkong</p>", []),
        ("<p>Hej<script>x()</script></p>", "<p>Hej</p>", ["unsafe_html"]),
        ('<p onclick="x()">Hej</p>', "<p>Hej</p>", ["unsafe_html"]),
        (
            '<a href="https://example.com/?a=1&amp;b=2">x</a>',
            '<a href="https://example.com/?a=1&amp;b=2">x</a>',
            [],
        ),
        ('<a href="javascript:x()">x</a>', "<a>x</a>", ["unsafe_html"]),
        ('<a href="mailto:a@example.com">x</a>', '<a href="mailto:a@example.com">x</a>', []),
        ('<iframe src="https://example.com"></iframe>Hej', "Hej", ["unsafe_html"]),
        ("<table><tr><td>x</td></tr></table>", "x", ["unsafe_html"]),
        ("a\u202eb", "ab", ["hidden_characters"]),
        (None, "", []),
        (7, "7", ["text_as_number"]),
    ],
)
def test_a_description(value: Any, clean: str, told: list[str]) -> None:
    assert read("html", value) == (clean, told)


@pytest.mark.parametrize(("method", "most"), [("text", NAME_MOST), ("html", TEXT_MOST)])
def test_a_text_that_is_too_long_is_cut(method: str, most: int) -> None:
    clean, told = read(method, "å" * (most + 1))
    assert (len(clean), told) == (most, ["too_long"])
    assert read(method, "å" * most) == ("å" * most, [])


def test_a_cut_never_leaves_a_tag_open() -> None:
    clean, told = read("html", "<p><b>" + "ord " * 100, most=100)
    assert len(clean) <= 100
    assert clean.count("<b>") == clean.count("</b>")
    assert told[-1] == "too_long"


def test_deep_nesting_and_huge_texts_end_in_good_time() -> None:
    for value in ("<b>" * 100_000, "<" * 1_000_000, "\u202e" * 1_000_000, "<p " * 50_000):
        for method in ("text", "html"):
            assert len(read(method, value)[0]) <= TEXT_MOST


@given(value=ANY_TEXT | MARKUP)
def test_cleaning_twice_changes_nothing_more(value: str) -> None:
    for method in ("text", "html"):
        once, _ = read(method, value)
        assert read(method, once)[0] == once


@given(value=ANY_TEXT | MARKUP)
def test_no_clean_text_can_hurt(value: str) -> None:
    line, _ = read("text", value)
    description, _ = read("html", value)
    for text in (line, description):
        text.encode("utf-8")
        assert "\x00" not in text
        assert "\u202e" not in text
    assert "\n" not in line
    assert "<script" not in (line + description).lower()
    assert "<img" not in (line + description).lower()


@given(value=ANY_TEXT)
def test_a_changed_text_is_told_of(value: str) -> None:
    clean, told = read("text", value)
    same = clean == value or not value.isprintable() or clean == value.strip()
    assert told or same or not value.isascii()


# ---------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("method", "value", "clean", "told"),
    [
        ("integer", 3, 3, []),
        ("integer", 3.0, 3, []),
        ("integer", 3.5, None, ["not_whole"]),
        ("integer", -1, None, ["out_of_range"]),
        ("integer", 10**30, None, ["out_of_range"]),
        ("integer", "12", 12, ["number_as_text"]),
        ("integer", "tolv", None, ["not_a_number"]),
        ("integer", "", None, ["not_a_number"]),
        ("integer", True, None, ["wrong_type"]),
        ("integer", None, None, []),
        ("integer", [1], None, ["nested"]),
        ("number", 55, 55.0, []),
        ("number", 55.5, 55.5, []),
        ("number", math.nan, None, ["not_finite"]),
        ("number", math.inf, None, ["not_finite"]),
        ("number", "55,5", 55.5, ["number_as_text"]),
        ("number", 1e300, None, ["out_of_range"]),
        ("number", {"v": 1}, None, ["nested"]),
        ("money", 3_995_000, 3_995_000, []),
        ("money", 3490.0, 3490, []),
        ("money", 3490.5, 3491, ["rounded"]),
        ("money", "4 050 000", 4_050_000, ["number_as_text"]),
        ("money", "4\u00a0050\u00a0000", 4_050_000, ["number_as_text"]),
        ("money", 0, 0, []),
        ("money", -5, None, ["out_of_range"]),
        ("money", 10**12, None, ["out_of_range"]),
        ("decimal", 57.0, Decimal(57), []),
        ("decimal", 57.25, Decimal("57.25"), []),
        ("decimal", None, None, []),
        ("year", 1936, 1936, []),
        ("year", 36, None, ["out_of_range"]),
        ("flag", True, True, []),
        ("flag", None, None, []),
        ("flag", "false", False, ["flag_as_text"]),
        ("flag", 1, True, ["flag_as_text"]),
        ("flag", "kanske", None, ["wrong_type"]),
        ("flag", [], None, ["nested"]),
    ],
)
def test_numbers_and_flags(method: str, value: Any, clean: Any, told: list[str]) -> None:
    found, codes_told = read(method, value)
    assert (found, codes_told) == (clean, told)
    assert type(found) is type(clean)


def test_a_range_of_ones_own_is_kept() -> None:
    assert read("integer", -3, least=-5, most=5) == (-3, [])
    assert read("money", -310_000, least=-1_000_000) == (-310_000, [])


# ---------------------------------------------------------------------- times, addresses, words


@pytest.mark.parametrize(
    ("value", "clean", "told"),
    [
        ("2026-05-10T13:00:00", datetime(2026, 5, 10, 11, tzinfo=UTC), []),
        ("2026-05-10T13:00:00.6512345", datetime(2026, 5, 10, 11, 0, 0, 651234, tzinfo=UTC), []),
        ("2026-05-10T13:00:00Z", datetime(2026, 5, 10, 13, tzinfo=UTC), []),
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), []),
        ("0001-01-01T00:00:00", None, ["no_time"]),
        ("9999-12-31T23:59:59", None, ["no_time"]),
        ("2026-02-30T00:00:00", None, ["not_a_time"]),
        ("i morgon", None, ["not_a_time"]),
        ("", None, ["not_a_time"]),
        (1_700_000_000, None, ["wrong_type"]),
        (None, None, []),
    ],
)
def test_moments(value: Any, clean: datetime | None, told: list[str]) -> None:
    assert read("moment", value) == (clean, told)


@pytest.mark.parametrize(
    ("value", "clean", "told"),
    [
        ("https://example.com/a?b=1", "https://example.com/a?b=1", []),
        ("www.example.com", "https://www.example.com", ["scheme_added"]),
        ("javascript:alert(1)", "", ["unsafe_url"]),
        ("data:text/html,x", "", ["unsafe_url"]),
        ("file:///etc/hosts", "", ["unsafe_url"]),
        ("https://", "", ["unsafe_url"]),
        ("https://user:pass@example.com", "", ["unsafe_url"]),
        ("https://exa mple.com", "", ["unsafe_url"]),
        ("https://[broken", "", ["unsafe_url"]),
        ("", "", []),
        (None, "", []),
    ],
)
def test_addresses_on_the_web(value: Any, clean: str, told: list[str]) -> None:
    assert read("url", value) == (clean, told)


@pytest.mark.parametrize(
    ("method", "value", "clean", "told"),
    [
        ("phone", "070-174 06 05", "+46701740605", []),
        ("phone", "ring Anna", "ring Anna", ["not_a_phone"]),
        ("phone", "", "", []),
        ("email", "test.testsson@example.com", "test.testsson@example.com", []),
        ("email", "a@example.com; b@example.com", "a@example.com; b@example.com", ["not_an_email"]),
        ("postcode", "111 22", "111 22", []),
        ("postcode", "11122", "111 22", []),
        ("postcode", "ABC", "ABC", ["not_a_postcode"]),
    ],
)
def test_what_cannot_be_understood_is_kept_as_text(
    method: str, value: str, clean: str, told: list[str]
) -> None:
    assert read(method, value) == (clean, told)


def test_a_foreign_postcode_is_left_alone() -> None:
    assert read("postcode", "SW1A 1AA", swedish=False) == ("SW1A 1AA", [])


def test_a_word_is_looked_up_and_an_unknown_one_kept() -> None:
    table = {"ForSale": "for_sale"}
    intake = Intake()
    assert intake.choice("ForSale", "status", table) == "for_sale"
    assert intake.choice(" ForSale ", "status", table) == "for_sale"
    assert intake.choice(None, "status", table) == ""
    assert intake.findings == []
    assert intake.choice("Teleported", "status", table) == "Teleported"
    assert intake.choice({"id": 1}, "status", table) == ""
    assert codes(intake) == ["unknown_value", "nested"]


# ---------------------------------------------------------------------- parts, lists, whole answers


def test_parts_write_their_paths_and_share_findings() -> None:
    intake = Intake()
    intake.inside("buildings", 2).inside("floor").number("x", "total")
    assert intake.findings == [
        Finding(
            path="buildings[2].floor.total",
            code="not_a_number",
            severity=Severity.REFUSED,
            sv=SENTENCES["not_a_number"],
        )
    ]


@pytest.mark.parametrize(
    ("value", "clean", "told"),
    [
        ([{"a": 1}], [{"a": 1}], []),
        ([{"a": 1}, 2, None], [{"a": 1}], ["bad_row"]),
        ({"a": 1}, [], ["not_a_list"]),
        ("x", [], ["not_a_list"]),
        (None, [], []),
    ],
)
def test_rows(value: Any, clean: list[Any], told: list[str]) -> None:
    assert read("rows", value) == (clean, told)


def test_a_list_of_texts_leaves_out_what_is_none() -> None:
    assert read("texts", ["Svenska", "", None, {"a": 1}]) == (["Svenska"], ["nested"])


def test_what_has_no_home_is_kept_but_made_harmless() -> None:
    value = {"a\u202e": ["<script>x</script>ord", 10**30, math.inf, True, None], "n": {"d": "x\x00"}}
    clean, told = read("kept", value)
    assert clean == {"a": ["ord", None, None, True, None], "n": {"d": "x"}}
    assert {"unsafe_html", "out_of_range", "not_finite", "hidden_characters"} == set(told)


def test_what_is_nested_without_end_is_cut() -> None:
    value: Any = "x"
    for _ in range(500):
        value = [value]
    clean, told = read("kept", value)
    assert told == ["too_deep"]
    assert str(clean).count("[") == DEEPEST


@pytest.mark.parametrize(
    ("body", "clean", "told"),
    [
        (b'{"a": 1}', {"a": 1}, []),
        (b'[{"a": 1}]', {"a": 1}, []),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}, ["odd_json"]),
        (b'{"a": "x\ny"}', {"a": "x\ny"}, ["odd_json"]),
        (rb'{"a": "\ud83d"}', {"a": "\ud83d"}, ["odd_json"]),
        (b'{"a": "\xff"}', {"a": "\ufffd"}, ["odd_json"]),
        (b'{"a": Infinity}', {"a": math.inf}, ["odd_json"]),
        (b'{"a": 1' + b"0" * 5_000 + b"}", {"a": math.inf}, ["odd_json"]),
    ],
)
def test_an_answer_is_read_even_when_its_json_is_odd(
    body: bytes, clean: dict[str, Any], told: list[str]
) -> None:
    intake = Intake()
    assert intake.document(body) == clean
    assert codes(intake) == told


@pytest.mark.parametrize("body", [b"", b"x", b"1", b"[1, 2]", b"[{}, {}]", b'{"a":', b"[" * 200_000])
def test_an_answer_without_an_object_is_invalid(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        Intake().document(body)
    assert caught.value.sv in SENTENCES.values()


# ---------------------------------------------------------------------- findings


def test_findings_are_cut_at_a_hundred_and_say_so() -> None:
    intake = Intake()
    for number in range(1_000):
        intake.integer("x", f"field{number}")
    assert len(intake.findings) == FINDINGS_MOST + 1
    assert intake.findings[-1].code == "more"


def test_no_finding_holds_the_value() -> None:
    intake = Intake()
    canary = "070-1740699"
    methods: list[Callable[..., Any]] = [
        intake.integer, intake.number, intake.money, intake.flag, intake.moment, intake.url, intake.email,
        intake.section, intake.rows, intake.postcode,
    ]  # fmt: skip  # a list
    for method in methods:
        method(f"x {canary}\x00", "field")
    intake.phone(f"{canary} eller {canary}", "field")
    assert len(intake.findings) > len(methods)
    assert "1740699" not in str(intake.findings)


def test_a_path_with_odd_characters_is_cleaned_too() -> None:
    intake = Intake()
    intake.note("unknown_member", "a\ud800\u202eb")
    assert intake.findings[0].path == "ab"


def test_every_sentence_is_for_brokers() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.endswith("."), code
        assert not any(word in sentence.lower() for word in ("ogiltig", "null", "systemet", "tyvärr", "!"))


def test_a_clean_text_takes_the_short_way() -> None:
    intake = Intake()
    took_s = (
        min(timeit.repeat(lambda: intake.text("Exempelgatan 12", "street"), number=2_000, repeat=5)) / 2_000
    )
    assert took_s < 5e-6  # about 0.2 µs when nothing else runs; the slow way is above 10
