"""The kinds of message there are, and which facts each needs: `compose` refuses what is not here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

LANGUAGES: Final = ("sv", "en")

Shape = Literal["line", "text", "kr", "time", "link"]
"""line: one line · text: paragraphs · kr: whole kronor · time: zone-aware · link: http(s) address."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a message. `example` is what a preview shows; `most` is its longest text, characters."""

    shape: Shape
    example: Any
    required: bool = True
    most: int = 200


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of message (*meddelandetyp*): `sv` names it for people; only `facts` come from outside."""

    sv: str
    facts: Mapping[str, Fact]


def _link(example: str) -> Fact:
    return Fact(shape="link", example=example, required=False, most=2_000)


_AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)

KINDS: Final[dict[str, Kind]] = {
    "object_visible": Kind(
        sv="Objektet syns",
        facts={
            "address": Fact(shape="line", example="Storgatan 14 B, Malmö"),
            "where": Fact(shape="line", example="Bostadssajten", most=60),
            "visible_at": Fact(shape="time", example=_AT),
            "price_kr": Fact(shape="kr", example=4_050_000, required=False),
            "link": _link("https://example.com/bostad/1"),
            "timeline": _link("https://example.com/objekt/1"),
        },
    ),
    "repair_opened": Kind(
        sv="Något behöver åtgärdas",
        facts={
            "connection": Fact(shape="line", example="Bostadssajten", most=60),
            "happened": Fact(shape="text", example="Bostadssajten nekade nyckeln.", most=1_000),
            "still_works": Fact(
                shape="text", example="Det som redan syns ligger kvar.", required=False, most=1_000
            ),
            "who": Fact(shape="line", example="Karim Saleh", required=False),
            "step": Fact(shape="text", example="Byt nyckel på anslutningens sida.", most=1_000),
            "deadline": Fact(shape="time", example=_AT, required=False),
            "link": _link("https://example.com/atgarda/1"),
        },
    ),
}
"""Kind → what it needs. The templates lie in `templates/<kind>.<language>.txt|html`."""
