"""Where a database is: its address read and looked at, and what the line must know of it.

An address never holds the password: it is asked for at each sign-in. On this machine or an inner
network a database is reached only with `allow_private`; to a public address the line must be
encrypted and the server must prove its name (libpq `sslmode=verify-full`).

Forms: `postgresql://user@host:5432/name?sslmode=…&schema=…`, a socket folder as `?host=/folder`;
`mysql://` and `mariadb://user@host/name`, a socket as `?unix_socket=/path`; `sqlite:///folder/file.db`.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from brygga.model.errors import Fault, Invalid, Refused
from brygga.wire.call import Limits
from brygga.wire.guard import may_dial

Dialect = Literal["postgresql", "sqlite", "mysql"]

_DIALECTS: Final[dict[str, Dialect]] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mysql",
}
_PORTS: Final = {"postgresql": 5432, "mysql": 3306, "sqlite": 0}
_OPTIONS: Final = {
    "postgresql": {"host", "port", "user", "sslmode", "sslrootcert", "sslcert", "sslkey", "schema"},
    "mysql": {"unix_socket", "ssl_ca"},
    "sqlite": {"mode"},
}
_WEAK_TLS: Final = frozenset({"disable", "allow", "prefer"})


class DatabaseAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address taken apart. `socket`: folder (PostgreSQL) or path (MySQL) of a socket on this machine;
    `path`: a SQLite file. `options`: what else the address said, from a short list."""

    dialect: Dialect
    host: str = ""
    port: int = 0
    user: str = ""
    name: str = ""
    path: str = ""
    socket: str = ""
    schema: str = ""
    options: dict[str, str] = {}


class DatabaseProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What the line must know of one connection. `read_only`: a SQLite file is opened to be read only."""

    connection: str
    address: DatabaseAddress
    tenant: str = "default"
    limits: Limits = Limits(calls=200, per_s=1.0, at_once=4, timeout_s=60.0, deadline_s=120.0)
    allow_private: bool = False
    read_only: bool = False


def address_of(url: str) -> DatabaseAddress:
    """`url` taken apart. Raises Invalid when it is none of ours, Refused when a password stands in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _invalid("the address cannot be read") from error
    dialect = _DIALECTS.get(parts.scheme.partition("+")[0].lower())
    if dialect is None:
        raise _invalid("the address begins with postgresql://, sqlite:///, mysql:// or mariadb://")
    if parts.password:
        raise Refused(
            "the address of a database holds a password: leave it out, and give it by prompt, standard input"
            " or environment",
            code="password_in_url",
            sv="Lösenordet får inte stå i adressen. Ta bort det och ange det för sig.",
            fault=Fault.OFFICE,
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if odd := options.keys() - _OPTIONS[dialect]:
        raise _invalid(f"the address says {min(odd)!r}, which is not known here")
    if dialect == "sqlite":
        return DatabaseAddress(dialect=dialect, path=_file(parts.netloc, parts.path), options=options)
    host = options.pop("host", "") or unquote(parts.hostname or "")
    sock = options.pop("unix_socket", "") or (host if host.startswith("/") else "")
    user = options.pop("user", "") or unquote(parts.username or "")
    schema = options.pop("schema", "")
    said_port = options.pop("port", "")
    return DatabaseAddress(
        dialect=dialect,
        host="" if sock else host or "localhost",
        port=port or (int(said_port) if said_port.isdigit() else _PORTS[dialect]),
        user=user,
        name=unquote(parts.path.lstrip("/")),
        socket=sock,
        schema=schema,
        options=options,
    )


def _file(netloc: str, path: str) -> str:
    """`sqlite:///relative.db` and `sqlite:////absolute.db`, as SQLAlchemy writes them."""
    name = unquote(path.removeprefix("/"))
    if netloc or not name or name == ":memory:":
        raise _invalid("a SQLite address is sqlite:///FILE")
    return name


def addresses(profile: DatabaseProfile) -> list[str]:
    """The numeric addresses that may be dialled, looked up now; empty for a socket or a file.

    Raises Refused for what lies on this machine or an inner network without `allow_private`;
    OSError when the name is not found.
    """
    address = profile.address
    if address.path or address.socket:
        if not profile.allow_private:
            raise _refused(profile.connection)
        return []
    infos = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    found = list(dict.fromkeys(str(info[4][0]) for info in infos))
    if not found or not all(may_dial(one, allow_private=profile.allow_private) for one in found):
        raise _refused(profile.connection)
    return found


def must_encrypt(numbers: list[str]) -> bool:
    """Whether any of these addresses lies outside this machine and the inner network."""
    return any(ipaddress.ip_address(one.partition("%")[0]).is_global for one in numbers)


def demand_tls(profile: DatabaseProfile) -> None:
    """Raises Refused when the address asks for a line in clear, or one that anybody could answer."""
    if profile.address.options.get("sslmode", "") in _WEAK_TLS:
        raise Refused(
            f"{profile.connection}: sslmode is too weak for a database outside the own network",
            code="not_encrypted",
            sv="Databasen ligger utanför det egna nätet, och då måste förbindelsen vara krypterad.",
            connection=profile.connection,
            fault=Fault.OFFICE,
        )


def _refused(connection: str) -> Refused:
    return Refused(
        f"{connection}: the database lies on this machine or an inner network; the connection must say"
        " allow_private",
        code="address_refused",
        sv="Databasen ligger på den här datorn eller det egna nätet. Tillåt det med inställningen"
        " allow_private=true, om det är meningen.",
        connection=connection,
        fault=Fault.OFFICE,
    )


def _invalid(why: str) -> Invalid:
    return Invalid(
        f"not the address of a database: {why}",
        code="bad_database_url",
        sv="Adressen till databasen går inte att använda.",
        fault=Fault.OFFICE,
    )
