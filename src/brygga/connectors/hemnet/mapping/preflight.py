"""What is missing or odd before a home goes to Hemnet, in Swedish. Pure.

The sentences stand in `preflight.toml`. A rule that is ours (Hemnet's list of demands was not
readable) can be made a warning or turned off by the setting `rules`; protected persons and
homes that are sold already always stop.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import resources
from typing import Any, Final

import msgspec

from brygga.connectors.abilities import Publication, Remark
from brygga.connectors.hemnet.mapping import english, plan
from brygga.connectors.hemnet.mapping.bodies import Bodies
from brygga.connectors.hemnet.mapping.table import monthly_kr
from brygga.connectors.hemnet.mapping.words import no_such_state, some_waiting, when_ready
from brygga.connectors.hemnet.schema import Progress, Settings
from brygga.model.vocabulary import SOLD
from brygga.swedish import format as written

ALWAYS_STOP: Final = frozenset({"protected_person", "sold_here"})
HOMES: Final = frozenset({"house", "cottage", "apartment", "condominium"})
"""Types that have a living area and an energy class; a plot or a forest has neither."""

_PHONE = re.compile(r"(?<![\d.,])(?:\+46|0046|0)[\s-]?[1-9](?:[\s()/–-]{0,2}\d){6,9}(?!\d)")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of `preflight.toml`."""

    sv: str
    en: str
    field: str
    stops: bool = True


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that a check may look at."""

    p: Publication
    progress: Progress
    settings: Settings
    bodies: Bodies
    now: datetime


Check = Callable[[Case], Iterator[Remark]]


@functools.cache
def words() -> dict[str, Words]:
    """Code → its sentences."""
    data = resources.files("brygga.connectors.hemnet.mapping").joinpath("preflight.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, Words])


def remark(code: str, **facts: Any) -> Remark:
    """A remark with its sentences filled in."""
    row = words()[code]
    return Remark(
        code=code,
        stops=row.stops,
        sv=row.sv.format_map(facts),
        en=row.en.format_map(facts),
        field=row.field.format_map(facts),
    )


def remarks(case: Case) -> list[Remark]:
    """Every remark on a publication, stopping ones first, as the office's rules want them."""
    checks = {"gone": GONE_CHECKS, "sold": SOLD_CHECKS}.get(case.p.wish, SHOWING_CHECKS)
    found = (each for check in checks for each in check(case))
    ruled = [kept for each in found if (kept := _ruled(each, case.settings)) is not None]
    return sorted(ruled, key=lambda each: not each.stops)


def _ruled(found: Remark, settings: Settings) -> Remark | None:
    rule = "" if found.code in ALWAYS_STOP else settings.rules.get(found.code, "")
    if rule == "off":
        return None
    return msgspec.structs.replace(found, stops=rule == "stop") if rule in ("stop", "warn") else found


def _pictures(c: Case) -> Iterator[Remark]:
    if not c.p.pictures:
        yield remark("image_missing")
    if len(c.p.pictures) > c.settings.images_most:
        yield remark("images_too_many", count=len(c.p.pictures), most=c.settings.images_most)


def _sent_pictures(c: Case) -> Iterator[Remark]:
    """A picture that failed stops only when no other is in place: a price change must go through."""
    sent = [c.progress.images.get(key) for key in plan.wanted(c.p, c.settings)]
    failed = [i for i, image in enumerate(sent) if image and image.state in c.settings.image_failed_states]
    if failed and len(failed) == len(sent):
        yield remark("images_unreachable")
    else:
        yield from (remark("image_failed", number=index + 1, index=index) for index in failed)
    if count := len(plan.waiting(c.p, c.progress, c.settings)):
        yield remark("images_waiting", waiting=some_waiting(count), **when_ready(count))


def _small_pictures(c: Case) -> Iterator[Remark]:
    for index, picture in enumerate(c.p.pictures):
        if 0 < picture.width_px < c.settings.image_min_width_px and not picture.floor_plan:
            size = f"{picture.width_px} × {picture.height_px}"
            yield remark("image_small", number=index + 1, index=index, size=size)


def _seller(c: Case) -> Iterator[Remark]:
    party = plan.seller(c.p)
    if party is None or not party.name:
        yield remark("seller_name_missing")
    if party is None or not party.number:
        yield remark("seller_number_missing")


def _billing(c: Case) -> Iterator[Remark]:
    b = c.p.billing
    if b is None or not (b.name and b.street and b.postcode and b.town):
        yield remark("billing_missing")


def _office(c: Case) -> Iterator[Remark]:
    may = c.p.office and (c.settings.may_create_agencies or c.p.office.id in c.settings.agencies)
    if not (c.progress.listing_id or may):
        yield remark("office_unknown")


def _teased(c: Case) -> Iterator[Remark]:
    """Source: changelog 034, whose list of obstacles is not complete."""
    if c.p.wish != "teased":
        return
    if any(state != c.bodies.market_state("teased") for state in c.progress.been):
        yield remark("teased_after_sale")
    if c.p.estate.marketing.new_home or c.p.estate.project_id:
        yield remark("teased_new_home")


def _allowed_state(c: Case) -> Iterator[Remark]:
    """From what Hemnet last allowed; `look_again` sets it aside, because the step itself asks anew."""
    now, wish = c.progress.market_state, c.bodies.market_state(c.p.wish)
    allowed = c.progress.allowed_market_states
    if allowed and now and wish not in (now, *allowed) and not c.p.options.get("look_again"):
        both = {"why": no_such_state(now, wish, allowed), "why_en": english.no_such_state(now, wish, allowed)}
        yield remark("state_not_allowed", **both)


def _sold_here(c: Case) -> Iterator[Remark]:
    if c.p.options.get("even_if_sold") or c.progress.status in plan.SHOWN:
        return
    if c.p.estate.status in SOLD or plan.sale_is_fresh(c.progress, c.settings, c.now):
        yield remark("sold_here")


def _facts(c: Case) -> Iterator[Remark]:
    estate = c.p.estate
    if estate.price.asking_kr is None and not estate.price.text:
        yield remark("price_missing")
    if not (estate.address.street and estate.address.postcode):
        yield remark("address_missing")
    if estate.type in HOMES and not estate.areas.living_m2:
        yield remark("living_area_missing")
    if c.p.agent is None:
        yield remark("agent_missing")


def _fee(c: Case) -> Iterator[Remark]:
    """A fee of nought is stated and left alone; `fee_ok` is a person's word that an odd one is right."""
    fee, s = c.p.estate.fee, c.settings
    kr = monthly_kr(fee) if fee else None
    if kr is None and (c.p.estate.type == "apartment" or c.p.estate.tenure == "tenant_ownership"):
        yield remark("fee_missing")
    if kr and not s.fee_low_kr <= kr <= s.fee_high_kr and not c.p.options.get("fee_ok"):
        yield remark("fee_odd", fee=written.kr_per_month(kr), kr=kr)


def _energy(c: Case) -> Iterator[Remark]:
    energy = c.p.estate.buildings[0].energy if c.p.estate.buildings else None
    if c.p.estate.type in HOMES and (energy is None or not (energy.rating or energy.status)):
        yield remark("energy_missing")


def _phone_in_text(c: Case) -> Iterator[Remark]:
    texts = c.p.estate.texts
    named = ((name, getattr(texts, name)) for name in ("heading", "phrase", "short", "long", "other"))
    found = next((name for name, text in named if _PHONE.search(text)), "")
    if found:
        yield remark("phone_in_text", name=found)


def _past_viewing(c: Case) -> Iterator[Remark]:
    """Only when none lies ahead: a home keeps its earlier viewings."""
    dated = [v for v in c.p.viewings if v.starts_at]
    if dated and max(v.ends_at or v.starts_at for v in dated) < c.now:
        latest = max(v.starts_at for v in dated)
        yield remark("viewing_past", day=written.day(latest), day_en=english.day(latest))


def _price_change(c: Case) -> Iterator[Remark]:
    """Portal behaviour: while for sale a smaller change is not shown as one."""
    before, after = c.progress.price_kr, c.p.estate.price.asking_kr
    for_sale = c.progress.market_state == c.bodies.market_state("for_sale")
    if not (before and after and before != after and for_sale and c.progress.status == plan.VISIBLE):
        return
    percent, least = abs(after - before) * 100 / before, c.settings.price_change_percent
    if percent < least:
        shown = math.floor(percent * 10) / 10  # never rounded up to what it falls short of
        yield remark(
            "price_change_small",
            percent=written.percent(shown),
            least=written.percent(least),
            percent_en=english.percent(shown),
            least_en=english.percent(least),
        )


def _protected(c: Case) -> Iterator[Remark]:
    if any(seller.protected for seller in c.p.sellers):
        yield remark("protected_person")


def _unknown_word(c: Case) -> Iterator[Remark]:
    yield from (remark("word_unknown", path=p.removeprefix("estate.")) for p in c.bodies.unmapped(c.p))


def _sale_facts(c: Case) -> Iterator[Remark]:
    """Only asked for where a sale can be reported: a home that was never shown has none there."""
    if not c.progress.been:
        yield remark("never_published")
        return
    if c.p.estate.price.final_kr is None:
        yield remark("final_price_missing")
    if c.p.estate.sale is None or c.p.estate.sale.contract_at is None:
        yield remark("contract_date_missing")


def _gone_but_sold(c: Case) -> Iterator[Remark]:
    sold = c.p.estate.status in SOLD and c.progress.sale is None
    if sold and c.progress.been and not c.p.options.get("even_if_sold"):
        yield remark("sale_not_reported")


SHOWING_CHECKS: Final[tuple[Check, ...]] = (
    _protected,
    _sold_here,
    _office,
    _pictures,
    _sent_pictures,
    _seller,
    _billing,
    _teased,
    _allowed_state,
    _facts,
    _fee,
    _price_change,
    _energy,
    _phone_in_text,
    _past_viewing,
    _small_pictures,
    _unknown_word,
)
SOLD_CHECKS: Final[tuple[Check, ...]] = (_sale_facts,)
GONE_CHECKS: Final[tuple[Check, ...]] = (_gone_but_sold,)
