import asyncio
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

import pyotp
import pytest

from builders import PASSWORD, Services, principal_of, services_over, stored_second_factor, stored_user
from contracts.harness import at_once
from fakes import NOW
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.second_factors import (
    RECOVERY_CODES,
    SecondFactorState,
    TotpFactor,
    new_recovery_codes,
    recovery_code_hash,
)
from marketplace.core.domain.users import User
from marketplace.core.errors.second_factors import (
    BadChallenge,
    BadSecondFactor,
    SecondFactorOff,
    SecondFactorOn,
    SecondFactorRequired,
)
from marketplace.core.ports.storage import Storage

CALLERS = 20
T = TypeVar("T")
LATER = NOW + timedelta(minutes=1)


def code_of(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(NOW + timedelta(seconds=30 * steps))


async def challenge_of(services: Services, user: User) -> str:
    with pytest.raises(SecondFactorRequired) as refused:
        await services.tokens.log_in(user.email, PASSWORD)
    return refused.value.challenge


async def outcome_of(services: Services, challenge: str, code: str) -> str:
    """Return how a second step ends: `in`, or the code of its refusal."""
    try:
        await services.second_factor_sign_ins.log_in(challenge, code)
    except (BadChallenge, BadSecondFactor) as error:
        return error.code
    return "in"


async def signed_in(services: Services, user: User, secret: str) -> Principal:
    login = await services.second_factor_sign_ins.log_in(await challenge_of(services, user), code_of(secret))
    return await services.tokens.authenticate(login.tokens.access)


async def succeeded(attempts: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run all attempts concurrently. Return their results; none may raise."""
    outcome = await at_once(attempts)
    assert outcome.refused == ()
    return [*outcome.done]


def a_factor(user: User, **changes: Any) -> TotpFactor:
    values: dict[str, Any] = {"user_id": user.id, "sealed_secret": b"sealed", "created_at": NOW}
    return TotpFactor(**values | changes)


async def test_one_of_many_concurrent_sign_ins_with_one_code_succeeds(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    secret = await stored_second_factor(storage, user)
    challenges = [await challenge_of(services, user) for _ in range(CALLERS)]

    outcomes = await succeeded(outcome_of(services, each, code_of(secret)) for each in challenges)

    assert sorted(outcomes) == ["bad_second_factor"] * (CALLERS - 1) + ["in"]


async def test_one_of_many_concurrent_sign_ins_with_one_challenge_succeeds(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    secret = await stored_second_factor(storage, user)
    codes = await services.second_factors.renew_recovery_codes(await signed_in(services, user, secret))
    challenge = await challenge_of(services, user)

    outcomes = await succeeded(outcome_of(services, challenge, code) for code in codes)

    assert sorted(outcomes) == ["bad_challenge"] * (RECOVERY_CODES - 1) + ["in"]
    assert (await storage.second_factors.state(user.id)).recovery_codes_left == RECOVERY_CODES - 1


async def test_one_of_many_concurrent_uses_of_a_recovery_code_succeeds(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    secret = await stored_second_factor(storage, user)
    codes = await services.second_factors.renew_recovery_codes(await signed_in(services, user, secret))
    challenges = [await challenge_of(services, user) for _ in range(CALLERS)]

    outcomes = await succeeded(outcome_of(services, each, codes[0]) for each in challenges)

    assert sorted(outcomes) == ["bad_second_factor"] * (CALLERS - 1) + ["in"]


async def test_step_is_used_once_and_none_before_it_afterwards(storage: Storage) -> None:
    user = await stored_user(storage)
    await stored_second_factor(storage, user)
    numbers = count()

    async def use(step: int) -> bool:
        async with storage.unit_of_work() as tx:
            return await tx.second_factors.use_step(user.id, step, b"sealed %d" % next(numbers))

    assert [await use(step) for step in (10, 10, 9, 11)] == [True, False, False, True]
    async with storage.unit_of_work() as tx:
        found = await tx.second_factors.find(user.id)
    assert found is not None
    assert (found.last_step, found.sealed_secret) == (11, b"sealed 3")


async def test_concurrent_uses_of_a_step_without_a_lock_of_the_account_count_once(storage: Storage) -> None:
    user = await stored_user(storage)
    await stored_second_factor(storage, user)

    async def use() -> bool:
        async with storage.unit_of_work() as tx:
            used = await tx.second_factors.use_step(user.id, 10, b"sealed")
            await asyncio.sleep(0.01)
            return used

    assert sum(await succeeded(use() for _ in range(CALLERS))) == 1


async def test_unconfirmed_factor_is_no_factor(storage: Storage) -> None:
    user = await stored_user(storage)
    await stored_second_factor(storage, user, confirmed_at=None)
    codes = new_recovery_codes()
    async with storage.unit_of_work() as tx:
        await tx.second_factors.replace_recovery_codes(user.id, [recovery_code_hash(each) for each in codes], NOW)
        assert not await tx.second_factors.use_step(user.id, 10, b"sealed")
        assert await tx.second_factors.use_recovery_code(user.id, recovery_code_hash(codes[0]), NOW) is None

    assert await storage.second_factors.state(user.id) == SecondFactorState()


async def test_setup_begun_again_replaces_the_first_until_one_is_confirmed(storage: Storage) -> None:
    user = await stored_user(storage)
    async with storage.unit_of_work() as tx:
        assert await tx.second_factors.begin(a_factor(user))
        assert await tx.second_factors.begin(a_factor(user, sealed_secret=b"other", created_at=LATER))
        assert await tx.second_factors.confirm(user.id, 7, LATER)
        assert not await tx.second_factors.confirm(user.id, 8, LATER)
        assert not await tx.second_factors.begin(a_factor(user))
        found = await tx.second_factors.find(user.id)

    assert found == a_factor(user, sealed_secret=b"other", created_at=LATER, confirmed_at=LATER, last_step=7)
    assert await storage.second_factors.state(user.id) == SecondFactorState(since=LATER)


async def test_recovery_codes_are_counted_used_and_replaced(storage: Storage) -> None:
    user = await stored_user(storage)
    await stored_second_factor(storage, user)
    old, new = (sorted(map(recovery_code_hash, new_recovery_codes())) for _ in "12")
    async with storage.unit_of_work() as tx:
        await tx.second_factors.replace_recovery_codes(user.id, old, NOW)
        assert await tx.second_factors.use_recovery_code(user.id, old[0], NOW) == RECOVERY_CODES - 1
        assert await tx.second_factors.use_recovery_code(user.id, old[0], NOW) is None
        assert await tx.second_factors.use_recovery_code(user.id, new[0], NOW) is None
        await tx.second_factors.replace_recovery_codes(user.id, new, LATER)
        assert await tx.second_factors.use_recovery_code(user.id, old[1], NOW) is None

    assert (await storage.second_factors.state(user.id)).recovery_codes_left == RECOVERY_CODES


async def test_recovery_code_of_another_person_is_none(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    code_hash = recovery_code_hash(new_recovery_codes()[0])
    for person in (user, other):
        await stored_second_factor(storage, person)
    async with storage.unit_of_work() as tx:
        await tx.second_factors.replace_recovery_codes(other.id, [code_hash], NOW)
        assert await tx.second_factors.use_recovery_code(user.id, code_hash, NOW) is None


async def test_removed_factor_leaves_nothing(storage: Storage) -> None:
    user = await stored_user(storage)
    await stored_second_factor(storage, user)
    async with storage.unit_of_work() as tx:
        await tx.second_factors.replace_recovery_codes(user.id, [b"hash"], NOW)
        assert await tx.second_factors.remove(user.id)
        assert not await tx.second_factors.remove(user.id)
        assert await tx.second_factors.find(user.id) is None
        assert await tx.second_factors.begin(a_factor(user))
        assert not await tx.second_factors.remove(user.id), "it was not confirmed"


async def test_one_of_two_concurrent_confirmations_turns_it_on(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    person = principal_of(user)
    setup = await services.second_factors.begin(person)

    async def confirm() -> int:
        try:
            return len(await services.second_factors.confirm(person, code_of(setup.secret)))
        except SecondFactorOn:
            return 0

    assert sorted(await succeeded([confirm(), confirm()])) == [0, RECOVERY_CODES]


async def test_changes_are_audited_and_told_by_mail(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage, email_verified_at=NOW)
    person = principal_of(user)
    setup = await services.second_factors.begin(person)
    codes = await services.second_factors.confirm(person, code_of(setup.secret))
    await services.second_factor_sign_ins.log_in(await challenge_of(services, user), codes[0])
    await services.second_factors.renew_recovery_codes(person)
    await services.second_factors.disable(person)

    told = [
        "second_factor_enabled",
        "recovery_code_used",
        "recovery_codes_renewed",
        "second_factor_disabled",
    ]
    page = await storage.messages.of_user(user.id, 20, None)
    mailed = [each.subject.partition(":")[0] for each in page.items if each.kind is MessageKind.SECURITY_CHANGED]
    logged = [entry.action for entry in await storage.audit.newest(20, ("user", user.id))]
    assert sorted(mailed) == sorted(told)
    assert [each for each in reversed(logged) if each in told] == told
    assert "signed_in" in logged


async def test_refused_code_is_audited(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    await stored_second_factor(storage, user)

    assert await outcome_of(services, await challenge_of(services, user), "000000") == "bad_second_factor"

    newest = (await storage.audit.newest(1, ("user", user.id)))[0]
    assert (newest.action, newest.after) == ("sign_in_refused", {"code": "bad_second_factor"})


async def test_staff_removal_ends_every_login(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    staff = principal_of(await stored_user(storage, is_staff=True))
    secret = await stored_second_factor(storage, user)
    await signed_in(services, user, secret)

    await services.second_factor_admin.remove(staff, user.id, "They lost their phone.")

    assert await storage.logins.active(user.id, NOW, 10) == ()
    with pytest.raises(SecondFactorOff):
        await services.second_factor_admin.remove(staff, user.id, "Again.")


async def test_challenge_of_deactivated_account_does_not_work(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    secret = await stored_second_factor(storage, user)
    challenge = await challenge_of(services, user)
    await services.users.set_active(user.id, is_active=False)

    assert await outcome_of(services, challenge, code_of(secret)) == "bad_challenge"


async def test_factor_removed_by_a_race_with_a_sign_in_refuses_the_code(storage: Storage) -> None:
    services, user = services_over(storage), await stored_user(storage)
    secret = await stored_second_factor(storage, user)
    challenge = await challenge_of(services, user)
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(user.id)
        await tx.second_factors.remove(user.id)

    assert await outcome_of(services, challenge, code_of(secret)) == "bad_second_factor"
