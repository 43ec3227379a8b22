"""An invented office: a hub whose store holds a day's work, for tests of views and pages.

All names, addresses and figures are invented; phones are from the fictive range, personal
numbers from the published test series, e-mail at example.com.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from brygga.hub import Hub, Settings
from brygga.model import Agent, Association, Bid, Contact, Estate, Finding, Relation, Severity, Viewing
from brygga.model.parts import Address, Areas, Image, Price, Share
from brygga.store import Batch, Event, Incoming, OutboxRow, Parked

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
"""23 November 2026, 14.05 in Stockholm."""
HOME = "vitec:OBJ1"
STREETS = (
    "Storgatan 14 B",
    "Björkvägen 3",
    "Strandgatan 22",
    "Kungsgatan 61",
    "Älvvägen 8",
    "Parkgatan 5",
    "Hamngatan 17 A",
    "Skolgatan 40",
    "Östra Esplanaden 2",
    "Nygatan 9",
    "Backvägen 31",
    "Fabriksgatan 12",
)
CANARIES = (
    "191212121212",
    "19121212-1212",
    "070-1740605",
    "0701740605",
    "canary@example.com",
    "Kanarie",
    "Fågelsson",
    "kanariehemlighet",
)
"""What must never stand in a page: planted in contacts, bids, texts, notes and secrets."""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def empty_hub(folder: Path, clock: Clock | None = None, database: str = "") -> Hub:
    """A hub with nothing in it."""
    return Hub(Settings(home=folder, database=database), now=clock or Clock())


def connect(hub: Hub, *, practice: bool = False) -> None:
    """The three connections of a first office; nothing is called."""
    base = "http://127.0.0.1:9"
    rows: list[tuple[str, dict[str, Any]]] = [
        ("vitec", {"base_url": base, "customer_id": "M1", "username": "office"}),
        ("hemnet", {"base_url": base}),
        ("smtp", {"host": "127.0.0.1"}),
    ]
    for name, settings in rows:
        hub.store.setting_put(
            f"connection:{name}",
            {
                "name": name,
                "connector": name,
                "settings": settings,
                **({"practice": True} if practice else {}),
            },
        )


def furnished(folder: Path, clock: Clock | None = None, *, practice: bool = False, database: str = "") -> Hub:
    """A hub with a day's work: a price that is out, one that waits, one that is stopped, doubts, findings."""
    hub = empty_hub(folder, clock, database)
    connect(hub, practice=practice)
    _people(hub)
    _homes(hub)
    _yesterday(hub)
    _today(hub)
    _trouble(hub)
    return hub


def _batch(hub: Hub, at: datetime, *records: Any, correlation_id: str = "", findings: Any = ()) -> Any:
    incoming = [Incoming(record=r, findings=list(findings)) for r in records]
    return hub.store.apply(
        Batch(connection="vitec", now=at, correlation_id=correlation_id, incoming=incoming)
    )


def _people(hub: Hub) -> None:
    seller = Contact(
        id="vitec:K1",
        first_name="Kanarie",
        last_name="Fågelsson",
        personnummer="191212121212",
        email="canary@example.com",
        mobile="0701740605",
        note="Ring Kanarie på 070-1740605",
    )
    bidder = Contact(id="vitec:K2", first_name="Kanarie", last_name="Budsson", mobile="0701740606")
    agent = Agent(id="vitec:A1", name="Anna Berg", email="anna@example.com", mobile="0701740607")
    association = Association(id="vitec:B1", name="Brf Älvkanten", contact_name="Kanarie Fågelsson")
    _batch(hub, NOW - timedelta(days=9), seller, bidder, agent, association)


def home(number: int = 0, **other: Any) -> Estate:
    """A flat; number 0 is the one whose timeline is shown."""
    facts: dict[str, Any] = {
        "id": f"vitec:OBJ{number + 1}",
        "type": "apartment" if number % 3 else "house",
        "status": ("for_sale", "for_sale", "coming", "sold")[number % 4],
        "address": Address(street=STREETS[number % len(STREETS)], postcode="903 26", town="Umeå"),
        "price": Price(asking_kr=4_200_000 - 145_000 * number),
        "areas": Areas(living_m2=76.0 - number),
        "rooms": 3.0,
        "agent_id": "vitec:A1",
        "changed_at": NOW - timedelta(days=8),
    }
    if number == 0:
        facts |= {"type": "apartment", "share": Share(association_id="vitec:B1", apartment_number="1203")}
    return Estate(**(facts | other))


def _homes(hub: Hub) -> None:
    came = NOW - timedelta(days=8)
    findings = [
        Finding(
            path="fee.amount_kr",
            code="out_of_range",
            severity=Severity.REFUSED,
            sv="Talet är orimligt och togs inte med.",
        ),
        Finding(
            path="buildings[0].energy.rating",
            code="unknown_value",
            sv="Värdet är nytt för oss. Vi behåller det som det kom.",
        ),
    ]
    _batch(hub, came, *[home(n) for n in range(5)])
    _batch(hub, came, *[home(n) for n in range(5, 12)], findings=findings)
    _batch(hub, came, Relation(id="vitec:R1", estate_id=HOME, contact_id="vitec:K1", role="seller"))
    pulled = {"created": 12, "updated": 0, "fetched": 12, "listed": 12}
    hub.store.event_add([Event(at=came, connection="vitec", what="pull.compare", facts=pulled, took_ms=2100)])


STEPS = (
    ("agency", "Kopplar kontoret hos Hemnet", 0.3),
    ("listing", "Lägger upp annonsen hos Hemnet", 0.6),
    ("images", "Skickar bilderna till Hemnet", 1.9),
    ("images_ready", "Väntar på att Hemnet hämtar bilderna", 3.2),
    ("publish", "Publicerar på Hemnet", 0.4),
    ("visible", "Väntar på att annonsen godkänns", 1.1),
)


def _steps(hub: Hub, home_id: str, at: datetime, steps: Any = STEPS) -> datetime:
    events = []
    for name, sv, took_s in steps:
        at += timedelta(seconds=took_s)
        events.append(
            Event(
                at=at,
                connection="hemnet",
                kind="estate",
                id=home_id,
                what=f"publish.{name}",
                facts={"sv": sv},
                took_ms=int(took_s * 1000),
                correlation_id="c4f2a81b09d3e5571",
            )
        )
    hub.store.event_add(events)
    return at


def _shown(hub: Hub, home_id: str, at: datetime, price_kr: int) -> None:
    """Published and visible, with the mail about it."""
    remote = {"status": "visible", "listing_id": "L1", "price_kr": price_kr, "published_at": at.isoformat()}
    state = {"wish": "published", "wished": "for_sale", "wished_at": at.isoformat(), "remote": remote}
    hub.store.link_put("estate", home_id, "hemnet", {**state, "announced": at.isoformat()}, at)
    ended = _steps(hub, home_id, at)
    hub.store.event_add(
        [
            Event(
                at=ended,
                connection="hemnet",
                kind="estate",
                id=home_id,
                what="visible",
                facts={"price_kr": price_kr, "document": "d.pdf"},
            ),
            Event(at=ended + timedelta(seconds=2), connection="smtp", kind="estate", id=home_id, what="mail"),
        ]
    )


def _yesterday(hub: Hub) -> None:
    yesterday = NOW - timedelta(days=1, hours=4)
    _shown(hub, HOME, yesterday, 4_200_000)
    for number in (2, 4, 5, 6):
        _shown(
            hub,
            f"vitec:OBJ{number}",
            yesterday + timedelta(minutes=number),
            4_200_000 - 145_000 * (number - 1),
        )
    pictures = [Image(id=f"MED{n}", name=f"Bild {n}") for n in range(1, 4)]
    _batch(hub, NOW - timedelta(hours=21), home(images=pictures))
    viewing = Viewing(
        id="vitec:V1",
        estate_id=HOME,
        starts_at=NOW + timedelta(days=6, hours=-1),
        ends_at=NOW + timedelta(days=6, minutes=-15),
        comment="Ring Kanarie på 070-1740605",
    )
    _batch(hub, NOW - timedelta(hours=20), viewing)
    bid = Bid(
        id="vitec:BID1",
        estate_id=HOME,
        contact_id="vitec:K2",
        alias="Kanarie",
        amount_kr=4_000_000,
        placed_at=NOW - timedelta(hours=3),
    )
    _batch(hub, NOW - timedelta(hours=3), bid)


def _today(hub: Hub) -> None:
    told = NOW - timedelta(minutes=3, seconds=4)
    hub.store.event_add(
        [
            Event(
                at=told, connection="vitec", kind="estate", id=HOME, what="webhook", facts={"event": "update"}
            )
        ]
    )
    pictures = [Image(id=f"MED{n}", name=f"Bild {n}") for n in range(1, 4)]
    at = NOW - timedelta(minutes=3)
    _batch(hub, at, home(images=pictures, price=Price(asking_kr=4_050_000), changed_at=told))
    hub.store.outbox_add([_row(HOME, 1, at)], at)
    for hour in range(9):
        done_at = NOW - timedelta(hours=hour, minutes=4)
        rows = [_row(f"vitec:OBJ{n + 2}", 100 * hour + n, done_at) for n in range(1 + hour * (8 - hour) // 2)]
        for n in hub.store.outbox_add(rows, done_at):
            if n is not None:
                hub.store.outbox_done(n, {"status": "visible"}, done_at)
    for half in range(1, 46):
        when = NOW - timedelta(minutes=30 * half)
        hub.store.event_add(
            [
                Event(
                    at=when,
                    connection="vitec",
                    what="pull.catchup",
                    facts={"created": 0, "updated": half % 7},
                    took_ms=300,
                )
            ]
        )


def _row(home_id: str, number: int, at: datetime) -> OutboxRow:
    return OutboxRow(
        connection="hemnet",
        ability="publish",
        operation="publish",
        repeat="readback",
        kind="estate",
        id=home_id,
        key=f"publish|hemnet|{home_id}|{number}",
        payload={"fields": ["price.asking_kr"]},
        not_before=at,
    )


def _trouble(hub: Hub) -> None:
    refused = NOW - timedelta(hours=1, minutes=34)
    store = hub.store
    facts = {
        "code": "key_refused",
        "status": 401,
        "operation": "listing.update",
        "sv": "Hemnet godtar inte kontorets nyckel.",
    }
    store.event_add(
        [Event(at=refused, connection="hemnet", what="trouble.needs_sign_in", level="bad", facts=facts)]
    )
    store.repair_open("key_refused", "hemnet", "", {**facts, "message": "Bearer kanariehemlighet"}, refused)
    waits = NOW - timedelta(minutes=2, seconds=55)
    store.event_add(
        [
            Event(
                at=waits,
                connection="hemnet",
                kind="estate",
                id=HOME,
                what="publish.waits",
                level="bad",
                facts=facts,
                took_ms=400,
            )
        ]
    )
    store.outbox_trouble(
        ("hemnet", "publish", "estate", HOME),
        1,
        "waiting",
        NOW + timedelta(minutes=7),
        "key_refused",
        "Hemnet godtar inte kontorets nyckel.",
        waits,
    )
    missing = [f"OBJ{n}" for n in range(3, 13)]
    store.repair_open(
        "vanish",
        "vitec",
        "estate",
        {"stream": "estate", "held": 12, "listed": 2, "missing": missing},
        NOW - timedelta(hours=2),
    )
    _doubt(hub)
    stopped = {"code": "energy_missing", "sv": "Energiklass saknas.", "stops": True, "field": "energy"}
    store.link_put(
        "estate",
        "vitec:OBJ3",
        "hemnet",
        {"wish": "published", "wished": "upcoming", "blocked": True, "remarks": [stopped]},
        NOW - timedelta(hours=5),
    )
    store.event_add(
        [
            Event(
                at=NOW - timedelta(hours=5),
                connection="hemnet",
                kind="estate",
                id="vitec:OBJ3",
                what="publish.blocked",
                level="bad",
                facts={"codes": ["energy_missing"]},
            )
        ]
    )
    store.park(
        [
            Parked(
                connection="vitec",
                kind="estate",
                source_id="OBJ99",
                reason_code="not_json",
                sv="Svaret gick inte att läsa.",
                raw=b"{",
                at=NOW - timedelta(hours=6),
            )
        ]
    )


def _doubt(hub: Hub) -> None:
    key = "visible|smtp|vitec:OBJ2|1"
    row = OutboxRow(
        connection="smtp",
        ability="email",
        operation="send",
        repeat="none",
        kind="mail",
        id=key,
        key=key,
        payload={"to": ["canary@example.com"], "subject": "Kanarie", "estate": "vitec:OBJ2"},
    )
    n = hub.store.outbox_add([row], NOW - timedelta(minutes=14))[0]
    assert n is not None
    hub.store.outbox_unknown(n, "cut_off", "Mejlet kan ha gått i väg utan kvitto.")
    facts = {"code": "cut_off", "sv": "Mejlet kan ha gått i väg utan kvitto.", "n": n}
    hub.store.repair_open("outcome_unknown", "smtp", f"mail|{key}", facts, NOW - timedelta(minutes=14))
    hub.store.event_add(
        [
            Event(
                at=NOW - timedelta(minutes=14),
                connection="smtp",
                kind="mail",
                id=key,
                what="email.unknown",
                level="doubt",
            )
        ]
    )
