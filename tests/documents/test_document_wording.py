"""Text on its way to the page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.documents.glyphs import drawable, drawn
from brygga.documents.wording import blocks, line, lines


def plain(found):
    return [(b["kind"], "".join(r["text"] for r in b["runs"])) for b in found]


def test_paragraphs_lists_and_headings_become_blocks():
    text = "<h3>Kök</h3><p>Ett &amp; två<br>tre</p><ul><li>fyra</li><li>fem</li></ul>sex"
    assert plain(blocks(text)) == [
        ("h", "Kök"), ("p", "Ett & två"), ("p", "tre"), ("li", "fyra"), ("li", "fem"), ("p", "sex"),
    ]  # fmt: skip  # a block reads best


def test_bold_and_italic_are_runs():
    (block,) = blocks("<p>a <b>b <i>c</i></b> d</p>")
    assert block["runs"] == [
        {"text": "a ", "b": False, "i": False},
        {"text": "b ", "b": True, "i": False},
        {"text": "c", "b": True, "i": True},
        {"text": " d", "b": False, "i": False},
    ]


def test_a_text_without_markup_is_split_at_its_lines_and_kept_to_the_letter():
    assert plain(blocks("Pris < 4 & > 3 &amp;\r\n\n  två ")) == [("p", "Pris < 4 & > 3 &amp;"), ("p", "två")]


def test_spaces_that_hold_together_stay():
    assert line("4\u00a0050\u00a0000 kr – nu\n\tidag") == "4\u00a0050\u00a0000 kr – nu idag"


def test_markup_in_a_cell_becomes_lines():
    assert lines("<p>ett</p><ul><li>två</li></ul>") == "ett\ntvå"


@given(st.text(max_size=200))
def test_nothing_undrawable_comes_through(text):
    known = drawable()
    assert known.issuperset(line(text))
    for block in blocks(text) + blocks(f"<p>{text}</p>"):
        for run in block["runs"]:
            assert known.issuperset(run["text"])


@given(st.text(alphabet="<>/abphli&;\"' =", max_size=80))
def test_no_markup_makes_the_reader_fall(text):
    assert all(block["kind"] in {"p", "li", "h"} for block in blocks(text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("åäö ÅÄÖ é – … ” ½ m² €", "åäö ÅÄÖ é – … ” ½ m² €"),
        ("🏡", ""),
        ("中", "□"),
        ("ＡＢ", "AB"),
        ("ﬁn", "ﬁn"),
    ],
)
def test_characters_are_drawn_replaced_dropped_or_marked(before, after):
    assert drawn(before) == after
