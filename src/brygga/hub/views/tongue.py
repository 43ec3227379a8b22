"""Numbers, amounts, dates and clocks in the reader's language. Always Europe/Stockholm.

Swedish follows `brygga.swedish.format`; English is written beside it, same order, same length.
"""

from __future__ import annotations

from datetime import date, datetime

from brygga.hub.views.words import house_words
from brygga.swedish import format as swedish
from brygga.swedish.dates import STOCKHOLM

_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EN_LONG = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SV_LONG = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SV_COUNTS = ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")
_EN_COUNTS = (
    "none", "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


def local_day(at: datetime) -> date:
    """The day in Stockholm."""
    return at.astimezone(STOCKHOLM).date()


class Swedish:
    """Swedish."""

    lang = "sv"
    kr = staticmethod(swedish.kr)
    m2 = staticmethod(swedish.m2)
    rooms = staticmethod(swedish.rooms)
    clock = staticmethod(swedish.clock)
    column = staticmethod(swedish.clock_column)
    day = staticmethod(swedish.day)
    moment = staticmethod(swedish.day_and_clock)
    duration = staticmethod(swedish.duration)

    def say(self, key: str, /, **facts: object) -> str:
        """A sentence of the house's catalogue."""
        return house_words().say(key, self.lang, **facts)

    def number(self, value: float, decimals: int = 0) -> str:
        """`4 050 000`."""
        return swedish.number(value, decimals=decimals)

    def percent(self, value: float) -> str:
        """`12,3 %`."""
        return swedish.percent(value)

    def second(self, at: datetime) -> str:
        """`14.02.07`."""
        return f"{at.astimezone(STOCKHOLM):%H.%M.%S}"

    def short_day(self, at: date) -> str:
        """`23 nov`."""
        return swedish.day(at).rsplit(" ", 1)[0]

    def when(self, at: datetime, now: datetime) -> str:
        """`kl. 14.05` today, else `22 nov kl. 16.30`, with the year if it is another."""
        if local_day(at) == local_day(now):
            return self.clock(at)
        return f"{_without_year(self, at, now)} {self.clock(at)}"

    def relative(self, at: datetime, now: datetime) -> str:
        """`för 12 minuter sedan`."""
        return swedish.relative(at, now=now)

    def heading(self, day: date, today: date) -> str:
        """`I dag, måndag 23 november`."""
        text = f"{swedish.WEEKDAYS[day.weekday()]} {day.day} {_SV_LONG[day.month - 1]}"
        if day.year != today.year:
            text += f" {day.year}"
        near = {0: "I dag, ", 1: "I går, "}.get((today - day).days, "")
        return near + text if near else text[0].upper() + text[1:]

    def words(self, count: int) -> str:
        """`tre`."""
        return _SV_COUNTS[count] if 0 <= count <= 12 else self.number(count)


class English:
    """English for the Swedish trade: plain, 24-hour clock, SEK."""

    lang = "en"

    def say(self, key: str, /, **facts: object) -> str:
        """A sentence of the house's catalogue."""
        return house_words().say(key, self.lang, **facts)

    def number(self, value: float, decimals: int = 0) -> str:
        """`4,050,000`."""
        text = swedish.number(value, decimals=decimals)
        return text.translate(_TO_ENGLISH)

    def kr(self, amount_kr: int) -> str:
        """`SEK 4,050,000`."""
        return f"SEK{swedish.NBSP}{self.number(amount_kr)}"

    def m2(self, area_m2: float) -> str:
        """`67.5 m²`."""
        return f"{self.number(area_m2, 1)}{swedish.NBSP}m²"

    def rooms(self, count: float) -> str:
        """`3 rooms`."""
        return f"{self.number(count, 1)}{swedish.NBSP}{'room' if count == 1 else 'rooms'}"

    def percent(self, value: float) -> str:
        """`12.3%`."""
        return f"{self.number(value, 1)}%"

    def clock(self, at: datetime) -> str:
        """`9:15`."""
        local = at.astimezone(STOCKHOLM)
        return f"{local.hour}:{local.minute:02}"

    def column(self, at: datetime) -> str:
        """`09:15`."""
        return f"{at.astimezone(STOCKHOLM):%H:%M}"

    def second(self, at: datetime) -> str:
        """`14:02:07`."""
        return f"{at.astimezone(STOCKHOLM):%H:%M:%S}"

    def day(self, at: date) -> str:
        """`23 Nov 2026`."""
        return f"{self.short_day(at)} {_as_day(at).year}"

    def short_day(self, at: date) -> str:
        """`23 Nov`."""
        day = _as_day(at)
        return f"{day.day} {_EN_MONTHS[day.month - 1]}"

    def moment(self, at: datetime) -> str:
        """`23 Nov 2026, 14:05`."""
        return f"{self.day(at)}, {self.clock(at)}"

    def when(self, at: datetime, now: datetime) -> str:
        """`14:05` today, else `22 Nov, 16:30`."""
        if local_day(at) == local_day(now):
            return self.clock(at)
        return f"{_without_year(self, at, now)}, {self.clock(at)}"

    def relative(self, at: datetime, now: datetime) -> str:
        """`12 minutes ago`, `in 12 minutes`; further off the moment itself."""
        seconds = (now - at).total_seconds()
        minutes = int(abs(seconds) // 60)
        if minutes < 1:
            return "just now" if seconds >= 0 else "in a moment"
        if minutes >= 60:
            return self.when(at, now)
        text = f"{minutes}{swedish.NBSP}{'minute' if minutes == 1 else 'minutes'}"
        return f"{text} ago" if seconds > 0 else f"in {text}"

    def duration(self, seconds: float) -> str:
        """`0.2 s`."""
        text = swedish.duration(seconds).replace(",", ".")
        return text.replace("dagar", "days").replace("dag", "day")

    def heading(self, day: date, today: date) -> str:
        """`Today, Monday 23 November`."""
        text = f"{_EN_DAYS[day.weekday()]} {day.day} {_EN_LONG[day.month - 1]}"
        if day.year != today.year:
            text += f" {day.year}"
        return {0: "Today, ", 1: "Yesterday, "}.get((today - day).days, "") + text

    def words(self, count: int) -> str:
        """`three`."""
        return _EN_COUNTS[count] if 0 <= count <= 12 else self.number(count)


_TO_ENGLISH = str.maketrans({swedish.NBSP: ",", ",": "."})


def _as_day(at: date) -> date:
    return local_day(at) if isinstance(at, datetime) else at


def _without_year(tongue: Tongue, at: datetime, now: datetime) -> str:
    same = local_day(at).year == local_day(now).year
    return tongue.short_day(local_day(at)) if same else tongue.day(at)


Tongue = Swedish | English
"""One language's way of writing."""

SWEDISH = Swedish()
ENGLISH = English()


def tongue_of(lang: str) -> Tongue:
    """The way of writing for `sv` or `en`; anything else is Swedish."""
    return ENGLISH if lang == "en" else SWEDISH
