"""The reference schema: proposed without an edit, read and written; the second write of the same is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import Draft, Ref, Written
from brygga.connectors.agencydb.schema import read_plan
from brygga.model import (
    Agent,
    Bid,
    Contact,
    Estate,
    OutcomeUnknown,
    Record,
    Rejected,
    Relation,
    Unsupported,
    Viewing,
)
from brygga.model.parts import Address, Areas, Building, Fee, Position, Price

CONNECTION = "agency"
PNR = "191212121212"  # from the published test series


def estate(number: int = 1, **more: Any) -> Estate:
    return Estate(
        id=f"other:{number}",
        type="house",
        status="for_sale",
        address=Address(
            street=f"Provgatan {number}",
            postcode="114 55",
            town="Stockholm",
            municipality="Stockholm",
            municipality_code="0180",
            position=Position(latitude=59.3, longitude=18.1),
        ),
        price=Price(asking_kr=4_500_000),
        areas=Areas(living_m2=112.5, plot_m2=830.0),
        rooms=5.0,
        fee=Fee(amount_kr=3_200, frequency="Monthly"),
        buildings=[Building(year_built=1974)],
        **more,
    )


def draft(record: Record, op: str = "create", **more: Any) -> Draft:
    return Draft(
        op=op,
        kind=type(record).__name__.lower(),
        record=record,
        key=more.pop("key", f"k:{record.id}"),
        **more,
    )


async def written(db: Any, *drafts: Draft) -> list[Any]:
    out = await db.write(list(drafts))
    for one in out:
        if isinstance(one, Exception):
            raise one
    return out


def own(one: Written) -> str:
    return f"{CONNECTION}:{one.source_id}"


async def test_the_reference_schema_is_proposed_without_anything_unsure(
    agency_url: str, proposed: Any
) -> None:
    proposal = await proposed(agency_url)
    assert proposal.unsure == 0
    assert read_plan(proposal.text) == proposal.plan
    kinds = {name: one.kind for name, one in proposal.plan.tables.items()}
    assert kinds == {
        "users": "agent",
        "kontakter": "contact",
        "objekt": "estate",
        "visningar": "viewing",
        "bud": "bid",
    }
    columns = proposal.plan.tables["objekt"].columns
    assert columns["rum"].how == "rooms_whole"
    assert not columns["objektnummer"].write
    assert "losenord_hash" not in proposal.plan.tables["users"].columns
    assert "ägarbyten" in proposal.text


async def test_what_is_written_comes_back_as_it_was_said_to(
    agency_url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    (agent,) = await written(db, draft(Agent(id="other:a", name="Ada Prov", email="ada@example.test")))
    seller, buyer = await written(
        db,
        draft(
            Contact(
                id="other:s", first_name="Anna", last_name="von Prov", personnummer=PNR, mobile="+46701740605"
            )
        ),
        draft(Contact(id="other:b", kind="company", company_name="Prov AB", orgnr="556036-0793")),
    )
    wanted = estate(agent_id=own(agent), seller_ids=[own(seller)])
    (home,) = await written(db, draft(wanted))
    seen = db.as_seen(wanted)
    mapped = db.map(home.raw)
    got = mapped.records[0]
    for field in db.writable()["estate"].fields:
        assert _value(got, field) == _value(seen, field), field
    assert [one.role for one in mapped.records[1:]] == ["seller"]
    assert got.reference == "OBJ-1000"
    assert mapped.findings == [] or {f.code for f in mapped.findings} <= {"living_area_missing"}
    person = db.map(seller.raw).records[0]
    assert (person.first_name, person.last_name, person.personnummer) == ("Anna", "von Prov", PNR)
    firm = db.map(buyer.raw).records[0]
    assert (firm.kind, firm.company_name, firm.orgnr) == ("company", "Prov AB", "556036-0793")


def _value(record: Any, path: str) -> Any:
    from brygga.connectors.agencydb.mapping.paths import get

    return get(record, path)


async def test_the_second_write_of_the_same_writes_no_row(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    drafts = [draft(estate(n)) for n in range(50)]
    first = await written(db, *drafts)
    stamps = sql(agency_url, "SELECT id, xmin::text, updated_at FROM objekt ORDER BY id")
    second = await written(db, *drafts)
    assert sql(agency_url, "SELECT id, xmin::text, updated_at FROM objekt ORDER BY id") == stamps
    assert [one.source_id for one in second] == [one.source_id for one in first]
    assert {one.matched_by for one in second} == {"key"}
    updates = [
        draft(
            estate(n),
            "update",
            source_id=one.source_id,
            fields=("price.asking_kr", "rooms", "address.street"),
        )
        for n, one in enumerate(first)
    ]
    await written(db, *updates)
    assert sql(agency_url, "SELECT id, xmin::text, updated_at FROM objekt ORDER BY id") == stamps


async def test_a_listing_gives_the_very_bytes_that_a_write_gave(
    agency_url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(agency_url, page_rows=7)
    out = await written(db, *[draft(estate(n)) for n in range(20)])
    listed = {}
    async for page in db.pages("estate"):
        listed |= {raw.source_id: raw.body for raw in page.records}
    assert listed == {one.source_id: one.raw.body for one in out}
    assert page.last


async def test_a_listing_goes_on_from_its_cursor(agency_url: str, connect: Callable[..., Any]) -> None:
    db = await connect(agency_url, page_rows=6)
    await written(db, *[draft(estate(n)) for n in range(20)])
    whole = [page async for page in db.pages("estate")]
    rest = [
        raw.source_id async for page in db.pages("estate", cursor=whole[0].cursor) for raw in page.records
    ]
    assert rest == [raw.source_id for page in whole[1:] for raw in page.records]
    assert len(set(rest)) == 14


async def test_half_rooms_and_nine_types_are_declared_and_never_come_back_as_a_change(
    agency_url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    losses = db.writable()["estate"].losses
    assert "2,5 rum blir 2" in losses["rooms"]
    assert "ägarlägenhet" in losses["type"]
    for kind in (
        "house",
        "cottage",
        "apartment",
        "plot",
        "condominium",
        "farm",
        "foreign",
        "commercial",
        "premises",
    ):
        wanted = msgspec.structs.replace(estate(), id=f"other:{kind}", type=kind, rooms=2.5)
        seen = db.as_seen(wanted)
        assert seen.rooms == 2.0
        (out,) = await written(db, draft(wanted))
        got = db.map(out.raw).records[0]
        assert (got.type, got.rooms) == (seen.type, seen.rooms)
        assert db.as_seen(got).type == got.type


async def test_only_the_drafted_fields_are_written(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    (out,) = await written(db, draft(estate()))
    wanted = msgspec.structs.replace(estate(), price=Price(asking_kr=4_900_000), rooms=9.0)
    await written(db, draft(wanted, "update", source_id=out.source_id, fields=("price.asking_kr",)))
    assert sql(agency_url, "SELECT utgangspris::int, rum FROM objekt") == [(4_900_000, 5)]


async def test_a_row_that_was_changed_meanwhile_is_not_overwritten(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    (out,) = await written(db, draft(estate()))
    before = db.map(out.raw).records[0]
    sql(agency_url, "UPDATE objekt SET utgangspris = 1")
    wanted = msgspec.structs.replace(before, price=Price(asking_kr=5_000_000))
    one = draft(wanted, "update", source_id=out.source_id, fields=("price.asking_kr",), before=before)
    (refused,) = await db.write([one])
    assert isinstance(refused, Rejected)
    assert refused.code == "changed_meanwhile"
    assert sql(agency_url, "SELECT utgangspris::int FROM objekt") == [(1,)]


async def test_a_missing_reference_is_named_and_the_others_go_in(
    agency_url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    lost = f"{CONNECTION}:00000000-0000-0000-0000-000000000000"
    drafts = [draft(estate(n, agent_id=lost if n % 5 == 0 else "")) for n in range(20)]
    out = await db.write(drafts)
    bad = [one for one in out if isinstance(one, Rejected)]
    assert len(bad) == 4
    assert {one.code for one in bad} == {"reference_missing"}
    assert "objekt.maklare_id" in bad[0].sv
    assert sum(isinstance(one, Written) for one in out) == 16


async def test_a_reference_to_a_record_of_another_system_is_missing_too(
    agency_url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    (out,) = await db.write([draft(estate(agent_id="other:55"))])
    assert isinstance(out, Rejected)
    assert out.code == "reference_missing"


async def test_a_text_that_does_not_fit_is_refused_by_column_and_length_and_never_cut(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    wanted = msgspec.structs.replace(estate(), address=Address(street="x" * 201))
    (out,) = await db.write([draft(wanted)])
    assert isinstance(out, Rejected)
    assert out.code == "too_long"
    assert "objekt.adress" in out.sv
    assert "200" in out.sv
    assert sql(agency_url, "SELECT count(*) FROM objekt") == [(0,)]


async def test_a_missing_value_is_refused_by_column(agency_url: str, connect: Callable[..., Any]) -> None:
    db = await connect(agency_url)
    (out,) = await db.write([draft(Contact(id="other:1", phone="+46701740605"))])
    assert isinstance(out, Rejected)
    assert out.code == "value_missing"
    assert "kontakter.namn" in out.sv


async def test_a_home_that_hides_its_address_gets_in_and_shows_none(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    hidden = msgspec.structs.replace(estate(), address=Address(town="Lund"))
    (out,) = await written(db, draft(hidden))
    assert sql(agency_url, "SELECT adress, ort FROM objekt") == [("Uppgift saknas", "Lund")]
    (home,) = db.map(out.raw).records
    assert home.address.street == db.as_seen(hidden).address.street == ""
    assert "Uppgift saknas" in db.writable()["estate"].losses["address.street"]


async def test_viewings_and_bids_join_date_and_time(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    (home,) = await written(db, draft(estate()))
    viewing = Viewing(
        id="other:v",
        estate_id=own(home),
        starts_at=datetime(2026, 6, 16, 15, 0, tzinfo=UTC),
        ends_at=datetime(2026, 6, 16, 15, 45, tzinfo=UTC),
        digital=True,
    )
    bid = Bid(
        id="other:b",
        estate_id=own(home),
        amount_kr=4_700_000,
        placed_at=datetime(2026, 1, 9, 7, 30, 5, tzinfo=UTC),
    )
    (one,) = await written(db, draft(viewing))
    (two,) = await written(db, draft(bid))
    assert sql(agency_url, "SELECT datum::text, starttid::text, sluttid::text, typ::text FROM visningar") == [
        ("2026-06-16", "17:00:00", "17:45:00", "digital")
    ]
    assert sql(agency_url, "SELECT datum::text, tid::text, status::text FROM bud") == [
        ("2026-01-09", "08:30:05", "aktivt")
    ]
    got = db.map(one.raw).records[0]
    assert (got.starts_at, got.ends_at, got.digital) == (viewing.starts_at, viewing.ends_at, True)
    assert db.map(two.raw).records[0].placed_at == bid.placed_at
    taken_back = msgspec.structs.replace(bid, cancelled=True)
    await written(db, draft(taken_back, "update", source_id=two.source_id, fields=("cancelled",)))
    assert sql(agency_url, "SELECT status::text FROM bud") == [("tillbakadraget",)]


async def test_the_summer_time_nights_come_back_as_said(agency_url: str, connect: Callable[..., Any]) -> None:
    db = await connect(agency_url)
    (home,) = await written(db, draft(estate()))
    for at in (
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # the same wall clock again: read as the first
    ):
        wanted = Viewing(id=f"other:{at}", estate_id=own(home), starts_at=at)
        (out,) = await written(db, draft(wanted))
        got = db.map(out.raw).records[0]
        assert got.starts_at == db.as_seen(wanted).starts_at
        doubled = at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
        assert (got.starts_at == at) is not doubled


async def test_a_buyer_is_a_relation_in_the_homes_own_row(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    (home,) = await written(db, draft(estate()))
    people = await written(db, *[draft(Contact(id=f"other:{n}", last_name=f"Prov{n}")) for n in range(2)])
    part = Relation(id="other:r", estate_id=own(home), contact_id=own(people[0]), role="buyer")
    (out,) = await written(db, draft(part))
    assert out.source_id == f"{home.source_id}|buyer|{people[0].source_id}"
    got = await db.fetch(Ref(kind="relation", source_id=out.source_id))
    assert db.map(got).records[0].contact_id == own(people[0])
    second = msgspec.structs.replace(part, contact_id=own(people[1]))
    (refused,) = await db.write([draft(second, key="r2")])
    assert isinstance(refused, Rejected)
    assert refused.code == "slot_taken"
    (no,) = await db.write([draft(msgspec.structs.replace(part, role="speculator"), key="r3")])
    assert isinstance(no, Unsupported)
    await written(db, draft(part, "remove", source_id=out.source_id))
    assert sql(agency_url, "SELECT kopare_id FROM objekt") == [(None,)]
    assert await db.fetch(Ref(kind="relation", source_id=out.source_id)) is None


async def test_a_contact_that_is_there_already_is_found_by_its_personal_number(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    sql(agency_url, "INSERT INTO kontakter (namn, personnummer) VALUES ('Anna Prov', '19121212-1212')")
    (out,) = await written(db, draft(Contact(id="other:1", last_name="Prov", personnummer=PNR)))
    assert out.matched_by == "personnummer"
    assert sql(agency_url, "SELECT count(*) FROM kontakter") == [(1,)]


async def test_a_removed_row_is_gone_and_removing_it_again_is_no_fault(
    agency_url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    (out,) = await written(db, draft(estate()))
    for _ in range(2):
        await written(db, draft(estate(), "remove", source_id=out.source_id))
    assert await db.fetch(Ref(kind="estate", source_id=out.source_id)) is None


async def test_what_was_committed_before_the_answer_was_lost_is_read_back(
    agency_url: str, connect: Callable[..., Any], monkeypatch: Any, sql: Callable[..., Any]
) -> None:
    import psycopg

    from brygga.wire.database_session import Session

    db = await connect(agency_url)
    real = Session.commit

    def cut(self: Session) -> None:
        writes = bool(self.rows("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")[0][0])
        real(self)
        if writes:
            self.committing = True
            self.raw.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Session, "commit", cut)
    wish = draft(estate())
    (doubt,) = await db.write([wish])
    assert isinstance(doubt, OutcomeUnknown)
    monkeypatch.setattr(Session, "commit", real)
    back = await db.read_back(wish)
    assert back is not None
    (again,) = await written(db, wish)
    assert again.source_id == back.source_id
    assert sql(agency_url, "SELECT count(*) FROM objekt") == [(1,)]
    assert await db.read_back(draft(estate(2))) is None
