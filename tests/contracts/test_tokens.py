import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from uuid import UUID, uuid4

import pytest

from builders import PASSWORD, REFRESH_TTL, a_login, services_over, stored_login, stored_second_factor, stored_user
from contracts.harness import at_once, broken_transaction, waits
from fakes import NOW
from marketplace.core.domain.principals import MAX_LOGINS, Login, Principal
from marketplace.core.domain.tokens import Claims, refresh_token_hash
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage


async def use(storage: Storage, token: str, now: datetime = NOW) -> Login | None:
    async with storage.unit_of_work() as tx:
        return await tx.tokens.use(refresh_token_hash(token), now)


async def principal(storage: Storage, login: Login) -> Principal | None:
    return await storage.principals.find(Claims(user_id=login.user_id, family_id=login.id))


async def deactivate(storage: Storage, user: User) -> None:
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(user, is_active=False))


@pytest.fixture
def token() -> str:
    return token_hex(8)


async def test_a_refresh_token_can_be_used_once(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)

    assert await use(storage, token) == login
    assert await use(storage, token) is None


async def test_an_unknown_refresh_token_has_no_login(storage: Storage, token: str) -> None:
    assert await use(storage, token) is None


async def test_a_refresh_token_works_until_it_expires(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)

    assert await use(storage, token, login.expires_at) is None
    assert await use(storage, token, login.expires_at - timedelta(microseconds=1)) == login


async def test_refresh_token_of_revoked_login_is_invalid(storage: Storage, token: str) -> None:
    await stored_login(storage, await stored_user(storage), token)
    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke_login_of(refresh_token_hash(token), NOW)

    assert await use(storage, token) is None


async def test_refresh_token_of_inactive_user_is_invalid(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    await stored_login(storage, user, token)
    await deactivate(storage, user)

    assert await use(storage, token) is None


async def test_the_next_token_extends_its_login(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)
    extended = replace(login, expires_at=login.expires_at + REFRESH_TTL)
    async with storage.unit_of_work() as tx:
        assert await tx.tokens.use(refresh_token_hash(token), NOW)
        await tx.tokens.add(extended, refresh_token_hash(token + "next"))

    assert await use(storage, token + "next", login.expires_at) == extended


async def test_requests_of_one_attempt_at_once_get_the_same_refresh_token(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    first = (await services.tokens.log_in(user.email, PASSWORD)).tokens

    outcome = await at_once(services.tokens.refresh(first.refresh, attempt="attempt of a page") for _ in range(4))

    assert not outcome.refused
    [following] = {pair.refresh for pair in outcome.done}
    assert (await services.tokens.refresh(following)).access


async def test_a_used_token_still_revokes_the_login_of_the_next(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)
    async with storage.unit_of_work() as tx:
        assert await tx.tokens.use(refresh_token_hash(token), NOW)
        await tx.tokens.add(login, refresh_token_hash(token + "next"))
    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke_login_of(refresh_token_hash(token), NOW)

    assert await use(storage, token + "next") is None
    assert await principal(storage, login) is None


async def test_revoking_by_token_returns_user_of_ended_login(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    await stored_login(storage, user, token)

    async with storage.unit_of_work() as tx:
        assert await tx.tokens.revoke_login_of(refresh_token_hash(token), NOW) == user.id
        assert await tx.tokens.revoke_login_of(refresh_token_hash(token), NOW) is None
        assert await tx.tokens.revoke_login_of(refresh_token_hash("never issued"), NOW) is None


async def test_login_keeps_its_address_and_user_agent(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token, address="192.0.2.7", agent="a browser")

    assert await use(storage, token) == login


async def test_revoking_by_unknown_token_does_nothing(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)
    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke_login_of(refresh_token_hash("never issued"), NOW)

    assert await principal(storage, login) is not None


async def test_revoke_all_ends_every_login_of_user_except_the_kept_one(storage: Storage, token: str) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    kept = await stored_login(storage, user, token)
    ended = await stored_login(storage, user, token + "2")
    untouched = await stored_login(storage, other, token + "3")
    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke_all(user.id, NOW, except_id=kept.id)

    assert await principal(storage, kept) is not None
    assert await principal(storage, ended) is None
    assert await principal(storage, untouched) is not None

    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke_all(user.id, NOW)

    assert await principal(storage, kept) is None


async def revoke_all_of(storage: Storage, token: str, now: datetime = NOW) -> UUID | None:
    async with storage.unit_of_work() as tx:
        return await tx.tokens.revoke_all_of(refresh_token_hash(token), now)


async def test_token_of_active_login_ends_all_logins_of_its_user_only(storage: Storage, token: str) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    own = await stored_login(storage, user, token)
    elsewhere = await stored_login(storage, user, token + "2")
    untouched = await stored_login(storage, other, token + "3")

    assert await revoke_all_of(storage, token) == user.id

    assert [await principal(storage, each) for each in (own, elsewhere)] == [None, None]
    assert await use(storage, token + "2") is None
    assert await principal(storage, untouched) is not None


async def test_used_token_of_active_login_ends_all_logins(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    elsewhere = await stored_login(storage, user, token + "2")
    await stored_login(storage, user, token)
    assert await use(storage, token)

    assert await revoke_all_of(storage, token) == user.id
    assert await principal(storage, elsewhere) is None


async def test_unknown_token_or_token_of_ended_login_ends_nothing(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    elsewhere = await stored_login(storage, user, token + "2", expires_at=NOW + 2 * REFRESH_TTL)
    expired = await stored_login(storage, user, token + "3")
    await stored_login(storage, user, token)
    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke_login_of(refresh_token_hash(token), NOW)

    assert await revoke_all_of(storage, token) is None
    assert await revoke_all_of(storage, token + "3", expired.expires_at) is None
    assert await revoke_all_of(storage, "never issued") is None
    assert await principal(storage, elsewhere) is not None


async def test_concurrent_logouts_everywhere_leave_no_login(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    logins = [await stored_login(storage, user, f"{token}{number}") for number in range(5)]
    services = services_over(storage)

    outcome = await at_once(services.tokens.log_out_everywhere(f"{token}{number}") for number in range(5))

    assert outcome.done
    assert outcome.reasons().keys() <= {"BadRefreshToken"}
    assert [await principal(storage, each) for each in logins] == [None] * 5


async def test_logout_everywhere_ends_login_that_is_being_refreshed(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    refreshed = await stored_login(storage, user, token)
    await stored_login(storage, user, token + "2")

    async with storage.unit_of_work() as tx:
        assert await tx.tokens.use(refresh_token_hash(token), NOW) == refreshed
        revoking = asyncio.create_task(revoke_all_of(storage, token + "2"))
        assert await waits(revoking)
        await tx.tokens.add(refreshed, refresh_token_hash(token + "next"))

    assert await revoking == user.id
    assert await use(storage, token + "next") is None


async def test_new_login_drops_expired_logins_and_keeps_active_ones(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    past = NOW - timedelta(days=30)
    expired = await stored_login(storage, user, token, created_at=past, expires_at=NOW)
    living = await stored_login(storage, user, token + "2", created_at=past, expires_at=NOW + timedelta(seconds=1))
    newest = await stored_login(storage, user, token + "3", created_at=NOW)

    assert await principal(storage, expired) is None
    assert await principal(storage, living) is not None
    assert await principal(storage, newest) is not None
    assert await use(storage, token + "2") == living


async def test_new_login_ends_those_beyond_twenty_that_were_used_longest_ago(storage: Storage, token: str) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    logins = [
        await stored_login(storage, user, f"{token}{number}", expires_at=NOW + timedelta(hours=50 - number))
        for number in range(MAX_LOGINS)
    ]
    theirs = await stored_login(storage, other, f"{token}theirs", expires_at=NOW + timedelta(hours=1))

    newest = await stored_login(storage, user, f"{token}newest", expires_at=NOW + timedelta(hours=100))

    assert await principal(storage, logins[-1]) is None
    assert await use(storage, f"{token}{MAX_LOGINS - 1}") is None
    active = await storage.logins.active(user.id, NOW, 100)
    assert {login.id for login in active} == {login.id for login in [newest, *logins[:-1]]}
    assert await principal(storage, theirs) is not None


async def test_impersonated_logins_neither_count_nor_end(storage: Storage, token: str) -> None:
    user, staff = await stored_user(storage), await stored_user(storage, is_staff=True)
    origin = await stored_login(storage, staff, f"{token}staff")
    impersonated = replace(a_login(user), impersonated_from=origin.id)
    async with storage.unit_of_work() as tx:
        await tx.tokens.add_impersonation(impersonated)

    logins = [await stored_login(storage, user, f"{token}{number}") for number in range(MAX_LOGINS)]

    assert await principal(storage, impersonated) is not None
    assert len(await storage.logins.active(user.id, NOW, 100)) == len(logins)


async def test_purge_deletes_expired_tokens_at_once_and_logins_when_they_are_old(storage: Storage, token: str) -> None:
    user, moment = await stored_user(storage), NOW - timedelta(days=100)
    old = await stored_login(storage, user, f"{token}old", created_at=moment, expires_at=moment + timedelta(days=1))
    recent = await stored_login(storage, await stored_user(storage), f"{token}recent", expires_at=NOW)
    living = await stored_login(storage, await stored_user(storage), f"{token}1", expires_at=NOW + timedelta(hours=1))

    async with storage.unit_of_work() as tx:
        while await tx.tokens.purge(NOW, NOW - timedelta(days=90)):
            pass
        assert await tx.tokens.find(old.id) is None
        assert await tx.tokens.find(recent.id) == recent
        assert await tx.tokens.revoke_login_of(refresh_token_hash(f"{token}recent"), NOW) is None

    assert await use(storage, f"{token}1") == living


async def test_principal_has_role_and_rights_of_account(storage: Storage, token: str) -> None:
    user = await stored_user(storage, role="creator", is_staff=True, is_superuser=True)
    login = await stored_login(storage, user, token)

    assert await principal(storage, login) == Principal(
        user_id=user.id,
        family_id=login.id,
        role="creator",
        is_staff=True,
        is_superuser=True,
        lacks_second_factor=True,
    )


async def test_only_staff_without_a_confirmed_second_factor_lack_it(storage: Storage, token: str) -> None:
    learner, staff = await stored_user(storage), await stored_user(storage, is_staff=True)
    unconfirmed, confirmed = [await stored_user(storage, is_staff=True) for _ in "12"]
    await stored_second_factor(storage, unconfirmed, confirmed_at=None)
    await stored_second_factor(storage, confirmed)
    logins = [
        await stored_login(storage, user, token + user.username) for user in (learner, staff, unconfirmed, confirmed)
    ]

    found = [await principal(storage, login) for login in logins]

    assert [each is not None and each.lacks_second_factor for each in found] == [False, True, True, False]


async def test_login_is_proved_at_its_sign_in_and_then_whenever_it_is_proved(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)
    first = await principal(storage, login)
    async with storage.unit_of_work() as tx:
        assert await tx.tokens.prove(login.id, NOW + timedelta(hours=1))
    second = await principal(storage, login)

    assert first is not None
    assert second is not None
    assert (first.proved_at, second.proved_at) == (NOW, NOW + timedelta(hours=1))


async def test_neither_ended_nor_impersonated_logins_are_proved(storage: Storage, token: str) -> None:
    staff, user = await stored_user(storage, is_staff=True), await stored_user(storage)
    own, ended = [await stored_login(storage, staff, token + end) for end in "12"]
    impersonated = a_login(user, impersonated_from=own.id)
    async with storage.unit_of_work() as tx:
        await tx.tokens.add_impersonation(impersonated)
        await tx.tokens.revoke(ended.id, NOW)
    async with storage.unit_of_work() as tx:
        assert [await tx.tokens.prove(each, NOW) for each in (ended.id, impersonated.id, uuid4())] == [False] * 3


async def test_refresh_keeps_the_time_of_the_proof(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)
    async with storage.unit_of_work() as tx:
        await tx.tokens.prove(login.id, NOW + timedelta(hours=1))
    async with storage.unit_of_work() as tx:
        used = await tx.tokens.use(refresh_token_hash(token), NOW + timedelta(hours=2))
        assert used is not None
        await tx.tokens.add(replace(used, expires_at=NOW + timedelta(days=8)), refresh_token_hash(token + "next"))
    found = await principal(storage, login)

    assert found is not None
    assert found.proved_at == NOW + timedelta(hours=1)


async def test_unknown_login_or_login_of_another_user_has_no_principal(storage: Storage, token: str) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    login = await stored_login(storage, user, token)

    assert await storage.principals.find(Claims(user_id=other.id, family_id=login.id)) is None
    assert await storage.principals.find(Claims(user_id=user.id, family_id=uuid4())) is None


async def test_inactive_user_has_no_principal(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    login = await stored_login(storage, user, token)
    await deactivate(storage, user)

    assert await principal(storage, login) is None


async def test_concurrent_uses_of_one_token_have_one_winner(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)

    outcome = await at_once(use(storage, token) for _ in range(10))

    assert [found for found in outcome.done if found is not None] == [login]
    assert len(outcome.done) == 10


async def test_token_can_be_used_after_rolled_back_use(storage: Storage, token: str) -> None:
    login = await stored_login(storage, await stored_user(storage), token)
    async with broken_transaction(storage) as tx:
        assert await tx.tokens.use(refresh_token_hash(token), NOW) == login
        twin = asyncio.create_task(use(storage, token))
        assert await waits(twin)

    assert await twin == login


async def test_a_login_ended_while_it_is_used_ends_with_its_new_token(storage: Storage, token: str) -> None:
    user = await stored_user(storage)
    login = await stored_login(storage, user, token)

    async def revoke() -> None:
        async with storage.unit_of_work() as tx:
            await tx.tokens.revoke_all(user.id, NOW)

    async with storage.unit_of_work() as tx:
        assert await tx.tokens.use(refresh_token_hash(token), NOW) == login
        revoking = asyncio.create_task(revoke())
        assert await waits(revoking)
        await tx.tokens.add(login, refresh_token_hash(token + "next"))
    await revoking

    assert await use(storage, token + "next") is None


async def test_login_of_failed_transaction_does_not_exist(storage: Storage, token: str) -> None:
    login = a_login(await stored_user(storage))
    async with broken_transaction(storage) as tx:
        await tx.tokens.add_login(login, refresh_token_hash(token))

    assert await principal(storage, login) is None
    assert await use(storage, token) is None
