"""The worker runs jobs on time and loses none, whatever their handlers do."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from marketplace.adapters.postgres.connection.pool import PoolLimits
from marketplace.adapters.postgres.jobs.enqueue import ENQUEUE, ENQUEUED_WITH
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from marketplace.core.services.job_worker import Pace
from postgres.workers import QUICK, TIMEOUT, Seen, enqueue, opened, requested, working


class Trouble(Exception):
    """An error of a handler, whose message must not be logged."""


@pytest_asyncio.fixture(loop_scope="module")
async def storage(empty_database: str) -> AsyncIterator[Storage]:
    async with opened(empty_database) as storage:
        yield storage


@pytest.mark.runs_alone
@pytest.mark.flaky(reruns=1)  # the bound counts what else the machine does
async def test_a_committed_job_runs_within_two_seconds(empty_database: str, storage: Storage) -> None:
    seen = Seen()
    async with working(empty_database, {"sweep_idempotency_keys": seen}, Pace()):
        await enqueue(storage)
        await seen.done()
        seen.well.clear()
        await asyncio.sleep(0.2)
        (job,) = await enqueue(storage)
        committed = datetime.now(UTC)
        await seen.done()

    assert seen.subjects[1] == job.subject
    assert seen.at[1] - committed < timedelta(seconds=2)
    assert await requested(empty_database, "SELECT count(*) FROM jobs") == 0


@pytest.mark.runs_alone
@pytest.mark.flaky(reruns=1)  # the bound counts what else the machine does
async def test_job_runs_at_its_time_and_not_before(empty_database: str, storage: Storage) -> None:
    seen = Seen()
    async with working(empty_database, {"sweep_idempotency_keys": seen}, Pace()):
        (job,) = await enqueue(storage, after=1.5)
        await seen.done()

    assert timedelta() <= seen.at[0] - job.run_at < timedelta(seconds=1)


async def test_job_runs_only_after_its_transaction_commits(empty_database: str, storage: Storage) -> None:
    seen = Seen()
    rolled_back, committed = (
        Job(kind="sweep_idempotency_keys", subject=uuid4(), run_at=datetime.now(UTC)) for _ in range(2)
    )

    async def fail() -> None:
        async with storage.unit_of_work() as tx:
            await tx.jobs.enqueue(rolled_back)
            raise Trouble

    async with working(empty_database, {"sweep_idempotency_keys": seen}):
        with pytest.raises(Trouble):
            await fail()
        async with storage.unit_of_work() as tx:
            await tx.jobs.enqueue(committed)
            await asyncio.sleep(1)
            assert seen.subjects == []
        await seen.done()

    assert seen.subjects == [committed.subject]


async def test_enqueuing_a_job_sends_no_notification(empty_database: str) -> None:
    """PostgreSQL commits transactions that notify one at a time, so bookings would queue."""
    assert await requested(empty_database, "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'jobs'::regclass") == 0
    assert not any("notify" in statement.lower() for statement in (ENQUEUE, ENQUEUED_WITH))


async def test_failing_handler_is_retried_and_logs_one_line_without_its_message(
    empty_database: str, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    seen = Seen(Trouble("ada@example.org"), Trouble("ada@example.org"))
    with caplog.at_level(logging.DEBUG):
        async with working(empty_database, {"sweep_idempotency_keys": seen}):
            (job,) = await enqueue(storage)
            await seen.done()

    assert seen.subjects == [job.subject] * 3
    assert seen.at[2] - seen.at[1] >= 2 * QUICK.retry_first
    lines = [record.getMessage() for record in caplog.records if "sweep_idempotency_keys" in record.getMessage()]
    assert [line[line.index("failed") :].partition(",")[0] for line in lines] == [
        "failed at attempt 1",
        "failed at attempt 2",
    ]
    assert "ada@example.org" not in caplog.text
    assert await requested(empty_database, "SELECT count(*) FROM jobs") == 0


async def test_cancelled_handler_is_retried(empty_database: str, storage: Storage) -> None:
    seen = Seen(asyncio.CancelledError())
    async with working(empty_database, {"sweep_idempotency_keys": seen}):
        await enqueue(storage)
        await seen.done()

    assert len(seen.at) == 2


async def test_job_whose_failure_cannot_be_recorded_is_retried(empty_database: str, storage: Storage) -> None:
    seen = Seen(Trouble())
    blocker = await asyncpg.connect(empty_database)
    transaction = blocker.transaction()

    async def fail_with_its_row_locked(subject: UUID | None) -> None:
        if not seen.at:
            await transaction.start()
            await blocker.execute("SELECT FROM jobs FOR UPDATE")
        await seen(subject)

    impatient = PoolLimits(min_size=0, max_size=1, lock_timeout=timedelta(milliseconds=100))
    async with working(empty_database, {"sweep_idempotency_keys": fail_with_its_row_locked}, limits=impatient):
        await enqueue(storage)
        await asyncio.sleep(0.5)
        await transaction.rollback()
        await seen.done()
    await blocker.close()

    assert len(seen.at) == 2
    assert await requested(empty_database, "SELECT count(*) FROM jobs") == 0


async def test_stopping_worker_finishes_started_jobs(empty_database: str, storage: Storage) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def take_long(_: UUID | None) -> None:
        started.set()
        await asyncio.sleep(0.5)
        ended.set()

    async with working(empty_database, {"sweep_idempotency_keys": take_long}):
        await enqueue(storage)
        await asyncio.wait_for(started.wait(), TIMEOUT)

    assert ended.is_set()
    assert await requested(empty_database, "SELECT count(*) FROM jobs") == 0


async def test_job_that_takes_longer_than_a_lease_is_run_once(empty_database: str, storage: Storage) -> None:
    seen = Seen()

    async def take_long(subject: UUID | None) -> None:
        await seen(subject)
        await asyncio.sleep(2.5 * QUICK.lease.total_seconds())

    handlers = {"sweep_idempotency_keys": take_long}
    async with working(empty_database, handlers), working(empty_database, handlers):
        await enqueue(storage)
        await seen.done()

    assert len(seen.at) == 1
