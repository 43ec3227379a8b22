"""Fill-in: what is proposed, what is ticked, what is written where, who said so, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from brygga.connectors.abilities import Draft, RawRecord, Ref, Writable, Written
from brygga.extracts.facts import (
    Address,
    ApartmentList,
    EnergyDeclaration,
    Fact,
    Mortgage,
    Place,
    Position,
    RegisterExtract,
    Section,
    State,
    Taxation,
)
from brygga.hub import Connection, Hub, Settings, filling
from brygga.model import (
    BryggaError,
    Estate,
    Invalid,
    Mapped,
    OutcomeUnknown,
    Rejected,
    Retryable,
    Unsupported,
    decode,
    encode,
)
from brygga.model import parts as p
from brygga.store import Batch, Incoming
from brygga.wire.call import Repeat

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
HOME = "src:1"
WHY = "Enligt utdrag beställt vid intaget"


def fact(value: Any, *, line: int = 4, **more: Any) -> Fact[Any]:
    return Fact(value=value, text=str(value), place=Place(page=2, line=line), **more)


def there(*items: Any, **more: Any) -> Section[Any]:
    return Section(state=State.THERE, items=list(items), **more)


def paper(**changes: Any) -> RegisterExtract:
    facts: dict[str, Any] = {
        "layout": "test",
        "designation": fact("Uppsala EKLUNDA 1:76"),
        "address": fact(Address(street="Provvägen 3", postcode="75330", town="UPPSALA")),
        "total_area_m2": fact(1440, sure=False, remark="spaces_restored"),
        "mortgages": there(Mortgage(amount_kr=fact(510_000)), Mortgage(amount_kr=fact(90_000))),
        "taxation": there(Taxation(total_kr=fact(2_436_000))),
    }
    return RegisterExtract(**(facts | changes))


def house(**changes: Any) -> Estate:
    facts: dict[str, Any] = {
        "id": HOME,
        "type": "house",
        "areas": p.Areas(plot_m2=900.0, living_m2=120.0),
        "address": p.Address(street="provvägen 3", municipality="Uppsala"),
        "extra": {"own": "member"},
    }
    return Estate(**(facts | changes))


class Owner:
    """A broker system that takes some fields, and answers as told."""

    def __init__(self) -> None:
        self.fields = frozenset({"areas.*", "address.*", "taxation.*", "pledges_kr", "buildings[].energy.*"})
        self.drafts: list[Draft] = []
        self.outcome: Written | BryggaError | None = None
        self.keeps: Estate | None = None
        self.tells = True

    def writable(self) -> Mapping[str, Writable]:
        return {"estate": Writable(update=True, fields=self.fields, repeat=Repeat.READBACK)}

    def as_seen(self, record: Any) -> Any:
        return record

    async def write(self, drafts: Sequence[Draft]) -> list[Written | BryggaError]:
        self.drafts += drafts
        if self.outcome is not None:
            return [self.outcome]
        record = self.keeps or drafts[0].record
        self.held = RawRecord(kind="estate", source_id="1", body=encode(record), fetched_at=NOW)
        return [Written(source_id="1", raw=self.held if self.tells else None)]

    async def fetch(self, ref: Ref) -> RawRecord | None:
        return self.held

    def map(self, raw: RawRecord) -> Mapped:
        return Mapped(records=[decode("estate", raw.body)])

    def follow(self, mapped: Mapped) -> list[Ref]:
        return []


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def hub(tmp_path: Path, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    made = Hub(Settings(home=tmp_path), now=lambda: NOW)
    made.store.apply(Batch(connection="src", now=NOW, incoming=[Incoming(record=house())]))
    made.store.setting_put("connection:src", {"name": "src", "connector": "vitec"})
    made.connections.live = lambda name: Standing(owner, frozenset({"read", "write"}))  # type: ignore[assignment, method-assign, return-value]
    yield made
    made.store.close()


class Standing:
    """A live connection, as far as filling in looks at it."""

    def __init__(self, connector: Any, abilities: frozenset[str]) -> None:
        self.connector, self.abilities, self.name, self.raw_days = connector, abilities, "src", 14
        self.manifest = type(
            "Manifest", (), {"title": "Källan", "name": "src", "module": "brygga.connectors.vitec.api:X"}
        )
        self.connection = Connection(name="src", connector="vitec")

    def can(self, ability: str) -> bool:
        return ability in self.abilities


def fields(proposal: filling.Proposal) -> dict[str, Any]:
    return {change.field: change.new for change in proposal.changes}


# ---------------------------------------------------------------------- proposing


def test_what_the_extract_says_otherwise_is_proposed_and_nothing_else(hub: Hub) -> None:
    proposal = filling.propose(hub, paper(), HOME, file="utdrag.pdf")
    assert fields(proposal) == {
        "taxation.designations": ["UPPSALA EKLUNDA 1:76"],
        "address.postcode": "753 30",
        "address.town": "Uppsala",
        "areas.plot_m2": 1440.0,
        "pledges_kr": [510_000, 90_000],
        "taxation.total_kr": 2_436_000,
    }
    plot = next(change for change in proposal.changes if change.field == "areas.plot_m2")
    assert (plot.old, plot.term, plot.file, plot.place, plot.text) == (
        900.0,
        "tomtarea",
        "utdrag.pdf",
        Place(page=2, line=4),
        "1440",
    )


def test_nothing_is_ticked_of_an_extract_that_may_be_of_another_property(hub: Hub) -> None:
    elsewhere = fact(Address(street="Annangatan 7", postcode="75330", town="Uppsala"))
    proposal = filling.propose(hub, paper(address=elsewhere), HOME)
    assert proposal.changes
    assert proposal.ticked == []
    assert "annan fastighet" in proposal.sv
    assert all("annan fastighet" in c.remark or c.remark == "spaces_restored" for c in proposal.changes)


def test_only_what_was_read_for_certain_is_ticked(hub: Hub) -> None:
    proposal = filling.propose(hub, paper(), HOME)
    assert "areas.plot_m2" not in proposal.ticked
    assert "taxation.total_kr" in proposal.ticked
    assert next(c for c in proposal.changes if c.field == "areas.plot_m2").remark == "spaces_restored"


def test_a_value_that_could_not_be_read_is_not_proposed(hub: Hub) -> None:
    torn = Fact(value=None, text="1 4o0", place=Place(page=1, line=1), remark="not_area")
    assert "areas.plot_m2" not in fields(filling.propose(hub, paper(total_area_m2=torn), HOME))


@pytest.mark.parametrize(
    "mortgages",
    [
        Section(),
        Section(state=State.EMPTY),
        there(
            Mortgage(amount_kr=fact(1)),
            Mortgage(amount_kr=Fact(value=None, text="?", place=Place(page=1, line=1))),
        ),
    ],
)
def test_mortgages_are_proposed_whole_or_not_at_all(hub: Hub, mortgages: Section[Any]) -> None:
    assert "pledges_kr" not in fields(filling.propose(hub, paper(mortgages=mortgages), HOME))


def test_mortgages_of_a_part_not_read_whole_are_unticked(hub: Hub) -> None:
    proposal = filling.propose(hub, paper(mortgages=there(Mortgage(amount_kr=fact(1)), whole=False)), HOME)
    assert "pledges_kr" in fields(proposal)
    assert "pledges_kr" not in proposal.ticked


def test_of_several_tax_units_none_is_proposed(hub: Hub) -> None:
    two = there(Taxation(total_kr=fact(1)), Taxation(total_kr=fact(2)))
    assert "taxation.total_kr" not in fields(filling.propose(hub, paper(taxation=two), HOME))


def test_the_propertys_own_facts_are_not_a_flats(hub: Hub) -> None:
    flat = house(type="apartment", tenure="tenant_ownership")
    hub.store.apply(Batch(connection="src", now=NOW, incoming=[Incoming(record=flat)]))
    found = fields(
        filling.propose(hub, paper(position=fact(Position(north_m=6_640_000, east_m=647_000))), HOME)
    )
    assert found.keys() <= {"taxation.designations", "address.postcode", "address.town"}


def test_a_flats_list_fills_in_a_flat(hub: Hub) -> None:
    listed = ApartmentList(
        layout="x",
        living_area_m2=fact(58.5),
        rooms=fact(2.0),
        apartment_number=fact("14"),
        register_number=fact("1204"),
    )
    assert fields(filling.propose(hub, listed, HOME)) == {
        "areas.living_m2": 58.5,
        "rooms": 2.0,
        "share.apartment_number": "14",
        "share.registration_number": "1204",
    }


def test_an_energy_declaration_fills_in_the_first_building(hub: Hub) -> None:
    declared = EnergyDeclaration(
        layout="x", energy_class=fact("D"), primary_energy_kwh_m2=fact(112), made_on=fact(date(2024, 3, 1))
    )
    found = fields(filling.propose(hub, declared, HOME))
    assert found["buildings[0].energy.rating"] == "D"
    assert found["buildings[0].energy.performed_at"] == "2024-03-01T11:00:00Z"


def test_a_position_in_metres_becomes_degrees_and_replaces_none_unasked(hub: Hub) -> None:
    placed = paper(position=fact(Position(north_m=6_580_822.0, east_m=674_032.0)))
    proposal = filling.propose(hub, placed, HOME)
    assert fields(proposal)["address.position"] == {"latitude": 59.330231, "longitude": 18.05919}
    assert "address.position" in proposal.ticked


def test_proposing_changes_nothing(hub: Hub, owner: Owner) -> None:
    before = hub.store.row("estate", HOME)
    filling.propose(hub, paper(), HOME)
    after = hub.store.row("estate", HOME)
    assert before is not None
    assert after is not None
    assert before.doc == after.doc
    assert owner.drafts == []


def test_a_home_that_there_is_not_is_said(hub: Hub) -> None:
    with pytest.raises(Invalid):
        filling.propose(hub, paper(), "src:9")


# ---------------------------------------------------------------------- doing it


async def test_the_chosen_fields_are_written_by_the_owner_and_stored_as_it_answered(
    hub: Hub, owner: Owner
) -> None:
    proposal = filling.propose(hub, paper(), HOME, file="utdrag.pdf")
    done = await filling.apply(hub, proposal, ["areas.plot_m2", "taxation.total_kr"], "anna", WHY)
    (draft,) = owner.drafts
    assert (draft.op, draft.kind, draft.source_id) == ("update", "estate", "1")
    assert set(draft.fields) == {"areas.plot_m2", "taxation.total_kr"}
    assert isinstance(draft.record, Estate)
    assert (draft.record.areas.plot_m2, draft.record.areas.living_m2, draft.record.address.town) == (
        1440.0,
        120.0,
        "",
    )
    assert draft.record.extra == {"own": "member"}
    assert draft.before == house()
    stored = hub.store.get("estate", HOME)
    assert isinstance(stored, Estate)
    assert stored.areas.plot_m2 == 1440.0
    assert stored.taxation is not None
    assert stored.taxation.total_kr == 2_436_000
    assert done.differing == []


async def test_who_and_why_stand_in_audit_trail_timeline_and_history(hub: Hub) -> None:
    proposal = filling.propose(hub, paper(), HOME, file="utdrag.pdf")
    await filling.apply(hub, proposal, ["areas.plot_m2"], "anna", f"  {WHY}\n")
    (line,) = hub.store.audit_list(subject=HOME)
    assert (line.actor, line.action, line.facts["why"], line.facts["file"]) == (
        "anna",
        "estate.fill_in",
        WHY,
        "utdrag.pdf",
    )
    assert line.facts["fields"] == ["areas.plot_m2"]
    changed = [(h.path, h.old, h.new) for h in hub.store.history("estate", HOME)]
    assert ("areas.plot_m2", 900.0, 1440.0) in changed


async def test_what_the_owner_did_not_keep_is_said(hub: Hub, owner: Owner) -> None:
    owner.keeps = house(areas=p.Areas(plot_m2=1400.0, living_m2=120.0))
    proposal = filling.propose(hub, paper(), HOME)
    done = await filling.apply(hub, proposal, ["areas.plot_m2"], "anna", WHY)
    assert done.differing == ["areas.plot_m2"]
    stored = hub.store.get("estate", HOME)
    assert isinstance(stored, Estate)
    assert stored.areas.plot_m2 == 1400.0


async def test_an_owner_that_does_not_tell_is_asked(hub: Hub, owner: Owner) -> None:
    owner.tells = False
    proposal = filling.propose(hub, paper(), HOME)
    await filling.apply(hub, proposal, ["areas.plot_m2"], "anna", WHY)
    stored = hub.store.get("estate", HOME)
    assert isinstance(stored, Estate)
    assert stored.areas.plot_m2 == 1440.0


async def test_the_same_wish_has_the_same_key_and_another_wish_another(hub: Hub, owner: Owner) -> None:
    owner.outcome = Rejected("no")
    proposal = filling.propose(hub, paper(), HOME)
    for chosen in (["areas.plot_m2"], ["areas.plot_m2"], ["taxation.total_kr"]):
        with pytest.raises(Rejected):
            await filling.apply(hub, proposal, chosen, "anna", WHY)
    first, second, third = (draft.key for draft in owner.drafts)
    assert first == second != third


@pytest.mark.parametrize("outcome", [Rejected("no"), OutcomeUnknown("lost"), Retryable("later")])
async def test_a_write_that_failed_or_may_have_failed_is_raised_and_not_claimed(
    hub: Hub, owner: Owner, outcome: BryggaError
) -> None:
    owner.outcome = outcome
    proposal = filling.propose(hub, paper(), HOME)
    with pytest.raises(type(outcome)):
        await filling.apply(hub, proposal, ["areas.plot_m2"], "anna", WHY)
    stored = hub.store.get("estate", HOME)
    assert isinstance(stored, Estate)
    assert stored.areas.plot_m2 == 900.0
    assert hub.store.audit_list(subject=HOME) == []


@pytest.mark.parametrize(
    ("chosen", "why", "code"),
    [
        (["areas.plot_m2"], "  ", "no_reason"),
        ([], WHY, "nothing_chosen"),
        (["price.asking_kr"], WHY, "nothing_chosen"),
        (["areas.plot_m2", "id"], WHY, "nothing_chosen"),
    ],
)
async def test_a_step_without_reason_or_choice_is_refused(
    hub: Hub, owner: Owner, chosen: list[str], why: str, code: str
) -> None:
    with pytest.raises(Invalid) as raised:
        await filling.apply(hub, filling.propose(hub, paper(), HOME), chosen, "anna", why)
    assert raised.value.code == code
    assert owner.drafts == []


async def test_a_record_that_changed_since_is_not_overwritten(hub: Hub, owner: Owner) -> None:
    proposal = filling.propose(hub, paper(), HOME)
    other = house(areas=p.Areas(plot_m2=905.0))
    hub.store.apply(Batch(connection="src", now=NOW, incoming=[Incoming(record=other)]))
    with pytest.raises(Invalid) as raised:
        await filling.apply(hub, proposal, ["areas.plot_m2"], "anna", WHY)
    assert raised.value.code == "changed_meanwhile"
    assert owner.drafts == []


# ---------------------------------------------------------------------- what cannot be


@pytest.mark.parametrize("way", ["no ability", "no estates", "not these fields"])
async def test_where_the_owner_cannot_be_changed_the_list_to_type_in_is_given(
    hub: Hub, owner: Owner, way: str
) -> None:
    if way == "no ability":
        hub.connections.live = lambda name: Standing(owner, frozenset({"read"}))  # type: ignore[assignment, method-assign, return-value]
    elif way == "no estates":
        owner.writable = dict  # type: ignore[method-assign, assignment]
    else:
        owner.fields = frozenset({"price.asking_kr"})
    proposal = filling.propose(hub, paper(), HOME)
    assert proposal.can_write is False
    assert proposal.sv
    with pytest.raises(Unsupported) as raised:
        await filling.apply(hub, proposal, ["areas.plot_m2", "pledges_kr"], "anna", WHY)
    assert "tomtarea: 1440.0" in raised.value.sv
    assert "pantbrev: 510000, 90000" in raised.value.sv
    assert owner.drafts == []


async def test_a_connection_that_cannot_be_opened_does_not_keep_anybody_from_looking(hub: Hub) -> None:
    def broken(name: str) -> Any:
        raise Invalid("no such connector")

    hub.connections.live = broken  # type: ignore[assignment, method-assign]
    proposal = filling.propose(hub, paper(), HOME)
    assert proposal.changes
    assert proposal.can_write is False


# ---------------------------------------------------------------------- paths


def test_a_path_into_what_is_not_there_yet_makes_it(hub: Hub) -> None:
    row = hub.store.row("estate", HOME)
    assert row is not None
    made = filling.with_fields(row, {"buildings[0].energy.rating": "D", "taxation.total_kr": 5})
    assert made.buildings[0].energy is not None
    assert made.buildings[0].energy.rating == "D"
    assert filling.value_at(made, "buildings[0].energy.rating") == "D"
    assert filling.value_at(made, "buildings[1].energy.rating") is None
    assert msgspec.structs.replace(made, buildings=[], taxation=None) == house()
