"""The worker, on the queue of either storage."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from fakes import NOW, MovableClock
from marketplace.core.domain.failing_jobs import FAILING_AFTER
from marketplace.core.errors import Busy
from marketplace.core.ports.jobs import Handlers, Job, JobKind, JobQueue
from marketplace.core.ports.storage import Storage
from marketplace.core.services.job_worker import JobWorker, Pace

QUICK = Pace(
    poll_every=timedelta(milliseconds=10),
    lease=timedelta(milliseconds=300),
    grace=timedelta(seconds=10),
    reconnect_first=timedelta(milliseconds=10),
)
IMPATIENT = replace(QUICK, grace=timedelta(milliseconds=100))
KIND: JobKind = "attend_booking"
TIMEOUT = 30
"""Seconds to wait for an expected result before the test fails."""


class Trouble(Exception):
    """An error of a handler."""


class Handler:
    """Records its subjects, raises the given errors, and takes the given time."""

    def __init__(self, *failures: BaseException, seconds: float = 0) -> None:
        self.subjects: list[UUID | None] = []
        self.started, self.succeeded = asyncio.Event(), asyncio.Event()
        self._failures = list(failures)
        self._seconds = seconds

    async def __call__(self, subject: UUID | None) -> None:
        self.subjects.append(subject)
        self.started.set()
        await asyncio.sleep(self._seconds)
        if self._failures:
            raise self._failures.pop(0)
        self.succeeded.set()

    async def succeeds(self) -> None:
        await asyncio.wait_for(self.succeeded.wait(), TIMEOUT)


@asynccontextmanager
async def working(
    queue: JobQueue, handlers: Handlers, *, clock: MovableClock | None = None, pace: Pace = QUICK
) -> AsyncIterator[None]:
    """Run a worker for the length of the block."""
    stop = asyncio.Event()
    task = asyncio.create_task(JobWorker(queue, clock or MovableClock(NOW), handlers, pace).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, TIMEOUT)


async def enqueue(storage: Storage, number: int = 1, run_at: datetime = NOW) -> None:
    async with storage.unit_of_work() as tx:
        await tx.jobs.enqueue(*(Job(kind=KIND, subject=uuid4(), run_at=run_at) for _ in range(number)))


async def left(storage: Storage) -> int:
    """Count the jobs that no worker has claimed, due or not."""
    far = NOW + timedelta(days=9)
    worker = uuid4()
    found = await storage.job_queue.claim(worker, [KIND], now=far, limit=99, lease=timedelta(minutes=1))
    await storage.job_queue.release(worker, [job.id for job in found])
    return len(found)


class _Unreliable:
    def __init__(self, queue: JobQueue, **failures: int) -> None:
        self._queue = queue
        self._failures = failures

    def __getattr__(self, name: str) -> Any:
        if self._failures.get(name, 0):
            self._failures[name] -= 1

            async def fail(*_: object, **__: object) -> None:
                raise Busy

            return fail
        return getattr(self._queue, name)


def unreliable(queue: JobQueue, **failures: int) -> JobQueue:
    """Return a queue whose methods fail this often first."""
    return cast("JobQueue", _Unreliable(queue, **failures))


async def test_worker_runs_more_jobs_than_its_concurrency(empty_storage: Storage) -> None:
    handler = Handler()
    await enqueue(empty_storage, 25)

    async with working(empty_storage.job_queue, {KIND: handler}):
        while len(handler.subjects) < 25:  # noqa: ASYNC110 - the handler only counts
            await asyncio.sleep(0.01)

    assert len(set(handler.subjects)) == 25
    assert await left(empty_storage) == 0


async def test_worker_runs_no_more_jobs_concurrently_than_its_pace_allows(empty_storage: Storage) -> None:
    handler = Handler(seconds=0.05)
    await enqueue(empty_storage, 5)

    async with working(empty_storage.job_queue, {KIND: handler}, pace=Pace(jobs_at_once=2)):
        await asyncio.wait_for(handler.started.wait(), TIMEOUT)
        assert len(handler.subjects) <= 2


async def test_failed_job_is_retried_with_growing_delay(empty_storage: Storage) -> None:
    handler, clock = Handler(*(Trouble() for _ in range(FAILING_AFTER))), MovableClock(NOW)
    await enqueue(empty_storage)

    delays = []
    for failures in range(1, FAILING_AFTER + 1):
        async with working(empty_storage.job_queue, {KIND: handler}, clock=clock):
            while len(handler.subjects) < failures:  # noqa: ASYNC110 - the handler only counts
                await asyncio.sleep(0.01)
        delays.append(QUICK.retry_delay(failures))
        clock.advance(delays[-1])
    [failing] = await empty_storage.failing_jobs.page(9, 0)
    async with working(empty_storage.job_queue, {KIND: handler}, clock=clock):
        await handler.succeeds()

    assert delays == [timedelta(seconds=seconds) for seconds in (1, 2, 4)]
    assert (failing.attempts, failing.fault, failing.next_at) == (
        FAILING_AFTER,
        "Trouble",
        NOW + sum(delays, timedelta()),
    )
    assert await left(empty_storage) == 0


def test_retry_delay_grows_to_ten_minutes() -> None:
    assert [Pace().retry_delay(failures).total_seconds() for failures in (1, 2, 10, 11, 999)] == [1, 2, 512, 600, 600]


async def test_failure_is_logged_in_one_line_without_its_message(
    empty_storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    handler, clock = Handler(Trouble("ada@example.org")), MovableClock(NOW)
    await enqueue(empty_storage)
    with caplog.at_level(logging.DEBUG):
        async with working(empty_storage.job_queue, {KIND: handler}, clock=clock):
            await asyncio.wait_for(handler.started.wait(), TIMEOUT)

    [line] = [record.getMessage() for record in caplog.records if KIND in record.getMessage()]
    assert "failed at attempt 1, next in 1 s: Trouble in test_job_worker.py" in line
    assert "ada@" not in caplog.text


async def test_handler_that_takes_longer_than_the_lease_keeps_its_job(empty_storage: Storage) -> None:
    # as long as both wait for their turn: a lease that expires then is the other's, rightly
    lease = timedelta(seconds=1)
    handler = Handler(seconds=1.5 * lease.total_seconds())
    pace = Pace(poll_every=QUICK.poll_every, lease=lease)
    await enqueue(empty_storage)

    queue, handlers = empty_storage.job_queue, dict[str, Handler]({KIND: handler})
    async with working(queue, handlers, pace=pace), working(queue, handlers, pace=pace):
        await handler.succeeds()

    assert len(handler.subjects) == 1


async def test_loop_that_was_blocked_for_longer_than_the_lease_does_not_run_its_own_job_twice(
    empty_storage: Storage,
) -> None:
    handler = Handler(seconds=0.1)
    await enqueue(empty_storage)

    async with working(
        empty_storage.job_queue, {KIND: handler}, pace=Pace(poll_every=QUICK.poll_every, lease=QUICK.lease)
    ):
        await asyncio.wait_for(handler.started.wait(), TIMEOUT)
        time.sleep(2 * QUICK.lease.total_seconds())  # noqa: ASYNC251 - a handler that does not yield
        await handler.succeeds()

    assert len(handler.subjects) == 1
    assert await left(empty_storage) == 0


async def test_stopping_worker_lets_a_handler_end(empty_storage: Storage) -> None:
    handler = Handler(seconds=0.05)
    await enqueue(empty_storage)

    async with working(empty_storage.job_queue, {KIND: handler}):
        await asyncio.wait_for(handler.started.wait(), TIMEOUT)

    assert handler.succeeded.is_set()
    assert await left(empty_storage) == 0


async def test_stopping_worker_releases_jobs_that_exceed_grace_period(empty_storage: Storage) -> None:
    handler = Handler(seconds=TIMEOUT)
    await enqueue(empty_storage)

    async with working(empty_storage.job_queue, {KIND: handler}, pace=IMPATIENT):
        await asyncio.wait_for(handler.started.wait(), TIMEOUT)
    [job] = await empty_storage.job_queue.claim(uuid4(), [KIND], now=NOW, limit=9, lease=timedelta(minutes=1))

    assert not handler.succeeded.is_set()
    assert job.attempts == 0


async def test_stopping_worker_claims_nothing_more(empty_storage: Storage) -> None:
    handler = Handler(seconds=0.05)
    await enqueue(empty_storage, 3)

    async with working(empty_storage.job_queue, {KIND: handler}, pace=Pace(jobs_at_once=1)):
        await asyncio.wait_for(handler.started.wait(), TIMEOUT)

    assert len(handler.subjects) == 1
    assert await left(empty_storage) == 2


async def test_cancelled_worker_interrupts_handlers_and_another_worker_runs_their_jobs(
    empty_storage: Storage,
) -> None:
    hanging, handler = Handler(seconds=TIMEOUT), Handler()
    await enqueue(empty_storage)
    task = asyncio.create_task(
        JobWorker(empty_storage.job_queue, MovableClock(NOW), {KIND: hanging}, QUICK).run(asyncio.Event())
    )
    await asyncio.wait_for(hanging.started.wait(), TIMEOUT)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with working(empty_storage.job_queue, {KIND: handler}):
        await handler.succeeds()

    assert not hanging.succeeded.is_set()
    assert handler.subjects == hanging.subjects


@pytest.mark.parametrize("method", ["claim", "finish", "renew"])
async def test_worker_survives_unreachable_queue(
    empty_storage: Storage, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    handler = Handler(seconds=0.6 * QUICK.lease.total_seconds())
    queue = unreliable(empty_storage.job_queue, **{method: 1})
    await enqueue(empty_storage)

    async with working(queue, {KIND: handler}, pace=Pace(lease=QUICK.lease, reconnect_first=QUICK.reconnect_first)):
        await handler.succeeds()

    assert "is retrying: Busy" in caplog.text
    assert len(handler.subjects) == 1
    assert await left(empty_storage) == 0


async def test_failure_that_could_not_be_recorded_is_recorded_later(empty_storage: Storage) -> None:
    handler, clock = Handler(Trouble()), MovableClock(NOW)
    queue = unreliable(empty_storage.job_queue, retry=2)
    await enqueue(empty_storage)

    async with working(queue, {KIND: handler}, clock=clock, pace=Pace(reconnect_first=QUICK.reconnect_first)):
        await asyncio.wait_for(handler.started.wait(), TIMEOUT)
    [job] = await empty_storage.job_queue.claim(
        uuid4(), [KIND], now=NOW + timedelta(seconds=1), limit=9, lease=timedelta(minutes=1)
    )

    assert job.attempts == 1
