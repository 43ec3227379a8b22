"""Extracts of a home: taken in as files, looked up, kept, shown as pages, and held against the record."""

from __future__ import annotations

import asyncio
import importlib.util
import struct
import sys
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from brygga.archive import DiskArchive
from brygga.extracts.facts import (
    EnergyDeclaration,
    Fact,
    Outcome,
    Place,
    Reading,
    RegisterExtract,
    Section,
    State,
)
from brygga.hub import Connection, Hub, Settings, crosschecking, extracting
from brygga.hub.extract_shelf import ExtractShelf, Shelved, register_extract, shown_name
from brygga.hub.register_text import built, of_register
from brygga.hub.sheet import png
from brygga.hub.views.findings import all_findings
from brygga.model import Contact, Estate, Finding, Invalid, Relation, Unsupported
from brygga.model import parts as p
from brygga.sandbox.lantmateriet import LantmaterietImitation
from brygga.sandbox.server import Sandbox
from brygga.store import Batch, Incoming

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
HOME = "src:1"


def pdf(*lines: str) -> bytes:
    """A one-page PDF with these lines, written by hand."""
    text = "".join(
        f"BT /F1 12 Tf 72 {700 - 20 * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines)
    ).encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for n, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (n, part)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF"
        % (
            table,
            len(out),
        )
    )


def house(**changes: Any) -> Estate:
    facts: dict[str, Any] = {
        "id": HOME,
        "type": "house",
        "status": "sold",
        "areas": p.Areas(plot_m2=900.0),
        "taxation": p.Taxation(designations=["Uppsala Eklunda 1:1"]),
    }
    return Estate(**(facts | changes))


@pytest.fixture
def hub(tmp_path: Path) -> Any:
    made = Hub(Settings(home=tmp_path), now=lambda: NOW)
    seller = Contact(id="src:C1", first_name="Tolvan", last_name="Tolvansson", personnummer="191212121212")
    records = [house(), seller, Relation(id="src:R1", estate_id=HOME, contact_id="src:C1", role="seller")]
    own = [Finding(path="fee.amount_kr", code="out_of_range", sv="Talet är orimligt.")]
    made.store.apply(
        Batch(
            connection="src",
            now=NOW,
            incoming=[Incoming(record=r, findings=own if r.id == HOME else []) for r in records],
        )
    )
    yield made
    made.store.close()


@pytest.fixture
async def register(hub: Hub) -> AsyncIterator[LantmaterietImitation]:
    """The imitated register, joined to the hub."""
    imitation = LantmaterietImitation(seed=7)
    async with Sandbox(imitation) as sandbox:
        given = sandbox.settings()["lantmateriet"]
        secrets = {name: given.pop(name) for name in ("consumer_key", "consumer_secret", "password")}
        connection = Connection(name="lm", connector="lantmateriet", settings=given, practice=True)
        await hub.connect(connection, secrets)
        yield imitation
        await hub.connections.close()


def plot_of(register: LantmaterietImitation) -> Any:
    return next(q for q in register.world.plots.values() if q.designation == "UPPSALA EKLUNDA 1:1")


# ---------------------------------------------------------------------- files


async def test_a_file_is_read_and_kept_whole_with_its_facts(hub: Hub, shared_providers: Path) -> None:
    sample = shared_providers / "lantmateriet/samples/synthetic/fastighetsrapport_plus_r.linear.txt"
    about = await extracting.take_file(hub, HOME, sample.read_bytes(), name="c:\\mapp\\utdrag.txt", by="anna")
    held = extracting.shelf(hub)
    assert (about.outcome, about.ending, about.name, about.by) == ("read", "txt", "utdrag.txt", "anna")
    assert await held.file(about) == sample.read_bytes()
    extract = register_extract(await held.reading(about))
    assert extract is not None
    assert extract.designation is not None
    assert extract.designation.text == "Testkommun EKLUNDA 1:76"
    assert [one.id for one in await held.of(HOME)] == [about.id]
    (line,) = hub.store.audit_list(subject=HOME)
    assert (line.actor, line.action) == ("anna", "extract.keep")


async def test_the_same_file_again_is_the_same_extract(hub: Hub) -> None:
    for _ in range(2):
        await extracting.take_file(hub, HOME, b"Ett brev utan uppgifter\n", name="brev.txt", by="page")
    assert len(await extracting.shelf(hub).of(HOME)) == 1


async def test_a_file_that_cannot_be_read_is_kept_for_a_person_with_the_reason(hub: Hub) -> None:
    torn = b"%PDF-1.4\nnothing more"
    about = await extracting.take_file(hub, HOME, torn, name="trasig.pdf", by="page")
    assert about.code.startswith("extract_")
    assert about.sv.endswith(".")
    assert await extracting.shelf(hub).file(about) == torn
    assert await extracting.shelf(hub).reading(about) is None
    assert await extracting.shelf(hub).newest(HOME) is None


async def test_a_layout_that_nobody_knows_gives_no_facts(hub: Hub) -> None:
    about = await extracting.take_file(hub, HOME, pdf("En inbjudan", "till fest"), name="x.pdf", by="page")
    assert about.outcome == "unknown_layout"
    assert await extracting.shelf(hub).newest(HOME) is None


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "extract_empty_file"), (b"x" * 20_000_001, "extract_too_large")]
)
async def test_nothing_and_too_much_are_refused(hub: Hub, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as raised:
        await extracting.take_file(hub, HOME, data, name="x.pdf", by="page")
    assert raised.value.code == code
    assert await extracting.shelf(hub).of(HOME) == []


async def test_an_extract_belongs_to_a_home_that_there_is(hub: Hub) -> None:
    with pytest.raises(Invalid):
        await extracting.take_file(hub, "src:9", b"text", name="x.txt", by="page")


@pytest.mark.parametrize("wrong", ["../../etc", "a/b", "", "x" * 65, "å"])
async def test_an_id_that_is_none_opens_nothing(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(Invalid):
        await ExtractShelf(DiskArchive(tmp_path)).about(HOME, wrong)


async def test_an_extract_cut_off_before_its_last_file_is_not_on_the_shelf(tmp_path: Path) -> None:
    archive = DiskArchive(tmp_path)
    await archive.put("extracts/src=3A1/abc/file.pdf", b"%PDF", content_type="application/pdf")
    assert await ExtractShelf(archive).of(HOME) == []


def test_a_files_name_shows_no_person() -> None:
    assert shown_name("C:\\a\\19121212-1212 utdrag.pdf") == "pnr:*** utdrag.pdf"
    assert shown_name("a/\u202eb\n.pdf") == "b .pdf" or "\n" not in shown_name("a/\u202eb\n.pdf")
    assert shown_name("") == "utdrag"


# ---------------------------------------------------------------------- pages as pictures


async def test_a_page_is_drawn_once_and_kept(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    about = await extracting.take_file(hub, HOME, pdf("Hej"), name="x.pdf", by="page")
    size, picture = await extracting.page_picture(hub, about, 1)
    assert (size.width, size.height) == (595.0, 842.0)
    width, height = struct.unpack(">II", picture[16:24])
    assert (width, height) == (1042, 1474)
    assert len(set(_pixels(picture))) > 2

    async def never(*_: Any) -> Any:
        raise AssertionError("drawn twice")

    monkeypatch.setattr(extracting, "_drawn", never)
    assert await extracting.page_picture(hub, about, 1) == (size, picture)


def _pixels(picture: bytes) -> bytes:
    at = picture.index(b"IDAT")
    length = struct.unpack(">I", picture[at - 4 : at])[0]
    return zlib.decompress(picture[at + 4 : at + 4 + length])


@pytest.mark.parametrize("page", [0, 2, -1])
async def test_a_page_that_there_is_not_is_not_drawn(hub: Hub, page: int) -> None:
    about = await extracting.take_file(hub, HOME, pdf("Hej"), name="x.pdf", by="page")
    with pytest.raises(Invalid):
        await extracting.page_picture(hub, about, page)


async def test_a_file_that_makes_the_drawer_fall_harms_only_the_drawer(hub: Hub) -> None:
    about = await extracting.take_file(hub, HOME, b"%PDF-1.4\nnothing more", name="x.pdf", by="page")
    with pytest.raises(Invalid) as raised:
        await extracting.page_picture(hub, about, 1)
    assert raised.value.code == "page_not_drawn"


def test_a_picture_is_written_as_a_png_row_by_row() -> None:
    made = png(b"\x01\x02\x03\xff\x04\x05\x06\xff", 1, 2, 4, 3)
    assert made.startswith(b"\x89PNG\r\n\x1a\n")
    assert _pixels(made) == b"\x00\x01\x02\x03\x00\x04\x05\x06"
    assert _pixels(png(b"\x01\x02\x03\xff", 1, 1, 4, 4)) == b"\x00\x01\x02\x03"


# ---------------------------------------------------------------------- looking up


async def test_a_look_up_is_kept_as_a_readable_text_whose_lines_are_the_facts_places(
    hub: Hub, register: LantmaterietImitation
) -> None:
    plot = plot_of(register)
    about = await extracting.look_up(hub, HOME, "Uppsala Eklunda 1:1", by="anna")
    assert (about.source, about.outcome, about.name) == ("lm", "read", plot.designation)
    lines = (await extracting.shelf(hub).file(about)).decode().splitlines()
    extract = register_extract(await extracting.shelf(hub).reading(about))
    assert extract is not None
    assert extract.total_area_m2 is not None
    assert extract.total_area_m2.value == plot.area_m2
    assert lines[extract.total_area_m2.place.line - 1] == f"Totalareal m²: {plot.area_m2}"
    assert [m.amount_kr.value for m in extract.mortgages.items if m.amount_kr] == [
        m.amount_kr for m in plot.mortgages
    ]
    year = built(extract)
    assert year is not None
    assert (year.value, lines[year.place.line - 1]) == (plot.built, f"Byggår: {plot.built}")


async def test_what_was_not_ordered_is_absent_and_what_is_not_there_is_empty(
    hub: Hub, register: LantmaterietImitation
) -> None:
    plot = plot_of(register)
    register.mutate("cancel", {"product": "taxering"})
    about = await extracting.look_up(hub, HOME, plot.designation, by="anna")
    extract = register_extract(await extracting.shelf(hub).reading(about))
    assert extract is not None
    assert extract.taxation.state is State.ABSENT
    assert extract.owners.state is State.THERE
    assert extract.mortgages.state is (State.THERE if plot.mortgages else State.EMPTY)
    assert "Taxering" in about.sv


async def test_a_protected_owner_stays_protected_in_text_and_facts(
    hub: Hub, register: LantmaterietImitation
) -> None:
    plot = next(q for q in register.world.plots.values() if any(h.person.protected for h in q.holdings))
    about = await extracting.look_up(hub, HOME, plot.designation, by="anna")
    extract = register_extract(await extracting.shelf(hub).reading(about))
    assert extract is not None
    (hidden,) = [owner for owner in extract.owners.items if owner.protected]
    assert (hidden.name, hidden.identity, hidden.address) == (None, None, None)
    person = next(h.person for h in plot.holdings if h.person.protected)
    text = (await extracting.shelf(hub).file(about)).decode()
    assert "Skyddade personuppgifter" in text
    assert person.last not in text.split("Tidigare ägare")[0].split("Skyddade")[1].split("\n")[0]


async def test_without_a_connection_that_can_the_person_is_told_what_to_do(hub: Hub) -> None:
    with pytest.raises(Unsupported) as raised:
        await extracting.look_up(hub, HOME, "Uppsala Eklunda 1:1", by="anna")
    assert "Ladda upp" in raised.value.sv


def test_an_owner_whose_registration_was_not_granted_is_not_sure() -> None:
    from brygga.connectors.lantmateriet.schema import register as r

    waiting = r.Owner(name="Tolvan Tolvansson", decision="Vilande", share=r.Share(1, 1))
    found = r.Register(
        designation="UPPSALA EKLUNDA 1:1",
        object_id="x",
        asked="x",
        owners=[waiting],
        outcomes=[r.Outcome(product="inskrivning", title="Inskrivning", got=r.Got.ANSWERED)],
    )
    _, extract = of_register(found)
    owner = extract.owners.items[0]
    assert owner.name is not None
    assert owner.name.sure is False
    assert owner.share is not None
    assert owner.share.sure is False


def test_values_of_a_unit_taxed_together_are_not_sure() -> None:
    from brygga.connectors.lantmateriet.schema import register as r

    unit = r.TaxUnit(unit="1-1", total_kr=5, with_others=["UPPSALA EKLUNDA 1:2"])
    outcome = r.Outcome(product="taxering", title="Taxering", got=r.Got.ANSWERED)
    text, extract = of_register(
        r.Register(designation="X", object_id="x", asked="x", taxation=[unit], outcomes=[outcome])
    )
    total = extract.taxation.items[0].total_kr
    assert total is not None
    assert total.sure is False
    assert "Samtaxerad med: UPPSALA EKLUNDA 1:2" in text.decode()


# ---------------------------------------------------------------------- cross-checking a home


async def test_remarks_are_kept_beside_the_mappings_findings_and_replaced_by_the_next_check(
    hub: Hub, register: LantmaterietImitation
) -> None:
    await extracting.look_up(hub, HOME, "Uppsala Eklunda 1:1", by="anna")
    found = await crosschecking.check_and_keep(hub.services, HOME)
    codes = {one.code for one in found}
    assert {"plot_area_differs", "seller_not_owner", "owner_not_seller"} <= codes
    await crosschecking.check_and_keep(hub.services, HOME)
    rows = hub.store.findings(kind="estate", id=HOME)
    assert {f.code for f in rows} == codes | {"out_of_range"}
    assert len(rows) == len({(one.code, one.field) for one in found}) + 1
    assert "register/areas.plot_m2" in {f.path for f in rows}
    assert all("Tolvan" not in f.sv and "1212" not in f.sv for f in rows)
    listed = all_findings(hub, code="plot_area_differs")["findings"]
    assert [(row["id"], row["connection"]) for row in listed] == [(HOME, "src")]


async def test_remarks_that_no_longer_hold_go_and_the_mappings_stay(
    hub: Hub, register: LantmaterietImitation
) -> None:
    await extracting.look_up(hub, HOME, "Uppsala Eklunda 1:1", by="anna")
    await crosschecking.check_and_keep(hub.services, HOME)
    right = house(areas=p.Areas(plot_m2=float(plot_of(register).area_m2)))
    own = [Finding(path="fee.amount_kr", code="out_of_range", sv="Talet är orimligt.")]
    hub.store.apply(Batch(connection="src", now=NOW, incoming=[Incoming(record=right, findings=own)]))
    await crosschecking.check_and_keep(hub.services, HOME)
    codes = {f.code for f in hub.store.findings(kind="estate", id=HOME)}
    assert "plot_area_differs" not in codes
    assert "out_of_range" in codes


async def test_a_check_changes_no_record(hub: Hub, register: LantmaterietImitation) -> None:
    before = hub.store.row("estate", HOME)
    await extracting.look_up(hub, HOME, "Uppsala Eklunda 1:1", by="anna")
    await crosschecking.check_and_keep(hub.services, HOME)
    after = hub.store.row("estate", HOME)
    assert before is not None
    assert after is not None
    assert (before.version, before.doc) == (after.version, after.doc)


async def test_before_publishing_only_the_heavy_ones_stop_and_notes_are_left_out(hub: Hub) -> None:
    old = p.Energy(rating="D", performed_at=datetime(2010, 1, 1, tzinfo=UTC))
    shown = house(
        status="for_sale", buildings=[p.Building(energy=old)], taxation=p.Taxation(designations=["?"])
    )
    hub.store.apply(Batch(connection="src", now=NOW, incoming=[Incoming(record=shown)]))
    found = await crosschecking.remarks(hub.services, HOME)
    assert {one.code for one in found} == {"energy_too_old", "designation_unreadable"}
    (stopping,) = crosschecking.for_preflight(found)
    assert (stopping.code, stopping.stops) == ("register_energy_too_old", True)
    hub.store.setting_put(crosschecking.WEIGHTS, {"energy_too_old": "warn"})
    (warning,) = crosschecking.for_preflight(await crosschecking.remarks(hub.services, HOME))
    assert warning.stops is False


async def test_a_file_with_two_extracts_is_not_held_against_one_home(hub: Hub) -> None:
    fact = Fact(value=5, text="5", place=Place(page=1, line=1))
    both = [RegisterExtract(layout="x", total_area_m2=fact), RegisterExtract(layout="x", total_area_m2=fact)]
    about = Shelved(
        id="abc",
        estate_id=HOME,
        name="x",
        ending="txt",
        sha256="",
        size_bytes=1,
        at=NOW,
        by="x",
        outcome="read",
    )
    await extracting.shelf(hub).add(about, b"x", Reading(outcome=Outcome.READ, documents=both))
    assert "plot_area_differs" not in {one.code for one in await crosschecking.remarks(hub.services, HOME)}


async def test_a_home_that_there_is_not_is_said(hub: Hub) -> None:
    with pytest.raises(Invalid):
        await crosschecking.remarks(hub.services, "src:9")


# ---------------------------------------------------------------------- what the page is given


def test_every_fact_of_every_document_has_a_name_in_both_languages() -> None:
    import msgspec

    from brygga.extracts import facts
    from brygga.hub.views.extract import labels

    kinds = (facts.RegisterExtract, facts.ApartmentList, facts.EnergyDeclaration, facts.AnnualReport)
    inner = (
        facts.Owner,
        facts.Acquisition,
        facts.Mortgage,
        facts.Right,
        facts.Plan,
        facts.Taxation,
        facts.TaxOwner,
        facts.JointFacility,
        facts.Origin,
        facts.FormerDesignation,
        facts.Measure,
        facts.Note,
        facts.Holder,
        facts.Pledge,
    )
    shown = {
        field.name
        for kind in (*kinds, *inner)
        for field in msgspec.structs.fields(kind)
        if any(word in str(field.type) for word in ("Fact", "Section"))
    }
    assert shown - labels().keys() == set()
    assert all(one.sv and one.en for one in labels().values())


def test_somebody_who_may_not_see_persons_gets_no_names_and_no_numbers() -> None:
    from brygga.extracts.facts import Address, Owner, Taxation, TaxOwner
    from brygga.hub.views.extract import Marks, groups
    from brygga.hub.views.tongue import SWEDISH

    def fact(value: Any, line: int, text: str = "") -> Fact[Any]:
        return Fact(value=value, text=text or str(value), place=Place(page=1, line=line))

    owner = Owner(
        name=fact("Kanarie Fågelsson", 1),
        identity=fact("19121212-1212", 2),
        address=fact(Address(street="Gömda vägen 1"), 3, "Gömda vägen 1"),
        act=fact("D-1", 4),
    )
    taxed = Taxation(owners=Section(state=State.THERE, items=[TaxOwner(name=fact("Kanarie Fågelsson", 5))]))
    document = RegisterExtract(
        layout="x",
        owners=Section(state=State.THERE, items=[owner]),
        taxation=Section(state=State.THERE, items=[taxed]),
    )
    hidden = str(groups(document, Marks(), SWEDISH, persons=False))
    shown = str(groups(document, Marks(), SWEDISH, persons=True))
    for text in ("Kanarie", "1212", "Gömda"):
        assert text not in hidden
        assert text in shown
    assert "D-1" in hidden


def test_the_drawer_needs_nothing_of_the_house() -> None:
    spec = importlib.util.spec_from_file_location(
        "sheet_alone", Path(extracting.__file__).with_name("sheet.py")
    )
    assert spec is not None
    assert spec.loader is not None
    source = Path(extracting.__file__).with_name("sheet.py").read_text(encoding="utf-8")
    assert "brygga" not in source
    assert "sheet_alone" not in sys.modules


async def test_several_pages_are_drawn_at_once_without_harm(hub: Hub) -> None:
    made = [
        await extracting.take_file(hub, HOME, pdf(f"Sida {n}"), name="x.pdf", by="page") for n in range(4)
    ]
    drawn = await asyncio.gather(*(extracting.page_picture(hub, about, 1) for about in made))
    assert len({picture for _, picture in drawn}) == 4


def test_an_energy_declaration_is_no_register_extract() -> None:
    assert register_extract(Reading(outcome=Outcome.READ, documents=[EnergyDeclaration(layout="x")])) is None
