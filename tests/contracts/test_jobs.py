import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.harness import broken_transaction
from due_jobs import RETRY_AFTER, run_due
from fakes import NOW
from marketplace.core.domain.failing_jobs import FAILING_AFTER
from marketplace.core.ports.jobs import WORKER_LOST, ClaimedJob, Handler, Handlers, Job, JobKind
from marketplace.core.ports.storage import Storage

EVERY_KIND: tuple[JobKind, ...] = (
    "attend_booking",
    "sweep_idempotency_keys",
    "sweep_idempotency_keys",
    "sweep_idempotency_keys",
)
SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)
SHORT_LEASE = timedelta(milliseconds=20)
AFTER_SHORT_LEASE = 0.05
"""Seconds."""


class Trouble(Exception):
    """An error of a handler."""


def a_job(kind: JobKind = "sweep_idempotency_keys", after: timedelta = timedelta()) -> Job:
    return Job(kind=kind, subject=uuid4(), run_at=NOW + after)


async def enqueue(storage: Storage, *jobs: Job) -> None:
    async with storage.unit_of_work() as tx:
        await tx.jobs.enqueue(*jobs)


async def claim(
    storage: Storage, worker: UUID | None = None, *, now: datetime = NOW, limit: int = 9, lease: timedelta = LEASE
) -> tuple[ClaimedJob, ...]:
    return await storage.job_queue.claim(worker or uuid4(), EVERY_KIND, now=now, limit=limit, lease=lease)


class Log:
    """Handlers that record their calls."""

    def __init__(self) -> None:
        self.called: list[tuple[str, UUID | None]] = []
        self.handlers: Handlers = {kind: self._noting(kind) for kind in EVERY_KIND}

    def _noting(self, kind: str) -> Handler:
        async def note(subject: UUID | None) -> None:
            self.called.append((kind, subject))

        return note


@pytest.fixture
def log() -> Log:
    return Log()


def then(first: Handler, second: Callable[[], Awaitable[None]]) -> Handler:
    async def both(subject: UUID | None) -> None:
        await first(subject)
        await second()

    return both


async def test_a_job_reaches_the_handler_of_its_kind_once(empty_storage: Storage, log: Log) -> None:
    job = a_job("attend_booking")
    await enqueue(empty_storage, job)

    first = await run_due(empty_storage.job_queue, NOW, log.handlers)
    second = await run_due(empty_storage.job_queue, NOW, log.handlers)

    assert (first, second) == (1, 0)
    assert log.called == [("attend_booking", job.subject)]


async def test_claimed_job_is_as_it_was_enqueued(empty_storage: Storage) -> None:
    first = Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW)
    second = Job(kind="attend_booking", subject=uuid4(), run_at=NOW + timedelta(microseconds=1))
    await enqueue(empty_storage, second, first)

    claimed = await claim(empty_storage, now=NOW + SECOND)

    assert [(job.kind, job.subject, job.run_at, job.attempts) for job in claimed] == [
        (job.kind, job.subject, job.run_at, 0) for job in (first, second)
    ]


async def test_job_does_not_run_before_its_time(empty_storage: Storage, log: Log) -> None:
    await enqueue(empty_storage, a_job(after=SECOND))

    assert await run_due(empty_storage.job_queue, NOW + SECOND - timedelta(microseconds=1), log.handlers) == 0
    assert await run_due(empty_storage.job_queue, NOW + SECOND, log.handlers) == 1


async def test_jobs_run_in_the_order_in_which_they_fall_due(empty_storage: Storage, log: Log) -> None:
    jobs = [a_job(after=-seconds * SECOND) for seconds in (1, 3, 2, 3)]
    await enqueue(empty_storage, *jobs)

    await run_due(empty_storage.job_queue, NOW, log.handlers)

    assert [subject for _, subject in log.called] == [jobs[place].subject for place in (1, 3, 2, 0)]


async def test_a_rolled_back_transaction_leaves_no_job(empty_storage: Storage, log: Log) -> None:
    async with broken_transaction(empty_storage) as tx:
        await tx.jobs.enqueue(a_job(), Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW))

    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 0


async def test_a_job_does_not_run_before_its_transaction_is_committed(empty_storage: Storage, log: Log) -> None:
    async with empty_storage.unit_of_work() as tx:
        await tx.jobs.enqueue(a_job())
        assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 0

    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 1


async def test_transaction_may_enqueue_no_jobs(empty_storage: Storage, log: Log) -> None:
    await enqueue(empty_storage)

    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 0


async def test_job_without_handler_waits_for_one(empty_storage: Storage, log: Log) -> None:
    await enqueue(empty_storage, a_job("sweep_idempotency_keys"))

    assert await run_due(empty_storage.job_queue, NOW, {"attend_booking": log.handlers["attend_booking"]}) == 0
    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 1


async def test_job_enqueued_by_handler_runs_when_due(empty_storage: Storage, log: Log) -> None:
    async def more() -> None:
        await enqueue(empty_storage, a_job("attend_booking"), a_job("attend_booking", after=SECOND))

    await enqueue(empty_storage, a_job("sweep_idempotency_keys"))
    handlers = {**log.handlers, "sweep_idempotency_keys": then(log.handlers["sweep_idempotency_keys"], more)}

    assert await run_due(empty_storage.job_queue, NOW, handlers) == 2
    assert [kind for kind, _ in log.called] == ["sweep_idempotency_keys", "attend_booking"]


async def test_job_whose_handler_fails_blocks_no_other_and_is_retried(empty_storage: Storage, log: Log) -> None:
    async def fail(_: UUID | None) -> None:
        raise Trouble

    failing, other = a_job("attend_booking", after=-SECOND), a_job()
    await enqueue(empty_storage, failing, other)

    with pytest.raises(ExceptionGroup) as raised:
        await run_due(empty_storage.job_queue, NOW, {**log.handlers, "attend_booking": fail})
    assert raised.group_contains(Trouble)
    assert log.called == [("sweep_idempotency_keys", other.subject)]

    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 0
    assert await run_due(empty_storage.job_queue, NOW + RETRY_AFTER, log.handlers) == 1
    assert log.called[1:] == [("attend_booking", failing.subject)]


async def test_interrupted_job_runs_again(empty_storage: Storage, log: Log) -> None:
    started = asyncio.Event()

    async def hang(_: UUID | None) -> None:
        started.set()
        await asyncio.Event().wait()

    await enqueue(empty_storage, a_job())
    task = asyncio.create_task(run_due(empty_storage.job_queue, NOW, {"sweep_idempotency_keys": hang}))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 1


async def test_runners_share_the_jobs(empty_storage: Storage, log: Log) -> None:
    jobs = [a_job() for _ in range(20)]
    await enqueue(empty_storage, *jobs)

    done = await asyncio.gather(*(run_due(empty_storage.job_queue, NOW, log.handlers) for _ in range(2)))

    assert sum(done) == 20
    assert {subject for _, subject in log.called} == {job.subject for job in jobs}


async def test_jobs_of_one_subject_are_not_deduplicated(empty_storage: Storage, log: Log) -> None:
    job = a_job("sweep_idempotency_keys")
    await enqueue(empty_storage, job, job)
    await enqueue(empty_storage, job)

    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 3


async def test_recurring_job_is_enqueued_once_per_run_time(empty_storage: Storage, log: Log) -> None:
    chore = Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW)
    later = Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW + SECOND)

    await enqueue(empty_storage, chore, chore, later)
    await asyncio.gather(*(enqueue(empty_storage, chore) for _ in range(5)))

    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 1
    assert await run_due(empty_storage.job_queue, NOW + SECOND, log.handlers) == 1


async def test_recurring_job_can_enqueue_its_next_run(empty_storage: Storage, log: Log) -> None:
    def chore(at: int) -> Job:
        return Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW + at * SECOND)

    async def again() -> None:
        await enqueue(empty_storage, chore(len(log.called)))

    handlers = {"sweep_idempotency_keys": then(log.handlers["sweep_idempotency_keys"], again)}
    await enqueue(empty_storage, chore(0))

    done = [await run_due(empty_storage.job_queue, NOW + at * SECOND, handlers) for at in range(4)]

    assert done == [1, 1, 1, 1]


async def test_recurring_job_is_enqueued_when_its_duplicate_rolls_back(empty_storage: Storage, log: Log) -> None:
    chore = Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW)
    async with broken_transaction(empty_storage) as tx:
        await tx.jobs.enqueue(chore)
        twin = asyncio.create_task(enqueue(empty_storage, chore))
        await asyncio.wait({twin}, timeout=0.05)
        assert not twin.done()
    await twin

    assert await run_due(empty_storage.job_queue, NOW, log.handlers) == 1


async def test_recurring_job_waiting_for_retry_is_not_enqueued_twice(empty_storage: Storage) -> None:
    chore = Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW)
    worker = uuid4()
    await enqueue(empty_storage, chore)
    [job] = await claim(empty_storage, worker)
    await enqueue(empty_storage, chore)
    await empty_storage.job_queue.retry(worker, job.id, run_at=NOW + SECOND, fault="Trouble", now=NOW)

    await enqueue(empty_storage, chore)

    assert len(await claim(empty_storage, now=NOW + SECOND)) == 1


async def test_leased_job_is_not_claimed_by_another_worker(empty_storage: Storage) -> None:
    await enqueue(empty_storage, a_job(after=-SECOND), a_job())

    [first] = await claim(empty_storage, limit=1)
    [second] = await claim(empty_storage)

    assert first.run_at < second.run_at
    assert await claim(empty_storage) == ()


async def test_concurrent_claims_share_jobs(empty_storage: Storage) -> None:
    await enqueue(empty_storage, *(a_job() for _ in range(20)))

    claims = await asyncio.gather(*(claim(empty_storage, limit=5) for _ in range(8)))

    numbers = [job.id for claimed in claims for job in claimed]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) + len(await claim(empty_storage, limit=20)) == 20


async def test_job_with_expired_lease_is_claimed_by_another_worker(empty_storage: Storage) -> None:
    await enqueue(empty_storage, a_job())
    [lost] = await claim(empty_storage, lease=SHORT_LEASE)
    await asyncio.sleep(AFTER_SHORT_LEASE)

    [found] = await claim(empty_storage)

    assert (found.id, found.attempts) == (lost.id, 1)
    assert await claim(empty_storage) == ()


async def test_job_that_repeatedly_loses_its_worker_is_failing(empty_storage: Storage) -> None:
    await enqueue(empty_storage, a_job())
    for _ in range(FAILING_AFTER + 1):
        await claim(empty_storage, lease=SHORT_LEASE)
        await asyncio.sleep(AFTER_SHORT_LEASE)

    [failing] = await empty_storage.failing_jobs.page(9, 0)

    assert (failing.attempts, failing.fault, failing.is_under_way) == (FAILING_AFTER, WORKER_LOST, False)
    assert failing.failed_at is not None


async def test_renewed_lease_lasts_longer(empty_storage: Storage) -> None:
    worker = uuid4()
    await enqueue(empty_storage, a_job(), a_job(after=-SECOND))
    renewed, left = await claim(empty_storage, worker, lease=SHORT_LEASE)

    await empty_storage.job_queue.renew(worker, [renewed.id], LEASE)
    await asyncio.sleep(AFTER_SHORT_LEASE)

    assert [job.id for job in await claim(empty_storage)] == [left.id]


async def test_worker_that_lost_its_lease_changes_nothing(empty_storage: Storage) -> None:
    late, queue = uuid4(), empty_storage.job_queue
    await enqueue(empty_storage, a_job())
    [job] = await claim(empty_storage, late, lease=SHORT_LEASE)
    await asyncio.sleep(AFTER_SHORT_LEASE)
    other = uuid4()
    await claim(empty_storage, other)

    await queue.retry(late, job.id, run_at=NOW, fault="Trouble", now=NOW)
    await queue.release(late, [job.id])
    await queue.renew(late, [job.id], SHORT_LEASE)
    await queue.finish(late, [job.id])

    await asyncio.sleep(AFTER_SHORT_LEASE)
    assert await claim(empty_storage) == ()
    await queue.release(other, [job.id])
    assert [job.id for job in await claim(empty_storage)] == [job.id]


async def test_released_job_is_due_as_before_and_has_not_failed(empty_storage: Storage) -> None:
    worker = uuid4()
    await enqueue(empty_storage, a_job())
    claimed = await claim(empty_storage, worker)

    await empty_storage.job_queue.release(worker, [job.id for job in claimed])

    assert await claim(empty_storage) == claimed


async def test_finished_job_is_gone(empty_storage: Storage) -> None:
    worker = uuid4()
    await enqueue(empty_storage, a_job(), a_job())
    claimed = await claim(empty_storage, worker, lease=SHORT_LEASE)

    await empty_storage.job_queue.finish(worker, [job.id for job in claimed])

    await asyncio.sleep(AFTER_SHORT_LEASE)
    assert await claim(empty_storage) == ()


async def test_failing_job_locked_by_staff_is_skipped(empty_storage: Storage) -> None:
    worker, queue = uuid4(), empty_storage.job_queue
    await enqueue(empty_storage, a_job())
    for _ in range(FAILING_AFTER):
        [job] = await claim(empty_storage, worker)
        await queue.retry(worker, job.id, run_at=NOW, fault="Trouble", now=NOW)

    async with empty_storage.unit_of_work() as tx:
        await tx.jobs.acquire_failing(job.id)
        assert await claim(empty_storage) == ()

    assert [found.id for found in await claim(empty_storage)] == [job.id]


async def test_leased_job_is_under_way(empty_storage: Storage) -> None:
    worker, queue = uuid4(), empty_storage.job_queue
    await enqueue(empty_storage, a_job())
    for _ in range(FAILING_AFTER):
        [job] = await claim(empty_storage, worker)
        await queue.retry(worker, job.id, run_at=NOW, fault="Trouble", now=NOW)
    waiting = await empty_storage.failing_jobs.page(9, 0)
    await claim(empty_storage, worker)
    running = await empty_storage.failing_jobs.page(9, 0)

    assert [job.is_under_way for job in (*waiting, *running)] == [False, True]
