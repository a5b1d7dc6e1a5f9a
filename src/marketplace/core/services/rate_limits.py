"""Enforcing rate limits, and purging old counts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.rate_limits import GUESSES_AT_ACCOUNT, Attempt, Count, Quota
from marketplace.core.errors import Busy, PasswordsBusy, RateLimited
from marketplace.core.errors.second_factors import SecondFactorRequired
from marketplace.core.ports.rate_limits import QuotaObserver, RateLimits
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries


class RateLimitService:
    """Counts attempts before any costly work. If disabled, it allows everything without reading storage.

    `observe` hears what clients are told.
    """

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        limits: RateLimits,
        clock: Clock,
        is_on: bool,
        observe: QuotaObserver = lambda _: None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._limits = limits
        self._clock = clock
        self._is_on = is_on
        self._observe = observe

    async def check(self, *attempts: Attempt) -> None:
        """Count these attempts. Raises `RateLimited` if any exceeds its limit; all of them count."""
        self._require(await self._count(attempts))

    async def allows(self, *attempts: Attempt) -> bool:
        """Count these attempts. Return whether all are within their limits, which clients are not told of."""
        return not any(each.is_over for each in await self._count(attempts))

    @asynccontextmanager
    async def guessing(
        self, *attempts: Attempt, always: Sequence[Attempt] = (), account: str | None = None
    ) -> AsyncIterator[None]:
        """Guard a block that a guess could pass: count before it, and give back if it is right or was not looked at.

        Attempts of `always` count in any case. With `account`, guesses at it wait as `GUESSES_AT_ACCOUNT` says.
        However many guess concurrently, no more than the limit are in the block. Raises `RateLimited`.
        """
        counted = await self._count_guess(attempts, always, account)
        try:
            yield
        except (PasswordsBusy, SecondFactorRequired):  # with the latter, the guess was right
            await self._give_back(counted)
            raise
        await self._give_back(counted)

    async def _count_guess(
        self, attempts: Sequence[Attempt], always: Sequence[Attempt], account: str | None
    ) -> list["_Counted"]:
        """Count a guess. Return what a right one gets back. Raises `RateLimited`."""
        slowed = () if account is None else (Attempt(GUESSES_AT_ACCOUNT.guesses, account),)
        counted = await self._count((*slowed, *attempts, *always))
        of_account, limited = counted[: len(slowed)], counted[len(slowed) :]
        guesses = counted[: len(slowed) + len(attempts)]
        try:
            self._require(limited)
            for each in of_account:
                if each.is_over:
                    limit = GUESSES_AT_ACCOUNT.turn(each.count.attempts)
                    turn = await self._count([replace(each.attempt, limit=limit)])
                    self._require(turn)
                    guesses += turn
        except RateLimited:
            # only guesses that are looked at make the next ones wait longer
            await self._give_back(of_account)
            raise
        return guesses

    async def _count(self, attempts: Sequence[Attempt]) -> list["_Counted"]:
        if not self._is_on:
            return []
        now = self._clock.now()
        counts = await with_retries(lambda: self._limits.count(attempts, now))
        return [_Counted(attempt, count, now) for attempt, count in zip(attempts, counts, strict=True)]

    def _require(self, counted: Sequence["_Counted"]) -> None:
        """Raise `RateLimited` if a count is over its limit, until none is used up."""
        self._tell(counted)
        if any(each.is_over for each in counted):
            raise RateLimited(max(each.quota.resets_in for each in counted if not each.quota.remaining))

    def _tell(self, counted: Sequence["_Counted"]) -> None:
        for each in counted:
            if each.attempt.limit.is_told:
                self._observe(each.quota)

    async def _give_back(self, counted: Sequence["_Counted"]) -> None:
        if not counted:
            return
        self._tell([each.given_back() for each in counted])
        with suppress(Busy):  # the outcome of the block is certain
            attempts = [each.attempt for each in counted]
            await with_retries(lambda: self._limits.give_back(attempts, self._clock.now()))

    async def purge(self, _: UUID | None = None) -> None:
        """Delete the counts whose window has ended, and enqueue the next purge at the next full hour."""
        now = self._clock.now()
        await purge_hourly(self._unit_of_work, "sweep_rate_limits", now, lambda: self._limits.purge(now))


@dataclass(frozen=True, slots=True)
class _Counted:
    """An attempt and the count that it led to."""

    attempt: Attempt
    count: Count
    at: datetime

    @property
    def is_over(self) -> bool:
        return self.count.is_over(self.attempt.limit)

    @property
    def quota(self) -> Quota:
        return Quota.of(self.attempt.limit, self.count, self.at)

    def given_back(self) -> "_Counted":
        return replace(self, count=replace(self.count, attempts=self.count.attempts - 1))
