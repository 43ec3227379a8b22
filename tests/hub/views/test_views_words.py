"""The catalogue: complete in both languages, in the house's words, and all of it used."""

from __future__ import annotations

import re
import string
from pathlib import Path

import brygga.hub.views as views
import brygga.web as web
from brygga.health import SHAPES
from brygga.hub.views.repairs import KINDS, PARTS
from brygga.hub.views.words import Words, house_words
from brygga.web.page import page_words

CATALOGUES = {"house": house_words(), "page": page_words()}
ALL = {**CATALOGUES["house"].entries, **CATALOGUES["page"].entries}
FORBIDDEN_SV = re.compile(
    r"\b(vänligen|tyvärr|oj|ogiltig\w*|felaktig inmatning|okänt fel|timeout|webhook\w*|token|api|payload"
    r"|cache|synk\w*|retry|null|klicka här|systemet\b(?!$)|användaren|man)\b|!",
    re.IGNORECASE,
)
PLAIN_SPACE_BEFORE_UNIT = re.compile(r"[0-9] (kr|m²|rum|%|s|kB|MB)\b")
CODE = Path(views.__file__).parent, Path(web.__file__).parent


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_sentence_is_there_in_both_languages_with_the_same_placeholders() -> None:
    assert len(ALL) > 500
    for key, entry in ALL.items():
        assert set(entry) == {"sv", "en"}, key
        assert entry["sv"].strip(), key
        assert entry["en"].strip(), key
        assert placeholders(entry["sv"]) == placeholders(entry["en"]), key


def test_no_sentence_of_the_page_hides_one_of_the_house() -> None:
    assert not CATALOGUES["house"].entries.keys() & CATALOGUES["page"].entries.keys()


def test_forbidden_words_do_not_occur() -> None:
    allowed = {"frame.system"}
    found = [(key, e["sv"]) for key, e in ALL.items() if key not in allowed and FORBIDDEN_SV.search(e["sv"])]
    assert found == []


def test_no_sentence_writes_a_unit_after_an_ordinary_space_or_a_clock_with_a_colon() -> None:
    for key, entry in ALL.items():
        assert not PLAIN_SPACE_BEFORE_UNIT.search(entry["sv"]), key
        assert not re.search(r"\b[0-2]?[0-9]:[0-5][0-9]\b", entry["sv"]), key


def test_buttons_have_at_most_a_few_words_and_no_full_stop() -> None:
    buttons = [
        e
        for k, e in ALL.items()
        if k.endswith(".button") or (k.startswith("mend.") and k.endswith("_button"))
    ]
    assert buttons
    for entry in buttons:
        assert not entry["sv"].endswith(".")
        assert len(entry["sv"].split()) <= 4


def test_every_repair_has_its_five_answers_and_its_shape_in_both_languages() -> None:
    for code in KINDS:
        for part in PARTS:
            assert house_words().has(f"repair.{code}.{part}"), (code, part)


def test_every_state_has_a_name_and_a_line() -> None:
    for code in SHAPES:
        assert house_words().has(f"state.{code}.name")
        assert house_words().has(f"state.{code}.line")


def test_every_key_that_code_and_templates_name_is_in_the_catalogue() -> None:
    named: set[str] = set()
    for folder in CODE:
        for path in folder.rglob("*.py"):
            named |= set(
                re.findall(r"""\bsay\(\s*"([a-z_]+(?:\.[a-z_]+)+)\"""", path.read_text(encoding="utf-8"))
            )
        for path in folder.rglob("*.html"):
            named |= set(
                re.findall(
                    r"""\bt\("([a-z_]+(?:\.[a-z_]+)+)"(?: if|[,)])""", path.read_text(encoding="utf-8")
                )
            )
    assert len(named) > 150
    assert {key for key in named if key not in ALL} == set()


def test_every_sentence_is_used_somewhere() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in CODE
        for path in folder.rglob("*")
        if path.suffix in {".py", ".html"}
    )
    families = re.compile(
        r"^(state|status|type|kind|kinds|repair|shown|strip|headline|queue|report|event|line|fan|why|shape|nav|role|"
        r"confirm|done|timeline|objects|data\.severity|chart|lead|fact|place|page)\."
    )
    unused = [
        key
        for key in ALL
        if not families.match(key) and key.removesuffix(".one").removesuffix(".many") not in text
    ]
    assert not unused, unused


def test_templates_hold_no_text_of_their_own() -> None:
    letters = re.compile(r">\s*([^<>{}]*[A-Za-zÅÄÖåäö]{2,}[^<>{}]*)<")
    allowed = {"brygga", "brygga connect vitec", "brygga demo"}
    for path in (Path(web.__file__).parent / "templates").glob("*.html"):
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        loose = {found.strip() for found in letters.findall(text)} - allowed - {"– brygga"}
        assert not loose, (path.name, loose)


def test_pieces_of_a_sentence_keep_their_marks() -> None:
    words = Words({"a": {"sv": "från {old} till {new}.", "en": "from {old} to {new}."}})
    assert words.parts("a", "sv", old=("from", "4"), new="5") == [
        ("", "från "),
        ("from", "4"),
        ("", " till "),
        ("", "5"),
        ("", "."),
    ]
