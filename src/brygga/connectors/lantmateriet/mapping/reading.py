"""Members of an answer, read by name: wherever one stands alone a list of one is accepted and the
other way round, names match without regard to case, numbers may be texts (XML has nothing else).

The ledger knows which members were read; what is left is carried through and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from brygga.connectors.lantmateriet.schema.register import Identity, Odd, Share
from brygga.swedish import orgnr, personnummer
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import clean

LONGEST: Final = 2_000
MOST_ROWS: Final = 20_000
DEEPEST: Final = 6
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?")
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}(?:\.0+)?")
PROTECTED: Final = "SKYDDAD"


class Ledger:
    """What was read of one product's answers, and what could not be."""

    def __init__(self, product: str) -> None:
        self.product = product
        self.odd: list[Odd] = []
        self._read: set[str] = set()

    def saw(self, path: str) -> None:
        """This member has been read, with all below it if it is an object read whole."""
        self._read.add(path)

    def note(self, path: str, code: str) -> None:
        """This value could not be read."""
        self.odd.append(Odd(f"{self.product}:{path}", code))

    def unread(self, document: Any, path: str = "") -> dict[str, object]:
        """Path → value of all that nobody read."""
        return {f"{self.product}:{at}": value for at, value in self._left(document, path)}

    def _left(self, value: Any, path: str) -> Iterator[tuple[str, object]]:
        if path in self._read:
            return
        if isinstance(value, dict) and value:
            for name, inner in value.items():
                yield from self._left(inner, f"{path}.{name}" if path else name)
        elif isinstance(value, list) and value:
            for number, inner in enumerate(value[:MOST_ROWS]):
                yield from self._left(inner, f"{path}[{number}]")
        else:
            yield path, value


class Members:
    """One object of an answer and where it stands. A member that is missing reads as empty."""

    __slots__ = ("_ledger", "_names", "_raw", "path")

    def __init__(self, raw: Any, path: str, ledger: Ledger) -> None:
        self._raw: dict[str, Any] = raw if isinstance(raw, dict) else {}
        self._names = {name.lower(): name for name in self._raw}
        self._ledger = ledger
        self.path = path

    def __bool__(self) -> bool:
        return bool(self._raw)

    @property
    def at(self) -> str:
        """Product and path, as `schema.register` writes it."""
        return f"{self._ledger.product}:{self.path}"

    @property
    def raw(self) -> dict[str, Any]:
        """The object as it came."""
        return self._raw

    def names(self) -> list[str]:
        """The members' names as they came."""
        return list(self._raw)

    def note(self, name: str, code: str) -> None:
        """A member's value could not be used."""
        self._ledger.note(self._under(name), code)

    def _under(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str) -> str:
        """A text on one line; numbers as their digits, a list joined by commas."""
        value = self._value(name)
        if isinstance(value, list):
            return ", ".join(filter(None, (_text(one) for one in value)))[:LONGEST]
        return _text(value)[:LONGEST]

    def whole(self, name: str) -> int | None:
        """A whole number; None when it is missing or is none."""
        value = self._value(name)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return int(value)
        if isinstance(value, str) and _WHOLE.fullmatch(digits := value.replace(" ", "")):
            return int(digits.partition(".")[0])
        self.note(name, "not_a_number")
        return None

    def day(self, name: str) -> date | None:
        """A day; of a time stamp its date as written."""
        value = self._value(name)
        if value is None or value == "":
            return None
        found = _DAY.fullmatch(value) if isinstance(value, str) else None
        try:
            if found:
                return date.fromisoformat(found[1])
        except ValueError:
            found = None
        self.note(name, "not_a_date")
        return None

    def flag(self, name: str) -> bool | None:
        """True, false, or not said."""
        value = self._value(name)
        return {"true": True, "false": False}.get(str(value).lower()) if value is not None else None

    def inner(self, name: str) -> Members:
        """An object inside; of a list its first."""
        return next(iter(self.each(name)), Members(None, self._under(name), self._ledger))

    def each(self, name: str) -> list[Members]:
        """The objects of a list; an object that stands alone is a list of one."""
        own = self._names.get(name.lower())
        value = self._raw.get(own) if own is not None else None
        path = self._under(own or name)
        if isinstance(value, dict):
            return [Members(value, path, self._ledger)]
        if not isinstance(value, list):
            return []
        rows = enumerate(value[:MOST_ROWS])
        return [Members(row, f"{path}[{n}]", self._ledger) for n, row in rows if isinstance(row, dict)]

    def found(self, *names: str) -> str:
        """The first non-empty text by one of these names, here or in any object below."""
        return next((text for name in names if (text := _below(self, name, 0))), "")

    def share(self, name: str) -> Share | None:
        """A share of numerator and denominator; one that is none is left out and noted."""
        part = self.inner(name)
        if not part:
            return None
        numerator, denominator = part.whole("taljare"), part.whole("namnare")
        if numerator is None or not denominator or denominator < 0 or numerator < 0:
            self.note(name, "not_a_share")
            return None
        return Share(numerator, denominator)

    def kronor(self, name: str) -> tuple[int | None, str]:
        """An amount of `{valuta, summa}`: whole kronor, or None and the other currency."""
        part = self.inner(name)
        amount, currency = part.whole("summa"), part.text("valuta").upper()
        return (amount, "") if currency in ("", "SEK", "KR") else (None, currency)

    def coordinates(self, name: str) -> tuple[float, float] | None:
        """`[E, N]` of a GeoJSON point in SWEREF 99 TM."""
        part = self.inner(name)
        value = part.plain("coordinates")
        if isinstance(value, list) and len(value) >= 2 and all(isinstance(v, int | float) for v in value[:2]):
            return float(value[0]), float(value[1])
        return None

    def identity(self, name: str) -> Identity:
        """A person's or organisation's number; zeros and nothing are no number (*dödsbo*, *skyddad*)."""
        text = self.text(name)
        if not text or not text.replace("-", "").strip("0 "):
            return Identity()
        try:
            return Identity(number=personnummer.parse(text).written, kind="person")
        except NotUnderstood as error:
            code = error.code
        if code in ("not_a_person", "format"):
            try:
                return Identity(number=str(orgnr.parse(text)), kind="organisation")
            except NotUnderstood as error:
                code = error.code
        self.note(name, code)
        return Identity(text=text, error=code)

    def plain(self, name: str) -> Any:
        """A member's value as it came."""
        return self._value(name)

    def ignore(self, *names: str) -> None:
        """Members that carry nothing for us (ids of versions): read and let go."""
        for name in names:
            self._value(name)

    def _value(self, name: str) -> Any:
        own = self._names.get(name.lower())
        if own is None:
            return None
        self._ledger.saw(self._under(own))
        return self._raw[own]


def _below(members: Members, name: str, depth: int) -> str:
    """The text by that name in an object or, at most six levels down, in one inside it."""
    own = next((each for each in members.names() if each.lower() == name.lower()), None)
    if own is not None and not members.each(own) and (text := members.text(own)):
        return text
    if depth > DEEPEST:
        return ""
    inner = (one for each in members.names() for one in members.each(each))
    return next((text for one in inner if (text := _below(one, name, depth + 1))), "")


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return ""
    return clean(str(value))
