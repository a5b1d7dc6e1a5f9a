"""Jobs in memory."""

import asyncio
import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.records import JobRow
from marketplace.core.domain.failing_jobs import FAILING_AFTER, FailingJob
from marketplace.core.errors import NotFound
from marketplace.core.ports.jobs import WORKER_LOST, ClaimedJob, Job


class MemoryJobs:
    """`Jobs` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def enqueue(self, *jobs: Job) -> None:
        """Add jobs. Adding a chore waits for a transaction that adds the same one, and skips it if it exists."""
        for job in jobs:
            if job.subject is None:
                await self._rows.lock_name(job)
                if any(row.enqueued == job for row in self._rows.all(self._database.jobs)):
                    continue
            number = next(self._database.job_ids)
            self._rows.put(self._database.jobs, number, JobRow(id=number, enqueued=job, job=job))

    async def acquire_failing(self, job_id: int) -> FailingJob:
        row = await self._rows.acquire(self._database.jobs, job_id)
        if row is None or row.attempts < FAILING_AFTER:
            raise NotFound
        return _failing(row)

    async def run_now(self, job_id: int, now: datetime) -> None:
        row = await self._rows.acquire_key(self._database.jobs, job_id)
        if row is not None:
            self._rows.put(self._database.jobs, job_id, replace(row, job=replace(row.job, run_at=now)))


class MemoryJobQueue:
    """`JobQueue` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def claim(
        self, worker: UUID, kinds: Collection[str], *, now: datetime, limit: int, lease: timedelta
    ) -> tuple[ClaimedJob, ...]:
        """Lease due jobs; skips rows that an open transaction has locked."""
        await asyncio.sleep(0)
        instant, jobs = time.monotonic(), self._database.jobs
        due = sorted(
            (
                row
                for row in jobs.rows.values()
                if row.job.run_at <= now
                and row.job.kind in kinds
                and (row.locked_by is None or row.locked_until <= instant)
                and not self._database.locks.is_held((jobs.name, row.id))
            ),
            key=lambda row: (row.job.run_at, row.id),
        )
        claimed = []
        for row in due[:limit]:
            lost = row.locked_by is not None
            leased = replace(
                row,
                attempts=row.attempts + lost,
                fault=WORKER_LOST if lost else row.fault,
                failed_at=datetime.now(UTC) if lost else row.failed_at,
                locked_by=worker,
                locked_until=instant + lease.total_seconds(),
            )
            jobs.put(row.id, leased)
            claimed.append(
                ClaimedJob(
                    id=row.id,
                    kind=row.job.kind,
                    subject=row.job.subject,
                    run_at=row.job.run_at,
                    attempts=leased.attempts,
                )
            )
        return tuple(claimed)

    async def renew(self, worker: UUID, job_ids: Collection[int], lease: timedelta) -> None:
        await asyncio.sleep(0)
        for row in self._leased(worker, job_ids):
            self._database.jobs.put(row.id, replace(row, locked_until=time.monotonic() + lease.total_seconds()))

    async def finish(self, worker: UUID, job_ids: Collection[int]) -> None:
        await asyncio.sleep(0)
        for row in self._leased(worker, job_ids):
            self._database.jobs.drop(row.id)

    async def retry(self, worker: UUID, job_id: int, *, run_at: datetime, fault: str, now: datetime) -> None:
        await asyncio.sleep(0)
        for row in self._leased(worker, [job_id]):
            rescheduled = replace(row.job, run_at=run_at)
            failed = replace(
                row, job=rescheduled, attempts=row.attempts + 1, fault=fault, failed_at=now, locked_by=None
            )
            self._database.jobs.put(row.id, failed)

    async def release(self, worker: UUID, job_ids: Collection[int]) -> None:
        await asyncio.sleep(0)
        for row in self._leased(worker, job_ids):
            self._database.jobs.put(row.id, replace(row, locked_by=None))

    def _leased(self, worker: UUID, job_ids: Collection[int]) -> Iterator[JobRow]:
        rows = (self._database.jobs.rows.get(job_id) for job_id in job_ids)
        yield from [row for row in rows if row is not None and row.locked_by == worker]


class MemoryFailingJobs:
    """`FailingJobs` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def page(self, limit: int, offset: int) -> tuple[FailingJob, ...]:
        failing = sorted(await self._all_failing(), key=lambda row: (-row.attempts, row.id))
        return tuple(_failing(row) for row in failing[offset : offset + limit])

    async def count(self) -> int:
        return len(await self._all_failing())

    async def _all_failing(self) -> list[JobRow]:
        await asyncio.sleep(0)
        return [row for row in self._database.jobs.rows.values() if row.attempts >= FAILING_AFTER]


def _failing(row: JobRow) -> FailingJob:
    return FailingJob(
        id=row.id,
        name=row.job.kind,
        subject=row.job.subject,
        attempts=row.attempts,
        fault=row.fault,
        failed_at=row.failed_at,
        next_at=row.job.run_at,
        is_under_way=row.locked_by is not None and row.locked_until > time.monotonic(),
    )
