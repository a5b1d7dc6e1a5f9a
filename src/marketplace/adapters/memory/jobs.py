"""Jobs in memory, and what runs them where there is no worker."""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from marketplace.adapters.memory.database import JobRow, MemoryDatabase, Rows
from marketplace.core.domain.failing_jobs import FAILING_AFTER, FailingJob
from marketplace.core.errors import NotFound
from marketplace.core.ports.jobs import Handlers, Job
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork

LOG = logging.getLogger(__name__)

RETRY_AFTER = timedelta(seconds=1)
LOOK_EVERY = 0.5
"""Seconds."""


class MemoryJobs:
    """Jobs within a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def enqueue(self, *jobs: Job) -> None:
        """Add them; who adds a chore waits for who is adding the same one."""
        for job in jobs:
            if job.subject is None:
                await self._rows.lock_word(job)
                if any(row.job == job for row in self._rows.all(self._database.jobs)):
                    continue
            number = next(self._database.job_ids)
            self._rows.put(self._database.jobs, number, JobRow(id=number, job=job))

    async def take_due(self, now: datetime, kinds: Collection[str]) -> Job | None:
        """The longest due of those that no other transaction has taken."""
        await asyncio.sleep(0)
        database = self._database
        database.taken_jobs = {job: taker for job, taker in database.taken_jobs.items() if taker in database.open_rows}
        due = (row for row in self._rows.all(database.jobs) if row.job.run_at <= now and row.job.kind in kinds)
        free = (row for row in due if row.id not in database.taken_jobs)
        first = min(free, key=lambda row: (row.job.run_at, row.id), default=None)
        if first is None:
            return None
        database.taken_jobs[first.id] = self._rows
        self._rows.drop(database.jobs, first.id)
        return first.job

    async def put_back(self, job: Job, run_at: datetime, fault: str, now: datetime) -> None:
        """Add it as another job."""
        await asyncio.sleep(0)
        again = replace(job, run_at=run_at, attempts=job.attempts + 1)
        number = next(self._database.job_ids)
        self._rows.put(self._database.jobs, number, JobRow(id=number, job=again, fault=fault, failed_at=now))

    async def acquire_failing(self, job_id: int) -> FailingJob:
        """The job, locked."""
        row = await self._rows.acquire(self._database.jobs, job_id)
        if row is None or row.job.attempts < FAILING_AFTER:
            raise NotFound
        return _failing(self._database, row)

    async def run_now(self, job_id: int, now: datetime) -> None:
        """Its new moment."""
        row = await self._rows.look(self._database.jobs, job_id)
        if row is not None:
            self._rows.put(self._database.jobs, job_id, replace(row, job=replace(row.job, run_at=now)))


class MemoryFailingJobs:
    """Jobs that keep failing, as they are read."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def page(self, limit: int, offset: int) -> tuple[FailingJob, ...]:
        """A part of them."""
        found = sorted(await self._found(), key=lambda row: (-row.job.attempts, row.id))
        return tuple(_failing(self._database, row) for row in found[offset : offset + limit])

    async def count(self) -> int:
        """All of them."""
        return len(await self._found())

    async def _found(self) -> list[JobRow]:
        await asyncio.sleep(0)
        return [row for row in self._database.jobs.rows.values() if row.job.attempts >= FAILING_AFTER]


def _failing(database: MemoryDatabase, row: JobRow) -> FailingJob:
    return FailingJob(
        id=row.id,
        name=row.job.kind,
        subject=row.job.subject,
        attempts=row.job.attempts,
        fault=row.fault,
        failed_at=row.failed_at,
        next_at=row.job.run_at,
        is_under_way=database.is_taken(row.id),
    )


async def run_due(unit_of_work: UnitOfWork, now: datetime, handlers: Handlers) -> int:
    """Run every job that is due, one at a time, and those that they enqueue; return how many did their work.

    A job is removed with its handler's end, so one that is interrupted runs again. One whose handler raises is due
    again `RETRY_AFTER` now; what was raised comes as an `ExceptionGroup` once the others have run.
    """
    done, raised = 0, list[Exception]()
    while True:
        async with unit_of_work() as tx:
            job = await tx.jobs.take_due(now, handlers)
            if job is None:
                break
            try:
                await handlers[job.kind](job.subject)
            except Exception as error:  # noqa: BLE001 - whatever it is, the job must not be lost
                await tx.jobs.put_back(job, now + RETRY_AFTER, type(error).__name__, now)
                raised.append(error)
            else:
                done += 1
    if raised:
        raise ExceptionGroup("jobs that will be tried again", raised)
    return done


async def work(unit_of_work: UnitOfWork, clock: Clock, handlers: Handlers, stop: asyncio.Event) -> None:
    """Run due jobs until told to stop: the worker of a storage that lives in this process."""
    while not stop.is_set():
        try:
            await run_due(unit_of_work, clock.now(), handlers)
        except Exception as error:  # noqa: BLE001 - the next job is not to blame
            raised = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
            words = ", ".join(type(one).__name__ for one in raised)
            LOG.error("Jobs failed and will be retried: %s", words)  # noqa: TRY400 - messages may quote people
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)
