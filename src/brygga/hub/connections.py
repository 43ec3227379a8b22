"""Connections: which outside systems this hub is joined to, and a live connector for each.

A connection's facts (connector, settings, practice or real, paused) are a setting in the
store; its secrets are in the vault. The hub asks this registry for abilities, never for names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from brygga.connectors import manifest as manifests
from brygga.connectors.manifest import Manifest
from brygga.model import Invalid, NeedsSignIn, SetupError, Unsupported
from brygga.store import Store
from brygga.vault import CredentialMissing, Vault
from brygga.wire import Profile
from brygga.wire.call import Limits
from brygga.wire.log import remember_secret

TENANT = "default"
GENERAL = {
    "allow_private": "flag",
    "agreement": "text",
    "calls": "integer",
    "per_s": "number",
    "at_once": "integer",
    "follows": "names",
    "kinds": "names",
    "both_ways": "flag",
    "ownership": "table",
    "on_remove": "table",
}
"""Settings that every connection has, whatever its connector, and what kind of value each is."""
FOLLOWING = ("follows", "kinds", "both_ways", "ownership", "on_remove")
"""Settings by which a connection follows others; see `hub/mirroring.py`."""


class Connection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One joined system as it is set up. `practice`: an imitation on this machine; nothing leaves."""

    name: str
    connector: str
    settings: dict[str, Any] = {}
    practice: bool = False
    paused_by: str = ""
    paused_at: str = ""


class Live(msgspec.Struct, kw_only=True):
    """A connection in use: its manifest and the connector that speaks with it."""

    connection: Connection
    manifest: Manifest
    connector: Any
    wire: Any
    raw_days: int = 14

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name

    def can(self, ability: str) -> bool:
        """Whether the manifest lists the ability and nobody has paused the connection."""
        return ability in self.manifest.abilities and not self.connection.paused_by


WireFactory = Callable[[Profile], Any]


class Connections:
    """The registry: set up, looked up, opened on first use."""

    def __init__(self, store: Store, vault: Vault, make_wire: WireFactory, *, raw_days: int = 14) -> None:
        self._store = store
        self._vault = vault
        self._make_wire = make_wire
        self._raw_days = raw_days
        self._live: dict[str, Live] = {}
        self._put_aside: list[Live] = []

    def all(self) -> list[Connection]:
        """Every connection, by name."""
        found = self._store.settings_like("connection:")
        return [msgspec.convert(found[key], Connection) for key in sorted(found)]

    def get(self, name: str) -> Connection:
        """One connection. Raises SetupError when there is none by that name."""
        value = self._store.setting_get(f"connection:{name}")
        if value is None:
            raise SetupError(
                f"There is no connection named {name}; see `brygga connections`.",
                sv=f"Det finns ingen anslutning som heter {name}.",
                connection=name,
            )
        return msgspec.convert(value, Connection)

    def save(self, connection: Connection) -> None:
        """Add or change a connection; a live one is opened anew at its next use.

        Raises Invalid for settings that do not fit the manifest, or a connector that cannot be imported.
        """
        manifest = manifests.load(connection.connector)
        manifests.class_of(manifest)
        check_settings(manifest, connection)
        from brygga.hub.mirroring import mirror_of  # it stands on this module

        mirror_of(connection)
        self._store.setting_put(f"connection:{connection.name}", msgspec.to_builtins(connection))
        self._put_by(connection.name)

    def live(self, name: str) -> Live:
        """The connection, ready to be called."""
        wanted = self.get(name)
        known = self._live.get(name)
        if known is None or known.connection != wanted:
            self._put_by(name)
            known = self._live[name] = self._open(wanted)
        return known

    def _put_by(self, name: str) -> None:
        """Somebody may be using it still; it is closed with all the others."""
        old = self._live.pop(name, None)
        if old is not None:
            self._put_aside.append(old)

    def who_can(self, ability: str, fallbacks: Mapping[str, list[str]] | None = None) -> list[str]:
        """Names of the connections with that ability, in the declared order, else by name."""
        able = [c.name for c in self.all() if not c.paused_by and ability in _abilities(c)]
        order = (fallbacks or {}).get(ability)
        return [name for name in order if name in able] if order else able

    async def close(self) -> None:
        """Close the lines to every system."""
        for live in (*self._put_aside, *self._live.values()):
            if hasattr(live.connector, "close"):
                await live.connector.close()
            await live.wire.close()
        self._put_aside.clear()
        self._live.clear()

    def _open(self, connection: Connection) -> Live:
        manifest = manifests.load(connection.connector)
        if not manifest.active and not connection.settings.get("agreement"):
            raise Unsupported(
                f"{manifest.title} is used only under an explicit agreement; set `agreement` first.",
                connection=connection.name,
            )
        cls = manifests.class_of(manifest)
        settings = with_defaults(manifest, connection)
        secrets = Credentials(self._vault, connection.name)
        private = connection.practice or bool(settings.get("allow_private"))
        settings = {**settings, "allow_private": private}
        profile = Profile(
            connection=connection.name,
            tenant=TENANT,
            base_url=str(settings.get("base_url") or manifest.base_url),
            limits=_limits(manifest, settings),
            errors=manifest.errors,
            authorise=cls.authorise(settings, secrets) if hasattr(cls, "authorise") else None,
            sign=cls.sign(settings, secrets) if hasattr(cls, "sign") else None,
            allow_private=private,
        )
        wire = self._make_wire(profile)
        connector = cls(wire, connection=connection.name, settings=settings, secrets=secrets)
        return Live(
            connection=connection,
            manifest=manifest,
            connector=connector,
            wire=wire,
            raw_days=self._raw_days,
        )


def _abilities(connection: Connection) -> tuple[str, ...]:
    """What its connector can do; nothing when its folder is gone or broken, so that the others go on."""
    try:
        return manifests.load(connection.connector).abilities
    except Invalid:
        return ()


class Credentials:
    """The secrets of one connection, read at use: `await credentials("password")`."""

    def __init__(self, vault: Vault, connection: str) -> None:
        self._vault = vault
        self._connection = connection

    async def __call__(self, field: str) -> str:
        """The secret's text. Raises NeedsSignIn when it has not been given."""
        try:
            value = (await self._vault.get(TENANT, self._connection))[field].reveal()
        except (CredentialMissing, KeyError) as error:
            raise NeedsSignIn(
                f"The credential {field} of {self._connection} is not set.",
                sv=f"Uppgiften {field} för {self._connection} saknas.",
                code="credential_missing",
                connection=self._connection,
            ) from error
        remember_secret(value)
        return value

    async def swap(self, field: str, value: str) -> None:
        """Take a renewed secret into use; the old one is kept until `confirm`."""
        remember_secret(value)
        await self._vault.swap(TENANT, self._connection, field, value, keep_old_as=f"{field}_old")

    async def confirm(self, field: str) -> None:
        """The renewed secret works: forget the old one."""
        await self._vault.confirm_swap(TENANT, self._connection, field)

    async def revert(self, field: str) -> None:
        """The renewed secret does not work: go back to the old one."""
        await self._vault.revert_swap(TENANT, self._connection, field)


def with_defaults(manifest: Manifest, connection: Connection) -> dict[str, Any]:
    """The connection's settings over the manifest's defaults; secrets are not among them."""
    defaults = {s.name: s.default for s in manifest.settings if not s.secret and s.default is not None}
    return {**defaults, **connection.settings}


def check_settings(manifest: Manifest, connection: Connection) -> None:
    """Raises Invalid naming the first setting that is required and missing, or not known, or secret."""
    known = {s.name: s for s in manifest.settings}
    for name in connection.settings:
        if name not in known and name not in GENERAL:
            raise Invalid(f"{manifest.title} has no setting {name}.", connection=connection.name)
        if name in known and known[name].secret:
            raise Invalid(f"{name} is a secret and belongs in the vault.", connection=connection.name)
    merged = with_defaults(manifest, connection)
    for setting in manifest.settings:
        if setting.required and not setting.secret and not merged.get(setting.name):
            raise Invalid(
                f"The setting {setting.name} of {manifest.title} is missing.",
                sv=f"Uppgiften {setting.sv} saknas.",
                connection=connection.name,
            )


def _limits(manifest: Manifest, settings: Mapping[str, Any]) -> Limits:
    """The manifest's limits, narrowed or widened by the connection's own settings."""
    own = {k: settings[k] for k in ("calls", "per_s", "at_once") if k in settings}
    return msgspec.structs.replace(manifest.limits, **own)
