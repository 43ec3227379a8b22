"""The key is renewed before it expires, and the old one is kept until the new one has answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from brygga.model import BryggaError, Invalid, NeedsSignIn, Unsupported
from brygga.sandbox.faults import OneShot


async def test_a_key_far_from_its_end_is_left_alone(stand: Any, kit: Any) -> None:
    renewal = await stand.connector().renew_key()
    assert renewal.renewed is False
    assert renewal.expires_at == kit.NOW + timedelta(days=90)
    assert len(stand.imitation.keys) == 1


async def test_a_key_near_its_end_is_renewed_and_the_old_one_removed(stand: Any, kit: Any) -> None:
    old = dict(stand.vault.fields)
    stand.imitation.mutate("expire_keys", {"in_s": 5 * 86_400})
    renewal = await stand.connector().renew_key()
    assert renewal.renewed is True
    assert stand.vault.fields["token"] != old["token"]
    assert set(stand.imitation.keys) == {stand.vault.fields["key_id"]}
    assert "token_old" not in stand.vault.fields
    assert (await stand.connector().check()).ok


async def test_a_new_key_that_is_refused_is_given_up_for_the_old_one(stand: Any, kit: Any) -> None:
    old = dict(stand.vault.fields)
    stand.imitation.next_faults(OneShot(fault="expired", route="/keys", method="GET", times=1))
    with pytest.raises(NeedsSignIn):
        await stand.connector().renew_key(force=True)
    assert stand.vault.fields == old
    assert (await stand.connector().check()).ok


async def test_while_nobody_answers_the_old_key_stays(stand: Any, kit: Any) -> None:
    old = dict(stand.vault.fields)
    stand.imitation.next_faults(OneShot(fault="500", route="/keys", method="GET", times=20))
    with pytest.raises(BryggaError):
        await stand.connector().renew_key(force=True)
    assert stand.vault.fields == old


async def test_a_swap_left_half_way_by_a_crash_is_settled_first(stand: Any, kit: Any) -> None:
    new = stand.imitation._new_key("brygga")
    await stand.vault.swap("token", new.token)  # and then the program died
    renewal = await stand.connector().renew_key()
    assert renewal.renewed is False
    assert stand.vault.fields["token"] == new.token
    assert "token_old" not in stand.vault.fields


async def test_a_half_way_swap_to_a_dead_key_goes_back(stand: Any, kit: Any) -> None:
    good = stand.vault.fields["token"]
    await stand.vault.swap("token", "gone.gone")
    with pytest.raises(NeedsSignIn):
        await stand.connector().renew_key()
    assert stand.vault.fields["token"] == good


async def test_a_dead_key_asks_for_a_person(stand: Any, kit: Any) -> None:
    stand.imitation.mutate("expire_keys", {})
    with pytest.raises(NeedsSignIn) as caught:
        await stand.connector().renew_key()
    assert caught.value.code == "key_refused"
    assert "Byt nyckel" in caught.value.sv


async def test_without_the_keys_id_the_only_one_or_the_one_with_our_name_is_it(stand: Any, kit: Any) -> None:
    del stand.vault.fields["key_id"]
    stand.imitation._new_key("somebody else's")
    assert (await stand.connector().renew_key(force=True)).renewed is True
    assert (await stand.connector().check()).ok
    with pytest.raises(Invalid, match="several keys"):
        await stand.connector(key_name="nobody's").renew_key()


async def test_a_key_whose_end_is_not_said_is_left_alone(stand: Any, kit: Any) -> None:
    renewal = await stand.connector(key_expiry_member="ends").renew_key()
    assert (renewal.renewed, renewal.expires_at) == (False, None)


async def test_a_new_keys_token_in_an_unknown_place_changes_nothing(stand: Any, kit: Any) -> None:
    old = dict(stand.vault.fields)
    with pytest.raises(Invalid, match="without the member"):
        await stand.connector(key_token_member="secret").renew_key(force=True)
    assert stand.vault.fields == old


async def test_the_answer_with_the_new_token_is_a_sensitive_call(stand: Any, kit: Any) -> None:
    connector = stand.connector()
    await connector.renew_key(force=True)
    (made,) = [c for c in stand.line.calls if c.operation == "key.create"]
    assert made.sensitive


async def test_secrets_that_cannot_be_swapped_are_unsupported(offline: Any) -> None:
    from brygga.connectors.hemnet.api import Hemnet

    async def fixed(field: str) -> str:
        return field

    with pytest.raises(Unsupported):
        await Hemnet(offline(), connection="hemnet", settings={}, secrets=fixed).renew_key()


async def test_check_says_that_the_key_is_good_or_asks_for_another(stand: Any, kit: Any) -> None:
    checked = await stand.connector().check()
    assert checked.ok
    assert checked.abilities == {"publish": "ok", "webhooks": "ok"}
    stand.vault.fields["token"] = "wrong"
    with pytest.raises(NeedsSignIn):
        await stand.connector().check()


async def test_a_key_with_a_line_break_never_becomes_a_header(kit: Any) -> None:
    from brygga.connectors.hemnet.api import Hemnet
    from brygga.wire.call import Call

    authorise = Hemnet.authorise({}, kit.FakeVault(token="abc\r\nX-Other: 1"))
    with pytest.raises(NeedsSignIn):
        await authorise(Call(operation="key.list"))
