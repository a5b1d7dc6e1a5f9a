import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.harness import broken_transaction
from fakes import NOW
from marketplace.adapters.memory.jobs import RETRY_AFTER, run_due
from marketplace.core.ports.jobs import Handler, Handlers, Job, JobKind
from marketplace.core.ports.storage import Storage

EVERY_KIND: tuple[JobKind, ...] = (
    "attend_booking",
    "sweep_idempotency_keys",
    "sweep_idempotency_keys",
    "sweep_idempotency_keys",
)
SECOND = timedelta(seconds=1)


class Trouble(Exception):
    """What a handler meets."""


def a_job(kind: JobKind = "sweep_idempotency_keys", after: timedelta = timedelta()) -> Job:
    return Job(kind=kind, subject=uuid4(), run_at=NOW + after)


async def enqueue(storage: Storage, *jobs: Job) -> None:
    async with storage.unit_of_work() as tx:
        await tx.jobs.enqueue(*jobs)


class Log:
    """Handlers that note what they were called with."""

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

    first = await run_due(empty_storage.unit_of_work, NOW, log.handlers)
    second = await run_due(empty_storage.unit_of_work, NOW, log.handlers)

    assert (first, second) == (1, 0)
    assert log.called == [("attend_booking", job.subject)]


async def test_a_job_is_taken_as_it_was_enqueued(empty_storage: Storage) -> None:
    jobs = {
        Job(kind="sweep_idempotency_keys", subject=uuid4(), run_at=NOW + timedelta(microseconds=1)),
        Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW),
    }
    await enqueue(empty_storage, *jobs)

    async with empty_storage.unit_of_work() as tx:
        taken = {await tx.jobs.take_due(NOW + SECOND, EVERY_KIND) for _ in range(3)}

    assert taken == {*jobs, None}


async def test_no_job_runs_before_its_time(empty_storage: Storage, log: Log) -> None:
    await enqueue(empty_storage, a_job(after=SECOND))

    assert await run_due(empty_storage.unit_of_work, NOW + SECOND - timedelta(microseconds=1), log.handlers) == 0
    assert await run_due(empty_storage.unit_of_work, NOW + SECOND, log.handlers) == 1


async def test_jobs_run_in_the_order_in_which_they_fall_due(empty_storage: Storage, log: Log) -> None:
    jobs = [a_job(after=-seconds * SECOND) for seconds in (1, 3, 2, 3)]
    await enqueue(empty_storage, *jobs)

    await run_due(empty_storage.unit_of_work, NOW, log.handlers)

    assert [subject for _, subject in log.called] == [jobs[place].subject for place in (1, 3, 2, 0)]


async def test_a_rolled_back_transaction_leaves_no_job(empty_storage: Storage, log: Log) -> None:
    async with broken_transaction(empty_storage) as tx:
        await tx.jobs.enqueue(a_job(), Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW))

    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 0


async def test_a_job_does_not_run_before_its_transaction_is_committed(empty_storage: Storage, log: Log) -> None:
    async with empty_storage.unit_of_work() as tx:
        await tx.jobs.enqueue(a_job())
        assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 0

    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 1


async def test_a_transaction_that_enqueues_nothing_is_none_the_worse(empty_storage: Storage, log: Log) -> None:
    await enqueue(empty_storage)

    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 0


async def test_a_kind_without_a_handler_waits_for_one(empty_storage: Storage, log: Log) -> None:
    await enqueue(empty_storage, a_job("sweep_idempotency_keys"))

    assert await run_due(empty_storage.unit_of_work, NOW, {"attend_booking": log.handlers["attend_booking"]}) == 0
    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 1


async def test_what_a_handler_enqueues_runs_too_when_it_is_due(empty_storage: Storage, log: Log) -> None:
    async def more() -> None:
        await enqueue(empty_storage, a_job("attend_booking"), a_job("attend_booking", after=SECOND))

    await enqueue(empty_storage, a_job("sweep_idempotency_keys"))
    handlers = {**log.handlers, "sweep_idempotency_keys": then(log.handlers["sweep_idempotency_keys"], more)}

    assert await run_due(empty_storage.unit_of_work, NOW, handlers) == 2
    assert [kind for kind, _ in log.called] == ["sweep_idempotency_keys", "attend_booking"]


async def test_a_job_whose_handler_fails_is_in_nobodys_way_and_is_tried_again(empty_storage: Storage, log: Log) -> None:
    async def fail(_: UUID | None) -> None:
        raise Trouble

    failing, other = a_job("attend_booking", after=-SECOND), a_job()
    await enqueue(empty_storage, failing, other)

    with pytest.raises(ExceptionGroup) as raised:
        await run_due(empty_storage.unit_of_work, NOW, {**log.handlers, "attend_booking": fail})
    assert raised.group_contains(Trouble)
    assert log.called == [("sweep_idempotency_keys", other.subject)]

    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 0
    assert await run_due(empty_storage.unit_of_work, NOW + RETRY_AFTER, log.handlers) == 1
    assert log.called[1:] == [("attend_booking", failing.subject)]


async def test_a_job_that_is_interrupted_runs_again(empty_storage: Storage, log: Log) -> None:
    started = asyncio.Event()

    async def hang(_: UUID | None) -> None:
        started.set()
        await asyncio.Event().wait()

    await enqueue(empty_storage, a_job())
    task = asyncio.create_task(run_due(empty_storage.unit_of_work, NOW, {"sweep_idempotency_keys": hang}))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 1


async def test_a_taken_job_is_nobody_elses_and_comes_back_with_a_rollback(empty_storage: Storage) -> None:
    first, second = a_job(after=-SECOND), a_job()
    await enqueue(empty_storage, first, second)

    async with broken_transaction(empty_storage) as tx:
        assert await tx.jobs.take_due(NOW, EVERY_KIND) == first
        async with empty_storage.unit_of_work() as another:
            assert await another.jobs.take_due(NOW, EVERY_KIND) == second
            assert await another.jobs.take_due(NOW, EVERY_KIND) is None

    async with empty_storage.unit_of_work() as tx:
        assert await tx.jobs.take_due(NOW, EVERY_KIND) == first
        assert await tx.jobs.take_due(NOW, EVERY_KIND) is None


async def test_two_runners_share_the_jobs(empty_storage: Storage, log: Log) -> None:
    jobs = [a_job() for _ in range(20)]
    await enqueue(empty_storage, *jobs)

    done = await asyncio.gather(*(run_due(empty_storage.unit_of_work, NOW, log.handlers) for _ in range(2)))

    assert sum(done) == 20
    assert {subject for _, subject in log.called} == {job.subject for job in jobs}


async def test_jobs_of_one_subject_are_all_kept(empty_storage: Storage, log: Log) -> None:
    job = a_job("sweep_idempotency_keys")
    await enqueue(empty_storage, job, job)
    await enqueue(empty_storage, job)

    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 3


async def test_of_a_chore_one_is_kept_per_time(empty_storage: Storage, log: Log) -> None:
    chore = Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW)
    later = Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW + SECOND)

    await enqueue(empty_storage, chore, chore, later)
    await asyncio.gather(*(enqueue(empty_storage, chore) for _ in range(5)))

    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 1
    assert await run_due(empty_storage.unit_of_work, NOW + SECOND, log.handlers) == 1


async def test_a_chore_can_enqueue_its_next_time(empty_storage: Storage, log: Log) -> None:
    def chore(at: int) -> Job:
        return Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW + at * SECOND)

    async def again() -> None:
        await enqueue(empty_storage, chore(len(log.called)))

    handlers = {"sweep_idempotency_keys": then(log.handlers["sweep_idempotency_keys"], again)}
    await enqueue(empty_storage, chore(0))

    done = [await run_due(empty_storage.unit_of_work, NOW + at * SECOND, handlers) for at in range(4)]

    assert done == [1, 1, 1, 1]


async def test_a_chore_whose_twin_is_rolled_back_is_kept(empty_storage: Storage, log: Log) -> None:
    chore = Job(kind="sweep_idempotency_keys", subject=None, run_at=NOW)
    async with broken_transaction(empty_storage) as tx:
        await tx.jobs.enqueue(chore)
        twin = asyncio.create_task(enqueue(empty_storage, chore))
        await asyncio.wait({twin}, timeout=0.05)
        assert not twin.done()
    await twin

    assert await run_due(empty_storage.unit_of_work, NOW, log.handlers) == 1
