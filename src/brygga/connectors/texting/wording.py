"""A neutral text message made ready for a network: recipient, sender, text, alphabet and parts. Pure.

What holds for every provider of text messages (46elks/SMS-TEXT.md). Connectors do not know each
other, so each has this file; a test keeps the copies alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from brygga.connectors.abilities import Sms
from brygga.model import Fault, Invalid
from brygga.swedish import phone
from brygga.swedish import sms as swedish_sms
from brygga.swedish.outcome import NotUnderstood

LONGEST_KEY = 200
_NAME = re.compile("[A-Za-z][A-Za-z0-9]{2,10}")
_SHORT_CODE = re.compile("[1-9][0-9]{4,5}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ANSWER_STOP = re.compile(r"\b(?:svara|skicka|sms:?a|reply|text)\b[^.!?\n]{0,30}\bstopp?\b", re.IGNORECASE)
_LETTERS = re.compile(r"\w+")
_FEW_WORDS = 3


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What this connection allows. `pool`: the provider chooses a sender when we name none."""

    sender: str
    reply_number: str
    foreign: bool
    make_plainer: bool
    most_parts: int
    most_chars: int
    short_codes: bool = False
    pool: bool = False


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it will leave: `to` is E.164, `sender` a name, a number or empty (the pool's)."""

    key: str
    to: str
    sender: str
    text: str
    encoding: str
    parts: int


def ready(message: Sms, rules: Rules) -> Ready:
    """The message made ready. Raises Invalid; its text never holds the number or the words.

    Codes: `no_key` · `recipient` · `not_mobile` · `foreign_number` · `no_sender` · `sender` ·
    `sender_not_answerable` · `stop_cannot_be_answered` · `empty` · `control_character` ·
    `lone_surrogate` · `too_many_parts` · `too_long`.
    """
    if not message.key or len(message.key) > LONGEST_KEY or not message.key.isprintable():
        raise invalid("no_key", "Sms:et saknar en egen nyckel som går att använda.")
    to = recipient(message.to, foreign=rules.foreign)
    sender = sender_of(message, rules)
    text = _text(message.text, rules)
    if _NAME.fullmatch(sender) and _ANSWER_STOP.search(text):
        raise invalid(
            "stop_cannot_be_answered",
            "Texten ber om svar med STOPP, men avsändaren är ett namn och kan inte få svar.",
        )
    measured = swedish_sms.measure(text)
    if measured.parts > rules.most_parts:
        raise invalid(
            "too_many_parts",
            f"Sms:et blir {measured.parts} delar; högst {rules.most_parts} är tillåtna. Korta texten.",
        )
    return Ready(
        key=message.key, to=to, sender=sender, text=text, encoding=measured.encoding, parts=measured.parts
    )


def recipient(text: str, *, foreign: bool) -> str:
    """The number as E.164. Swedish ones must be mobile (PTS: 070, 072, 073, 076, 079). Raises Invalid."""
    number = _number(text)
    if number is None:
        raise invalid("recipient", "Mottagarens nummer går inte att använda.")
    if not number.e164.startswith("+46"):
        if foreign:
            return number.e164
        raise invalid("foreign_number", "Mottagarens nummer är utländskt. Kopplingen skickar inte dit.")
    if not number.mobile:
        raise invalid("not_mobile", "Mottagarens nummer är inte ett mobilnummer och kan inte få sms.")
    return number.e164


def sender_of(message: Sms, rules: Rules) -> str:
    """The message's own sender, or the connection's; one that can be answered when that is asked for.

    Names: A–Z a–z 0–9, 3 to 11, a letter first (46elks kb/text-sender-id: what every network and
    handset keeps). Raises Invalid.
    """
    wanted = message.sender or (rules.reply_number if message.answerable else "") or rules.sender
    if not wanted:
        if rules.pool and not message.answerable:
            return ""
        raise invalid("no_sender", "Avsändare saknas. Fyll i en i kopplingens inställningar.")
    sender = _sender(wanted, rules)
    if message.answerable and _NAME.fullmatch(sender):
        raise invalid(
            "sender_not_answerable", "Sms:et ska kunna besvaras, men avsändaren är ett namn. Ange ett nummer."
        )
    return sender


def _sender(wanted: str, rules: Rules) -> str:
    if _NAME.fullmatch(wanted) or (rules.short_codes and _SHORT_CODE.fullmatch(wanted)):
        return wanted
    if any(letter.isalpha() for letter in wanted):
        raise invalid(
            "sender", "Avsändarens namn får bara ha A–Z och siffror, 3–11 tecken, och börja med en bokstav."
        )
    number = _number(wanted)
    if number is None:
        raise invalid("sender", "Avsändaren går inte att använda.")
    return number.e164


def _number(text: str) -> phone.Phone | None:
    """Nothing is cleaned away that a number should not hold: half an emoji may stand for a digit."""
    if _SURROGATE.search(text) or _CONTROL.search(text):
        return None
    try:
        return phone.parse(text)
    except NotUnderstood:
        return None


def _text(text: str, rules: Rules) -> str:
    if _SURROGATE.search(text):
        raise invalid("lone_surrogate", "Texten innehåller en halv emoji. Skriv om den.")
    if _CONTROL.search(text):
        raise invalid("control_character", "Texten innehåller ett tecken som inte kan skickas.")
    if not text.strip():
        raise invalid("empty", "Sms:et har ingen text.")
    if rules.make_plainer:
        plain = swedish_sms.plainer(text)
        text = plain if swedish_sms.measure(plain).parts < swedish_sms.measure(text).parts else text
    if len(text) > rules.most_chars:
        raise invalid("too_long", f"Sms:et är för långt: högst {rules.most_chars} tecken.")
    return text


def is_stop(text: str, words: Iterable[str]) -> bool:
    """Whether a reply asks for no more: a stop word alone, or first among at most three words."""
    said = _LETTERS.findall(text.casefold())
    return bool(said) and len(said) <= _FEW_WORDS and said[0] in {word.casefold() for word in words}


def invalid(code: str, sv: str) -> Invalid:
    """The value itself is left out: it may be a person's number."""
    return Invalid(f"the text message cannot be sent: {code}", code=code, sv=sv, fault=Fault.OURS)
