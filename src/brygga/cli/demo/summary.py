"""The end of the demo: what was shown, in a few lines."""

from __future__ import annotations

from brygga.cli.demo.story import Outcome
from brygga.swedish import format as sv


def show(outcome: Outcome) -> None:
    """Print the summary."""
    from rich.console import Console
    from rich.panel import Panel
    from rich.table import Table

    c = outcome.compared
    rows = [
        ("Objekt hos källan och hos oss", f"{sv.number(c.estates_source)} = {sv.number(c.estates_store)}"),
        ("Fält jämförda", f"{sv.number(c.fields)}, {c.differences} skiljer sig"),
        ("Ändringar på vägen", f"{outcome.changes}, {outcome.webhooks_kept} meddelanden om dem kom fram"),
        ("Dödad mitt i och fortsatt", "ja" if outcome.killed_and_resumed else "nej"),
        (
            "Publicerade, synliga",
            f"{outcome.published}, {outcome.visible} av {outcome.expected_visible} till salu",
        ),
        ("Stoppade i kontrollen", str(outcome.blocked_by_preflight)),
        ("Förlorade, skickade två gånger", f"{c.lost + c.surplus}, {outcome.sent_twice}"),
        ("Fel pris hos mottagaren", str(outcome.prices_at_receiver_wrong)),
        ("Mejl till kontoret, objektsbeskrivningar", f"{outcome.mails}, {outcome.descriptions}"),
    ]
    table = Table.grid(padding=(0, 2))
    for label, value in rows:
        table.add_row(label, f"[bold]{value}[/bold]")
    title = "Allt stämmer" if outcome.well else "Något stämmer inte"
    style = "green" if outcome.well else "red"
    console = Console(stderr=False)
    console.print(
        Panel(table, title=f"{title} efter {outcome.took_s:.0f} s", border_style=style, expand=False)
    )
    for line in c.wrong[:10]:
        console.print(line, style="red", markup=False)
    console.print(
        "Se sidan: [bold]brygga demo --stay[/bold], eller med egna övningsdata: brygga sandbox, brygga up"
    )
