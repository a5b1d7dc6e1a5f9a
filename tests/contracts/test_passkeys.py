from dataclasses import replace
from datetime import timedelta
from secrets import token_bytes
from typing import Any

import pytest

from builders import stored_user
from contracts.harness import at_once, broken_transaction
from fakes import NOW
from marketplace.core.domain.account_erasure import deleted_user
from marketplace.core.domain.passkeys import OwnedPasskey, Passkey, PasskeyChallenge, new_handle
from marketplace.core.errors.passkeys import PasskeyRefused
from marketplace.core.ports.storage import Storage
from passkey_records import stored_passkey

MINUTE = timedelta(minutes=1)


async def stored_challenge(storage: Storage, **changes: Any) -> PasskeyChallenge:
    values: dict[str, Any] = {"challenge_hash": token_bytes(32), "purpose": "sign_in", "expires_at": NOW}
    challenge = PasskeyChallenge(**values | changes)
    async with storage.unit_of_work() as tx:
        await tx.passkeys.add_challenge(challenge)
    return challenge


async def consume(storage: Storage, challenge: PasskeyChallenge) -> PasskeyChallenge | None:
    async with storage.unit_of_work() as tx:
        return await tx.passkeys.consume(challenge.challenge_hash)


async def use(storage: Storage, passkey: Passkey, sign_count: int, **changes: Any) -> bool:
    used = replace(passkey, sign_count=sign_count, last_used_at=NOW + MINUTE, **changes)
    async with storage.unit_of_work() as tx:
        return await tx.passkeys.use(used)


async def test_passkeys_are_listed_oldest_first(storage: Storage) -> None:
    newer = await stored_passkey(storage, created_at=NOW + MINUTE)
    older = await stored_passkey(storage, newer.user_id, transports=())
    await stored_passkey(storage)

    assert await storage.passkeys.of_user(newer.user_id) == (older, newer)
    async with storage.unit_of_work() as tx:
        assert await tx.passkeys.of_user(newer.user_id) == (older, newer)
        assert await tx.passkeys.count(newer.user_id) == 2


async def test_handle_is_the_first_that_an_account_was_given(storage: Storage) -> None:
    user, first, second = await stored_user(storage), new_handle(), new_handle()
    async with storage.unit_of_work() as tx:
        assert await tx.passkeys.handle_of(user.id, first) == first
    async with storage.unit_of_work() as tx:
        assert await tx.passkeys.handle_of(user.id, second) == first


async def test_passkey_is_found_by_its_credential_with_the_handle_of_its_owner(storage: Storage) -> None:
    passkey = await stored_passkey(storage)
    async with storage.unit_of_work() as tx:
        handle = await tx.passkeys.handle_of(passkey.user_id, new_handle())

    assert await storage.passkeys.find(passkey.credential_id) == OwnedPasskey(passkey=passkey, handle=handle)
    assert await storage.passkeys.find(token_bytes(32)) is None


async def test_credential_is_registered_once_by_whomever(storage: Storage) -> None:
    passkey, other = await stored_passkey(storage), await stored_user(storage)

    with pytest.raises(PasskeyRefused):
        await stored_passkey(storage, other.id, credential_id=passkey.credential_id)

    assert await storage.passkeys.of_user(other.id) == ()


async def test_use_keeps_counter_backup_state_and_time(storage: Storage) -> None:
    passkey = await stored_passkey(storage)

    assert await use(storage, passkey, 7, is_backed_up=True)

    [kept] = await storage.passkeys.of_user(passkey.user_id)
    assert kept == replace(passkey, sign_count=7, is_backed_up=True, last_used_at=NOW + MINUTE)


@pytest.mark.parametrize(
    ("stored", "received", "is_used"),
    [(0, 0, True), (0, 1, True), (5, 6, True), (5, 2**32 - 1, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
async def test_counter_has_to_rise_unless_it_is_not_in_use(
    storage: Storage, stored: int, received: int, *, is_used: bool
) -> None:
    passkey = await stored_passkey(storage, sign_count=stored)

    assert passkey.accepts(received) is is_used
    assert await use(storage, passkey, received) is is_used

    [kept] = await storage.passkeys.of_user(passkey.user_id)
    assert kept.sign_count == (received if is_used else stored)


async def test_of_concurrent_uses_with_one_counter_one_succeeds(storage: Storage) -> None:
    passkey = await stored_passkey(storage, sign_count=3)

    outcome = await at_once(use(storage, passkey, 4) for _ in range(8))

    assert sorted(outcome.done) == [False] * 7 + [True]


async def test_removed_passkey_cannot_be_used(storage: Storage) -> None:
    passkey, other = await stored_passkey(storage), await stored_user(storage)
    async with storage.unit_of_work() as tx:
        assert await tx.passkeys.remove(other.id, passkey.id) is None
        assert await tx.passkeys.remove(passkey.user_id, passkey.id) == passkey
        assert await tx.passkeys.remove(passkey.user_id, passkey.id) is None

    assert not await use(storage, passkey, 1)
    assert await storage.passkeys.find(passkey.credential_id) is None


async def test_only_the_owner_renames_a_passkey(storage: Storage) -> None:
    passkey, other = await stored_passkey(storage), await stored_user(storage)
    renamed = replace(passkey, name="My phone")
    async with storage.unit_of_work() as tx:
        assert await tx.passkeys.rename(other.id, passkey.id, "My phone") is None
        assert await tx.passkeys.rename(passkey.user_id, passkey.id, "My phone") == renamed

    assert await storage.passkeys.of_user(passkey.user_id) == (renamed,)


async def test_challenge_is_consumed_once_expired_or_not(storage: Storage) -> None:
    user = await stored_user(storage)
    own = await stored_challenge(storage, purpose="register", user_id=user.id, expires_at=NOW - MINUTE)

    assert await consume(storage, own) == own
    assert await consume(storage, own) is None


async def test_of_concurrent_uses_of_a_challenge_one_gets_it(storage: Storage) -> None:
    challenge = await stored_challenge(storage)

    outcome = await at_once(consume(storage, challenge) for _ in range(20))

    assert [each for each in outcome.done if each is not None] == [challenge]
    assert len(outcome.done) == 20


async def test_consumption_that_is_rolled_back_leaves_the_challenge(storage: Storage) -> None:
    challenge = await stored_challenge(storage)

    async with broken_transaction(storage) as tx:
        assert await tx.passkeys.consume(challenge.challenge_hash) == challenge

    assert await consume(storage, challenge) == challenge


async def test_purge_deletes_expired_challenges(storage: Storage) -> None:
    old = await stored_challenge(storage, expires_at=NOW)
    new = await stored_challenge(storage, expires_at=NOW + MINUTE)

    async with storage.unit_of_work() as tx:
        assert await tx.passkeys.purge_challenges(NOW) >= 1
    async with storage.unit_of_work() as tx:
        assert await tx.passkeys.purge_challenges(NOW) == 0

    assert [await consume(storage, each) for each in (old, new)] == [None, new]


async def test_erasure_deletes_passkeys_handle_and_challenges(storage: Storage) -> None:
    passkey, fresh = await stored_passkey(storage), new_handle()
    challenge = await stored_challenge(storage, purpose="prove", user_id=passkey.user_id)

    async with storage.unit_of_work() as tx:
        before = await tx.users.acquire(passkey.user_id)
        await tx.erasure.erase(before, deleted_user(before, "deleted-passkeys", NOW))

    assert await storage.passkeys.of_user(passkey.user_id) == ()
    assert await consume(storage, challenge) is None
    async with storage.unit_of_work() as tx:
        assert await tx.passkeys.handle_of(passkey.user_id, fresh) == fresh
