"""An office becomes one agency at Hemnet, however many of its homes go there at the same time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from brygga.model import Invalid

NO_REFERENCE = {"reference_member": "", "reference_query": ""}


def agency_step(stand: Any, state: dict[str, Any], **settings: Any) -> Any:
    steps = stand.connector(**settings).steps(stand.publication(), state)
    return next(step for step in steps if step.name == "agency")


@pytest.mark.parametrize(
    "settings",
    [{}, NO_REFERENCE, {"create_agencies": False}, {"agencies": {"vitec:K1": "A1"}}],
    ids=["found by reference", "not to be looked up", "never made", "tied by hand"],
)
@pytest.mark.parametrize(
    "state", [{}, {"agency_office": "vitec:K2", "agency_id": "A2"}], ids=["new", "moved"]
)
def test_however_the_agency_step_is_made_only_one_of_a_connection_runs_at_a_time(
    stand: Any, settings: dict[str, Any], state: dict[str, Any]
) -> None:
    assert agency_step(stand, state, **settings).scope == "agency"


def test_no_other_step_waits_for_other_homes(stand: Any) -> None:
    steps = stand.connector().steps(stand.publication(), {})
    assert [step.name for step in steps if step.scope] == ["agency"]


async def test_without_a_reference_an_agency_is_never_made_only_tied_by_hand(stand: Any) -> None:
    """Another process, or this one after a restart, could not tell that it is there already."""
    connector = stand.connector(**NO_REFERENCE)
    with pytest.raises(Invalid) as caught:
        await connector.run("agency", stand.publication(), {})
    assert caught.value.code == "office_unknown"
    assert stand.imitation.agencies == {}
    remarks = {remark.code for remark in connector.preflight(stand.publication(), {}) if remark.stops}
    assert remarks == {"office_unknown"}
    tied = stand.connector(**NO_REFERENCE, agencies={"vitec:K1": "A1"})
    assert tied.preflight(stand.publication(), {}) == []


async def test_two_homes_of_a_new_office_make_one_agency(stand: Any, kit: Any) -> None:
    connector = stand.connector()
    homes = [stand.publication(estate=kit.an_estate(id=f"vitec:OBJ{n}")) for n in range(4)]
    await asyncio.gather(*(kit.drive(connector, home) for home in homes))
    assert len(stand.imitation.agencies) == 1
    assert len(stand.ads) == 4


async def test_an_office_tied_by_hand_is_used_as_it_is(stand: Any, kit: Any) -> None:
    first = await kit.drive(stand.connector(), stand.publication())
    agency_id = first[0]["agency_id"]
    home = stand.publication(estate=kit.an_estate(id="vitec:OBJ9"))
    connector = stand.connector(agencies={"vitec:K1": agency_id}, create_agencies=False)
    await kit.drive(connector, home)
    assert not [c for c in stand.line.calls if c.operation.startswith("agency.")]
