"""Dialling a mail server: which addresses may be reached, and how the line must be secured.

Sources: RFC 8314 (implicit TLS), RFC 3207 (STARTTLS); the address rules are those of `guard`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Final, Literal

import msgspec

from brygga.model.errors import Refused
from brygga.wire.call import Limits
from brygga.wire.guard import guarded_socket, may_dial
from brygga.wire.smtp_errors import SmtpErrors

Security = Literal["auto", "tls", "starttls", "none"]
IMPLICIT_TLS_PORT: Final = 465


class SmtpProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What the line must know of one connection.

    `security`: `tls` from the first byte, `starttls` demanded, `none` only to this machine itself;
    `auto` is `tls` on port 465, `none` to this machine and `starttls` elsewhere. Without `user`
    nobody signs in. `allow_private`: a server on the agency's own network may be called.
    """

    connection: str
    host: str
    port: int = 587
    security: Security = "auto"
    user: str = ""
    tenant: str = "default"
    limits: Limits = Limits(calls=5, per_s=1.0, at_once=2, timeout_s=30.0, deadline_s=120.0)
    allow_private: bool = False
    greeting_name: str = "localhost"


async def dial(profile: SmtpProfile, errors: SmtpErrors, operation: str) -> tuple[socket.socket, str]:
    """A connected socket to an address that may be dialled, and how the line is to be secured.

    This machine is only reached when it is named outright (`127.0.0.1`, `localhost`), never
    through a name that happens to lead to it.
    """
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(profile.host, profile.port, type=socket.SOCK_STREAM)
    private = profile.allow_private or _names_this_machine(profile.host)
    if not infos or not all(may_dial(str(i[4][0]), allow_private=private) for i in infos):
        raise errors.error(
            Refused,
            operation,
            "address_refused",
            "Adressen till mejlservern är spärrad: den är inte publik. Rätta adressen.",
        )
    security = _security(profile, [str(info[4][0]) for info in infos], errors, operation)
    last: OSError | None = None
    for info in infos:
        sock = guarded_socket(allow_private=private)(info)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(profile.limits.timeout_s):
                await loop.sock_connect(sock, info[4])
        except OSError as error:  # TimeoutError is one of them
            sock.close()
            last = error
            continue
        except BaseException:
            sock.close()
            raise
        return sock, security
    raise last or OSError("no address answered")


def _security(profile: SmtpProfile, addresses: list[str], errors: SmtpErrors, operation: str) -> str:
    here = all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in addresses)
    if profile.security == "auto":
        implicit = profile.port == IMPLICIT_TLS_PORT
        return "tls" if implicit else "none" if here else "starttls"
    if profile.security == "none" and not here:
        raise errors.error(
            Refused,
            operation,
            "not_encrypted",
            "Mejl skickas inte okrypterat utanför den här datorn. Välj TLS eller STARTTLS.",
        )
    return profile.security


def _names_this_machine(host: str) -> bool:
    """Whether the setting itself says this machine, by number or by its usual name."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
