"""The SSRF guard: no call may be talked into visiting our own network.

Checked twice. `check_url` looks at an address as text (for addresses that come from data, and
once for each connection's base address). `GuardedResolver` and `guarded_socket` look at what is
really dialled, at connect time: every address that a name resolves to must be public, and the
sockets are opened to exactly the addresses that were looked at, so that a name which answers
differently the second time (DNS rebinding) gains nothing.

Address blocks: IANA special-purpose registries (RFC 6890, RFC 8190). For IPv6 only global
unicast (2000::/3) is public, less the blocks in it that embed IPv4 or are for documentation;
IPv4-mapped, NAT64 and unique-local addresses fall outside by themselves.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import socket
from collections.abc import Callable
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from brygga.model.errors import Fault, Refused

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST_URL = 4_000
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_NUMBER_LIKE = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)(?:\.(?:0[xX][0-9a-fA-F]*|[0-9]+))*\.?")
_OUR_NAMES = ("localhost", "local", "internal", "lan", "intranet", "home.arpa", "localdomain")

_NOT_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; metadata of one cloud
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a public number that one cloud uses for its host agent
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved and broadcast
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 embeds any IPv4 address
        "3fff::/20",  # documentation
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_OURS_TO_CALL = tuple(
    ipaddress.ip_network(block)
    for block in (
        "10.0.0.0/8",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)
_NEVER = (ipaddress.ip_network("100.100.100.200/32"), ipaddress.ip_network("fd00:ec2::/32"))


@functools.lru_cache(maxsize=4096)
def may_dial(address: str, *, allow_private: bool = False) -> bool:
    """Whether this numeric address may be connected to. Text that is no address: False.

    `allow_private` adds loopback, private and unique-local addresses, never link-local,
    multicast or a cloud's metadata service.
    """
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public(number) or (allow_private and _is_ours(number))


def _is_public(number: _Address) -> bool:
    if isinstance(number, ipaddress.IPv6Address) and number not in _GLOBAL_V6:
        return False
    return not _within(number, _NOT_PUBLIC)


def _is_ours(number: _Address) -> bool:
    return _within(number, _OURS_TO_CALL) and not _within(number, _NEVER)


def _within(number: _Address, blocks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    return any(number.version == block.version and number in block for block in blocks)


def check_url(url: str, *, allow_private: bool = False) -> str:
    """`url` in its normal form, if it may be called at all. Nothing is looked up in DNS here.

    Only https, and http with `allow_private`. No user name in it, no odd characters, no numeric
    host that is not public in whatever writing (decimal, octal, hexadecimal), no name of an inner
    network. Raises Refused.
    """
    parts = _parsed(url)
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise _refused("only https addresses are called")
    if parts.user is not None or parts.password is not None:
        raise _refused("an address may not carry a user name")
    _check_host(parts.raw_host or "", allow_private=allow_private)
    return str(parts)


def _parsed(url: str) -> URL:
    if len(url) > _LONGEST_URL or _ODD.search(url):
        raise _refused("the address is too long or holds odd characters")
    try:
        parts = URL(url)
        port = parts.port
    except ValueError as error:
        raise _refused("that is not an address") from error
    if not parts.absolute or not parts.raw_host or port == 0:
        raise _refused("the address lacks a host")
    return parts


def _check_host(host: str, *, allow_private: bool) -> None:
    if ":" in host or _NUMBER_LIKE.fullmatch(host):
        if not may_dial(host, allow_private=allow_private):
            raise _refused("the address is not a public one")
        return
    name = host.rstrip(".").lower()
    inner = "." not in name or any(name == own or name.endswith("." + own) for own in _OUR_NAMES)
    if inner and not allow_private:
        raise _refused("the name belongs to an inner network")


def _refused(why: str) -> Refused:
    """The address itself is left out: it may hold a secret or a person."""
    return Refused(
        f"address refused: {why}",
        code="address_refused",
        sv="Adressen är spärrad: brygga anropar bara publika adresser. Inget skickades. "
        "Den som sköter anslutningen behöver rätta adressen.",
        fault=Fault.OFFICE,
    )


class GuardedResolver(AbstractResolver):
    """Resolves names through `inner` and refuses a name if any of its addresses is not to be dialled."""

    def __init__(self, inner: AbstractResolver, *, allow_private: bool = False) -> None:
        self._inner = inner
        self._allow_private = allow_private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of `host`. Raises Refused; OSError when the name is not found."""
        found = await self._inner.resolve(host, port, family)
        if not found or not all(may_dial(r["host"], allow_private=self._allow_private) for r in found):
            raise _refused("the name leads to an address that is not public")
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


def guarded_socket(*, allow_private: bool) -> Callable[[Any], socket.socket]:
    """A socket factory that looks at each address once more before it is dialled: numeric hosts
    do not pass any resolver."""

    def make(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if not may_dial(str(address[0]), allow_private=allow_private):
            raise _refused("the address is not a public one")
        return socket.socket(family, kind, protocol)

    return make
