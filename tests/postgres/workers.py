"""Workers in this process and in others."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.jobs.queue import WORKERS_OWN, PostgresJobQueue, connect_worker
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.adapters.system import SystemClock
from marketplace.core.ports.jobs import Handlers, Job, JobKind
from marketplace.core.ports.storage import Storage
from marketplace.core.services.job_worker import JobWorker, Pace
from postgres import job_worker
from postgres.job_worker import QUICK

__all__ = ["QUICK", "TIMEOUT", "Seen", "becomes", "enqueue", "opened", "requested", "worker_process", "working"]

TIMEOUT = 60
"""Seconds to wait for an expected result before the test fails."""


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Storage]:
    database = await connect(dsn)
    try:
        yield postgres_storage(database)
    finally:
        await database.close()


@asynccontextmanager
async def working(
    dsn: str, handlers: Handlers, pace: Pace = QUICK, limits: PoolLimits = WORKERS_OWN
) -> AsyncIterator[asyncio.Event]:
    """Run a worker for the length of the block; it must stop in time."""
    stop, database = asyncio.Event(), await connect_worker(dsn, limits)
    worker = JobWorker(PostgresJobQueue(database), SystemClock(), handlers, pace)
    task = asyncio.create_task(worker.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, TIMEOUT)
        await database.close()


@asynccontextmanager
async def worker_process(dsn: str, program: str = job_worker.__file__) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a worker process that can be killed, and kill it in the end."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    process = await asyncio.create_subprocess_exec(sys.executable, program, dsn, env=environment)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def enqueue(
    storage: Storage, after: float = 0, kind: JobKind = "sweep_idempotency_keys", number: int = 1
) -> list[Job]:
    run_at = datetime.now(UTC) + timedelta(seconds=after)
    jobs = [Job(kind=kind, subject=uuid4(), run_at=run_at) for _ in range(number)]
    async with storage.unit_of_work() as tx:
        await tx.jobs.enqueue(*jobs)
    return jobs


async def requested(dsn: str, question: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def becomes(dsn: str, question: str, answer: object) -> bool:
    end = time.monotonic() + TIMEOUT
    while (seen := await requested(dsn, question)) != answer and time.monotonic() < end:  # noqa: ASYNC110 - the database
        await asyncio.sleep(0.02)
    return bool(seen == answer)


class Seen:
    """A handler that records its calls, and raises the given errors first."""

    def __init__(self, *failures: BaseException) -> None:
        self.subjects: list[UUID | None] = []
        self.at: list[datetime] = []
        self.well = asyncio.Event()
        self._failures = list(failures)

    async def __call__(self, subject: UUID | None) -> None:
        self.subjects.append(subject)
        self.at.append(datetime.now(UTC))
        if self._failures:
            raise self._failures.pop(0)
        self.well.set()

    async def done(self) -> None:
        await asyncio.wait_for(self.well.wait(), TIMEOUT)
