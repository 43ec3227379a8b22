"""Stores to test with, and believable small records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from brygga.model import Agent, Bid, Contact, Estate, Viewing
from brygga.model.parts import Address, Areas, Price
from brygga.store import Batch, Incoming, Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Keys:
    """Real encryption with a key of the test's own."""

    def __init__(self) -> None:
        self._cipher = AESGCM(bytes(range(32)))

    def seal(self, plain: bytes, *, aad: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, aad)

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], aad)
        except InvalidTag as error:
            raise ValueError("sealed for something else") from error


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def store(migrated_url: str, keys: Keys, clock: Clock) -> Iterator[Store]:
    """A migrated store; each test runs on both databases."""
    with Store.open(migrated_url, keys=keys, now=clock) as opened:
        yield opened


class Make:
    """Records of the connection `vitec`, with what a test wants to be different."""

    noon = NOON

    def estate(self, name: str = "E1", *, price_kr: int | None = 2_950_000, **other: object) -> Estate:
        facts: dict[str, object] = {
            "type": "apartment",
            "status": "for_sale",
            "address": Address(street="Storgatan 1", postcode="111 22", town="Stockholm"),
            "areas": Areas(living_m2=62.5),
            "changed_at": NOON,
        }
        return Estate(id=f"vitec:{name}", price=Price(asking_kr=price_kr), **{**facts, **other})  # type: ignore[arg-type]

    def bid(self, name: str, amount_kr: int, estate: str = "E1") -> Bid:
        return Bid(id=f"vitec:{name}", estate_id=f"vitec:{estate}", amount_kr=amount_kr, alias="A")

    def viewing(self, name: str, estate: str = "E1") -> Viewing:
        return Viewing(id=f"vitec:{name}", estate_id=f"vitec:{estate}", starts_at=NOON)

    def contact(self, name: str = "C1", **other: object) -> Contact:
        return Contact(id=f"vitec:{name}", first_name="Ada", **other)  # type: ignore[arg-type]

    def agent(self, name: str = "A1") -> Agent:
        return Agent(id=f"vitec:{name}", name="Mäklaren")

    def batch(self, *records: object, **other: object) -> Batch:
        incoming = [Incoming(record=r, raw=b'{"raw":"x"}') for r in records]  # type: ignore[arg-type]
        facts: dict[str, object] = {"connection": "vitec", "now": NOON, "correlation_id": "c-1"}
        return Batch(incoming=incoming, **{**facts, **other})  # type: ignore[arg-type]


@pytest.fixture
def make() -> Make:
    return Make()
