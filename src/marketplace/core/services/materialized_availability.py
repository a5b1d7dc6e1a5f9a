"""Writing and refreshing materialized availability."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.materialized_availability import RENEWED_AFTER, MaterializedAvailability
from marketplace.core.domain.schedules import Schedule
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.retries import with_retries

SESSIONS_PER_TRANSACTION = 20
"""Sessions per transaction."""
TRANSACTIONS_PER_JOB = 50
"""Transactions per job. A long job would delay the shutdown of its worker."""
PAUSE = timedelta(seconds=1)
DAY = timedelta(days=1)


async def materialized_for(schedule: Schedule | None, duration: int, now: datetime) -> MaterializedAvailability | None:
    """Materialize a schedule in a thread; `None` for a session by arrangement."""
    return None if schedule is None else await asyncio.to_thread(MaterializedAvailability.of, schedule, duration, now)


class MaterializedAvailabilityService:
    """Materialized availability is written with each change of a schedule, and refreshed weekly."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        clock: Clock,
        sessions_per_transaction: int = SESSIONS_PER_TRANSACTION,
        transactions_per_job: int = TRANSACTIONS_PER_JOB,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._sessions_per_transaction = sessions_per_transaction
        self._transactions_per_job = transactions_per_job

    async def begin(self) -> None:
        """Enqueue a refresh now; it then repeats daily."""
        await self._renew_at(self._clock.now())

    async def renew(self, _: UUID | None = None) -> None:
        """Refresh what is outdated, up to a limit per job, and enqueue the next job: the rest, or tomorrow's.

        The handler of `renew_open_times`. Concurrent jobs share the work, and an interrupted one keeps its progress.
        """
        now = self._clock.now()
        for _transaction in range(self._transactions_per_job):
            if not await self._renew_some(now):
                await self._renew_at(now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY)
                return
        # not at `now`, which may be this job's own time: chores are unique per time
        await self._renew_at(now + PAUSE)

    async def renew_all(self) -> None:
        """Refresh all that was written before now, since the zone data has changed."""
        until = self._clock.now() + RENEWED_AFTER - timedelta(microseconds=1)
        while await self._renew_some(until):
            pass

    async def _renew_some(self, until: datetime) -> int:
        async def operation() -> int:
            now = self._clock.now()
            async with self._unit_of_work() as tx:
                outdated = await tx.sessions.acquire_outdated(until, self._sessions_per_transaction)
                for scheduled in outdated:
                    renewed = await asyncio.to_thread(scheduled.materialized, now)
                    await tx.sessions.save_materialized(scheduled.session_id, renewed)
                return len(outdated)

        return await with_retries(operation)

    async def _renew_at(self, run_at: datetime) -> None:
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="renew_open_times", subject=None, run_at=run_at))
