"""A kind of message and its facts → subject, text and HTML, by Jinja2 in its sandbox.

The text is written beside the HTML, never made from it: most people at an office read it on a
telephone's lock screen. The first line of the text template is the subject.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from jinja2.sandbox import ImmutableSandboxedEnvironment

from brygga.messages.facts import one_line, written
from brygga.messages.kinds import KINDS, LANGUAGES
from brygga.model.errors import Fault, Invalid

LONGEST_SUBJECT = 150  # characters; longer ones are cut by the readers anyway

_TEMPLATES = Path(__file__).parent / "templates"


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A message ready to hand over. `subject` is one line; lines of `text` end with LF."""

    subject: str
    text: str
    html: str


def compose(kind: str, language: str, facts: Mapping[str, Any]) -> Composed:
    """Write a message. Kinds and their facts: `brygga.messages.kinds`; languages: sv, en.

    Raises Invalid: no such kind or language, or facts that are missing, unknown or of the wrong shape.
    """
    if kind not in KINDS or language not in LANGUAGES:
        raise Invalid(
            f"no message {kind[:40]!r} in {language[:8]!r}", code="unknown_message", fault=Fault.OURS
        )
    words = written(KINDS[kind], language, facts)
    subject, _, text = _template(f"{kind}.{language}.txt").render(words).partition("\n")
    subject = one_line(subject, LONGEST_SUBJECT)
    html = _template(f"{kind}.{language}.html").render(words, subject=subject, language=language)
    return Composed(subject=subject, text=f"{text.strip()}\n", html=html)


def preview(kind: str, language: str) -> Composed:
    """The message with example facts, for whoever wants to see it before it is sent."""
    examples = {name: fact.example for name, fact in KINDS[kind].facts.items()} if kind in KINDS else {}
    return compose(kind, language, examples)


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


@functools.cache
def _environment() -> ImmutableSandboxedEnvironment:
    """HTML is escaped by the file's ending; a name that no fact has is an error, never a gap."""
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
