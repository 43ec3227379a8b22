"""Settings → the mapping, and the line to the database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from brygga.connectors import manifest
from brygga.connectors.agencydb.schema import Plan, read_plan
from brygga.model import Fault, Invalid
from brygga.wire.database import DatabaseLine, Secret
from brygga.wire.database_profile import DatabaseProfile, address_of
from brygga.wire.pipeline import Kit

CHANGES = ("auto", "column", "triggers", "compare")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a connection, typed. `mapping`: a file's path, or the text itself."""

    url: str
    mapping: str
    changes: str = "auto"
    allow_private: bool = False
    page_rows: int = 2_000
    calls: int | None = None
    per_s: float | None = None
    at_once: int | None = None


def settings_of(values: Mapping[str, Any]) -> Settings:
    """The settings that concern the connector. Raises Invalid for a value that cannot be used."""
    known = {k: v for k, v in values.items() if k in Settings.__struct_fields__ and v is not None}
    try:
        made = msgspec.convert(known, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(f"a setting cannot be used: {error}") from error
    if made.changes not in CHANGES:
        raise _invalid(f"changes is one of {', '.join(CHANGES)}")
    return made


def plan_of(settings: Settings) -> Plan:
    """The mapping, from its file or its text. Raises Invalid."""
    text = settings.mapping
    if "\n" not in text:
        try:
            text = Path(text).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise _invalid(f"the mapping file cannot be read ({type(error).__name__})") from error
    return read_plan(text)


def line_of(settings: Settings, *, connection: str, password: Secret | None, kit: Kit | None) -> DatabaseLine:
    """The line to the database: the manifest's limits, or those set for it."""
    own = {k: getattr(settings, k) for k in ("calls", "per_s", "at_once")}
    limits = {k: v for k, v in own.items() if v is not None}
    profile = DatabaseProfile(
        connection=connection,
        address=address_of(settings.url),
        limits=msgspec.structs.replace(manifest.load("agencydb").limits, **limits),
        allow_private=settings.allow_private,
    )
    return DatabaseLine(profile, password=password, kit=kit)


def _invalid(why: str) -> Invalid:
    return Invalid(
        f"The connection to the agency's database is not set up: {why}.",
        code="bad_setting",
        sv="Anslutningen till databasen är inte rätt inställd.",
        fault=Fault.OFFICE,
    )
