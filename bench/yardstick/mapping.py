"""The yardstick source's records → the model: all of its fields, validated like any other source's."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from brygga.connectors.abilities import RawRecord
from brygga.model import Contact, Estate, Mapped
from brygga.model.intake import Intake
from brygga.model.parts import (
    Address,
    Areas,
    Building,
    Costs,
    Described,
    Energy,
    Fee,
    Image,
    Link,
    Position,
    Price,
    Share,
    Taxation,
    Texts,
)

STATUS: Final = {"for_sale": "for_sale", "coming": "coming", "sold": "sold"}
TYPES: Final = {"villa": "house", "lagenhet": "apartment", "radhus": "house", "tomt": "plot"}
TENURES: Final = {"bostadsratt": "tenant_ownership"}
KNOWN: Final = frozenset(
    [
        "id",
        "updated_at",
        "created_at",
        "status",
        "type",
        "street",
        "postal_code",
        "city",
        "municipality_code",
        "lat",
        "lon",
        "price",
        "fee",
        "rooms",
        "area",
        "plot_area",
        "floor",
        "build_year",
        "energy",
        "elevator",
        "balcony",
        "garage",
        "broker_id",
        "office_id",
        "url",
        "bid_count",
        "highest_bid",
        "currency",
        "tenure",
        "association",
        "heating",
        "operating_cost",
        "assessed_value",
        "seller",
        "description",
        "tags",
        "images",
    ]
)
_decode = msgspec.json.Decoder().decode


def estate(raw: RawRecord, connection: str) -> Mapped:
    """One record → an estate and its seller."""
    t = Intake()
    row = t.document(raw.body)
    get = row.get
    record_id = f"{connection}:{raw.source_id}"
    seller_id = f"{connection}:seller-{raw.source_id}"
    record = Estate(
        id=record_id,
        changed_at=t.moment(get("updated_at"), "updated_at"),
        created_at=t.moment(get("created_at"), "created_at"),
        status=t.choice(get("status"), "status", STATUS),
        type=t.choice(get("type"), "type", TYPES),
        tenure=t.choice(get("tenure"), "tenure", TENURES),
        agent_id=f"{connection}:{t.text(get('broker_id'), 'broker_id')}",
        office_id=f"{connection}:{t.text(get('office_id'), 'office_id')}",
        seller_ids=[seller_id],
        address=_address(t, row),
        price=Price(
            asking_kr=t.money(get("price"), "price"),
            currency=t.text(get("currency"), "currency"),
            highest_bid_kr=t.money(get("highest_bid"), "highest_bid"),
            bid_count=t.integer(get("bid_count"), "bid_count"),
        ),
        areas=Areas(living_m2=t.number(get("area"), "area"), plot_m2=t.number(get("plot_area"), "plot_area")),
        rooms=t.number(get("rooms"), "rooms", most=200),
        fee=Fee(amount_kr=t.money(get("fee"), "fee"), frequency="Monthly"),
        texts=Texts(long=t.html(get("description"), "description")),
        share=Share(association_id=t.text(get("association"), "association")),
        buildings=[_building(t, row)],
        features=_features(t, row),
        taxation=Taxation(total_kr=t.money(get("assessed_value"), "assessed_value")),
        costs=Costs(sum_year_kr=t.money(get("operating_cost"), "operating_cost")),
        images=[_image(t, one, n) for n, one in enumerate(t.rows(get("images"), "images"))],
        links=[Link(url=t.url(get("url"), "url"))],
        tags=t.texts(get("tags"), "tags"),
        extra={} if KNOWN.issuperset(row) else {k: v for k, v in row.items() if k not in KNOWN},
    )
    return Mapped(records=[record, _seller(t, row, seller_id, record.changed_at)], findings=t.findings)


def _address(t: Intake, row: dict[str, Any]) -> Address:
    latitude = t.number(row.get("lat"), "lat", least=-90, most=90)
    longitude = t.number(row.get("lon"), "lon", least=-180, most=180)
    known = latitude is not None and longitude is not None
    return Address(
        street=t.text(row.get("street"), "street"),
        postcode=t.postcode(row.get("postal_code"), "postal_code"),
        town=t.text(row.get("city"), "city"),
        municipality_code=t.text(row.get("municipality_code"), "municipality_code"),
        position=Position(latitude=latitude, longitude=longitude) if known else None,
    )


def _building(t: Intake, row: dict[str, Any]) -> Building:
    return Building(
        year_built=t.year(row.get("build_year"), "build_year"),
        floor=t.number(row.get("floor"), "floor", least=-5, most=200),
        elevator=t.flag(row.get("elevator"), "elevator"),
        heating=t.text(row.get("heating"), "heating"),
        energy=Energy(rating=t.text(row.get("energy"), "energy")),
    )


def _features(t: Intake, row: dict[str, Any]) -> list[Described]:
    return [Described(kind=k, available=t.flag(row.get(k), k)) for k in ("balcony", "garage")]


def _image(t: Intake, row: dict[str, Any], number: int) -> Image:
    return Image(
        id=str(number),
        url=t.url(row.get("url"), "images[].url"),
        width_px=t.integer(row.get("w"), "images[].w"),
        height_px=t.integer(row.get("h"), "images[].h"),
    )


def _seller(t: Intake, row: dict[str, Any], seller_id: str, changed_at: Any) -> Contact:
    seller = t.section(row.get("seller"), "seller")
    return Contact(
        id=seller_id,
        changed_at=changed_at,
        last_name=t.text(seller.get("name"), "seller.name"),
        email=t.email(seller.get("email"), "seller.email"),
        mobile=t.phone(seller.get("phone"), "seller.phone"),
    )
