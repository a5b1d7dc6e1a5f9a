import asyncio
from datetime import timedelta
from secrets import token_hex
from typing import Any

from uuid_utils.compat import uuid7

from builders import stored_user
from contracts.harness import at_once, broken_transaction
from fakes import NOW
from marketplace.core.domain.email_tokens import EmailRequest, EmailToken
from marketplace.core.domain.password_resets import reset_token_hash
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage

EXPIRY = NOW + timedelta(hours=1)


async def stored_request(storage: Storage, user: User | None, **changes: Any) -> EmailRequest:
    values: dict[str, Any] = {"purpose": "reset", "email": user.email if user else "ada@example.org"} | changes
    request = EmailRequest(**{"id": uuid7(), "user_id": user and user.id, "created_at": NOW} | values)
    async with storage.unit_of_work() as tx:
        await tx.email_requests.add(request)
    return request


async def minted(storage: Storage, request: EmailRequest) -> str:
    token = token_hex(8)
    async with storage.unit_of_work() as tx:
        await tx.email_requests.mint(EmailToken(token_hash=reset_token_hash(token), request=request, expires_at=EXPIRY))
    return token


async def find(storage: Storage, token: str) -> EmailToken | None:
    return await storage.email_tokens.find(reset_token_hash(token))


async def consume(storage: Storage, user: User, token: str, now: Any = NOW) -> bool:
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(user.id)
        return await tx.email_requests.consume(user.id, reset_token_hash(token), now)


async def test_token_is_found_with_its_request(storage: Storage) -> None:
    request = await stored_request(storage, await stored_user(storage))
    token = await minted(storage, request)

    assert await find(storage, token) == EmailToken(
        token_hash=reset_token_hash(token), request=request, expires_at=EXPIRY
    )
    assert await find(storage, "never minted") is None


async def test_request_of_an_unknown_person_is_assigned_once_they_are_found(storage: Storage) -> None:
    user = await stored_user(storage)
    request = await stored_request(storage, None, email=user.email)
    token = await minted(storage, request)

    async with storage.unit_of_work() as tx:
        assert await tx.email_requests.acquire(request.id) == request
        assert await tx.email_requests.acquire(uuid7()) is None
        await tx.email_requests.assign(request.id, user.id)

    assert await consume(storage, user, token)


async def test_token_can_be_used_once_by_its_user_before_expiry(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    token = await minted(storage, await stored_request(storage, user))

    assert not await consume(storage, other, token)
    assert not await consume(storage, user, "another")
    assert not await consume(storage, user, token, EXPIRY)
    assert await consume(storage, user, token)
    assert not await consume(storage, user, token)


async def test_every_token_of_a_request_works_until_the_first_is_used(storage: Storage) -> None:
    user = await stored_user(storage)
    request = await stored_request(storage, user)
    first, second = await minted(storage, request), await minted(storage, request)

    assert await consume(storage, user, first)
    assert not await consume(storage, user, second)
    assert await find(storage, second) is None


async def test_of_concurrent_uses_of_a_token_one_succeeds(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await minted(storage, await stored_request(storage, user))

    outcome = await at_once(consume(storage, user, token) for _ in range(8))

    assert sorted(outcome.done) == [False] * 7 + [True]


async def test_use_that_is_rolled_back_leaves_the_token(storage: Storage) -> None:
    user = await stored_user(storage)
    token = await minted(storage, await stored_request(storage, user))

    async with broken_transaction(storage) as tx:
        await tx.users.acquire(user.id)
        assert await tx.email_requests.consume(user.id, reset_token_hash(token), NOW)

    assert await consume(storage, user, token)


async def test_drop_ends_the_tokens_of_its_purposes_and_person(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    verify, reset, change, others = [
        await minted(storage, await stored_request(storage, of, purpose=purpose))
        for of, purpose in ((user, "verify"), (user, "reset"), (user, "change"), (other, "reset"))
    ]

    async with storage.unit_of_work() as tx:
        await tx.users.acquire(user.id)
        await tx.email_requests.drop(user.id, "reset", "change")

    found = await asyncio.gather(*(find(storage, token) for token in (verify, reset, change, others)))
    assert [each is not None for each in found] == [True, False, False, True]


async def test_discarded_request_is_gone_with_its_tokens(storage: Storage) -> None:
    request = await stored_request(storage, None)
    token = await minted(storage, request)

    async with storage.unit_of_work() as tx:
        await tx.email_requests.discard(request.id)

    assert await find(storage, token) is None


async def test_purge_deletes_old_requests_with_their_tokens(storage: Storage) -> None:
    user = await stored_user(storage)
    old = await minted(storage, await stored_request(storage, user, created_at=NOW - timedelta(seconds=1)))
    new = await minted(storage, await stored_request(storage, user))

    async with storage.unit_of_work() as tx:
        assert await tx.email_requests.purge(NOW) >= 1
    async with storage.unit_of_work() as tx:
        assert await tx.email_requests.purge(NOW) == 0

    assert await find(storage, old) is None
    assert await find(storage, new) is not None
