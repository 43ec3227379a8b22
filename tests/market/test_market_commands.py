"""`brygga market`: files into the store with every row accounted for, and the view over them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import typer
from typer.testing import CliRunner, Result

from brygga.cli import market as command
from brygga.hub import Connection, Hub, Settings
from brygga.hub.market import Imported, import_files, market_of
from brygga.model import Comparable, Estate, Invalid
from brygga.model.parts import Address, Areas
from brygga.sandbox.booli import Booli
from brygga.sandbox.server import Sandbox
from brygga.store import Batch, Incoming

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
HEADER = "adress,location,size:rooms,fee,features,sale_price,sold_date,value_dev,ppsqm,district\n"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(Settings(home=tmp_path / "home"), now=lambda: NOW)
    yield made
    made.store.close()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `brygga market …` on a home of its own."""
    app = typer.Typer()
    app.command("nothing")(lambda: None)
    command.add_to(app)
    monkeypatch.setattr("brygga.cli.quiet.quiet", lambda *_: None)

    def call(*arguments: str) -> Result:
        words = ["market", *arguments, "--home", str(tmp_path / "home")]
        return CliRunner().invoke(app, words)

    return call


def row(number: int, kr: int, *, day: str = "1 mars 2021", district: str = "provby") -> str:
    price = f"slutpris {kr:,} kr".replace(",", " ")
    place = f'provgatan {number},"{district}, x kommun",50 m²   2 rum,2 000 kr/mån,hiss'
    return f"{place},{price},såld {day},null,null,{district}\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def accounted(done: Imported) -> bool:
    return done.rows == done.created + done.updated + done.unchanged + done.repeated + done.set_aside


def test_every_row_is_stored_repeated_or_set_aside_and_a_second_time_nothing_changes(
    hub: Hub, tmp_path: Path
) -> None:
    rows = row(1, 3_000_000) + row(2, 4_000_000) + row(1, 3_000_000) + ",,,,,,,,,solna\n"
    path = write(tmp_path, "list.csv", HEADER + rows)
    (first,) = import_files(hub, [path])
    assert (first.rows, first.created, first.repeated, first.set_aside) == (4, 2, 1, 1)
    assert accounted(first)
    assert first.connection == "import"
    assert first.not_mapped == {"features": 2, "location": 2}
    (parked,) = hub.store.parked("import", with_raw=True)
    assert (parked.reason_code, parked.raw) == ("no_sale", b",,,,,,,,,solna")
    (again,) = import_files(hub, [path])
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert accounted(again)


def test_of_a_home_that_stands_twice_the_fuller_one_counts_and_the_other_is_told(
    hub: Hub, tmp_path: Path
) -> None:
    rows = [{"booliId": 1, "soldPrice": 1_000_000, "rooms": 3}, {"booliId": 1, "soldPrice": 1_000_000}]
    (done,) = import_files(hub, [write(tmp_path, "a.json", json.dumps({"sold": rows}))])
    assert (done.rows, done.created, done.repeated, done.findings) == (2, 1, 1, {"repeated_otherwise": 1})
    home = hub.store.get("comparable", "booli:1")
    assert isinstance(home, Comparable)
    assert home.rooms == 3


def test_the_raw_bytes_of_a_row_are_kept_sealed(hub: Hub, tmp_path: Path) -> None:
    import_files(hub, [write(tmp_path, "list.csv", HEADER + row(1, 3_000_000))])
    (source_id,) = hub.store.ids("comparable", "import")
    held = hub.store.raw("import", "comparable", source_id)
    assert held is not None
    assert held[0] == row(1, 3_000_000).strip().encode()


def test_a_captured_file_goes_to_its_own_connector_and_names_what_was_not_mapped(
    hub: Hub, tmp_path: Path
) -> None:
    answer = {
        "totalCount": 2,
        "sold": [
            {"booliId": 1, "soldPrice": 1_000_000, "odd": [{"a": 1}, {"a": 2, "b": None}]},
            {"soldPrice": 5},
        ],
    }
    (done,) = import_files(hub, [write(tmp_path, "a.json", json.dumps(answer))])
    assert (done.connection, done.rows, done.created, done.set_aside) == ("booli", 2, 1, 1)
    assert done.not_mapped == {"odd[].a": 2, "odd[].b": 1}
    assert done.outside == {"totalCount": 1}
    assert done.findings == {"unknown_member": 1}
    assert accounted(done)


def test_the_name_is_free_to_choose_and_never_that_of_a_connection_that_reads(
    hub: Hub, tmp_path: Path
) -> None:
    path = write(tmp_path, "a.json", json.dumps({"sold": [{"booliId": 1, "soldPrice": 1}]}))
    (named,) = import_files(hub, [path], as_name="min-lista")
    assert named.connection == "min-lista"
    hub.connections.save(Connection(name="booli", connector="booli", settings={"caller_id": "x"}))
    (beside,) = import_files(hub, [path])
    assert beside.connection == "booli-import"
    for bad in ("booli", "a:b", "A B", "../x"):
        with pytest.raises(Invalid):
            import_files(hub, [path], as_name=bad)


def test_all_saved_answers_of_both_providers_are_imported_without_a_loss(
    hub: Hub, shared_providers: Path
) -> None:
    paths = [
        p
        for name in ("booli", "fastighetsbyran")
        for p in sorted((shared_providers / name / "samples").iterdir())
    ]
    done = import_files(hub, paths)
    assert [one.sv for one in done] == [""] * len(paths)
    assert all(accounted(one) and one.set_aside == 0 for one in done)
    assert sum(one.rows for one in done) == 68
    assert len(hub.store.ids("comparable", "booli")) == 53
    assert len(hub.store.ids("area", "booli")) == 10
    assert len(hub.store.ids("comparable", "fastighetsbyran")) == 1


def test_the_real_list_gives_the_right_median_for_district_and_year(
    run: Callable[..., Result],
    tmp_path: Path,
    shared_providers: Path,
    independent: dict[tuple[str, int], list[float]],
) -> None:
    files = [
        str(shared_providers / "realdata" / n) for n in ("stockholm_housing_df_RAW.csv", "property_data.txt")
    ]
    done = run("import", *files, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)["files"]
    assert [(one["rows"], one["created"], one["repeated"], one["set_aside"]) for one in told] == [
        (9_769, 9_767, 1, 1),
        (93, 92, 1, 0),
    ]
    picture = tmp_path / "p.svg"
    shown = run("--district", "Vasastan", "--year", "2021", "--json", "--svg", str(picture))
    assert shown.exit_code == 0
    view = json.loads(shown.stdout)
    assert view["median_kr_m2"] == pytest.approx(statistics.median(independent["vasastan", 2021]), rel=0.002)
    assert view["n"] >= len(independent["vasastan", 2021])
    assert "Vasastan 2021" in (ET.fromstring(picture.read_text(encoding="utf-8"))[0].text or "")


def test_an_object_of_the_agency_is_compared_with_imported_sales(
    hub: Hub, tmp_path: Path, run: Callable[..., Result]
) -> None:
    rows = "".join(row(n, 2_000_000 + n * 10_000) for n in range(1, 16))
    import_files(hub, [write(tmp_path, "list.csv", HEADER + rows)])
    estate = Estate(
        id="vitec:OBJ1",
        type="apartment",
        address=Address(street="Provgatan 99", area="Provby"),
        areas=Areas(living_m2=48.0),
    )
    hub.store.apply(Batch(connection="vitec", now=NOW, incoming=[Incoming(record=estate)]))
    view = market_of(hub, object_id="vitec:OBJ1")
    assert view.spread is not None
    assert (view.spread.n, view.spread.median) == (15, 41_600)
    hub.store.close()
    shown = run("vitec:OBJ1")
    assert shown.exit_code == 0
    assert "41 600 kr/m²".replace(" ", "\u00a0", 1) in shown.stdout


def test_exit_codes_say_what_is_needed(run: Callable[..., Result], tmp_path: Path) -> None:
    nothing = run("--district", "Ingenstans", "--json")
    assert nothing.exit_code == 1
    assert json.loads(nothing.stdout)["n"] == 0
    odd = write(tmp_path, "odd.bin", b"\x00\x01")
    good = write(tmp_path, "list.csv", HEADER + row(1, 3_000_000))
    mixed = run("import", str(odd), str(good), str(tmp_path / "none.json"), "--json")
    assert mixed.exit_code == 4
    told = json.loads(mixed.stdout)
    assert (told["failed"], [bool(one["sv"]) for one in told["files"]]) == (2, [True, False, True])
    assert told["files"][1]["created"] == 1
    missing = run("vitec:NOPE")
    assert isinstance(missing.exception, Invalid)
    plain = run("import", str(good))
    assert plain.exit_code == 0
    assert "Importerat" in plain.stdout


async def test_a_signed_connection_is_synced_compared_and_looked_at(tmp_path: Path) -> None:
    """The whole way: sandbox, wire, pull, store, view. Runs on the clock of the machine."""
    imitation = Booli(count=150)
    hub = Hub(Settings(home=tmp_path / "home"))
    async with Sandbox(imitation) as sandbox:
        given: dict[str, Any] = imitation.settings()
        key = given.pop("key")
        settings = given | {"base_url": sandbox.url("booli"), "page_size": 40, "cap": 60, "calls": 200}
        await hub.start(schedule=False)
        try:
            connection = Connection(name="booli", connector="booli", settings=settings, practice=True)
            await hub.connect(connection, {"key": key})
            await hub.sync("booli", wait_s=30)
            assert len(hub.store.ids("comparable", "booli")) == 150
            await hub.sync("booli", wait_s=30)
            pulled = [e.facts for e in hub.store.events("booli", limit=1_000) if e.what == "pull.compare"]
            assert (pulled[0]["created"], pulled[0]["updated"]) == (150, 0)
            assert [pulled[1][n] for n in ("listed", "created", "updated", "removed")] == [150, 0, 0, 0]
            sold = imitation.listings[0]["booliId"]
            imitation.mutate("sell", {"id": sold, "price_kr": 2_500_000})
            gone = imitation.sold.pop()["booliId"]
            await hub.sync("booli", wait_s=30)
            home = hub.store.get("comparable", f"booli:{sold}")
            assert isinstance(home, Comparable)
            assert (home.state, home.price_kr, home.price_kind) == ("sold", 2_500_000, "last_bid")
            assert hub.store.get("comparable", f"booli:{gone}") is None
            assert hub.store.parked("booli") == []
            view = market_of(hub, district=imitation.sold[0]["location"]["region"]["municipalityName"])
            assert view.sales
        finally:
            await hub.stop()
