"""`brygga market`: the market around an object or in a district; and homes imported from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from brygga.cli.hubs import Database, Home, looking
from brygga.cli.output import AsJson, print_json, print_table, say

if TYPE_CHECKING:
    from brygga.hub.market import Imported
    from brygga.market import View

_SHOW = "show"
_MOST_NAMES = 30


class _ShowsByDefault(TyperGroup):
    """`market OBJECT` and `market --district …` are `market show …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if known else [_SHOW, *args])


market = typer.Typer(
    cls=_ShowsByDefault, help="Comparable sales: brygga market OBJECT, or brygga market import FILE…"
)


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the tree."""
    market.command(_SHOW)(show)
    market.command("import")(import_)
    app.add_typer(market, name="market")


def show(
    object_id: Annotated[str, typer.Argument(metavar="[OBJECT]")] = "",
    district: Annotated[str, typer.Option(help="Sales in this area or municipality.")] = "",
    year: Annotated[int | None, typer.Option(min=1900, max=2200, help="Sales of this year.")] = None,
    within_m: Annotated[
        float | None, typer.Option("--within-m", min=1, max=1_000_000, help="Metres around the object.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the picture here.")] = None,
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Comparable sales, median and spread of kr/m², trend, sources. Exit 1 when there are none."""
    from brygga.hub.market import market_of

    with looking(home, database) as hub:
        view = market_of(hub, object_id=object_id, district=district, year=year, within_m=within_m)
    if svg is not None:
        _write_picture(view, svg)
    if as_json:
        from brygga.market.view import plain

        print_json(plain(view))
    else:
        _tell(view)
    if not view.sales:
        raise typer.Exit(1)


def _write_picture(view: View, path: Path) -> None:
    from brygga.market.picture import draw
    from brygga.model import SetupError

    try:
        path.write_text(draw(view), encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"The picture cannot be written to {path}: {error.strerror}.",
            sv=f"Bilden går inte att skriva till {path}.",
        ) from error
    say(f"Bilden är skriven till {path}.")


def _tell(view: View) -> None:
    from brygga.swedish import format as sv

    print_table(view.title, ["", ""], list(_figures(view)))
    if view.trend.periods:
        periods = [(p.label, p.n, f"{sv.number(p.median)} kr/m²") for p in view.trend.periods]
        print_table("Median per period", ["", "Antal", "Median"], periods)
    if view.steps:
        print_table("Så valdes de", ["Steg", "Antal"], [(step.sv, step.n) for step in view.steps])
    days = [(s.name, s.connection, s.n, sv.day(s.oldest), sv.day(s.newest), _read(s)) for s in view.sources]
    if days:
        print_table("Källor", ["Källa", "Anslutning", "Antal", "Äldsta", "Nyaste", "Läst"], days)
    for remark in view.remarks:
        say(f"▲ {remark}")


def _figures(view: View) -> list[tuple[str, str]]:
    from brygga.market.view import asking_kr_m2
    from brygga.swedish import format as sv

    found = view.spread
    if found is None:
        return [("Försäljningar", "0")]
    rows = [
        ("Försäljningar", sv.number(found.n)),
        ("Median", f"{sv.number(found.median)} kr/m²"),
        ("Hälften mellan", f"{sv.number(found.low_quarter)} och {sv.number(found.high_quarter)} kr/m²"),
        ("Alla mellan", f"{sv.number(found.lowest)} och {sv.number(found.highest)} kr/m²"),
    ]
    if view.trend.percent_a_year is not None:
        rows.append(("Trend", f"{sv.percent_change(view.trend.percent_a_year)} om året"))
    asked = asking_kr_m2(view)
    if asked is not None:
        rows.append(("Bostadens utgångspris", f"{sv.number(asked)} kr/m²"))
    return rows


def _read(source: Any) -> str:
    from brygga.swedish import format as sv

    return sv.day(source.read_on) if source.read_on else "–"


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Captured JSON, or a list of sold homes.")
    ],
    as_name: Annotated[str, typer.Option("--as", help="Name to store them under.")] = "",
    home: Home = None,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Store homes of the market from files; every row and every member is accounted for.

    Exit 4 when a file could not be used.
    """
    from brygga.hub.market import import_files

    with looking(home, database) as hub:
        done = import_files(hub, files, as_name=as_name)
    if as_json:
        import msgspec

        print_json({"files": msgspec.to_builtins(done), "failed": sum(bool(one.sv) for one in done)})
    else:
        _tell_import(done)
    if any(one.sv for one in done):
        raise typer.Exit(4)


def _tell_import(done: list[Imported]) -> None:
    from collections import Counter

    heads = ["Fil", "Som", "Rader", "Nya", "Ändrade", "Lika", "Upprepade", "Åt sidan"]
    rows = [
        (
            one.file,
            one.connection,
            one.rows,
            one.created,
            one.updated,
            one.unchanged,
            one.repeated,
            one.set_aside,
        )
        for one in done
    ]
    print_table("Importerat", heads, rows)
    inside, outside, findings = Counter[str](), Counter[str](), Counter[str]()
    for one in done:
        say(f"{one.file}: {one.what or one.sv}")
        inside.update(one.not_mapped)
        outside.update(one.outside)
        findings.update(one.findings)
    names = [(name, n, "i posten") for name, n in inside.most_common()]
    names += [(name, n, "utanför raderna") for name, n in outside.most_common()]
    if names:
        print_table("Utan plats i modellen", ["Uppgift", "Antal", "Var"], names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        say(f"… och {len(names) - _MOST_NAMES} uppgifter till; alla står i --json.")
    if findings:
        print_table("Fynd", ["Kod", "Antal"], findings.most_common())
