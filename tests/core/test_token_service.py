from dataclasses import replace
from datetime import timedelta

import pytest

from builders import KEYS, LIFETIMES, PASSWORD, REFRESH_TTL, Services, principal_of, services_over, stored_user
from fakes import PlainPasswords
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import User
from marketplace.core.errors import BadCredentials, BadRefreshToken, NotSignedIn
from marketplace.core.ports.storage import Storage

NEW_PASSWORD = "battery staple"
REMEMBERED = timedelta(milliseconds=500)
DAY = timedelta(days=1)


@pytest.fixture
async def user(storage: Storage) -> User:
    return await stored_user(storage, email="ada@example.org", role="creator")


async def is_signed_in(services: Services, access: str) -> bool:
    try:
        await services.tokens.authenticate(access, fresh=True)
    except NotSignedIn:
        return False
    return True


async def test_login_returns_account_and_tokens_that_identify_it(services: Services, user: User) -> None:
    login = await services.tokens.log_in("ADA@example.org", PASSWORD)
    principal = await services.tokens.authenticate(login.tokens.access)

    assert login.user == user
    assert principal == principal_of(user, principal.family_id)


@pytest.mark.parametrize(("email", "password"), [("ada@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
async def test_wrong_email_and_wrong_password_have_same_error(
    services: Services, user: User, email: str, password: str
) -> None:
    with pytest.raises(BadCredentials) as caught:
        await services.tokens.log_in(email, password)

    assert caught.value.detail == BadCredentials.sentence
    assert (await services.tokens.log_in(user.email, PASSWORD)).user == user


async def test_deactivated_user_cannot_log_in(services: Services, user: User) -> None:
    await services.users.set_active(user.id, is_active=False)

    with pytest.raises(BadCredentials):
        await services.tokens.log_in(user.email, PASSWORD)


async def test_logins_end_independently(services: Services, user: User) -> None:
    one, other = [await services.tokens.log_in(user.email, PASSWORD) for _ in range(2)]
    await services.tokens.log_out(one.tokens.refresh)

    assert not await is_signed_in(services, one.tokens.access)
    assert await is_signed_in(services, other.tokens.access)


async def test_a_refresh_token_rotates_within_its_login(services: Services, user: User) -> None:
    login = await services.tokens.log_in(user.email, PASSWORD)

    pair = await services.tokens.refresh(login.tokens.refresh)

    assert pair.refresh != login.tokens.refresh
    assert (await services.tokens.authenticate(pair.access)).family_id == (
        await services.tokens.authenticate(login.tokens.access)
    ).family_id


async def test_reused_refresh_token_ends_whole_login(services: Services, user: User) -> None:
    login = await services.tokens.log_in(user.email, PASSWORD)
    pair = await services.tokens.refresh(login.tokens.refresh)

    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(login.tokens.refresh)

    assert not await is_signed_in(services, pair.access)
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(pair.refresh)


async def test_repeated_attempt_gets_the_same_refresh_token_until_that_is_used(services: Services, user: User) -> None:
    first = (await services.tokens.log_in(user.email, PASSWORD)).tokens
    pairs = [await services.tokens.refresh(first.refresh, attempt="attempt of a page") for _ in range(3)]
    assert len({pair.refresh for pair in pairs} | {first.refresh}) == 2
    assert await is_signed_in(services, pairs[-1].access)

    last = await services.tokens.refresh(pairs[0].refresh, attempt="attempt of a page")
    assert last.refresh not in {pairs[0].refresh, first.refresh}
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(first.refresh, attempt="attempt of a page")
    assert not await is_signed_in(services, last.access)


async def test_repeated_attempt_gets_the_same_refresh_token_after_a_new_key(
    storage: Storage, services: Services, user: User
) -> None:
    first = (await services.tokens.log_in(user.email, PASSWORD)).tokens
    lost = await services.tokens.refresh(first.refresh, attempt="attempt of a page")
    restarted = services_over(storage, clock=services.clock, keys=SecretKeys(("a new key", *KEYS.all)))

    repeated = await restarted.tokens.refresh(first.refresh, attempt="attempt of a page")

    assert repeated.refresh == lost.refresh
    assert (await restarted.tokens.refresh(repeated.refresh, attempt="the next attempt")).refresh != lost.refresh


@pytest.mark.parametrize("attempt", [None, "another attempt"])
async def test_reuse_in_another_attempt_ends_the_login(services: Services, user: User, attempt: str | None) -> None:
    first = (await services.tokens.log_in(user.email, PASSWORD)).tokens
    pair = await services.tokens.refresh(first.refresh, attempt="attempt of a page")

    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(first.refresh, attempt=attempt)
    assert not await is_signed_in(services, pair.access)


async def test_repeated_attempt_is_refused_once_the_login_has_ended(services: Services, user: User) -> None:
    first = (await services.tokens.log_in(user.email, PASSWORD)).tokens
    pair = await services.tokens.refresh(first.refresh, attempt="attempt of a page")
    await services.tokens.log_out(pair.refresh)

    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(first.refresh, attempt="attempt of a page")


async def test_login_ends_ninety_days_after_its_sign_in_however_often_it_is_renewed(
    services: Services, user: User
) -> None:
    pair = (await services.tokens.log_in(user.email, PASSWORD)).tokens
    for _ in range(LIFETIMES.longest // DAY):
        pair = await services.tokens.refresh(pair.refresh)
        services.clock.advance(DAY)

    assert LIFETIMES.longest % DAY == timedelta(0)
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(pair.refresh)


async def test_access_token_does_not_outlive_the_longest_lifetime_of_its_login(services: Services, user: User) -> None:
    pair = (await services.tokens.log_in(user.email, PASSWORD)).tokens
    for _ in range(LIFETIMES.longest // DAY - 1):
        services.clock.advance(DAY)
        pair = await services.tokens.refresh(pair.refresh)
    services.clock.advance(DAY / 2)
    pair = await services.tokens.refresh(pair.refresh)

    services.clock.advance(DAY / 2 - timedelta(seconds=1))
    assert await is_signed_in(services, pair.access)
    services.clock.advance(timedelta(seconds=1))
    assert not await is_signed_in(services, pair.access)


async def test_login_lasts_as_long_as_its_newest_refresh_token(services: Services, user: User) -> None:
    pair = (await services.tokens.log_in(user.email, PASSWORD)).tokens
    for _ in range(3):
        services.clock.advance(REFRESH_TTL - timedelta(seconds=1))
        pair = await services.tokens.refresh(pair.refresh)
    services.clock.advance(REFRESH_TTL)

    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(pair.refresh)


async def test_unknown_refresh_token_is_refused_and_its_logout_succeeds(services: Services) -> None:
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh("never issued")
    await services.tokens.log_out("never issued")


async def test_a_deactivation_ends_every_login_for_good(services: Services, user: User) -> None:
    login = await services.tokens.log_in(user.email, PASSWORD)
    await services.tokens.authenticate(login.tokens.access)

    await services.users.set_active(user.id, is_active=False)

    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(login.tokens.access)
    await services.users.set_active(user.id, is_active=True)
    assert not await is_signed_in(services, login.tokens.access)
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(login.tokens.refresh)


async def test_a_changed_password_ends_every_other_login_but_not_this_one(services: Services, user: User) -> None:
    this, other = [await services.tokens.log_in(user.email, PASSWORD) for _ in range(2)]
    principal = await services.tokens.authenticate(this.tokens.access)

    await services.users.change_password(principal, current_password=PASSWORD, new_password=NEW_PASSWORD)

    assert await is_signed_in(services, this.tokens.access)
    assert await is_signed_in(services, (await services.tokens.refresh(this.tokens.refresh)).access)
    assert not await is_signed_in(services, other.tokens.access)
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(other.tokens.refresh)
    with pytest.raises(BadCredentials):
        await services.tokens.log_in(user.email, PASSWORD)
    assert (await services.tokens.log_in(user.email, NEW_PASSWORD)).user.id == user.id


async def changed_elsewhere(storage: Storage, user: User) -> None:
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(user, is_staff=True))


async def test_principal_is_cached_for_half_a_second(storage: Storage, services: Services, user: User) -> None:
    access = (await services.tokens.log_in(user.email, PASSWORD)).tokens.access
    before = await services.tokens.authenticate(access)
    await changed_elsewhere(storage, user)

    services.clock.advance(REMEMBERED - timedelta(milliseconds=1))
    assert await services.tokens.authenticate(access) == before
    services.clock.advance(timedelta(milliseconds=1))
    assert (await services.tokens.authenticate(access)).is_staff


async def test_clock_that_is_set_back_keeps_no_principal_longer(
    storage: Storage, services: Services, user: User
) -> None:
    access = (await services.tokens.log_in(user.email, PASSWORD)).tokens.access
    await services.tokens.authenticate(access)
    await changed_elsewhere(storage, user)

    services.clock.advance(-timedelta(milliseconds=1))
    assert (await services.tokens.authenticate(access)).is_staff


async def test_fresh_authentication_is_never_cached(storage: Storage, services: Services, user: User) -> None:
    access = (await services.tokens.log_in(user.email, PASSWORD)).tokens.access
    await services.tokens.authenticate(access)
    await changed_elsewhere(storage, user)

    assert (await services.tokens.authenticate(access, fresh=True)).is_staff


async def test_own_changes_are_visible_at_once(services: Services, storage: Storage) -> None:
    learner = await stored_user(storage)
    access = (await services.tokens.log_in(learner.email, PASSWORD)).tokens.access
    principal: Principal = await services.tokens.authenticate(access)

    await services.users.become_creator(principal)

    assert (await services.tokens.authenticate(access)).role == "creator"


async def test_access_token_expires_after_24_hours(services: Services, user: User) -> None:
    access = (await services.tokens.log_in(user.email, PASSWORD)).tokens.access
    services.clock.advance(timedelta(days=1))

    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(access)


@pytest.mark.parametrize("token", ["", "forged", "7"])
async def test_forged_access_token_is_refused(services: Services, token: str) -> None:
    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(token)


async def test_login_rehashes_password_when_parameters_changed(storage: Storage, user: User) -> None:
    services = services_over(storage, passwords=PlainPasswords(scheme="newer"))

    login = await services.tokens.log_in(user.email, PASSWORD)

    assert (await storage.users.get(user.id)).password_hash == f"newer:{PASSWORD}"
    assert await is_signed_in(services, login.tokens.access)
    assert (await services.tokens.log_in(user.email, PASSWORD)).user.id == user.id
