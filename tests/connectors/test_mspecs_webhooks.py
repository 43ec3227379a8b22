"""Mspecs' webhooks: the signature over raw bytes, and events turned into notices."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.connectors.abilities import Notice, WebhookRequest
from brygga.connectors.mspecs.api import MspecsConnector, webhooks
from brygga.connectors.mspecs.schema import Settings, settings_of
from brygga.model import Invalid, NeedsSignIn, Rejected

OURS = "MDAtMXwwMDAwMDAwMDAwMnwyODQ."
DEAL = "MDAwNHwwMDAwMDAwMDc1NHw1OA.."
SECRET = "a-secret-of-the-test"
BODY = json.dumps({"eventType": "PUBLISH", "subscriberId": OURS, "dealId": DEAL}).encode()
AT = 1_790_000_000
MUTANTS = 10_000
Vector = tuple[str, str, bytes]


class NoWire:
    """A wire that must not be used: webhooks are read without asking anybody."""

    async def call(self, call: Any) -> Any:
        raise AssertionError(f"called {call.operation}")


def connector(secrets: Mapping[str, str] | None = None, **settings: Any) -> MspecsConnector:
    held = {"webhook_secret": SECRET} if secrets is None else secrets

    async def secret(name: str) -> str:
        if name not in held:
            raise NeedsSignIn(f"{name} is not set")
        return held[name]

    given = {"subscriber_id": OURS, **settings}
    return MspecsConnector(NoWire(), connection="m", settings=given, secrets=secret)


def request(body: bytes = BODY, *, header: str | None = None, at: float = AT) -> WebhookRequest:
    headers = {} if header is None else {"x-mspecs-signature": header}
    return WebhookRequest(headers=headers, body=body, received_at=datetime.fromtimestamp(at, UTC))


def signed(
    body: bytes = BODY, *, secret: str = SECRET, stamp: str = str(AT), at: float = AT
) -> WebhookRequest:
    return request(body, header=f"t={stamp},s={webhooks.sign(body, secret=secret, timestamp=stamp)}", at=at)


def notices(**event: Any) -> list[Notice]:
    return connector().notices(request(json.dumps({"subscriberId": OURS, **event}).encode()))


# ---------------------------------------------------------------------- signature


def example(shared_providers: Path) -> tuple[str, str, bytes]:
    found = json.loads((shared_providers / "mspecs/examples/publish-deal-signature.json").read_text())
    name, _, header = found["header"].partition(": ")
    assert name == webhooks.HEADER
    return found["secret"], header, found["rawBody"].encode()


async def test_the_vendors_published_vector_verifies(shared_providers: Path) -> None:
    secret, header, body = example(shared_providers)
    await connector({"webhook_secret": secret}).verify(request(body, header=header, at=1654088142))


async def test_the_vector_is_refused_when_it_is_old(shared_providers: Path) -> None:
    secret, header, body = example(shared_providers)
    with pytest.raises(Rejected) as refused:
        await connector({"webhook_secret": secret}).verify(request(body, header=header, at=1654088142 + 301))
    assert refused.value.code == "stale"


def test_ten_thousand_mutated_vectors_do_not_verify(shared_providers: Path) -> None:
    secret, header, body = example(shared_providers)
    settings = settings_of({"subscriber_id": OURS, "signature_tolerance_s": 0})
    rng = random.Random(20261123)
    ways = (mutated_body, mutated_time, mutated_signature, mutated_secret, mutated_form)
    accepted, tried = [], dict.fromkeys((way.__name__ for way in ways), 0)
    for number in range(MUTANTS):
        way = ways[number % len(ways)]
        made = way(rng, secret, header, body)
        assert made != (secret, header, body)
        tried[way.__name__] += 1
        outcome = verdict(made, settings)
        if outcome != "bad_signature":
            accepted.append((outcome, made))
    assert accepted == []
    assert all(count == MUTANTS // len(ways) for count in tried.values())
    # And the one that is whole still holds under the very same conditions.
    assert verdict((secret, header, body), settings) == "verified"


def verdict(made: Vector, settings: Settings) -> str:
    try:
        webhooks.verify(
            request(made[2], header=made[1]), secrets=[made[0]], settings=settings, connection="m"
        )
    except Rejected as error:
        return error.code
    return "verified"


def mutated_body(rng: random.Random, secret: str, header: str, body: bytes) -> Vector:
    place = rng.randrange(len(body))
    way = rng.randrange(4)
    if way == 0:
        return (
            secret,
            header,
            body[:place] + bytes([body[place] ^ (1 << rng.randrange(8))]) + body[place + 1 :],
        )
    if way == 1:
        return secret, header, body[:place] + body[place + 1 :]
    if way == 2:
        return secret, header, body[:place] + bytes([rng.randrange(256)]) + body[place:]
    written_anew = json.dumps(json.loads(body), indent=rng.randrange(4)).encode()
    return secret, header, written_anew + b" " * rng.randrange(3)


def mutated_time(rng: random.Random, secret: str, header: str, body: bytes) -> Vector:
    stamp, _, rest = header.partition(",")
    moved = int(stamp[2:]) + rng.choice((-1, 1)) * rng.randrange(1, 10**9)
    return secret, f"t={abs(moved)},{rest}", body


def mutated_signature(rng: random.Random, secret: str, header: str, body: bytes) -> Vector:
    head, _, digest = header.rpartition("=")
    place = rng.randrange(len(digest))
    other = rng.choice([c for c in string.hexdigits.lower() if c != digest[place]])
    return secret, f"{head}={digest[:place]}{other}{digest[place + 1 :]}", body


def mutated_secret(rng: random.Random, secret: str, header: str, body: bytes) -> Vector:
    place = rng.randrange(len(secret))
    other = rng.choice([c for c in string.ascii_letters + string.digits if c != secret[place]])
    return f"{secret[:place]}{other}{secret[place + 1 :]}", header, body


FORMS: tuple[Callable[[str, str], str], ...] = (
    lambda t, s: f"{s},{t}",
    lambda t, s: f"{t}, {s}",
    lambda t, s: f" {t},{s}",
    lambda t, s: f"{t},{s},",
    lambda t, s: f"{t};{s}",
    lambda t, s: f"{t},{s},{s}",
    lambda t, s: f"{t},{t},{s}",
    lambda t, s: t,
    lambda t, s: s,
    lambda t, s: f"{t},{s.upper()}",
    lambda t, s: f"{t.upper()},{s}",
    lambda t, s: f"{t},{s[:2]}{s[2:].upper()}",
    lambda t, s: f"{t}\n,{s}",
    lambda t, s: f"{t},{s}\n",
    lambda t, s: f"{t}.0,{s}",
    lambda t, s: f"t=0{t[2:]},{s}",
    lambda t, s: f"t=+{t[2:]},{s}",
    lambda t, s: f"t=-{t[2:]},{s}",
    lambda t, s: f"t={''.join(chr(0x660 + int(c)) for c in t[2:])},{s}",
    lambda t, s: f"t=,{s}",
    lambda t, s: f"{t},s=",
    lambda t, s: f"{t},{s}00",
    lambda t, s: f"{t},{s[:-2]}",
    lambda t, s: f"{t},v1={s[2:]}",
    lambda t, s: f"{t},s=0x{s[2:]}",
    lambda t, s: "",
)


def mutated_form(rng: random.Random, secret: str, header: str, body: bytes) -> Vector:
    stamp, _, digest = header.partition(",")
    made = rng.choice(FORMS)(stamp, digest)
    place = rng.randrange(len(made) + 1)
    noise = rng.choice(("", " ", "\t", "\u200b", "=", ",", "t", "s")) if made else ""
    return secret, made[:place] + noise + made[place:], body


async def test_without_a_signature_nothing_is_taken_in() -> None:
    with pytest.raises(Rejected) as refused:
        await connector().verify(request())
    assert refused.value.code == "bad_signature"


@pytest.mark.parametrize(
    "secrets",
    [
        {"webhook_secret": "new", "webhook_secret_previous": SECRET},
        {"webhook_secret": SECRET, "webhook_secret_previous": "old"},
        {"webhook_secret_previous": SECRET},
    ],
)
async def test_two_secrets_are_accepted_while_they_are_changed(secrets: dict[str, str]) -> None:
    await connector(secrets).verify(signed())


async def test_a_third_secret_is_not() -> None:
    with pytest.raises(Rejected):
        await connector({"webhook_secret": "a", "webhook_secret_previous": "b"}).verify(signed())


async def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(NeedsSignIn) as missing:
        await connector({"webhook_secret": ""}).verify(signed(secret=""))
    assert missing.value.code == "webhook_key_missing"


AGES = [(300, 300, True), (300, 301, False), (300, -300, True), (300, -301, False), (10, 11, False)]


@pytest.mark.parametrize(("tolerance", "age_s", "fits"), [*AGES, (0, 10**6, True)])
async def test_an_event_is_as_old_as_the_setting_allows(tolerance: float, age_s: int, fits: bool) -> None:
    joined = connector(signature_tolerance_s=tolerance)
    if fits:
        return await joined.verify(signed(at=AT + age_s))
    with pytest.raises(Rejected) as refused:
        await joined.verify(signed(at=AT + age_s))
    assert refused.value.code == "stale"
    return None


async def test_a_clock_an_hour_off_is_refused_and_a_wider_tolerance_takes_it_in() -> None:
    with pytest.raises(Rejected):
        await connector().verify(signed(at=AT + 3_600))
    await connector(signature_tolerance_s=4_000).verify(signed(at=AT + 3_600))


FOREIGN: list[dict[str, Any]] = [
    {"subscriberId": "MDAtMXwwMDAwMDAwMDAwM3wyODQ."},
    {"subscriberId": None},
    {"subscriberId": [OURS]},
    {"accessToken": "other"},
    {},
]


@pytest.mark.parametrize("event", FOREIGN)
async def test_another_brokerages_event_is_rejected_however_well_it_is_signed(event: dict[str, Any]) -> None:
    body = json.dumps({"eventType": "PUBLISH", "dealId": DEAL, **event}).encode()
    with pytest.raises(Rejected) as refused:
        await connector().verify(signed(body))
    assert refused.value.code == "other_subscriber"
    assert connector().notices(request(body)) == []


async def test_the_old_name_of_the_brokerages_id_is_read_too() -> None:
    body = json.dumps({"eventType": "PUBLISH", "accessToken": OURS, "dealId": DEAL}).encode()
    await connector().verify(signed(body))
    assert connector().notices(request(body))[0].source_id == DEAL


# ---------------------------------------------------------------------- events


def test_the_vendors_example_asks_us_to_look_at_the_deal(shared_providers: Path) -> None:
    _, _, body = example(shared_providers)
    (found,) = connector().notices(request(body))
    assert (found.event, found.kind, found.source_id) == ("update", "estate", DEAL)
    assert found.facts == {"type": "PUBLISH", "sale_status": "ENUMS_SALE_STATUS_FOR_SALE"}


@pytest.mark.parametrize("kind", ["PUBLISH", "VIEWING", "BIDDING", "ACTIVATE", "UPDATE"])
def test_each_event_of_a_deal_is_an_update(kind: str) -> None:
    (found,) = notices(eventType=kind, dealId=DEAL)
    assert (found.event, found.kind, found.source_id, found.facts["type"]) == ("update", "estate", DEAL, kind)


def test_a_sold_home_is_published_with_the_sale_status_sold() -> None:
    (found,) = notices(eventType="PUBLISH", dealId=DEAL, saleStatus="ENUMS_SALE_STATUS_SOLD")
    assert (found.event, found.source_id) == ("update", DEAL)
    assert found.facts["sale_status"] == "ENUMS_SALE_STATUS_SOLD"


def test_a_preview_says_so() -> None:
    assert notices(eventType="PUBLISH", dealId=DEAL, isPreview=True)[0].facts["preview"] is True


@pytest.mark.parametrize("kind", ["UN_PUBLISH", "CANCEL", "DEACTIVATE"])
def test_what_is_taken_down_is_removed_at_its_word_or_asked_for_as_set(kind: str) -> None:
    found = notices(eventType=kind, dealId=DEAL)
    assert [one.kind for one in found] == ["estate", "project"]
    assert {(one.event, one.source_id, one.merged_ids) for one in found} == {("remove", "", (DEAL,))}
    body = json.dumps({"subscriberId": OURS, "eventType": kind, "dealId": DEAL}).encode()
    (asked,) = connector(believe_unpublish=False).notices(request(body))
    assert (asked.event, asked.source_id, asked.merged_ids) == ("remove", DEAL, ())


@pytest.mark.parametrize(
    "kind", ["SUBSCRIBER_ADDED", "SUBSCRIBER_REMOVED", "SUBSCRIBER_UPDATED", "SUBSCRIBER_REFERRAL"]
)
def test_a_change_of_the_subscription_names_no_record(kind: str) -> None:
    (found,) = notices(eventType=kind)
    assert (found.event, found.kind, found.source_id, found.facts) == (
        "status",
        "subscription",
        "",
        {"type": kind},
    )


@pytest.mark.parametrize("kind", ["SUBSCRIBER_ADDED_OFFICE", "SUBSCRIBER_REMOVED_OFFICE"])
def test_an_office_that_joins_or_leaves_is_looked_at(kind: str) -> None:
    (found,) = notices(eventType=kind, officeId="MDAwNHwwMnwy")
    assert (found.event, found.kind, found.source_id) == ("update", "office", "MDAwNHwwMnwy")


def test_chosen_data_changes_name_a_deal_offices_or_the_brokerage() -> None:
    deal = notices(eventType="DEAL_SERVICE_DATA_SUBSCRIPTION", dealId=DEAL, pushSubscriptions=["DEAL_BASE"])
    assert [(n.kind, n.source_id) for n in deal] == [("estate", DEAL)]
    for named in ("K1.", ["K1."], ["K1.", 7, "../x"]):
        offices = notices(eventType="ORGANIZATION_DATA_SUBSCRIPTION", organizationUnitIds=named)
        assert [(n.kind, n.source_id) for n in offices] == [("office", "K1.")]
    whole = notices(eventType="ORGANIZATION_DATA_SUBSCRIPTION")
    assert [(n.event, n.kind) for n in whole] == [("status", "subscription")]


@pytest.mark.parametrize("kind", ["REFERRAL", "SOMETHING_NEW", None, 7, ["PUBLISH"]])
def test_an_event_that_we_do_not_know_is_no_news(kind: Any) -> None:
    assert notices(eventType=kind, dealId=DEAL) == []


@pytest.mark.parametrize(
    "deal", [None, "", "..", ".", "a/b", "../x", "a?b", "a#b", 7, {}, "x" * 201, "a~b", "å"]
)
def test_an_event_whose_deal_has_no_usable_id_is_refused(deal: Any) -> None:
    with pytest.raises(Invalid):
        notices(eventType="PUBLISH", dealId=deal)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", b"[" * 5_000])
async def test_a_body_that_is_no_event_is_invalid(body: bytes) -> None:
    with pytest.raises(Invalid):
        connector().notices(request(body))
    with pytest.raises(Invalid):
        await connector().verify(signed(body))


leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
anything = st.recursive(leaf, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
names = st.sampled_from(
    ["eventType", "subscriberId", "dealId", "officeId", "organizationUnitIds", "saleStatus"]
)
kinds = st.sampled_from(
    [*webhooks.PUBLISHING, *webhooks.SERVICE, *webhooks.CHANGES, "SUBSCRIBER_ADDED_OFFICE"]
)


@given(st.dictionaries(names, anything), kinds)
def test_garbage_gives_notices_or_invalid_and_nothing_else(event: dict[str, Any], kind: str) -> None:
    body = json.dumps({**event, "eventType": kind, "subscriberId": OURS}).encode()
    try:
        found = connector().notices(request(body))
    except Invalid:
        return
    for one in found:
        assert all(ord(c) > 32 for c in one.source_id)
        assert ".." not in one.source_id.split("/")
