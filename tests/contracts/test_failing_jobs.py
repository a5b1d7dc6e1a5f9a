from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from builders import principal_of, services_over, stored_user
from contracts.harness import broken_transaction
from due_jobs import RETRY_AFTER, run_due
from fakes import NOW
from marketplace.core.domain.failing_jobs import FAILING_AFTER, FailingJob
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.ports.jobs import Job, JobKind
from marketplace.core.ports.storage import Storage
from staff_services import logged, staff_over

SECOND = timedelta(seconds=1)


class Trouble(Exception):
    """An error of a handler."""


async def fail(_: UUID | None) -> None:
    raise Trouble("ada@example.org")


async def failed(storage: Storage, times: int, kind: JobKind = "attend_booking", subject: UUID | None = None) -> UUID:
    """Enqueue a job and fail it this often, each retry after the previous; return its subject."""
    subject = subject or uuid7()
    async with storage.unit_of_work() as tx:
        await tx.jobs.enqueue(Job(kind=kind, subject=subject, run_at=NOW))
    for place in range(times):
        with pytest.raises(ExceptionGroup):
            await run_due(storage.job_queue, NOW + place * RETRY_AFTER, {kind: fail})
    return subject


async def only(storage: Storage) -> FailingJob:
    (job,) = await storage.failing_jobs.page(9, 0)
    return job


async def test_failing_job_is_listed_with_its_error(empty_storage: Storage) -> None:
    subject = await failed(empty_storage, FAILING_AFTER)

    job = await only(empty_storage)

    last = NOW + (FAILING_AFTER - 1) * RETRY_AFTER
    assert job == FailingJob(
        id=job.id,
        name="attend_booking",
        subject=subject,
        attempts=FAILING_AFTER,
        fault="Trouble",
        failed_at=last,
        next_at=last + RETRY_AFTER,
        is_under_way=False,
    )
    assert "ada@" not in job.error
    assert await empty_storage.failing_jobs.count() == 1


async def test_job_that_failed_once_or_twice_is_not_listed(empty_storage: Storage) -> None:
    await failed(empty_storage, FAILING_AFTER - 1)

    assert await empty_storage.failing_jobs.page(9, 0) == ()
    assert await empty_storage.failing_jobs.count() == 0


async def test_job_that_finally_succeeds_is_no_longer_listed(empty_storage: Storage) -> None:
    async def succeed(_: UUID | None) -> None:
        """A handler that succeeds."""

    await failed(empty_storage, FAILING_AFTER)

    assert await run_due(empty_storage.job_queue, NOW + 9 * SECOND, {"attend_booking": succeed}) == 1
    assert await empty_storage.failing_jobs.count() == 0


async def test_jobs_with_most_failures_come_first_page_by_page(empty_storage: Storage) -> None:
    often = await failed(empty_storage, FAILING_AFTER + 2, "sweep_rate_limits")
    seldom = await failed(empty_storage, FAILING_AFTER)

    pages = [await empty_storage.failing_jobs.page(1, offset) for offset in range(3)]

    assert [[job.subject for job in page] for page in pages] == [[often], [seldom], []]
    assert await empty_storage.failing_jobs.count() == 2


async def test_failing_recurring_job_is_listed(empty_storage: Storage) -> None:
    async with empty_storage.unit_of_work() as tx:
        await tx.jobs.enqueue(Job(kind="sweep_rate_limits", subject=None, run_at=NOW))
    for place in range(FAILING_AFTER):
        with pytest.raises(ExceptionGroup):
            await run_due(empty_storage.job_queue, NOW + place * RETRY_AFTER, {"sweep_rate_limits": fail})

    job = await only(empty_storage)

    assert (job.name, job.subject) == ("sweep_rate_limits", None)


async def test_retry_makes_job_due_once_and_is_audited(empty_storage: Storage) -> None:
    storage, services = empty_storage, services_over(empty_storage)
    staff, who = staff_over(services), principal_of(await stored_user(storage, is_staff=True))
    subject = await failed(storage, FAILING_AFTER)
    job = await only(storage)
    services.clock.at = now = job.next_at - RETRY_AFTER / 2
    assert await run_due(storage.job_queue, now, {"attend_booking": fail}) == 0

    await staff.dashboards.retry_job(who, job.id)

    with pytest.raises(IllegalTransition):
        await staff.dashboards.retry_job(who, job.id)
    with pytest.raises(ExceptionGroup):
        await run_due(storage.job_queue, now, {"attend_booking": fail})
    (entry,) = await logged(storage, ("booking", subject))
    assert (entry.action, entry.actor_id) == ("job_retried", who.user_id)
    assert entry.after == {"job": "attend_booking", "subject": str(subject)}
    assert (await only(storage)).attempts == FAILING_AFTER + 1


async def test_job_that_is_not_failing_cannot_be_retried(empty_storage: Storage) -> None:
    staff = staff_over(services_over(empty_storage))
    who = principal_of(await stored_user(empty_storage, is_staff=True))
    await failed(empty_storage, FAILING_AFTER - 1)

    for number in range(9):
        with pytest.raises(NotFound):
            await staff.dashboards.retry_job(who, number)


async def test_rolled_back_retry_does_not_make_job_due(empty_storage: Storage) -> None:
    await failed(empty_storage, FAILING_AFTER)
    job = await only(empty_storage)

    async with broken_transaction(empty_storage) as tx:
        await tx.jobs.run_now((await tx.jobs.acquire_failing(job.id)).id, NOW)

    assert await only(empty_storage) == job
