from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fakes import NOW, MovableClock
from marketplace.core.domain.rate_limits import Attempt, Count, RateLimit
from marketplace.core.errors import BadCredentials, Busy, PasswordsBusy, RateLimited
from marketplace.core.ports.storage import Storage
from marketplace.core.services.rate_limits import RateLimitService

SHORT = Attempt(RateLimit(name="short", maximum=2, span=timedelta(seconds=90)), "somebody")
LONG = Attempt(RateLimit(name="long", maximum=4, span=timedelta(hours=1)), "somebody")


class UnavailableRateLimits:
    """Counts attempts, but fails afterwards."""

    async def count(self, attempts: Sequence[Attempt], now: datetime) -> tuple[Count, ...]:
        return tuple(Count(attempts=1, ends_at=now + each.limit.span) for each in attempts)

    async def give_back(self, *_: object) -> None:
        raise Busy

    async def purge(self, _: datetime) -> int:
        raise Busy


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def limits(storage: Storage, clock: MovableClock) -> RateLimitService:
    return RateLimitService(unit_of_work=storage.unit_of_work, limits=storage.rate_limits, clock=clock, is_on=True)


async def guess(limits: RateLimitService, *, is_right: bool) -> None:
    async with limits.guessing(SHORT):
        if not is_right:
            raise BadCredentials


async def test_attempt_over_limit_is_refused_with_retry_after(limits: RateLimitService, clock: MovableClock) -> None:
    await limits.check(SHORT)
    clock.advance(timedelta(seconds=30))
    await limits.check(SHORT)
    clock.advance(timedelta(seconds=0.5))

    with pytest.raises(RateLimited) as caught:
        await limits.check(SHORT)

    assert caught.value.retry_after == 60
    clock.advance(timedelta(seconds=caught.value.retry_after))
    await limits.check(SHORT)


async def test_password_that_was_not_looked_at_does_not_count(limits: RateLimitService) -> None:
    for _ in range(2 * SHORT.limit.maximum):
        with pytest.raises(PasswordsBusy):
            async with limits.guessing(SHORT):
                raise PasswordsBusy

    await guess(limits, is_right=True)


async def test_limit_that_lasts_longest_among_the_used_up_sets_retry_after(limits: RateLimitService) -> None:
    for _ in range(2):
        await limits.check(SHORT, LONG)
    with pytest.raises(RateLimited) as short:
        await limits.check(SHORT, LONG)
    with pytest.raises(RateLimited) as used_up:
        await limits.check(LONG, SHORT)

    assert (short.value.retry_after, used_up.value.retry_after) == (90, 3_600)
    assert used_up.value.detail == "Too many attempts. Try again in 60 minutes."


async def test_retry_after_is_at_least_one_second() -> None:
    assert RateLimited(timedelta()).retry_after == 1
    assert "in a minute" in RateLimited(timedelta(seconds=2)).detail


async def test_only_wrong_guesses_count(limits: RateLimitService) -> None:
    for _ in range(5):
        await guess(limits, is_right=True)
    for _ in range(2):
        with pytest.raises(BadCredentials):
            await guess(limits, is_right=False)

    for is_right in (False, True):
        with pytest.raises(RateLimited):
            await guess(limits, is_right=is_right)


async def test_right_guess_succeeds_though_its_attempt_cannot_be_returned(
    storage: Storage, clock: MovableClock
) -> None:
    limits = RateLimitService(
        unit_of_work=storage.unit_of_work, limits=UnavailableRateLimits(), clock=clock, is_on=True
    )

    await guess(limits, is_right=True)


async def test_disabled_rate_limits_count_nothing(storage: Storage, clock: MovableClock) -> None:
    off = RateLimitService(unit_of_work=storage.unit_of_work, limits=storage.rate_limits, clock=clock, is_on=False)
    for _ in range(5):
        await off.check(SHORT)
        await guess(off, is_right=True)

    assert await storage.rate_limits.count([SHORT], NOW) == (Count(attempts=1, ends_at=NOW + SHORT.limit.span),)


def test_key_is_opaque_and_unique_per_limit_and_subject() -> None:
    keys = {SHORT.key, LONG.key, replace(SHORT, subject="somebody else").key}

    assert len(keys) == 3
    assert all(len(key) == 32 and b"somebody" not in key for key in keys)
