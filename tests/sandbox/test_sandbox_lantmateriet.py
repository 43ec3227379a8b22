"""The imitated register: tokens with scopes, neighbours, rights, and the same world from the same seed."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from brygga.model import Invalid
from brygga.sandbox.lantmateriet import LantmaterietImitation, make
from brygga.sandbox.lantmateriet.imitation import KEY, SECRET
from brygga.sandbox.serving import Plan, names

SCOPE = "inskrivning_direkt_v3_read"


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


async def token(
    client: Any, scope: str = SCOPE, *, secret: str = SECRET, grant: str = "client_credentials"
) -> Any:
    pair = base64.b64encode(f"{KEY}:{secret}".encode()).decode()
    form = {"grant_type": grant, "scope": scope}
    header = {"Authorization": f"Basic {pair}"}
    async with client.session.post(f"{client.base}/token", data=form, headers=header) as answer:
        return answer.status, await answer.json()


async def ask(client: Any, path: str, bearer: str) -> tuple[int, Any]:
    return await client.get(path, Authorization=f"Bearer {bearer}")  # type: ignore[no-any-return]


@pytest.fixture
def register() -> LantmaterietImitation:
    return LantmaterietImitation(now=Clock(), life_s=60)


async def test_a_token_opens_the_products_of_its_scope_and_no_other(start: Any, register: Any) -> None:
    client = await start(register)
    plot = next(iter(register.world.plots.values()))
    _, got = await token(client)
    assert (got["scope"], got["expires_in"]) == (SCOPE, 60)
    assert (await ask(client, f"/inskrivning/v3/beror/{plot.id}", got["access_token"]))[0] == 200
    assert (await ask(client, f"/fastighetsamfallighet/v3.1/{plot.id}", got["access_token"]))[0] == 403


async def test_a_token_ends(start: Any, register: Any) -> None:
    client = await start(register)
    plot = next(iter(register.world.plots.values()))
    _, got = await token(client)
    register.now.at += timedelta(seconds=61)
    assert (await ask(client, f"/inskrivning/v3/beror/{plot.id}", got["access_token"]))[0] == 401


async def test_a_wrong_secret_and_another_grant_are_refused(start: Any, register: Any) -> None:
    client = await start(register)
    assert await token(client, secret="no") == (401, {"error": "invalid_client"})
    assert await token(client, grant="password") == (400, {"error": "unsupported_grant_type"})


async def test_a_product_that_is_not_ordered_gets_no_scope_and_no_answer(start: Any) -> None:
    client = await start(LantmaterietImitation(ordered=("fastighet",)))
    _, got = await token(client)
    assert SCOPE not in got["scope"]
    status, fault = await ask(client, "/inskrivning/v3/beror/x", got["access_token"])
    assert (status, fault["fault"]["code"]) == (403, 900_403)


async def test_a_search_gives_neighbours_in_the_order_of_names(start: Any) -> None:
    register = LantmaterietImitation(properties=60)
    client = await start(register)
    _, got = await token(client, "registerbeteckning_direkt_v5_read")
    path = "/registerbeteckning/v5/referens/fritext?maxHits=1&beteckning=UPPSALA EKLUNDA 1:3"
    status, hits = await ask(client, path, got["access_token"])
    assert (status, [hit["beteckning"] for hit in hits]) == (200, ["UPPSALA EKLUNDA 1:1"])
    assert hits[0]["objektidentitet"].startswith("ny-")


async def test_a_search_for_two_letters_is_refused(start: Any, register: Any) -> None:
    client = await start(register)
    _, got = await token(client, "registerbeteckning_direkt_v5_read")
    path = "/registerbeteckning/v5/referens/fritext?beteckning=up"
    assert (await ask(client, path, got["access_token"]))[0] == 400


async def test_an_id_that_there_is_not_is_404_and_a_body_that_is_none_is_400(
    start: Any, register: Any
) -> None:
    client = await start(register)
    _, got = await token(client, "byggnad_direkt_v3_read")
    assert (await ask(client, "/byggnad/v3/referens/beror/none", got["access_token"]))[0] == 404
    header = {"Authorization": f"Bearer {got['access_token']}"}
    async with client.session.post(f"{client.base}/byggnad/v3/", json={"x": 1}, headers=header) as answer:
        assert answer.status == 400


def test_the_same_seed_makes_the_same_register() -> None:
    made = [LantmaterietImitation(seed=seed).truth() for seed in (3, 3, 4)]
    assert made[0] == made[1] != made[2]


def test_the_register_holds_the_odd_cases(register: Any) -> None:
    plots = list(register.world.plots.values())
    holders = [h.person for plot in plots for h in plot.holdings]
    assert any(person.protected for person in holders)
    assert any(person.company for person in holders)
    assert any(not person.number and not person.company for person in holders)
    assert any(len(register.world.taxed_in(plot.tax_unit)) > 1 for plot in plots)
    assert any(plot.water_m2 for plot in plots)
    assert {len(plot.mortgages) for plot in plots} == {0, 1, 2, 3}
    assert len({plot.designation for plot in plots}) == len(plots)


def test_persons_carry_only_published_test_numbers(register: Any, shared_providers: Path) -> None:
    folder = shared_providers / "reference" / "personnummer"
    allowed = re.sub(r"[^0-9]+", " ", "".join(p.read_text() for p in folder.glob("*.json"))).split()
    numbers = {
        h.person.number for p in register.world.plots.values() for h in p.holdings if not h.person.company
    }
    assert numbers - {""} <= set(allowed)


def test_a_protected_person_is_never_told(register: Any) -> None:
    from brygga.sandbox.lantmateriet.answers import ownership

    plot = next(p for p in register.world.plots.values() if any(h.person.protected for h in p.holdings))
    hidden = next(h.person for h in plot.holdings if h.person.protected)
    said = str(ownership(plot))
    assert "SKYDDAD PERSONUPPGIFT" in said
    assert hidden.number[2:8] not in said


def test_what_the_firm_has_can_be_changed(register: Any) -> None:
    register.mutate("cancel", {"product": "taxering"})
    assert "taxering" not in register.ordered
    register.mutate("order", {"product": "taxering"})
    assert "taxering" in register.ordered
    with pytest.raises(Invalid):
        register.mutate("sell", {})


def test_it_is_part_of_the_whole_sandbox() -> None:
    assert "lantmateriet" in names()
    assert len(make(Plan(estates=5)).world.plots) == 5
