import asyncio
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from builders import a_login, stored_login, stored_second_factor, stored_user
from contracts.harness import at_once, broken_transaction, waits
from fakes import NOW
from marketplace.core.domain.principals import Login, Principal
from marketplace.core.domain.tokens import Claims, refresh_token_hash
from marketplace.core.domain.users import User
from marketplace.core.errors import NotSignedIn
from marketplace.core.ports.storage import Storage

SOON = NOW + timedelta(minutes=15)


async def started(storage: Storage, user: User, by: Login, **changes: Any) -> Login:
    login = a_login(user, expires_at=SOON, impersonated_from=by.id, address="192.0.2.7", agent="a browser")
    login = replace(login, **changes)
    async with storage.unit_of_work() as tx:
        await tx.tokens.add_impersonation(login)
    return login


async def principal(storage: Storage, login: Login) -> Principal | None:
    return await storage.principals.find(Claims(user_id=login.user_id, family_id=login.id))


async def revoke(storage: Storage, login: Login) -> bool:
    async with storage.unit_of_work() as tx:
        return await tx.tokens.revoke(login.id, NOW)


@pytest.fixture
def token() -> str:
    return token_hex(8)


async def test_principal_of_impersonation_names_its_impersonator(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage, role="creator")
    own = await stored_login(storage, staff, token)
    login = await started(storage, user, own)

    assert await principal(storage, login) == Principal(
        user_id=user.id,
        family_id=login.id,
        role="creator",
        is_staff=False,
        is_superuser=False,
        impersonator_id=staff.id,
        lacks_second_factor=True,
    )
    seen = await principal(storage, own)
    assert seen is not None
    assert seen.impersonator_id is None
    await stored_second_factor(storage, staff)
    seen = await principal(storage, login)
    assert seen is not None
    assert not seen.lacks_second_factor


async def test_impersonation_ends_with_login_it_was_started_from(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    own, elsewhere = [await stored_login(storage, staff, token + number) for number in "12"]
    login, other = await started(storage, user, own), await started(storage, user, elsewhere)

    async with storage.unit_of_work() as tx:
        assert await tx.tokens.revoke_login_of(refresh_token_hash(token + "1"), NOW) == staff.id

    assert await principal(storage, login) is None
    assert await principal(storage, other) is not None


@pytest.mark.parametrize("loss", [{"is_staff": False}, {"is_active": False}])
async def test_impersonation_ends_when_its_starter_loses_rights(
    storage: Storage, token: str, loss: dict[str, Any]
) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    login = await started(storage, user, await stored_login(storage, staff, token))

    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(staff, **loss))

    assert await principal(storage, login) is None


@pytest.mark.parametrize("gain", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}])
async def test_impersonation_ends_when_its_user_gains_rights_or_is_deactivated(
    storage: Storage, token: str, gain: dict[str, Any]
) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    login = await started(storage, user, await stored_login(storage, staff, token))

    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(user, **gain))

    assert await principal(storage, login) is None


async def test_impersonation_login_belongs_to_impersonated_user_only(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    login = await started(storage, user, await stored_login(storage, staff, token))

    assert await storage.principals.find(Claims(user_id=staff.id, family_id=login.id)) is None


async def test_impersonation_login_is_revoked_once_and_no_other_is(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    own = await stored_login(storage, staff, token)
    login, other = await started(storage, user, own), await started(storage, user, own)

    assert [await revoke(storage, login) for _ in range(2)] == [True, False]
    assert not await revoke(storage, a_login(user, id=uuid7()))

    assert await principal(storage, login) is None
    assert await principal(storage, other) is not None
    assert await principal(storage, own) is not None


async def test_concurrent_revocations_of_one_login_have_one_winner(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    login = await started(storage, user, await stored_login(storage, staff, token))

    outcome = await at_once(revoke(storage, login) for _ in range(10))

    assert sorted(outcome.done) == [False] * 9 + [True]


async def test_impersonation_ends_when_all_logins_of_its_user_are_revoked(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    login = await started(storage, user, await stored_login(storage, staff, token))

    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke_all(user.id, NOW)

    assert await principal(storage, login) is None


async def test_impersonation_is_dropped_with_expired_login_it_was_started_from(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    past = NOW - timedelta(days=30)
    expired = await stored_login(storage, staff, token, created_at=past, expires_at=NOW)
    login = await started(storage, user, expired)

    await stored_login(storage, staff, token + "next")

    assert await principal(storage, login) is None
    assert not await revoke(storage, login)


async def test_missing_login_cannot_start_impersonation(storage: Storage) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)

    with pytest.raises(NotSignedIn):
        await started(storage, user, a_login(staff))


async def test_impersonation_is_listed_among_active_logins_until_either_login_ends(
    storage: Storage, token: str
) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    own = await stored_login(storage, staff, token)
    login, other = await started(storage, user, own), await started(storage, user, own)

    async def logins(now: Any = NOW) -> set[Login]:
        found = await storage.users.find_details(user.id, now)
        assert found is not None
        return set(found.logins)

    assert await logins() == {login, other}
    assert all(login.is_impersonation for login in await logins())
    assert await logins(SOON) == set()
    await revoke(storage, login)
    assert await logins() == {other}
    await revoke(storage, own)
    assert await logins() == set()


async def test_rolled_back_impersonation_does_not_exist(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    own = await stored_login(storage, staff, token)
    login = a_login(user, expires_at=SOON, impersonated_from=own.id)
    async with broken_transaction(storage) as tx:
        await tx.tokens.add_impersonation(login)

    assert await principal(storage, login) is None


async def test_concurrent_revocation_waits_and_does_not_revoke_twice(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    login = await started(storage, user, await stored_login(storage, staff, token))

    async with storage.unit_of_work() as tx:
        assert await tx.tokens.revoke(login.id, NOW)
        second = asyncio.create_task(revoke(storage, login))
        assert await waits(second)

    assert not await second
