"""Words of sessions that are indexed later: of an earlier release, and of creators who have a new name."""

from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork

SESSIONS_PER_TRANSACTION = 100
TRANSACTIONS_PER_JOB = 50
PAUSE, DAY = timedelta(seconds=1), timedelta(days=1)


class SessionWordsService:
    """Indexes sessions by the present rules; the release before migration 0036 writes others while it runs."""

    def __init__(self, *, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def begin(self) -> None:
        """Enqueue `index_outdated` now; it then repeats daily."""
        await self._index_at(self._clock.now())

    async def index_outdated(self, _: UUID | None = None) -> None:
        """Index outdated sessions, up to a limit per job, and enqueue the next job: the rest, or tomorrow's.

        The handler of `index_sessions`. Concurrent jobs share the work, and an interrupted one keeps its progress.
        """
        now = self._clock.now()
        for _transaction in range(TRANSACTIONS_PER_JOB):
            async with self._unit_of_work() as tx:
                indexed = await tx.sessions.index_outdated(SESSIONS_PER_TRANSACTION)
            if indexed < SESSIONS_PER_TRANSACTION:
                await self._index_at(now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY)
                return
        await self._index_at(now + PAUSE)

    async def index_names(self, creator_id: UUID | None) -> None:
        """Index a creator's names in their sessions, up to a limit per job, and enqueue the next job if any are left.

        The handler of `index_names`. An interrupted job keeps its progress.
        """
        if creator_id is None:
            return
        for _transaction in range(TRANSACTIONS_PER_JOB):
            async with self._unit_of_work() as tx:
                indexed = await tx.sessions.index_names(creator_id, SESSIONS_PER_TRANSACTION)
            if indexed < SESSIONS_PER_TRANSACTION:
                return
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="index_names", subject=creator_id, run_at=self._clock.now() + PAUSE))

    async def _index_at(self, run_at: datetime) -> None:
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="index_sessions", subject=None, run_at=run_at))
