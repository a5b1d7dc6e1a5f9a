"""Terms of bookings that an earlier release sold without recording them."""

from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork

BOOKINGS_PER_TRANSACTION = 500
TRANSACTIONS_PER_JOB = 50
PAUSE, DAY = timedelta(seconds=1), timedelta(days=1)


class TermsService:
    """Records missing terms, which the release before migration 0025 leaves out while it runs next to this one."""

    def __init__(self, *, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def begin(self) -> None:
        """Enqueue `record_missing` now; it then repeats daily."""
        await self._record_at(self._clock.now())

    async def record_missing(self, _: UUID | None = None) -> None:
        """Record missing terms, up to a limit per job, and enqueue the next job: the rest, or tomorrow's.

        The handler of `record_terms`. Concurrent jobs share the work, and an interrupted one keeps its progress.
        """
        now = self._clock.now()
        for _transaction in range(TRANSACTIONS_PER_JOB):
            async with self._unit_of_work() as tx:
                recorded = await tx.bookings.record_missing_terms(BOOKINGS_PER_TRANSACTION)
            if recorded < BOOKINGS_PER_TRANSACTION:
                await self._record_at(now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY)
                return
        await self._record_at(now + PAUSE)

    async def _record_at(self, run_at: datetime) -> None:
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="record_terms", subject=None, run_at=run_at))
