"""How a page is made: one frame, templates, both languages, and persons hidden in every value."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response
from markupsafe import Markup, escape

from brygga.hub.hub import Hub
from brygga.hub.views.repairs import due_causes
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.tongue import Tongue, tongue_of
from brygga.hub.views.words import Words, house_words, read
from brygga.swedish.dates import STOCKHOLM
from brygga.swedish.masking import mask
from brygga.web.looks import Looks
from brygga.web.sessions import Session

NAV: Final = (
    ("overview", "/"),
    ("repairs", "/atgarda"),
    ("conflicts", "/konflikter"),
    ("objects", "/objekt"),
    ("queue", "/ko"),
)
SYSTEM_NAV: Final = (("data", "/data"), ("report", "/rapport"), ("log", "/logg"))


@functools.cache
def page_words() -> Words:
    """The page's own sentences."""
    return Words(read("brygga.web", "words.toml"))


def _masked(value: Any) -> Any:
    """Every value that a template writes: phones, e-mail and personal numbers never reach a page.

    What is marked up already was made of values that have been here.
    """
    if value is None:
        return ""
    return value if isinstance(value, Markup) or not isinstance(value, str) else mask(value)


class Speech:
    """What templates call `t`: sentences and ways of writing in the reader's language."""

    def __init__(self, tongue: Tongue, now: datetime) -> None:
        self.tongue = tongue
        self.lang = tongue.lang
        self._now = now

    def __call__(self, key: str, /, **facts: Any) -> str:
        """A sentence, the page's own before the house's."""
        words = page_words() if page_words().has(key) else house_words()
        return words.say(key, self.lang, **facts)

    def count(self, key: str, n: int, /, **facts: Any) -> str:
        """`key.one` or `key.many`, with `{n}` written as a figure."""
        words = page_words() if page_words().has(f"{key}.one") else house_words()
        return words.count(key, self.lang, n, n=self.tongue.number(n), **facts)

    def spoken(self, key: str, n: int, /, **facts: Any) -> str:
        """The same with the count as a word, capital first: for headings."""
        words = page_words() if page_words().has(f"{key}.one") else house_words()
        said = words.count(key, self.lang, n, n=self.tongue.words(n), **facts)
        return said[:1].upper() + said[1:]

    def time(self, at: datetime | None, text: str) -> Markup:
        """A `<time>` with the moment in it."""
        if at is None:
            return escape(text)
        stamp = at.astimezone(STOCKHOLM).isoformat(timespec="seconds")
        return Markup('<time datetime="{}">{}</time>').format(stamp, text)

    def when(self, at: datetime | None) -> Markup:
        """The clock for today, else day and clock, as a `<time>`."""
        return self.time(at, self.tongue.when(at, self._now) if at else "–")

    def parts(self, pieces: list[tuple[str, str]]) -> Markup:
        """A sentence in pieces, the marked ones in their elements."""
        tags = {
            "num": Markup('<span class="num">{}</span>'),
            "from": Markup('<s class="num from">{}</s>'),
            "b": Markup("<b>{}</b>"),
        }
        made = [
            tags[mark_].format(mask(text)) if mark_ in tags else escape(mask(text)) for mark_, text in pieces
        ]
        return Markup("").join(made)


def address(path: str, /, **query: Any) -> Markup:
    """A link of ours, escaped once and for all: `/objekt/source:1?visa=price`. Empty values are left out."""
    given = {name: value for name, value in query.items() if value not in (None, "", 0)}
    return escape(quote(path, safe="/:@") + (f"?{urlencode(given)}" if given else ""))


@functools.cache
def static_address(name: str) -> str:
    """A file of ours with its fingerprint, so that browsers keep it until it changes."""
    data = resources.files("brygga.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(data).hexdigest()[:10]}"


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("brygga.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_masked,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(address=address, static=static_address, nav=NAV, system_nav=SYSTEM_NAV)
    return made


class Pages:
    """Makes answers of templates."""

    def __init__(self, hub: Hub, looks: Looks) -> None:
        self.hub = hub
        self.looks = looks

    def make(
        self, template: str, session: Session, *, here: str, status: int = 200, **values: Any
    ) -> Response[str]:
        """A whole page in the frame. `here` is the name of the place in the menu."""
        seen = self.looks.now()
        tongue = tongue_of(session.lang)
        text = (
            _environment().get_template(template).render(**self._frame(seen, session, tongue, here), **values)
        )
        return Response(text, media_type=MediaType.HTML, status_code=status)

    def _frame(self, seen: Snapshot, session: Session, tongue: Tongue, here: str) -> Mapping[str, Any]:
        return {
            "t": Speech(tongue, seen.now),
            "lang": tongue.lang,
            "here": here,
            "session": session,
            "now": seen.now,
            "practice": seen.practice,
            "counts": {
                "repairs": due_causes(seen),
                "conflicts": self.hub.store.conflict_count(),
                "objects": self.hub.store.estate_count(),
                "queue": seen.waiting,
            },
            "parent": "layout.html",
        }


def bare(template: str, lang: str, status: int, **values: Any) -> Response[str]:
    """A page without menu, for who has no session and for our own faults: nothing is read for it."""
    tongue = tongue_of(lang)
    now = datetime.now(STOCKHOLM)
    text = _environment().get_template(template).render(t=Speech(tongue, now), lang=tongue.lang, **values)
    return Response(text, media_type=MediaType.HTML, status_code=status)
