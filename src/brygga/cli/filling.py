"""`brygga read FILE --into OBJECT`: what an extract could fill in, and doing it on a person's word."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from brygga.cli.hubs import looking
from brygga.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from brygga.extracts.facts import Document, Reading
    from brygga.hub import Hub
    from brygga.hub.filling import Filled, Proposal
    from brygga.model.errors import BryggaError

NOTHING_READ = 3


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the person asked for. `take`: fields by name; without any, those that are sure."""

    object_id: str
    dry_run: bool
    take: tuple[str, ...]
    why: str
    by: str
    yes: bool
    as_json: bool


def fill_in(
    results: list[tuple[Path, Reading | BryggaError]], wish: Wish, home: Path | None, database: str
) -> None:
    """Show the proposal; unless it is a dry run, write what the person agrees to.

    Raises what the file could not be read for, Invalid for more than one document, and what
    writing raises.
    """
    from brygga.hub.filling import propose

    path, document = _the_one(results)
    with looking(home, database) as hub:
        proposal = propose(hub, document, hub.resolve_object(wish.object_id), file=shown_name(path))
        chosen = list(wish.take) or proposal.ticked
        if not wish.as_json:
            _show(proposal, chosen)
        if wish.dry_run or not proposal.changes:
            _answer(proposal, chosen, wish, None)
            return
        if not wish.yes and proposal.can_write and chosen:
            typer.confirm(f"För in {len(chosen)} uppgifter?", abort=True, err=True)
        why = wish.why or _agreed(proposal, chosen, wish)
        done = asyncio.run(_applied(hub, proposal, chosen, wish.by, why))
    _answer(proposal, chosen, wish, done)


def _agreed(proposal: Proposal, chosen: list[str], wish: Wish) -> str:
    """The person's reason, asked for where none was given and something can be written at all."""
    if wish.yes or not proposal.can_write or not chosen:
        return f"enligt {proposal.file}"
    why: str = typer.prompt("Varför?", default=f"enligt {proposal.file}", err=True)
    return why


async def _applied(hub: Hub, proposal: Proposal, chosen: list[str], by: str, why: str) -> Filled:
    """Write, and leave no line to a system open behind us."""
    from brygga.hub.filling import apply

    try:
        return await apply(hub, proposal, chosen, by, why)
    finally:
        await hub.connections.close()


def _the_one(results: list[tuple[Path, Reading | BryggaError]]) -> tuple[Path, Document]:
    from brygga.model.errors import BryggaError, Invalid

    for path, result in results:
        if isinstance(result, BryggaError):
            raise result
        if not result.documents:
            say(f"{shown_name(path)}: {result.sv}")
            sys.exit(NOTHING_READ)
    found = [
        (path, one)
        for path, result in results
        if not isinstance(result, BryggaError)
        for one in result.documents
    ]
    if len(found) != 1:
        raise Invalid(
            f"{len(found)} documents were read; --into wants exactly one.",
            code="several_documents",
            sv=f"Filen innehåller {len(found)} dokument. Läs in ett i taget.",
        )
    return found[0]


def _show(proposal: Proposal, chosen: list[str]) -> None:
    from rich.markup import escape

    rows = [
        [
            "×" if change.field in chosen else "",
            change.term,
            escape(_plain(change.old)),
            escape(_plain(change.new)),
            f"s. {change.place.page} rad {change.place.line}",
            "" if change.sure else f"osäker: {change.remark}",
        ]
        for change in proposal.changes
    ]
    print_table(
        escape(f"{proposal.estate_id} ur {proposal.file}"),
        ("", "Uppgift", "Nu", "Utdraget", "Plats", ""),
        rows,
    )
    if proposal.sv:
        say(proposal.sv)


def _answer(proposal: Proposal, chosen: list[str], wish: Wish, done: Any) -> None:
    import msgspec

    if wish.as_json:
        plain = msgspec.to_builtins(proposal)
        filled = msgspec.to_builtins(done) if done is not None else None
        print_json({"proposal": plain, "chosen": chosen, "dry_run": wish.dry_run, "filled": filled})
    elif done is not None:
        say(done.sv)
    else:
        say("Inget är ändrat.")


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def shown_name(path: Path, *, whole: bool = False) -> str:
    """A file's name as it may be printed: no control signs, and no bytes that are no letters."""
    name = os.fsencode(path if whole else path.name).decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)
