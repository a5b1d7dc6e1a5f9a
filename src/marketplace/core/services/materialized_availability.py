"""Open times: writing them, and writing them anew before they run out."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.schedules import Schedule
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.retries import with_retries

AT_ONCE = 20
"""Sessions per transaction."""
PER_JOB = 50
"""Transactions. A job that takes long would keep a worker from ending when it is told to."""
PAUSE = timedelta(seconds=1)
DAY = timedelta(days=1)


async def materialized_for(schedule: Schedule | None, duration: int, now: datetime) -> MaterializedAvailability | None:
    """The open times of a schedule, worked out beside the event loop; none of an open session."""
    return None if schedule is None else await asyncio.to_thread(MaterializedAvailability.of, schedule, duration, now)


class MaterializedAvailabilityService:
    """Open times are written with each change of a schedule, and anew once a week."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, clock: Clock, at_once: int = AT_ONCE, per_job: int = PER_JOB
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._at_once = at_once
        self._per_job = per_job

    async def begin(self) -> None:
        """Have what is outdated renewed now, and then every day."""
        await self._renew_at(self._clock.now())

    async def renew(self, _: UUID | None = None) -> None:
        """Write anew what is outdated, as much as one job should, and enqueue the next job: the rest, or tomorrow's.

        The handler of `renew_open_times`. Two at once share the work, and one that is interrupted keeps what it did.
        """
        now = self._clock.now()
        for _transaction in range(self._per_job):
            if not await with_retries(self._renew_some):
                await self._renew_at(now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY)
                return
        # not at `now`, which may be this very job's time: a chore is kept once per time
        await self._renew_at(now + PAUSE)

    async def _renew_some(self) -> int:
        now = self._clock.now()
        async with self._unit_of_work() as tx:
            outdated = await tx.sessions.acquire_outdated(now, self._at_once)
            for scheduled in outdated:
                renewed = await asyncio.to_thread(scheduled.materialized, now)
                await tx.sessions.save_materialized(scheduled.session_id, renewed)
            return len(outdated)

    async def _renew_at(self, run_at: datetime) -> None:
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="renew_open_times", subject=None, run_at=run_at))
