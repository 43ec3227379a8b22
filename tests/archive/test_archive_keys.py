"""Keys: what is a place in an archive and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.archive import BadKey, check_key, segment


@pytest.mark.parametrize(
    "key",
    ["", "/", "/etc/passwd", "a//b", "a/", "../a", "a/../b", "a/./b", ".hidden", "a/.b", "a\\b", "C:/a",
     "a\x00b", "a b", "å", "a/b.", "-rf", "con", "a/NUL.txt", "a\n", "a" * 151, "/".join(["a" * 100] * 7),
     "a/\u202eb", "~/a", "a*", "a:b"],
)  # fmt: skip  # a block reads best
def test_a_key_that_is_no_place_is_refused(key):
    with pytest.raises(BadKey) as caught:
        check_key(key)
    assert caught.value.sv == "Filnamnet kan inte användas i arkivet."


def test_a_plain_key_is_split_at_its_slashes():
    assert check_key("documents/vitec=3AOBJ1_2/v0001.pdf") == ("documents", "vitec=3AOBJ1_2", "v0001.pdf")


@given(st.text(min_size=1, max_size=12))
def test_any_text_becomes_one_safe_segment(text):
    assert check_key(segment(text)) == (segment(text),)


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_two_texts_never_become_the_same_segment(one, other):
    assert (segment(one) == segment(other)) == (one == other)


def test_a_text_too_long_for_a_segment_is_refused():
    with pytest.raises(BadKey):
        segment("å" * 60)
