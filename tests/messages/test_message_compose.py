"""Messages: what they say, what they refuse, and that nothing in a fact can break out of its place."""

import re
import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.messages import KINDS, LANGUAGES, compose, preview
from brygga.model import Invalid

AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
VISIBLE = {"address": "Storgatan 14 B", "where": "Sajten", "visible_at": AT}


class Tags(HTMLParser):
    """Which tags and addresses a message's HTML has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.links, self.words = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data):
        self.words += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_previewed_in_every_language(kind, language):
    message = preview(kind, language)
    assert message.subject
    assert "\n" not in message.subject
    html = Tags(message.html)
    assert message.html.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in message.html
    for name, fact in KINDS[kind].facts.items():
        if fact.shape in {"line", "text"}:
            assert fact.example in message.subject + message.text, name
            assert fact.example in html.words, name
        if fact.shape == "link":
            assert fact.example in message.text
            assert fact.example in html.links


def test_a_visible_home_is_confirmed_in_plain_swedish():
    message = compose("object_visible", "sv", {**VISIBLE, "price_kr": 4_050_000})
    assert message.subject == "Storgatan 14 B syns på Sajten"
    assert "sedan 23 nov 2026 kl.\u00a014.05" in message.text
    assert "Pris: 4\u00a0050\u00a0000\u00a0kr." in message.text
    assert "Se annonsen" not in message.text + message.html


def test_the_english_message_has_the_same_facts_in_english_writing():
    message = compose("object_visible", "en", {**VISIBLE, "price_kr": 4_050_000})
    assert "23 Nov 2026, 14:05" in message.text
    assert "SEK\u00a04,050,000" in message.text


def test_a_repair_says_what_happened_what_works_who_and_which_step():
    facts = {"connection": "Sajten", "happened": "Nyckeln nekades.", "still_works": "Annonserna ligger kvar.",
             "who": "Karim Saleh", "step": "Byt nyckel."}  # fmt: skip  # a block reads best
    text = compose("repair_opened", "sv", facts).text
    places = [text.index(facts[name]) for name in ("happened", "still_works", "step", "who")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "words",
    [
        "Gatan\r\nBcc: all@example.com",
        "Gatan\nX: y",
        "Gatan\x0b\x85\u2028Bcc: z",
        "Gatan\r",
        "\x00Gatan\u202e\u200b",
    ],
)
def test_a_subject_is_one_line_whatever_the_address_holds(words):
    subject = compose("object_visible", "sv", {**VISIBLE, "address": words}).subject
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u200b]", subject)
    assert subject.startswith("Gatan")
    assert subject.endswith("syns på Sajten")


@given(st.text(max_size=300))
def test_no_address_can_break_the_subject_or_the_html(address):
    try:
        message = compose("object_visible", "sv", {**VISIBLE, "address": address})
    except Invalid:  # nothing visible was left of it
        return
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in message.subject)
    assert len(message.subject) <= 150
    assert Tags(message.html).tags == Tags(compose("object_visible", "sv", VISIBLE).html).tags


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7*7 }}", "{% include 'x' %}", "&lt;b&gt;"]
)
def test_markup_in_a_fact_is_only_text(words):
    message = compose("object_visible", "sv", {**VISIBLE, "address": words})
    assert Tags(message.html).tags == Tags(compose("object_visible", "sv", VISIBLE).html).tags
    assert words in Tags(message.html).words
    assert words in message.text


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "https://", "//example.com", "https://a@example.com/",
     "https://exa mple.com", "https://example.com/\nBcc:", "https://example.com/\u202e", 'https://example.com/"x',
     "ftp://example.com", 7, "[::"],
)  # fmt: skip  # a block reads best
def test_only_plain_web_addresses_become_links(link):
    with pytest.raises(Invalid) as caught:
        compose("object_visible", "sv", {**VISIBLE, "link": link})
    assert caught.value.code == "bad_fact"


@pytest.mark.parametrize(
    ("facts", "code"),
    [({}, "missing_fact"), ({**VISIBLE, "address": ""}, "missing_fact"),
     ({**VISIBLE, "address": "\u200b"}, "missing_fact"),
     ({**VISIBLE, "colour": "red"}, "unknown_fact"), ({**VISIBLE, "price_kr": "4 mkr"}, "bad_fact"),
     ({**VISIBLE, "price_kr": True}, "bad_fact"),
     ({**VISIBLE, "visible_at": AT.replace(tzinfo=None)}, "bad_fact"),
     ({**VISIBLE, "address": b"x"}, "bad_fact")],
)  # fmt: skip  # the same
@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_that_do_not_fit_are_refused_without_telling_their_values(facts, code, language):
    with pytest.raises(Invalid) as caught:
        compose("object_visible", language, facts)
    assert caught.value.code == code
    assert "4 mkr" not in str(caught.value)


@pytest.mark.parametrize(("kind", "language"), [("party", "sv"), ("object_visible", "de"), ("../x", "sv")])
def test_an_unknown_kind_or_language_is_refused(kind, language):
    with pytest.raises(Invalid) as caught:
        compose(kind, language, VISIBLE)
    assert caught.value.code == "unknown_message"
    with pytest.raises(Invalid):
        preview(kind, language)


def test_long_facts_are_cut():
    message = compose("object_visible", "sv", {**VISIBLE, "address": "Långa gatan " * 100})
    assert len(message.subject) <= 150
    assert "…" in message.subject


def test_a_fact_of_several_lines_becomes_paragraphs():
    facts = {"connection": "Sajten", "happened": "Ett.\r\n\n\n\nTvå.\t", "step": "Tre."}
    message = compose("repair_opened", "sv", facts)
    assert "Ett.\n\nTvå.\n" in message.text
    assert message.html.count('<p style="margin:0 0 8px">') == 3
