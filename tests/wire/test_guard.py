"""The SSRF guard: by text, by resolved address, and at the moment of connecting."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver

from brygga.model.errors import Refused
from brygga.wire import Call, Kit, Profile, Repeat, Wire
from brygga.wire.guard import GuardedResolver, check_url, may_dial
from brygga.wire.transport import open_session


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9", "168.63.129.16",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1",
        "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
        "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
        "ff02::1", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_never_dialled(address: str) -> None:
    assert not may_dial(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2a00:1450:400f::1", "2600::1"]
)
def test_public_addresses_are_dialled(address: str) -> None:
    assert may_dial(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.0.1", "::1", "fd12::1"])
def test_private_addresses_are_dialled_when_allowed(address: str) -> None:
    assert may_dial(address, allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "100.100.100.200",
        "fd00:ec2::254",
        "0.0.0.0",
        "224.0.0.1",
        "fe80::1",
        "::ffff:10.0.0.1",
    ],
)
def test_metadata_and_multicast_are_refused_even_when_private_is_allowed(address: str) -> None:
    assert not may_dial(address, allow_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com",
        "//example.com", "example.com", "", "https://", "https:///path", "https://user@example.com/",
        "https://u:p@example.com/", "https://127.0.0.1/", "https://2130706433/", "https://0177.0.0.1/",
        "https://0x7f.1/", "https://0x7f000001/", "https://127.1/", "https://0/", "https://[::1]/",
        "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data", "https://localhost/", "https://localhost./", "https://a.localhost/",
        "https://metadata.google.internal/", "https://printer.local/", "https://intranet/",
        "https://example.com\\@127.0.0.1/", "https://exa mple.com/", "https://example.com/\r\nHost: x",
        "https://example.com/\u202egnp", "https://example.com:0/", "https://example.com:99999/",
        "https://example.com/" + "a" * 5000,
    ],
)  # fmt: skip
def test_odd_addresses_are_refused_as_text(url: str) -> None:
    with pytest.raises(Refused) as refused:
        check_url(url)
    assert refused.value.code == "address_refused"
    assert "127" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["https://example.com/a?b=c", "https://example.com:8443/", "https://8.8.8.8/"]
)
def test_ordinary_addresses_pass(url: str) -> None:
    assert check_url(url) == url


def test_plain_http_passes_only_where_private_addresses_may_be_called() -> None:
    assert check_url("http://127.0.0.1:8080/x", allow_private=True) == "http://127.0.0.1:8080/x"


class Names(AbstractResolver):
    """Answers each question with the next of its answers."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> Any:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            {"hostname": host, "host": a, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
            for a in found
        ]

    async def close(self) -> None:
        return


async def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(Refused):
        await GuardedResolver(Names(["8.8.8.8", "10.0.0.1"])).resolve("example.com", 443)


def _wire_by_name(provider: Any, names: Names, *, allow_private: bool) -> Wire:
    port = provider.base_url.rpartition(":")[2]
    scheme = "http" if allow_private else "https"
    profile = Profile(
        connection="prov", base_url=f"{scheme}://example.test:{port}", allow_private=allow_private
    )

    def sessions(profile: Profile, *, fresh: bool) -> Any:
        return open_session(profile, fresh=fresh, resolver=names)

    return Wire(profile, Kit(sessions=sessions))


async def test_a_name_that_leads_home_is_refused_before_anything_is_sent(provider: Any) -> None:
    async with _wire_by_name(provider, Names(["127.0.0.1"]), allow_private=False) as wire:
        with pytest.raises(Refused):
            await wire.call(Call(operation="estate.read", path="/"))
    assert provider.calls == 0


async def test_a_name_that_changes_its_answer_is_refused_at_connect_time(provider: Any) -> None:
    """DNS rebinding: the first answer is allowed, the second one is a cloud's metadata address."""
    names = Names(["127.0.0.1"], ["169.254.169.254"])
    async with _wire_by_name(provider, names, allow_private=True) as wire:
        call = Call(operation="estate.write", path="/", method="POST", repeat=Repeat.NONE)
        await wire.call(call)
        wire._attempts._sessions[True, False].connector.clear_dns_cache()
        with pytest.raises(Refused):
            await wire.call(call)
    assert provider.calls == 1


async def test_a_numeric_host_is_looked_at_when_the_socket_is_opened(provider: Any) -> None:
    session = open_session(Profile(connection="prov"), fresh=False)
    with pytest.raises(Refused):
        await session.get(provider.base_url)
    await session.close()
    assert provider.calls == 0


async def test_redirects_are_not_followed(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [{"status": 302, "headers": {"Location": "http://169.254.169.254/"}}]
    with pytest.raises(Exception, match="302") as raised:
        await wire_to().call(read())
    assert raised.value.code == "redirected"
    assert provider.calls == 1
