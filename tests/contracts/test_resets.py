import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from builders import stored_user
from contracts.harness import at_once, broken_transaction, waits
from fakes import NOW
from marketplace.core.domain.password_resets import RESET_TTL, PasswordReset, reset_token_hash
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage


def a_reset(user: User, token: str, **changes: Any) -> PasswordReset:
    defaults: dict[str, Any] = {
        "token_hash": reset_token_hash(token),
        "created_at": NOW,
        "expires_at": NOW + RESET_TTL,
    }
    return PasswordReset(user_id=user.id, **defaults | changes)


async def stored_reset(storage: Storage, user: User, **changes: Any) -> str:
    token = token_hex(8)
    async with storage.unit_of_work() as tx:
        await tx.resets.save(a_reset(user, token, **changes))
    return token


async def whose(storage: Storage, token: str, now: datetime = NOW) -> User | None:
    return await storage.resets.find_user(reset_token_hash(token), now)


async def take(storage: Storage, user: User, token: str, now: datetime = NOW) -> bool:
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(user.id)
        return await tx.resets.consume(user.id, reset_token_hash(token), now)


async def test_a_link_is_its_persons_until_it_expires(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await stored_reset(storage, user)

    assert await whose(storage, token, NOW + RESET_TTL - timedelta(microseconds=1)) == user
    assert await whose(storage, token, NOW + RESET_TTL) is None
    assert await whose(storage, "never issued") is None


async def test_the_link_of_somebody_inactive_is_nobodys(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await stored_reset(storage, user)
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(user, is_active=False))

    assert await whose(storage, token) is None


async def test_a_link_can_be_taken_once_by_its_person_and_in_time(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    token = await stored_reset(storage, user)

    assert not await take(storage, other, token)
    assert not await take(storage, user, "another")
    assert not await take(storage, user, token, NOW + RESET_TTL)
    assert await take(storage, user, token)
    assert not await take(storage, user, token)
    assert await whose(storage, token) is None


async def test_a_newer_link_takes_the_place_of_the_older(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    kept = await stored_reset(storage, other)
    older = await stored_reset(storage, user)
    newer = await stored_reset(storage, user)

    assert await whose(storage, older) is None
    assert await whose(storage, newer) == user
    assert await whose(storage, kept) == other


async def test_a_link_that_was_dropped_is_gone_and_dropping_none_is_no_error(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await stored_reset(storage, user)
    for _ in range(2):
        async with storage.unit_of_work() as tx:
            await tx.resets.drop(user.id)

    assert await whose(storage, token) is None


async def test_of_all_who_take_a_link_at_once_one_is_told_true(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await stored_reset(storage, user)

    outcome = await at_once(take(storage, user, token) for _ in range(8))

    assert sorted(outcome.done) == [False] * 7 + [True]


async def test_a_link_whose_taking_was_rolled_back_can_be_taken(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await stored_reset(storage, user)
    async with broken_transaction(storage) as tx:
        await tx.users.acquire(user.id)
        assert await tx.resets.consume(user.id, reset_token_hash(token), NOW)
        twin = asyncio.create_task(take(storage, user, token))
        assert await waits(twin)

    assert await twin
