"""Failing jobs, as a worker reports them, and a retry by staff."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from marketplace.core.ports.storage import Storage
from postgres.workers import Seen, becomes, enqueue, opened, requested, working

KIND = "sweep_idempotency_keys"
WAITS_AN_HOUR = """
    INSERT INTO jobs (kind, run_at, attempts)
    VALUES ('sweep_idempotency_keys', now() + interval '1 hour', 12) RETURNING id
"""


class Trouble(Exception):
    """An error of a handler, whose message must not be shown."""


@pytest_asyncio.fixture(loop_scope="module")
async def storage(empty_database: str) -> AsyncIterator[Storage]:
    async with opened(empty_database) as storage:
        yield storage


async def test_job_that_failed_three_times_is_listed_with_its_error_type(empty_database: str, storage: Storage) -> None:
    seen = Seen(*(Trouble("ada@example.org") for _ in range(20)))
    async with working(empty_database, {KIND: seen}):
        (enqueued,) = await enqueue(storage, kind="sweep_idempotency_keys")
        assert await becomes(empty_database, "SELECT max(attempts) >= 3 FROM jobs", answer=True)
        (job,) = await storage.failing_jobs.page(9, 0)

    assert (job.name, job.subject, job.fault) == (KIND, enqueued.subject, "Trouble")
    assert job.attempts >= 3
    assert job.failed_at is not None
    assert enqueued.run_at < job.failed_at <= datetime.now(UTC)
    assert "ada@" not in job.error


async def test_retried_job_runs_at_once(empty_database: str, storage: Storage) -> None:
    seen, number = Seen(), await requested(empty_database, WAITS_AN_HOUR)
    async with working(empty_database, {KIND: seen}):
        async with storage.unit_of_work() as tx:
            assert (await tx.jobs.acquire_failing(number)).fault is None
            await tx.jobs.run_now(number, datetime.now(UTC))
        await seen.done()

    assert await requested(empty_database, "SELECT count(*) FROM jobs") == 0


async def test_failing_job_among_many_waiting_is_found_without_reading_them(
    empty_database: str, storage: Storage
) -> None:
    await requested(
        empty_database,
        "INSERT INTO jobs (kind, subject, run_at)"
        " SELECT 'attend_booking', gen_random_uuid(), now() + interval '9 days'"
        " FROM generate_series(1, 50000)",
    )
    await requested(empty_database, WAITS_AN_HOUR)
    await requested(empty_database, "ANALYZE jobs")

    plan = await requested(empty_database, "EXPLAIN (FORMAT JSON) SELECT count(*) FROM jobs WHERE attempts >= 3")

    assert "ix_jobs_failing" in plan
    assert await storage.failing_jobs.count() == 1
