"""The one line of EXIF we keep: read from anything, written alone."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from brygga.photos.exif import LONGEST_COPYRIGHT, read_copyright, with_copyright


def _block(jpeg: bytes) -> bytes:
    length = struct.unpack(">H", jpeg[4:6])[0]
    return jpeg[6 : 4 + length]


@given(st.text(alphabet="abcåäö©ÅÄÖ (),.0123 ", min_size=1, max_size=80).map(lambda t: " ".join(t.split())))
def test_what_is_written_is_read_again(notice):
    jpeg = with_copyright(b"\xff\xd8\xff\xdb", notice)
    if not notice:
        assert jpeg == b"\xff\xd8\xff\xdb"
    else:
        assert read_copyright(_block(jpeg)) == notice


@given(st.binary(max_size=300))
def test_no_block_makes_the_reader_fall(garbage):
    for start in (b"", b"Exif\x00\x00II*\x00", b"MM\x00*\x00\x00\x00\x08"):
        assert len(read_copyright(start + garbage)) <= LONGEST_COPYRIGHT


def test_a_block_that_lies_about_its_length_gives_what_is_there():
    entry = struct.pack(">HHHII", 1, 0x8298, 2, 2**31, 26)
    assert read_copyright(b"MM\x00*" + struct.pack(">I", 8) + entry + bytes(4) + b"Foto AB") == "Foto AB"


def test_old_letters_are_read_and_control_characters_dropped():
    jpeg = with_copyright(b"\xff\xd8", "xxxxxxxxxxxx")
    raw = _block(jpeg).replace(b"xxxxxxxxxxxx", "Ås\u0007a\nFoto AB".encode("latin-1"))
    assert read_copyright(raw) == "Åsa Foto AB"
