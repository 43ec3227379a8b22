"""The signature: official parameters, a pure function, a new one for each try, and never in a log."""

from __future__ import annotations

import hashlib
import io
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from brygga.connectors.abilities import Ref
from brygga.connectors.booli.api import BooliConnector
from brygga.connectors.booli.api.signing import Signer, digest, sign, unique_text
from brygga.model import NeedsSignIn
from brygga.sandbox.booli import CALLER_ID, KEY, Booli
from brygga.sandbox.server import OneShot
from brygga.swedish.masking import mask
from brygga.wire.call import Call
from brygga.wire.log import configure_logging

Join = Callable[..., Awaitable[BooliConnector]]


def test_the_digest_is_the_one_that_was_published() -> None:
    assert digest("abc123") == "6367c48dd193d56ea7b0baad25b19455e529f5ee"


def test_the_four_parameters_are_signed_in_the_documented_order() -> None:
    pairs = dict(sign("me", "key", time_s=1_700_000_000, unique="abcdefghijklmnop"))
    assert pairs["hash"] == hashlib.sha1(b"me1700000000keyabcdefghijklmnop").hexdigest()
    assert list(pairs) == ["callerId", "time", "unique", "hash"]


def test_the_random_part_has_sixteen_characters_and_comes_from_the_source_given() -> None:
    assert unique_text(random.Random(1)) == unique_text(random.Random(1))
    assert len(unique_text(random.Random(2))) == 16


def test_signing_a_call_twice_gives_two_signatures() -> None:
    times = iter([10.9, 20.0])
    signer = Signer("me", clock=lambda: next(times), rng=random.Random(1))
    call = Call(operation="listings.list", path="/listings", query=(("q", "Åre"),))
    first, second = (dict(signer.signed(call, "k" * 20).query) for _ in range(2))
    assert (first["time"], second["time"]) == ("10", "20")
    assert first["unique"] != second["unique"]
    assert first["hash"] != second["hash"]
    assert first["q"] == second["q"] == "Åre"
    assert call.query == (("q", "Åre"),)


async def test_each_retry_carries_a_fresh_signature(join: Join, make_booli: Callable[..., Booli]) -> None:
    imitation = make_booli()
    seen: list[dict[str, str]] = []
    asked = imitation._check

    def noting(query: Any) -> None:
        seen.append(dict(query))
        asked(query)

    imitation._check = noting  # type: ignore[method-assign]
    connector = await join(imitation)
    imitation.next_faults(OneShot(fault="late500"), OneShot(fault="reset"), OneShot(fault="truncated"))
    checked = await connector.check()
    assert checked.ok
    assert len(seen) == 4
    assert len({query["unique"] for query in seen}) == 4
    assert len({query["hash"] for query in seen}) == 4


async def test_the_imitation_refuses_a_wrong_signature_and_a_replayed_one(
    make_booli: Callable[..., Booli],
) -> None:
    imitation = make_booli()
    pairs = dict(sign(CALLER_ID, KEY, time_s=int(imitation._wall_s()), unique="a" * 16))
    imitation._check(pairs)
    with pytest.raises(web.HTTPForbidden):
        imitation._check(pairs)
    for wrong in (
        {"hash": "0" * 40},
        {"callerId": "x"},
        {"time": "1"},
        {"unique": "b" * 16},
        {"unique": "å"},
    ):
        with pytest.raises(web.HTTPUnauthorized):
            imitation._check(pairs | wrong)


async def test_a_key_that_is_refused_asks_a_person_and_nothing_signed_stands_in_any_log(
    join: Join, make_booli: Callable[..., Booli]
) -> None:
    """All loggers are open; the answer repeats the signed address; the error and its trail are logged."""
    imitation = make_booli()
    signatures: list[str] = []

    def echoing(query: Any) -> None:
        signatures.extend([query["hash"], query["unique"]])
        raise web.HTTPUnauthorized(reason=f"callerId={query['callerId']} hash={query['hash']}")

    connector = await join(imitation)
    stream = io.StringIO()
    root, handlers, level = logging.getLogger(), list(logging.getLogger().handlers), logging.getLogger().level
    configure_logging(stream, mask=mask, level=logging.DEBUG)
    try:
        imitation.next_faults(OneShot(fault="500"), OneShot(fault="reset"), OneShot(fault="html200"))
        assert await connector.fetch(Ref(kind="comparable", source_id="1")) is None
        imitation._check = echoing  # type: ignore[method-assign]
        with pytest.raises(NeedsSignIn) as raised:
            await connector.check()
        logging.getLogger("test").error("the check failed", exc_info=raised.value)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
    told = stream.getvalue()
    assert "the check failed" in told
    assert signatures
    assert raised.value.code == "key_refused"
    for secret in [*signatures, KEY, "hash=", "unique="]:
        assert secret not in told
        assert secret not in f"{raised.value.message} {raised.value.sv}"
