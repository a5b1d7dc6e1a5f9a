from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_hex

import pytest

from contracts.harness import at_once
from due_jobs import take_due
from fakes import NOW, MovableClock
from marketplace.core.domain.rate_limits import GUESSES_AT_ACCOUNT, Attempt, Count, RateLimit
from marketplace.core.errors import BadCredentials, RateLimited
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.rate_limits import MAX_PURGED
from marketplace.core.ports.storage import Storage
from marketplace.core.services.rate_limits import RateLimitService

MINUTE = timedelta(minutes=1)
FEW = RateLimit(name="few", maximum=3, span=10 * MINUTE)
MANY = RateLimit(name="many", maximum=100, span=60 * MINUTE)


@pytest.fixture
def subject() -> str:
    return token_hex(8)


async def count(storage: Storage, *attempts: Attempt, now: datetime = NOW) -> list[int]:
    return [each.attempts for each in await storage.rate_limits.count(attempts, now)]


async def test_attempts_are_counted_until_their_span_ends(storage: Storage, subject: str) -> None:
    attempt, end = Attempt(FEW, subject), NOW + FEW.span

    assert await storage.rate_limits.count([attempt], NOW) == (Count(attempts=1, ends_at=end),)
    assert await storage.rate_limits.count([attempt], NOW + MINUTE) == (Count(attempts=2, ends_at=end),)
    assert await count(storage, attempt, now=end - timedelta(microseconds=1)) == [3]


async def test_first_attempt_after_a_span_starts_the_next(storage: Storage, subject: str) -> None:
    attempt, later = Attempt(FEW, subject), NOW + FEW.span
    await count(storage, attempt)
    await count(storage, attempt)

    assert await storage.rate_limits.count([attempt], later) == (Count(attempts=1, ends_at=later + FEW.span),)


async def test_attempt_over_limit_is_counted_without_extending_span(storage: Storage, subject: str) -> None:
    attempt = Attempt(FEW, subject)
    counts = [(await storage.rate_limits.count([attempt], NOW + each * MINUTE))[0] for each in range(5)]

    assert [each.is_over(FEW) for each in counts] == [False, False, False, True, True]
    assert {each.ends_at for each in counts} == {NOW + FEW.span}


async def test_attempts_are_counted_in_one_call_and_returned_in_order(storage: Storage, subject: str) -> None:
    few, many, other = Attempt(FEW, subject), Attempt(MANY, subject), Attempt(MANY, subject + "2")
    await count(storage, many)

    assert await count(storage, few, many, other) == [1, 2, 1]
    assert await count(storage, other, few, many) == [2, 2, 3]


async def test_each_limit_counts_each_subject_separately(storage: Storage, subject: str) -> None:
    await count(storage, Attempt(FEW, subject))

    assert await count(storage, Attempt(MANY, subject)) == [1]
    assert await count(storage, Attempt(FEW, subject.upper() + "'\x00é")) == [1]


async def test_concurrent_attempts_get_distinct_counts(storage: Storage, subject: str) -> None:
    few, many = Attempt(FEW, subject), Attempt(MANY, subject)
    orders = [(few, many), (many, few)] * 20

    outcome = await at_once(count(storage, *order) for order in orders)

    assert outcome.refused == ()
    assert sorted(min(received) for received in outcome.done) == list(range(1, 41))
    assert await count(storage, few, many) == [41, 41]


async def test_returned_attempt_does_not_count(storage: Storage, subject: str) -> None:
    few, many = Attempt(FEW, subject), Attempt(MANY, subject)
    await count(storage, few, many)
    await count(storage, few, many)

    await storage.rate_limits.give_back([few, many], NOW)

    assert await count(storage, few, many) == [2, 2]


async def test_attempts_are_returned_up_to_count_and_never_from_ended_span(storage: Storage, subject: str) -> None:
    attempt = Attempt(FEW, subject)
    await storage.rate_limits.give_back([attempt], NOW)
    await count(storage, attempt)
    await count(storage, attempt)
    await storage.rate_limits.give_back([attempt], NOW + FEW.span)
    assert await count(storage, attempt) == [3]

    for _ in range(5):
        await storage.rate_limits.give_back([attempt], NOW)
    assert await count(storage, attempt) == [1]


async def test_concurrent_counting_and_returning_loses_nothing(storage: Storage, subject: str) -> None:
    pair = [Attempt(FEW, subject), Attempt(MANY, subject)]

    async def count_and_give_back(place: int) -> None:
        mine = pair if place % 2 else pair[::-1]
        await storage.rate_limits.count(mine, NOW)
        await storage.rate_limits.give_back(mine, NOW)

    outcome = await at_once(count_and_give_back(place) for place in range(30))

    assert outcome.refused == ()
    assert await count(storage, *pair) == [1, 1]


async def test_purge_removes_ended_spans_only(empty_storage: Storage) -> None:
    few, many = Attempt(FEW, "somebody"), Attempt(MANY, "somebody")
    await count(empty_storage, few, many)

    assert await empty_storage.rate_limits.purge(NOW + FEW.span - timedelta(microseconds=1)) == 0
    assert await empty_storage.rate_limits.purge(NOW + FEW.span) == 1
    assert await count(empty_storage, few, many) == [1, 2]


async def test_purge_is_bounded_and_repeats_until_nothing_is_left(empty_storage: Storage) -> None:
    attempts = [Attempt(FEW, str(number)) for number in range(MAX_PURGED + 1)]
    await empty_storage.rate_limits.count(attempts, NOW)
    clock = MovableClock(NOW + 20 * MINUTE)
    service = RateLimitService(
        unit_of_work=empty_storage.unit_of_work, limits=empty_storage.rate_limits, clock=clock, is_on=True
    )

    assert await empty_storage.rate_limits.purge(clock.now()) == MAX_PURGED
    await service.purge()

    assert await empty_storage.rate_limits.purge(clock.now()) == 0
    next_hour = NOW + timedelta(hours=1)
    found = await take_due(empty_storage.job_queue, next_hour, "sweep_rate_limits")
    assert found == [Job(kind="sweep_rate_limits", subject=None, run_at=next_hour)]


async def test_guesses_at_one_account_wait_for_each_other_in_all_processes(storage: Storage, subject: str) -> None:
    clock = MovableClock()
    one, another = (
        RateLimitService(unit_of_work=storage.unit_of_work, limits=storage.rate_limits, clock=clock, is_on=True)
        for _ in range(2)
    )
    outcomes: list[object] = []

    async def guess(service: RateLimitService) -> None:
        try:
            with suppress(BadCredentials):
                async with service.guessing(account=subject):
                    outcomes.append("looked at")
                    raise BadCredentials
        except RateLimited as error:
            outcomes.append(error.retry_after)

    for _ in range(GUESSES_AT_ACCOUNT.free // 2):
        await guess(one)
        await guess(another)
    await at_once(guess(each) for each in (one, another) * 5)

    free = GUESSES_AT_ACCOUNT.free
    assert outcomes[:free] == ["looked at"] * free
    assert len(outcomes) == free + 10
    assert outcomes[free:].count("looked at") == 1
    # guesses of the same moment are counted before they are refused, so the wait may be longer than after one
    clock.advance(GUESSES_AT_ACCOUNT.longest)
    await guess(another)
    await guess(one)
    assert outcomes[-2:] == ["looked at", 4]
