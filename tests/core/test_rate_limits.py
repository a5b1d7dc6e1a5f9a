from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fakes import NOW, MovableClock
from marketplace.core.domain.rate_limits import Attempt, Count, RateLimit
from marketplace.core.errors import BadCredentials, Busy, RateLimited
from marketplace.core.ports.storage import Storage
from marketplace.core.services.rate_limits import RateLimitService

SHORT = Attempt(RateLimit(name="short", maximum=2, span=timedelta(seconds=90)), "somebody")
LONG = Attempt(RateLimit(name="long", maximum=3, span=timedelta(hours=1)), "somebody")


class NobodyAnswers:
    """Counts, but cannot be asked a second time."""

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


async def test_what_is_within_the_limit_passes_and_the_next_is_told_when_to_come_back(
    limits: RateLimitService, clock: MovableClock
) -> None:
    await limits.check(SHORT)
    clock.advance(timedelta(seconds=30))
    await limits.check(SHORT)
    clock.advance(timedelta(seconds=0.5))

    with pytest.raises(RateLimited) as caught:
        await limits.check(SHORT)

    assert caught.value.retry_after == 60
    clock.advance(timedelta(seconds=caught.value.retry_after))
    await limits.check(SHORT)


async def test_of_two_limits_that_are_over_the_longer_one_is_told(limits: RateLimitService) -> None:
    for _ in range(2):
        await limits.check(SHORT, LONG)
    with pytest.raises(RateLimited) as short:
        await limits.check(SHORT, LONG)
    with pytest.raises(RateLimited) as both:
        await limits.check(LONG, SHORT)

    assert (short.value.retry_after, both.value.retry_after) == (90, 3_600)
    assert both.value.detail == "Too many attempts. Try again in 60 minutes."


async def test_a_wait_is_a_second_at_least() -> None:
    assert RateLimited(timedelta()).retry_after == 1
    assert "in a minute" in RateLimited(timedelta(seconds=2)).detail


async def test_wrong_guesses_count_and_right_ones_do_not(limits: RateLimitService) -> None:
    for _ in range(5):
        await guess(limits, is_right=True)
    for _ in range(2):
        with pytest.raises(BadCredentials):
            await guess(limits, is_right=False)

    for is_right in (False, True):
        with pytest.raises(RateLimited):
            await guess(limits, is_right=is_right)


async def test_a_right_guess_stands_though_it_cannot_be_given_back(storage: Storage, clock: MovableClock) -> None:
    limits = RateLimitService(unit_of_work=storage.unit_of_work, limits=NobodyAnswers(), clock=clock, is_on=True)

    await guess(limits, is_right=True)


async def test_switched_off_nothing_is_counted_and_nobody_asked(storage: Storage, clock: MovableClock) -> None:
    off = RateLimitService(unit_of_work=storage.unit_of_work, limits=storage.rate_limits, clock=clock, is_on=False)
    for _ in range(5):
        await off.check(SHORT)
        await guess(off, is_right=True)

    assert await storage.rate_limits.count([SHORT], NOW) == (Count(attempts=1, ends_at=NOW + SHORT.limit.span),)


def test_a_key_tells_nothing_and_is_one_limits_and_one_subjects() -> None:
    keys = {SHORT.key, LONG.key, replace(SHORT, subject="somebody else").key}

    assert len(keys) == 3
    assert all(len(key) == 32 and b"somebody" not in key for key in keys)
