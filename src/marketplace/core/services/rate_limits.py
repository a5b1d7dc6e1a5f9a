"""Enforcing rate limits, and purging old counts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from marketplace.core.domain.rate_limits import Attempt
from marketplace.core.errors import Busy, PasswordsBusy, RateLimited
from marketplace.core.errors.second_factors import SecondFactorRequired
from marketplace.core.ports.rate_limits import RateLimits
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries


class RateLimitService:
    """Counts attempts before any costly work. If disabled, it allows everything without reading storage."""

    def __init__(self, *, unit_of_work: UnitOfWork, limits: RateLimits, clock: Clock, is_on: bool) -> None:
        self._unit_of_work = unit_of_work
        self._limits = limits
        self._clock = clock
        self._is_on = is_on

    async def check(self, *attempts: Attempt) -> None:
        """Count these attempts. Raises `RateLimited` if any exceeds its limit; all of them count."""
        if not self._is_on:
            return
        now = self._clock.now()
        counts = await with_retries(lambda: self._limits.count(attempts, now))
        # a window started by another process may end later than one started now, if clocks differ
        waits = [
            min(count.ends_at - now, attempt.limit.span)
            for attempt, count in zip(attempts, counts, strict=True)
            if count.is_over(attempt.limit)
        ]
        if waits:
            raise RateLimited(max(waits))

    async def allows(self, attempt: Attempt) -> bool:
        """Count an attempt. Return whether it is within its limit."""
        try:
            await self.check(attempt)
        except RateLimited:
            return False
        return True

    @asynccontextmanager
    async def guessing(self, *attempts: Attempt) -> AsyncIterator[None]:
        """Guard a block that a guess could pass: count before it, and give back if it is right or was not looked at.

        However many guess concurrently, no more than the limit are in the block. Raises `RateLimited`.
        """
        await self.check(*attempts)
        try:
            yield
        except (PasswordsBusy, SecondFactorRequired):  # with the latter, the guess was right
            await self._give_back(attempts)
            raise
        await self._give_back(attempts)

    async def _give_back(self, attempts: Sequence[Attempt]) -> None:
        if self._is_on:
            with suppress(Busy):  # the outcome of the block is certain
                await with_retries(lambda: self._limits.give_back(attempts, self._clock.now()))

    async def purge(self, _: UUID | None = None) -> None:
        """Delete the counts whose window has ended, and enqueue the next purge at the next full hour."""
        now = self._clock.now()
        await purge_hourly(self._unit_of_work, "sweep_rate_limits", now, lambda: self._limits.purge(now))
