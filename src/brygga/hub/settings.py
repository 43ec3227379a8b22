"""The program's own settings: where it keeps things, where it listens, how often it asks.

Everything may be set by environment variables with the prefix `BRYGGA_` or by command-line
options; secrets never are (they come by prompt, standard input or the vault).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one hub process. Durations in seconds."""

    model_config = SettingsConfigDict(env_prefix="BRYGGA_", extra="ignore", frozen=True)

    home: Path = Path("brygga-data")
    """Folder of the SQLite files, the key ring, the archive and the flow log."""
    database: str = ""
    """`sqlite:///path/brygga.db` or `postgresql://…`; empty: a SQLite file in `home`."""
    keys_file: Path | None = None
    """The key ring; empty: `home`/keys. `BRYGGA_KEYS` in the environment goes before it."""
    worker_id: str = "hub"
    """Stable name of this process; each process on one PostgreSQL needs its own."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8740
    public_url: str = ""
    """The address under which receivers reach our picture links; empty: where we listen."""
    catch_up_s: Annotated[float, Field(gt=0)] = 300.0
    """How often a source is asked for what changed since last time."""
    compare_s: Annotated[float, Field(gt=0)] = 21600.0
    """How often all ids of a source are compared with ours."""
    tick_s: Annotated[float, Field(gt=0)] = 0.1
    """How often the hub looks for signals that another process raised."""
    takeover_s: Annotated[float, Field(gt=0)] = 15.0
    """How long a worker may be silent before another takes its flows over (PostgreSQL)."""
    raw_days: Annotated[int, Field(ge=1)] = 14
    """How long raw answers and webhook bodies are kept."""
    link_hours: Annotated[int, Field(ge=1)] = 72
    """How long a picture link is valid."""
    mail_from: str = ""
    """Sender of mail; empty: the one that the mail connection names."""
    fallbacks: dict[str, list[str]] = {}
    """Ability → connections in order of preference; empty: whoever can."""

    @property
    def database_url(self) -> str:
        """The store's address, with the default filled in."""
        return self.database or f"sqlite:///{(self.home / 'brygga.db').absolute()}"

    @property
    def flow_url(self) -> str:
        """The flow log's address: the same PostgreSQL, or a SQLite file beside the store's."""
        if self.database_url.startswith("postgresql"):
            return self.database_url
        store = Path(self.database_url.removeprefix("sqlite:///"))
        return f"sqlite:////{store.with_name('flows.db').absolute().as_posix().lstrip('/')}"

    @property
    def keys_path(self) -> Path:
        """Where the key ring's file is."""
        return self.keys_file or self.home / "keys"

    @property
    def archive_path(self) -> Path:
        """The archive on disk."""
        return self.home / "archive"
