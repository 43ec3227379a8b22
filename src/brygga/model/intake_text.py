"""How an `Intake` cleans text and reads loose JSON: pure functions, with the codes of what they changed."""

from __future__ import annotations

import html as entities
import json
import math
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

import nh3

_TAGS = {"p", "br", "ul", "ol", "li", "b", "strong", "i", "em", "h3", "h4", "a"}
_SCHEMES = {"http", "https", "mailto"}
_TAG = re.compile(r"<[a-zA-Z/!?]")
_BREAK_TAG = re.compile(r"<br\s*/>", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_HIDDEN = re.compile(  # controls, zero-width and bidi marks, BOM, annotations, tags; not the emoji joiner
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LINES = re.compile(r"[ \t]*\n\s*|\t+")
_URL_ODD = re.compile(r"[\s<>\"\\^`{|}]")
_PLAIN_URL = re.compile(  # what nearly every address looks like; the rest is judged the slow way
    r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:[/?#][\w!#$%&'()*+,./:;=?@~-]*)?", re.ASCII
)


def is_clean(text: str) -> bool:
    """Nothing to do: printable, no tag could begin in it, composed letters. The short way."""
    return (
        text.isprintable() and "<" not in text and (text.isascii() or unicodedata.is_normalized("NFC", text))
    )


def readable(text: str) -> tuple[str, list[str]]:
    """Without lone surrogates and invisible characters; line ends as `\\n`; NFC; ends stripped."""
    codes = []
    if _SURROGATE.search(text):
        codes.append("broken_characters")
        text = _SURROGATE.sub("", text)
    if _HIDDEN.search(text):
        codes.append("hidden_characters")
        text = _HIDDEN.sub("", text)
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", text)).strip(), codes


def line(text: str, most: int) -> tuple[str, list[str]]:
    """A one-line text of at most `most` characters, and the codes of what was changed."""
    clean, codes = readable(text[: most * 20])
    if "\n" in clean or "\t" in clean:
        codes.append("line_breaks")
        clean = _LINES.sub(" ", clean)
    if _TAG.search(clean):
        codes.append("unsafe_html")
        clean = _bare(clean)
    if len(clean) > most or len(text) > most * 20:
        codes.append("too_long")
    return clean[:most].strip(), codes


def description(text: str, most: int) -> tuple[str, list[str]]:
    """A text of several lines, markup on the allow-list, at most `most` characters, and the codes."""
    if len(text) <= most and is_clean(text.replace("\n", "")):
        return text.strip(), []  # the usual one: only line breaks are unprintable in it
    clean, codes = readable(text[: most * 4])
    if _TAG.search(clean):
        safe = _harmless(clean)
        if entities.unescape(safe) != entities.unescape(_BREAK_TAG.sub("<br>", clean)):
            codes.append("unsafe_html")
        clean = safe
    if len(clean) > most or len(text) > most * 4:
        codes.append("too_long")
        clean = _cut(clean, most)
    return clean, codes


def _cut(text: str, most: int) -> str:
    """At most `most` characters; tags left open by the cut are closed, or all taken away."""
    cut = text[:most].rstrip()
    if not _TAG.search(cut):
        return cut
    safe = _harmless(cut)
    return safe if len(safe) <= most else _bare(cut)[:most].rstrip()


def _harmless(text: str) -> str:
    safe = nh3.clean(text, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel=None)
    return safe.strip()


def _bare(text: str) -> str:
    """Without markup, entities read; what still looks like a tag afterwards loses its `<`."""
    bare, _ = readable(entities.unescape(nh3.clean(text, tags=set())))
    bare = _LINES.sub(" ", bare)
    while _TAG.search(bare):
        bare = _TAG.sub(lambda found: found[0][1:], bare)
    return bare


def is_plain_address(text: str) -> bool:
    """A web address of the usual letters and signs only. The short way: half a microsecond."""
    return _PLAIN_URL.fullmatch(text) is not None


def is_web_address(text: str) -> bool:
    """http or https, a host, no user name in it, and no character that an address cannot hold."""
    if _URL_ODD.search(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def loose_json(body: bytes) -> Any:
    """JSON as people write it: NaN, lone surrogates, a BOM, raw control characters, broken UTF-8.

    Raises ValueError or RecursionError when it is not even that.
    """
    return json.loads(body.decode("utf-8-sig", "replace"), strict=False, parse_int=_sized)


def _sized(digits: str) -> int | float:
    """An int that Python agrees to read; a longer one is infinite."""
    return int(digits) if len(digits) < 400 else math.inf


def as_float(value: float) -> float:
    """As float; infinite when an int is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
