import asyncio
from datetime import datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from builders import stored_user
from contracts.harness import at_once, broken_transaction, waits
from fakes import NOW
from marketplace.core.domain.password_resets import RESET_TTL, PasswordReset, reset_token_hash
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage


def a_reset(user: User, token: str, **changes: Any) -> PasswordReset:
    defaults: dict[str, Any] = {
        "issuer_id": uuid7(),
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


async def whose(storage: Storage, token: str) -> UUID | None:
    found = await storage.resets.find(reset_token_hash(token))
    return found.user_id if found else None


async def take(storage: Storage, user: User, token: str, now: datetime = NOW) -> bool:
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(user.id)
        return await tx.resets.consume(user.id, reset_token_hash(token), now)


async def test_reset_link_is_found_by_its_token_with_its_issuer(storage: Storage) -> None:
    user, staff = await stored_user(storage), await stored_user(storage, is_staff=True)
    token = await stored_reset(storage, user, issuer_id=staff.id)

    assert await storage.resets.find(reset_token_hash(token)) == a_reset(user, token, issuer_id=staff.id)
    assert await storage.resets.find(reset_token_hash("never issued")) is None


async def test_reset_link_can_be_used_once_by_its_user_before_expiry(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    token = await stored_reset(storage, user)

    assert not await take(storage, other, token)
    assert not await take(storage, user, "another")
    assert not await take(storage, user, token, NOW + RESET_TTL)
    assert await take(storage, user, token)
    assert not await take(storage, user, token)
    assert await whose(storage, token) is None


async def test_newer_reset_link_replaces_older(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    kept = await stored_reset(storage, other)
    older = await stored_reset(storage, user)
    newer = await stored_reset(storage, user)

    assert await whose(storage, older) is None
    assert await whose(storage, newer) == user.id
    assert await whose(storage, kept) == other.id


async def test_dropped_reset_link_is_gone_and_dropping_is_idempotent(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await stored_reset(storage, user)
    for _ in range(2):
        async with storage.unit_of_work() as tx:
            await tx.resets.drop(user.id)

    assert await whose(storage, token) is None


async def test_links_of_an_issuer_are_dropped_with_those_of_no_other(storage: Storage) -> None:
    (first, second, third), issuer = [await stored_user(storage) for _ in range(3)], uuid7()
    own = [await stored_reset(storage, user, issuer_id=issuer) for user in (first, second)]
    other = await stored_reset(storage, third)
    for _ in range(2):
        async with storage.unit_of_work() as tx:
            await tx.resets.drop_issued_by(issuer)

    assert [await whose(storage, token) for token in (*own, other)] == [None, None, third.id]


async def test_concurrent_uses_of_reset_link_have_one_winner(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await stored_reset(storage, user)

    outcome = await at_once(take(storage, user, token) for _ in range(8))

    assert sorted(outcome.done) == [False] * 7 + [True]


async def test_reset_link_can_be_used_after_rolled_back_use(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await stored_reset(storage, user)
    async with broken_transaction(storage) as tx:
        await tx.users.acquire(user.id)
        assert await tx.resets.consume(user.id, reset_token_hash(token), NOW)
        twin = asyncio.create_task(take(storage, user, token))
        assert await waits(twin)

    assert await twin
