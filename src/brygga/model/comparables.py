"""Homes of the market, not of the agency: what others ask and what was paid."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from brygga.model.marks import DataClass as D
from brygga.model.marks import mark
from brygga.model.parts import Address, Areas
from brygga.model.record import Record


class Comparable(Record):
    """A listing or a sale on the market (*jämförelseobjekt*): never one of the agency's own objects.

    `state`: for_sale · upcoming · sold. `price_kind` says what `price_kr` is: final (*slutpris*),
    last_bid (*sista bud*), title (*lagfart*), or an unknown word as it came; only the first two are
    market prices. `type` and `tenure` as in `vocabulary`. `approximate`: the position is not exact.
    """

    state: Annotated[str, mark("läge")] = ""
    type: Annotated[str, mark("objekttyp")] = ""
    tenure: Annotated[str, mark("upplåtelseform")] = ""
    address: Annotated[Address, mark("adress")] = msgspec.field(default_factory=Address)
    county: Annotated[str, mark("län")] = ""
    area_names: Annotated[list[str], mark("områden")] = []
    approximate: Annotated[bool | None, mark("ungefärligt läge")] = None
    sea_m: Annotated[float | None, mark("avstånd till havet", unit="m")] = None
    areas: Annotated[Areas, mark("areor")] = msgspec.field(default_factory=Areas)
    rooms: Annotated[float | None, mark("antal rum")] = None
    floor: Annotated[float | None, mark("våning")] = None
    year_built: Annotated[int | None, mark("byggår")] = None
    fee_kr: Annotated[int | None, mark("avgift", unit="kr/month")] = None
    apartment_number: Annotated[str, mark("lägenhetsnummer")] = ""
    new_home: Annotated[bool | None, mark("nyproduktion")] = None
    bidding_active: Annotated[bool | None, mark("budgivning pågår")] = None
    asking_kr: Annotated[int | None, mark("utgångspris", unit="kr")] = None
    asking_change_kr: Annotated[int | None, mark("ändring av utgångspriset", unit="kr")] = None
    price_kr: Annotated[int | None, mark("pris", unit="kr")] = None
    price_kind: Annotated[str, mark("prisuppgiftens slag")] = ""
    sold_on: Annotated[date | None, mark("såld")] = None
    published_at: Annotated[datetime | None, mark("publicerad")] = None
    firm: Annotated[str, mark("förmedlat av", D.COMPANY)] = ""
    url: Annotated[str, mark("annonsens adress")] = ""
    image_urls: Annotated[list[str], mark("bildadresser", D.PHOTO)] = []
    gathered_by: Annotated[str, mark("uppgiftens källa", D.TECHNICAL)] = ""
