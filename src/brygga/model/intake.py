"""The sanitising reader: raw values from outside in, clean values and findings out.

A mapping reads every value through an `Intake` once, at its edge. A bad value never raises: it
is changed or left out, and a `Finding` says where and why, without the value itself. What is
the same text in another spelling (NFC, line ends, outer spaces) is no finding.

Clean values take a short way, a few tenths of a microsecond each, because every field of every
record passes here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from brygga.model import intake_text as cleaning
from brygga.model.errors import Invalid
from brygga.model.findings import Finding, Severity
from brygga.model.intake_words import SENTENCES, SEVERITIES
from brygga.model.records import money
from brygga.swedish import phone, postcode
from brygga.swedish.dates import EARLIEST_YEAR, LATEST_YEAR, wall_clock
from brygga.swedish.outcome import NotUnderstood

NAME_MOST: Final = 500
"""Characters in a one-line text; longer is cut."""
TEXT_MOST: Final = 50_000
"""Characters in a description; longer is cut."""
ROWS_MOST: Final = 2_000
"""Rows in a list inside one record; the rest is left out."""
FINDINGS_MOST: Final = 100
"""Findings kept for one record; after that only that there were more."""
DEEPEST: Final = 12
"""Levels of an unknown member that are kept."""
LARGEST_KR: Final = 100_000_000_000
"""No amount of ours is near a hundred thousand million kronor."""

_AMOUNT = re.compile(r"[+-]?[0-9]{1,18}(?:[.,][0-9]{1,9})?")
_GROUPING = str.maketrans({" ": "", "\u00a0": "", "\u202f": "", "\u2212": "-"})
_POSTCODE = re.compile(r"([1-9][0-9]{2}) ?([0-9]{2})")
_MOBILE = re.compile(r"(?:\+46|0)(7[02369][0-9]{7})")
_USUAL_YEARS = range(EARLIEST_YEAR, LATEST_YEAR + 1)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@(?:[^\s@.<>,;:\"\\/]{1,63}\.)+[^\s@.<>,;:\"\\/]{2,63}")
_FLAGS = {"true": True, "false": False, "1": True, "0": False, "ja": True, "nej": False}
_is_clean = cleaning.is_clean
_is_plain_address = cleaning.is_plain_address


class Intake:
    """Reads the values of one record and collects findings. Paths are JSON paths in the raw record.

    `inside("buildings", 0)` gives a reader whose paths begin with `buildings[0].`; it shares the
    findings.
    """

    __slots__ = ("_at", "findings")

    def __init__(self, findings: list[Finding] | None = None, at: str = "") -> None:
        self.findings: list[Finding] = [] if findings is None else findings
        self._at = at

    def inside(self, name: str, number: int | None = None) -> Intake:
        """A reader for a part: its paths are written relative to the part."""
        return Intake(self.findings, self.path_inside(name, number))

    def path_inside(self, name: str, number: int | None = None) -> str:
        """The beginning of the paths inside a part."""
        return f"{self._at}{name}." if number is None else f"{self._at}{name}[{number}]."

    def note(self, code: str, path: str, *, sv: str = "", severity: Severity | None = None) -> None:
        """Record one finding; the sentence and its severity come from the table unless given."""
        known = len(self.findings)
        if known > FINDINGS_MOST:
            return
        if known == FINDINGS_MOST:
            code, path, sv, severity = "more", "", "", None
        where = f"{self._at}{path}"[:300]
        self.findings.append(
            Finding(
                path=where if where.isprintable() else cleaning.readable(where)[0],
                code=code,
                severity=severity or SEVERITIES.get(code, Severity.NOTED),
                sv=sv or SENTENCES.get(code, SENTENCES["other"]),
            )
        )

    # ------------------------------------------------------------------ whole answers and parts

    def document(self, body: bytes) -> dict[str, Any]:
        """The JSON object in an answer's bytes. Raises Invalid when there is none.

        What strict JSON refuses but a person can read (NaN, lone surrogates, a BOM, raw control
        characters) is read, with the finding `odd_json`. A list of exactly one object is that object.
        """
        value = self._decoded(body)
        if type(value) is list and len(value) == 1:
            value = value[0]
        if type(value) is not dict:
            raise Invalid(
                "The answer is not a JSON object.", code="not_an_object", sv=SENTENCES["not_an_object"]
            )
        return value

    def _decoded(self, body: bytes) -> Any:
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.note("odd_json", "")
        try:
            return cleaning.loose_json(body)
        except (ValueError, RecursionError) as error:
            raise Invalid("The answer is not JSON.", code="not_json", sv=SENTENCES["not_json"]) from error

    def section(self, value: Any, path: str) -> dict[str, Any]:
        """An object inside the record; `{}` when it is missing or something else."""
        if type(value) is dict:
            return value
        if value is not None:
            self.note("not_a_section", path)
        return {}

    def rows(self, value: Any, path: str) -> list[dict[str, Any]]:
        """The objects of a list inside the record; other entries are left out."""
        found = self._list(value, path)
        good = [row for row in found if type(row) is dict]
        if len(good) != len(found):
            self.note("bad_row", path)
        return good

    def texts(self, value: Any, path: str, *, most: int = NAME_MOST) -> list[str]:
        """A list of one-line texts, empty ones left out."""
        read = [
            one.strip()
            if type(one) is str and len(one) <= most and _is_clean(one)
            else self.text(one, f"{path}[{n}]", most=most)
            for n, one in enumerate(self._list(value, path))
        ]
        return [one for one in read if one]

    def _list(self, value: Any, path: str) -> list[Any]:
        if type(value) is list:
            if len(value) > ROWS_MOST:
                self.note("too_many_rows", path)
            return value[:ROWS_MOST]
        if value is not None:
            self.note("not_a_list", path)
        return []

    # ------------------------------------------------------------------ texts

    def text(self, value: Any, path: str, *, most: int = NAME_MOST) -> str:
        """A one-line text: no control characters, no line breaks, no markup; `""` when not stated."""
        if type(value) is str:
            if len(value) <= most and _is_clean(value):
                return value.strip()
            clean, codes = cleaning.line(value, most)
            self._notes(codes, path)
            return clean
        return "" if value is None else self._not_text(value, path, most)

    def html(self, value: Any, path: str, *, most: int = TEXT_MOST) -> str:
        """A description: line breaks stay; where it holds markup, only harmless tags and links do.

        Allowed: p br ul ol li b strong i em h3 h4 and a[href] to http, https or mailto. Without
        markup it is plain text, and `&` is an ampersand.
        """
        if type(value) is str:
            if len(value) <= most and _is_clean(value):
                return value.strip()
            clean, codes = cleaning.description(value, most)
            self._notes(codes, path)
            return clean
        return "" if value is None else self._not_text(value, path, most)

    def _notes(self, codes: list[str], path: str) -> None:
        for code in codes:
            self.note(code, path)

    def _not_text(self, value: Any, path: str, most: int) -> str:
        """A number where a text was meant is kept as its digits; anything else is left out."""
        if type(value) in {int, float} and math.isfinite(cleaning.as_float(value)):
            self.note("text_as_number", path)
            return str(value)[:most]
        self._refuse(value, path)
        return ""

    def _refuse(self, value: Any, path: str) -> None:
        self.note("nested" if type(value) in {dict, list} else "wrong_type", path)

    # ------------------------------------------------------------------ numbers

    def integer(self, value: Any, path: str, *, least: int = 0, most: int = 2_147_483_647) -> int | None:
        """A whole number between `least` and `most`; None when not stated or not usable."""
        if type(value) is int and least <= value <= most:
            return value
        read = self._amount(value, path, least, most)
        if read is None:
            return None
        if read != int(read):
            self.note("not_whole", path)
            return None
        return int(read)

    def number(self, value: Any, path: str, *, least: float = 0, most: float = 1e9) -> float | None:
        """A number between `least` and `most`, as float; None when not stated or not usable."""
        if type(value) is float and least <= value <= most:
            return value
        read = self._amount(value, path, least, most)
        return None if read is None else float(read)

    def money(self, value: Any, path: str, *, least: int = 0, most: int = LARGEST_KR) -> int | None:
        """Whole kronor; half a krona goes up. None is not stated, 0 is nought."""
        if type(value) is int and least <= value <= most:
            return value
        read = self._amount(value, path, least, most)
        if read is None:
            return None
        whole = money(read)
        if whole != read:
            self.note("rounded", path)
        return whole

    def decimal(self, value: Any, path: str, *, least: float = 0, most: float = LARGEST_KR) -> Decimal | None:
        """An amount in another currency, exact as written; 57.0 and 57 are the same."""
        read = self._amount(value, path, least, most)
        if read is None:
            return None
        return Decimal(int(read)) if read == int(read) else Decimal(str(read))

    def year(self, value: Any, path: str) -> int | None:
        """A calendar year, 1000–2200."""
        return self.integer(value, path, least=1000, most=2200)

    def _amount(self, value: Any, path: str, least: float, most: float) -> int | float | Decimal | None:
        if value is None:
            return None
        read = value
        if type(value) is str:
            read = self._number_in_text(value, path)
            if read is None:
                return None
        elif type(value) not in {int, float}:
            self._refuse(value, path)
            return None
        if least <= read <= most:
            return read  # type: ignore[no-any-return]  # int, float or Decimal, as checked above
        odd = type(read) is float and not math.isfinite(read)
        self.note("not_finite" if odd else "out_of_range", path)
        return None

    def _number_in_text(self, value: str, path: str) -> Decimal | None:
        compact = value[:60].translate(_GROUPING)
        if not _AMOUNT.fullmatch(compact):
            self.note("not_a_number", path)
            return None
        self.note("number_as_text", path)
        return Decimal(compact.replace(",", "."))

    def flag(self, value: Any, path: str) -> bool | None:
        """Yes or no; None when not stated."""
        if type(value) is bool or value is None:
            return value
        key = str(value).strip().lower() if type(value) is str or value in (0, 1) else ""
        if key in _FLAGS:
            self.note("flag_as_text", path)
            return _FLAGS[key]
        self._refuse(value, path)
        return None

    # ------------------------------------------------------------------ times, addresses, numbers to call

    def moment(self, value: Any, path: str) -> datetime | None:
        """A time as UTC; without offset it is Swedish wall clock. .NET's year 1 means "not set"."""
        if type(value) is str:
            read = _iso(value)
            if type(read) is datetime and read.tzinfo is UTC and read.year in _USUAL_YEARS:
                return read
            try:
                return wall_clock(read).astimezone(UTC)
            except NotUnderstood as error:
                self.note("no_time" if error.code == "placeholder" else "not_a_time", path)
        elif value is not None:
            self._refuse(value, path)
        return None

    def url(self, value: Any, path: str, *, most: int = 2_000) -> str:
        """An address on the web: http or https, a host, no user name in it; else `""` and a finding."""
        if type(value) is str and len(value) <= most and _is_plain_address(value):
            return value
        text = self.text(value, path, most=most)
        if not text:
            return ""
        if "://" not in text and text.lower().startswith("www."):
            self.note("scheme_added", path)
            text = f"https://{text}"
        if not cleaning.is_web_address(text):
            self.note("unsafe_url", path)
            return ""
        return text

    def email(self, value: Any, path: str) -> str:
        """An e-mail address; one that does not look like one is kept as text, with a finding."""
        text = self.text(value, path, most=254)
        if text and not _EMAIL.fullmatch(text):
            self.note("not_an_email", path)
        return text

    def phone(self, value: Any, path: str) -> str:
        """A phone number as E.164; one that cannot be dialled is kept as text, with a finding."""
        text = self.text(value, path, most=100)
        if not text:
            return ""
        if usual := _MOBILE.fullmatch(text):
            return f"+46{usual[1]}"
        try:
            return phone.parse(text).e164
        except NotUnderstood as error:
            self.note("not_a_phone", path, sv=error.sv)
            return text

    def postcode(self, value: Any, path: str, *, swedish: bool = True) -> str:
        """A postcode as `NNN NN`; a foreign or odd one is kept as text."""
        text = self.text(value, path, most=40)
        if not text or not swedish:
            return text
        if usual := _POSTCODE.fullmatch(text):
            return f"{usual[1]} {usual[2]}"
        try:
            return postcode.parse(text).code
        except NotUnderstood as error:
            self.note("not_a_postcode", path, sv=error.sv)
            return text

    def choice(self, value: Any, path: str, table: Mapping[str, str]) -> str:
        """The hub's word for a provider's; an unknown word is kept as it came and noted."""
        if type(value) is str and (known := table.get(value)) is not None:
            return known
        text = self.text(value, path, most=100)
        if not text:
            return ""
        if text not in table:
            self.note("unknown_value", path)
        return table.get(text, text)

    def kept(self, value: Any, path: str, *, depth: int = 0) -> Any:
        """Any JSON value, made harmless: for members that have no home in the model."""
        if value is None or type(value) is bool:
            return value
        if type(value) is str:
            return self.html(value, path)
        if type(value) in {int, float}:
            return self._kept_number(value, path)
        if depth >= DEEPEST:
            self.note("too_deep", path)
            return None
        if type(value) is list:
            rows = self._list(value, path)
            return [self.kept(one, f"{path}[{n}]", depth=depth + 1) for n, one in enumerate(rows)]
        if type(value) is dict:
            return {
                self.text(key, path, most=200): self.kept(one, f"{path}.{key}"[:300], depth=depth + 1)
                for key, one in list(value.items())[:ROWS_MOST]
            }
        self._refuse(value, path)
        return None

    def _kept_number(self, value: float, path: str) -> int | float | None:
        if -(2**63) <= value < 2**63:
            return value
        self.note("not_finite" if type(value) is float else "out_of_range", path)
        return None


def _iso(value: str) -> str | datetime:
    """As the standard library reads it, or unread."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value
