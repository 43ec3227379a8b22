"""Trouble with the agency's database, each by its name: what was renamed, forbidden, hidden or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from brygga.connectors.abilities import Draft, Written
from brygga.connectors.agencydb.inspecting import check_plan, read_catalog
from brygga.connectors.agencydb.schema import read_plan
from brygga.model import Contact, Estate, Invalid, NeedsSignIn, Rejected, Retryable, SetupError
from brygga.model.parts import Address, Price

ROLE = "brygga_test"


def home(number: int = 1, **more: Any) -> Draft:
    record = Estate(
        id=f"other:{number}",
        type="house",
        status="for_sale",
        address=Address(street=f"Provgatan {number}"),
        **more,
    )
    return Draft(op="create", kind="estate", record=record, key=f"k{number}")


@pytest.fixture
def as_role(agency_url: str, sql: Callable[..., Any]) -> Callable[[str], str]:
    """The address by which a role of its own signs in, with these rights."""
    name = f"{ROLE}_{agency_url.partition('?')[0].rpartition('/')[2]}"
    sql(agency_url, f"CREATE ROLE {name} LOGIN")

    def grant(rights: str) -> str:
        sql(agency_url, f"GRANT {rights} ON ALL TABLES IN SCHEMA public TO {name}")
        sql(agency_url, f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
        return agency_url.replace("postgres:@", f"{name}@")

    return grant


async def checked(db: Any, plan: Any) -> list[Any]:
    catalog = await db._line.run("check", read_catalog)
    return check_plan(plan, catalog)


async def test_a_renamed_column_is_named_with_what_it_may_be_called_now(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    assert await checked(db, db.mapper.plan) == []
    assert (await db.check()).ok
    sql(agency_url, "ALTER TABLE objekt RENAME COLUMN utgangspris TO utgangspriset")
    (remark,) = await checked(db, db.mapper.plan)
    assert remark.code == "column_missing"
    assert "objekt.utgangspris" in remark.sv
    assert "utgangspriset" in remark.sv
    assert not (await db.check()).ok
    with pytest.raises(SetupError) as caught:
        [page async for page in db.pages("estate")]
    assert caught.value.code == "schema_changed"
    with pytest.raises(SetupError):
        await db.write([home()])


async def test_retyped_vanished_and_new_things_are_told_apart(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    sql(agency_url, "ALTER TABLE objekt ALTER rum TYPE numeric(4,1)")
    sql(agency_url, "ALTER TABLE objekt ADD nytt text NOT NULL")
    sql(agency_url, "ALTER TYPE budstatus ADD VALUE 'vilande'")
    sql(agency_url, "DROP TABLE visningar")
    found = {one.code: one for one in await checked(db, db.mapper.plan)}
    assert found.keys() == {"retyped", "required_without_value", "word_without_counterpart", "table_missing"}
    assert "vilande" in found["word_without_counterpart"].sv
    assert not found["word_without_counterpart"].stops


async def test_a_read_only_role_is_told_and_nothing_is_written(
    agency_url: str,
    connect: Callable[..., Any],
    as_role: Callable[[str], str],
    sql: Callable[..., Any],
    proposed: Any,
) -> None:
    mapping = (await proposed(agency_url)).text
    db = await connect(as_role("SELECT"), mapping)
    assert {one.code for one in await checked(db, db.mapper.plan)} == {"read_only"}
    with pytest.raises(NeedsSignIn) as caught:
        await db.write([home()])
    assert caught.value.code == "no_right"
    assert "objekt" in caught.value.sv
    assert sql(agency_url, "SELECT count(*) FROM objekt") == [(0,)]
    own = await proposed(as_role("SELECT"))
    assert all(table.read_only for table in own.plan.tables.values())


async def test_a_read_only_database_is_told(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    name = agency_url.partition("?")[0].rpartition("/")[2]
    sql(agency_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await db.close()
    with pytest.raises(NeedsSignIn) as caught:
        await db.write([home()])
    assert caught.value.code == "read_only"


async def test_a_trigger_that_raises_refuses_its_row_alone_and_its_message_is_masked(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    sql(
        agency_url,
        "CREATE FUNCTION nej() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.adress = 'Provgatan 3' THEN RAISE EXCEPTION 'spärrat för 19121212-1212'; END IF;"
        " RETURN NEW; END $$;"
        " CREATE TRIGGER nej BEFORE INSERT ON objekt FOR EACH ROW EXECUTE FUNCTION nej()",
    )
    out = await db.write([home(n) for n in range(8)])
    assert [isinstance(one, Written) for one in out] == [n != 3 for n in range(8)]
    assert out[3].code == "raised"
    assert "spärrat" in out[3].sv
    assert "1212-1212" not in out[3].sv


async def test_rows_that_row_security_hides_are_neither_read_nor_written(
    agency_url: str,
    connect: Callable[..., Any],
    as_role: Callable[[str], str],
    sql: Callable[..., Any],
    proposed: Any,
) -> None:
    mapping = (await proposed(agency_url)).text
    owner = await connect(agency_url, mapping)
    here, hidden = await owner.write([home(1), home(2)])
    sql(agency_url, "DROP POLICY alla ON objekt")
    sql(
        agency_url,
        "CREATE POLICY en ON objekt USING (adress <> 'Provgatan 2') WITH CHECK (adress <> 'Provgatan 9')",
    )
    db = await connect(as_role("SELECT, INSERT, UPDATE, DELETE"), mapping)
    listed = [raw.source_id async for page in db.pages("estate") for raw in page.records]
    assert listed == [here.source_id]
    change = Draft(
        op="update",
        kind="estate",
        record=Estate(id="x", price=Price(asking_kr=1)),
        key="u",
        source_id=hidden.source_id,
        fields=("price.asking_kr",),
    )
    (out,) = await db.write([change])
    assert isinstance(out, Rejected)
    assert out.code == "gone"
    (new,) = await db.write([home(9)])
    assert isinstance(new, Rejected)
    assert new.code == "row_security"


async def test_a_row_that_may_be_seen_but_not_changed_is_told_apart_from_one_that_is_gone(
    agency_url: str,
    connect: Callable[..., Any],
    as_role: Callable[[str], str],
    sql: Callable[..., Any],
    proposed: Any,
) -> None:
    mapping = (await proposed(agency_url)).text
    owner = await connect(agency_url, mapping)
    (row,) = await owner.write([home(1)])
    sql(agency_url, "DROP POLICY alla ON objekt")
    sql(agency_url, "CREATE POLICY se ON objekt FOR SELECT USING (true)")
    db = await connect(as_role("SELECT, INSERT, UPDATE, DELETE"), mapping)
    change = Draft(
        op="update",
        kind="estate",
        record=Estate(id="x", price=Price(asking_kr=1)),
        key="u",
        source_id=row.source_id,
        fields=("price.asking_kr",),
    )
    (out,) = await db.write([change])
    assert isinstance(out, Rejected)
    assert out.code == "row_security"


async def test_a_word_of_ours_without_counterpart_is_refused_by_column(
    agency_url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    one = home()
    one.record.status = "for_rent"  # type: ignore[attr-defined]
    (out,) = await db.write([one])
    assert isinstance(out, Rejected)
    assert out.code == "no_counterpart"
    assert "objekt.status" in out.sv


async def test_a_word_of_theirs_without_counterpart_is_kept_as_it_came(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    sql(agency_url, "ALTER TYPE objektstatus ADD VALUE 'grannsamverkan'")
    sql(
        agency_url,
        "INSERT INTO objekt (typ, status, adress) VALUES ('villa', 'grannsamverkan', 'Provgatan 1')",
    )
    (raw,) = [raw async for page in db.pages("estate") for raw in page.records]
    mapped = db.map(raw)
    assert mapped.records[0].status == "grannsamverkan"
    assert "unknown_value" in {one.code for one in mapped.findings}


async def test_a_personal_number_that_fails_its_check_digit_is_a_finding_and_not_a_value(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    sql(agency_url, "INSERT INTO kontakter (namn, personnummer) VALUES ('Anna Prov', '19121212-1213')")
    (raw,) = [raw async for page in db.pages("contact") for raw in page.records]
    mapped = db.map(raw)
    assert mapped.records[0].personnummer == ""  # type: ignore[attr-defined]
    assert {one.code for one in mapped.findings} == {"not_a_personnummer"}


async def test_a_unique_value_that_is_taken_names_its_column(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    sql(agency_url, "CREATE UNIQUE INDEX ON objekt (adress)")
    first, second = await db.write([home(1), home(2)])
    change = Draft(
        op="update",
        kind="estate",
        record=Estate(id="x", address=Address(street="Provgatan 1")),
        key="u",
        source_id=second.source_id,
        fields=("address.street",),
    )
    (out,) = await db.write([change])
    assert isinstance(first, Written)
    assert isinstance(out, Rejected)
    assert out.code == "already_there"
    assert "adress" in out.sv


async def test_a_row_that_is_still_used_is_not_removed(agency_url: str, connect: Callable[..., Any]) -> None:
    db = await connect(agency_url)
    person = Contact(id="other:1", last_name="Prov")
    (contact,) = await db.write([Draft(op="create", kind="contact", record=person, key="c")])
    one = home()
    one.record.seller_ids = [f"agency:{contact.source_id}"]  # type: ignore[attr-defined]
    await db.write([one])
    gone = Draft(op="remove", kind="contact", record=person, key="r", source_id=contact.source_id)
    (out,) = await db.write([gone])
    assert isinstance(out, Rejected)
    assert out.code == "still_used"


async def test_changes_are_found_by_the_changed_column_and_by_triggers_of_ours(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    from brygga.connectors.agencydb.api import changelog

    db = await connect(agency_url)
    await db.write([home(n) for n in range(5)])
    sql(agency_url, "ALTER TABLE objekt DISABLE TRIGGER stamp_objekt")
    sql(agency_url, "UPDATE objekt SET updated_at = '2020-01-01' WHERE adress <> 'Provgatan 2'")
    since = datetime.now(UTC)
    by_column = [raw async for page in db.pages("estate", since=since) for raw in page.records]
    assert len(by_column) == 1
    for statement in changelog.installing(db.mapper) * 2:
        sql(agency_url, statement)
    sql(agency_url, "UPDATE objekt SET rum = 3 WHERE adress IN ('Provgatan 1', 'Provgatan 4')")
    other = await connect(agency_url, changes="triggers")
    by_trigger = [raw async for page in other.pages("estate", since=since) for raw in page.records]
    assert len(by_trigger) == 2
    for statement in changelog.removing(db.mapper) * 2:
        sql(agency_url, statement)
    left = sql(agency_url, "SELECT count(*) FROM pg_class WHERE relname LIKE 'brygga%'")
    assert left == [(0,)]
    assert sql(agency_url, "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'brygga%'") == [(0,)]


async def test_a_database_that_is_away_is_tried_again_later(
    connect: Callable[..., Any], agency_url: str, proposed: Any
) -> None:
    mapping = (await proposed(agency_url)).text
    db = await connect("postgresql://nobody@127.0.0.1:1/nothing", mapping)
    with pytest.raises(Retryable) as caught:
        await db.check()
    assert caught.value.code == "unreachable"


async def test_a_connection_that_was_cut_by_the_server_is_opened_anew_after_one_later(
    agency_url: str, connect: Callable[..., Any], sql: Callable[..., Any]
) -> None:
    db = await connect(agency_url)
    await db.write([home(1)])
    sql(
        agency_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'brygga'"
    )
    with pytest.raises(Retryable):
        await db.write([home(2)])
    (out,) = await db.write([home(2)])
    assert isinstance(out, Written)


async def test_a_mapping_with_a_mistyped_word_is_refused_with_its_place(
    proposed: Any, agency_url: str
) -> None:
    text = (await proposed(agency_url)).text
    with pytest.raises(Invalid, match="feild"):
        read_plan(text.replace('{ field = "rooms"', '{ feild = "rooms"'))
    with pytest.raises(Invalid, match="no table"):
        read_plan(text.replace('to = "users"', 'to = "usrs"'))
