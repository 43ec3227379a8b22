"""Opening the hub for a command: only to look, or to work if nobody else does."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from brygga.hub import Hub, Settings

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the hub's files (BRYGGA_HOME, else ./brygga-data).")
]
Database = Annotated[
    str, typer.Option("--database", help="sqlite:///PATH or postgresql://… (BRYGGA_DATABASE).")
]


def settings(home: Path | None = None, database: str = "", **more: Any) -> Settings:
    """Settings from the environment, with a command's own options before them.

    Raises SetupError naming the first one that cannot be used.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from brygga.hub import Settings
    from brygga.model import SetupError

    given: dict[str, Any] = {k: v for k, v in more.items() if v is not None}
    if home is not None:
        given["home"] = home
    if database:
        given["database"] = database
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SetupError(
            f"The setting {name} (BRYGGA_{name.upper()}) cannot be used: {first['msg']}.",
            sv=f"Inställningen {name} går inte att använda.",
        ) from None
    except SettingsError as error:
        raise SetupError(
            f"A setting from the environment cannot be used: {error}.",
            sv="En inställning i miljön går inte att använda.",
        ) from None


@contextlib.contextmanager
def looking(home: Path | None, database: str) -> Iterator[Hub]:
    """The hub opened to read and to leave wishes; another process may be working on it."""
    from brygga.cli.quiet import quiet
    from brygga.hub import Hub

    quiet()
    hub = Hub(settings(home, database))
    try:
        yield hub
    finally:
        hub.store.close()


@contextlib.asynccontextmanager
async def working(home: Path | None, database: str) -> AsyncIterator[Hub]:
    """The hub with somebody at work: this process, or the one that already holds the files."""
    from brygga.cli.quiet import quiet
    from brygga.hub import Hub
    from brygga.hub.durable import FlowDatabaseInUse, WorkerIdInUse

    quiet()
    hub = Hub(settings(home, database))
    try:
        with contextlib.suppress(FlowDatabaseInUse, WorkerIdInUse):
            await hub.start(schedule=False)
        yield hub
    finally:
        await hub.stop()
