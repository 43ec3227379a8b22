"""Looking a property up against the imitation: what is found, what is refused, what is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from brygga.connectors import manifest
from brygga.connectors.lantmateriet.api import Lantmateriet
from brygga.connectors.lantmateriet.schema.register import Got, Register
from brygga.model import Invalid, NeedsSignIn, Rejected, Retryable
from brygga.model.errors import ALL_KINDS
from brygga.sandbox import OneShot
from brygga.sandbox.lantmateriet import LantmaterietImitation
from brygga.sandbox.server import Sandbox
from brygga.wire import Kit, Profile, Wire
from brygga.wire.call import Answer, Call, Limits

QUICK = {"first_wait_s": 0.01, "most_wait_s": 0.02, "calls": 1000, "at_once": 24, "timeout_s": 5.0}
OTHERS = (
    "fastighet",
    "inskrivning",
    "taxering",
    "belagenhetsadress",
    "byggnad",
    "rattighet",
    "gemensamhetsanlaggning",
)


class Noting:
    """A line that notes what was called."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.kit = wire, wire.kit
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Any:
        self.calls.append(call)
        return await self.wire.call(call)


Join = Callable[..., Any]


@pytest.fixture
async def join() -> AsyncIterator[Join]:
    """Starts an imitation and joins a connector to it; settings by name."""
    async with AsyncExitStack() as open_things:

        async def made(
            imitation: LantmaterietImitation, **settings: Any
        ) -> tuple[Lantmateriet, LantmaterietImitation, Noting]:
            sandbox = await open_things.enter_async_context(Sandbox(imitation))
            given = {**imitation.settings(), "base_url": sandbox.url("lantmateriet"), **settings}
            facts = manifest.load("lantmateriet")
            profile = Profile(
                connection="lm",
                base_url=given["base_url"],
                limits=Limits(**QUICK),
                errors=facts.errors,
                allow_private=True,
            )
            wire = await open_things.enter_async_context(Wire(profile, Kit()))

            async def secrets(name: str) -> str:
                if not given.get(name):
                    raise NeedsSignIn(f"{name} is not set")
                return str(given[name])

            line = Noting(wire)
            plain = {
                k: v for k, v in given.items() if k not in ("consumer_key", "consumer_secret", "password")
            }
            return Lantmateriet(line, connection="lm", settings=plain, secrets=secrets), imitation, line

        yield made


def plot_with(imitation: LantmaterietImitation, wanted: Callable[[Any], bool]) -> Any:
    return next(plot for plot in imitation.world.plots.values() if wanted(plot))


async def test_a_look_up_gathers_every_product(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    plot = plot_with(imitation, lambda p: p.easement and p.facility and len(p.holdings) == 2 and p.mortgages)
    found = await connector.extract(plot.designation.lower())
    assert (found.designation, found.object_id) == (plot.designation, plot.id)
    assert {one.got for one in found.outcomes} == {Got.ANSWERED}
    assert found.property is not None
    assert (found.property.total_m2, found.property.water_m2) == (plot.area_m2, plot.water_m2)
    assert [o.identity.number.replace("-", "") for o in found.owners if not o.protected] == [
        h.person.number for h in plot.holdings if not h.person.protected
    ]
    assert found.owners[0].acquisitions[0].price_kr == plot.holdings[0].price_kr
    assert [e.amount_kr for e in found.entries] == [m.amount_kr for m in plot.mortgages]
    assert found.taxation[0].total_kr == plot.land_kr + plot.building_kr
    assert (found.buildings[0].built, found.buildings[0].living_m2) == (plot.built, plot.living_m2)
    assert (found.addresses[0].street, found.addresses[0].postcode) == (
        plot.street,
        plot.postcode.replace(" ", ""),
    )
    assert (found.rights[0].side, found.rights[0].purpose) == ("burden", "Ledning mm.")
    assert found.facilities[0].share == "1/12"
    assert found.odd == []


async def test_one_token_per_product_is_asked_for(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    for plot in list(imitation.world.plots.values())[:3]:
        await connector.extract(plot.designation)
    assert imitation.given == 8


async def test_a_neighbour_is_refused_and_named(join: Join) -> None:
    connector, _, line = await join(LantmaterietImitation())
    with pytest.raises(Rejected) as raised:
        await connector.extract("Uppsala Eklunda 1:9999")
    assert raised.value.code == "designation_not_found"
    assert "UPPSALA EKLUNDA 1:1" in raised.value.sv
    assert [call.operation for call in line.calls] == ["registerbeteckning.search"]


async def test_a_property_behind_a_full_page_of_neighbours_is_found(join: Join) -> None:
    connector, imitation, line = await join(LantmaterietImitation(properties=60), max_hits=1)
    plot = plot_with(imitation, lambda p: p.unit == 3)
    found = await connector.extract(plot.designation)
    assert found.object_id == plot.id
    asked = [
        dict(call.query)["maxHits"] for call in line.calls if call.operation == "registerbeteckning.search"
    ]
    assert asked == ["1", "10"]


@pytest.mark.parametrize(
    "text",
    [
        "191212121212",
        "19121212-1212",
        "Tolvan Tolvansson",
        "",
        "Eklunda 1:2",
        "tolvan@example.com",
        "Uppsala",
    ],
)
async def test_a_person_is_never_searched_for(join: Join, text: str) -> None:
    connector, _, line = await join(LantmaterietImitation())
    with pytest.raises(Invalid) as raised:
        await connector.extract(text)
    assert raised.value.code == "not_a_designation"
    assert line.calls == []
    assert not text or text not in f"{raised.value.message}{raised.value.sv}".replace("Uppsala K", "")


async def test_a_product_that_is_not_ordered_is_said_and_takes_nothing_from_the_others(join: Join) -> None:
    ordered = ("registerbeteckning", "fastighet", "taxering")
    connector, imitation, _ = await join(LantmaterietImitation(ordered=ordered))
    plot = plot_with(imitation, lambda p: True)
    found: Register = await connector.extract(plot.designation)
    assert {one.product: one.got for one in found.outcomes} == {
        name: Got.ANSWERED if name in ordered else Got.NOT_ORDERED for name in OTHERS
    }
    assert found.owners == []
    told = next(one.sv for one in found.outcomes if one.product == "inskrivning")
    assert told == "Inskrivning är inte beställd, så de uppgifterna saknas."


async def test_a_product_that_the_settings_leave_out_is_not_asked(join: Join) -> None:
    connector, imitation, line = await join(
        LantmaterietImitation(), products=["registerbeteckning", "fastighet"]
    )
    found = await connector.extract(plot_with(imitation, lambda p: True).designation)
    assert {call.operation.split(".")[0] for call in line.calls} == {"registerbeteckning", "fastighet"}
    assert found.got("inskrivning") is Got.NOT_ORDERED


async def test_a_subscription_that_ends_is_no_right_and_the_fault_is_kept_as_it_came(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    plot = plot_with(imitation, lambda p: True)
    await connector.extract(plot.designation)
    imitation.mutate("cancel", {"product": "inskrivning"})
    found = await connector.extract(plot.designation)
    told = next(one for one in found.outcomes if one.product == "inskrivning")
    assert told.got is Got.NO_RIGHT
    assert told.fault is not None
    assert (told.fault.status, told.fault.code) == (403, "900403")
    assert told.fault.raw == b'{"fault":{"code":900403,"message":"Access denied"}}'


async def test_a_product_that_is_down_is_said_to_come_later(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    imitation.next_faults(OneShot(fault="500", times=50, route="/byggnad/*"))
    found = await connector.extract(plot_with(imitation, lambda p: True).designation)
    assert found.got("byggnad") is Got.LATER
    assert found.got("taxering") is Got.ANSWERED


async def test_a_stumble_is_repeated_and_not_told(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    imitation.next_faults(
        OneShot(fault="500", route="/inskrivning/*"), OneShot(fault="truncated", route="/taxering/*")
    )
    found = await connector.extract(plot_with(imitation, lambda p: True).designation)
    assert {found.got("inskrivning"), found.got("taxering")} == {Got.ANSWERED}


async def test_a_search_that_is_down_ends_the_look_up(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    imitation.next_faults(OneShot(fault="500", times=50, route="/registerbeteckning/*"))
    with pytest.raises(Retryable):
        await connector.extract(plot_with(imitation, lambda p: True).designation)


async def test_tokens_that_all_ended_are_renewed_without_a_word(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    plot = plot_with(imitation, lambda p: True)
    await connector.extract(plot.designation)
    imitation.mutate("forget_tokens", {})
    found = await connector.extract(plot.designation)
    assert Got.NO_RIGHT not in {one.got for one in found.outcomes}
    assert imitation.given == 16


async def test_a_wrong_secret_asks_for_sign_in(join: Join) -> None:
    connector, imitation, line = await join(LantmaterietImitation(), consumer_secret="wrong")
    with pytest.raises(NeedsSignIn) as raised:
        await connector.extract(plot_with(imitation, lambda p: True).designation)
    assert raised.value.code == "client_refused"
    assert line.calls == []


async def test_a_system_account_signs_in_without_tokens(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation(), sign_in="basic")
    found = await connector.extract(plot_with(imitation, lambda p: True).designation)
    assert found.owners
    assert imitation.given == 0


async def test_a_protected_person_comes_without_number_name_and_address(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    plot = plot_with(imitation, lambda p: any(h.person.protected for h in p.holdings))
    found = await connector.extract(plot.designation)
    hidden = [o for o in found.owners if o.protected]
    assert len(hidden) == 1
    assert (hidden[0].name, hidden[0].identity.number, hidden[0].address) == ("", "", None)
    assert hidden[0].share is not None
    assert any(owner.protected for unit in found.taxation for owner in unit.owners)


async def test_a_dead_persons_estate_has_a_name_and_no_number_and_is_not_protected(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    plot = plot_with(
        imitation, lambda p: not p.holdings[0].person.number and not p.holdings[0].person.company
    )
    owner = (await connector.extract(plot.designation)).owners[0]
    assert owner.name.endswith("(dödsbo)")
    assert (owner.identity.number, owner.protected) == ("", False)


async def test_a_unit_taxed_together_names_the_other_property_and_gives_only_our_owners(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    plot = plot_with(imitation, lambda p: len(imitation.world.taxed_in(p.tax_unit)) == 2)
    others = [p.designation for p in imitation.world.taxed_in(plot.tax_unit) if p.id != plot.id]
    unit = (await connector.extract(plot.designation)).taxation[0]
    assert unit.with_others == others
    assert len(unit.owners) == len(plot.holdings)


async def test_a_unit_that_does_not_name_the_property_is_not_its_unit(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    plot = plot_with(imitation, lambda p: len(imitation.world.taxed_in(p.tax_unit)) == 1)
    imitation.world.taxed_in = lambda unit: [  # type: ignore[method-assign]  # another's unit under our number
        plot_with(imitation, lambda p: p.id != plot.id)
    ]
    found = await connector.extract(plot.designation)
    assert found.taxation == []
    assert found.got("taxering") is Got.NOTHING


class Answering:
    """A line that answers each path as told; what it is not told of is a 404."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self.answers = answers
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        body = self.answers.get(call.path)
        status = 404 if body is None else 200
        return Answer(status=status, headers={}, body=body or b"")


async def no_secret(_: str) -> str:
    return "x"


HIT = b'[{"beteckning": "UPPSALA EKLUNDA 1:1", "registerenhet": "e19981ad-34b2-4e14-88f5-133f61ca85aa"}]'
SEARCH_PATH = "registerbeteckning/v5/referens/fritext"
OWN = "e19981ad-34b2-4e14-88f5-133f61ca85aa"


def answered(answers: dict[str, bytes], **settings: Any) -> tuple[Lantmateriet, Answering]:
    line = Answering({SEARCH_PATH: HIT, **answers})
    given = {"sign_in": "basic", "username": "u", **settings}
    return Lantmateriet(line, connection="lm", settings=given, secrets=no_secret), line


async def test_ids_are_asked_for_in_batches() -> None:
    five = b'["a", "b", "c", "d", "e"]'
    one = b'{"features": [{"properties": {"byggnadsattribut": {"nybyggnadsar": 1950}}}]}'
    connector, line = answered({f"byggnad/v3/referens/beror/{OWN}": five, "byggnad/v3/": one}, batch=2)
    found = await connector.extract("Uppsala Eklunda 1:1")
    assert [call.json for call in line.calls if call.operation == "byggnad.read"] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
    ]
    assert [one.built for one in found.buildings] == [1950, 1950, 1950]


async def test_a_product_that_speaks_xml_is_asked_for_it_and_read() -> None:
    body = (
        b'<ByggnadResponse xmlns="urn:x"><ByggnadMember><Byggnad><Byggnadsattribut>'
        b"<nybyggnadsar>1950</nybyggnadsar></Byggnadsattribut></Byggnad></ByggnadMember></ByggnadResponse>"
    )
    paths = {f"byggnad/v3/referens/beror/{OWN}": b"<Ids><id>a</id></Ids>", "byggnad/v3/": body}
    connector, line = answered(paths, xml_products=["byggnad"])
    found = await connector.extract("Uppsala Eklunda 1:1")
    assert [one.built for one in found.buildings] == [1950]
    accepted = {call.operation.split(".")[0]: call.headers["Accept"] for call in line.calls}
    assert accepted["byggnad"] == "application/xml"
    assert accepted["fastighet"] == "application/json"


async def test_xml_that_declares_a_document_type_is_not_read_and_stops_nobody() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    connector, _ = answered({f"byggnad/v3/referens/beror/{OWN}": bomb}, xml_products=["byggnad"])
    found = await connector.extract("Uppsala Eklunda 1:1")
    assert found.got("byggnad") is Got.LATER
    assert found.got("fastighet") is Got.NOTHING


async def test_owners_are_in_no_log_line(join: Join, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    connector, imitation, line = await join(LantmaterietImitation())
    plot = plot_with(imitation, lambda p: bool(p.holdings[0].person.number))
    imitation.next_faults(OneShot(fault="malformed", times=50, route="/inskrivning/*"))
    await connector.extract(plot.designation)
    person = plot.holdings[0].person
    for text in (person.number[2:8] + "-" + person.number[8:], person.number, person.last, "sandbox-token"):
        assert text not in caplog.text
    assert all(
        call.sensitive for call in line.calls if call.operation.startswith(("inskrivning", "taxering"))
    )


async def test_checking_says_which_products_are_not_ordered(join: Join) -> None:
    ordered = ("registerbeteckning", "fastighet", "inskrivning", "belagenhetsadress", "byggnad", "rattighet")
    connector, _, line = await join(LantmaterietImitation(ordered=ordered))
    checked = await connector.check()
    assert checked.ok
    assert checked.facts["not_ordered"] == ["Taxering", "Gemensamhetsanläggning"]
    assert "Inte beställt: Taxering, Gemensamhetsanläggning." in checked.sv
    assert len(line.calls) == 1


async def test_checking_without_the_search_product_asks_for_the_right(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation(ordered=("fastighet",)), sign_in="basic")
    with pytest.raises(NeedsSignIn) as raised:
        await connector.check()
    assert raised.value.code == "no_right"
    assert imitation.given == 0


async def test_many_look_ups_at_once_share_their_tokens(join: Join) -> None:
    connector, imitation, _ = await join(LantmaterietImitation())
    names = [plot.designation for plot in imitation.world.plots.values()][:10]
    found = await asyncio.gather(*(connector.extract(name) for name in names))
    assert [one.designation for one in found] == names
    assert imitation.given == 8


@pytest.mark.parametrize(
    "settings",
    [
        {"products": ["nothing"]},
        {"product_table": {"nothing": {"path": "x"}}},
        {"product_table": {"taxering": {"no": "member"}}},
        {"max_hits": "many"},
    ],
)
def test_a_setting_that_does_not_fit_is_refused_at_once(settings: dict[str, Any]) -> None:
    async def secrets(_: str) -> str:
        return "x"

    class Silent:
        async def call(self, call: Call) -> Any:
            raise AssertionError(call)

    with pytest.raises(Invalid):
        Lantmateriet(Silent(), connection="lm", settings=settings, secrets=secrets)


def test_a_products_path_and_scope_can_be_set() -> None:
    from brygga.connectors.lantmateriet.schema.products import settings_of, table_of

    own = {"product_table": {"taxering": {"scope": "taxering_direkt_v3_read"}}}
    table = table_of(settings_of(own))
    assert (table["taxering"].scope, table["taxering"].path) == ("taxering_direkt_v3_read", "taxering/v3")
    assert table["byggnad"].scope == "byggnad_direkt_v3_read"


def test_every_row_of_the_error_table_is_a_kind_there_is() -> None:
    rows = manifest.load("lantmateriet").errors
    assert {row.kind for row in rows} <= ALL_KINDS.keys()
    assert all(row.sv.endswith(".") for row in rows)


def test_we_wait_longer_than_the_service_does() -> None:
    assert manifest.load("lantmateriet").limits.timeout_s > 60
