"""Mail servers on loopback: the sandbox's sink, one with TLS, and one that says what it is told to."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from brygga.connectors.abilities import Mail
from brygga.connectors.smtp.api import Smtp
from brygga.model import NeedsSignIn
from brygga.sandbox.smtp import SmtpSink
from brygga.wire import Kit
from brygga.wire.smtp import SmtpLine
from brygga.wire.smtp_dial import SmtpProfile

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_mail(**changes: Any) -> Mail:
    facts: dict[str, Any] = {
        "to": ("kontor@example.com",),
        "subject": "Björkvägen 3 syns nu",
        "text": "Hej!\n.En rad med punkt först.\n",
        "sender": "Bryggan <brygga@example.com>",
        "key": "visible|hemnet|vitec:OBJ1|1",
    }
    return Mail(**(facts | changes))


class Scripted:
    """Answers each command by its first word. `None`: the line is cut. A list: one after the other.

    `body` is the answer to the message itself, `delay_s` later; other answers come after `dawdle_s`.
    """

    def __init__(self) -> None:
        self.says: dict[str, Any] = {
            "greeting": "220 hello",
            "EHLO": "250-hello\r\n250-SIZE 1000000\r\n250 8BITMIME",
            "MAIL": "250 2.1.0 ok",
            "RCPT": "250 2.1.5 ok",
            "DATA": "354 go on",
            "body": "250 2.0.0 queued as ABC123",
            "QUIT": "221 bye",
            "RSET": "250 ok",
        }
        self.heard: list[str] = []
        self.messages: list[bytes] = []
        self.port = 0
        self.open = self.most_open = 0
        self.came_at: list[float] = []
        self.delay_s = self.dawdle_s = 0.0

    def count(self, verb: str) -> int:
        return sum(line.upper().startswith(verb) for line in self.heard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.came_at.append(time.monotonic())
        self.most_open = max(self.most_open, self.open)
        try:
            if self._say(writer, "greeting"):
                await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.heard.append(line.decode().rstrip())
            verb = line[:4].decode().upper()
            await asyncio.sleep(self.dawdle_s)
            if not self._say(writer, verb):
                return
            if verb == "QUIT":
                return
            if verb == "DATA" and str(self.says["DATA"]).startswith("354"):
                self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
                await asyncio.sleep(self.delay_s)
                if not self._say(writer, "body"):
                    return

    def _say(self, writer: asyncio.StreamWriter, what: str) -> bool:
        said = self.says.get(what, "502 5.5.1 what?")
        if isinstance(said, list):
            said = said.pop(0)
        if said is None:
            writer.transport.abort()
            return False
        writer.write(said.encode() + b"\r\n")
        return True


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    made = Scripted()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    made = SmtpSink()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def line_to() -> Callable[..., SmtpLine]:
    """A line to a port of this machine."""

    def make(
        port: int, *, password: str = "", tls: Any = None, kit: Kit | None = None, **facts: Any
    ) -> SmtpLine:
        async def secret() -> str:
            return password

        profile = SmtpProfile(connection="mail", port=port, **({"host": "127.0.0.1"} | facts))
        return SmtpLine(profile, password=secret, tls=tls, kit=kit)

    return make


@pytest.fixture
def connector_to() -> Callable[..., Smtp]:
    """A connector whose settings name a port of this machine."""

    def make(
        port: int, *, wire: Any = None, line: Any = None, password: str | None = None, **settings: Any
    ) -> Smtp:
        async def secrets(field: str) -> str:
            if password is None:
                raise NeedsSignIn(f"{field} is not set")
            return password

        return Smtp(
            wire,
            connection="mail",
            settings={"host": "127.0.0.1", "port": port, **settings},
            secrets=secrets,
            now=lambda: NOW,
        )

    return make


@pytest.fixture
def mail() -> Callable[..., Mail]:
    return a_mail


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and `localhost`, and its key, valid around now."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    certificate_path, key_path = folder / "cert.pem", folder / "key.pem"
    certificate_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_path, key_path


@pytest.fixture
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def client_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """A context that trusts that certificate and nothing else, and checks the host's name."""
    return ssl.create_default_context(cafile=str(certificate[0]))
